//! Which sentences answer: by meaning, by the words they share with the question, and by how well their passage fits.

use std::collections::HashMap;

use super::{DraftRequest, Who, guard};
use crate::{
    AiError,
    embed::Embedder,
    encoder::dot,
    text::{self, is_function_word},
};

/// Passages looked at.
const PASSAGES: usize = 8;
/// Sentences embedded: about 5 ms each when nothing is cached.
const EMBEDDED: usize = 18;
/// Sentences quoted, and the words they may have together.
const QUOTED: usize = 5;
const WORDS: usize = 120;
/// Score below which nothing is said to answer; tuned on the demo's articles with questions they do and do not answer.
const ANSWERS: f64 = 0.40;
/// What a question in another language than the model's needs on top when it shares no word with the passages: any two
/// Finnish sentences look somewhat alike to an English model.
const WORDLESS: f64 = 0.14;
/// Words a numbered list may have to be quoted whole.
const STEPS: usize = 140;
/// Share of the best sentence's score that such a neighbour needs.
const AROUND: f64 = 0.5;
/// Share of the best sentence's score that another needs to be quoted beside it.
const BESIDE: f64 = 0.72;
/// What a passage in another language is discounted by.
const FOREIGN: f64 = 0.88;

/// A sentence to quote.
#[derive(Clone, Debug)]
pub struct Pick {
    /// Index into the request's passages.
    pub passage: usize,
    pub text: String,
    /// Its place among the sentences of the passage.
    line: usize,
}

impl Pick {
    pub fn is_item(&self) -> bool {
        is_item(&self.text)
    }

    fn place(&self) -> (usize, usize) {
        (self.passage, self.line)
    }
}

/// What was found.
pub struct Selection {
    /// In reading order within a passage; the passage with the best sentence first.
    pub picks: Vec<Pick>,
    /// Score of the best sentence, 0 to 1.
    pub best: f64,
    pub confidence: f64,
}

struct Candidate {
    pick: Pick,
    words: Vec<String>,
    lexical: f64,
    score: f64,
}

/// Chooses the sentences; none when nothing answers. Fewer than `enough` words bring along what stands around them.
pub async fn select(embedder: &Embedder, request: &DraftRequest, enough: usize) -> Result<Selection, AiError> {
    let mut candidates = candidates(request);
    let query = query(request);
    let asked = content_words(&query);
    let rarity = rarity(&candidates, &asked);
    for candidate in &mut candidates {
        candidate.lexical = overlap(&asked, &candidate.words, &rarity);
        candidate.score = candidate.lexical + request.passages[candidate.pick.passage].similarity;
    }
    // The cheap score decides who is worth a pass through the model.
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    candidates.truncate(EMBEDDED);
    if candidates.is_empty() {
        return Ok(Selection { picks: Vec::new(), best: 0.0, confidence: 0.0 });
    }
    let texts: Vec<String> = candidates
        .iter()
        .map(|candidate| format!("{}: {}", request.passages[candidate.pick.passage].title, candidate.pick.text))
        .collect();
    let (asked, vectors) = tokio::try_join!(embedder.embed(vec![query]), embedder.embed_remembered(&texts))?;
    for (candidate, vector) in candidates.iter_mut().zip(&vectors) {
        let passage = &request.passages[candidate.pick.passage];
        let meaning = f64::from(dot(&asked[0], vector)).max(0.0);
        let native = if passage.language == request.language { 1.0 } else { FOREIGN };
        candidate.score = native * (0.5 * meaning + 0.3 * candidate.lexical + 0.2 * passage.similarity.clamp(0.0, 1.0));
    }
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    // Beside an answer in the customer's language another one is only noise.
    let native = |candidate: &Candidate| request.passages[candidate.pick.passage].language == request.language;
    if native(&candidates[0]) {
        candidates.retain(native);
    }
    let best = candidates[0].score;
    let shares_words = candidates[0].lexical > 0.0 || request.language == types::Language::English;
    if best < if shares_words { ANSWERS } else { ANSWERS + WORDLESS } {
        return Ok(Selection { picks: Vec::new(), best, confidence: 0.0 });
    }
    let picks = complete(surround(choose(&candidates, best), &candidates, best, enough), request);
    let picks = lengthen(picks, request, enough);
    // From "just enough" at the threshold to "as good as it gets" at 0.75.
    let confidence = (0.45 + 0.5 * (best - ANSWERS) / (0.75 - ANSWERS)).clamp(0.3, 0.95);
    Ok(Selection { picks, best, confidence })
}

/// The question, and for a short one what the customer said before: "and for annual plans?" means nothing alone.
fn query(request: &DraftRequest) -> String {
    if text::words(&request.question).len() >= 8 {
        return request.question.clone();
    }
    let before = request.history.iter().rev().find(|(who, _)| *who == Who::Customer);
    before.map_or_else(
        || request.question.clone(),
        |(_, before)| format!("{} {}", text::shorten(before, 300), request.question),
    )
}

/// Every quotable sentence, once, with the words that may match: its own and its article's title.
fn candidates(request: &DraftRequest) -> Vec<Candidate> {
    let mut seen = std::collections::HashSet::new();
    let mut candidates = Vec::new();
    for (passage, content) in request.passages.iter().take(PASSAGES).enumerate() {
        let title = content_words(&content.title);
        for (line, sentence) in content.content.lines().map(str::trim).enumerate() {
            if says(sentence) && seen.insert(sentence.to_owned()) {
                let words = content_words(sentence).into_iter().chain(title.iter().cloned()).collect();
                candidates.push(Candidate {
                    pick: Pick { passage, text: sentence.to_owned(), line },
                    words,
                    lexical: 0.0,
                    score: 0.0,
                });
            }
        }
    }
    candidates
}

/// The best sentences that fit together: at most two articles, in reading order.
fn choose(candidates: &[Candidate], best: f64) -> Vec<Pick> {
    let mut chosen: Vec<Pick> = Vec::new();
    let mut passages: Vec<usize> = Vec::new();
    let mut words = 0;
    for candidate in candidates.iter().take_while(|candidate| candidate.score >= best * BESIDE) {
        let length = length(&candidate.pick.text);
        let known = passages.contains(&candidate.pick.passage);
        if chosen.len() == QUOTED || (words + length > WORDS && !chosen.is_empty()) || (!known && passages.len() == 2) {
            continue;
        }
        if !known {
            passages.push(candidate.pick.passage);
        }
        words += length;
        chosen.push(candidate.pick.clone());
    }
    chosen.sort_by_key(|pick| (passages.iter().position(|passage| *passage == pick.passage), pick.line));
    chosen
}

/// A short answer with the sentences next to it, the better one first: they say under which conditions it holds.
fn surround(mut picks: Vec<Pick>, candidates: &[Candidate], best: f64, enough: usize) -> Vec<Pick> {
    let mut words = words(&picks);
    while words < enough {
        let touches = |pick: &Pick| {
            picks.iter().any(|known| known.passage == pick.passage && known.line.abs_diff(pick.line) == 1)
                && !picks.iter().any(|known| known.passage == pick.passage && known.line == pick.line)
        };
        let next = candidates
            .iter()
            .filter(|candidate| candidate.score >= best * AROUND && words + length(&candidate.pick.text) <= WORDS)
            .filter(|candidate| touches(&candidate.pick))
            .max_by(|a, b| a.score.total_cmp(&b.score));
        let Some(next) = next else { break };
        words += length(&next.pick.text);
        picks.push(next.pick.clone());
    }
    in_order(picks)
}

/// Still short: what the same passages say after the answer and before it, then the other passages of their articles,
/// whatever they look like. A list's items do not come without the list.
fn lengthen(mut picks: Vec<Pick>, request: &DraftRequest, enough: usize) -> Vec<Pick> {
    let lines = |passage: usize| request.passages[passage].content.lines().map(str::trim).enumerate();
    let line = |passage: usize| move |(line, text): (usize, &str)| Pick { passage, text: text.to_owned(), line };
    let mut runs: Vec<Vec<Pick>> = Vec::new();
    runs.extend(picks.iter().map(|pick| lines(pick.passage).skip(pick.line + 1).map(line(pick.passage)).collect()));
    runs.extend(picks.iter().rev().map(|pick| {
        let before: Vec<Pick> = lines(pick.passage).take(pick.line).map(line(pick.passage)).collect();
        before.into_iter().rev().collect()
    }));
    let quoted = |passage: &usize| {
        picks.iter().any(|pick| request.passages[pick.passage].article_id == request.passages[*passage].article_id)
    };
    let others = (0..request.passages.len().min(PASSAGES)).filter(quoted);
    runs.extend(others.map(|passage| lines(passage).map(line(passage)).collect()));
    let mut total = words(&picks);
    for run in runs {
        for next in run {
            let known = picks.iter().any(|pick| pick.text == next.text || pick.place() == next.place());
            if known
                || total >= enough
                || !says(&next.text)
                || is_item(&next.text)
                || total + length(&next.text) > WORDS
            {
                break;
            }
            total += length(&next.text);
            picks.push(next);
        }
    }
    in_order(picks)
}

/// The passages in the order in which they were chosen, each from its beginning on.
fn in_order(mut picks: Vec<Pick>) -> Vec<Pick> {
    let order: Vec<usize> = picks.iter().map(|pick| pick.passage).collect();
    picks.sort_by_key(|pick| (order.iter().position(|passage| *passage == pick.passage), pick.line));
    picks
}

fn words(picks: &[Pick]) -> usize {
    picks.iter().map(|pick| length(&pick.text)).sum()
}

fn length(text: &str) -> usize {
    text.split_whitespace().count()
}

/// A fragment says nothing alone; a question in an article is not an answer.
fn says(sentence: &str) -> bool {
    (4..=60).contains(&length(sentence)) && !sentence.ends_with([':', '?']) && guard::quotable(sentence)
}

/// Steps are useful from the first to the last, so a quoted step brings its whole list; of a list too long for a draft,
/// steps lose their numbers.
fn complete(picks: Vec<Pick>, request: &DraftRequest) -> Vec<Pick> {
    let mut completed: Vec<Pick> = Vec::new();
    for pick in picks {
        if completed.iter().any(|known| known.passage == pick.passage && known.line == pick.line) {
            continue;
        }
        let Some((_, step)) = numbered(&pick.text) else {
            completed.push(pick);
            continue;
        };
        let lines: Vec<&str> = request.passages[pick.passage].content.lines().map(str::trim).collect();
        let list = list_around(&lines, pick.line);
        let words: usize = lines[list.clone()].iter().map(|line| length(line)).sum();
        if words <= STEPS && lines[list.clone()].iter().all(|line| guard::quotable(line)) {
            completed.extend(list.map(|line| Pick { passage: pick.passage, text: lines[line].to_owned(), line }));
        } else {
            completed.push(Pick { text: step.to_owned(), ..pick });
        }
    }
    // Sentences chosen from inside a list that came along whole are in it already.
    let mut seen = std::collections::HashSet::new();
    completed.retain(|pick| seen.insert((pick.passage, pick.line)));
    in_order(completed)
}

/// Lines from the first to the last step of the list that has `line`. Sentences after a step belong to it.
fn list_around(lines: &[&str], line: usize) -> std::ops::Range<usize> {
    let number_at = |at: usize| numbered(lines[at]).map(|(number, _)| number);
    let mut start = line;
    for at in (0..=line).rev() {
        match number_at(at) {
            Some(number) if number_at(start).is_some_and(|next| number <= next) => start = at,
            Some(_) => break,
            None if line - at > 30 => break,
            None => {}
        }
    }
    let mut end = line;
    for at in line + 1..lines.len() {
        match number_at(at) {
            Some(number) if number_at(end).is_some_and(|before| number == before + 1) => end = at,
            Some(_) => break,
            None => {}
        }
    }
    start..end + 1
}

/// A list item keeps its own line.
pub fn is_item(line: &str) -> bool {
    line.starts_with("• ") || numbered(line).is_some()
}

/// Number and text of a step like "2. Open Settings."
fn numbered(line: &str) -> Option<(u32, &str)> {
    let (number, text) = line.split_once(". ")?;
    (number.len() <= 2).then_some(())?;
    Some((number.parse().ok()?, text))
}

fn content_words(text: &str) -> Vec<String> {
    let mut words: Vec<String> =
        text::words(text).into_iter().filter(|word| word.chars().count() > 1 && !is_function_word(word)).collect();
    words.sort();
    words.dedup();
    words
}

/// How much each asked word tells: the fewer sentences have it, the more.
fn rarity(candidates: &[Candidate], asked: &[String]) -> HashMap<String, f64> {
    let total = candidates.len() as f64;
    asked
        .iter()
        .map(|word| {
            let having = candidates
                .iter()
                .filter(|candidate| candidate.words.iter().any(|known| text::related(word, known)))
                .count() as f64;
            (word.clone(), (1.0 + total / (1.0 + having)).ln())
        })
        .collect()
}

/// Share of what was asked, weighted by rarity, that `words` speak of; 0 to 1.
fn overlap(asked: &[String], words: &[String], rarity: &HashMap<String, f64>) -> f64 {
    let weight = |word: &String| rarity.get(word).copied().unwrap_or_default();
    let total: f64 = asked.iter().map(weight).sum();
    if total == 0.0 {
        return 0.0;
    }
    asked.iter().filter(|word| words.iter().any(|known| text::related(word, known))).map(weight).sum::<f64>() / total
}
