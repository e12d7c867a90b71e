//! The search that people use: one hit an article, with the sentences that fit best.

use std::collections::HashSet;

use types::knowledge::{SearchHit, SearchQuery};
use unicode_segmentation::UnicodeSegmentation as _;

use super::retrieval::{CANDIDATES, Passage, Question, retrieve};
use crate::{Actor, Ctx, Error, Permission, Result, ai::sentences};

const MAX_QUERY_CHARS: usize = 1_000;
const EXCERPT_CHARS: usize = 240;

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
    for passage in retrieve(ctx, actor.account_id, &question, CANDIDATES).await?.passages {
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
