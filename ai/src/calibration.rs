//! Calibrated confidence: temperature scaling (Guo et al. 2017, <https://arxiv.org/abs/1706.04599>) on logits that
//! cross-validation gives for examples the model has not seen.

use super::{
    head::{argmax, softmax},
    random::SplitMix,
};

/// Out-of-fold logits and the true class of one example.
pub type Outcome = (Vec<f32>, usize);

/// Coldest and hottest temperature considered.
const RANGE: (f32, f32) = (0.05, 20.0);

/// Standard deviation of the logarithm of temperatures around what is expected: a dozen outcomes outweigh it.
const SPREAD: f32 = 0.3;

/// The temperature that makes `softmax(logits / temperature)` the likeliest, given that it is somewhere near `expected`, if
/// that is known: it counts for little beside hundreds of outcomes. Without any, it is that, or 1.
pub fn temperature(outcomes: &[Outcome], expected: Option<f32>) -> f32 {
    if outcomes.is_empty() {
        return expected.unwrap_or(1.0);
    }
    let surprise = |expected: f32, temperature: f32| f64::from(((temperature / expected).ln() / SPREAD).powi(2)) / 2.0;
    let loss = |temperature: f32| {
        loss(outcomes, temperature) + expected.map_or(0.0, |expected| surprise(expected, temperature))
    };
    // One minimum: the loss is convex in 1/T, and the other term in log T, over which a golden-section search goes.
    let ratio = (5f32.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (RANGE.0.ln(), RANGE.1.ln());
    for _ in 0..40 {
        let span = (high - low) * ratio;
        let (left, right) = (high - span, low + span);
        if loss(left.exp()) < loss(right.exp()) {
            high = right;
        } else {
            low = left;
        }
    }
    f32::midpoint(low, high).exp()
}

/// Probabilities at `temperature`.
pub fn probabilities(logits: &[f32], temperature: f32) -> Vec<f32> {
    let mut values: Vec<f32> = logits.iter().map(|logit| logit / temperature).collect();
    softmax(&mut values);
    values
}

/// Turns a stated probability into the one that held: logistic regression on the stated log-odds (Platt 1999), with a
/// Gaussian prior at "as stated", so that little evidence changes little.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Platt {
    offset: f64,
    slope: f64,
}

/// Variances of the prior around an offset of 0 and a slope of 1.
const PRIOR: (f64, f64) = (1.0, 0.25);
const NEWTON_STEPS: usize = 25;
/// Stated probabilities are never taken for more certain than this.
const SUREST: f64 = 0.99;

impl Platt {
    /// Fits (stated probability, whether it held), by Newton's method with a step that is halved until it helps.
    pub fn fit(outcomes: &[(f64, bool)]) -> Self {
        let rows: Vec<(f64, f64)> =
            outcomes.iter().map(|(stated, held)| (odds(*stated), f64::from(u8::from(*held)))).collect();
        let mut at = Self { offset: 0.0, slope: 1.0 };
        for _ in 0..NEWTON_STEPS {
            let mut gradient = (at.offset / PRIOR.0, (at.slope - 1.0) / PRIOR.1);
            let mut curve = (1.0 / PRIOR.0, 0.0, 1.0 / PRIOR.1);
            for (x, y) in &rows {
                let p = sigmoid(at.offset + at.slope * x);
                let weight = p * (1.0 - p);
                gradient = (gradient.0 + p - y, gradient.1 + (p - y) * x);
                curve = (curve.0 + weight, curve.1 + weight * x, curve.2 + weight * x * x);
            }
            // Positive, as the prior alone makes the curvature definite.
            let determinant = curve.0 * curve.2 - curve.1 * curve.1;
            let step = (
                (gradient.0 * curve.2 - gradient.1 * curve.1) / determinant,
                (gradient.1 * curve.0 - gradient.0 * curve.1) / determinant,
            );
            let (before, mut share) = (at.loss(&rows), 1.0);
            let mut next = at.moved(step, share);
            while next.loss(&rows) > before && share > 1e-6 {
                share /= 2.0;
                next = at.moved(step, share);
            }
            at = next;
        }
        at
    }

    fn moved(self, step: (f64, f64), share: f64) -> Self {
        Self { offset: self.offset - share * step.0, slope: self.slope - share * step.1 }
    }

    /// Negative logarithm of the posterior, but for a constant.
    fn loss(self, rows: &[(f64, f64)]) -> f64 {
        let prior = self.offset.powi(2) / PRIOR.0 + (self.slope - 1.0).powi(2) / PRIOR.1;
        let of = |(x, y): &(f64, f64)| {
            let z = self.offset + self.slope * x;
            // ln(1 + e^z) - y z, without overflow.
            z.max(0.0) + (-z.abs()).exp().ln_1p() - y * z
        };
        prior / 2.0 + rows.iter().map(of).sum::<f64>()
    }

    /// The probability that held for what was stated so.
    pub fn apply(self, stated: f64) -> f64 {
        sigmoid(self.offset + self.slope * odds(stated))
    }
}

fn odds(probability: f64) -> f64 {
    let bounded = probability.clamp(1.0 - SUREST, SUREST);
    (bounded / (1.0 - bounded)).ln()
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Negative log-likelihood at `temperature`.
fn loss(outcomes: &[Outcome], temperature: f32) -> f64 {
    outcomes.iter().map(|(logits, class)| -f64::from(probabilities(logits, temperature)[*class].max(1e-9)).ln()).sum()
}

/// Expected calibration error over ten equal bins of (confidence, right?).
pub fn ece(predictions: &[(f32, bool)]) -> f64 {
    let mut bins = [(0usize, 0f64, 0f64); 10];
    for &(confidence, right) in predictions {
        let bin = &mut bins[((confidence * 10.0) as usize).min(9)];
        bin.0 += 1;
        bin.1 += f64::from(confidence);
        bin.2 += f64::from(u8::from(right));
    }
    bins.iter().map(|(_, confidence, right)| (confidence - right).abs()).sum::<f64>() / predictions.len().max(1) as f64
}

/// Confidence and correctness of each outcome at `temperature`.
pub fn judged(outcomes: &[Outcome], temperature: f32) -> Vec<(f32, bool)> {
    outcomes
        .iter()
        .map(|(logits, class)| {
            let probabilities = probabilities(logits, temperature);
            let best = argmax(&probabilities);
            (probabilities[best], best == *class)
        })
        .collect()
}

/// A fold number below `folds` for each example: every class is spread evenly, and examples of one group stay together.
pub fn folds(labels: &[usize], groups: &[usize], folds: usize, seed: u64) -> Vec<usize> {
    // One member stands for its group: the first.
    let mut order: Vec<usize> = (0..labels.len()).filter(|&index| groups[index] == index).collect();
    SplitMix::new(seed).shuffle(&mut order);
    order.sort_by_key(|&index| labels[index]);
    let mut assigned = vec![0; labels.len()];
    for (place, index) in order.into_iter().enumerate() {
        assigned[index] = place % folds;
    }
    for index in 0..labels.len() {
        assigned[index] = assigned[groups[index]];
    }
    assigned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overconfident_model_is_cooled_down() {
        // Right three times of four, yet always nearly certain.
        let outcomes: Vec<Outcome> = (0..400).map(|i| (vec![8.0, 0.0], usize::from(i % 4 == 0))).collect();
        let heat = temperature(&outcomes, None);
        assert!((probabilities(&outcomes[0].0, heat)[0] - 0.75).abs() < 0.01);
        assert!(ece(&judged(&outcomes, heat)) < 0.01);
        assert!(ece(&judged(&outcomes, 1.0)) > 0.2);
    }

    #[test]
    fn few_outcomes_leave_a_temperature_where_it_is_expected() {
        assert!((temperature(&[], Some(0.24)) - 0.24).abs() < 1e-3);
        let wrong: Vec<Outcome> = (0..3).map(|_| (vec![1.0, 0.0], 1)).collect();
        let heat = temperature(&wrong, Some(0.24));
        assert!(heat > 0.24 && heat < 0.6, "{heat}");
    }

    #[test]
    fn what_is_stated_comes_to_what_held() {
        // States 0.6 to 0.9; half of it, whatever was stated, held.
        let of = |count: usize| -> Vec<(f64, bool)> {
            (0..count).map(|i| (0.6 + 0.3 * (i % 7) as f64 / 6.0, i % 2 == 0)).collect()
        };
        let fitted = Platt::fit(&of(400));
        for stated in [0.6, 0.75, 0.9] {
            assert!((fitted.apply(stated) - 0.5).abs() < 0.07, "{stated}: {}", fitted.apply(stated));
        }
        assert!((Platt::fit(&[]).apply(0.8) - 0.8).abs() < 1e-9, "without evidence it is taken as stated");
        let few = Platt::fit(&of(4)).apply(0.8);
        assert!(few > 0.6 && few < 0.8, "little evidence changes little: {few}");
        // A faithful one stays what it is.
        let faithful: Vec<(f64, bool)> = (0..1_000).map(|i| (0.8, i % 5 != 0)).collect();
        assert!((Platt::fit(&faithful).apply(0.8) - 0.8).abs() < 0.01);
        let certain = Platt::fit(&[(1.0, false); 50]).apply(1.0);
        assert!(certain > 1e-4 && certain < 0.5, "{certain}");
        let (mut before, mut decided) = (0.8, Vec::new());
        for _ in 0..50 {
            decided.push((0.8, false));
            let now = Platt::fit(&decided).apply(0.8);
            assert!(now < before && now > 0.01, "{now} after {before}");
            before = now;
        }
    }

    #[test]
    fn folds_are_even_in_every_class() {
        let labels: Vec<usize> = (0..100).map(|i| usize::from(i >= 80)).collect();
        let mut groups: Vec<usize> = (0..100).collect();
        let assigned = folds(&labels, &groups, 5, 1);
        for fold in 0..5 {
            let of = |class| (0..100).filter(|&i| assigned[i] == fold && labels[i] == class).count();
            assert_eq!((of(0), of(1)), (16, 4));
        }
        groups[7] = 3;
        let assigned = folds(&labels, &groups, 5, 1);
        assert_eq!(assigned[7], assigned[3]);
    }
}
