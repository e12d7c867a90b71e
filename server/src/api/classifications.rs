//! Classifications: the latest of a conversation, and its correction.

use axum::{Json, extract::State};
use domain::{Ctx, classifications};
use types::{
    ClassificationId, ConversationId,
    classifications::{Classification, Correct},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    error::Result,
    extract::{Caller, Json as Body, Path},
    state::AppState,
};

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(latest)).routes(routes!(correct))
}

#[utoipa::path(get, path = "/api/conversations/{id}/classification", tag = "ai", params(("id" = i64, Path)),
    responses((status = 200, body = Classification), (status = 404)))]
async fn latest(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(id): Path<ConversationId>,
) -> Result<Json<Classification>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(classifications::latest(&mut tx, &caller, id).await?))
}

/// Says what it should have been; the account's classifier learns from it.
#[utoipa::path(post, path = "/api/classifications/{id}/correct", tag = "ai", params(("id" = i64, Path)), request_body = Correct,
    responses((status = 200, body = Classification), (status = 404)))]
async fn correct(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(id): Path<ClassificationId>,
    Body(body): Body<Correct>,
) -> Result<Json<Classification>> {
    let mut tx = ctx.begin(&caller).await?;
    let corrected = classifications::correct(&mut tx, &caller, id, body).await?;
    tx.commit().await?;
    Ok(Json(corrected))
}
