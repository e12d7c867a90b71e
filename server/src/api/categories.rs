//! `/api/categories`: what messages are sorted into, and the texts that teach it.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use domain::{Ctx, categories};
use types::{
    CategoryExampleId, CategoryId, Page, PageQuery,
    categories::{AddExamples, Category, CategoryExample, CreateCategory, DraftPolicy, SetDraftPolicy, UpdateCategory},
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
        .routes(routes!(examples, add_examples))
        .routes(routes!(delete_example))
        .routes(routes!(policy, set_policy))
}

#[utoipa::path(get, path = "/api/categories", tag = "categories", params(PageQuery), responses((status = 200, body = Page<Category>)))]
async fn list(State(ctx): State<Ctx>, caller: Caller, Query(query): Query<PageQuery>) -> Result<Json<Page<Category>>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(page_of(categories::list(&mut tx, &caller).await?, &query, |category| category.id.0)?))
}

/// Makes a category; the account's classifier learns it from its examples. For admins.
#[utoipa::path(post, path = "/api/categories", tag = "categories", request_body = CreateCategory,
    responses((status = 201, body = Category), (status = 403), (status = 409, description = "There are 200 already.")))]
async fn create(State(ctx): State<Ctx>, caller: Caller, request: Create<CreateCategory>) -> Result<Response> {
    once!(&ctx, &caller, request.key, |tx| categories::create(tx, &caller, request.body))
}

#[utoipa::path(get, path = "/api/categories/{id}", tag = "categories", params(("id" = i64, Path)),
    responses((status = 200, body = Category), (status = 404)))]
async fn get(State(ctx): State<Ctx>, caller: Caller, Path(id): Path<CategoryId>) -> Result<Json<Category>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(categories::get(&mut tx, &caller, id).await?))
}

/// Changes a category; teams, conversations and classifications follow a new name. For admins.
#[utoipa::path(patch, path = "/api/categories/{id}", tag = "categories", params(("id" = i64, Path)), request_body = UpdateCategory,
    responses((status = 200, body = Category), (status = 403), (status = 404)))]
async fn update(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(id): Path<CategoryId>,
    Body(body): Body<UpdateCategory>,
) -> Result<Json<Category>> {
    let mut tx = ctx.begin(&caller).await?;
    let category = categories::update(&mut tx, &caller, id, body).await?;
    tx.commit().await?;
    Ok(Json(category))
}

/// Removes a category with its examples; what was classified keeps its name. For admins.
#[utoipa::path(delete, path = "/api/categories/{id}", tag = "categories", params(("id" = i64, Path)),
    responses((status = 204), (status = 403), (status = 404), (status = 409, description = "Only two are left.")))]
async fn delete(State(ctx): State<Ctx>, caller: Caller, Path(id): Path<CategoryId>) -> Result<StatusCode> {
    let mut tx = ctx.begin(&caller).await?;
    categories::delete(&mut tx, &caller, id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The account's own examples, newest first.
#[utoipa::path(get, path = "/api/categories/{id}/examples", tag = "categories", params(("id" = i64, Path), PageQuery),
    responses((status = 200, body = Page<CategoryExample>), (status = 404)))]
async fn examples(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(id): Path<CategoryId>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<CategoryExample>>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(categories::examples(&mut tx, &caller, id, query).await?))
}

/// Adds examples; a text that is an example of another category moves here. For admins.
#[utoipa::path(post, path = "/api/categories/{id}/examples", tag = "categories", params(("id" = i64, Path)), request_body = AddExamples,
    responses((status = 201, body = Category), (status = 403), (status = 404), (status = 409)))]
async fn add_examples(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(id): Path<CategoryId>,
    request: Create<AddExamples>,
) -> Result<Response> {
    once!(&ctx, &caller, request.key, |tx| categories::add_examples(tx, &caller, id, request.body))
}

#[utoipa::path(delete, path = "/api/categories/{id}/examples/{example_id}", tag = "categories",
    params(("id" = i64, Path), ("example_id" = i64, Path)), responses((status = 204), (status = 403), (status = 404)))]
async fn delete_example(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path((id, example)): Path<(CategoryId, CategoryExampleId)>,
) -> Result<StatusCode> {
    let mut tx = ctx.begin(&caller).await?;
    categories::delete_example(&mut tx, &caller, id, example).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the account wants of the drafts in the category.
#[utoipa::path(get, path = "/api/categories/{id}/draft-policy", tag = "categories", params(("id" = i64, Path)),
    responses((status = 200, body = DraftPolicy), (status = 404)))]
async fn policy(State(ctx): State<Ctx>, caller: Caller, Path(id): Path<CategoryId>) -> Result<Json<DraftPolicy>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(categories::policy::get(&mut tx, &caller, id).await?))
}

/// Says what the account wants of the drafts in the category. For admins.
#[utoipa::path(put, path = "/api/categories/{id}/draft-policy", tag = "categories", params(("id" = i64, Path)), request_body = SetDraftPolicy,
    responses((status = 200, body = DraftPolicy), (status = 403), (status = 404)))]
async fn set_policy(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(id): Path<CategoryId>,
    Body(body): Body<SetDraftPolicy>,
) -> Result<Json<DraftPolicy>> {
    let mut tx = ctx.begin(&caller).await?;
    let policy = categories::policy::set(&mut tx, &caller, id, body).await?;
    tx.commit().await?;
    Ok(Json(policy))
}
