//! `/api/conversations`.

use axum::{
    Json,
    extract::{RawQuery, State},
    response::Response,
};
use domain::{Ctx, conversations};
use types::{
    ConversationId, Page,
    conversations::{
        Assign, Assignment, Bulk, BulkResult, Conversation, ConversationQuery, CreateConversation, Merge, SetLabels,
        UpdateConversation,
    },
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
        .routes(routes!(bulk))
        .routes(routes!(get, update))
        .routes(routes!(assign))
        .routes(routes!(read))
        .routes(routes!(labels))
        .routes(routes!(merge))
}

/// A page of the inbox.
#[utoipa::path(get, path = "/api/conversations", tag = "conversations", params(ConversationQuery),
    responses((status = 200, body = Page<Conversation>)))]
async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<ConversationQuery>,
    RawQuery(text): RawQuery,
) -> Result<Response> {
    // "Mine" is another list for everybody.
    let person = query.assignee_id.as_deref().filter(|id| *id == "me").and(caller.user_id()).map_or(0, |id| id.0);
    let question = format!("conversations {person} {}", text.unwrap_or_default());
    let ask = async {
        let mut tx = state.ctx.begin(&caller).await?;
        Ok(conversations::list(&mut tx, &caller, query).await?)
    };
    state.shared.read(&caller, &question, ask).await
}

/// Starts a conversation on a customer's behalf.
#[utoipa::path(post, path = "/api/conversations", tag = "conversations", request_body = CreateConversation,
    responses((status = 201, body = Conversation)))]
async fn create(State(ctx): State<Ctx>, caller: Caller, request: Create<CreateConversation>) -> Result<Response> {
    once!(&ctx, &caller, request.key, |tx| conversations::create(tx, &caller, request.body))
}

/// One action on many conversations; each succeeds or fails by itself.
#[utoipa::path(post, path = "/api/conversations/bulk", tag = "conversations", request_body = Bulk,
    responses((status = 200, body = BulkResult)))]
async fn bulk(State(ctx): State<Ctx>, caller: Caller, Body(body): Body<Bulk>) -> Result<Json<BulkResult>> {
    Ok(Json(conversations::bulk(&ctx, &caller, body).await?))
}

#[utoipa::path(get, path = "/api/conversations/{id}", tag = "conversations", params(("id" = i64, Path)),
    responses((status = 200, body = Conversation), (status = 404)))]
async fn get(State(ctx): State<Ctx>, caller: Caller, Path(id): Path<ConversationId>) -> Result<Json<Conversation>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(conversations::get(&mut tx, &caller, id).await?))
}

/// Changes status, priority, subject or snooze.
#[utoipa::path(patch, path = "/api/conversations/{id}", tag = "conversations", params(("id" = i64, Path)), request_body = UpdateConversation,
    responses((status = 200, body = Conversation), (status = 404)))]
async fn update(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Body(body): Body<UpdateConversation>,
) -> Result<Json<Conversation>> {
    let mut tx = ctx.begin(&caller).await?;
    let conversation = conversations::update(&mut tx, &caller, id, body).await?;
    tx.commit().await?;
    Ok(Json(conversation))
}

/// Assigns to an agent, a team or both; `null` unassigns.
#[utoipa::path(post, path = "/api/conversations/{id}/assign", tag = "conversations", params(("id" = i64, Path)), request_body = Assign,
    responses((status = 200, body = Assignment), (status = 404)))]
async fn assign(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Body(body): Body<Assign>,
) -> Result<Json<Assignment>> {
    let mut tx = ctx.begin(&caller).await?;
    let assignment = conversations::assign(&mut tx, &caller, id, body).await?;
    tx.commit().await?;
    Ok(Json(assignment))
}

/// Marks everything as read by the agents.
#[utoipa::path(post, path = "/api/conversations/{id}/read", tag = "conversations", params(("id" = i64, Path)),
    responses((status = 200, body = Conversation), (status = 404)))]
async fn read(State(ctx): State<Ctx>, caller: Caller, Path(id): Path<ConversationId>) -> Result<Json<Conversation>> {
    let mut tx = ctx.begin(&caller).await?;
    let conversation = conversations::mark_read(&mut tx, &caller, id).await?;
    tx.commit().await?;
    Ok(Json(conversation))
}

/// Replaces the labels.
#[utoipa::path(post, path = "/api/conversations/{id}/labels", tag = "conversations", params(("id" = i64, Path)), request_body = SetLabels,
    responses((status = 200, body = Conversation), (status = 404)))]
async fn labels(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Body(body): Body<SetLabels>,
) -> Result<Json<Conversation>> {
    let mut tx = ctx.begin(&caller).await?;
    let conversation = conversations::set_labels(&mut tx, &caller, id, body).await?;
    tx.commit().await?;
    Ok(Json(conversation))
}

/// Moves this conversation into another of the same customer; answers the one that stays.
#[utoipa::path(post, path = "/api/conversations/{id}/merge", tag = "conversations", params(("id" = i64, Path)), request_body = Merge,
    responses((status = 200, body = Conversation), (status = 404), (status = 409)))]
async fn merge(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Body(body): Body<Merge>,
) -> Result<Json<Conversation>> {
    let mut tx = ctx.begin(&caller).await?;
    let conversation = conversations::merge(&mut tx, &caller, id, body).await?;
    tx.commit().await?;
    Ok(Json(conversation))
}
