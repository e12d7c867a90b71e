//! `/api/teams`.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use domain::{Ctx, teams};
use types::{
    Page, PageQuery, TeamId,
    agents::Agent,
    teams::{CreateTeam, Team, UpdateTeam},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    error::Result,
    extract::{Caller, Create, Json as Body, Path, Query},
    once,
    state::AppState,
};

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(get, update, delete)).routes(routes!(agents))
}

/// A page of a list that the domain answers whole because an account has few of its rows. The cursor is the id of the
/// page's last row; when that row is gone meanwhile, the list starts over.
pub(super) fn page_of<T>(rows: Vec<T>, query: &PageQuery, id: impl Fn(&T) -> i64) -> Result<Page<T>> {
    let limit = domain::page::limit(query.limit)?;
    let after: Option<i64> = domain::page::decode(query.cursor.as_deref())?;
    let start = after.and_then(|after| rows.iter().position(|row| id(row) == after)).map_or(0, |last| last + 1);
    Ok(Page::cut(rows.into_iter().skip(start).collect(), limit, |row| domain::page::encode(&id(row))))
}

#[utoipa::path(get, path = "/api/teams", tag = "teams", params(PageQuery), responses((status = 200, body = Page<Team>)))]
async fn list(State(ctx): State<Ctx>, caller: Caller, Query(query): Query<PageQuery>) -> Result<Json<Page<Team>>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(page_of(teams::list(&mut tx, &caller).await?, &query, |team| team.id.0)?))
}

/// Makes a team. For admins.
#[utoipa::path(post, path = "/api/teams", tag = "teams", request_body = CreateTeam, responses((status = 201, body = Team), (status = 403)))]
async fn create(State(ctx): State<Ctx>, caller: Caller, request: Create<CreateTeam>) -> Result<Response> {
    once!(&ctx, &caller, request.key, |tx| teams::create(tx, &caller, request.body))
}

#[utoipa::path(get, path = "/api/teams/{id}", tag = "teams", params(("id" = i64, Path)),
    responses((status = 200, body = Team), (status = 404)))]
async fn get(State(ctx): State<Ctx>, caller: Caller, Path(id): Path<TeamId>) -> Result<Json<Team>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(teams::get(&mut tx, &caller, id).await?))
}

/// Changes a team; an empty category takes it away. For admins.
#[utoipa::path(patch, path = "/api/teams/{id}", tag = "teams", params(("id" = i64, Path)), request_body = UpdateTeam,
    responses((status = 200, body = Team), (status = 403), (status = 404)))]
async fn update(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(id): Path<TeamId>,
    Body(body): Body<UpdateTeam>,
) -> Result<Json<Team>> {
    let mut tx = ctx.begin(&caller).await?;
    let team = teams::update(&mut tx, &caller, id, body).await?;
    tx.commit().await?;
    Ok(Json(team))
}

/// Removes a team; its conversations stay, without a team. For admins.
#[utoipa::path(delete, path = "/api/teams/{id}", tag = "teams", params(("id" = i64, Path)),
    responses((status = 204), (status = 403), (status = 404)))]
async fn delete(State(ctx): State<Ctx>, caller: Caller, Path(id): Path<TeamId>) -> Result<StatusCode> {
    let mut tx = ctx.begin(&caller).await?;
    teams::delete(&mut tx, &caller, id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The people of a team.
#[utoipa::path(get, path = "/api/teams/{id}/agents", tag = "teams", params(("id" = i64, Path), PageQuery),
    responses((status = 200, body = Page<Agent>), (status = 404)))]
async fn agents(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(id): Path<TeamId>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<Agent>>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(page_of(teams::agents(&mut tx, &caller, id).await?, &query, |agent| agent.id.0)?))
}
