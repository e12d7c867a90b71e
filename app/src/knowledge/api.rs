//! Server functions of the knowledge base.

use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};
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

/// An article as whoever opens it goes on with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    pub article: Article,
    /// Whether it waits to be tried before it is published, or published anew.
    pub waits: bool,
    /// What it is to become, where that is something else.
    pub proposed: Option<SaveArticle>,
}

#[server(prefix = "/api/ui", endpoint = "knowledge/get", input = Json)]
pub async fn get(id: ArticleId) -> Result<Opened, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let article = domain::knowledge::get(&mut tx, &actor, id).await?;
    let waiting = domain::rehearsals::articles::waiting(&mut tx, id).await?;
    let waits = waiting.is_some();
    let proposed = waiting.and_then(|change| match change {
        types::rehearsals::Change::UpdateArticle { article, .. } => Some(article),
        _ => None,
    });
    Ok(Opened { article, waits, proposed })
}

/// Saves a new article, or replaces the one with this id. Answers which it is, and whether it waits to be tried before it
/// is published.
#[server(prefix = "/api/ui", endpoint = "knowledge/save", input = Json)]
pub async fn save(id: Option<ArticleId>, article: SaveArticle) -> Result<(ArticleId, bool), UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let saved = domain::rehearsals::articles::save(&ctx, &mut tx, &actor, id, article).await?;
    tx.commit().await?;
    Ok((saved.article.id, saved.waits))
}

#[server(prefix = "/api/ui", endpoint = "knowledge/delete", input = Json)]
pub async fn delete(id: ArticleId) -> Result<(), UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    domain::knowledge::delete(&mut tx, &actor, id).await?;
    Ok(tx.commit().await?)
}
