//! Retrieval: meaning and words together, for people's queries and for drafts alike.
//!
//! Two searches name candidates: the vectors nearest to the question's (pgvector), and BM25 over the account's own
//! inverted index (Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009). Each candidate
//! is then judged by both. Method and figures stand in docs/ai.md.

mod queries;
mod ranking;
#[cfg(test)]
mod tests;
mod words;

use std::collections::HashMap;

use types::{AccountId, ArticleId, ChunkId, Language};

use super::{
    index::{self, APPROXIMATE_FROM, Prepared},
    meaning::{self, Pace},
};
use crate::{
    Ctx, Result, TenantTx,
    ai::{self, encoder::normalise, language},
    embeddings::{self, Asked},
};

use queries::{Lexical, Measured, Text};
pub use ranking::Evidence;
use ranking::Scored;
pub use words::Question;

/// Passages that each of the two searches names; with 30 a point of recall is lost, with all of them nothing is won.
pub const CANDIDATES: usize = 60;
/// Lexemes of a question that are looked up, of each language: those that tell most.
const LEXEMES: i64 = 16;
/// Postings read for a question, whole lists only, the shortest first by and large: a few milliseconds' worth however
/// large the account. Up to some 7,000 passages that is all of them; beyond, the most frequent words are left out, which
/// tell least (words in more than a fifth of the passages can go without a loss; docs/ai.md).
const POSTINGS: i64 = 6_000;

/// Words of a question and the turns before it that its language is told from.
const LANGUAGE_WORDS: usize = 20;

/// A passage that may answer.
#[derive(Clone, Debug)]
pub struct Passage {
    pub article_id: ArticleId,
    pub chunk_id: ChunkId,
    pub title: String,
    pub language: Language,
    pub heading_path: String,
    pub content: String,
    /// Cosine similarity to the question, -1 to 1.
    pub similarity: f64,
    /// Fused score; only its order means something.
    pub score: f64,
}

impl Passage {
    fn new(text: Text, scored: &Scored) -> Self {
        Self {
            article_id: scored.article_id,
            chunk_id: scored.chunk_id,
            title: text.title,
            language: text.language,
            heading_path: text.heading_path,
            content: text.content,
            similarity: scored.similarity,
            score: scored.score,
        }
    }
}

impl From<Passage> for ai::Passage {
    fn from(passage: Passage) -> Self {
        Self {
            article_id: passage.article_id,
            title: passage.title,
            language: passage.language,
            content: passage.content,
            similarity: passage.similarity,
        }
    }
}

/// What was found, and whether it answers.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Best first.
    pub passages: Vec<Passage>,
    /// Probability that they answer the question, at least in part: 0 to 1, and 0 when there are none.
    pub answerable: f64,
    pub evidence: Evidence,
}

/// Up to `limit` passages of the account's published articles, at most two of an article, and whether they answer.
///
/// The words are looked up while the model reads the question: neither waits for the other, and the model runs outside
/// any transaction.
pub async fn retrieve(ctx: &Ctx, account: AccountId, question: &Question, limit: usize) -> Result<Found> {
    let (meaning, lexical) = tokio::try_join!(meaning_of(ctx, account, question), look_up(ctx, account, question))?;
    let mut tx = ctx.begin_in(account).await?;
    find(&mut tx, &meaning, &lexical, limit).await
}

/// As [`retrieve`], as if these articles stood as they were prepared. Their passages are there for this one transaction,
/// which ends without a trace.
pub async fn retrieve_beside(
    ctx: &Ctx,
    account: AccountId,
    question: &Question,
    limit: usize,
    articles: &[Prepared],
) -> Result<Found> {
    if articles.is_empty() {
        return retrieve(ctx, account, question, limit).await;
    }
    // No remote model has seen these passages.
    let meaning = Meaning::Builtin(builtin(ctx, question).await?);
    let mut tx = ctx.begin_in(account).await?;
    for article in articles {
        article.swap_in(&mut tx).await?;
    }
    let lexical = queries::lexical(&mut tx, &question.words(), LEXEMES, POSTINGS).await?;
    let mut found = find(&mut tx, &meaning, &lexical, limit).await?;
    for passage in &mut found.passages {
        if let Some(article) = articles.iter().find(|article| article.id == passage.article_id) {
            passage.title.clone_from(&article.title);
        }
    }
    Ok(found)
}

/// As [`retrieve`], by the meaning of the question's text alone: the baseline that evaluations compare with.
pub async fn retrieve_by_meaning(ctx: &Ctx, account: AccountId, text: &str, limit: usize) -> Result<Found> {
    let meaning = Meaning::Builtin(builtin(ctx, &Question::new(text)).await?);
    let mut tx = ctx.begin_in(account).await?;
    let lexical = Lexical { passages: index::size(&mut tx).await?, ..Lexical::default() };
    find(&mut tx, &meaning, &lexical, limit).await
}

async fn look_up(ctx: &Ctx, account: AccountId, question: &Question) -> Result<Lexical> {
    let mut tx = ctx.begin_in(account).await?;
    queries::lexical(&mut tx, &question.words(), LEXEMES, POSTINGS).await
}

async fn find(tx: &mut TenantTx, meaning: &Meaning, lexical: &Lexical, limit: usize) -> Result<Found> {
    let candidates = lexical.judge(meaning.candidates(tx, lexical).await?);
    let (ranked, evidence) = ranking::rank(&candidates, limit);
    let ids: Vec<ChunkId> = ranked.iter().map(|passage| passage.chunk_id).collect();
    let mut texts: HashMap<ChunkId, Text> =
        queries::texts(tx, &ids).await?.into_iter().map(|text| (text.chunk_id, text)).collect();
    // A passage that was replaced between two statements is left out.
    let passages = ranked.into_iter().filter_map(|scored| Some(Passage::new(texts.remove(&scored.chunk_id)?, &scored)));
    Ok(Found {
        passages: passages.collect(),
        answerable: evidence.map_or(0.0, |evidence| evidence.answerable()),
        evidence: evidence.unwrap_or_default(),
    })
}

/// What a question means, to one model.
enum Meaning {
    Builtin(Vec<f32>),
    Remote(Asked, Vec<f32>),
}

impl Meaning {
    /// The passages nearest to the question and those that hold most of its words, measured: exactly, or by the built-in
    /// model in a large account through the graph.
    async fn candidates(&self, tx: &mut TenantTx, lexical: &Lexical) -> Result<Vec<Measured>> {
        let limit = CANDIDATES as i64;
        let mut ids = lexical.best(CANDIDATES);
        match self {
            Self::Builtin(vector) if lexical.passages < APPROXIMATE_FROM => {
                queries::nearest(tx, vector, limit, &ids).await
            }
            Self::Builtin(vector) => {
                ids.extend(queries::nearly_nearest(tx, vector, limit).await?);
                queries::measure(tx, vector, &ids).await
            }
            Self::Remote(asked, vector) => {
                ids.extend(queries::nearest_remote(tx, asked.model, vector, limit).await?);
                let mut measured = queries::measure_remote(tx, asked.model, vector, &ids).await?;
                for passage in &mut measured {
                    passage.similarity = asked.scaled(passage.similarity);
                }
                Ok(measured)
            }
        }
    }
}

/// By the account's remote model where it has one that answers. The built-in vector is made meanwhile: nobody waits for it
/// when it is needed.
async fn meaning_of(ctx: &Ctx, account: AccountId, question: &Question) -> Result<Meaning> {
    let texts: Vec<String> = question.meanings().into_iter().map(|(text, _)| text).collect();
    let (builtin, asked) = tokio::try_join!(builtin(ctx, question), embeddings::ask(ctx, account, &texts))?;
    Ok(match asked {
        Some(mut asked) => {
            let vector = leaning(std::mem::take(&mut asked.vectors), question);
            Meaning::Remote(asked, vector)
        }
        None => Meaning::Builtin(builtin),
    })
}

async fn builtin(ctx: &Ctx, question: &Question) -> Result<Vec<f32>> {
    let texts: Vec<String> = question.meanings().into_iter().map(|(text, _)| text).collect();
    // A conversation is in one language, which a few words of all of it tell better than those of a short message.
    let language = language::detect(&words::opening(&texts.join("\n"), LANGUAGE_WORDS)).0;
    let texts = texts.into_iter().map(|text| (text, language)).collect();
    let vectors = meaning::vectors(ctx, texts, Pace::Interactive).await?;
    Ok(leaning(vectors, question))
}

/// The question's unit vector, leaning towards what was said before.
fn leaning(vectors: Vec<Vec<f32>>, question: &Question) -> Vec<f32> {
    let weights: Vec<f32> = question.meanings().into_iter().map(|(_, weight)| weight).collect();
    let mut vectors = vectors.into_iter();
    let mut sum = vectors.next().unwrap_or_default();
    for (vector, weight) in vectors.zip(weights.into_iter().skip(1)) {
        for (value, pull) in sum.iter_mut().zip(vector) {
            *value += weight * pull;
        }
    }
    normalise(&mut sum);
    sum
}
