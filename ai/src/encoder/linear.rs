//! Products with weights of eight bits.
//!
//! Each output's weights and each token's values are rounded to 8 bits on a scale of their own, multiplied as integers and
//! scaled back (Jacob et al. 2018, Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
//! Inference, <https://arxiv.org/abs/1712.05877>). A quarter of the memory is read, and a processor with instructions for it
//! multiplies several times as fast; what that does to the vectors is measured in docs/ai.md.

use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_tensor::NdTensorView;

use super::kernels::{self, Columns, Rounded};
use crate::AiError;

thread_local! {
    /// For this processor. To make one asks it what it can, which a virtual machine is slow to answer; and it stays with its thread.
    static PRODUCTS: GemmExecutor<u8, i8, i32> = GemmExecutor::default();
}

/// A layer's weights and what is added to their product.
pub struct Linear {
    inputs: usize,
    weights: PackedBMatrix<i8>,
    columns: Columns,
}

impl Linear {
    /// `weights` has a row of `bias.len()` · `inputs` values: those of each output together.
    pub fn new(weights: &[f32], bias: Vec<f32>) -> Self {
        let (outputs, inputs) = (bias.len(), weights.len() / bias.len());
        // Without instructions for it two products are added in 16 bits, where these always fit: 2 · 255 · 64 < 2¹⁵.
        let most = if PRODUCTS.with(GemmExecutor::may_saturate) { 64.0 } else { 127.0 };
        let mut columns = Columns { steps: Vec::with_capacity(outputs), sums: Vec::with_capacity(outputs), bias };
        let mut rounded = vec![0i8; weights.len()];
        for (output, weights) in weights.chunks_exact(inputs).enumerate() {
            let largest = weights.iter().fold(f32::MIN_POSITIVE, |largest, weight| largest.max(weight.abs()));
            let step = largest / most;
            let mut sum = 0;
            for (input, weight) in weights.iter().enumerate() {
                let weight = (weight / step).round() as i8;
                sum += i32::from(weight);
                rounded[input * outputs + output] = weight;
            }
            columns.steps.push(step);
            columns.sums.push(sum);
        }
        let rounded = NdTensorView::from_data([inputs, outputs], rounded.as_slice());
        let weights = PRODUCTS.with(|products| products.prepack_b(rounded));
        Self { inputs, weights, columns }
    }

    /// `then` of each output for each row of `rows`.
    pub fn apply(&self, rows: &[f32], then: impl Fn(f32) -> f32 + Sync) -> Result<Vec<f32>, AiError> {
        // What is zero differs by row; rten-gemm 0.27 would take the first rows' for all, so `scale` takes it off.
        let Rounded { values, rows } = kernels::round(rows, self.inputs);
        let values = NdTensorView::from_data([rows.len(), self.inputs], values.as_slice());
        let mut sums = vec![0i32; rows.len() * self.columns.bias.len()];
        let (left, right) = (GemmInputA::Unpacked(values), GemmInputB::Packed(&self.weights));
        PRODUCTS
            .with(|products| products.gemm(&mut sums, left, right, GemmOptions::default()))
            .map_err(|error| AiError::Model(error.to_string()))?;
        Ok(kernels::scale(&sums, &rows, &self.columns, then))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix;

    #[test]
    fn a_product_of_rounded_values_is_close() {
        let mut random = SplitMix::new(7);
        let mut values = |count: usize, from: f32| -> Vec<f32> {
            (0..count).map(|_| (random.next() >> 40) as f32 / (1 << 23) as f32 + from).collect()
        };
        // Rows on scales of their own, off the middle as GELU leaves them; more than one task's worth.
        let (inputs, outputs, rows) = (384, 96, 200);
        let (weights, bias) = (values(inputs * outputs, -1.0), values(outputs, -1.0));
        let mut states = values(rows * inputs, -0.2);
        for (row, states) in states.chunks_exact_mut(inputs).enumerate() {
            for state in states {
                *state *= (row + 1) as f32;
            }
        }
        let linear = Linear::new(&weights, bias.clone());
        let found = linear.apply(&states, |x| x + 1.0).unwrap();
        for (row, found) in found.chunks_exact(outputs).enumerate() {
            for (output, found) in found.iter().enumerate() {
                let states = &states[row * inputs..][..inputs];
                let exact = crate::encoder::dot(states, &weights[output * inputs..][..inputs]) + bias[output] + 1.0;
                // The standard deviation of what rounding does to 384 products is 0.05 of the row's scale.
                assert!((found - exact).abs() < 0.3 * (row + 1) as f32, "{row} {output}: {found}, not {exact}");
            }
        }
        // Nothing at all is exactly that.
        let nothing = linear.apply(&vec![0.0; inputs], |x| x).unwrap();
        assert_eq!(nothing, bias);
    }
}
