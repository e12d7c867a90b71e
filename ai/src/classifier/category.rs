//! The decision between an account's categories: kernel regression over all its examples, with honest probabilities and
//! a sense of what is about none of them.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Quality;
use crate::{
    AiError,
    calibration::{self, Outcome},
    head::Sample,
    kernel::{Described, Kernel, LeftOut, Mix, SelfTrained, Taught, Votes},
};

/// Added to a score before its logarithm: what a class keeps that no example speaks for.
const DOUBT: f32 = 0.05;
/// Temperature to expect. Best were 0.19 to 0.29 with one to ten examples a class of three public sets.
const TAUGHT: f32 = 0.24;
/// After self-training. Best were 0.24 to 0.39 on two of them, the more the more texts nobody labelled.
const SELF_TRAINED: f32 = 0.36;
/// Examples of its class that must be left for one to say how sure the others are: fewer know less than all of them will.
const LEFT: usize = 2;
/// Examples up to which both mixes of likeness are tried, and texts that nobody labelled; what is better at examples left
/// out is kept. Of more examples each says too little for that to matter.
const TRIED: usize = 3_000;
/// Quantiles kept of how familiar examples are.
const QUANTILES: usize = 256;
/// Share of texts in scope that may be taken for strangers.
const STRANGER: f64 = 0.02;

/// A labelled text.
#[derive(Clone, Copy, Debug)]
pub struct Labelled<'a> {
    pub text: &'a str,
    pub sample: &'a Sample,
    pub label: &'a str,
    /// How often it counts.
    pub weight: f32,
    /// The same number for paraphrases, which must not vouch for each other.
    pub group: usize,
    /// Whether it is like the messages that come: a category's name and description teach, but measure nothing.
    pub measured: bool,
}

/// A trained decision between categories.
#[derive(Clone, Debug)]
pub struct CategoryModel {
    pub(super) labels: Vec<String>,
    pub(super) kernel: Kernel,
    pub(super) judgement: Judgement,
}

/// What is known about the kernel's scores from the examples that were left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    temperature: f32,
    pub(super) quality: Quality,
    /// Mean and deviation of how loud the votes are, and of familiarity.
    certain: (f32, f32),
    familiar: (f32, f32),
    /// How much at home the examples are, as quantiles in ascending order.
    at_home: Vec<f32>,
    /// Texts that nobody labelled which it learned from.
    #[serde(default)]
    unlabelled: usize,
    pub(super) held: Vec<Held>,
}

/// A measured example as the others have it when it is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Hash of text and label.
    pub key: u64,
    /// Labels, by their places, that the others speak for more than for its own; none when it is right.
    pub ahead: Vec<u16>,
}

/// What a text is taken for.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Calibrated, one a label.
    pub probabilities: Vec<f32>,
    /// How much at home it is among the examples: larger is more.
    pub at_home: f32,
    /// Share of the examples that are no more at home, 0 to 1: the chance of something in scope looking this strange
    /// (a conformal p-value; Laxhammar and Falkman 2010).
    pub scope: f64,
    pub votes: Votes,
}

impl Judged {
    /// Whether hardly anything in scope looks this strange.
    pub fn is_stranger(&self) -> bool {
        self.scope < STRANGER
    }
}

impl CategoryModel {
    /// Learns the examples, and by self-training from `unlabelled` texts where that makes it better at examples left out.
    /// `labels` are all there are, also those without an example.
    ///
    /// # Errors
    /// `Training` without examples.
    pub fn train(examples: &[Labelled<'_>], labels: &[String], unlabelled: &[Described]) -> Result<Self, AiError> {
        let mut labels = labels.to_vec();
        labels.extend(examples.iter().map(|example| example.label.to_owned()));
        labels.sort();
        labels.dedup();
        let class = |label: &str| labels.binary_search_by(|known| known.as_str().cmp(label)).unwrap_or_default();
        let taught: Vec<Taught<'_>> = examples
            .iter()
            .map(|example| Taught {
                text: &example.sample.described,
                class: class(example.label),
                weight: example.weight,
                group: example.group,
            })
            .collect();
        let groups = groups(&taught, labels.len());
        let judged = |left_out: &[LeftOut], expected: f32| {
            let measured: Vec<Measured<'_>> = examples
                .iter()
                .zip(left_out)
                .zip(&taught)
                .filter(|((example, _), _)| example.measured)
                .map(|((example, out), &Taught { class, .. })| Measured {
                    example,
                    out,
                    class,
                    telling: groups[class] > LEFT,
                })
                .collect();
            Judgement::of(&measured, expected)
        };
        let (mut kernel, left_out) = Kernel::fit(Mix::WORDS, &taught, labels.len())?;
        let mut judgement = judged(&left_out, TAUGHT);
        if examples.len() <= TRIED {
            let meaning = Kernel::fit(Mix::MEANING, &taught, labels.len())?;
            let accuracy = |left_out: &[LeftOut]| judged(left_out, TAUGHT).quality.accuracy;
            let by_words = judgement.quality.accuracy - accuracy(&meaning.1);
            // A tenth of the examples left out costs more than one: what is gained is measured on the same tenths.
            let gain = |trained: &SelfTrained| accuracy(&trained.left_out) - accuracy(&trained.alone);
            if let Some(trained) = Kernel::self_train(&taught, labels.len(), unlabelled)?
                && gain(&trained) > by_words.max(0.0)
            {
                judgement = Judgement { unlabelled: unlabelled.len(), ..judged(&trained.left_out, SELF_TRAINED) };
                kernel = trained.kernel;
            } else if by_words < 0.0 {
                judgement = judged(&meaning.1, TAUGHT);
                kernel = meaning.0;
            }
        }
        Ok(Self { labels, kernel, judgement })
    }

    /// Labels in alphabetical order.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Of the measured examples, each judged without itself and its paraphrases.
    pub fn quality(&self) -> Quality {
        self.judgement.quality
    }

    /// Texts that nobody labelled which it learned from: none where they did not make it better.
    pub const fn unlabelled(&self) -> usize {
        self.judgement.unlabelled
    }

    /// Log-odds of `class`, the scale on which evidence adds up.
    pub(super) fn log_odds(&self, votes: &Votes, class: usize) -> f32 {
        let probability = self.judgement.probabilities(&votes.scores)[class].clamp(1e-6, 1.0 - 1e-6);
        (probability / (1.0 - probability)).ln()
    }

    /// What `sample` is taken for.
    pub fn judge(&self, sample: &Sample) -> Judged {
        let votes = self.kernel.votes(&sample.described);
        let at_home = self.judgement.at_home(&votes.scores, votes.familiarity);
        Judged {
            probabilities: self.judgement.probabilities(&votes.scores),
            scope: self.judgement.scope(at_home),
            at_home,
            votes,
        }
    }
}

/// An example that was left out, and what it was taken for.
struct Measured<'a> {
    example: &'a Labelled<'a>,
    out: &'a LeftOut,
    class: usize,
    /// Whether it says how sure the trained model may be.
    telling: bool,
}

impl Judgement {
    fn of(measured: &[Measured<'_>], expected: f32) -> Self {
        let outcome = |measured: &Measured<'_>| (logits(&measured.out.scores), measured.class);
        let telling: Vec<Outcome> = measured.iter().filter(|measured| measured.telling).map(outcome).collect();
        let temperature = calibration::temperature(&telling, Some(expected));
        let outcomes: Vec<Outcome> = measured.iter().map(outcome).collect();
        let judged = calibration::judged(&outcomes, temperature);
        let right = judged.iter().filter(|(_, right)| *right).count();
        let quality = Quality { accuracy: right as f64 / judged.len().max(1) as f64, ece: calibration::ece(&judged) };
        let held = measured.iter().map(Held::of).collect();
        let mut judgement = Self {
            temperature,
            quality,
            certain: moments(measured.iter().map(|measured| loudness(&measured.out.scores))),
            familiar: moments(measured.iter().map(|measured| measured.out.familiarity)),
            at_home: Vec::new(),
            unlabelled: 0,
            held,
        };
        let mut at_home: Vec<f32> =
            measured.iter().map(|measured| judgement.at_home(&measured.out.scores, measured.out.familiarity)).collect();
        at_home.sort_by(f32::total_cmp);
        // Few examples are kept as they are; of many, every so manieth.
        let kept = at_home.len().min(QUANTILES);
        judgement.at_home = (0..kept).map(|rank| at_home[rank * at_home.len() / kept]).collect();
        judgement
    }

    fn probabilities(&self, scores: &[f32]) -> Vec<f32> {
        calibration::probabilities(&logits(scores), self.temperature)
    }

    /// Votes and familiarity in deviations from what examples have: either alone is fooled, by texts that are a little like
    /// everything or by odd wording.
    fn at_home(&self, scores: &[f32], familiarity: f32) -> f32 {
        let deviations = |value: f32, (mean, deviation): (f32, f32)| (value - mean) / deviation;
        deviations(loudness(scores), self.certain) + deviations(familiarity, self.familiar)
    }

    fn scope(&self, at_home: f32) -> f64 {
        let below = self.at_home.partition_point(|known| *known <= at_home);
        (below + 1) as f64 / (self.at_home.len() + 1) as f64
    }
}

impl Held {
    fn of(measured: &Measured<'_>) -> Self {
        let scores = &measured.out.scores;
        let ahead = (0u16..).zip(scores).filter(|(_, score)| **score > scores[measured.class]);
        Self { key: key(measured.example), ahead: ahead.map(|(place, _)| place).collect() }
    }
}

/// Groups of examples that each class has.
fn groups(taught: &[Taught<'_>], classes: usize) -> Vec<usize> {
    let mut all: Vec<(usize, usize)> = taught.iter().map(|taught| (taught.class, taught.group)).collect();
    all.sort_unstable();
    all.dedup();
    let mut counts = vec![0; classes];
    for (class, _) in all {
        counts[class] += 1;
    }
    counts
}

/// On the scale on which temperatures work.
fn logits(scores: &[f32]) -> Vec<f32> {
    scores.iter().map(|score| (score.max(0.0) + DOUBT).ln()).collect()
}

/// How much is said at all, whatever for.
fn loudness(scores: &[f32]) -> f32 {
    scores.iter().map(|score| score * score).sum::<f32>().sqrt()
}

fn moments(values: impl Iterator<Item = f32> + Clone) -> (f32, f32) {
    let count = values.clone().count().max(1) as f32;
    let mean = values.clone().sum::<f32>() / count;
    let variance = values.map(|value| (value - mean) * (value - mean)).sum::<f32>() / count;
    (mean, variance.sqrt().max(1e-3))
}

/// The same text with the same label, in whichever version of a model.
fn key(example: &Labelled<'_>) -> u64 {
    let hash = Sha256::digest(format!("{}\0{}", example.label, example.text));
    hash.iter().take(8).fold(0, |key, byte| key << 8 | u64::from(*byte))
}
