//! `/api/knowledge-base`.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use domain::{Ctx, knowledge};
use types::{
    ArticleId, Page,
    knowledge::{Article, ArticleQuery, ArticleSummary, SaveArticle, SearchHit, SearchQuery},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    error::Result,
    extract::{Caller, Create, Json as Body, Path, Query},
    once,
    state::AppState,
};

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(get, replace, delete)).routes(routes!(search))
}

#[utoipa::path(get, path = "/api/knowledge-base/articles", tag = "knowledge", params(ArticleQuery),
    responses((status = 200, body = Page<ArticleSummary>)))]
async fn list(
    State(ctx): State<Ctx>,
    caller: Caller,
    Query(query): Query<ArticleQuery>,
) -> Result<Json<Page<ArticleSummary>>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(knowledge::list(&mut tx, &caller, query).await?))
}

/// Saves a new article; it becomes searchable within moments. Where the account wants articles tried first, save it as a
/// draft and rehearse its publishing.
#[utoipa::path(post, path = "/api/knowledge-base/articles", tag = "knowledge", request_body = SaveArticle,
    responses((status = 201, body = Article), (status = 409, description = "Must be rehearsed first.")))]
async fn create(State(ctx): State<Ctx>, caller: Caller, request: Create<SaveArticle>) -> Result<Response> {
    once!(&ctx, &caller, request.key, |tx| knowledge::create(tx, &caller, request.body))
}

#[utoipa::path(get, path = "/api/knowledge-base/articles/{id}", tag = "knowledge", params(("id" = i64, Path)),
    responses((status = 200, body = Article), (status = 404)))]
async fn get(State(ctx): State<Ctx>, caller: Caller, Path(id): Path<ArticleId>) -> Result<Json<Article>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(knowledge::get(&mut tx, &caller, id).await?))
}

#[utoipa::path(put, path = "/api/knowledge-base/articles/{id}", tag = "knowledge", params(("id" = i64, Path)), request_body = SaveArticle,
    responses((status = 200, body = Article), (status = 404), (status = 409, description = "Must be rehearsed first.")))]
async fn replace(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(id): Path<ArticleId>,
    Body(body): Body<SaveArticle>,
) -> Result<Json<Article>> {
    let mut tx = ctx.begin(&caller).await?;
    let article = knowledge::replace(&mut tx, &caller, id, body).await?;
    tx.commit().await?;
    Ok(Json(article))
}

#[utoipa::path(delete, path = "/api/knowledge-base/articles/{id}", tag = "knowledge", params(("id" = i64, Path)),
    responses((status = 204), (status = 404)))]
async fn delete(State(ctx): State<Ctx>, caller: Caller, Path(id): Path<ArticleId>) -> Result<StatusCode> {
    let mut tx = ctx.begin(&caller).await?;
    knowledge::delete(&mut tx, &caller, id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Finds articles by meaning and by words.
#[utoipa::path(get, path = "/api/knowledge-base/search", tag = "knowledge", params(SearchQuery),
    responses((status = 200, body = Page<SearchHit>)))]
async fn search(
    State(ctx): State<Ctx>,
    caller: Caller,
    Query(query): Query<SearchQuery>,
) -> Result<Json<Page<SearchHit>>> {
    Ok(Json(Page::whole(knowledge::search(&ctx, &caller, query).await?)))
}
