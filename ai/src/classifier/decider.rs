//! One trained decision: a head, its labels and the temperature that makes its probabilities honest.

use candle_core::{Device, Tensor};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    AiError,
    calibration::{self, Outcome},
    head::{Head, Sample, Training, argmax},
};

/// Cosine from which two examples tell the same story, maybe in two languages.
const ALIKE: f32 = 0.65;
/// Sets beyond this are large enough for random folds, and their pairs too many to compare.
const COMPARED: usize = 4_000;

/// How the decision did on examples it had not seen, in cross-validation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    pub accuracy: f64,
    /// Expected calibration error after temperature scaling.
    pub ece: f64,
}

/// A trained decision between labels.
#[derive(Clone, Debug)]
pub struct Decider {
    pub(super) labels: Vec<String>,
    pub(super) head: Head,
    pub(super) temperature: f32,
    pub(super) quality: Quality,
}

/// One decision with its calibrated probability.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// Index into [`Decider::labels`].
    pub class: usize,
    pub probability: f32,
}

impl Decider {
    /// Trains on `(sample, label, repeats)`; cross-validates first, to know the temperature, unless it is `known` from
    /// nearly the same examples.
    pub fn train(
        examples: &[(&Sample, &str, usize)],
        training: Training,
        known: Option<(f32, Quality)>,
    ) -> Result<Self, AiError> {
        let mut labels: Vec<String> = examples.iter().map(|(_, label, _)| (*label).to_owned()).collect();
        labels.sort();
        labels.dedup();
        if labels.is_empty() {
            return Err(AiError::Training("there is no example to learn from".to_owned()));
        }
        let classes: Vec<usize> = examples
            .iter()
            .map(|(_, label, _)| labels.binary_search_by(|known| known.as_str().cmp(label)).unwrap_or_default())
            .collect();
        let folds = if known.is_some() {
            0
        } else if examples.len() > 1_000 {
            3
        } else {
            5
        };
        let samples: Vec<&Sample> = examples.iter().map(|(sample, _, _)| *sample).collect();
        let fold_of = if folds == 0 {
            vec![1; examples.len()]
        } else {
            calibration::folds(&classes, &alike(&samples)?, folds, training.seed)
        };
        let fit = |keep: &dyn Fn(usize) -> bool| {
            let chosen: Vec<usize> = (0..examples.len()).filter(|&index| keep(index)).collect();
            let samples: Vec<&Sample> = chosen.iter().map(|&index| examples[index].0).collect();
            let targets: Vec<usize> = chosen.iter().map(|&index| classes[index]).collect();
            let repeats: Vec<usize> = chosen.iter().map(|&index| examples[index].2).collect();
            Head::train(&samples, &targets, &repeats, labels.len(), training)
        };
        // The last "fold" holds nothing out: it is the model that is kept.
        let mut fitted: Vec<(Head, Vec<Outcome>)> = (0..=folds)
            .into_par_iter()
            .map(|fold| {
                let head = fit(&|index| fold_of[index] != fold);
                let outcomes = (0..examples.len())
                    .filter(|&index| fold_of[index] == fold)
                    .map(|index| (head.logits(examples[index].0), classes[index]))
                    .collect();
                (head, outcomes)
            })
            .collect();
        let (head, _) = fitted.pop().ok_or_else(|| AiError::Training("no model was fitted".to_owned()))?;
        if let Some((temperature, quality)) = known {
            return Ok(Self { labels, head, temperature, quality });
        }
        let outcomes: Vec<Outcome> = fitted.into_iter().flat_map(|(_, outcomes)| outcomes).collect();
        let temperature = calibration::temperature(&outcomes);
        let judged = calibration::judged(&outcomes, temperature);
        let right = judged.iter().filter(|(_, right)| *right).count();
        let quality = Quality { accuracy: right as f64 / judged.len().max(1) as f64, ece: calibration::ece(&judged) };
        Ok(Self { labels, head, temperature, quality })
    }

    /// The likeliest label of `sample`.
    pub fn decide(&self, sample: &Sample) -> Decision {
        let probabilities = self.probabilities(sample);
        let class = argmax(&probabilities);
        Decision { class, probability: probabilities[class] }
    }

    /// Calibrated probability a label, in the order of [`Self::labels`].
    pub fn probabilities(&self, sample: &Sample) -> Vec<f32> {
        calibration::probabilities(&self.head.logits(sample), self.temperature)
    }

    /// Log-odds of `class`, the scale on which evidence adds up.
    pub fn log_odds(&self, sample: &Sample, class: usize) -> f32 {
        let probability = self.probabilities(sample)[class].clamp(1e-6, 1.0 - 1e-6);
        (probability / (1.0 - probability)).ln()
    }

    /// Labels in alphabetical order.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// What cross-validation said.
    pub const fn quality(&self) -> Quality {
        self.quality
    }
}

/// A group number for each sample: near-duplicates share one, so that cross-validation never tests on a paraphrase of
/// what it trained on.
fn alike(samples: &[&Sample]) -> Result<Vec<usize>, AiError> {
    let mut group: Vec<usize> = (0..samples.len()).collect();
    if samples.len() > COMPARED {
        return Ok(group);
    }
    let width = samples.first().map_or(0, |sample| sample.dense.len());
    let dense: Vec<f32> = samples.iter().flat_map(|sample| sample.dense.iter().copied()).collect();
    let dense = Tensor::from_vec(dense, (samples.len(), width), &Device::Cpu)?;
    let similar = dense.matmul(&dense.t()?)?.to_vec2::<f32>()?;
    // Each joins the first earlier sample it resembles; chains are not followed, or all would end in one group.
    let joins: Vec<Option<usize>> =
        (0..samples.len()).map(|index| similar[index][..index].iter().position(|&cosine| cosine >= ALIKE)).collect();
    for (index, join) in joins.into_iter().enumerate() {
        if let Some(earlier) = join {
            group[index] = group[earlier];
        }
    }
    Ok(group)
}
