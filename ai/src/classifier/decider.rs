//! One trained decision: a head, its labels and the temperature that makes its probabilities honest.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::grouping;
use crate::{
    AiError,
    calibration::{self, Outcome},
    head::{Head, Sample, Training, argmax},
};

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
            calibration::folds(&classes, &grouping::alike(&samples), folds, training.seed)
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
        let temperature = calibration::temperature(&outcomes, None);
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

    /// Labels in alphabetical order.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// What cross-validation said.
    pub const fn quality(&self) -> Quality {
        self.quality
    }
}
