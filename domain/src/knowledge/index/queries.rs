//! SQL that makes articles searchable: passages, their vectors and words, and how many passages hold a word.

use pgvector::HalfVector;
use types::{ArticleId, Language};

use super::Columns;
use crate::{Result, TenantTx, ai::chunk::Chunk};

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

/// Index jobs that wait or run, and parked ones.
pub async fn left(tx: &mut TenantTx) -> Result<(i64, i64)> {
    let account = tx.account_id();
    let row = sqlx::query!(
        r#"select count(*) filter (where status <> 'parked') as "waiting!", count(*) filter (where status = 'parked') as "parked!"
           from jobs where account_id = $1 and queue = 'index' and status <> 'done'"#,
        account.0
    )
    .fetch_one(tx.conn())
    .await?;
    Ok((row.waiting, row.parked))
}

/// Makes the account's index writers take turns until the transaction ends.
///
/// Two articles share most of their words, and each transaction changes the counts twice: for what goes and for what
/// comes. Without turns two of them could wait for each other. Accounts whose hashes collide take turns too.
pub async fn lock(tx: &mut TenantTx) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!("select pg_advisory_xact_lock(4855, hashint8($1))", account.0).execute(tx.conn()).await?;
    Ok(())
}

/// Locks the article against changes; its language, or none when this version is no longer current.
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

/// Passages of the account, in all languages.
pub async fn size(tx: &mut TenantTx) -> Result<i64> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"select coalesce(sum(chunks), 0) as "size!" from knowledge_lexemes
           where account_id = $1 and language = any (array['en', 'fi', 'sv', 'de', 'fr']) and lexeme = ''"#,
        account.0
    )
    .fetch_one(tx.conn())
    .await?)
}

/// Takes an article's passages out of the index, with their vectors (by the foreign key) and words, and from the counts.
/// Under [`lock`].
pub async fn delete_chunks(tx: &mut TenantTx, id: ArticleId) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "with words as (
             delete from knowledge_postings p using knowledge_chunks k
             where p.account_id = $1 and k.account_id = $1 and k.article_id = $2 and p.chunk_id = k.id
             returning p.language, p.lexeme
         ), chunks as (
             delete from knowledge_chunks where account_id = $1 and article_id = $2 returning language
         )
         merge into knowledge_lexemes l
         using (
             select language, lexeme, count(*)::int as chunks
             from (select language, lexeme from words union all select language, '' from chunks) as gone
             group by 1, 2
         ) as gone
         on l.account_id = $1 and l.language = gone.language and l.lexeme = gone.lexeme
         when matched and l.chunks <= gone.chunks then delete
         when matched then update set chunks = l.chunks - gone.chunks",
        account.0,
        id.0
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes an article's passages, their vectors and words, and the counts. Under [`lock`]. `vectors` goes with `chunks`, one unit
/// vector each; `approximate` puts them into the graph.
pub async fn insert_chunks(
    tx: &mut TenantTx,
    id: ArticleId,
    language: Language,
    chunks: &[Chunk],
    vectors: &[Vec<f32>],
    approximate: bool,
) -> Result<()> {
    let account = tx.account_id();
    let columns = Columns::of(chunks);
    let vectors: Vec<HalfVector> = vectors.iter().map(|vector| HalfVector::from_f32_slice(vector)).collect();
    sqlx::query!(
        "with fresh as (
             insert into knowledge_chunks (account_id, article_id, language, ordinal, heading_path, content)
             select $1, $2, $3, c.ordinal, c.heading_path, c.content
             from unnest($4::int[], $5::text[], $6::text[]) as c (ordinal, heading_path, content)
             returning id, ordinal, heading_path, content
         ), measured as (
             insert into knowledge_vectors (account_id, chunk_id, article_id, language, embedding, approximate)
             select $1, f.id, $2, $3, v.embedding, $8
             from fresh f
             join unnest($4::int[], $7::halfvec[]) as v (ordinal, embedding) on v.ordinal = f.ordinal
         ), posted as (
             insert into knowledge_postings (account_id, language, lexeme, chunk_id, weight)
             select $1, $3, w.lexeme, f.id, w.weight
             from fresh f
             join knowledge_articles a on a.account_id = $1 and a.id = $2
             cross join lateral chunk_words($3, a.title, f.heading_path, f.content) as w
             returning lexeme
         )
         insert into knowledge_lexemes (account_id, language, lexeme, chunks)
         select $1, $3, held.lexeme, count(*)
         from (select lexeme from posted union all select '' from fresh) as held
         group by held.lexeme
         on conflict (account_id, language, lexeme) do update set chunks = knowledge_lexemes.chunks + excluded.chunks",
        account.0,
        id.0,
        language.as_str(),
        &columns.ordinals,
        &columns.headings,
        &columns.contents,
        vectors as _,
        approximate
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Puts up to `limit` passages from the account's smaller days into the graph.
pub async fn mark_approximate(tx: &mut TenantTx, limit: i64) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "update knowledge_vectors set approximate = true
         where account_id = $1 and chunk_id in (
             select chunk_id from knowledge_vectors where account_id = $1 and not approximate order by chunk_id limit $2)",
        account.0,
        limit
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Copies up to `limit` of the account's passages, with their vectors and words; how many. Under [`lock`].
pub async fn copy_chunks(tx: &mut TenantTx, limit: i64) -> Result<u64> {
    let account = tx.account_id();
    let copied = sqlx::query_scalar!(
        r#"with shift as materialized (
               select max(ordinal) + 1 as ordinals from knowledge_chunks where account_id = $1
           ), originals as materialized (
               select k.*, k.ordinal + shift.ordinals as new_ordinal
               from knowledge_chunks k cross join shift where k.account_id = $1 order by k.id limit $2
           ), copies as (
               insert into knowledge_chunks (account_id, article_id, language, ordinal, heading_path, content)
               select account_id, article_id, language, new_ordinal, heading_path, content from originals
               returning id, article_id, ordinal
           ), pairs as materialized (
               select o.id as original, c.id as copy, o.language
               from originals o join copies c on c.article_id = o.article_id and c.ordinal = o.new_ordinal
           ), measured as (
               insert into knowledge_vectors (account_id, chunk_id, article_id, language, embedding, approximate)
               select v.account_id, p.copy, v.article_id, v.language,
                      (select array_agg(value + 0.08 * (random() - 0.5)) from unnest(v.embedding::vector::real[]) as value)::halfvec,
                      v.approximate
               from pairs p join knowledge_vectors v on v.account_id = $1 and v.chunk_id = p.original
           ), posted as (
               insert into knowledge_postings (account_id, language, lexeme, chunk_id, weight)
               select w.account_id, w.language, w.lexeme, p.copy, w.weight
               from pairs p join knowledge_postings w on w.account_id = $1 and w.chunk_id = p.original
               returning language, lexeme
           ), counted as (
               insert into knowledge_lexemes (account_id, language, lexeme, chunks)
               select $1, language, lexeme, count(*)
               from (select language, lexeme from posted union all select language, '' from pairs) as held
               group by 1, 2, 3
               on conflict (account_id, language, lexeme) do update set chunks = knowledge_lexemes.chunks + excluded.chunks
           )
           select count(*) as "copied!" from copies"#,
        account.0,
        limit
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(copied.unsigned_abs())
}
