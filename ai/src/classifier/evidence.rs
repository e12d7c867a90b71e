//! Which words decided, measured by leaving them out.
//!
//! A phrase's weight is how far the log-odds of the decision fall when the phrase is removed from the text: from the
//! n-grams always, from the embedding as well for short texts, where it matters most and a pass is cheap.

use std::fmt::Write as _;

use types::{
    Language,
    classifications::{Alternative, Evidence, EvidenceKind},
};
use unicode_segmentation::UnicodeSegmentation as _;

use super::{CategoryModel, Classifier};
use crate::{
    AiError,
    embed::Embedder,
    features, gloss,
    head::Sample,
    text::{self, is_function_word},
};

/// Phrases tried by n-grams alone.
const CANDIDATES: usize = 48;
/// Phrases whose embedding is taken as well.
const EMBEDDED: usize = 3;
/// Words of a text beyond which one phrase hardly moves its embedding.
const SHORT_TEXT: usize = 60;
/// Phrases reported.
const REPORTED: usize = 4;
/// Words a phrase has at most.
const PHRASE: usize = 3;

/// Phrases that spoke for `class`, strongest first, with their share of everything that spoke for it.
pub(super) async fn words(
    model: &CategoryModel,
    embedder: &Embedder,
    text: &str,
    language: Language,
    sample: &Sample,
    class: usize,
) -> Result<Vec<(String, f64)>, AiError> {
    let alike = model.kernel.meaning(&sample.described);
    let whole = model.log_odds(&model.kernel.votes_with(&alike, &sample.described.grams), class);
    let mut scored: Vec<(Phrase<'_>, f32)> = phrases(text)
        .into_iter()
        .take(CANDIDATES)
        .map(|phrase| {
            let rest = phrase.removed_from(text);
            let grams = features::grams(&rest, &gloss::english(&rest, language));
            let weight = whole - model.log_odds(&model.kernel.votes_with(&alike, &grams), class);
            (phrase, weight)
        })
        .collect();
    scored.sort_by(|a, b| b.1.total_cmp(&a.1));
    if text::words(text).len() <= SHORT_TEXT {
        scored.truncate(EMBEDDED);
        let ablated: Vec<String> = scored.iter().map(|(phrase, _)| phrase.removed_from(text)).collect();
        let glosses: Vec<String> = ablated.iter().map(|rest| gloss::english(rest, language)).collect();
        let readings = embedder.read(glosses.clone()).await?;
        for (((scored, rest), gloss), reading) in scored.iter_mut().zip(&ablated).zip(&glosses).zip(readings) {
            let votes = model.judge(&Classifier::sample(rest, gloss, reading)).votes;
            scored.1 = whole - model.log_odds(&votes, class);
        }
        scored.sort_by(|a, b| b.1.total_cmp(&a.1));
    }
    scored.retain(|(_, weight)| *weight > 0.0);
    let total: f32 = scored.iter().map(|(_, weight)| weight).sum();
    // What hardly counts would only distract.
    scored.retain(|(_, weight)| *weight / total >= 0.08);
    scored.truncate(REPORTED);
    Ok(scored.into_iter().map(|(phrase, weight)| (phrase.text.to_owned(), f64::from(weight / total))).collect())
}

/// A run of words, as it stands in the text.
struct Phrase<'a> {
    text: &'a str,
    start: usize,
}

impl Phrase<'_> {
    fn removed_from(&self, text: &str) -> String {
        format!("{}{}", &text[..self.start], &text[self.start + self.text.len()..])
    }
}

/// Runs of up to [`PHRASE`] content words with nothing but spaces between them; longer runs are split evenly.
fn phrases(text: &str) -> Vec<Phrase<'_>> {
    let mut runs: Vec<Vec<(usize, usize)>> = vec![Vec::new()];
    for (start, word) in text.unicode_word_indices() {
        let end = start + word.len();
        let joined =
            runs.last().and_then(|run| run.last()).is_none_or(|&(_, before)| text[before..start].trim().is_empty());
        if !joined || is_function_word(&text::fold(word)) {
            runs.push(Vec::new());
        }
        if !is_function_word(&text::fold(word))
            && let Some(run) = runs.last_mut()
        {
            run.push((start, end));
        }
    }
    runs.into_iter()
        .filter(|run| !run.is_empty())
        .flat_map(|run| {
            let parts = run.len().div_ceil(PHRASE);
            let size = run.len().div_ceil(parts);
            run.chunks(size).map(|part| (part[0].0, part[part.len() - 1].1)).collect::<Vec<_>>()
        })
        .map(|(start, end)| Phrase { text: &text[start..end], start })
        .collect()
}

/// One or two plain sentences from what decided.
pub(super) fn reasoning(
    label: &str,
    confidence: f64,
    out_of_scope: bool,
    alternatives: &[Alternative],
    evidence: &[Evidence],
) -> String {
    let of_kind = |kind| evidence.iter().filter(move |evidence| evidence.kind == kind);
    let quoted: Vec<String> =
        of_kind(EvidenceKind::Words).take(3).map(|evidence| format!("“{}”", evidence.text)).collect();
    let mut sentence = format!("{}, {:.0} % sure", text::capitalised(label), (confidence * 100.0).floor());
    if out_of_scope {
        sentence = format!("Like nothing the categories are about; {label} is nearest");
    }
    if !quoted.is_empty() {
        sentence.push_str(": ");
        sentence.push_str(&quoted.join(", "));
    }
    if let Some(other) = alternatives.first().filter(|other| other.probability >= 0.15) {
        _ = write!(sentence, "; {} is possible too ({:.0} %)", other.category, other.probability * 100.0);
    }
    if let Some(example) = of_kind(EvidenceKind::Example).next() {
        _ = write!(sentence, "; closest example: “{}” ({})", text::shorten(&example.text, 90), example.label);
    }
    sentence.push('.');
    sentence
}
