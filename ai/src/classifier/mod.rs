//! The built-in classifier: the account's categories by kernel regression, priority and sentiment by linear heads.

mod category;
mod compare;
mod decider;
mod evidence;
mod grouping;
mod learn;
mod store;
#[cfg(test)]
mod tests;
mod verdict;

use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};
use types::{Language, classifications::Sentiment, conversations::Priority};

use super::{encoder::Reading, features, gloss, head::Sample, kernel::Described, language};

pub use category::{CategoryModel, Judged, Labelled};
pub use compare::Comparison;
pub use decider::{Decider, Decision, Quality};
pub use learn::{Lesson, MOST_UNLABELLED, Subject, read_unlabelled};
pub use verdict::Verdict;

/// A text whose category, priority or sentiment a person has decided; what is unknown teaches nothing.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
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

/// How many of them teach a category.
pub fn builtin_count(category: &str) -> usize {
    BUILTIN.iter().filter(|example| example.category.as_deref() == Some(category)).count()
}

/// An example kept for evidence: one for each that the category model learned from, in its order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Known {
    text: String,
    category: String,
}

/// A trained classifier; cheap to share, never changed after training.
#[derive(Clone, Debug)]
pub struct Classifier {
    category: Arc<CategoryModel>,
    priority: Arc<Decider>,
    sentiment: Arc<Decider>,
    known: Arc<Vec<Known>>,
    /// Model name as shown and stored, like `builtin-kernel-2-3fa9c2d1`.
    name: String,
}

/// What the product's own examples look like to the encoder, for everybody who learns beside them.
pub type Readings = Arc<Vec<Reading>>;

impl Classifier {
    /// Categories this classifier knows, in alphabetical order.
    pub fn categories(&self) -> &[String] {
        self.category.labels()
    }

    /// Cross-validated quality of the category decision.
    pub fn quality(&self) -> Quality {
        self.category.quality()
    }

    /// Texts that taught the categories.
    pub fn examples(&self) -> usize {
        self.known.len()
    }

    /// Messages that nobody labelled which taught the categories as well.
    pub fn unlabelled(&self) -> usize {
        self.category.unlabelled()
    }

    /// Name and version, as stored with each classification.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Label and calibrated probability of category, priority and sentiment.
    pub fn decide_all(&self, sample: &Sample) -> [(&str, f32); 3] {
        let judged = self.category.judge(sample);
        let class = super::head::argmax(&judged.probabilities);
        let [priority, sentiment] = [&self.priority, &self.sentiment].map(|decider| {
            let decision = decider.decide(sample);
            (decider.labels[decision.class].as_str(), decision.probability)
        });
        [(self.category.labels[class].as_str(), judged.probabilities[class]), priority, sentiment]
    }

    /// The description of a text that all decisions share; `reading` is the encoder's of its `gloss`.
    pub fn sample(text: &str, gloss: &str, reading: Reading) -> Sample {
        let described =
            Described { vector: reading.vector, earlier: reading.earlier, grams: features::grams(text, gloss) };
        Sample { described, sparse: features::extract(text, gloss) }
    }
}
