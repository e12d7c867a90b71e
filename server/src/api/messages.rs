//! `/api/conversations/{id}/messages`.

use axum::{
    Json,
    extract::{RawQuery, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use domain::{Ctx, messages};
use types::{
    ConversationId, Page,
    messages::{CreateMessage, Message, MessageQuery},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    error::Result,
    extract::{Caller, Create, Path, Query},
    once,
    state::AppState,
};

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, create))
}

/// A page of the conversation, oldest first; the cursor leads to older messages.
#[utoipa::path(get, path = "/api/conversations/{id}/messages", tag = "messages", params(("id" = i64, Path), MessageQuery),
    responses((status = 200, body = Page<Message>), (status = 404)))]
async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Query(query): Query<MessageQuery>,
    RawQuery(text): RawQuery,
) -> Result<Response> {
    let question = format!("messages {id} {}", text.unwrap_or_default());
    let ask = async {
        let mut tx = state.ctx.begin(&caller).await?;
        Ok(messages::list(&mut tx, &caller, id, query).await?)
    };
    state.shared.read(&caller, &question, ask).await
}

/// Answers the customer, or notes something among agents.
#[utoipa::path(post, path = "/api/conversations/{id}/messages", tag = "messages", params(("id" = i64, Path)), request_body = CreateMessage,
    responses((status = 201, body = Message), (status = 404)))]
async fn create(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    request: Create<CreateMessage>,
) -> Result<Response> {
    if request.key.is_none() {
        let message = messages::post(&ctx, &caller, id, request.body).await?;
        return Ok((StatusCode::CREATED, Json(message)).into_response());
    }
    once!(&ctx, &caller, request.key, |tx| messages::send(tx, &caller, id, request.body))
}
