//! Server functions of the figures.

use leptos::{prelude::*, server_fn::codec::Json};
use types::{
    DecisionId, Page,
    analytics::{self, AnalyticsQuery},
    decisions::{Decision, DecisionDetail, DecisionQuery},
};

#[cfg(feature = "ssr")]
use crate::auth::viewer;
use crate::error::UiError;

#[server(prefix = "/api/ui", endpoint = "analytics/overview", input = Json)]
pub async fn overview(query: AnalyticsQuery) -> Result<analytics::Overview, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    Ok(domain::analytics::overview(&mut tx, &actor, query).await?)
}

#[server(prefix = "/api/ui", endpoint = "analytics/ai", input = Json)]
pub async fn ai(query: AnalyticsQuery) -> Result<analytics::AiReport, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    Ok(domain::analytics::ai(&mut tx, &actor, query).await?)
}

#[server(prefix = "/api/ui", endpoint = "analytics/auto-replies", input = Json)]
pub async fn auto_replies(query: AnalyticsQuery) -> Result<types::auto_replies::AutoReplyReport, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    Ok(domain::analytics::auto_replies(&mut tx, &actor, query).await?)
}

#[server(prefix = "/api/ui", endpoint = "analytics/unanswered", input = Json)]
pub async fn unanswered(query: AnalyticsQuery) -> Result<analytics::UnansweredReport, UiError> {
    let (ctx, actor) = viewer()?;
    Ok(domain::analytics::unanswered(&ctx, &actor, query).await?)
}

#[server(prefix = "/api/ui", endpoint = "decisions/list", input = Json)]
pub async fn ledger(query: DecisionQuery) -> Result<Page<Decision>, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    Ok(domain::decisions::list(&mut tx, &actor, query).await?)
}

#[server(prefix = "/api/ui", endpoint = "decisions/get", input = Json)]
pub async fn ledger_line(id: DecisionId) -> Result<DecisionDetail, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    Ok(domain::decisions::get(&mut tx, &actor, id).await?)
}
