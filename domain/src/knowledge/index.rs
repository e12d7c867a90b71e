//! Making articles searchable: cut, embed, swap the passages in one transaction.

use types::ArticleId;

use super::{
    jobs::IndexArticle,
    meaning::{self, Pace},
    queries,
};
use crate::{
    Actor, Ctx, Error, Result,
    ai::chunk::{self, Chunk},
    jobs::{self, Claimed, NewJob, enqueue},
};

/// Carries out [`IndexArticle`]. A version that is no longer current is left to its successor's job.
pub async fn index(ctx: &Ctx, job: &Claimed) -> Result<()> {
    let wanted: IndexArticle = job.payload()?;
    let mut tx = ctx.begin_in(job.account_id).await?;
    let source = queries::source(&mut tx, wanted.article_id).await?;
    drop(tx);
    let current = source.filter(|source| source.searchable && (wanted.again || source.version == wanted.version));
    let version = current.as_ref().map_or(wanted.version, |source| source.version);
    let (chunks, vectors) = match current {
        Some(source) => {
            let language = source.language;
            let chunks = tokio::task::spawn_blocking(move || chunk::chunks(&source.title, &source.body))
                .await
                .map_err(Error::internal)?;
            let texts = chunks.iter().map(|chunk| (chunk.embed_text.clone(), language)).collect();
            let vectors = meaning::vectors(ctx, texts, Pace::Bulk).await?;
            (chunks, vectors)
        }
        // Drafts, archived and deleted articles have no passages.
        None => (Vec::new(), Vec::new()),
    };
    let mut tx = ctx.begin_in(job.account_id).await?;
    if let Some(language) = queries::lock_version(&mut tx, wanted.article_id, version).await? {
        queries::delete_chunks(&mut tx, wanted.article_id).await?;
        if !chunks.is_empty() {
            queries::insert_chunks(&mut tx, wanted.article_id, language, &chunks, &vectors).await?;
        }
        queries::set_indexed(&mut tx, wanted.article_id, version).await?;
    }
    jobs::done_in(&mut tx, job).await?;
    tx.commit().await
}

/// Promises a fresh index of every article of every account, as after a change of the embedding model. Answers how many.
pub async fn reindex_all(ctx: &Ctx) -> Result<usize> {
    let mut count = 0;
    for account in jobs::all_accounts(&ctx.db).await? {
        let mut tx = ctx.begin(&Actor::system(account)).await?;
        let articles: Vec<(ArticleId, i32)> = queries::versions(&mut tx).await?;
        for (article_id, version) in &articles {
            enqueue(&mut tx, NewJob::of(&IndexArticle { article_id: *article_id, version: *version, again: true })?)
                .await?;
        }
        tx.commit().await?;
        count += articles.len();
    }
    Ok(count)
}

/// The columns of [`queries::insert_chunks`], one array each.
pub(super) struct Columns {
    pub ordinals: Vec<i32>,
    pub headings: Vec<String>,
    pub contents: Vec<String>,
}

impl Columns {
    pub fn of(chunks: &[Chunk]) -> Self {
        Self {
            ordinals: chunks.iter().map(|chunk| chunk.ordinal).collect(),
            headings: chunks.iter().map(|chunk| chunk.heading_path.clone()).collect(),
            contents: chunks.iter().map(|chunk| chunk.content.clone()).collect(),
        }
    }
}
