//! The built-in classifier: category, priority and sentiment by linear heads over one shared description of the text.

mod decider;
mod evidence;
mod store;
#[cfg(test)]
mod tests;
mod verdict;

use std::sync::{Arc, LazyLock};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use types::{Language, classifications::Sentiment, conversations::Priority};

use super::{
    AiError,
    encoder::{DIMENSION, Encoder, dot},
    features, gloss,
    head::{Sample, Training},
    language,
};

pub use decider::{Decider, Decision, Quality};
pub use verdict::Verdict;

/// How often a correction counts against one built-in example: people are right about their own account.
const CORRECTION_REPEATS: usize = 4;
/// Corrections, times this, that outnumber the built-in examples make calibration worth repeating.
const FEW: usize = 4;
/// What an example must at least resemble to be called near.
const NEAR: f32 = 0.35;

/// A text whose category, priority or sentiment a person has decided; what is unknown teaches nothing.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Example {
    pub text: String,
    /// Detected when unknown.
    #[serde(default)]
    pub language: Option<Language>,
    #[serde(default)]
    pub category: Option<String>,
    #[serde(default)]
    pub priority: Option<Priority>,
    #[serde(default)]
    pub sentiment: Option<Sentiment>,
}

impl Example {
    /// What of the text is embedded.
    fn gloss(&self) -> String {
        let language = self.language.unwrap_or_else(|| language::detect(&self.text).0);
        gloss::english(&self.text, language)
    }
}

/// The examples that ship with the product.
static BUILTIN: LazyLock<Vec<Example>> = LazyLock::new(|| parse(include_str!("../../data/training.jsonl")));

/// One example a line; a line that is none is dropped (a test asserts that the shipped file has no such line).
fn parse(lines: &str) -> Vec<Example> {
    lines.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// The examples that ship with the product, in five languages.
pub fn builtin_examples() -> &'static [Example] {
    &BUILTIN
}

/// An example kept for evidence.
#[derive(Clone, Debug)]
struct Known {
    text: String,
    category: Option<String>,
}

/// A trained classifier; cheap to share, never changed after training.
#[derive(Clone, Debug)]
pub struct Classifier {
    category: Decider,
    priority: Decider,
    sentiment: Decider,
    known: Arc<Vec<Known>>,
    /// `known.len()` unit vectors, one after the other.
    vectors: Arc<Vec<f32>>,
    /// Model name as shown and stored, like `builtin-linear-1-3fa9c2d1`.
    name: String,
}

impl Classifier {
    /// Trains on the built-in examples. Blocks for a few seconds.
    pub fn builtin(encoder: &Encoder) -> Result<Self, AiError> {
        let vectors = encoder.encode(&BUILTIN.iter().map(Example::gloss).collect::<Vec<_>>())?.concat();
        Self::train(&BUILTIN, &[], vectors, None)
    }

    /// Trains again with an account's corrections added; `self` lends its built-in vectors. Blocks for a second or
    /// more: call it off the async threads. `categories` limits the built-in examples to categories the account has;
    /// empty keeps all.
    pub fn train_with(&self, encoder: &Encoder, extra: &[Example], categories: &[String]) -> Result<Self, AiError> {
        let mut base = Vec::new();
        let mut vectors = Vec::new();
        for (example, vector) in BUILTIN.iter().zip(self.vectors.chunks_exact(DIMENSION)) {
            let wanted =
                example.category.as_ref().is_none_or(|category| categories.is_empty() || categories.contains(category));
            let mut example = example.clone();
            if !wanted {
                // Still teaches priority and sentiment.
                example.category = None;
            }
            base.push(example);
            vectors.extend_from_slice(vector);
        }
        vectors.extend(encoder.encode(&extra.iter().map(Example::gloss).collect::<Vec<_>>())?.concat());
        // A handful of corrections does not change how sure the heads may be; a real amount is validated anew.
        let known = (extra.len() * FEW < base.len()).then_some(self);
        Self::train(&base, extra, vectors, known)
    }

    fn train(base: &[Example], extra: &[Example], vectors: Vec<f32>, known: Option<&Self>) -> Result<Self, AiError> {
        let examples: Vec<(&Example, usize)> = base
            .iter()
            .map(|example| (example, 1))
            .chain(extra.iter().map(|example| (example, CORRECTION_REPEATS)))
            .collect();
        let samples: Vec<Sample> = examples
            .iter()
            .zip(vectors.chunks_exact(DIMENSION))
            .map(|((example, _), vector)| Sample {
                dense: vector.to_vec(),
                sparse: features::extract(&example.text, &example.gloss()),
            })
            .collect();
        let decide = |label: &(dyn Fn(&Example) -> Option<String> + Sync), known: Option<&Decider>| {
            let labelled: Vec<(&Sample, String, usize)> = examples
                .iter()
                .zip(&samples)
                .filter_map(|((example, repeats), sample)| Some((sample, label(example)?, *repeats)))
                .collect();
            let borrowed: Vec<(&Sample, &str, usize)> =
                labelled.iter().map(|(sample, label, repeats)| (*sample, label.as_str(), *repeats)).collect();
            Decider::train(&borrowed, Training::default(), known.map(|known| (known.temperature, known.quality)))
        };
        let (category, (priority, sentiment)) = rayon::join(
            || decide(&|example| example.category.clone(), known.map(|known| &known.category)),
            || {
                rayon::join(
                    || {
                        decide(
                            &|example| example.priority.map(|priority| priority.to_string()),
                            known.map(|known| &known.priority),
                        )
                    },
                    || {
                        decide(
                            &|example| example.sentiment.map(|sentiment| sentiment.to_string()),
                            known.map(|known| &known.sentiment),
                        )
                    },
                )
            },
        );
        let known = examples
            .iter()
            .map(|(example, _)| Known { text: example.text.clone(), category: example.category.clone() })
            .collect();
        Ok(Self {
            category: category?,
            priority: priority?,
            sentiment: sentiment?,
            known: Arc::new(known),
            vectors: Arc::new(vectors),
            name: format!("builtin-linear-1-{}", &digest(&examples)[..8]),
        })
    }

    /// Categories this classifier knows, in alphabetical order.
    pub fn categories(&self) -> &[String] {
        self.category.labels()
    }

    /// Cross-validated quality of the category decision.
    pub const fn quality(&self) -> Quality {
        self.category.quality()
    }

    /// Name and version, as stored with each classification.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Label and calibrated probability of category, priority and sentiment.
    pub fn decide_all(&self, sample: &Sample) -> [(&str, f32); 3] {
        [&self.category, &self.priority, &self.sentiment].map(|decider| {
            let decision = decider.decide(sample);
            (decider.labels[decision.class].as_str(), decision.probability)
        })
    }

    /// The description of a text all heads share; `dense` is the embedding of its `gloss`.
    pub fn sample(text: &str, gloss: &str, dense: Vec<f32>) -> Sample {
        Sample { dense, sparse: features::extract(text, gloss) }
    }

    /// The `count` most similar examples that have a category: index and cosine, most similar first.
    fn nearest(&self, dense: &[f32], count: usize) -> Vec<(usize, f32)> {
        let mut scored: Vec<(usize, f32)> = self
            .vectors
            .chunks_exact(DIMENSION)
            .enumerate()
            .filter(|(index, _)| self.known[*index].category.is_some())
            .map(|(index, vector)| (index, dot(vector, dense)))
            .filter(|(_, similarity)| *similarity >= NEAR)
            .collect();
        scored.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        scored.truncate(count);
        scored
    }
}

/// Hash of everything that training depends on, hexadecimal.
fn digest(examples: &[(&Example, usize)]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(format!("{} {:?}\n{}", features::VERSION, Training::default(), gloss::TABLE));
    for (example, repeats) in examples {
        hasher.update(format!("{example:?}{repeats}\n"));
    }
    hex::encode(hasher.finalize())
}
