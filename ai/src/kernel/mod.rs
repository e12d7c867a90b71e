//! Kernel ridge regression: the account's examples vote on a new text, each by its likeness and by a share that makes all
//! votes together reproduce the labels (Saunders, Gammerman and Vovk 1998; as a classifier, Suykens and Vandewalle 1999,
//! <https://doi.org/10.1023/A:1018628609742>).
//!
//! Likeness is `exp(2 · (a − 1))` of a mean of three cosines: of the embeddings, of the mean states one layer earlier, and
//! of weighted n-grams; see [`Mix`]. The system is solved exactly, which also gives what every example would have been
//! taken for had it (and its paraphrases) been left out (Rasmussen and Williams 2006, section 5.4.2): calibration and
//! comparison of models need no further training. Where examples are few, texts that nobody labelled teach as well; see
//! [`SelfTrained`].

mod fit;
mod gram;
mod self_training;
mod store;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

pub use fit::Taught;
pub use gram::products;
use rayon::prelude::*;
pub use self_training::SelfTrained;

use crate::{
    encoder::{DIMENSION, dot},
    features::{SPACE, Sparse},
};

/// Values of a text's dense description: embedding and earlier states, each by the root of its part in the likeness.
const WIDTH: usize = 2 * DIMENSION;
/// How fast likeness falls with distance.
const SHARPNESS: f32 = 2.0;
/// Nearest examples whose mean likeness says how familiar a text is.
const NEIGHBOURS: usize = 5;

/// What likeness consists of: the parts of the three cosines, which sum to one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mix {
    embedding: f32,
    earlier: f32,
    grams: f32,
}

impl Mix {
    /// With examples enough to learn which words matter. Tuned with cross-validation on public sets of questions.
    pub const WORDS: Self = Self { embedding: 0.4, earlier: 0.3, grams: 0.3 };
    /// With few examples: what the encoder knows of meaning is all there is.
    pub const MEANING: Self = Self { embedding: 1.0, earlier: 0.0, grams: 0.0 };
    /// With few examples and many unlabelled texts, which tell the earlier states that matter from the others.
    pub const UNLABELLED: Self = Self { embedding: 0.8, earlier: 0.2, grams: 0.0 };
}

/// A text as the kernel compares it.
#[derive(Clone, Debug)]
pub struct Described {
    /// Unit vector of [`DIMENSION`].
    pub vector: Vec<f32>,
    /// Unit vector of [`DIMENSION`].
    pub earlier: Vec<f32>,
    /// n-grams with their dampened counts; see [`features::grams`](crate::features::grams).
    pub grams: Sparse,
}

/// Examples with their shares: a trained classifier.
#[derive(Clone, Debug)]
pub struct Kernel {
    classes: usize,
    space: Space,
    /// [`WIDTH`] values an example, then as many for each centre of texts that nobody labelled.
    dense: Vec<f32>,
    grams: Vec<Sparse>,
    /// Of each n-gram, the examples that have it.
    postings: HashMap<u32, Vec<(u32, f32)>>,
    /// `classes` values an example and a centre.
    shares: Vec<f32>,
}

/// What descriptions are measured against: known once the examples are.
#[derive(Clone, Debug, PartialEq)]
struct Space {
    mix: Mix,
    /// Mean of the examples' earlier states: what all have in common tells nothing.
    centre: Vec<f32>,
    /// Weight of each hashed n-gram: rare ones say more.
    rarity: Vec<f32>,
}

/// As cosine-like likeness, -1 to 1: the weighted mean of the three cosines.
pub fn cosine(likeness: f32) -> f32 {
    1.0 + likeness.ln() / SHARPNESS
}

/// What the examples say about a text.
#[derive(Clone, Debug)]
pub struct Votes {
    /// One a class: about 1 for an example's own class, about 0 for all when nothing is like the text.
    pub scores: Vec<f32>,
    /// Mean likeness of the nearest examples, 0 to 1.
    pub familiarity: f32,
    /// Likeness of every example, 0 to 1.
    pub likeness: Vec<f32>,
}

/// What an example would have been taken for without itself and its paraphrases.
#[derive(Clone, Debug)]
pub struct LeftOut {
    pub scores: Vec<f32>,
    pub familiarity: f32,
}

impl Kernel {
    pub const fn classes(&self) -> usize {
        self.classes
    }

    /// Examples it knows.
    pub const fn len(&self) -> usize {
        self.grams.len()
    }

    pub const fn is_empty(&self) -> bool {
        self.grams.is_empty()
    }

    /// What the examples say about `text`.
    pub fn votes(&self, text: &Described) -> Votes {
        let (dense, grams) = self.space.place(text);
        self.votes_of(&dense, &grams)
    }

    fn votes_of(&self, dense: &[f32], grams: &Sparse) -> Votes {
        self.count(&self.alike(dense), grams)
    }

    /// What they would say with other n-grams; `alike` is [`Self::meaning`] of the text as it is.
    pub fn votes_with(&self, alike: &[f32], grams: &Sparse) -> Votes {
        self.count(alike, &self.space.weigh(grams))
    }

    /// The part of each example's and centre's likeness that does not come from n-grams.
    pub fn meaning(&self, text: &Described) -> Vec<f32> {
        self.alike(&self.space.place(text).0)
    }

    fn alike(&self, dense: &[f32]) -> Vec<f32> {
        self.dense.par_chunks_exact(WIDTH).with_min_len(256).map(|example| dot(example, dense)).collect()
    }

    fn count(&self, alike: &[f32], grams: &Sparse) -> Votes {
        let mut likeness = alike.to_vec();
        for (gram, value) in grams {
            for (example, weight) in self.postings.get(gram).into_iter().flatten() {
                likeness[*example as usize] += value * weight;
            }
        }
        let mut scores = vec![0f32; self.classes];
        for (likeness, shares) in likeness.iter_mut().zip(self.shares.chunks_exact(self.classes)) {
            *likeness = (SHARPNESS * (*likeness - 1.0)).exp();
            scores.iter_mut().zip(shares).for_each(|(score, share)| *score += *likeness * share);
        }
        // Centres vote, but nobody knows them.
        likeness.truncate(self.len());
        Votes { scores, familiarity: familiarity(likeness.iter().copied()), likeness }
    }

    /// How much each example spoke for `class`, given [`Votes::likeness`].
    pub fn support(&self, likeness: &[f32], class: usize) -> Vec<f32> {
        likeness.iter().zip(self.shares.chunks_exact(self.classes)).map(|(like, shares)| like * shares[class]).collect()
    }

    fn assemble(classes: usize, space: Space, dense: Vec<f32>, grams: Vec<Sparse>, shares: Vec<f32>) -> Self {
        let mut postings: HashMap<u32, Vec<(u32, f32)>> = HashMap::new();
        for (example, grams) in grams.iter().enumerate() {
            for (gram, value) in grams {
                postings.entry(*gram).or_default().push((example as u32, *value));
            }
        }
        Self { classes, space, dense, grams, postings, shares }
    }
}

impl Space {
    fn of(mix: Mix, texts: &[&Described]) -> Self {
        let mut centre = vec![0f32; DIMENSION];
        let mut seen = vec![0f32; SPACE];
        let count = texts.len().max(1) as f32;
        for text in texts {
            centre.iter_mut().zip(&text.earlier).for_each(|(mean, value)| *mean += value / count);
            text.grams.iter().for_each(|(gram, _)| seen[*gram as usize] += 1.0);
        }
        // What no example has can be like none of them.
        let rarity = |seen: &f32| if *seen > 0.0 { ((1.0 + count) / (1.0 + seen)).ln() + 1.0 } else { 0.0 };
        Self { mix, centre, rarity: seen.iter().map(rarity).collect() }
    }

    /// Scaled so that the three parts of the likeness add up by themselves.
    fn place(&self, text: &Described) -> (Vec<f32>, Sparse) {
        let mut dense: Vec<f32> = text.vector.iter().map(|value| value * self.mix.embedding.sqrt()).collect();
        let mut earlier: Vec<f32> = text.earlier.iter().zip(&self.centre).map(|(value, mean)| value - mean).collect();
        scale(&mut earlier, self.mix.earlier.sqrt());
        dense.extend(earlier);
        (dense, self.weigh(&text.grams))
    }

    fn weigh(&self, grams: &Sparse) -> Sparse {
        let mut weighted: Vec<f32> = grams.iter().map(|(gram, value)| value * self.rarity[*gram as usize]).collect();
        scale(&mut weighted, self.mix.grams.sqrt());
        let known = grams.iter().zip(weighted).filter(|(_, value)| *value > 0.0);
        known.map(|((gram, _), value)| (*gram, value)).collect()
    }
}

/// To this length; a zero vector stays.
fn scale(values: &mut [f32], length: f32) {
    let norm = values.iter().map(|value| value * value).sum::<f32>().sqrt();
    if norm > 0.0 {
        for value in values {
            *value *= length / norm;
        }
    }
}

/// Mean of the largest few.
fn familiarity(likeness: impl Iterator<Item = f32>) -> f32 {
    let mut nearest = [0f32; NEIGHBOURS];
    for like in likeness {
        if like > nearest[NEIGHBOURS - 1] {
            let place = nearest.partition_point(|known| *known >= like);
            nearest[place..].rotate_right(1);
            nearest[place] = like;
        }
    }
    nearest.iter().sum::<f32>() / NEIGHBOURS as f32
}
