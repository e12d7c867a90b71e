//! Articles of accounts that want them tried before they are published: what may be saved at once, and what waits.

use types::{
    ArticleId,
    knowledge::{Article, ArticleStatus, SaveArticle},
    rehearsals::Change,
};

use super::{NEEDED, find, keep, propose, queries};
use crate::{Actor, Ctx, Error, Result, TenantTx, ai_settings, knowledge};

/// Whether a person may publish, or change what is published, at once.
///
/// # Errors
/// As [`super::gate`], where the account wants articles tried.
pub async fn gate(tx: &mut TenantTx, actor: &Actor) -> Result<()> {
    if ai_settings::queries::find(tx).await?.rehearse_articles {
        super::gate(tx, actor).await?;
    }
    Ok(())
}

/// What came of saving an article.
pub struct Saved {
    pub article: Article,
    /// Whether it waits to be tried: the article is what it was, or is not published yet.
    pub waits: bool,
}

/// Saves an article, a new one without an `id`. Where it must be tried first, one that is not published is saved all the
/// same and its publishing put with what is to be tried; of one that is published, the change is.
///
/// # Errors
/// As saving it.
pub async fn save(
    ctx: &Ctx,
    tx: &mut TenantTx,
    actor: &Actor,
    id: Option<ArticleId>,
    request: SaveArticle,
) -> Result<Saved> {
    // Before any lock of articles, as whoever goes live holds them.
    queries::lock_current(tx).await?;
    match store(tx, actor, id, request.clone()).await {
        Err(Error::Conflict { code: NEEDED, .. }) => {}
        saved => {
            let article = saved?;
            let published = article.status == ArticleStatus::Published;
            let done = |change: &Change| published || matches!(change, Change::UpdateArticle { .. });
            let waits = drop_changes(tx, article.id, done).await?;
            return Ok(Saved { article, waits });
        }
    }
    let before = match id {
        Some(id) => Some(knowledge::get(tx, actor, id).await?),
        None => None,
    };
    let (article, change) = match before {
        Some(article) if article.status == ArticleStatus::Published => {
            let article_id = article.id;
            (article, Change::UpdateArticle { article_id, article: request })
        }
        before => {
            let status = before.map_or(ArticleStatus::Draft, |before| before.status);
            let article = store(tx, actor, id, SaveArticle { status: Some(status), ..request }).await?;
            let article_id = article.id;
            (article, Change::Publish { article_id })
        }
    };
    propose(ctx, tx, actor, change).await?;
    Ok(Saved { article, waits: true })
}

async fn store(tx: &mut TenantTx, actor: &Actor, id: Option<ArticleId>, request: SaveArticle) -> Result<Article> {
    match id {
        Some(id) => knowledge::replace(tx, actor, id, request).await,
        None => knowledge::create(tx, actor, request).await,
    }
}

/// The change of an article that waits to be tried or to go live.
pub async fn waiting(tx: &mut TenantTx, id: ArticleId) -> Result<Option<Change>> {
    let changes = queries::current(tx).await?.unwrap_or_default();
    Ok(changes.into_iter().rfind(|change| change.article() == Some(id)))
}

/// Nothing of an article waits any more: it is gone.
pub async fn forget(tx: &mut TenantTx, id: ArticleId) -> Result<()> {
    drop_changes(tx, id, |_| true).await.map(drop)
}

/// Takes out those changes of an article that somebody has said the last word on. True when others of it still wait.
async fn drop_changes(tx: &mut TenantTx, id: ArticleId, done: impl Fn(&Change) -> bool) -> Result<bool> {
    let Some(current) = queries::lock_current(tx).await? else { return Ok(false) };
    let row = find(tx, current).await?;
    let mut left = row.changes.0.clone();
    left.retain(|change| change.article() != Some(id) || !done(change));
    keep(tx, &row, &left).await?;
    Ok(left.iter().any(|change| change.article() == Some(id)))
}
