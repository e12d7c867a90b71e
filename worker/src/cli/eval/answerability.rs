//! `eval answerability`: fits the probability that the articles answer, on what `eval retrieval --evidence` wrote down.
//!
//! Logistic regression with a ridge penalty on standardised features, by Newton's method; five stratified folds, drawn
//! anew ten times. The folds come from a fixed hash, so the same files give the same figures.

use std::path::PathBuf;

use anyhow::ensure;
use clap::Args;
use domain::knowledge::Evidence;
use serde::{Deserialize, Serialize};

use super::{
    lines,
    measures::{auroc, round},
};

const FOLDS: u64 = 5;
const DRAWS: u64 = 10;
const NEWTON_STEPS: usize = 30;
/// Weight of the ridge penalty: as much as three questions, which keeps 200 of them from being learnt by heart.
const RIDGE: f64 = 3.3;
/// Probabilities at which a draft might be refused.
const THRESHOLDS: [f64; 6] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];

#[derive(Args, Debug)]
pub struct AnswerabilityArgs {
    /// What `eval retrieval --evidence` wrote; once for each set of questions
    #[arg(long, value_name = "FILE", required = true)]
    evidence: Vec<PathBuf>,
}

/// One question of an evaluation: what retrieval saw, and whether the articles hold an answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Observation {
    pub share: f64,
    pub gap: f64,
    pub similarity: f64,
    pub answerable: bool,
}

impl Observation {
    pub fn new(evidence: Evidence, answerable: bool) -> Self {
        Self { share: evidence.share, gap: evidence.gap, similarity: evidence.similarity, answerable }
    }

    fn features(&self) -> [f64; 3] {
        [self.share, self.gap, self.similarity]
    }
}

#[derive(Debug, Serialize)]
struct Report {
    n: usize,
    intercept: f64,
    share: f64,
    gap: f64,
    similarity: f64,
    /// Of the usual question; what retrieval assumes of accounts too small to show one.
    mean_gap: f64,
    /// By set, in the order of the files: fitted on all, and on the other folds only.
    auroc: Vec<f64>,
    auroc_cross_validated: Vec<f64>,
    thresholds: Vec<Threshold>,
}

/// Shares of the questions whose cross-validated probability is below `below`.
#[derive(Debug, Serialize)]
struct Threshold {
    below: f64,
    of_answerable: f64,
    of_unanswerable: f64,
}

pub fn run(arguments: &AnswerabilityArgs) -> anyhow::Result<()> {
    let mut all: Vec<(usize, Observation)> = Vec::new();
    for (set, file) in arguments.evidence.iter().enumerate() {
        all.extend(lines::<Observation>(file)?.into_iter().map(|observation| (set, observation)));
    }
    ensure!(
        [true, false].iter().all(|class| all.iter().any(|(_, one)| one.answerable == *class)),
        "the evidence must hold answerable and unanswerable questions"
    );
    println!("{}", serde_json::to_string(&report(&all, arguments.evidence.len()))?);
    Ok(())
}

fn report(all: &[(usize, Observation)], sets: usize) -> Report {
    let [intercept, share, gap, similarity] = fit(all.iter().map(|(_, one)| one));
    let fitted: Vec<f64> =
        all.iter().map(|(_, one)| probability(&[intercept, share, gap, similarity], &one.features())).collect();
    let draws: Vec<Vec<f64>> = (0..DRAWS).map(|draw| cross_validated(all, draw)).collect();
    let separation = |probabilities: &[f64], of: usize| {
        let scores: Vec<(f64, bool)> = all
            .iter()
            .zip(probabilities)
            .filter(|((set, _), _)| *set == of)
            .map(|((_, one), probability)| (*probability, one.answerable))
            .collect();
        auroc(&scores)
    };
    let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len() as f64;
    let below = |threshold: f64, class: bool| {
        let judged = draws.iter().flat_map(|draw| all.iter().zip(draw)).filter(|((_, one), _)| one.answerable == class);
        mean(judged.map(|(_, probability)| f64::from(u8::from(*probability < threshold))).collect())
    };
    Report {
        n: all.len(),
        intercept: round(intercept),
        share: round(share),
        gap: round(gap),
        similarity: round(similarity),
        mean_gap: round(mean(all.iter().map(|(_, one)| one.gap).collect())),
        auroc: (0..sets).map(|set| round(separation(&fitted, set))).collect(),
        auroc_cross_validated: (0..sets)
            .map(|set| round(mean(draws.iter().map(|draw| separation(draw, set)).collect())))
            .collect(),
        thresholds: THRESHOLDS
            .iter()
            .map(|&threshold| Threshold {
                below: threshold,
                of_answerable: round(below(threshold, true)),
                of_unanswerable: round(below(threshold, false)),
            })
            .collect(),
    }
}

/// Each question's probability by a fit that has not seen it.
fn cross_validated(all: &[(usize, Observation)], draw: u64) -> Vec<f64> {
    let mut fold = vec![0; all.len()];
    for class in [true, false] {
        let mut members: Vec<usize> = (0..all.len()).filter(|&index| all[index].1.answerable == class).collect();
        members.sort_by_key(|&index| scatter(draw << 32 | index as u64));
        for (place, index) in members.into_iter().enumerate() {
            fold[index] = place as u64 % FOLDS;
        }
    }
    let mut probabilities = vec![0.0; all.len()];
    for held_out in 0..FOLDS {
        let model = fit(all.iter().zip(&fold).filter(|(_, fold)| **fold != held_out).map(|((_, one), _)| one));
        for (index, (_, one)) in all.iter().enumerate().filter(|(index, _)| fold[*index] == held_out) {
            probabilities[index] = probability(&model, &one.features());
        }
    }
    probabilities
}

/// `SplitMix64` (Steele, Lea and Flood 2014): an order without a pattern, the same each time.
fn scatter(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Intercept first, then one weight a feature.
fn probability(model: &[f64; 4], features: &[f64; 3]) -> f64 {
    let logit = model[0] + model[1..].iter().zip(features).map(|(weight, value)| weight * value).sum::<f64>();
    1.0 / (1.0 + (-logit).exp())
}

fn fit<'a>(observations: impl Iterator<Item = &'a Observation>) -> [f64; 4] {
    let rows: Vec<([f64; 3], f64)> =
        observations.map(|one| (one.features(), f64::from(u8::from(one.answerable)))).collect();
    let n = rows.len() as f64;
    let mean: [f64; 3] = std::array::from_fn(|f| rows.iter().map(|(x, _)| x[f]).sum::<f64>() / n);
    let spread: [f64; 3] = std::array::from_fn(|f| {
        let variance = rows.iter().map(|(x, _)| (x[f] - mean[f]).powi(2)).sum::<f64>() / n;
        if variance > 0.0 { variance.sqrt() } else { 1.0 }
    });
    let mut model = [0.0; 4];
    for _ in 0..NEWTON_STEPS {
        let mut gradient: [f64; 4] = std::array::from_fn(|i| if i == 0 { 0.0 } else { RIDGE * model[i] });
        let mut hessian: [[f64; 4]; 4] =
            std::array::from_fn(|i| std::array::from_fn(|j| if i == j && i > 0 { RIDGE } else { 0.0 }));
        for (x, y) in &rows {
            let standard: [f64; 3] = std::array::from_fn(|f| (x[f] - mean[f]) / spread[f]);
            let p = probability(&model, &standard);
            let row = [1.0, standard[0], standard[1], standard[2]];
            for (own, (slope, curves)) in row.iter().zip(gradient.iter_mut().zip(&mut hessian)) {
                *slope += (p - y) * own;
                for (curve, other) in curves.iter_mut().zip(row) {
                    *curve += p * (1.0 - p) * own * other;
                }
            }
        }
        let step = solve(hessian, gradient);
        for (value, change) in model.iter_mut().zip(step) {
            *value -= change;
        }
    }
    let weights: [f64; 3] = std::array::from_fn(|f| model[f + 1] / spread[f]);
    let shift: f64 = weights.iter().zip(mean).map(|(weight, mean)| weight * mean).sum();
    [model[0] - shift, weights[0], weights[1], weights[2]]
}

/// Gaussian elimination; the matrix is positive definite, so it needs no pivoting.
fn solve(mut matrix: [[f64; 4]; 4], mut right: [f64; 4]) -> [f64; 4] {
    for pivot in 0..4 {
        for row in pivot + 1..4 {
            let factor = matrix[row][pivot] / matrix[pivot][pivot];
            let above = matrix[pivot];
            for (value, above) in matrix[row].iter_mut().zip(above).skip(pivot) {
                *value -= factor * above;
            }
            right[row] -= factor * right[pivot];
        }
    }
    for row in (0..4).rev() {
        let known: f64 = (row + 1..4).map(|column| matrix[row][column] * right[column]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observations() -> Vec<(usize, Observation)> {
        // Drawn from a known model: answerable with the probability that the share alone gives.
        (0..2_000_u64)
            .map(|index| {
                let uniform = |salt: u64| scatter(index << 8 | salt) as f64 / u64::MAX as f64;
                let (share, gap, similarity) = (uniform(1), uniform(2), uniform(3));
                let answerable = uniform(4) < 1.0 / (1.0 + (-(6.0 * share - 3.0)).exp());
                ((index % 2) as usize, Observation { share, gap, similarity, answerable })
            })
            .collect()
    }

    #[test]
    fn the_fit_finds_the_model_that_made_the_data() {
        let report = report(&observations(), 2);
        assert!((report.share - 6.0).abs() < 1.0 && (report.intercept + 3.0).abs() < 0.8, "{report:?}");
        assert!(report.gap.abs() < 0.5 && report.similarity.abs() < 0.5, "{report:?}");
        for (fitted, crossed) in report.auroc.iter().zip(&report.auroc_cross_validated) {
            assert!(*crossed > 0.8 && fitted + 0.01 > *crossed, "{report:?}");
        }
        let low = &report.thresholds[1];
        assert!(low.of_unanswerable > 3.0 * low.of_answerable, "{report:?}");
    }

    #[test]
    fn equations_are_solved() {
        let matrix = [[4.0, 1.0, 0.0, 0.0], [1.0, 3.0, 1.0, 0.0], [0.0, 1.0, 2.0, 0.5], [0.0, 0.0, 0.5, 1.0]];
        let x = [1.0, -2.0, 3.0, 0.5];
        let right = std::array::from_fn(|i| (0..4).map(|j| matrix[i][j] * x[j]).sum());
        assert!(solve(matrix, right).iter().zip(x).all(|(found, known)| (found - known).abs() < 1e-9));
    }
}
