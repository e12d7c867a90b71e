//! Server functions of the knowledge base.

use leptos::{prelude::*, server_fn::codec::Json};
use types::{
    ArticleId, Page,
    knowledge::{Article, ArticleQuery, ArticleSummary, SaveArticle, SearchHit},
};

#[cfg(feature = "ssr")]
use crate::auth::viewer;
use crate::error::UiError;

#[server(prefix = "/api/ui", endpoint = "knowledge/list", input = Json)]
pub async fn list(query: ArticleQuery) -> Result<Page<ArticleSummary>, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    Ok(domain::knowledge::list(&mut tx, &actor, query).await?)
}

#[server(prefix = "/api/ui", endpoint = "knowledge/search", input = Json)]
pub async fn search(q: String) -> Result<Vec<SearchHit>, UiError> {
    let (ctx, actor) = viewer()?;
    Ok(domain::knowledge::search(&ctx, &actor, types::knowledge::SearchQuery { q, limit: Some(10) }).await?)
}

#[server(prefix = "/api/ui", endpoint = "knowledge/get", input = Json)]
pub async fn get(id: ArticleId) -> Result<Article, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    Ok(domain::knowledge::get(&mut tx, &actor, id).await?)
}

/// Saves a new article, or replaces the one with this id.
#[server(prefix = "/api/ui", endpoint = "knowledge/save", input = Json)]
pub async fn save(id: Option<ArticleId>, article: SaveArticle) -> Result<Article, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let article = match id {
        Some(id) => domain::knowledge::replace(&mut tx, &actor, id, article).await?,
        None => domain::knowledge::create(&mut tx, &actor, article).await?,
    };
    tx.commit().await?;
    Ok(article)
}

#[server(prefix = "/api/ui", endpoint = "knowledge/delete", input = Json)]
pub async fn delete(id: ArticleId) -> Result<(), UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    domain::knowledge::delete(&mut tx, &actor, id).await?;
    Ok(tx.commit().await?)
}
