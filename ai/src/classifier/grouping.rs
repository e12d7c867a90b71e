//! Which examples tell the same story, maybe in two languages.

use crate::{head::Sample, kernel};

/// Cosine from which two examples tell the same story.
const ALIKE: f32 = 0.65;
/// Sets beyond this are large enough not to need it, and their pairs too many to compare.
const COMPARED: usize = 4_000;

/// A group number for each sample: near-duplicates share one, so that cross-validation never tests on a paraphrase of
/// what it trained on.
pub fn alike(samples: &[&Sample]) -> Vec<usize> {
    let mut group: Vec<usize> = (0..samples.len()).collect();
    if samples.len() > COMPARED || samples.is_empty() {
        return group;
    }
    let (count, width) = (samples.len(), samples[0].dense().len());
    let dense: Vec<f32> = samples.iter().flat_map(|sample| sample.dense().iter().copied()).collect();
    let similar = kernel::products(&dense, width);
    // Each joins the first earlier sample it resembles; chains are not followed, or all would end in one group.
    let joins: Vec<Option<usize>> =
        (0..count).map(|index| (0..index).find(|earlier| similar[earlier * count + index] >= ALIKE)).collect();
    for (index, join) in joins.into_iter().enumerate() {
        if let Some(earlier) = join {
            group[index] = group[earlier];
        }
    }
    group
}
