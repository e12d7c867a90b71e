//! Training: from what an account teaches to its classifier.

use std::sync::Arc;

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use super::{BUILTIN, CategoryModel, Classifier, Decider, Example, Known, Labelled, Readings, grouping};
use crate::{
    AiError,
    encoder::{Encoder, Reading},
    features, gloss,
    head::{Sample, Training},
    kernel::Described,
};

/// How often an account's own example counts against one of the product's: people are right about their own account.
const OWN_WEIGHT: usize = 4;
/// Corrections, times this, that outnumber the built-in examples make calibration of the heads worth repeating.
const FEW: usize = 4;

/// Texts that nobody labelled and their words, which training reads: about half a minute's work.
pub const MOST_UNLABELLED: usize = 8_000;
const MOST_WORDS: usize = 160_000;

/// A category to learn.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    pub name: String,
    pub description: String,
    /// The product's own category whose examples teach it.
    pub builtin: Option<String>,
}

/// Everything an account teaches.
#[derive(Clone, Debug)]
pub struct Lesson {
    pub subjects: Vec<Subject>,
    /// Texts given as examples of a category.
    pub examples: Vec<Example>,
    /// Messages whose classification people corrected.
    pub corrections: Vec<Example>,
    /// Messages that nobody labelled, the most telling first.
    pub unlabelled: Vec<String>,
}

/// What as many of the texts that nobody labelled mean as there is time to read, from the first.
///
/// # Errors
/// When the model fails.
pub fn read_unlabelled<'a>(
    encoder: &Encoder,
    unlabelled: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<Described>, AiError> {
    let mut words = 0;
    let affordable = |text: &&str| {
        words += text.split_whitespace().count();
        words <= MOST_WORDS
    };
    let unlabelled: Vec<&str> = unlabelled.into_iter().take(MOST_UNLABELLED).take_while(affordable).collect();
    let readings = encoder.read(&unlabelled.into_par_iter().map(gloss::of).collect::<Vec<_>>())?;
    let meaning = |Reading { vector, earlier }| Described { vector, earlier, grams: Vec::new() };
    Ok(readings.into_iter().map(meaning).collect())
}

/// An example with its description.
struct Taught<'a> {
    example: &'a Example,
    /// As the account calls it.
    category: Option<&'a str>,
    sample: Sample,
    weight: usize,
    measured: bool,
}

impl Classifier {
    /// Trains on the product's own examples, and reads them for whoever learns beside them. Blocks for some seconds.
    ///
    /// # Errors
    /// When the model fails.
    pub fn builtin(encoder: &Encoder) -> Result<(Self, Readings), AiError> {
        let readings = Arc::new(encoder.read(&BUILTIN.iter().map(Example::gloss).collect::<Vec<_>>())?);
        let taught: Vec<Taught<'_>> = builtin(&readings)
            .map(|taught| Taught { category: taught.example.category.as_deref(), ..taught })
            .collect();
        Ok((train(&taught, &[], &[], None)?, readings))
    }

    /// A classifier of `lesson`; `self` is the product's own and `readings` what it was read from. Blocks: seconds for
    /// hundreds of examples, minutes for ten thousand.
    ///
    /// # Errors
    /// `Training` when there is nothing to learn from.
    pub fn learn(&self, encoder: &Encoder, readings: &Readings, lesson: &Lesson) -> Result<Self, AiError> {
        let descriptions: Vec<Example> = lesson.subjects.iter().filter_map(described).collect();
        let own: Vec<(&Example, usize, bool)> = descriptions
            .iter()
            .map(|example| (example, 1, false))
            .chain(lesson.examples.iter().chain(&lesson.corrections).map(|example| (example, OWN_WEIGHT, true)))
            .collect();
        let glosses: Vec<String> = own.iter().map(|(example, ..)| example.gloss()).collect();
        let read = encoder.read(&glosses)?;
        let mut taught: Vec<Taught<'_>> = builtin(readings)
            .map(|taught| {
                // The product's category under the account's name; one the account does not have still teaches the rest.
                let subject = lesson.subjects.iter().find(|subject| subject.builtin == taught.example.category);
                Taught { category: subject.map(|subject| subject.name.as_str()), ..taught }
            })
            .collect();
        taught.extend(own.iter().zip(&glosses).zip(read).map(|((&(example, weight, measured), gloss), reading)| {
            Taught {
                example,
                category: example.category.as_deref(),
                sample: Self::sample(&example.text, gloss, reading),
                weight,
                measured,
            }
        }));
        let labels: Vec<String> = lesson.subjects.iter().map(|subject| subject.name.clone()).collect();
        let unlabelled = read_unlabelled(encoder, lesson.unlabelled.iter().map(String::as_str))?;
        train(&taught, &labels, &unlabelled, Some(self))
    }
}

/// The product's own examples, without a category.
fn builtin(readings: &Readings) -> impl Iterator<Item = Taught<'static>> {
    BUILTIN.iter().zip(readings.iter()).map(|(example, reading)| Taught {
        example,
        category: None,
        sample: Classifier::sample(&example.text, &example.gloss(), reading.clone()),
        weight: 1,
        measured: true,
    })
}

/// What a category's own words say of it.
fn described(subject: &Subject) -> Option<Example> {
    let own = subject.builtin.is_none() || !subject.description.is_empty();
    let name = subject.name.replace(['_', '-'], " ");
    let text = if subject.description.is_empty() { name } else { format!("{name}: {}", subject.description) };
    own.then(|| Example { text, category: Some(subject.name.clone()), ..Example::default() })
}

fn train(
    taught: &[Taught<'_>],
    labels: &[String],
    unlabelled: &[Described],
    before: Option<&Classifier>,
) -> Result<Classifier, AiError> {
    // The product's examples tell the same stories in five languages.
    let ours = taught.iter().take(BUILTIN.len()).map(|taught| &taught.sample).collect::<Vec<_>>();
    let groups = grouping::alike(&ours);
    let labelled: Vec<Labelled<'_>> = taught
        .iter()
        .enumerate()
        .filter_map(|(index, taught)| {
            Some(Labelled {
                text: &taught.example.text,
                sample: &taught.sample,
                label: taught.category?,
                weight: taught.weight as f32,
                group: groups.get(index).copied().unwrap_or(index),
                measured: taught.measured,
            })
        })
        .collect();
    let category = CategoryModel::train(&labelled, labels, unlabelled)?;
    let learned_beside = if category.unlabelled() > 0 { unlabelled } else { &[] };
    let known =
        labelled.iter().map(|one| Known { text: one.text.to_owned(), category: one.label.to_owned() }).collect();
    let priority = |example: &Example| example.priority.map(|priority| priority.to_string());
    let sentiment = |example: &Example| example.sentiment.map(|sentiment| sentiment.to_string());
    let (priority, sentiment) = rayon::join(
        || decider(taught, &priority, before.map(|before| &before.priority)),
        || decider(taught, &sentiment, before.map(|before| &before.sentiment)),
    );
    Ok(Classifier {
        category: Arc::new(category),
        priority: priority?,
        sentiment: sentiment?,
        known: Arc::new(known),
        name: format!("builtin-kernel-2-{}", &digest(taught, learned_beside)[..8]),
    })
}

/// A linear head over what is labelled; the one before when nothing is new to it.
fn decider(
    taught: &[Taught<'_>],
    label: &(dyn Fn(&Example) -> Option<String> + Sync),
    before: Option<&Arc<Decider>>,
) -> Result<Arc<Decider>, AiError> {
    let labelled: Vec<(&Sample, String, usize)> =
        taught.iter().filter_map(|taught| Some((&taught.sample, label(taught.example)?, taught.weight))).collect();
    let own = labelled.len().saturating_sub(BUILTIN.len());
    if let Some(before) = before.filter(|_| own == 0) {
        return Ok(Arc::clone(before));
    }
    let borrowed: Vec<(&Sample, &str, usize)> =
        labelled.iter().map(|(sample, label, repeats)| (*sample, label.as_str(), *repeats)).collect();
    // A handful of corrections does not change how sure the head may be; a real amount is validated anew.
    let known = before.filter(|_| own * FEW < BUILTIN.len()).map(|before| (before.temperature, before.quality));
    Decider::train(&borrowed, Training::default(), known).map(Arc::new)
}

/// Hash of everything that training depends on, hexadecimal.
fn digest(taught: &[Taught<'_>], unlabelled: &[Described]) -> String {
    let mut hasher = hasher();
    for taught in taught {
        hasher.update(format!("{:?}{:?}{}\n", taught.example, taught.category, taught.weight));
    }
    for value in unlabelled.iter().flat_map(|text| &text.vector) {
        hasher.update(value.to_le_bytes());
    }
    hex::encode(hasher.finalize())
}

/// Begun with what every training depends on.
pub(super) fn hasher() -> Sha256 {
    let mut hasher = Sha256::new();
    hasher.update(format!("{} {:?}\n{}", features::VERSION, Training::default(), gloss::TABLE));
    hasher
}
