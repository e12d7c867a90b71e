//! Multinomial logistic regression over a dense embedding and sparse hashed features.
//!
//! Mini-batch `AdaGrad` (Duchi et al. 2011) with weight decay applied once an epoch; the average of the last epochs'
//! weights is kept (Polyak averaging), which makes few examples give steady results. Deterministic by seed.

use super::{
    encoder::DIMENSION,
    features::{SPACE, Sparse},
    kernel::Described,
    random::SplitMix,
};

/// One text as the head sees it.
#[derive(Clone, Debug)]
pub struct Sample {
    /// What the encoder and the n-grams say of it.
    pub described: Described,
    pub sparse: Sparse,
}

impl Sample {
    /// The embedding: a unit vector of [`DIMENSION`].
    pub fn dense(&self) -> &[f32] {
        &self.described.vector
    }
}

/// How to train.
#[derive(Clone, Copy, Debug)]
pub struct Training {
    pub epochs: usize,
    pub rate: f32,
    /// Weight decay an epoch, relative to the learning rate.
    pub decay: f32,
    pub seed: u64,
}

impl Default for Training {
    fn default() -> Self {
        Self { epochs: 8, rate: 0.15, decay: 0.4, seed: 7 }
    }
}

/// Trained weights: one row of `classes` values a feature, dense rows first, then hashed rows, then the bias.
#[derive(Clone, Debug)]
pub struct Head {
    classes: usize,
    weights: Vec<f32>,
}

const BATCH: usize = 8;
const BIAS: usize = DIMENSION + SPACE;
const ROWS: usize = BIAS + 1;
/// The embedding's values are small (1/sqrt(384)); scaled up they learn as fast as the n-grams.
const DENSE_SCALE: f32 = 1.5;

impl Head {
    /// Trains on `samples[i]` having class `labels[i] < classes`, shown `repeats[i]` times an epoch.
    pub fn train(samples: &[&Sample], labels: &[usize], repeats: &[usize], classes: usize, training: Training) -> Self {
        let mut weights = vec![0f32; ROWS * classes];
        let mut squares = vec![1e-6f32; ROWS * classes];
        let mut average = vec![0f32; ROWS * classes];
        let averaged = (training.epochs / 3).max(1);
        let mut random = SplitMix::new(training.seed);
        let mut order: Vec<usize> =
            (0..samples.len()).flat_map(|index| std::iter::repeat_n(index, repeats[index])).collect();
        let mut errors = vec![0f32; BATCH * classes];
        for epoch in 0..training.epochs {
            random.shuffle(&mut order);
            for batch in order.chunks(BATCH) {
                for (slot, &index) in batch.iter().enumerate() {
                    let error = &mut errors[slot * classes..(slot + 1) * classes];
                    logits_into(&weights, samples[index], error);
                    softmax(error);
                    error[labels[index]] -= 1.0;
                }
                for (slot, &index) in batch.iter().enumerate() {
                    let error = &errors[slot * classes..(slot + 1) * classes];
                    for_each_row(samples[index], |row, value| {
                        let at = row * classes;
                        let (weights, squares) = (&mut weights[at..at + classes], &mut squares[at..at + classes]);
                        for ((weight, square), error) in weights.iter_mut().zip(squares).zip(error) {
                            let gradient = value * error;
                            *square += gradient * gradient;
                            *weight -= training.rate * gradient / square.sqrt();
                        }
                    });
                }
            }
            let keep = 1.0 - training.rate * training.decay;
            for weight in &mut weights {
                *weight *= keep;
            }
            if epoch + averaged >= training.epochs {
                average.iter_mut().zip(&weights).for_each(|(sum, weight)| *sum += weight / averaged as f32);
            }
        }
        Self { classes, weights: average }
    }

    /// Unnormalised log-probabilities, one a class.
    pub fn logits(&self, sample: &Sample) -> Vec<f32> {
        let mut logits = vec![0f32; self.classes];
        logits_into(&self.weights, sample, &mut logits);
        logits
    }

    pub const fn classes(&self) -> usize {
        self.classes
    }

    /// The weights as bytes, little endian; read back by [`Self::from_bytes`].
    pub fn to_bytes(&self) -> Vec<u8> {
        self.weights.iter().flat_map(|weight| weight.to_le_bytes()).collect()
    }

    /// None when `bytes` is not the size that `classes` asks for, or holds a value that is not finite.
    pub fn from_bytes(classes: usize, bytes: &[u8]) -> Option<Self> {
        let (words, rest) = bytes.as_chunks::<4>();
        let weights: Vec<f32> = words.iter().map(|word| f32::from_le_bytes(*word)).collect();
        let sound =
            rest.is_empty() && weights.len() == ROWS * classes && weights.iter().all(|weight| weight.is_finite());
        sound.then_some(Self { classes, weights })
    }
}

fn for_each_row(sample: &Sample, mut visit: impl FnMut(usize, f32)) {
    for (row, value) in sample.dense().iter().enumerate() {
        visit(row, value * DENSE_SCALE);
    }
    for &(index, value) in &sample.sparse {
        visit(DIMENSION + index as usize, value);
    }
    visit(BIAS, 1.0);
}

fn logits_into(weights: &[f32], sample: &Sample, logits: &mut [f32]) {
    logits.fill(0.0);
    let classes = logits.len();
    for_each_row(sample, |row, value| {
        let row = &weights[row * classes..(row + 1) * classes];
        for (logit, weight) in logits.iter_mut().zip(row) {
            *logit += value * weight;
        }
    });
}

/// In place, without overflow.
pub fn softmax(values: &mut [f32]) {
    let top = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for value in values.iter_mut() {
        *value = (*value - top).exp();
        sum += *value;
    }
    for value in values {
        *value /= sum;
    }
}

/// Index of the largest value; the first among equals.
pub fn argmax(values: &[f32]) -> usize {
    let mut best = 0;
    for (index, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = index;
        }
    }
    best
}
