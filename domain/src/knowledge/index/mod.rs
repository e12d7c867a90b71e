//! Making articles searchable: cut, embed, swap passages and their words in one transaction.

mod queries;

use types::{AccountId, ArticleId, Language};

use super::{
    jobs::IndexArticle,
    meaning::{self, Pace},
};
use crate::{
    Actor, Ctx, Error, Result, TenantTx,
    ai::chunk::{self, Chunk},
    embeddings,
    jobs::{self, Claimed, NewJob, enqueue},
};

pub(super) use queries::size;

/// Passages from which an account's vectors are searched through a graph. The exact scan of 10,000 takes a quarter of the whole
/// search; below, too little is gained for missing a passage.
pub const APPROXIMATE_FROM: i64 = 8_000;
/// Passages of its smaller days that an account beyond that size moves into the graph with each indexed article.
const MOVED: i64 = 200;
/// Passages that [`multiply`] copies in a transaction.
const COPIED: i64 = 20_000;

/// Carries out [`IndexArticle`]. A version that is no longer current is left to its successor's job.
pub async fn index(ctx: &Ctx, job: &Claimed) -> Result<()> {
    let wanted: IndexArticle = job.payload()?;
    let mut tx = ctx.begin_in(job.account_id).await?;
    let source = queries::source(&mut tx, wanted.article_id).await?;
    drop(tx);
    let current = source.filter(|source| source.searchable && (wanted.again || source.version == wanted.version));
    let version = current.as_ref().map_or(wanted.version, |source| source.version);
    let (chunks, vectors) = match current {
        Some(source) => passages(ctx, source).await?,
        // Drafts, archived and deleted articles have no passages.
        None => (Vec::new(), Vec::new()),
    };
    let mut tx = ctx.begin_in(job.account_id).await?;
    queries::lock(&mut tx).await?;
    if let Some(language) = queries::lock_version(&mut tx, wanted.article_id, version).await? {
        queries::delete_chunks(&mut tx, wanted.article_id).await?;
        if !chunks.is_empty() {
            insert(&mut tx, wanted.article_id, language, &chunks, &vectors).await?;
            embeddings::passages_changed(&mut tx).await?;
        }
        queries::set_indexed(&mut tx, wanted.article_id, version).await?;
    }
    jobs::done_in(&mut tx, job).await?;
    tx.commit().await
}

/// The article cut into passages, and a vector for each.
async fn passages(ctx: &Ctx, source: queries::Source) -> Result<(Vec<Chunk>, Vec<Vec<f32>>)> {
    let language = source.language;
    let chunks = tokio::task::spawn_blocking(move || chunk::chunks(&source.title, &source.body))
        .await
        .map_err(Error::internal)?;
    let texts = chunks.iter().map(|chunk| (chunk.embed_text.clone(), language)).collect();
    let vectors = meaning::vectors(ctx, texts, Pace::Bulk).await?;
    Ok((chunks, vectors))
}

/// An article as a transaction sees it, which need not last.
pub struct Seen {
    id: ArticleId,
    source: queries::Source,
}

impl Seen {
    /// # Errors
    /// `NotFound`.
    pub async fn read(tx: &mut TenantTx, id: ArticleId) -> Result<Self> {
        Ok(Self { id, source: queries::source(tx, id).await?.ok_or(Error::NotFound)? })
    }
}

/// An article ready to be searched as it was [`Seen`], whatever is indexed of it.
pub struct Prepared {
    pub(super) id: ArticleId,
    pub(super) title: String,
    language: Language,
    /// None of an article that is not published.
    chunks: Vec<Chunk>,
    vectors: Vec<Vec<f32>>,
}

impl Prepared {
    pub async fn of(ctx: &Ctx, seen: Seen) -> Result<Self> {
        let Seen { id, source } = seen;
        let (title, language) = (source.title.clone(), source.language);
        let (chunks, vectors) = if source.searchable { passages(ctx, source).await? } else { <_>::default() };
        Ok(Self { id, title, language, chunks, vectors })
    }

    /// For a transaction that is rolled back.
    pub(super) async fn swap_in(&self, tx: &mut TenantTx) -> Result<()> {
        queries::lock(tx).await?;
        queries::delete_chunks(tx, self.id).await?;
        if self.chunks.is_empty() {
            return Ok(());
        }
        // Beside the graph: what does not last is not worth a place in it.
        queries::insert_chunks(tx, self.id, self.language, &self.chunks, &self.vectors, false).await
    }
}

/// Writes the passages of an article that has none. `vectors` goes with `chunks`, one unit vector each.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    id: ArticleId,
    language: Language,
    chunks: &[Chunk],
    vectors: &[Vec<f32>],
) -> Result<()> {
    queries::lock(tx).await?;
    let large = queries::size(tx).await? >= APPROXIMATE_FROM;
    queries::insert_chunks(tx, id, language, chunks, vectors, large).await?;
    if large {
        queries::mark_approximate(tx, MOVED).await?;
    }
    Ok(())
}

/// Makes the account's index writers take turns until the transaction ends; whoever locks an article as well comes
/// here first.
pub(super) async fn lock(tx: &mut TenantTx) -> Result<()> {
    queries::lock(tx).await
}

/// Takes an article's passages out of the search. After [`lock`].
pub(super) async fn remove(tx: &mut TenantTx, id: ArticleId) -> Result<()> {
    queries::delete_chunks(tx, id).await
}

/// Promises a fresh index of every article of an account, or of all accounts, as after a change of the embedding model.
/// Answers how many.
///
/// # Errors
/// `NotFound` for an account that is not there.
pub async fn reindex(ctx: &Ctx, only: Option<AccountId>) -> Result<usize> {
    let mut count = 0;
    for account in chosen(ctx, only).await? {
        let mut tx = ctx.begin(&Actor::system(account)).await?;
        let articles: Vec<(ArticleId, i32)> = queries::versions(&mut tx).await?;
        for (article_id, version) in &articles {
            enqueue(&mut tx, NewJob::of(&IndexArticle { article_id: *article_id, version: *version, again: true })?)
                .await?;
        }
        embeddings::again(&mut tx).await?;
        tx.commit().await?;
        count += articles.len();
    }
    Ok(count)
}

/// Indexing that is not done yet.
#[derive(Debug, Default)]
pub struct Left {
    /// Jobs that wait or run.
    pub waiting: i64,
    pub parked: i64,
    /// Why a remote embedding model gives no vectors.
    pub failing: Option<String>,
}

/// What is left to do for an account, or for all accounts.
///
/// # Errors
/// `NotFound` for an account that is not there.
pub async fn indexing(ctx: &Ctx, only: Option<AccountId>) -> Result<Left> {
    let mut left = Left::default();
    for account in chosen(ctx, only).await? {
        let mut tx = ctx.begin_in(account).await?;
        let (waiting, parked) = queries::left(&mut tx).await?;
        left.waiting += waiting;
        left.parked += parked;
        left.failing = left.failing.or(embeddings::failing(&mut tx).await?);
    }
    Ok(left)
}

async fn chosen(ctx: &Ctx, only: Option<AccountId>) -> Result<Vec<AccountId>> {
    let all = jobs::all_accounts(&ctx.db).await?;
    match only {
        None => Ok(all),
        Some(account) if all.contains(&account) => Ok(vec![account]),
        Some(_) => Err(Error::NotFound),
    }
}

/// Copies the account's passages until it has `wanted`, without asking the model: for measurements of time. Copies lean a
/// little away from their originals (a cosine of about 0.9), as passages about one thing do; a graph of equal points would be
/// another thing. They belong to the articles of their originals and go with them.
pub async fn multiply(ctx: &Ctx, account: AccountId, wanted: i64) -> Result<()> {
    loop {
        let mut tx = ctx.begin_in(account).await?;
        queries::lock(&mut tx).await?;
        let missing = wanted - queries::size(&mut tx).await?;
        if missing <= 0 || queries::copy_chunks(&mut tx, missing.min(COPIED)).await? == 0 {
            return Ok(());
        }
        tx.commit().await?;
    }
}

/// The columns of [`queries::insert_chunks`], one array each.
struct Columns {
    ordinals: Vec<i32>,
    headings: Vec<String>,
    contents: Vec<String>,
}

impl Columns {
    fn of(chunks: &[Chunk]) -> Self {
        Self {
            ordinals: chunks.iter().map(|chunk| chunk.ordinal).collect(),
            headings: chunks.iter().map(|chunk| chunk.heading_path.clone()).collect(),
            contents: chunks.iter().map(|chunk| chunk.content.clone()).collect(),
        }
    }
}
