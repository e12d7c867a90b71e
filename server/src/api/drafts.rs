//! Drafts: proposed answers, accepted or rejected.

use axum::{Json, extract::State};
use domain::{Ctx, drafts};
use types::{
    ConversationId, DraftId, Page,
    drafts::{AcceptDraft, AcceptedDraft, Draft, RejectDraft, RewriteDraft},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    error::Result,
    extract::{Caller, Json as Body, Path},
    state::AppState,
};

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(accept)).routes(routes!(reject)).routes(routes!(rewrite))
}

/// The conversation's drafts, newest first.
#[utoipa::path(get, path = "/api/conversations/{id}/drafts", tag = "ai", params(("id" = i64, Path)),
    responses((status = 200, body = Page<Draft>), (status = 404)))]
async fn list(State(ctx): State<Ctx>, caller: Caller, Path(id): Path<ConversationId>) -> Result<Json<Page<Draft>>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(Page::whole(drafts::list(&mut tx, &caller, id).await?)))
}

/// Sends the draft, as it stands or edited.
#[utoipa::path(post, path = "/api/drafts/{id}/accept", tag = "ai", params(("id" = i64, Path)), request_body = AcceptDraft,
    responses((status = 200, body = AcceptedDraft), (status = 404), (status = 409)))]
async fn accept(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(id): Path<DraftId>,
    Body(body): Body<AcceptDraft>,
) -> Result<Json<AcceptedDraft>> {
    let mut tx = ctx.begin(&caller).await?;
    let accepted = drafts::accept(&mut tx, &caller, id, body).await?;
    tx.commit().await?;
    Ok(Json(accepted))
}

#[utoipa::path(post, path = "/api/drafts/{id}/reject", tag = "ai", params(("id" = i64, Path)), request_body = RejectDraft,
    responses((status = 200, body = Draft), (status = 404), (status = 409)))]
async fn reject(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(id): Path<DraftId>,
    Body(body): Body<RejectDraft>,
) -> Result<Json<Draft>> {
    let mut tx = ctx.begin(&caller).await?;
    let rejected = drafts::reject(&mut tx, &caller, id, body).await?;
    tx.commit().await?;
    Ok(Json(rejected))
}

/// Puts another wording in the draft's place, by the account's model: anew with an instruction, shorter, friendlier or in
/// another language. Without a model the answer is 409 with the code `model_needed`.
#[utoipa::path(post, path = "/api/drafts/{id}/rewrite", tag = "ai", params(("id" = i64, Path)), request_body = RewriteDraft,
    responses((status = 200, body = Draft), (status = 404), (status = 409), (status = 422), (status = 503)))]
async fn rewrite(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(id): Path<DraftId>,
    Body(body): Body<RewriteDraft>,
) -> Result<Json<Draft>> {
    Ok(Json(drafts::rewrite(&ctx, &caller, id, body).await?))
}
