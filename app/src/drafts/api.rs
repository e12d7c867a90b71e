//! Server functions of drafts.

use leptos::{prelude::*, server_fn::codec::Json};
use types::{
    DraftId, MessageId,
    drafts::{AcceptedDraft, Draft, RewriteDraft},
};

#[cfg(feature = "ssr")]
use crate::auth::viewer;
use crate::error::UiError;

/// Sends the draft, edited where `content` says so.
#[server(prefix = "/api/ui", endpoint = "drafts/accept", input = Json)]
pub async fn accept(id: DraftId, content: Option<String>) -> Result<AcceptedDraft, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let accepted = domain::drafts::accept(&mut tx, &actor, id, types::drafts::AcceptDraft { content }).await?;
    tx.commit().await?;
    Ok(accepted)
}

#[server(prefix = "/api/ui", endpoint = "drafts/reject", input = Json)]
pub async fn reject(id: DraftId, reason: Option<String>) -> Result<Draft, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let draft = domain::drafts::reject(&mut tx, &actor, id, types::drafts::RejectDraft { reason }).await?;
    tx.commit().await?;
    Ok(draft)
}

/// Asks for a fresh draft; it arrives with the news.
#[server(prefix = "/api/ui", endpoint = "drafts/request", input = Json)]
pub async fn request(message: MessageId) -> Result<(), UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    domain::drafts::request(&mut tx, &actor, message).await?;
    Ok(tx.commit().await?)
}

/// Puts another wording in the draft's place.
#[server(prefix = "/api/ui", endpoint = "drafts/rewrite", input = Json)]
pub async fn rewrite(id: DraftId, how: RewriteDraft) -> Result<Draft, UiError> {
    let (ctx, actor) = viewer()?;
    Ok(domain::drafts::rewrite(&ctx, &actor, id, how).await?)
}
