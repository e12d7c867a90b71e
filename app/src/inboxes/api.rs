//! Server functions of inboxes.

use leptos::{prelude::*, server_fn::codec::Json};
use types::{
    InboxId,
    inboxes::{CreateInbox, Inbox, UpdateInbox},
};

#[cfg(feature = "ssr")]
use crate::auth::viewer;
use crate::error::UiError;

#[server(prefix = "/api/ui", endpoint = "inboxes/list", input = Json)]
pub async fn list() -> Result<Vec<Inbox>, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    Ok(domain::inboxes::list(&mut tx, &actor).await?)
}

#[server(prefix = "/api/ui", endpoint = "inboxes/create", input = Json)]
pub async fn create(inbox: CreateInbox) -> Result<Inbox, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let inbox = domain::inboxes::create(&ctx, &mut tx, &actor, inbox).await?;
    tx.commit().await?;
    Ok(inbox)
}

#[server(prefix = "/api/ui", endpoint = "inboxes/update", input = Json)]
pub async fn update(id: InboxId, change: UpdateInbox) -> Result<Inbox, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let inbox = domain::inboxes::update(&mut tx, &actor, id, change).await?;
    tx.commit().await?;
    Ok(inbox)
}
