//! The knowledge base: articles, the passages they are cut into, and the search that people and drafts share.

pub(crate) mod index;
pub mod jobs;
mod markdown;
pub(crate) mod meaning;
mod queries;
mod retrieval;
mod search;

use serde_json::json;
use types::{
    ArticleId, Language, Page, Timestamp,
    knowledge::{Article, ArticleQuery, ArticleStatus, ArticleSummary, SaveArticle},
};

use crate::{
    Actor, Error, Permission, Result, TenantTx, accounts,
    ai::language,
    events::{self, Audit},
    jobs::{NewJob, enqueue},
    rehearsals,
};
use jobs::IndexArticle;
use queries::Content;

pub use index::{APPROXIMATE_FROM, Left, Prepared, Seen, index, indexing, multiply, reindex};
pub use markdown::render_markdown;
pub use retrieval::{Evidence, Found, Passage, Question, retrieve, retrieve_beside, retrieve_by_meaning};
pub use search::search;

const MAX_TITLE_CHARS: usize = 300;
const MAX_BODY_CHARS: usize = 200_000;
const MAX_COLLECTION_CHARS: usize = 100;
const DEFAULT_COLLECTION: &str = "General";
/// Below this the words do not tell the language, and the account's own is the better guess.
const SURE_LANGUAGE: f64 = 0.6;

/// A page of articles, last changed first. Drafts and archived ones included.
pub async fn list(tx: &mut TenantTx, actor: &Actor, query: ArticleQuery) -> Result<Page<ArticleSummary>> {
    actor.require(Permission::Read)?;
    let limit = crate::page::limit(query.limit)?;
    let after: Option<(Timestamp, ArticleId)> = crate::page::decode(query.cursor.as_deref())?;
    let rows = queries::list(tx, &query, after, limit + 1).await?;
    Ok(Page::cut(rows, limit, |row| crate::page::encode(&(row.updated_at, row.id))))
}

/// # Errors
/// `NotFound` when it does not exist in the account, or was deleted.
pub async fn get(tx: &mut TenantTx, actor: &Actor, id: ArticleId) -> Result<Article> {
    actor.require(Permission::Read)?;
    queries::find(tx, id).await
}

/// Writes a new article and promises to index it.
///
/// # Errors
/// `Invalid` for a title, body or collection that cannot be; `Conflict` for a published one that must be rehearsed first.
pub async fn create(tx: &mut TenantTx, actor: &Actor, request: SaveArticle) -> Result<Article> {
    actor.require(Permission::Work)?;
    check(&request)?;
    let language = language_of(tx, &request).await?;
    let content = Content {
        title: request.title.trim(),
        body: &request.body,
        language,
        collection: request.collection.as_deref().map_or(DEFAULT_COLLECTION, str::trim),
        status: request.status.unwrap_or(ArticleStatus::Published),
    };
    if content.status == ArticleStatus::Published {
        rehearsals::articles::gate(tx, actor).await?;
    }
    let id = queries::insert(tx, &content, actor.user_id()).await?;
    saved(tx, actor, id, 1, "article.created").await
}

/// Replaces title and body; language, collection and status stay when left out. What is no longer published cannot be
/// found from here on; what is, is found as it was until the new version is indexed.
///
/// # Errors
/// `NotFound`; `Invalid` and `Conflict` as for [`create`].
pub async fn replace(tx: &mut TenantTx, actor: &Actor, id: ArticleId, request: SaveArticle) -> Result<Article> {
    actor.require(Permission::Work)?;
    check(&request)?;
    let before = queries::find(tx, id).await?;
    let content = Content {
        title: request.title.trim(),
        body: &request.body,
        language: request.language.unwrap_or(before.language),
        collection: request.collection.as_deref().map_or(before.collection.as_str(), str::trim),
        status: request.status.unwrap_or(before.status),
    };
    let taken_back = content.status != ArticleStatus::Published;
    if !taken_back && content.answers_unlike(&before) {
        rehearsals::articles::gate(tx, actor).await?;
    }
    if taken_back {
        index::lock(tx).await?;
    }
    let version = queries::replace(tx, id, &content).await?;
    if taken_back {
        index::remove(tx, id).await?;
    }
    saved(tx, actor, id, version, "article.updated").await
}

/// Publishes an article as it stands.
///
/// # Errors
/// `NotFound`; `Conflict` when it is published already.
pub async fn publish(tx: &mut TenantTx, actor: &Actor, id: ArticleId) -> Result<Article> {
    let article = get(tx, actor, id).await?;
    if article.status == ArticleStatus::Published {
        return Err(Error::Conflict { code: "published", message: "This article is published already." });
    }
    let request = SaveArticle {
        title: article.title,
        body: article.body,
        language: None,
        collection: None,
        status: Some(ArticleStatus::Published),
    };
    replace(tx, actor, id, request).await
}

async fn saved(tx: &mut TenantTx, actor: &Actor, id: ArticleId, version: i32, action: &str) -> Result<Article> {
    enqueue(tx, NewJob::of(&IndexArticle { article_id: id, version, again: false })?).await?;
    let audit = Audit::new(action, "article", id.0).details(json!({ "version": version }));
    events::audit(tx, actor, audit).await?;
    queries::find(tx, id).await
}

/// Takes an article away: search and drafts no longer see it, old drafts keep their quotation.
///
/// # Errors
/// `NotFound`.
pub async fn delete(tx: &mut TenantTx, actor: &Actor, id: ArticleId) -> Result<()> {
    actor.require(Permission::Work)?;
    rehearsals::articles::forget(tx, id).await?;
    index::lock(tx).await?;
    if !queries::delete(tx, id).await? {
        return Err(Error::NotFound);
    }
    index::remove(tx, id).await?;
    events::audit(tx, actor, Audit::new("article.deleted", "article", id.0)).await
}

async fn language_of(tx: &mut TenantTx, request: &SaveArticle) -> Result<Language> {
    if let Some(language) = request.language {
        return Ok(language);
    }
    let (language, confidence) = language::detect(&format!("{}\n{}", request.title, request.body));
    if confidence >= SURE_LANGUAGE { Ok(language) } else { Ok(accounts::get(tx).await?.locale) }
}

fn check(request: &SaveArticle) -> Result<()> {
    let title = request.title.trim().chars().count();
    if title == 0 || title > MAX_TITLE_CHARS {
        return Err(Error::invalid("title", format!("takes 1 to {MAX_TITLE_CHARS} characters")));
    }
    if request.body.chars().count() > MAX_BODY_CHARS {
        return Err(Error::invalid("body", "takes at most 200,000 characters"));
    }
    if [&request.title, &request.body].iter().any(|text| text.contains('\0')) {
        return Err(Error::invalid("body", "NUL characters cannot be stored"));
    }
    let collection = request.collection.as_deref().map(|name| name.trim().chars().count());
    if collection.is_some_and(|length| length == 0 || length > MAX_COLLECTION_CHARS) {
        return Err(Error::invalid("collection", format!("takes 1 to {MAX_COLLECTION_CHARS} characters")));
    }
    Ok(())
}
