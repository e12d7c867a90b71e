//! `/api/widget`: the customer's chat. Any origin may call it; website token and visitor token stand in for cookies.

use axum::{
    Json,
    extract::{DefaultBodyLimit, Multipart, State},
    http::StatusCode,
    response::Response,
};
use domain::{Ctx, widget};
use types::{
    ConversationId, Page,
    attachments::Attachment,
    messages::MessageQuery,
    widget::{
        OpenVisitorSession, StartConversation, StartedConversation, VisitorContact, VisitorConversation,
        VisitorCreateMessage, VisitorCsat, VisitorMessage, VisitorSession, VisitorTyping, VisitorUpdateContact,
        WidgetConfig, WidgetConfigQuery,
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::attachments;
use crate::{
    error::Result,
    extract::{Create, Json as Body, Path, Query, Visitor},
    live, once,
    state::AppState,
};

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(config))
        .routes(routes!(session))
        .routes(routes!(list, start))
        .routes(routes!(messages, post))
        .routes(routes!(typing))
        .routes(routes!(read))
        .routes(routes!(csat))
        .routes(routes!(update_contact))
        .merge(OpenApiRouter::new().routes(routes!(attach)).layer(DefaultBodyLimit::max(attachments::MAX_REQUEST)))
        .route("/api/widget/ws", axum::routing::get(live::visitor::upgrade))
        .layer(super::widget_cors())
}

/// What the launcher needs before the first click.
#[utoipa::path(get, path = "/api/widget/config", tag = "widget", security(()), params(WidgetConfigQuery),
    responses((status = 200, body = WidgetConfig), (status = 404)))]
async fn config(State(state): State<AppState>, Query(query): Query<WidgetConfigQuery>) -> Result<Json<WidgetConfig>> {
    let greeting = widget::greeting(&state.ctx, &query.website_token).await?;
    Ok(Json(WidgetConfig {
        inbox_id: greeting.inbox.id,
        account_name: greeting.account_name,
        welcome_title: greeting.inbox.welcome_title,
        welcome_tagline: greeting.inbox.welcome_tagline,
        identity_required: greeting.inbox.identity_required,
        online: greeting.online,
        reply_minutes: greeting.reply_minutes,
        agents: greeting.agents,
        script: state.site.path("widget-app.js"),
        wasm: state.site.path("widget.wasm"),
    }))
}

/// Opens or continues a visitor's session.
#[utoipa::path(post, path = "/api/widget/session", tag = "widget", security(()), request_body = OpenVisitorSession,
    responses((status = 200, body = VisitorSession), (status = 401), (status = 404)))]
async fn session(State(ctx): State<Ctx>, Body(body): Body<OpenVisitorSession>) -> Result<Json<VisitorSession>> {
    Ok(Json(widget::open_session(&ctx, body).await?))
}

#[utoipa::path(get, path = "/api/widget/conversations", tag = "widget", security(()), responses((status = 200, body = Page<VisitorConversation>)))]
async fn list(State(ctx): State<Ctx>, visitor: Visitor) -> Result<Json<Page<VisitorConversation>>> {
    let mut tx = ctx.begin(&visitor).await?;
    Ok(Json(widget::list(&mut tx, &visitor).await?))
}

#[utoipa::path(post, path = "/api/widget/conversations", tag = "widget", security(()), request_body = StartConversation,
    responses((status = 201, body = StartedConversation)))]
async fn start(State(ctx): State<Ctx>, visitor: Visitor, request: Create<StartConversation>) -> Result<Response> {
    once!(&ctx, &visitor, request.key, |tx| widget::start(tx, &visitor, request.body))
}

#[utoipa::path(get, path = "/api/widget/conversations/{id}/messages", tag = "widget", security(()), params(("id" = i64, Path), MessageQuery),
    responses((status = 200, body = Page<VisitorMessage>), (status = 404)))]
async fn messages(
    State(ctx): State<Ctx>,
    visitor: Visitor,
    Path(id): Path<ConversationId>,
    Query(query): Query<MessageQuery>,
) -> Result<Json<Page<VisitorMessage>>> {
    let mut tx = ctx.begin(&visitor).await?;
    Ok(Json(widget::messages(&mut tx, &visitor, id, query).await?))
}

#[utoipa::path(post, path = "/api/widget/conversations/{id}/messages", tag = "widget", security(()), params(("id" = i64, Path)),
    request_body = VisitorCreateMessage, responses((status = 201, body = VisitorMessage), (status = 404)))]
async fn post(
    State(ctx): State<Ctx>,
    visitor: Visitor,
    Path(id): Path<ConversationId>,
    request: Create<VisitorCreateMessage>,
) -> Result<Response> {
    once!(&ctx, &visitor, request.key, |tx| widget::post(tx, &visitor, id, request.body))
}

#[utoipa::path(post, path = "/api/widget/conversations/{id}/typing", tag = "widget", security(()), params(("id" = i64, Path)),
    request_body = VisitorTyping, responses((status = 204), (status = 404)))]
async fn typing(
    State(state): State<AppState>,
    visitor: Visitor,
    Path(id): Path<ConversationId>,
    Body(body): Body<VisitorTyping>,
) -> Result<StatusCode> {
    let mut tx = state.ctx.begin(&visitor).await?;
    widget::owned(&mut tx, &visitor, id).await?;
    state.hub.visitor_typing(&visitor, id, body.on);
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(post, path = "/api/widget/conversations/{id}/read", tag = "widget", security(()), params(("id" = i64, Path)),
    responses((status = 204), (status = 404)))]
async fn read(State(ctx): State<Ctx>, visitor: Visitor, Path(id): Path<ConversationId>) -> Result<StatusCode> {
    let mut tx = ctx.begin(&visitor).await?;
    widget::mark_read(&mut tx, &visitor, id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(post, path = "/api/widget/conversations/{id}/csat", tag = "widget", security(()), params(("id" = i64, Path)),
    request_body = VisitorCsat, responses((status = 204), (status = 404)))]
async fn csat(
    State(ctx): State<Ctx>,
    visitor: Visitor,
    Path(id): Path<ConversationId>,
    Body(body): Body<VisitorCsat>,
) -> Result<StatusCode> {
    let mut tx = ctx.begin(&visitor).await?;
    widget::rate(&mut tx, &visitor, id, body).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(patch, path = "/api/widget/contact", tag = "widget", security(()), request_body = VisitorUpdateContact,
    responses((status = 200, body = VisitorContact)))]
async fn update_contact(
    State(ctx): State<Ctx>,
    visitor: Visitor,
    Body(body): Body<VisitorUpdateContact>,
) -> Result<Json<VisitorContact>> {
    let mut tx = ctx.begin(&visitor).await?;
    let contact = widget::update_contact(&mut tx, &visitor, body).await?;
    tx.commit().await?;
    Ok(Json(contact))
}

#[utoipa::path(post, path = "/api/widget/attachments", tag = "widget", security(()), request_body(content_type = "multipart/form-data", content = String),
    responses((status = 201, body = Attachment), (status = 413)))]
async fn attach(State(ctx): State<Ctx>, visitor: Visitor, form: Multipart) -> Result<(StatusCode, Json<Attachment>)> {
    attachments::receive(&ctx, &visitor, form).await
}
