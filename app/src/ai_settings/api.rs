//! Server functions of the model's settings and of the egress ledger.

use leptos::{prelude::*, server_fn::codec::Json};
use types::{
    ai_settings::{AiSettings, AiTest, UpdateAiSettings},
    egress::EgressPage,
};

#[cfg(feature = "ssr")]
use crate::auth::viewer;
use crate::error::UiError;

#[server(prefix = "/api/ui", endpoint = "ai-settings/get", input = Json)]
pub async fn get() -> Result<AiSettings, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    Ok(domain::ai_settings::get(&ctx, &mut tx, &actor).await?)
}

#[server(prefix = "/api/ui", endpoint = "ai-settings/update", input = Json)]
pub async fn update(change: UpdateAiSettings) -> Result<AiSettings, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let settings = domain::ai_settings::update(&ctx, &mut tx, &actor, change).await?;
    tx.commit().await?;
    Ok(settings)
}

#[server(prefix = "/api/ui", endpoint = "ai-settings/test", input = Json)]
pub async fn test() -> Result<AiTest, UiError> {
    let (ctx, actor) = viewer()?;
    Ok(domain::ai_settings::test(&ctx, &actor).await?)
}

#[server(prefix = "/api/ui", endpoint = "egress/list", input = Json)]
pub async fn ledger(cursor: Option<String>) -> Result<EgressPage, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    Ok(domain::egress::list(&mut tx, &actor, types::PageQuery { limit: Some(50), cursor }).await?)
}
