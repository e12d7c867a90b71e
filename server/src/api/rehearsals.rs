//! `/api/ai/rehearsals`: changes of the assistant, tried on past conversations before they go live.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use domain::{Ctx, rehearsals};
use types::{
    Page, PageQuery, RehearsalId,
    rehearsals::{CreateRehearsal, GoLive, Rehearsal, RehearsalCase, RehearsalCaseQuery},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    error::Result,
    extract::{Caller, Create, Json as Body, Path, Query},
    once,
    state::AppState,
};

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, discard))
        .routes(routes!(take_out))
        .routes(routes!(cases))
        .routes(routes!(go_live))
}

/// What was tried, newest first. For admins.
#[utoipa::path(get, path = "/api/ai/rehearsals", tag = "ai", params(PageQuery),
    responses((status = 200, body = Page<Rehearsal>), (status = 403)))]
async fn list(State(ctx): State<Ctx>, caller: Caller, Query(query): Query<PageQuery>) -> Result<Json<Page<Rehearsal>>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(rehearsals::list(&mut tx, &caller, query).await?))
}

/// Tries changes on the newest resolved conversations, beside how the assistant is now; nothing of them is written. What was
/// proposed before is discarded. The worker tries them: ask for it again until it is `done`. For admins.
#[utoipa::path(post, path = "/api/ai/rehearsals", tag = "ai", request_body = CreateRehearsal,
    responses((status = 201, body = Rehearsal), (status = 403), (status = 409, description = "No conversation is resolved."),
              (status = 422)))]
async fn create(State(ctx): State<Ctx>, caller: Caller, request: Create<CreateRehearsal>) -> Result<Response> {
    once!(&ctx, &caller, request.key, |tx| rehearsals::create(&ctx, tx, &caller, request.body))
}

#[utoipa::path(get, path = "/api/ai/rehearsals/{id}", tag = "ai", params(("id" = i64, Path)),
    responses((status = 200, body = Rehearsal), (status = 403), (status = 404)))]
async fn get(State(ctx): State<Ctx>, caller: Caller, Path(id): Path<RehearsalId>) -> Result<Json<Rehearsal>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(rehearsals::get(&mut tx, &caller, id).await?))
}

/// Lets go of changes that are not decided. For admins.
#[utoipa::path(delete, path = "/api/ai/rehearsals/{id}", tag = "ai", params(("id" = i64, Path)),
    responses((status = 204), (status = 403), (status = 404), (status = 409)))]
async fn discard(State(ctx): State<Ctx>, caller: Caller, Path(id): Path<RehearsalId>) -> Result<StatusCode> {
    let mut tx = ctx.begin(&caller).await?;
    rehearsals::discard(&mut tx, &caller, id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a change out, by its place in the list from 0 on; the others are to be tried again. With the last one all is
/// discarded. For admins.
#[utoipa::path(delete, path = "/api/ai/rehearsals/{id}/changes/{place}", tag = "ai", params(("id" = i64, Path), ("place" = u32, Path)),
    responses((status = 204), (status = 403), (status = 404), (status = 409)))]
async fn take_out(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path((id, place)): Path<(RehearsalId, u32)>,
) -> Result<StatusCode> {
    let mut tx = ctx.begin(&caller).await?;
    rehearsals::take_out(&mut tx, &caller, id, place).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Conversation by conversation, what both sides made of the customer's first message. For admins.
#[utoipa::path(get, path = "/api/ai/rehearsals/{id}/cases", tag = "ai", params(("id" = i64, Path), RehearsalCaseQuery),
    responses((status = 200, body = Page<RehearsalCase>), (status = 403), (status = 404)))]
async fn cases(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(id): Path<RehearsalId>,
    Query(query): Query<RehearsalCaseQuery>,
) -> Result<Json<Page<RehearsalCase>>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(rehearsals::cases(&mut tx, &caller, id, query).await?))
}

/// Carries the changes out. Where something got worse, `confirm` must be the account's name. For admins.
#[utoipa::path(post, path = "/api/ai/rehearsals/{id}/go-live", tag = "ai", params(("id" = i64, Path)), request_body = GoLive,
    responses((status = 200, body = Rehearsal), (status = 403), (status = 404),
              (status = 409, description = "Not tried, or something else has changed since."), (status = 422)))]
async fn go_live(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(id): Path<RehearsalId>,
    Body(body): Body<GoLive>,
) -> Result<Json<Rehearsal>> {
    let mut tx = ctx.begin(&caller).await?;
    let rehearsal = rehearsals::go_live(&ctx, &mut tx, &caller, id, body).await?;
    tx.commit().await?;
    Ok(Json(rehearsal))
}
