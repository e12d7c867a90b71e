//! `eval grouping`: questions whose intent is known are grouped by meaning, as questions without an answer are, and the
//! groups compared with the intents.

use std::{collections::HashMap, path::PathBuf};

use clap::Args;
use domain::{
    ai::{self, cluster, encoder::Encoder},
    analytics::ALIKE,
};
use serde::{Deserialize, Serialize};

use super::{lines, measures::round};

/// Similarities tried beside the product's own.
const TRIED: [f32; 9] = [0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8];

#[derive(Args, Debug)]
pub struct GroupingArgs {
    /// Questions in English, one {"text", "label"} a line
    #[arg(long, value_name = "FILE")]
    questions: PathBuf,
    /// Take at most this many, drawn by chance
    #[arg(long, value_name = "N", default_value_t = 500)]
    sample: usize,
    /// Draws them
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

#[derive(Deserialize)]
struct Question {
    text: String,
    label: String,
}

#[derive(Debug, PartialEq, Serialize)]
struct Measured {
    threshold: f64,
    /// Whether the product uses this one.
    ours: bool,
    groups: usize,
    alone: usize,
    /// Share of the questions that are of the intent most frequent in their group.
    purity: f64,
    /// Of the pairs in one group, the share of one intent; and of those of one intent, the share in one group.
    precision: f64,
    recall: f64,
    f1: f64,
}

pub fn run(arguments: &GroupingArgs) -> anyhow::Result<()> {
    let mut questions: Vec<Question> = lines(&arguments.questions)?;
    // By a fixed hash of place and seed: the same questions each time.
    let mut drawn: Vec<usize> = (0..questions.len()).collect();
    drawn.sort_by_key(|index| mixed(*index as u64 ^ arguments.seed << 32));
    drawn.truncate(arguments.sample);
    drawn.sort_unstable();
    let mut place = 0..;
    questions.retain(|_| place.next().is_some_and(|at| drawn.binary_search(&at).is_ok()));
    let encoder = Encoder::load(&ai::find_model()?)?;
    let texts: Vec<&str> = questions.iter().map(|question| question.text.as_str()).collect();
    let mut vectors = Vec::with_capacity(texts.len());
    for batch in texts.chunks(ai::encoder::MAX_BATCH) {
        vectors.extend(encoder.encode(batch)?);
    }
    let labels: Vec<&str> = questions.iter().map(|question| question.label.as_str()).collect();
    for threshold in TRIED {
        println!("{}", serde_json::to_string(&measure(&vectors, &labels, threshold))?);
    }
    Ok(())
}

/// The finaliser of splitmix64.
fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

fn measure(vectors: &[Vec<f32>], labels: &[&str], threshold: f32) -> Measured {
    let groups = cluster::group(vectors, threshold);
    let pairs = |n: usize| (n * n.saturating_sub(1) / 2) as f64;
    let (mut pure, mut together, mut right) = (0, 0.0, 0.0);
    for group in &groups {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for index in &group.members {
            *counts.entry(labels[*index]).or_default() += 1;
        }
        pure += counts.values().max().copied().unwrap_or(0);
        together += pairs(group.members.len());
        right += counts.values().map(|n| pairs(*n)).sum::<f64>();
    }
    let mut intents: HashMap<&str, usize> = HashMap::new();
    for label in labels {
        *intents.entry(label).or_default() += 1;
    }
    let wanted: f64 = intents.values().map(|n| pairs(*n)).sum();
    let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 1.0 };
    let (precision, recall) = (share(right, together), share(right, wanted));
    Measured {
        threshold: round(f64::from(threshold)),
        ours: (threshold - ALIKE).abs() < f32::EPSILON,
        groups: groups.len(),
        alone: groups.iter().filter(|group| group.members.len() == 1).count(),
        purity: round(share(pure as f64, labels.len() as f64)),
        precision: round(precision),
        recall: round(recall),
        f1: round(share(2.0 * precision * recall, precision + recall)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_compared_with_intents() {
        let (east, north) = (vec![1.0, 0.0], vec![0.0, 1.0]);
        let vectors = [east.clone(), east.clone(), east, north];
        // {a, a, b} and {b}: one pair of three is of one intent, and one of two intended pairs is together.
        let measured = measure(&vectors, &["a", "a", "b", "b"], 0.6);
        assert_eq!((measured.groups, measured.alone), (2, 1));
        assert!((measured.purity - 0.75).abs() < 1e-9 && measured.ours);
        assert!((measured.precision - 0.3333).abs() < 1e-9 && (measured.recall - 0.5).abs() < 1e-9);
        assert!((measured.f1 - 0.4).abs() < 1e-9);
    }
}
