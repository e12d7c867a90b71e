//! The order of the candidates: meaning and words in one score, and how likely the best ones answer.

use std::collections::HashMap;

use types::{ArticleId, ChunkId, Language};

use super::queries::{Lexical, Measured};

/// What the words add to the cosine similarity, when a passage holds as many of them as the best one. Chosen by
/// cross-validation on two sets of conversations (docs/ai.md); 0.3 and 1 are a point of recall worse.
const WORDS: f64 = 0.5;
/// Share of all that was asked that a passage must hold for its words to count in full: among passages that hold next to
/// nothing, the best one is no find.
const ENOUGH: f64 = 0.35;
/// Passages of one article that may stand in an answer.
const PER_ARTICLE: usize = 2;
/// The articles that the best one is compared with, by rank from 0.
const OTHERS: std::ops::Range<usize> = 2..8;
/// The gap of an average question: what articles that a small account lacks are taken for.
const USUAL_GAP: f64 = 0.30;

/// Logistic regression of "the articles answer this, at least in part" on [`Evidence`]: 234 questions of two sets, fitted
/// by `hummdesk-worker eval answerability` on what this code finds (docs/ai.md).
const INTERCEPT: f64 = -3.00;
const SHARE: f64 = 1.54;
const GAP: f64 = 9.61;
const SIMILARITY: f64 = 2.23;

/// What both searches say about a passage.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub article_id: ArticleId,
    pub chunk_id: ChunkId,
    pub similarity: f64,
    /// BM25 of the looked-up words, from 0.
    pub bm25: f64,
    /// What BM25 would at most be if the passage held every word of the question, known or not, in its language.
    pub bm25_possible: f64,
}

impl Lexical {
    /// The `limit` passages with the highest BM25.
    pub fn best(&self, limit: usize) -> Vec<ChunkId> {
        let mut passages: Vec<(ChunkId, f64)> = self.bm25.iter().map(|(id, bm25)| (*id, *bm25)).collect();
        let better = |a: &(ChunkId, f64), b: &(ChunkId, f64)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if passages.len() > limit {
            passages.select_nth_unstable_by(limit, better);
            passages.truncate(limit);
        }
        passages.sort_unstable_by(better);
        passages.into_iter().map(|(id, _)| id).collect()
    }

    /// Passages whose meaning is measured, with their words.
    pub fn judge(&self, measured: Vec<Measured>) -> Vec<Candidate> {
        let possible = |language: Language| self.languages.iter().position(|known| known == language.as_str());
        let candidate = |passage: Measured| Candidate {
            article_id: passage.article_id,
            chunk_id: passage.chunk_id,
            similarity: passage.similarity,
            bm25: self.bm25.get(&passage.chunk_id).copied().unwrap_or_default(),
            bm25_possible: possible(passage.language).map_or(0.0, |index| self.possible[index]),
        };
        measured.into_iter().map(candidate).collect()
    }
}

/// A candidate with its score.
#[derive(Clone, Debug)]
pub struct Scored {
    pub article_id: ArticleId,
    pub chunk_id: ChunkId,
    pub similarity: f64,
    pub score: f64,
}

/// What the probability is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evidence {
    /// Of all that was asked, weighed by rarity, what the passage richest in it holds: 0 to 1.
    pub share: f64,
    /// How far the best article's score stands above the average of the third to eighth.
    pub gap: f64,
    /// Cosine similarity of the first passage, -1 to 1.
    pub similarity: f64,
}

impl Evidence {
    /// 0 to 1.
    pub fn answerable(&self) -> f64 {
        let logit = INTERCEPT + SHARE * self.share + GAP * self.gap + SIMILARITY * self.similarity;
        1.0 / (1.0 + (-logit).exp())
    }
}

/// The best `limit` candidates, at most two of an article, and what they tell of an answer; no evidence without any.
pub fn rank(candidates: &[Candidate], limit: usize) -> (Vec<Scored>, Option<Evidence>) {
    let richest = candidates.iter().map(|candidate| candidate.bm25).fold(0.0, f64::max);
    let share = candidates
        .iter()
        .filter(|candidate| candidate.bm25_possible > 0.0)
        .map(|candidate| candidate.bm25 / candidate.bm25_possible)
        .fold(0.0, f64::max);
    let mut passages: Vec<Scored> = candidates.iter().map(|candidate| scored(candidate, richest)).collect();
    passages.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.chunk_id.cmp(&b.chunk_id)));
    let evidence = passages.first().map(|first| Evidence {
        share: share.min(1.0),
        gap: gap(&passages),
        similarity: first.similarity,
    });
    let mut of_article: HashMap<ArticleId, usize> = HashMap::new();
    passages.retain(|passage| {
        let count = of_article.entry(passage.article_id).or_default();
        *count += 1;
        *count <= PER_ARTICLE
    });
    passages.truncate(limit);
    (passages, evidence)
}

fn scored(candidate: &Candidate, richest: f64) -> Scored {
    let full = richest.max(ENOUGH * candidate.bm25_possible);
    let words = if full > 0.0 { candidate.bm25 / full } else { 0.0 };
    Scored {
        article_id: candidate.article_id,
        chunk_id: candidate.chunk_id,
        similarity: candidate.similarity,
        score: candidate.similarity + WORDS * words,
    }
}

/// Of `passages` in order, each article counting as its best one.
fn gap(passages: &[Scored]) -> f64 {
    let mut articles: Vec<(ArticleId, f64)> = Vec::new();
    for passage in passages {
        if articles.len() == OTHERS.end {
            break;
        }
        if !articles.iter().any(|(known, _)| *known == passage.article_id) {
            articles.push((passage.article_id, passage.score));
        }
    }
    let best = articles.first().map_or(0.0, |(_, score)| *score);
    let gaps = OTHERS.map(|rank| articles.get(rank).map_or(USUAL_GAP, |(_, score)| best - score));
    gaps.sum::<f64>() / OTHERS.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(article: i64, chunk: i64, similarity: f64, bm25: f64) -> Candidate {
        Candidate { article_id: ArticleId(article), chunk_id: ChunkId(chunk), similarity, bm25, bm25_possible: 20.0 }
    }

    fn order(passages: &[Scored]) -> Vec<i64> {
        passages.iter().map(|passage| passage.chunk_id.0).collect()
    }

    #[test]
    fn the_words_of_a_passage_find_their_way_to_it() {
        let lexical = Lexical {
            bm25: [(ChunkId(7), 1.0), (ChunkId(5), 4.0), (ChunkId(3), 4.0)].into(),
            languages: vec!["de".to_owned(), "en".to_owned()],
            possible: vec![30.0, 20.0],
            passages: 3,
        };
        assert_eq!(lexical.best(2), [ChunkId(3), ChunkId(5)]);
        let measured = |chunk, language| Measured {
            chunk_id: ChunkId(chunk),
            article_id: ArticleId(1),
            language,
            similarity: 0.5,
        };
        let judged = lexical.judge(vec![measured(5, Language::English), measured(9, Language::German)]);
        let words: Vec<(f64, f64)> = judged.iter().map(|one| (one.bm25, one.bm25_possible)).collect();
        assert_eq!(words, [(4.0, 20.0), (0.0, 30.0)]);
    }

    #[test]
    fn words_and_meaning_share_the_order_and_no_article_fills_it() {
        let candidates = [
            candidate(1, 1, 0.6, 0.0),
            candidate(1, 2, 0.6, 0.0),
            candidate(1, 3, 0.55, 0.0),
            candidate(2, 4, 0.3, 10.0),
            candidate(3, 5, 0.5, 1.0),
        ];
        let (passages, evidence) = rank(&candidates, 10);
        assert_eq!(order(&passages), [4, 1, 2, 5], "rare words win, ties go to the older, a third passage waits");
        assert!((passages[0].score - 0.8).abs() < 1e-9);
        let evidence = evidence.unwrap();
        assert!((evidence.share - 0.5).abs() < 1e-9 && (evidence.similarity - 0.3).abs() < 1e-9);
        assert_eq!(order(&rank(&candidates, 1).0), [4]);
    }

    #[test]
    fn one_word_among_many_is_no_find() {
        let (passages, _) = rank(&[candidate(1, 1, 0.5, 0.0), candidate(2, 2, 0.2, 2.0)], 10);
        assert_eq!(order(&passages), [1, 2]);
        assert!((passages[1].score - (0.2 + WORDS * 2.0 / (ENOUGH * 20.0))).abs() < 1e-9);
    }

    #[test]
    fn evidence_raises_the_probability_and_nothing_found_is_none() {
        assert!(rank(&[], 10).1.is_none());
        let crowd = |best: f64, words: f64| {
            let others = (2..12).map(|id| candidate(id, id, 0.3, 0.5));
            let candidates: Vec<Candidate> = std::iter::once(candidate(1, 1, best, words)).chain(others).collect();
            rank(&candidates, 10).1.unwrap()
        };
        let (clear, vague) = (crowd(0.75, 14.0), crowd(0.32, 0.6));
        assert!((clear.gap - (0.75 + WORDS - 0.3 - WORDS / 28.0)).abs() < 1e-9);
        assert!(clear.answerable() > 0.9 && vague.answerable() < 0.3, "{clear:?} {vague:?}");
        // Two articles tell nothing about how far a good one stands out.
        let small = rank(&[candidate(1, 1, 0.5, 0.0), candidate(2, 2, 0.1, 0.0)], 10).1.unwrap();
        assert!((small.gap - USUAL_GAP).abs() < 1e-9);
    }
}
