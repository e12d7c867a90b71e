//! Server functions of the figures.

use leptos::{prelude::*, server_fn::codec::Json};
use types::analytics::{self, AnalyticsQuery};

#[cfg(feature = "ssr")]
use crate::auth::viewer;
use crate::error::UiError;

#[server(prefix = "/api/ui", endpoint = "analytics/overview", input = Json)]
pub async fn overview(query: AnalyticsQuery) -> Result<analytics::Overview, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    Ok(domain::analytics::overview(&mut tx, &actor, query).await?)
}
