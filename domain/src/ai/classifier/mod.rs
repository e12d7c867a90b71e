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
use types::{classifications::Sentiment, conversations::Priority};

use super::{
    AiError,
    encoder::{DIMENSION, Encoder, dot},
    features,
    head::{Sample, Training},
};

pub use decider::{Decider, Decision, Quality};
pub use verdict::Verdict;

/// How often a correction counts against one built-in example: people are right about their own account.
const CORRECTION_REPEATS: usize = 4;
/// What an example must at least resemble to be called near.
const NEAR: f32 = 0.35;

/// A text whose category, priority or sentiment a person has decided; what is unknown teaches nothing.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Example {
    pub text: String,
    #[serde(default)]
    pub category: Option<String>,
    #[serde(default)]
    pub priority: Option<Priority>,
    #[serde(default)]
    pub sentiment: Option<Sentiment>,
}

/// The examples that ship with the product.
static BUILTIN: LazyLock<Vec<Example>> = LazyLock::new(|| parse(include_str!("../../../data/training.jsonl")));

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
        let texts: Vec<&str> = BUILTIN.iter().map(|example| example.text.as_str()).collect();
        let vectors = encoder.encode(&texts)?.concat();
        Self::train(&BUILTIN, &[], vectors)
    }

    /// Trains again with an account's corrections added; `self` lends its built-in vectors. Blocks for a second or
    /// more: call it off the async threads. `categories` limits the built-in examples to categories the account has;
    /// empty keeps all.
    pub fn train_with(&self, encoder: &Encoder, extra: &[Example], categories: &[String]) -> Result<Self, AiError> {
        let mut base = Vec::new();
        let mut vectors = Vec::new();
        for (example, vector) in BUILTIN.iter().zip(self.vectors.chunks_exact(DIMENSION)) {
            let wanted = example.category.as_ref().is_none_or(|category| categories.is_empty() || categories.contains(category));
            let mut example = example.clone();
            if !wanted {
                // Still teaches priority and sentiment.
                example.category = None;
            }
            base.push(example);
            vectors.extend_from_slice(vector);
        }
        let texts: Vec<&str> = extra.iter().map(|example| example.text.as_str()).collect();
        vectors.extend(encoder.encode(&texts)?.concat());
        Self::train(&base, extra, vectors)
    }

    fn train(base: &[Example], extra: &[Example], vectors: Vec<f32>) -> Result<Self, AiError> {
        let examples: Vec<(&Example, usize)> =
            base.iter().map(|example| (example, 1)).chain(extra.iter().map(|example| (example, CORRECTION_REPEATS))).collect();
        let samples: Vec<Sample> = examples
            .iter()
            .zip(vectors.chunks_exact(DIMENSION))
            .map(|((example, _), vector)| Sample { dense: vector.to_vec(), sparse: features::extract(&example.text) })
            .collect();
        let decide = |label: &(dyn Fn(&Example) -> Option<String> + Sync)| {
            let labelled: Vec<(&Sample, String, usize)> = examples
                .iter()
                .zip(&samples)
                .filter_map(|((example, repeats), sample)| Some((sample, label(example)?, *repeats)))
                .collect();
            let borrowed: Vec<(&Sample, &str, usize)> =
                labelled.iter().map(|(sample, label, repeats)| (*sample, label.as_str(), *repeats)).collect();
            Decider::train(&borrowed, Training::default())
        };
        let (category, (priority, sentiment)) = rayon::join(
            || decide(&|example| example.category.clone()),
            || {
                rayon::join(
                    || decide(&|example| example.priority.map(|priority| priority.to_string())),
                    || decide(&|example| example.sentiment.map(|sentiment| sentiment.to_string())),
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

    /// The description of a text all heads share; `dense` is its embedding.
    pub fn sample(text: &str, dense: Vec<f32>) -> Sample {
        Sample { dense, sparse: features::extract(text) }
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

/// Hash of everything the examples teach, hexadecimal.
fn digest(examples: &[(&Example, usize)]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(features::VERSION);
    for (example, repeats) in examples {
        hasher.update(format!("{example:?}{repeats}\n"));
    }
    hex::encode(hasher.finalize())
}
