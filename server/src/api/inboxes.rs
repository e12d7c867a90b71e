//! `/api/inboxes`.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use domain::{Ctx, auto_replies, inboxes};
use types::{
    InboxId, Page, PageQuery,
    auto_replies::{AutoReply, SetAutoReply},
    inboxes::{CreateInbox, Inbox, UpdateInbox},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::teams::page_of;
use crate::{
    error::Result,
    extract::{Caller, Create, Json as Body, Path, Query},
    once,
    state::AppState,
};

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, update, delete))
        .routes(routes!(auto_reply, set_auto_reply))
}

/// Every channel. `identity_secret` is shown to admins only.
#[utoipa::path(get, path = "/api/inboxes", tag = "inboxes", params(PageQuery), responses((status = 200, body = Page<Inbox>)))]
async fn list(State(ctx): State<Ctx>, caller: Caller, Query(query): Query<PageQuery>) -> Result<Json<Page<Inbox>>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(page_of(inboxes::list(&mut tx, &caller).await?, &query, |inbox| inbox.id.0)?))
}

/// Opens a channel; a web inbox gets its public token here. For admins.
#[utoipa::path(post, path = "/api/inboxes", tag = "inboxes", request_body = CreateInbox, responses((status = 201, body = Inbox), (status = 403)))]
async fn create(State(ctx): State<Ctx>, caller: Caller, request: Create<CreateInbox>) -> Result<Response> {
    once!(&ctx, &caller, request.key, |tx| inboxes::create(&ctx, tx, &caller, request.body))
}

#[utoipa::path(get, path = "/api/inboxes/{id}", tag = "inboxes", params(("id" = i64, Path)),
    responses((status = 200, body = Inbox), (status = 404)))]
async fn get(State(ctx): State<Ctx>, caller: Caller, Path(id): Path<InboxId>) -> Result<Json<Inbox>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(inboxes::get(&mut tx, &caller, id).await?))
}

/// Changes a channel; a disabled one takes no visitors. For admins.
#[utoipa::path(patch, path = "/api/inboxes/{id}", tag = "inboxes", params(("id" = i64, Path)), request_body = UpdateInbox,
    responses((status = 200, body = Inbox), (status = 403), (status = 404)))]
async fn update(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(id): Path<InboxId>,
    Body(body): Body<UpdateInbox>,
) -> Result<Json<Inbox>> {
    let mut tx = ctx.begin(&caller).await?;
    let inbox = inboxes::update(&mut tx, &caller, id, body).await?;
    tx.commit().await?;
    Ok(Json(inbox))
}

/// Removes a channel nobody ever wrote through; one with conversations can be disabled instead. For admins.
#[utoipa::path(delete, path = "/api/inboxes/{id}", tag = "inboxes", params(("id" = i64, Path)),
    responses((status = 204), (status = 403), (status = 404), (status = 409)))]
async fn delete(State(ctx): State<Ctx>, caller: Caller, Path(id): Path<InboxId>) -> Result<StatusCode> {
    let mut tx = ctx.begin(&caller).await?;
    inboxes::delete(&mut tx, &caller, id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether, and within which bounds, the inbox's customers are answered by the assistant itself. Off unless set.
#[utoipa::path(get, path = "/api/inboxes/{id}/auto-reply", tag = "inboxes", params(("id" = i64, Path)),
    responses((status = 200, body = AutoReply), (status = 404)))]
async fn auto_reply(State(ctx): State<Ctx>, caller: Caller, Path(id): Path<InboxId>) -> Result<Json<AutoReply>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(auto_replies::get(&mut tx, &caller, id).await?))
}

/// For admins.
#[utoipa::path(put, path = "/api/inboxes/{id}/auto-reply", tag = "inboxes", params(("id" = i64, Path)), request_body = SetAutoReply,
    responses((status = 200, body = AutoReply), (status = 403), (status = 404), (status = 422)))]
async fn set_auto_reply(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(id): Path<InboxId>,
    Body(body): Body<SetAutoReply>,
) -> Result<Json<AutoReply>> {
    let mut tx = ctx.begin(&caller).await?;
    let choice = auto_replies::set(&mut tx, &caller, id, body).await?;
    tx.commit().await?;
    Ok(Json(choice))
}
