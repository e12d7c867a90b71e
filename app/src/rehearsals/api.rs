//! Server functions of rehearsals. Those named `…_form` serve plain form posts too.

use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};
use types::{
    ArticleId, RehearsalId,
    rehearsals::{Rehearsal, RehearsalCase},
};

#[cfg(feature = "ssr")]
use crate::auth::viewer;
use crate::error::UiError;

/// What waits to be tried or decided, and what was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    pub current: Option<Rehearsal>,
    /// Of the current one: conversations where something comes out otherwise, newest first.
    pub flipped: Vec<RehearsalCase>,
    pub past: Vec<Rehearsal>,
    pub account_name: String,
}

#[server(prefix = "/api/ui", endpoint = "rehearsals/all", input = Json)]
pub async fn all() -> Result<Stage, UiError> {
    use types::rehearsals::RehearsalCaseQuery;
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let known = domain::rehearsals::list(&mut tx, &actor, types::PageQuery { limit: Some(20), cursor: None }).await?;
    let (mut open, past): (Vec<_>, Vec<_>) =
        known.data.into_iter().partition(|rehearsal| !rehearsal.status.is_decided());
    let current = open.pop();
    let flipped = match &current {
        Some(rehearsal) => {
            let query = RehearsalCaseQuery { changed: Some(true), cursor: None, limit: Some(100) };
            domain::rehearsals::cases(&mut tx, &actor, rehearsal.id, query).await?.data
        }
        None => Vec::new(),
    };
    Ok(Stage { current, flipped, past, account_name: domain::accounts::get(&mut tx).await?.name })
}

/// Tries what has been proposed.
#[server(prefix = "/api/ui", endpoint = "rehearsals/run-form")]
pub async fn run_form(id: RehearsalId, conversations: u32) -> Result<(), UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    domain::rehearsals::run(&ctx, &mut tx, &actor, id, Some(conversations)).await?;
    Ok(tx.commit().await?)
}

/// Carries out what was tried.
#[server(prefix = "/api/ui", endpoint = "rehearsals/go-live-form")]
pub async fn go_live_form(id: RehearsalId, confirm: String) -> Result<(), UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let request = types::rehearsals::GoLive { confirm: Some(confirm) };
    domain::rehearsals::go_live(&ctx, &mut tx, &actor, id, request).await?;
    Ok(tx.commit().await?)
}

#[server(prefix = "/api/ui", endpoint = "rehearsals/discard-form")]
pub async fn discard_form(id: RehearsalId) -> Result<(), UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    domain::rehearsals::discard(&mut tx, &actor, id).await?;
    Ok(tx.commit().await?)
}

/// Takes one of the changes out, by its place from 0 on.
#[server(prefix = "/api/ui", endpoint = "rehearsals/take-out-form")]
pub async fn take_out_form(id: RehearsalId, place: u32) -> Result<(), UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    domain::rehearsals::take_out(&mut tx, &actor, id, place).await?;
    Ok(tx.commit().await?)
}

/// Proposes that an article be published; then shows what waits.
#[server(prefix = "/api/ui", endpoint = "rehearsals/publish", input = Json)]
pub async fn publish(id: ArticleId) -> Result<(), UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let change = types::rehearsals::Change::Publish { article_id: id };
    domain::rehearsals::propose(&ctx, &mut tx, &actor, change).await?;
    tx.commit().await?;
    leptos_axum::redirect(super::PATH);
    Ok(())
}

/// Ends a server function whose change went live, or was put with what is to be tried: then it shows that.
#[cfg(feature = "ssr")]
pub async fn settled<T>(
    ctx: &domain::Ctx,
    mut tx: domain::TenantTx,
    actor: &domain::Actor,
    outcome: domain::Result<T>,
    change: types::rehearsals::Change,
) -> Result<Option<T>, UiError> {
    let settled = domain::rehearsals::or_propose(ctx, &mut tx, actor, outcome, change).await?;
    tx.commit().await?;
    if settled.is_none() {
        leptos_axum::redirect(super::PATH);
    }
    Ok(settled)
}
