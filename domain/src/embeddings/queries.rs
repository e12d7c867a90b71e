//! SQL of remote embeddings.

use pgvector::HalfVector;
use types::{ChunkId, EmbeddingModelId, ai_settings::EmbeddingStatus};

use crate::{Result, TenantTx};

pub struct Row {
    pub id: EmbeddingModelId,
    pub name: String,
    pub host: String,
    pub place: String,
    pub dimension: Option<i32>,
    pub status: EmbeddingStatus,
    pub complete: bool,
    pub slope: f64,
    pub shift: f64,
    pub error: Option<String>,
}

/// Those that are not retired, the one that answers first.
pub async fn standing(tx: &mut TenantTx) -> Result<Vec<Row>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Row,
        r#"select id as "id: EmbeddingModelId", name, host, place, dimension, status as "status: EmbeddingStatus", complete, slope, shift, error
           from embedding_models where account_id = $1 and status <> 'retired' order by status"#,
        account.0
    )
    .fetch_all(tx.conn())
    .await?)
}

pub async fn insert(tx: &mut TenantTx, name: &str, host: &str, place: &str) -> Result<()> {
    let (account, now) = (tx.account_id(), tx.now());
    sqlx::query!(
        "insert into embedding_models (account_id, name, host, place, status, created_at) values ($1, $2, $3, $4, 'filling', $5)",
        account.0,
        name,
        host,
        place,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A model under changed settings: what it failed at may be mended.
pub async fn renew(tx: &mut TenantTx, id: EmbeddingModelId, host: &str) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "update embedding_models set host = $3, error = null where account_id = $1 and id = $2",
        account.0,
        id.0,
        host
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Retires the account's models of a status.
pub async fn retire(tx: &mut TenantTx, status: EmbeddingStatus) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "update embedding_models set status = 'retired', complete = false where account_id = $1 and status = $2",
        account.0,
        status.as_str()
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Removes up to `limit` vectors of retired models, then the models; true when more are left.
pub async fn purge(tx: &mut TenantTx, limit: i64) -> Result<bool> {
    let account = tx.account_id();
    let gone = sqlx::query!(
        "delete from chunk_embeddings e using (
             select c.model_id, c.chunk_id from chunk_embeddings c
             join embedding_models m on m.account_id = c.account_id and m.id = c.model_id
             where c.account_id = $1 and m.status = 'retired' limit $2) old
         where e.account_id = $1 and e.model_id = old.model_id and e.chunk_id = old.chunk_id",
        account.0,
        limit
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    if gone == limit.unsigned_abs() {
        return Ok(true);
    }
    sqlx::query!("delete from embedding_models where account_id = $1 and status = 'retired'", account.0)
        .execute(tx.conn())
        .await?;
    Ok(false)
}

/// Passages the model has not seen, oldest first: what is embedded of each, as the built-in model has it.
pub async fn unseen(tx: &mut TenantTx, model: EmbeddingModelId, limit: i64) -> Result<Vec<(ChunkId, String)>> {
    let account = tx.account_id();
    let rows = sqlx::query!(
        r#"select k.id as "id: ChunkId", concat_ws(E'\n', nullif(trim(a.title), ''), nullif(k.heading_path, ''), nullif(k.content, '')) as "text!"
           from knowledge_chunks k join knowledge_articles a on a.account_id = k.account_id and a.id = k.article_id
           where k.account_id = $1
             and not exists (select from chunk_embeddings e where e.account_id = $1 and e.model_id = $2 and e.chunk_id = k.id)
           order by k.id limit $3"#,
        account.0,
        model.0,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.text)).collect())
}

/// The model as its vectors are written: none when it was retired meanwhile.
pub async fn lock(tx: &mut TenantTx, model: EmbeddingModelId) -> Result<Option<Option<i32>>> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        "select dimension from embedding_models where account_id = $1 and id = $2 and status <> 'retired' for update",
        account.0,
        model.0
    )
    .fetch_optional(tx.conn())
    .await?)
}

pub async fn set_dimension(tx: &mut TenantTx, model: EmbeddingModelId, dimension: i32) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "update embedding_models set dimension = $3 where account_id = $1 and id = $2",
        account.0,
        model.0,
        dimension
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A passage that was replaced meanwhile is left out.
pub async fn insert_vectors(
    tx: &mut TenantTx,
    model: EmbeddingModelId,
    chunks: &[ChunkId],
    vectors: &[Vec<f32>],
) -> Result<()> {
    let account = tx.account_id();
    let chunks: Vec<i64> = chunks.iter().map(|id| id.0).collect();
    let vectors: Vec<HalfVector> = vectors.iter().map(|vector| HalfVector::from_f32_slice(vector)).collect();
    sqlx::query!(
        "insert into chunk_embeddings (account_id, model_id, chunk_id, embedding)
         select $1, $2, v.chunk_id, v.embedding
         from unnest($3::bigint[], $4::halfvec[]) as v (chunk_id, embedding)
         join knowledge_chunks k on k.account_id = $1 and k.id = v.chunk_id
         on conflict do nothing",
        account.0,
        model.0,
        &chunks,
        &vectors as _
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn set_error(tx: &mut TenantTx, model: EmbeddingModelId, error: Option<&str>) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!("update embedding_models set error = $3 where account_id = $1 and id = $2", account.0, model.0, error)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The model has every passage.
pub async fn set_complete(tx: &mut TenantTx, model: EmbeddingModelId, slope: f64, shift: f64) -> Result<()> {
    let (account, now) = (tx.account_id(), tx.now());
    sqlx::query!(
        "update embedding_models set status = 'active', complete = true, error = null, slope = $3, shift = $4,
             activated_at = coalesce(activated_at, $5)
         where account_id = $1 and id = $2",
        account.0,
        model.0,
        slope,
        shift,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Passages have come that no remote model has seen: none is asked until it has. True when the account has one.
pub async fn set_incomplete(tx: &mut TenantTx) -> Result<bool> {
    let account = tx.account_id();
    let models = sqlx::query!(
        "update embedding_models set complete = false where account_id = $1 and status <> 'retired'",
        account.0
    )
    .execute(tx.conn())
    .await?;
    Ok(models.rows_affected() > 0)
}

/// Whether a job that will embed waits already.
pub async fn is_promised(tx: &mut TenantTx) -> Result<bool> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"select exists (select from jobs where account_id = $1 and queue = 'index' and payload ? 'embed' and status = 'ready') as "promised!""#,
        account.0
    )
    .fetch_one(tx.conn())
    .await?)
}

/// How many passages the account has, and how many of them the model has seen.
pub async fn progress(tx: &mut TenantTx, model: EmbeddingModelId) -> Result<(i64, i64)> {
    let account = tx.account_id();
    let row = sqlx::query!(
        r#"select (select count(*) from knowledge_chunks where account_id = $1) as "passages!",
                  (select count(*) from chunk_embeddings where account_id = $1 and model_id = $2) as "embedded!""#,
        account.0,
        model.0
    )
    .fetch_one(tx.conn())
    .await?;
    Ok((row.passages, row.embedded))
}

/// Cosines of pairs among `sample` passages, in both models.
pub struct Pairs {
    pub count: i64,
    pub theirs: f64,
    pub theirs_spread: f64,
    pub ours: f64,
    pub ours_spread: f64,
}

pub async fn pairs(tx: &mut TenantTx, model: EmbeddingModelId, sample: i64) -> Result<Pairs> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Pairs,
        r#"with sample as materialized (
               select e.chunk_id, e.embedding as theirs, v.embedding as ours
               from chunk_embeddings e join knowledge_vectors v on v.account_id = e.account_id and v.chunk_id = e.chunk_id
               where e.account_id = $1 and e.model_id = $2 order by md5(e.chunk_id::text) limit $3
           ), pairs as (
               select 1 - (a.theirs <=> b.theirs) as theirs, 1 - (a.ours <=> b.ours) as ours
               from sample a join sample b on a.chunk_id < b.chunk_id
           )
           select count(*) as "count!", coalesce(avg(theirs), 0) as "theirs!", coalesce(stddev_pop(theirs), 0) as "theirs_spread!",
                  coalesce(avg(ours), 0) as "ours!", coalesce(stddev_pop(ours), 0) as "ours_spread!"
           from pairs"#,
        account.0,
        model.0,
        sample
    )
    .fetch_one(tx.conn())
    .await?)
}
