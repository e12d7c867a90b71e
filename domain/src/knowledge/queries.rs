//! SQL of the knowledge base.

use types::{
    ArticleId, Language, Timestamp, UserId,
    knowledge::{Article, ArticleQuery, ArticleStatus, ArticleSummary},
};

use crate::{Result, TenantTx};

pub struct Content<'a> {
    pub title: &'a str,
    pub body: &'a str,
    pub language: Language,
    pub collection: &'a str,
    pub status: ArticleStatus,
}

impl Content<'_> {
    /// Whether drafts could come out otherwise once this is published in its stead.
    pub fn answers_unlike(&self, before: &Article) -> bool {
        before.status != ArticleStatus::Published
            || (self.title, self.body, self.language) != (&before.title, &before.body, before.language)
    }
}

pub async fn insert(tx: &mut TenantTx, content: &Content<'_>, author: Option<UserId>) -> Result<ArticleId> {
    let (account, now) = (tx.account_id(), tx.now());
    Ok(sqlx::query_scalar!(
        r#"insert into knowledge_articles (account_id, title, body, language, collection, status, author_id, created_at, updated_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $8) returning id as "id: ArticleId""#,
        account.0,
        content.title,
        content.body,
        content.language.as_str(),
        content.collection,
        content.status.as_str(),
        author.map(|id| id.0),
        now
    )
    .fetch_one(tx.conn())
    .await?)
}

/// The new version.
pub async fn replace(tx: &mut TenantTx, id: ArticleId, content: &Content<'_>) -> Result<i32> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        "update knowledge_articles set title = $3, body = $4, language = $5, collection = $6, status = $7, version = version + 1
         where account_id = $1 and id = $2 and deleted_at is null returning version",
        account.0,
        id.0,
        content.title,
        content.body,
        content.language.as_str(),
        content.collection,
        content.status.as_str()
    )
    .fetch_one(tx.conn())
    .await?)
}

/// False when there is no such article.
pub async fn delete(tx: &mut TenantTx, id: ArticleId) -> Result<bool> {
    let (account, now) = (tx.account_id(), tx.now());
    let done = sqlx::query!(
        "update knowledge_articles set deleted_at = $3, version = version + 1 where account_id = $1 and id = $2 and deleted_at is null",
        account.0,
        id.0,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn find(tx: &mut TenantTx, id: ArticleId) -> Result<Article> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Article,
        r#"select a.id as "id: ArticleId", a.title, a.body, a.language as "language: Language", a.collection,
                  a.status as "status: ArticleStatus", a.indexed_version = a.version as "indexed!", u.name as "author_name?",
                  a.created_at, a.updated_at
           from knowledge_articles a
           left join account_users u on u.account_id = a.account_id and u.user_id = a.author_id
           where a.account_id = $1 and a.id = $2 and a.deleted_at is null"#,
        account.0,
        id.0
    )
    .fetch_one(tx.conn())
    .await?)
}

/// Expects `knowledge_articles_recent_idx`; a text filter reads the account's articles.
pub async fn list(
    tx: &mut TenantTx,
    query: &ArticleQuery,
    after: Option<(Timestamp, ArticleId)>,
    limit: u32,
) -> Result<Vec<ArticleSummary>> {
    let account = tx.account_id();
    let pattern = query.q.as_deref().map(str::trim).filter(|q| !q.is_empty()).map(|q| {
        let escaped = q.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        format!("%{escaped}%")
    });
    Ok(sqlx::query_as!(
        ArticleSummary,
        r#"select id as "id: ArticleId", title, language as "language: Language", collection, status as "status: ArticleStatus",
                  indexed_version = version as "indexed!", updated_at
           from knowledge_articles
           where account_id = $1 and deleted_at is null
             and ($2::text is null or title ilike $2 or body ilike $2)
             and ($3::text is null or language = $3)
             and ($4::text is null or status = $4)
             and ($5::timestamptz is null or (updated_at, id) < ($5, $6))
           order by updated_at desc, id desc limit $7"#,
        account.0,
        pattern,
        query.language.map(Language::as_str) as Option<&str>,
        query.status.map(ArticleStatus::as_str) as Option<&str>,
        after.map(|(at, _)| at),
        after.map_or(0, |(_, id)| id.0),
        i64::from(limit)
    )
    .fetch_all(tx.conn())
    .await?)
}
