//! Learning from texts that nobody labelled, beside those that somebody did: self-training (Scudder 1965; with soft labels,
//! Amini and Gallinari 2002). What the examples say of the other texts becomes their label, the surer the heavier; then all
//! are learned together, and once more.
//!
//! The solution is sought among sums of likenesses to landmarks (Nyström; Williams and Seeger 2000): the examples, and
//! centres of the other texts, each the mean of several. So the trained kernel holds no text that nobody labelled, and its
//! size does not depend on how many there were.

use std::ops::Range;

use faer::{
    Accum, MatMut, MatRef, Par,
    dyn_stack::MemStack,
    linalg::{
        cholesky::llt,
        matmul::{matmul, triangular},
    },
};
use rayon::prelude::*;

use super::{Described, Kernel, LeftOut, Mix, SHARPNESS, Taught, WIDTH, fit};
use crate::{AiError, cluster, encoder::dot, head::softmax};

/// Other texts a centre stands for, and the fewest it may be the mean of.
const PER_CENTRE: usize = 8;
const FEWEST: usize = 3;
const MOST_CENTRES: usize = 1_000;
/// How often labels are given to the other texts and learned.
const ROUNDS: usize = 2;
/// Scores are this much sharper as probabilities: those of a right class are about 0.3 above the rest.
const TEMPERATURE: f32 = 0.05;
/// How much a text whose label is certain counts against an example.
const SURE: f32 = 0.3;
/// Keeps landmarks apart that are nearly the same.
const FIRM: f32 = 0.01;
/// Parts of the examples that are left out in turn.
const FOLDS: usize = 10;

/// Everything that does not change while labels do.
struct Field<'a> {
    examples: &'a [Taught<'a>],
    classes: usize,
    landmarks: usize,
    /// Likeness of each text to each landmark: a row a text, the examples first.
    rows: Vec<f32>,
    /// Of each landmark to each.
    among: Vec<f32>,
}

/// What a round makes of the unlabelled texts, the same whatever is left out: each one's weight, by how sure its label is, and
/// the weighed products of their rows. Most of the time goes into these.
struct Round {
    weights: Vec<f32>,
    squares: Vec<f32>,
}

/// A kernel that learned from unlabelled texts as well.
#[derive(Clone, Debug)]
pub struct SelfTrained {
    pub kernel: Kernel,
    /// What each example would have been taken for without its tenth of the examples.
    pub left_out: Vec<LeftOut>,
    /// The same of a kernel that never saw the unlabelled texts.
    pub alone: Vec<LeftOut>,
}

impl Kernel {
    /// Learns from `unlabelled` beside the `examples`; None when the unlabelled texts are too few for a centre.
    ///
    /// # Errors
    /// `Training` when the examples cannot be told apart.
    pub fn self_train(
        examples: &[Taught<'_>],
        classes: usize,
        unlabelled: &[Described],
    ) -> Result<Option<SelfTrained>, AiError> {
        if unlabelled.len() < PER_CENTRE {
            return Ok(None);
        }
        // How familiar an example is does not depend on the others.
        let (labelled, left_out) = Self::fit(Mix::UNLABELLED, examples, classes)?;
        let unlabelled: Vec<Vec<f32>> = unlabelled.par_iter().map(|text| labelled.space.place(text).0).collect();
        let centres = cluster::centres(&unlabelled, (unlabelled.len() / PER_CENTRE).min(MOST_CENTRES), FEWEST);
        if centres.is_empty() {
            return Ok(None);
        }
        let known = || labelled.dense.chunks_exact(WIDTH);
        let landmarks: Vec<&[f32]> = known().chain(centres.iter().map(Vec::as_slice)).collect();
        let texts: Vec<&[f32]> = known().chain(unlabelled.iter().map(Vec::as_slice)).collect();
        let field = Field {
            examples,
            classes,
            landmarks: landmarks.len(),
            rows: likenesses(&texts, &landmarks),
            among: likenesses(&landmarks, &landmarks),
        };
        let mut rounds = Vec::new();
        let [_, shares] = field.learn(|_| true, &mut rounds)?;
        let mut by_shares = [left_out.clone(), left_out];
        for fold in 0..FOLDS {
            let of_fold = |example: &Taught<'_>| example.group % FOLDS == fold;
            let learned = field.learn(|example| !of_fold(example), &mut rounds)?;
            for (left_out, shares) in by_shares.iter_mut().zip(&learned) {
                let scores = field.scores(0..examples.len(), shares);
                let rows = left_out.iter_mut().zip(scores.chunks_exact(field.classes)).zip(examples);
                for ((out, scores), _) in rows.filter(|(_, example)| of_fold(example)) {
                    out.scores = scores.to_vec();
                }
            }
        }
        let [alone, left_out] = by_shares;
        let dense = [&*labelled.dense, &centres.concat()].concat();
        Ok(Some(SelfTrained { kernel: Self { dense, shares, ..labelled }, left_out, alone }))
    }
}

impl Field<'_> {
    /// The landmarks' shares from the examples that are `kept`, and from what these say of the unlabelled texts as well.
    /// `rounds` are made by whoever learns first, from all that is known.
    fn learn(&self, kept: impl Fn(&Taught<'_>) -> bool, rounds: &mut Vec<Round>) -> Result<[Vec<f32>; 2], AiError> {
        let (labelled, unlabelled) = (0..self.examples.len(), self.examples.len()..self.rows.len() / self.landmarks);
        let weights: Vec<f32> =
            self.examples.iter().map(|example| if kept(example) { example.weight } else { 0.0 }).collect();
        let mut system: Vec<f32> = self.among.iter().map(|likeness| fit::RIDGE * likeness).collect();
        for landmark in 0..self.landmarks {
            system[landmark * self.landmarks + landmark] += FIRM;
        }
        self.add_squares(&mut system, labelled.clone(), &weights);
        let mut said = vec![0f32; self.landmarks * self.classes];
        self.add_labels(&mut said, labelled, fit::targets(self.examples, self.classes), &weights);
        let alone = self.solve(system.clone(), said.clone())?;
        let mut shares = alone.clone();
        for number in 0..ROUNDS {
            let labels = self.labels(unlabelled.clone(), &shares);
            if rounds.len() == number {
                let surest = labels.chunks_exact(self.classes).map(|label| label.iter().copied().fold(0.0, f32::max));
                let weights: Vec<f32> = surest.map(|surest| SURE * surest * surest).collect();
                let mut squares = vec![0f32; system.len()];
                self.add_squares(&mut squares, unlabelled.clone(), &weights);
                rounds.push(Round { weights, squares });
            }
            let Round { weights, squares } = &rounds[number];
            let system = system.iter().zip(squares).map(|(known, more)| known + more).collect();
            let mut said = said.clone();
            self.add_labels(&mut said, unlabelled.clone(), labels, weights);
            shares = self.solve(system, said)?;
        }
        Ok([alone, shares])
    }

    /// A row of classes for each of these texts.
    fn scores(&self, texts: Range<usize>, shares: &[f32]) -> Vec<f32> {
        let mut scores = vec![0f32; texts.len() * self.classes];
        matmul(
            MatMut::from_row_major_slice_mut(&mut scores, texts.len(), self.classes),
            Accum::Replace,
            self.rows(texts.clone()),
            MatRef::from_row_major_slice(shares, self.landmarks, self.classes),
            1.0,
            Par::rayon(0),
        );
        scores
    }

    /// As probabilities.
    fn labels(&self, texts: Range<usize>, shares: &[f32]) -> Vec<f32> {
        let mut labels = self.scores(texts, shares);
        for label in labels.chunks_exact_mut(self.classes) {
            for score in &mut *label {
                *score /= TEMPERATURE;
            }
            softmax(label);
        }
        labels
    }

    fn rows(&self, texts: Range<usize>) -> MatRef<'_, f32> {
        let values = &self.rows[texts.start * self.landmarks..texts.end * self.landmarks];
        MatRef::from_row_major_slice(values, texts.len(), self.landmarks)
    }

    /// Adds to the lower triangle of `system` the product of each text's row with itself, by its weight.
    fn add_squares(&self, system: &mut [f32], texts: Range<usize>, weights: &[f32]) {
        let values = &self.rows[texts.start * self.landmarks..texts.end * self.landmarks];
        let weighed = values.par_chunks_exact(self.landmarks).zip(weights);
        let weighed: Vec<f32> =
            weighed.flat_map_iter(|(row, weight)| row.iter().map(|value| value * weight.sqrt())).collect();
        let rows = MatRef::from_row_major_slice(&weighed, texts.len(), self.landmarks);
        triangular::matmul(
            MatMut::from_column_major_slice_mut(system, self.landmarks, self.landmarks),
            triangular::BlockStructure::TriangularLower,
            Accum::Add,
            rows.transpose(),
            triangular::BlockStructure::Rectangular,
            rows,
            triangular::BlockStructure::Rectangular,
            1.0,
            Par::rayon(0),
        );
    }

    /// Adds what the texts' labels, by their weight, ask of each landmark.
    fn add_labels(&self, said: &mut [f32], texts: Range<usize>, mut labels: Vec<f32>, weights: &[f32]) {
        for (label, weight) in labels.chunks_exact_mut(self.classes).zip(weights) {
            for value in label {
                *value *= weight;
            }
        }
        matmul(
            MatMut::from_row_major_slice_mut(said, self.landmarks, self.classes),
            Accum::Add,
            self.rows(texts.clone()).transpose(),
            MatRef::from_row_major_slice(&labels, texts.len(), self.classes),
            1.0,
            Par::rayon(0),
        );
    }

    fn solve(&self, mut system: Vec<f32>, mut shares: Vec<f32>) -> Result<Vec<f32>, AiError> {
        fit::cholesky(&mut system, self.landmarks, Par::rayon(0))?;
        llt::solve::solve_in_place(
            MatRef::from_column_major_slice(&system, self.landmarks, self.landmarks),
            MatMut::from_row_major_slice_mut(&mut shares, self.landmarks, self.classes),
            Par::rayon(0),
            MemStack::new(&mut []),
        );
        Ok(shares)
    }
}

fn likenesses(texts: &[&[f32]], landmarks: &[&[f32]]) -> Vec<f32> {
    let like = |text: &[f32], landmark: &[f32]| (SHARPNESS * (dot(text, landmark) - 1.0)).exp();
    texts.par_iter().flat_map_iter(|text| landmarks.iter().map(move |landmark| like(text, landmark))).collect()
}
