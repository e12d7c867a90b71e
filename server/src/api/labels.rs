//! `/api/labels`.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use domain::{Ctx, labels};
use types::{
    LabelId, Page, PageQuery,
    labels::{CreateLabel, Label, UpdateLabel},
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

#[utoipa::path(get, path = "/api/labels", tag = "labels", params(PageQuery), responses((status = 200, body = Page<Label>)))]
async fn list(State(ctx): State<Ctx>, caller: Caller, Query(query): Query<PageQuery>) -> Result<Json<Page<Label>>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(page_of(labels::list(&mut tx, &caller).await?, &query, |label| label.id.0)?))
}

#[utoipa::path(post, path = "/api/labels", tag = "labels", request_body = CreateLabel, responses((status = 201, body = Label), (status = 403)))]
async fn create(State(ctx): State<Ctx>, caller: Caller, request: Create<CreateLabel>) -> Result<Response> {
    once!(&ctx, &caller, request.key, |tx| labels::create(tx, &caller, request.body))
}

#[utoipa::path(get, path = "/api/labels/{id}", tag = "labels", params(("id" = i64, Path)),
    responses((status = 200, body = Label), (status = 404)))]
async fn get(State(ctx): State<Ctx>, caller: Caller, Path(id): Path<LabelId>) -> Result<Json<Label>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(labels::get(&mut tx, &caller, id).await?))
}

/// Changes a label; conversations that carry it follow a new title.
#[utoipa::path(patch, path = "/api/labels/{id}", tag = "labels", params(("id" = i64, Path)), request_body = UpdateLabel,
    responses((status = 200, body = Label), (status = 403), (status = 404)))]
async fn update(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(id): Path<LabelId>,
    Body(body): Body<UpdateLabel>,
) -> Result<Json<Label>> {
    let mut tx = ctx.begin(&caller).await?;
    let label = labels::update(&mut tx, &caller, id, body).await?;
    tx.commit().await?;
    Ok(Json(label))
}

/// Removes a label, also from the conversations that carry it.
#[utoipa::path(delete, path = "/api/labels/{id}", tag = "labels", params(("id" = i64, Path)),
    responses((status = 204), (status = 403), (status = 404)))]
async fn delete(State(ctx): State<Ctx>, caller: Caller, Path(id): Path<LabelId>) -> Result<StatusCode> {
    let mut tx = ctx.begin(&caller).await?;
    labels::delete(&mut tx, &caller, id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
