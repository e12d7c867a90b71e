//! Element-wise arithmetic of the network, written so that the compiler vectorises it: [`fast`] compiles each loop for
//! the widest registers the processor has.

#![expect(clippy::inline_always, reason = "what is not inlined is not compiled for the wider registers")]

use std::ops::Range;

use rayon::prelude::*;

/// Values that one task works on: less is not worth another thread.
const TASK: usize = 1 << 15;
/// 1.5 · 2²³: adding it rounds to an integer, which then stands in the low bits.
const ROUND: f32 = 12_582_912.0;
/// Independent sums in a reduction; floating-point sums are otherwise kept in order, one value at a time.
const LANES: usize = 16;

/// Runs `work` compiled for this processor's vector instructions.
#[inline(always)]
fn fast<R>(work: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(work)
}

fn rows_of_a_task(width: usize) -> usize {
    (TASK / width).max(1)
}

/// Rows of values, each rounded to 256 steps of its own.
pub struct Rounded {
    pub values: Vec<u8>,
    pub rows: Vec<Row>,
}

/// How a row was rounded.
#[derive(Clone, Copy, Default)]
pub struct Row {
    /// What a step stands for.
    step: f32,
    /// Which step is zero.
    zero: i32,
}

/// Rounds each row of `width` values: from the least to the most, and zero exactly.
pub fn round(values: &[f32], width: usize) -> Rounded {
    let count = values.len() / width;
    let mut rounded = Rounded { values: vec![0; values.len()], rows: vec![Row::default(); count] };
    let part = rows_of_a_task(width);
    let parts = rounded.values.par_chunks_mut(part * width).zip(rounded.rows.par_chunks_mut(part));
    values.par_chunks(part * width).zip(parts).for_each(|(values, (rounded, rows))| {
        fast(
            #[inline(always)]
            || {
                let parts = values.chunks_exact(width).zip(rounded.chunks_exact_mut(width));
                for ((values, rounded), row) in parts.zip(rows) {
                    *row = round_row(values, rounded);
                }
            },
        );
    });
    rounded
}

#[inline(always)]
fn round_row(values: &[f32], rounded: &mut [u8]) -> Row {
    let (least, most) = (extreme(values, f32::min), extreme(values, f32::max));
    let step = ((most - least) / 255.0).max(f32::MIN_POSITIVE);
    let scale = 1.0 / step;
    let zero = (-least * scale).round();
    for (value, rounded) in values.iter().zip(rounded) {
        *rounded = ((value * scale + zero).clamp(0.0, 255.0) + ROUND).to_bits() as u8;
    }
    Row { step, zero: zero as i32 }
}

/// The columns of a product.
pub struct Columns {
    /// What a step of the column's weights stands for.
    pub steps: Vec<f32>,
    /// Of the column's rounded weights.
    pub sums: Vec<i32>,
    pub bias: Vec<f32>,
}

/// `then` of each value that rounded rows times rounded columns, `sums`, stand for.
pub fn scale(sums: &[i32], rows: &[Row], columns: &Columns, then: impl Fn(f32) -> f32 + Sync) -> Vec<f32> {
    let width = columns.bias.len();
    let mut values = vec![0f32; sums.len()];
    let part = rows_of_a_task(width);
    let parts = values.par_chunks_mut(part * width).zip(sums.par_chunks(part * width));
    parts.zip(rows.par_chunks(part)).for_each(|((values, sums), rows)| {
        fast(
            #[inline(always)]
            || {
                for ((values, sums), row) in values.chunks_exact_mut(width).zip(sums.chunks_exact(width)).zip(rows) {
                    let weights = columns.steps.iter().zip(&columns.sums).zip(&columns.bias);
                    for ((value, sum), ((step, weights), bias)) in values.iter_mut().zip(sums).zip(weights) {
                        // Checked arithmetic would not be vectorised, and nothing comes near 2³¹.
                        let sum = sum.wrapping_sub(row.zero.wrapping_mul(*weights));
                        *value = then(sum as f32 * (row.step * step) + bias);
                    }
                }
            },
        );
    });
    values
}

/// x · Φ(x) (Hendrycks and Gimpel 2016).
#[inline(always)]
pub fn gelu(x: f32) -> f32 {
    0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))
}

/// Adds `change` to `values`.
pub fn add(values: &mut [f32], change: &[f32]) {
    fast(
        #[inline(always)]
        || values.iter_mut().zip(change).for_each(|(value, change)| *value += change),
    );
}

/// Each row of `values` becomes `weight · (row − mean) / √(variance + epsilon) + bias`.
pub fn layer_norm(values: &mut [f32], weight: &[f32], bias: &[f32], epsilon: f32) {
    let width = weight.len();
    fast(
        #[inline(always)]
        || {
            for row in values.chunks_exact_mut(width) {
                let mean = sum(row, |value| value) / width as f32;
                let variance = sum(row, |value| (value - mean) * (value - mean)) / width as f32;
                let scale = 1.0 / (variance + epsilon).sqrt();
                for ((value, weight), bias) in row.iter_mut().zip(weight).zip(bias) {
                    *value = (*value - mean) * scale * weight + bias;
                }
            }
        },
    );
}

/// Scaled dot-product attention (Vaswani et al. 2017) of each text to itself. `qkv` has a row of queries, keys and values
/// a token, `texts` are the rows of each text; one row of `heads · size` values a token comes back.
pub fn attention(qkv: &[f32], texts: &[Range<usize>], heads: usize, size: usize) -> Vec<f32> {
    let width = heads * size;
    let pairs: Vec<(&Range<usize>, usize)> =
        texts.iter().flat_map(|text| (0..heads).map(move |head| (text, head))).collect();
    let seen: Vec<Vec<f32>> = pairs
        .par_iter()
        .map(|&(text, head)| {
            fast(
                #[inline(always)]
                || attend(&qkv[text.start * 3 * width..text.end * 3 * width], head, width, size),
            )
        })
        .collect();
    let mut context = vec![0f32; qkv.len() / 3];
    for ((text, head), seen) in pairs.into_iter().zip(seen) {
        let rows = context[text.start * width..text.end * width].chunks_exact_mut(width);
        for (row, seen) in rows.zip(seen.chunks_exact(size)) {
            row[head * size..(head + 1) * size].copy_from_slice(seen);
        }
    }
    context
}

/// What one head makes of one text: a row of `size` values a token. Keys stand by dimension and values by token, each filled up
/// to whole lanes, so that sums stay in registers.
#[inline(always)]
fn attend(qkv: &[f32], head: usize, width: usize, size: usize) -> Vec<f32> {
    let tokens = qkv.len() / (3 * width);
    let (across, deep) = (tokens.next_multiple_of(LANES), size.next_multiple_of(LANES));
    let scale = 1.0 / (size as f32).sqrt();
    let mut keys = vec![0f32; size * across];
    let mut values = vec![0f32; tokens * deep];
    for (token, row) in qkv.chunks_exact(3 * width).enumerate() {
        for (dimension, key) in row[width + head * size..][..size].iter().enumerate() {
            keys[dimension * across + token] = *key * scale;
        }
        values[token * deep..][..size].copy_from_slice(&row[2 * width + head * size..][..size]);
    }
    let mut scores = vec![0f32; across];
    let mut seen = Vec::with_capacity(tokens * size);
    let mut sums = vec![0f32; deep];
    for row in qkv.chunks_exact(3 * width) {
        let query = &row[head * size..][..size];
        for (at, scores) in scores.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
            *scores = weighted(query, &keys, at, across);
        }
        // What only fills up is not attended to.
        scores[tokens..].fill(f32::NEG_INFINITY);
        let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        for score in &mut scores {
            *score = exp(*score - top);
        }
        let total = 1.0 / sum(&scores[..tokens], |score| score);
        for (at, sums) in sums.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
            *sums = weighted(&scores[..tokens], &values, at, deep);
        }
        seen.extend(sums[..size].iter().map(|sum| sum * total));
    }
    seen
}

/// The sum of the rows of `table`, each by its weight: its `at`th [`LANES`] columns of `width`.
#[inline(always)]
fn weighted(weights: &[f32], table: &[f32], at: usize, width: usize) -> [f32; LANES] {
    let mut sums = [0f32; LANES];
    for (weight, row) in weights.iter().zip(table.chunks_exact(width)) {
        let row = &row.as_chunks::<LANES>().0[at];
        sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += weight * value);
    }
    sums
}

/// The least or the most of `values` and zero.
#[inline(always)]
fn extreme(values: &[f32], of: impl Fn(f32, f32) -> f32) -> f32 {
    let (whole, rest) = values.as_chunks::<LANES>();
    let mut lanes = [0f32; LANES];
    for chunk in whole {
        lanes.iter_mut().zip(chunk).for_each(|(lane, value)| *lane = of(*lane, *value));
    }
    lanes.iter().chain(rest).fold(0.0, |extreme, value| of(extreme, *value))
}

#[inline(always)]
fn sum(values: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let (whole, rest) = values.as_chunks::<LANES>();
    let mut lanes = [0f32; LANES];
    for chunk in whole {
        lanes.iter_mut().zip(chunk).for_each(|(lane, value)| *lane += of(*value));
    }
    lanes.iter().sum::<f32>() + rest.iter().map(|value| of(*value)).sum::<f32>()
}

/// The error function to 2e-7 (Abramowitz and Stegun 1964, 7.1.26).
#[inline(always)]
fn erf(x: f32) -> f32 {
    let size = x.abs();
    let t = 1.0 / (1.0 + 0.327_591_1 * size);
    let series = t * (0.254_829_6 + t * (-0.284_496_74 + t * (1.421_413_7 + t * (-1.453_152_1 + t * 1.061_405_4))));
    (1.0 - series * exp(-size * size)).copysign(x)
}

/// e to the power of `x` to 2e-7 of its value for -87 ≤ x ≤ 88; outside, the value at that end.
#[inline(always)]
fn exp(x: f32) -> f32 {
    let x = x.clamp(-87.0, 88.0);
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let power = shifted - ROUND;
    // ln 2 in two parts, so that the remainder keeps its precision.
    let rest = x - power * 0.693_359_4 + power * 2.121_944_4e-4;
    let series = 1.0
        + rest
            * (1.0
                + rest
                    * (0.5
                        + rest
                            * (0.166_666_67 + rest * (0.041_666_67 + rest * (0.008_333_334 + rest * 0.001_388_889)))));
    series * f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponential_and_error_function_are_those_of_the_books() {
        for step in -8_700..=8_800 {
            let x = step as f32 / 100.0;
            assert!((f64::from(exp(x)) / f64::from(x).exp() - 1.0).abs() < 4e-7, "exp {x}");
        }
        for (x, expected) in [(0.0, 0.0), (0.5, 0.520_499_9), (1.0, 0.842_700_8), (2.0, 0.995_322_3), (9.0, 1.0)] {
            assert!((erf(x) - expected).abs() < 4e-7, "erf {x}: {}", erf(x));
            assert!((erf(-x) + expected).abs() < 4e-7, "erf -{x}");
        }
    }

    #[test]
    fn a_row_is_normalised() {
        let mut values = vec![1.0, 2.0, 3.0, 6.0, -1.0, -1.0, -1.0, -1.0];
        layer_norm(&mut values, &[1.0, 1.0, 1.0, 2.0], &[0.0, 0.0, 0.0, 1.0], 0.0001);
        for (value, expected) in values.iter().zip([-1.069, -0.5345, 0.0, 4.207, 0.0, 0.0, 0.0, 1.0]) {
            assert!((value - expected).abs() < 1e-3, "{values:?}");
        }
    }

    #[test]
    fn each_text_attends_to_itself_alone() {
        // One head of two dimensions: keys alike, so every token takes the mean of its own text's values.
        let row = |a: f32, b: f32| [0.3, 0.1, 1.0, 1.0, a, b];
        let qkv = [row(1.0, 0.0), row(3.0, 2.0), row(9.0, 9.0)].concat();
        let context = attention(&qkv, &[0..2, 2..3], 1, 2);
        for (value, expected) in context.iter().zip([2.0, 1.0, 2.0, 1.0, 9.0, 9.0]) {
            assert!((value - expected).abs() < 1e-5, "{context:?}");
        }
    }
}
