//! SQL of the knowledge base.

use pgvector::HalfVector;
use types::{
    ArticleId, ChunkId, Language, Timestamp, UserId,
    knowledge::{Article, ArticleQuery, ArticleStatus, ArticleSummary},
};

use super::{index::Columns, retrieval::Found};
use crate::{Result, TenantTx, ai::chunk::Chunk};

pub struct Content<'a> {
    pub title: &'a str,
    pub body: &'a str,
    pub language: Language,
    pub collection: &'a str,
    pub status: ArticleStatus,
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

/// What the indexer reads.
pub struct Source {
    pub title: String,
    pub body: String,
    pub language: Language,
    pub version: i32,
    /// Published and not deleted.
    pub searchable: bool,
}

pub async fn source(tx: &mut TenantTx, id: ArticleId) -> Result<Option<Source>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Source,
        r#"select title, body, language as "language: Language", version, status = 'published' and deleted_at is null as "searchable!"
           from knowledge_articles where account_id = $1 and id = $2"#,
        account.0,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?)
}

/// Locks the article against other indexers; its language, or none when this version is no longer current.
pub async fn lock_version(tx: &mut TenantTx, id: ArticleId, version: i32) -> Result<Option<Language>> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"select language as "language: Language" from knowledge_articles
           where account_id = $1 and id = $2 and version = $3 for no key update"#,
        account.0,
        id.0,
        version
    )
    .fetch_optional(tx.conn())
    .await?)
}

pub async fn set_indexed(tx: &mut TenantTx, id: ArticleId, version: i32) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "update knowledge_articles set indexed_version = $3 where account_id = $1 and id = $2",
        account.0,
        id.0,
        version
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn delete_chunks(tx: &mut TenantTx, id: ArticleId) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!("delete from knowledge_chunks where account_id = $1 and article_id = $2", account.0, id.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// `vectors` goes with `chunks`, one unit vector each.
pub async fn insert_chunks(
    tx: &mut TenantTx,
    id: ArticleId,
    language: Language,
    chunks: &[Chunk],
    vectors: &[Vec<f32>],
) -> Result<()> {
    let account = tx.account_id();
    let columns = Columns::of(chunks);
    let vectors: Vec<HalfVector> = vectors.iter().map(|vector| HalfVector::from_f32_slice(vector)).collect();
    sqlx::query!(
        "insert into knowledge_chunks (account_id, article_id, language, ordinal, heading_path, content, embedding)
         select $1, $2, $3, c.ordinal, c.heading_path, c.content, c.embedding
         from unnest($4::int[], $5::text[], $6::text[], $7::halfvec[]) as c (ordinal, heading_path, content, embedding)",
        account.0,
        id.0,
        language.as_str(),
        &columns.ordinals,
        &columns.headings,
        &columns.contents,
        vectors as _
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Every article that has not been deleted, with its version.
pub async fn versions(tx: &mut TenantTx) -> Result<Vec<(ArticleId, i32)>> {
    let account = tx.account_id();
    let rows = sqlx::query!(
        r#"select id as "id: ArticleId", version from knowledge_articles where account_id = $1 and deleted_at is null order by id"#,
        account.0
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.version)).collect())
}

/// The account's passages nearest to `vector` and richest in the words of `text`, by their weighted sum.
///
/// Exact: every passage of the account is measured, so no tenant's vectors cost another's recall. Expects the
/// primary key of `knowledge_chunks` and a hash join with the account's articles. Each passage is searched with the
/// stemming of its own language, any word of the question counting.
pub async fn nearest(
    tx: &mut TenantTx,
    vector: &[f32],
    text: &str,
    word_weight: f64,
    limit: i64,
) -> Result<Vec<Found>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Found,
        r#"with asked as materialized (
               select l as language, replace(plainto_tsquery(text_search_config(l), $3)::text, ' & ', ' | ')::tsquery as words
               from unnest(array['en', 'fi', 'sv', 'de', 'fr']) as l
           ), measured as (
               select k.id, k.article_id, a.title, k.language, k.heading_path, k.content,
                      1 - (k.embedding <=> $2::halfvec) as similarity,
                      ts_rank_cd(k.search, asked.words, 1)::float8 as rank
               from knowledge_chunks k
               join knowledge_articles a on a.account_id = k.account_id and a.id = k.article_id
               join asked on asked.language = k.language
               where k.account_id = $1 and a.status = 'published' and a.deleted_at is null
           ), scored as (
               select *, similarity + $4 * rank / greatest(max(rank) over (), 1e-6) as score from measured
           )
           select id as "chunk_id!: ChunkId", article_id as "article_id!: ArticleId", title as "title!", language as "language!: Language",
                  heading_path as "heading_path!", content as "content!", similarity as "similarity!", score as "score!"
           from scored order by score desc, id limit $5"#,
        account.0,
        HalfVector::from_f32_slice(vector) as _,
        text,
        word_weight,
        limit
    )
    .fetch_all(tx.conn())
    .await?)
}
