//! Server functions of the model's settings and of the egress ledger.

use leptos::{prelude::*, server_fn::codec::Json};
use types::{
    ai_settings::{AiSettings, AiTest, UpdateAiSettings},
    egress::EgressPage,
};

use crate::error::UiError;
#[cfg(feature = "ssr")]
use crate::{auth::viewer, rehearsals::api::settled};

#[server(prefix = "/api/ui", endpoint = "ai-settings/get", input = Json)]
pub async fn get() -> Result<AiSettings, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    Ok(domain::ai_settings::get(&ctx, &mut tx, &actor).await?)
}

#[server(prefix = "/api/ui", endpoint = "ai-settings/update", input = Json)]
pub async fn update(change: UpdateAiSettings) -> Result<Option<AiSettings>, UiError> {
    let (ctx, actor) = viewer()?;
    let mut change = change;
    let mut tx = ctx.begin(&actor).await?;
    // What may leave at all is not a matter of how well a model does.
    if let Some(egress) = change.egress.take() {
        let only = UpdateAiSettings { egress: Some(egress), ..UpdateAiSettings::default() };
        domain::ai_settings::update(&ctx, &mut tx, &actor, only).await?;
    }
    let updated = domain::ai_settings::update(&ctx, &mut tx, &actor, change.clone()).await;
    settled(&ctx, tx, &actor, updated, types::rehearsals::Change::Model { settings: change }).await
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
