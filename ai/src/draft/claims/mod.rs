//! Whether a draft's sentences say what their sources say. Words are compared, not meanings: a sentence that holds the
//! words of its source's best place, no number or name of its own, and no "not" too many or too few, is supported. What
//! is not is flagged for the agent, and taken out when the source clearly does not say it. docs/ai.md has the figures.

mod sentence;
#[cfg(test)]
mod tests;
mod tokens;

use types::{
    Language,
    drafts::{ClaimIssue, ClaimVerdict, DraftClaim},
};

use super::Passage;
use crate::{gloss, sentences, text};
use sentence::Sentence;
pub use sentence::split;
use tokens::Number;

/// Share of a sentence's words in its source from which it is supported, and below which it is taken out. With the
/// sentences of the reference answers in docs/ai.md four of five reach the first in their own sources and one of nine in the
/// most alike others; two in a hundred are below the second in their own.
const SUPPORTED: f64 = 0.6;
const NOT_SAID: f64 = 0.3;
/// Share from which the sentence and the source's are about the same, so that a "not" in one of them alone tells.
const SAME: f64 = 0.75;
/// Content words from which an unmarked sentence can be found in a source, and from which it states something when it is
/// found in none.
const TELLS: usize = 3;
const STATES: usize = 4;
/// Lines of a source read together: a reworded answer often joins neighbours.
const WINDOW: usize = 3;

/// What a draft may cite.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    pub title: &'a str,
    /// One sentence a line.
    pub content: &'a str,
    pub language: Language,
}

/// A text as a source's content: one sentence a line.
pub fn lines(text: &str) -> String {
    sentences::split(text).join("\n")
}

impl<'a> From<&'a Passage> for Source<'a> {
    fn from(passage: &'a Passage) -> Self {
        Self { title: &passage.title, content: &passage.content, language: passage.language }
    }
}

/// A draft after the comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// Without what was taken out, and with marks where a sentence lacked them and a source says it.
    pub content: String,
    /// In the order of the text.
    pub claims: Vec<DraftClaim>,
}

impl Checked {
    /// Whether most of what the draft states is left.
    pub fn stands(&self) -> bool {
        let out = self.count(ClaimVerdict::LeftOut);
        self.claims.is_empty() || (out < self.claims.len() && out * 2 <= self.claims.len())
    }

    /// Mean support of what is left, 0 to 1; 1 when nothing is stated.
    pub fn support(&self) -> f64 {
        let left: Vec<f64> = self
            .claims
            .iter()
            .filter(|claim| claim.verdict != ClaimVerdict::LeftOut)
            .map(|claim| if claim.verdict == ClaimVerdict::Supported { 1.0 } else { claim.support })
            .collect();
        if left.is_empty() { 1.0 } else { left.iter().sum::<f64>() / left.len() as f64 }
    }

    /// A sentence on what was taken out or needs a look; empty when all is supported.
    pub fn remark(&self) -> String {
        let sentences = |count: usize| if count == 1 { "1 sentence".to_owned() } else { format!("{count} sentences") };
        let mut remarks = Vec::new();
        match self.count(ClaimVerdict::LeftOut) {
            0 => {}
            out => remarks.push(format!("{} left out, because the sources do not say it.", sentences(out))),
        }
        match self.count(ClaimVerdict::Doubtful) {
            0 => {}
            doubtful => remarks.push(format!("{} to check against the sources.", sentences(doubtful))),
        }
        remarks.join(" ")
    }

    fn count(&self, verdict: ClaimVerdict) -> usize {
        self.claims.iter().filter(|claim| claim.verdict == verdict).count()
    }
}

/// Compares each sentence of a draft in `language` with the sources it cites by number, from 1. `known` is what the
/// customer has said: its numbers and names may be repeated.
pub fn check(draft: &str, language: Language, sources: &[Source<'_>], known: &str) -> Checked {
    let sources: Vec<Reading<'_>> = sources.iter().map(|source| Reading::new(*source, language)).collect();
    let mut claims = Vec::new();
    let mut lines = Vec::new();
    for line in draft.lines() {
        let mut kept: Vec<String> = Vec::new();
        for mut sentence in split(line) {
            let claim = judge(&mut sentence, language, &sources, known);
            let out = claim.as_ref().is_some_and(|claim| claim.verdict == ClaimVerdict::LeftOut);
            claims.extend(claim);
            if !out {
                kept.push(sentence.marked());
            }
        }
        // A line that loses all it had goes; an empty one separates paragraphs.
        if !kept.is_empty() || line.trim().is_empty() {
            lines.push(kept.join(" "));
        }
    }
    let mut content = lines.join("\n");
    while content.contains("\n\n\n") {
        content = content.replace("\n\n\n", "\n\n");
    }
    Checked { content: content.trim().to_owned(), claims }
}

/// A source, read once for all sentences.
struct Reading<'a> {
    source: Source<'a>,
    /// In another language than the draft.
    foreign: bool,
    /// Content words of each line.
    lines: Vec<(&'a str, Vec<String>)>,
    title: Vec<String>,
}

impl<'a> Reading<'a> {
    fn new(source: Source<'a>, language: Language) -> Self {
        let foreign = source.language != language;
        let words = |text: &str| if foreign { glossed(text, source.language) } else { tokens::content_words(text) };
        let lines = source.content.lines().map(str::trim).filter(|line| !line.is_empty());
        Self { source, foreign, lines: lines.map(|line| (line, words(line))).collect(), title: words(source.title) }
    }

    /// The lines that stand together and hold most of `words`, and how the line nearest to a sentence of so many words, when
    /// it is about the same, stands to "not".
    fn place(&self, words: &[String], length: usize) -> Place<'_> {
        let share = |having: &dyn Fn(&str) -> bool| {
            words.iter().filter(|word| having(word)).count() as f64 / words.len().max(1) as f64
        };
        let has = |known: &[String], word: &str| known.iter().any(|known| text::related(word, known));
        let windows = (0..self.lines.len()).map(|start| &self.lines[start..(start + WINDOW).min(self.lines.len())]);
        let best = windows
            .map(|window| {
                (share(&|word| has(&self.title, word) || window.iter().any(|(_, line)| has(line, word))), window)
            })
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let nearest = self
            .lines
            .iter()
            .map(|(line, known)| (share(&|word| has(known, word)), *line))
            .max_by(|a, b| a.0.total_cmp(&b.0))
            // A long sentence says more than one thing, and its "not" may belong to another.
            .filter(|(share, line)| *share >= SAME && line.split_whitespace().count() * 2 <= length * 3 + 4);
        let (support, lines) = best.unwrap_or_default();
        Place { support, lines, negated: nearest.map(|(_, line)| tokens::negated(line, self.source.language)) }
    }
}

/// Where a source speaks of what a sentence states.
#[derive(Clone, Copy, Default)]
struct Place<'a> {
    /// Share of the sentence's words that it holds.
    support: f64,
    lines: &'a [(&'a str, Vec<String>)],
    /// Whether the line that is about the same says "not".
    negated: Option<bool>,
}

impl Place<'_> {
    fn holds(&self, number: &Number) -> bool {
        self.lines.iter().any(|(line, _)| number.stands_in(line))
    }
}

/// None when the sentence states nothing. A statement without a mark gets that of the source which says it.
fn judge(sentence: &mut Sentence<'_>, language: Language, sources: &[Reading<'_>], known: &str) -> Option<DraftClaim> {
    let words = tokens::content_words(sentence.text);
    let numbers = tokens::numbers(sentence.text);
    // A mark of no source stays, for whoever numbers them to refuse.
    let source = |mark: usize| sources.get(mark.checked_sub(1)?);
    let courteous = sentence.marks.is_empty() && tokens::courteous(sentence.text, language);
    let candidates: Vec<usize> = match sentence.marks.as_slice() {
        [] if courteous || words.len() < TELLS => Vec::new(),
        [] => (1..=sources.len()).collect(),
        marks => marks.to_vec(),
    };
    let length = sentence.text.split_whitespace().count();
    let read = |mark: usize| {
        let source = source(mark)?;
        if source.foreign {
            Some((mark, source.place(&glossed(sentence.text, language), length)))
        } else {
            Some((mark, source.place(&words, length)))
        }
    };
    let places: Vec<(usize, Place<'_>)> = candidates.into_iter().filter_map(read).collect();
    let best = places.iter().copied().max_by(|a, b| a.1.support.total_cmp(&b.1.support));
    let Place { support, negated, .. } = best.map(|(_, place)| place).unwrap_or_default();
    if sentence.marks.is_empty() {
        sentence.marks.extend(best.filter(|_| support >= SUPPORTED).map(|(mark, _)| mark));
    }

    let of_sentence: Vec<&Reading<'_>> = sentence.marks.iter().filter_map(|mark| source(*mark)).collect();
    let said = |holds: &dyn Fn(&str) -> bool| {
        holds(known) || of_sentence.iter().any(|reading| holds(reading.source.content) || holds(reading.source.title))
    };
    let own = numbers.iter().find(|number| !said(&|text| number.stands_in(text)));
    let elsewhere = |number: &&Number| {
        let near = places.iter().any(|(mark, place)| sentence.marks.contains(mark) && place.holds(number));
        !near && !number.stands_in(known) && !of_sentence.iter().any(|reading| number.stands_in(reading.source.title))
    };
    let claim = |verdict, issue, detail: Option<String>| {
        let text = sentence.text.to_owned();
        Some(DraftClaim { text, sources: sentence.marks.clone(), support, verdict, issue, detail })
    };
    let doubtful = |issue, detail| claim(ClaimVerdict::Doubtful, Some(issue), detail);
    if let Some(number) = own.filter(|number| !number.spelled) {
        return claim(ClaimVerdict::LeftOut, Some(ClaimIssue::Number), Some(number.value.clone()));
    }
    if of_sentence.is_empty() {
        return if words.len() < STATES || courteous { None } else { doubtful(ClaimIssue::NoSource, None) };
    }
    if of_sentence.iter().all(|reading| reading.foreign) {
        return doubtful(ClaimIssue::OtherLanguage, None);
    }
    if support < NOT_SAID && !words.is_empty() {
        return claim(ClaimVerdict::LeftOut, Some(ClaimIssue::Weak), None);
    }
    // One that the source has, but not here, may be another thing's.
    if let Some(number) = own.or_else(|| numbers.iter().find(elsewhere)) {
        return doubtful(ClaimIssue::Number, Some(number.value.clone()));
    }
    let names = tokens::names(sentence.text, language);
    if let Some(name) = names.into_iter().find(|name| !said(&|text| tokens::mentions(text, name))) {
        return doubtful(ClaimIssue::Name, Some(name));
    }
    if negated.is_some_and(|negated| negated != tokens::negated(sentence.text, language)) {
        return doubtful(ClaimIssue::Negation, None);
    }
    if support < SUPPORTED && !words.is_empty() {
        return doubtful(ClaimIssue::Weak, None);
    }
    claim(ClaimVerdict::Supported, None, None)
}

/// English words for a text in another language, as far as the glossary goes.
fn glossed(text: &str, language: Language) -> Vec<String> {
    tokens::content_words(&gloss::english(text, language))
}
