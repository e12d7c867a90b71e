//! SQL of the search: who is near in meaning, who holds the words, and what both say about a passage.

use std::collections::HashMap;

use pgvector::HalfVector;
use types::{ArticleId, ChunkId, EmbeddingModelId, Language};

use super::words::Words;
use crate::{Result, TenantTx};

/// The account's `limit` passages nearest to `vector`, and those of `ids`.
///
/// Exact: every passage of the account is measured, in one pass. Only published articles have passages, so none is
/// asked; that join cost half as much again. All vectors are of length one, so their inner product is the cosine and
/// takes a third of its arithmetic.
pub async fn nearest(tx: &mut TenantTx, vector: &[f32], limit: i64, ids: &[ChunkId]) -> Result<Vec<Measured>> {
    let account = tx.account_id();
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    Ok(sqlx::query_as!(
        Measured,
        r#"with near as materialized (
               select chunk_id, article_id, language, embedding <#> $2::halfvec as distance from knowledge_vectors
               where account_id = $1
               order by distance limit $3
           )
           select chunk_id as "chunk_id!: ChunkId", article_id as "article_id!: ArticleId", language as "language!: Language",
                  -distance as "similarity!"
           from near
           union all
           select chunk_id, article_id, language, -(embedding <#> $2::halfvec) from knowledge_vectors
           where account_id = $1 and chunk_id = any ($4) and chunk_id not in (select chunk_id from near)"#,
        account.0,
        HalfVector::from_f32_slice(vector) as _,
        limit,
        &ids
    )
    .fetch_all(tx.conn())
    .await?)
}

/// The passages of a large account nearest to `vector`: through the graph, and exactly what is not in it yet. Up to twice
/// `limit`.
///
/// The graph is shared by all large accounts. The scan goes on past other accounts' passages until it has enough, so
/// they cost time, not recall (pgvector 0.8: iterative index scans). Expects `knowledge_vectors_graph_idx`; sorting is
/// discouraged for the rest of the transaction, or a planner that misjudges the account would measure all of it.
pub async fn nearly_nearest(tx: &mut TenantTx, vector: &[f32], limit: i64) -> Result<Vec<ChunkId>> {
    let account = tx.account_id();
    sqlx::query!(
        "select set_config('hnsw.iterative_scan', 'strict_order', true) as scan, set_config('hnsw.ef_search', '100', true) as width,
                set_config('enable_sort', 'off', true) as sort"
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(sqlx::query_scalar!(
        r#"(select chunk_id as "id!: ChunkId" from knowledge_vectors
            where account_id = $1 and approximate
            order by embedding <=> $2::halfvec limit $3)
           union all
           (select chunk_id from knowledge_vectors
            where account_id = $1 and not approximate
            order by embedding <=> $2::halfvec limit $3)"#,
        account.0,
        HalfVector::from_f32_slice(vector) as _,
        limit
    )
    .fetch_all(tx.conn())
    .await?)
}

/// BM25 of the account's passages for the asked words.
///
/// Each language of the account is searched with its own stemming, since an error code or a name is the same in all.
/// Of each language the `lexemes` that tell most are looked up, from the one that tells most on and until `postings`
/// have been read, whatever the size of the account. Expects one range of the primary key of `knowledge_postings` a
/// lexeme, without visiting the table. The postings are summed by passage here: that took the database longer than reading
/// them. Courtesies are stemmed once a language: asked for each word, they cost as much as all the rest.
pub async fn lexical(tx: &mut TenantTx, words: &Words, lexemes: i64, postings: i64) -> Result<Lexical> {
    let account = tx.account_id();
    let found = sqlx::query!(
        r#"with sizes as materialized (
               select language, chunks from knowledge_lexemes
               where account_id = $1 and language = any ($2::text[]) and lexeme = ''
           ), courtesies as materialized (
               select c.language, tsvector_to_array(search_words(c.language, c.words)) as lexemes
               from unnest($2::text[], $3::text[]) as c (language, words)
           ), words as materialized (
               select s.language, s.chunks as total, w.lexeme, sum(t.weight) as weight
               from sizes s
               join courtesies c on c.language = s.language
               cross join unnest($4::text[], $5::float8[]) as t (text, weight)
               cross join lateral unnest(tsvector_to_array(search_words(s.language, t.text))) as w (lexeme)
               where w.lexeme <> all (c.lexemes)
               group by 1, 2, 3
           ), known as materialized (
               select w.*, coalesce((select l.chunks from knowledge_lexemes l
                                     where l.account_id = $1 and l.language = w.language and l.lexeme = w.lexeme), 0) as chunks
               from words w
           ), asked as materialized (
               select language, lexeme, chunks, weight * ln(1 + (greatest(total - chunks, 0) + 0.5) / (chunks + 0.5)) as weight
               from known
           ), ranked as materialized (
               select language, lexeme, weight, row_number() over (partition by language order by weight desc, lexeme) as place,
                      sum(chunks) over (order by weight desc, language, lexeme) as read
               from asked where chunks > 0
           )
           select f.ids as "ids!", f.bm25 as "bm25!", p.languages as "languages!", p.possible as "possible!",
                  (select coalesce(sum(chunks), 0) from sizes) as "passages!"
           from (
               select coalesce(array_agg(p.chunk_id), '{}') as ids, coalesce(array_agg((r.weight * p.weight)::real), '{}') as bm25
               from ranked r
               cross join lateral (
                   select p.chunk_id, p.weight from knowledge_postings p
                   where p.account_id = $1 and p.language = r.language and p.lexeme = r.lexeme
                   offset 0) as p
               where r.place <= $6 and r.read <= $7) as f
           cross join (
               select coalesce(array_agg(language), '{}') as languages, coalesce(array_agg(bm25), '{}') as possible
               from (select language, 2.2 * sum(weight) as bm25 from asked group by 1) as possible) as p"#,
        account.0,
        &words.languages as &[&str],
        &words.courtesies as &[&str],
        &words.texts as &[String],
        &words.weights,
        lexemes,
        postings
    )
    .fetch_one(tx.conn())
    .await?;
    let mut bm25 = HashMap::with_capacity(found.ids.len());
    for (id, part) in found.ids.into_iter().zip(found.bm25) {
        *bm25.entry(ChunkId(id)).or_default() += f64::from(part);
    }
    Ok(Lexical { bm25, languages: found.languages, possible: found.possible, passages: found.passages })
}

/// The passages that hold asked words, and what they are worth.
#[derive(Debug, Default)]
pub struct Lexical {
    pub bm25: HashMap<ChunkId, f64>,
    /// Languages of the account, and the BM25 of a passage that would hold every word of the question, known or not.
    pub languages: Vec<String>,
    pub possible: Vec<f64>,
    /// How many passages the account has.
    pub passages: i64,
}

/// A passage's place and how near it is.
pub struct Measured {
    pub chunk_id: ChunkId,
    pub article_id: ArticleId,
    pub language: Language,
    pub similarity: f64,
}

pub async fn measure(tx: &mut TenantTx, vector: &[f32], ids: &[ChunkId]) -> Result<Vec<Measured>> {
    let account = tx.account_id();
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    Ok(sqlx::query_as!(
        Measured,
        r#"select chunk_id as "chunk_id: ChunkId", article_id as "article_id: ArticleId", language as "language: Language",
                  -(embedding <#> $2::halfvec) as "similarity!"
           from knowledge_vectors where account_id = $1 and chunk_id = any ($3)"#,
        account.0,
        HalfVector::from_f32_slice(vector) as _,
        &ids
    )
    .fetch_all(tx.conn())
    .await?)
}

/// The passages nearest to `vector` among those of a remote model.
pub async fn nearest_remote(
    tx: &mut TenantTx,
    model: EmbeddingModelId,
    vector: &[f32],
    limit: i64,
) -> Result<Vec<ChunkId>> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"select chunk_id as "id: ChunkId" from chunk_embeddings
           where account_id = $1 and model_id = $2
           order by embedding <=> $3::halfvec limit $4"#,
        account.0,
        model.0,
        HalfVector::from_f32_slice(vector) as _,
        limit
    )
    .fetch_all(tx.conn())
    .await?)
}

/// As [`measure`], by the vectors of a remote model.
pub async fn measure_remote(
    tx: &mut TenantTx,
    model: EmbeddingModelId,
    vector: &[f32],
    ids: &[ChunkId],
) -> Result<Vec<Measured>> {
    let account = tx.account_id();
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    Ok(sqlx::query_as!(
        Measured,
        r#"select v.chunk_id as "chunk_id: ChunkId", v.article_id as "article_id: ArticleId", v.language as "language: Language",
                  1 - (e.embedding <=> $3::halfvec) as "similarity!"
           from chunk_embeddings e
           join knowledge_vectors v on v.account_id = e.account_id and v.chunk_id = e.chunk_id
           where e.account_id = $1 and e.model_id = $2 and e.chunk_id = any ($4)"#,
        account.0,
        model.0,
        HalfVector::from_f32_slice(vector) as _,
        &ids
    )
    .fetch_all(tx.conn())
    .await?)
}

/// What stands in the passages, in no order.
pub async fn texts(tx: &mut TenantTx, ids: &[ChunkId]) -> Result<Vec<Text>> {
    let account = tx.account_id();
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    Ok(sqlx::query_as!(
        Text,
        r#"select k.id as "chunk_id: ChunkId", a.title, k.language as "language: Language", k.heading_path, k.content
           from knowledge_chunks k
           join knowledge_articles a on a.account_id = k.account_id and a.id = k.article_id
           where k.account_id = $1 and k.id = any ($2)"#,
        account.0,
        &ids
    )
    .fetch_all(tx.conn())
    .await?)
}

pub struct Text {
    pub chunk_id: ChunkId,
    pub title: String,
    pub language: Language,
    pub heading_path: String,
    pub content: String,
}
