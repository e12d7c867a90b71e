//! Solving for the examples' shares, and for what each would have been taken for without itself.

use faer::{
    MatMut, MatRef, Par, Spec,
    dyn_stack::{MemBuffer, MemStack},
    linalg::{
        cholesky::llt::{self, factor::LltRegularization},
        triangular_solve,
    },
};
use rayon::prelude::*;

use super::{Described, Kernel, LeftOut, Mix, Space, WIDTH, gram};
use crate::{AiError, encoder::dot};

/// Doubt about every label: keeps one odd example from bending everything around it.
pub(super) const RIDGE: f32 = 0.05;
/// Columns of the inverse that are made at a time.
const COLUMNS: usize = 512;

/// An example to learn from.
#[derive(Clone, Copy, Debug)]
pub struct Taught<'a> {
    pub text: &'a Described,
    pub class: usize,
    /// How often it counts, above 0.
    pub weight: f32,
    /// The same number for paraphrases, which must not vouch for each other.
    pub group: usize,
}

impl Kernel {
    /// Learns `examples` of `classes` classes; what each would have been taken for when left out comes in their order.
    ///
    /// # Errors
    /// `Training` without examples.
    pub fn fit(mix: Mix, examples: &[Taught<'_>], classes: usize) -> Result<(Self, Vec<LeftOut>), AiError> {
        let space = Space::of(mix, &examples.iter().map(|example| example.text).collect::<Vec<_>>());
        fit_in(&space, examples, classes)
    }
}

/// As [`Kernel::fit`], in a given space.
pub(super) fn fit_in(
    space: &Space,
    examples: &[Taught<'_>],
    classes: usize,
) -> Result<(Kernel, Vec<LeftOut>), AiError> {
    if examples.is_empty() || classes == 0 {
        return Err(AiError::Training("there is no example to learn from".to_owned()));
    }
    // Paraphrases side by side, so that a group's part of the inverse is one block.
    let mut order: Vec<usize> = (0..examples.len()).collect();
    order.sort_by_key(|&index| (examples[index].group, index));
    let sorted: Vec<Taught<'_>> = order.iter().map(|&index| examples[index]).collect();
    let placed: Vec<_> = sorted.par_iter().map(|example| space.place(example.text)).collect();
    let (dense, grams): (Vec<Vec<f32>>, Vec<_>) = placed.into_iter().unzip();
    let dense = dense.concat();
    let groups: Vec<usize> = sorted.iter().map(|example| example.group).collect();

    let (mut matrix, familiar) = gram::likenesses(&dense, &grams, &groups);
    factorise(&mut matrix, &sorted)?;
    let targets = targets(&sorted, classes);
    let factor = MatRef::from_column_major_slice(&matrix, sorted.len(), sorted.len());
    let mut shares = targets.clone();
    llt::solve::solve_in_place(
        factor,
        MatMut::from_row_major_slice_mut(&mut shares, sorted.len(), classes),
        Par::rayon(0),
        MemStack::new(&mut []),
    );
    let scores = left_out(factor, &groups, &targets, &shares, classes)?;

    // Back in the order given.
    let mut place = vec![0; order.len()];
    order.iter().enumerate().for_each(|(row, &index)| place[index] = row);
    let rows = |values: &[f32], width: usize| -> Vec<f32> {
        place.iter().flat_map(|row| &values[row * width..(row + 1) * width]).copied().collect()
    };
    let (dense, shares) = (rows(&dense, WIDTH), rows(&shares, classes));
    let grams = place.iter().map(|&row| grams[row].clone()).collect();
    let left_out =
        place.iter().map(|&row| LeftOut { scores: scores[row].clone(), familiarity: familiar[row] }).collect();
    Ok((Kernel::assemble(classes, space.clone(), dense, grams, shares), left_out))
}

/// One row an example: 1 for its class.
pub(super) fn targets(examples: &[Taught<'_>], classes: usize) -> Vec<f32> {
    let mut targets = vec![0f32; examples.len() * classes];
    for (row, example) in targets.chunks_exact_mut(classes).zip(examples) {
        row[example.class] = 1.0;
    }
    targets
}

/// The lower triangle becomes the Cholesky factor of the likenesses with the ridge added.
fn factorise(matrix: &mut [f32], examples: &[Taught<'_>]) -> Result<(), AiError> {
    let count = examples.len();
    for (index, example) in examples.iter().enumerate() {
        matrix[index * count + index] += RIDGE / example.weight;
    }
    cholesky(matrix, count, Par::rayon(0))
}

/// In place, of a symmetric matrix of `size` columns.
pub(super) fn cholesky(matrix: &mut [f32], size: usize, parallel: Par) -> Result<(), AiError> {
    let parameters = Spec::default();
    let scratch = llt::factor::cholesky_in_place_scratch::<f32>(size, parallel, parameters);
    llt::factor::cholesky_in_place(
        MatMut::from_column_major_slice_mut(matrix, size, size),
        LltRegularization::default(),
        parallel,
        MemStack::new(&mut MemBuffer::new(scratch)),
        parameters,
    )
    .map(drop)
    .map_err(|error| AiError::Training(format!("the examples cannot be told apart: {error:?}")))
}

/// Scores of each example from all others but its group: the target less the residual, which for a group is the inverse
/// of its block of the inverse matrix, times its shares.
fn left_out(
    factor: MatRef<'_, f32>,
    groups: &[usize],
    targets: &[f32],
    shares: &[f32],
    classes: usize,
) -> Result<Vec<Vec<f32>>, AiError> {
    let count = groups.len();
    let mut scores = Vec::with_capacity(count);
    let mut start = 0;
    while start < count {
        // Whole groups, as many as fit.
        let mut end = start;
        for group in groups[start..].chunk_by(|a, b| a == b) {
            if end > start && end + group.len() - start > COLUMNS {
                break;
            }
            end += group.len();
        }
        // These columns of the factor's inverse, which is nought above them.
        let (height, width) = (count - start, end - start);
        let mut columns = vec![0f32; height * width];
        for column in 0..width {
            columns[column * height + column] = 1.0;
        }
        triangular_solve::solve_lower_triangular_in_place(
            factor.submatrix(start, start, height, height),
            MatMut::from_column_major_slice_mut(&mut columns, height, width),
            Par::rayon(0),
        );
        let mut first = start;
        for group in groups[start..end].chunk_by(|a, b| a == b) {
            let columns: Vec<&[f32]> =
                (0..group.len()).map(|at| &columns[(first - start + at) * height..][..height]).collect();
            let rows = first * classes..(first + group.len()) * classes;
            scores.extend(without(&columns, &targets[rows.clone()], &shares[rows], classes)?);
            first += group.len();
        }
        start = end;
    }
    Ok(scores)
}

/// One group's scores, from its columns of the factor's inverse.
fn without(columns: &[&[f32]], targets: &[f32], shares: &[f32], classes: usize) -> Result<Vec<Vec<f32>>, AiError> {
    let size = columns.len();
    let mut residuals = shares.to_vec();
    if size == 1 {
        let certainty = dot(columns[0], columns[0]);
        for residual in &mut residuals {
            *residual /= certainty;
        }
    } else {
        let mut block: Vec<f32> = (0..size * size).map(|at| dot(columns[at / size], columns[at % size])).collect();
        cholesky(&mut block, size, Par::Seq)?;
        llt::solve::solve_in_place(
            MatRef::from_column_major_slice(&block, size, size),
            MatMut::from_row_major_slice_mut(&mut residuals, size, classes),
            Par::Seq,
            MemStack::new(&mut []),
        );
    }
    let scores = targets
        .chunks_exact(classes)
        .zip(residuals.chunks_exact(classes))
        .map(|(target, residual)| target.iter().zip(residual).map(|(target, residual)| target - residual).collect())
        .collect();
    Ok(scores)
}
