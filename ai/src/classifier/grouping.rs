//! Which examples tell the same story, maybe in two languages.

use candle_core::{Device, Tensor};

use crate::{AiError, head::Sample};

/// Cosine from which two examples tell the same story.
const ALIKE: f32 = 0.65;
/// Sets beyond this are large enough not to need it, and their pairs too many to compare.
const COMPARED: usize = 4_000;

/// A group number for each sample: near-duplicates share one, so that cross-validation never tests on a paraphrase of
/// what it trained on.
pub fn alike(samples: &[&Sample]) -> Result<Vec<usize>, AiError> {
    let mut group: Vec<usize> = (0..samples.len()).collect();
    if samples.len() > COMPARED || samples.is_empty() {
        return Ok(group);
    }
    let width = samples.first().map_or(0, |sample| sample.dense().len());
    let dense: Vec<f32> = samples.iter().flat_map(|sample| sample.dense().iter().copied()).collect();
    let dense = Tensor::from_vec(dense, (samples.len(), width), &Device::Cpu)?;
    let similar = dense.matmul(&dense.t()?)?.to_vec2::<f32>()?;
    // Each joins the first earlier sample it resembles; chains are not followed, or all would end in one group.
    let joins: Vec<Option<usize>> =
        (0..samples.len()).map(|index| similar[index][..index].iter().position(|&cosine| cosine >= ALIKE)).collect();
    for (index, join) in joins.into_iter().enumerate() {
        if let Some(earlier) = join {
            group[index] = group[earlier];
        }
    }
    Ok(group)
}
