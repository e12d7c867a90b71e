//! Learning from texts that nobody labelled, beside those that somebody did: self-training (Scudder 1965; with soft labels,
//! Amini and Gallinari 2002). What the examples say of the other texts becomes their label, the surer the heavier; then all
//! are learned together, and once more.
//!
//! The solution is sought among sums of likenesses to landmarks (Nyström; Williams and Seeger 2000): the examples, and
//! centres of the other texts, each the mean of several. So the trained kernel holds no text that nobody labelled, and its
//! size does not depend on how many there were.

use faer::{
    Accum, MatMut, MatRef, Par,
    dyn_stack::MemStack,
    linalg::{
        cholesky::llt,
        matmul::{matmul, triangular},
    },
};
use rayon::prelude::*;

use super::{Described, Kernel, LeftOut, SHARPNESS, Taught, WIDTH, fit};
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

/// A kernel that learned from other texts as well.
#[derive(Clone, Debug)]
pub struct SelfTrained {
    pub kernel: Kernel,
    /// What each example would have been taken for without its tenth of the examples.
    pub left_out: Vec<LeftOut>,
    /// The same of a kernel that never saw the unlabelled texts.
    pub alone: Vec<LeftOut>,
}

impl Kernel {
    /// Learns `examples` by meaning, and from `unlabelled` beside them. `left_out` is what [`Kernel::fit`] by meaning gave: how
    /// familiar an example is does not depend on the others. None when the unlabelled texts are too few for a centre.
    ///
    /// # Errors
    /// `Training` when the examples cannot be told apart.
    pub fn self_train(
        (meaning, left_out): &(Self, Vec<LeftOut>),
        examples: &[Taught<'_>],
        unlabelled: &[Described],
    ) -> Result<Option<SelfTrained>, AiError> {
        let unlabelled: Vec<Vec<f32>> = unlabelled.par_iter().map(|text| meaning.space.place(text).0).collect();
        let centres = cluster::centres(&unlabelled, (unlabelled.len() / PER_CENTRE).min(MOST_CENTRES), FEWEST);
        if centres.is_empty() {
            return Ok(None);
        }
        let known = || meaning.dense.chunks_exact(WIDTH);
        let landmarks: Vec<&[f32]> = known().chain(centres.iter().map(Vec::as_slice)).collect();
        let texts: Vec<&[f32]> = known().chain(unlabelled.iter().map(Vec::as_slice)).collect();
        let field = Field {
            examples,
            classes: meaning.classes,
            landmarks: landmarks.len(),
            rows: likenesses(&texts, &landmarks),
            among: likenesses(&landmarks, &landmarks),
        };
        let [_, shares] = field.learn(|_| true)?;
        let mut by_shares = [left_out.clone(), left_out.clone()];
        for fold in 0..FOLDS {
            let of_fold = |example: &Taught<'_>| example.group % FOLDS == fold;
            let learned = field.learn(|example| !of_fold(example))?;
            for (left_out, shares) in by_shares.iter_mut().zip(&learned) {
                let scores = field.scores(0..examples.len(), shares);
                let rows = left_out.iter_mut().zip(scores.chunks_exact(field.classes)).zip(examples);
                for ((out, scores), _) in rows.filter(|(_, example)| of_fold(example)) {
                    out.scores = scores.to_vec();
                }
            }
        }
        let [alone, left_out] = by_shares;
        let dense = [&*meaning.dense, &centres.concat()].concat();
        Ok(Some(SelfTrained { kernel: Self { dense, shares, ..meaning.clone() }, left_out, alone }))
    }
}

impl Field<'_> {
    /// The landmarks' shares from the examples that are `kept`, and from what these say of the unlabelled texts as well.
    fn learn(&self, kept: impl Fn(&Taught<'_>) -> bool) -> Result<[Vec<f32>; 2], AiError> {
        let mut targets = fit::targets(self.examples, self.classes);
        let mut weights: Vec<f32> =
            self.examples.iter().map(|example| if kept(example) { example.weight } else { 0.0 }).collect();
        let alone = self.solve(&targets, &weights)?;
        let mut shares = alone.clone();
        for _ in 0..ROUNDS {
            targets.truncate(self.examples.len() * self.classes);
            weights.truncate(self.examples.len());
            let mut labels = self.scores(self.examples.len()..self.rows.len() / self.landmarks, &shares);
            for label in labels.chunks_exact_mut(self.classes) {
                for score in &mut *label {
                    *score /= TEMPERATURE;
                }
                softmax(label);
                let surest = label.iter().copied().fold(0.0, f32::max);
                weights.push(SURE * surest * surest);
            }
            targets.extend(labels);
            shares = self.solve(&targets, &weights)?;
        }
        Ok([alone, shares])
    }

    /// A row of classes for each of these texts.
    fn scores(&self, texts: std::ops::Range<usize>, shares: &[f32]) -> Vec<f32> {
        let mut scores = vec![0f32; texts.len() * self.classes];
        matmul(
            MatMut::from_row_major_slice_mut(&mut scores, texts.len(), self.classes),
            Accum::Replace,
            self.rows(&self.rows, texts),
            MatRef::from_row_major_slice(shares, self.landmarks, self.classes),
            1.0,
            Par::rayon(0),
        );
        scores
    }

    fn rows<'a>(&self, rows: &'a [f32], texts: std::ops::Range<usize>) -> MatRef<'a, f32> {
        let values = &rows[texts.start * self.landmarks..texts.end * self.landmarks];
        MatRef::from_row_major_slice(values, texts.len(), self.landmarks)
    }

    /// Least squares over the first `weights.len()` texts, each by its weight, with a ridge.
    fn solve(&self, targets: &[f32], weights: &[f32]) -> Result<Vec<f32>, AiError> {
        let (count, size) = (weights.len(), self.landmarks);
        let weighed = |values: &[f32], width: usize| -> Vec<f32> {
            let rows = values.par_chunks_exact(width).zip(weights);
            rows.flat_map_iter(|(row, weight)| row.iter().map(|value| value * weight.sqrt())).collect()
        };
        let (rows, targets) = (weighed(&self.rows, size), weighed(targets, self.classes));
        let rows = self.rows(&rows, 0..count);
        let mut system: Vec<f32> = self.among.iter().map(|likeness| fit::RIDGE * likeness).collect();
        for landmark in 0..size {
            system[landmark * size + landmark] += FIRM;
        }
        triangular::matmul(
            MatMut::from_column_major_slice_mut(&mut system, size, size),
            triangular::BlockStructure::TriangularLower,
            Accum::Add,
            rows.transpose(),
            triangular::BlockStructure::Rectangular,
            rows,
            triangular::BlockStructure::Rectangular,
            1.0,
            Par::rayon(0),
        );
        fit::cholesky(&mut system, size, Par::rayon(0))?;
        let mut shares = vec![0f32; size * self.classes];
        matmul(
            MatMut::from_row_major_slice_mut(&mut shares, size, self.classes),
            Accum::Replace,
            rows.transpose(),
            MatRef::from_row_major_slice(&targets, count, self.classes),
            1.0,
            Par::rayon(0),
        );
        llt::solve::solve_in_place(
            MatRef::from_column_major_slice(&system, size, size),
            MatMut::from_row_major_slice_mut(&mut shares, size, self.classes),
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
