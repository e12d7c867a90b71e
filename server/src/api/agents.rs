//! `/api/agents`.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use domain::{Ctx, agents};
use types::{
    Page, PageQuery, UserId,
    agents::{Agent, CreateAgent, UpdateAgent},
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
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(get, update, delete))
}

/// Everyone in the account, with availability, current and maximum load.
#[utoipa::path(get, path = "/api/agents", tag = "agents", params(PageQuery), responses((status = 200, body = Page<Agent>)))]
async fn list(State(ctx): State<Ctx>, caller: Caller, Query(query): Query<PageQuery>) -> Result<Json<Page<Agent>>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(page_of(agents::list(&mut tx, &caller).await?, &query, |agent| agent.id.0)?))
}

/// Adds a person. Somebody who has a sign-in elsewhere joins with the password they have. For admins.
#[utoipa::path(post, path = "/api/agents", tag = "agents", request_body = CreateAgent, responses((status = 201, body = Agent), (status = 403)))]
async fn create(State(ctx): State<Ctx>, caller: Caller, request: Create<CreateAgent>) -> Result<Response> {
    once!(&ctx, &caller, request.key, |tx| agents::create_in(&ctx, tx, &caller, request.body))
}

#[utoipa::path(get, path = "/api/agents/{id}", tag = "agents", params(("id" = i64, Path)),
    responses((status = 200, body = Agent), (status = 404)))]
async fn get(State(ctx): State<Ctx>, caller: Caller, Path(id): Path<UserId>) -> Result<Json<Agent>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(agents::get(&mut tx, &caller, id).await?))
}

/// Changes a person: one's own availability from agent up, anybody's from supervisor up, everything else as an admin.
#[utoipa::path(patch, path = "/api/agents/{id}", tag = "agents", params(("id" = i64, Path)), request_body = UpdateAgent,
    responses((status = 200, body = Agent), (status = 403), (status = 404), (status = 409)))]
async fn update(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(id): Path<UserId>,
    Body(body): Body<UpdateAgent>,
) -> Result<Json<Agent>> {
    Ok(Json(agents::update(&ctx, &caller, id, body).await?))
}

/// Takes a person out of the account; their sessions and tokens end at once. For admins.
#[utoipa::path(delete, path = "/api/agents/{id}", tag = "agents", params(("id" = i64, Path)),
    responses((status = 204), (status = 403), (status = 404), (status = 409)))]
async fn delete(State(ctx): State<Ctx>, caller: Caller, Path(id): Path<UserId>) -> Result<StatusCode> {
    agents::remove(&ctx, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
