//! Search: meaning and words together, for people's queries and for drafts alike.

use std::collections::HashSet;

use types::{
    AccountId, ArticleId, ChunkId, Language,
    knowledge::{SearchHit, SearchQuery},
};
use unicode_segmentation::UnicodeSegmentation as _;

use super::{
    meaning::{self, Pace},
    queries,
};
use crate::{
    Actor, Ctx, Error, Permission, Result,
    ai::{encoder::normalise, language, sentences},
};

/// What the words' share adds to the similarity: meaning dominates, exact words and numbers break its ties.
const WORD_WEIGHT: f64 = 0.15;
/// What all of a question's words add to the similarity, and all of what was said before.
const QUESTION_WORDS: f64 = 0.25;
const CONTEXT_WORDS: f64 = 0.1;
/// How much what was said before pulls the question's meaning.
const CONTEXT_WEIGHT: f32 = 0.3;
/// Passages looked at before the best ones of each article are chosen.
const CANDIDATES: i64 = 60;
/// Passages of one article that may stand in an answer.
const PER_ARTICLE: usize = 2;
const MAX_QUERY_CHARS: usize = 1_000;
/// Characters of a question that are searched: what the model reads at most, about.
const MAX_QUESTION_CHARS: usize = 1_500;
const EXCERPT_CHARS: usize = 240;

/// A passage that may answer, best first in a list.
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

/// A row of the search, as the database scores it.
pub type Found = Passage;

/// What is searched for.
#[derive(Clone, Debug, Default)]
pub struct Question {
    pub text: String,
    /// What was said before, oldest first.
    pub context: Vec<String>,
}

impl Question {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), context: Vec::new() }
    }
}

/// Up to `limit` passages of the account's published articles, at most two of an article. The model runs outside
/// the transaction.
pub async fn retrieve(ctx: &Ctx, account: AccountId, question: &Question, limit: usize) -> Result<Vec<Passage>> {
    let (vector, words) = understand(ctx, question).await?;
    let mut tx = ctx.begin_in(account).await?;
    let mut found = queries::nearest(&mut tx, &vector, &words, WORD_WEIGHT, CANDIDATES).await?;
    drop(tx);
    weigh_words(&mut found, &words, recent(&question.context).as_deref().unwrap_or_default());
    let mut taken: Vec<Passage> = Vec::with_capacity(limit);
    for passage in found {
        if taken.len() == limit {
            break;
        }
        if taken.iter().filter(|known| known.article_id == passage.article_id).count() < PER_ARTICLE {
            taken.push(passage);
        }
    }
    Ok(taken)
}

/// Orders the candidates by meaning and by the share of the question's words they hold, each word counting the more
/// the fewer candidates hold it. The database's own rank counts words without telling rare from common; it only
/// chooses who is a candidate.
fn weigh_words(found: &mut [Passage], question: &str, context: &str) {
    let held: Vec<HashSet<String>> = found
        .iter()
        .map(|passage| stems(&format!("{} {} {}", passage.title, passage.heading_path, passage.content)))
        .collect();
    let asked = rarity(stems(question), &held);
    let before = rarity(stems(context), &held);
    for (passage, held) in found.iter_mut().zip(&held) {
        passage.score =
            passage.similarity + QUESTION_WORDS * share(&asked, held) + CONTEXT_WORDS * share(&before, held);
    }
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.chunk_id.cmp(&b.chunk_id)));
}

fn rarity(stems: HashSet<String>, held: &[HashSet<String>]) -> Vec<(String, f64)> {
    let rare = |stem: String| {
        let having = held.iter().filter(|held| held.contains(&stem)).count();
        (stem, (1.0 + held.len() as f64 / (1 + having) as f64).ln())
    };
    stems.into_iter().map(rare).collect()
}

/// Of what was asked, weighted; 0 to 1.
fn share(asked: &[(String, f64)], held: &HashSet<String>) -> f64 {
    let total: f64 = asked.iter().map(|(_, weight)| weight).sum();
    if total == 0.0 {
        return 0.0;
    }
    asked.iter().filter(|(stem, _)| held.contains(stem)).map(|(_, weight)| weight).sum::<f64>() / total
}

/// The question's vector, leaning towards what was said before, and the words to look for.
async fn understand(ctx: &Ctx, question: &Question) -> Result<(Vec<f32>, String)> {
    let text: String = question.text.chars().take(MAX_QUESTION_CHARS).collect();
    let context = recent(&question.context);
    let texts = [Some(text.clone()), context].into_iter().flatten().map(|text| {
        let language = language::detect(&text).0;
        (text, language)
    });
    let mut vectors = meaning::vectors(ctx, texts.collect(), Pace::Interactive).await?.into_iter();
    let mut vector = vectors.next().unwrap_or_default();
    if let Some(before) = vectors.next() {
        for (value, pull) in vector.iter_mut().zip(&before) {
            *value += CONTEXT_WEIGHT * pull;
        }
        normalise(&mut vector);
    }
    Ok((vector, text))
}

/// The newest part of the context, as one text; none when nothing was said.
fn recent(context: &[String]) -> Option<String> {
    let mut kept: Vec<&str> = Vec::new();
    let mut length = 0;
    for text in context.iter().rev() {
        length += text.chars().count();
        if length > MAX_QUESTION_CHARS && !kept.is_empty() {
            break;
        }
        kept.push(text);
    }
    kept.reverse();
    (!kept.is_empty()).then(|| kept.join("\n").chars().take(MAX_QUESTION_CHARS).collect())
}

/// Searches the published articles: one hit an article, with the sentences that fit best.
///
/// # Errors
/// `Invalid` for an empty or very long query, or a limit outside 1 to 50.
pub async fn search(ctx: &Ctx, actor: &Actor, query: SearchQuery) -> Result<Vec<SearchHit>> {
    actor.require(Permission::Read)?;
    let q = query.q.trim();
    if q.is_empty() || q.chars().count() > MAX_QUERY_CHARS || q.contains('\0') {
        return Err(Error::invalid("q", "takes 1 to 1,000 characters"));
    }
    let limit = query.limit.unwrap_or(10) as usize;
    if !(1..=50).contains(&limit) {
        return Err(Error::invalid("limit", "takes 1 to 50"));
    }
    let question = Question::new(q);
    let mut best: Vec<Passage> = Vec::new();
    for passage in retrieve(ctx, actor.account_id, &question, CANDIDATES as usize).await? {
        if !best.iter().any(|known| known.article_id == passage.article_id) {
            best.push(passage);
        }
    }
    best.truncate(limit);
    Ok(best
        .into_iter()
        .map(|passage| SearchHit {
            excerpt: excerpt(q, &passage.content),
            article_id: passage.article_id,
            title: passage.title,
            score: passage.score,
            similarity: passage.similarity,
        })
        .collect())
}

/// From the sentence that shares most words with the query, as far as fits. Words alone: embedding every sentence of
/// every hit would cost more than the search itself.
fn excerpt(query: &str, content: &str) -> String {
    let asked = stems(query);
    let sentences = sentences::split(content);
    let shared = |sentence: &str| stems(sentence).iter().filter(|stem| asked.contains(*stem)).count();
    let mut best = (0, 0);
    for (index, sentence) in sentences.iter().enumerate() {
        let count = shared(sentence);
        if count > best.1 {
            best = (index, count);
        }
    }
    from(&sentences, best.0)
}

/// Words of three letters and more, cut to where their endings usually begin.
fn stems(text: &str) -> HashSet<String> {
    text.to_lowercase()
        .unicode_words()
        .filter(|word| word.chars().count() > 2)
        .map(|word| word.chars().take(6).collect())
        .collect()
}

fn from(sentences: &[&str], first: usize) -> String {
    let mut excerpt = String::new();
    for sentence in sentences.iter().skip(first) {
        if !excerpt.is_empty() && excerpt.chars().count() + sentence.chars().count() > EXCERPT_CHARS {
            break;
        }
        if !excerpt.is_empty() {
            excerpt.push(' ');
        }
        excerpt.push_str(sentence.trim_start_matches("• "));
    }
    if excerpt.chars().count() > EXCERPT_CHARS {
        excerpt = excerpt.chars().take(EXCERPT_CHARS - 1).collect::<String>() + "…";
    }
    excerpt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_words_weigh_more() {
        let passage = |chunk_id, content: &str| Passage {
            article_id: ArticleId(chunk_id),
            chunk_id: ChunkId(chunk_id),
            title: String::new(),
            language: Language::English,
            heading_path: String::new(),
            content: content.to_owned(),
            similarity: 0.5,
            score: 0.0,
        };
        let mut found = vec![
            passage(1, "billing help"),
            passage(2, "billing E404 help"),
            passage(3, "billing"),
            passage(4, "nothing"),
        ];
        weigh_words(&mut found, "billing error E404", "");
        let order: Vec<i64> = found.iter().map(|passage| passage.chunk_id.0).collect();
        assert_eq!(order, [2, 1, 3, 4]);
        assert!(found[3].score - 0.5 < 1e-9 && found[0].score <= 0.5 + QUESTION_WORDS);
    }

    #[test]
    fn context_keeps_its_newest_part() {
        let long = "x".repeat(MAX_QUESTION_CHARS);
        assert_eq!(recent(&[]), None);
        assert_eq!(recent(&["a".into(), "b".into()]).as_deref(), Some("a\nb"));
        assert_eq!(recent(&[long.clone(), "new".into()]).as_deref(), Some("new"));
        assert_eq!(recent(&["old".into(), long.clone() + "y"]).map(|text| text.len()), Some(long.len()));
    }

    #[test]
    fn excerpts_start_at_the_best_sentence() {
        assert_eq!(
            excerpt("When do refunds arrive?", "We sell chairs. Your refund arrives in five days. Thanks."),
            "Your refund arrives in five days. Thanks."
        );
        assert_eq!(from(&["One.", "• Two.", "Three."], 1), "Two. Three.");
        assert_eq!(from(&[], 0), "");
        let long = "word ".repeat(100);
        assert_eq!(from(&[long.as_str()], 0).chars().count(), EXCERPT_CHARS);
    }
}
