//! The likeness of every example to every other.

use faer::{
    Accum, MatMut, MatRef, Par,
    linalg::matmul::triangular::{self, BlockStructure},
};
use rayon::prelude::*;

use super::{SHARPNESS, WIDTH, familiarity};
use crate::features::Sparse;

/// The dot product of each row of `rows` with itself and those before: by column, that of row `r` and row `c ≤ r` stands at
/// `c · count + r`, and what is above the diagonal is zero.
pub fn products(rows: &[f32], width: usize) -> Vec<f32> {
    let count = rows.len() / width;
    let mut products = vec![0f32; count * count];
    let rows = MatRef::from_row_major_slice(rows, count, width);
    triangular::matmul(
        MatMut::from_column_major_slice_mut(&mut products, count, count),
        BlockStructure::TriangularLower,
        Accum::Replace,
        rows,
        BlockStructure::Rectangular,
        rows.transpose(),
        BlockStructure::Rectangular,
        1.0,
        Par::rayon(0),
    );
    products
}

/// The matrix of likenesses, symmetric, column by column; and how familiar each example would be without its group.
/// `groups[i]` is the same for paraphrases.
pub fn likenesses(dense: &[f32], grams: &[Sparse], groups: &[usize]) -> (Vec<f32>, Vec<f32>) {
    let count = grams.len();
    let mut matrix = products(dense, WIDTH);
    let mut postings: std::collections::HashMap<u32, Vec<(u32, f32)>> = std::collections::HashMap::new();
    for (example, grams) in grams.iter().enumerate() {
        for (gram, value) in grams {
            postings.entry(*gram).or_default().push((example as u32, *value));
        }
    }
    // Below the diagonal first: a column needs the later examples only.
    matrix.par_chunks_exact_mut(count).zip(grams).enumerate().for_each(|(column, (values, grams))| {
        for (gram, value) in grams {
            let sharing = &postings[gram];
            let later = sharing.partition_point(|(example, _)| (*example as usize) < column);
            for (example, weight) in &sharing[later..] {
                values[*example as usize] += value * weight;
            }
        }
        values[column..].iter_mut().for_each(|value| *value = (SHARPNESS * (*value - 1.0)).exp());
    });
    let nearest = (0..count)
        .into_par_iter()
        .map(|example| {
            let before = (0..example).map(|other| (other, matrix[other * count + example]));
            let after = (example..count).map(|other| (other, matrix[example * count + other]));
            familiarity(
                before.chain(after).filter(|(other, _)| groups[*other] != groups[example]).map(|(_, like)| like),
            )
        })
        .collect();
    (matrix, nearest)
}
