//! Measures the classifier on somebody else's data, with the code the product runs.

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::Path,
    time::Instant,
};

use anyhow::Context as _;
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    calibration,
    classifier::{CategoryModel, Classifier, Judged, Labelled, read_unlabelled},
    encoder::Encoder,
    gloss,
    head::{Sample, argmax},
    random::SplitMix,
};

/// Texts that are timed one at a time.
const ALONE: usize = 200;
/// What belongs to no class: measured, never learned.
const OUT_OF_SCOPE: &str = "out_of_scope";

#[derive(Deserialize)]
struct Row {
    text: String,
    label: String,
}

/// How a measurement is made.
#[derive(Clone, Copy, Debug)]
pub struct Protocol {
    /// Examples learned of each label at most; all without.
    pub shots: Option<usize>,
    /// Of the other lines, those whose text is learned from without its label, at most.
    pub unlabelled: usize,
    /// Draws the examples.
    pub seed: u64,
}

/// Trains on the lines of `train` as the `protocol` says and measures on `test`: n, accuracy, `macro_f1` and ece over
/// in-scope rows, `oos_auroc` when both kinds are present, microseconds a text with its embedding, the same for texts that
/// come one at a time (median), seconds of training with the embedding; accuracy and ece of the examples learned from, each
/// judged without itself; and how many other lines were learned from as messages that nobody labelled.
pub fn classify(encoder: &Encoder, train: &Path, test: &Path, protocol: Protocol) -> anyhow::Result<Value> {
    let started = Instant::now();
    let (rows, unlabelled) = draw(read(train)?, protocol);
    let named = names(&rows);
    let samples = describe(encoder, rows.iter().chain(&named).map(|row| row.text.as_str()))?;
    let labelled: Vec<Labelled<'_>> = rows
        .iter()
        .chain(&named)
        .zip(&samples)
        .enumerate()
        .map(|(group, (row, sample))| Labelled {
            text: &row.text,
            sample,
            label: &row.label,
            weight: 1.0,
            group,
            measured: group < rows.len(),
        })
        .collect();
    let unlabelled =
        read_unlabelled(encoder, unlabelled.iter().take(protocol.unlabelled).map(|row| row.text.as_str()))?;
    let model = CategoryModel::train(&labelled, &[], &unlabelled)?;
    let train_seconds = started.elapsed().as_secs_f64();

    let test = read(test)?;
    let started = Instant::now();
    let described = describe(encoder, test.iter().map(|row| row.text.as_str()))?;
    let decided: Vec<Judged> = described.par_iter().map(|sample| model.judge(sample)).collect();
    let micros = started.elapsed().as_micros() as f64 / test.len().max(1) as f64;
    let alone = one_at_a_time(encoder, &model, &test)?;
    let left_out = model.quality();

    let mut judged = Vec::new();
    let mut counts: HashMap<&str, [usize; 3]> = HashMap::new();
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    for (row, decided) in test.iter().zip(&decided) {
        if row.label == OUT_OF_SCOPE {
            outside.push(decided.at_home);
            continue;
        }
        inside.push(decided.at_home);
        let class = argmax(&decided.probabilities);
        let predicted = model.labels()[class].as_str();
        judged.push((decided.probabilities[class], predicted == row.label));
        counts.entry(&row.label).or_default()[usize::from(predicted != row.label)] += 1;
        if predicted != row.label {
            counts.entry(predicted).or_default()[2] += 1;
        }
    }
    let right = judged.iter().filter(|(_, right)| *right).count();
    Ok(json!({
        "n": test.len(),
        "accuracy": right as f64 / judged.len().max(1) as f64,
        "macro_f1": macro_f1(counts.values()),
        "ece": calibration::ece(&judged),
        "oos_auroc": auroc(&inside, &outside),
        "micros_per_text": micros.round(),
        "micros_alone": alone,
        "train_seconds": train_seconds,
        "unlabelled": model.unlabelled(),
        "left_out": { "accuracy": left_out.accuracy, "ece": left_out.ece },
    }))
}

/// Median microseconds from a text to its decision, each text by itself as a message comes.
fn one_at_a_time(encoder: &Encoder, model: &CategoryModel, test: &[Row]) -> anyhow::Result<u64> {
    let mut micros = Vec::new();
    for row in test.iter().take(ALONE) {
        let started = Instant::now();
        for sample in describe(encoder, std::iter::once(row.text.as_str()))? {
            std::hint::black_box(model.judge(&sample));
        }
        micros.push(started.elapsed().as_micros() as u64);
    }
    micros.sort_unstable();
    Ok(micros.get(micros.len() / 2).copied().unwrap_or_default())
}

fn read(path: &Path) -> anyhow::Result<Vec<Row>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let rows = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    rows.map(|(number, line)| {
        serde_json::from_str(line)
            .with_context(|| format!("{}, line {}: expected {{\"text\", \"label\"}}", path.display(), number + 1))
    })
    .collect()
}

/// The rows to learn from, in scope and at most `shots` of each label; and the rest, as drawn.
fn draw(mut rows: Vec<Row>, Protocol { shots, seed, .. }: Protocol) -> (Vec<Row>, Vec<Row>) {
    if shots.is_some() {
        SplitMix::new(seed).shuffle(&mut rows);
    }
    let mut taken: HashMap<String, usize> = HashMap::new();
    rows.into_iter().partition(|row| {
        let taken = taken.entry(row.label.clone()).or_default();
        *taken += 1;
        row.label != OUT_OF_SCOPE && shots.is_none_or(|shots| *taken <= shots)
    })
}

/// What each label's own words say of it, as an account's categories do with their names.
fn names(rows: &[Row]) -> Vec<Row> {
    let labels: BTreeSet<&str> = rows.iter().map(|row| row.label.as_str()).collect();
    labels.into_iter().map(|label| Row { text: label.replace(['_', '-'], " "), label: label.to_owned() }).collect()
}

fn describe<'a>(encoder: &Encoder, texts: impl Iterator<Item = &'a str>) -> anyhow::Result<Vec<Sample>> {
    let texts: Vec<&str> = texts.collect();
    let glosses: Vec<String> = texts.par_iter().map(|text| gloss::of(text)).collect();
    let readings = encoder.read(&glosses)?;
    let pairs = texts.par_iter().zip(glosses).zip(readings);
    Ok(pairs.map(|((text, gloss), reading)| Classifier::sample(text, &gloss, reading)).collect())
}

/// From [right, missed, wrongly given] of each label.
fn macro_f1<'a>(counts: impl ExactSizeIterator<Item = &'a [usize; 3]>) -> f64 {
    let labels = counts.len().max(1) as f64;
    counts.map(|[right, missed, given]| 2.0 * *right as f64 / ((2 * right + missed + given).max(1)) as f64).sum::<f64>()
        / labels
}

/// Chance that an in-scope score is above an out-of-scope one, ties counted half; None without both kinds.
fn auroc(inside: &[f32], outside: &[f32]) -> Option<f64> {
    if inside.is_empty() || outside.is_empty() {
        return None;
    }
    let mut sorted = outside.to_vec();
    sorted.sort_by(f32::total_cmp);
    let above: f64 = inside
        .iter()
        .map(|score| {
            let below = sorted.partition_point(|other| other < score);
            let equal = sorted.partition_point(|other| other <= score) - below;
            below as f64 + equal as f64 / 2.0
        })
        .sum();
    Some(above / (inside.len() as f64 * outside.len() as f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn the_measures_measure() {
        assert_eq!(auroc(&[2.0, 3.0], &[1.0, 2.0]), Some(0.875));
        assert_eq!(auroc(&[1.0], &[]), None);
        assert!((macro_f1([[2, 0, 0], [0, 2, 0]].iter()) - 0.5).abs() < 1e-9);
    }

    const ALL: Protocol = Protocol { shots: None, unlabelled: 100, seed: 1 };

    #[test]
    fn a_small_set_with_strangers() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, lines: &[(&str, &str)]| {
            let path = directory.path().join(name);
            let text: Vec<String> =
                lines.iter().map(|(text, label)| json!({"text": text, "label": label}).to_string()).collect();
            fs::write(&path, text.join("\n")).unwrap();
            path
        };
        let train = write(
            "train.jsonl",
            &[
                ("where is my card", "card"),
                ("my card has not arrived", "card"),
                ("track the card delivery", "card"),
                ("when does the card come", "card"),
                ("change my pin", "pin"),
                ("I forgot the pin code", "pin"),
                ("set a new pin", "pin"),
                ("pin reset please", "pin"),
                ("tell me a joke", OUT_OF_SCOPE),
            ],
        );
        let test = write(
            "test.jsonl",
            &[
                ("the card never arrived", "card"),
                ("how to set my pin", "pin"),
                ("what is the tallest mountain", OUT_OF_SCOPE),
            ],
        );
        let (encoder, _) = testing::model();
        let measured = classify(&encoder, &train, &test, ALL).unwrap();
        assert_eq!(
            (measured["n"].as_u64(), measured["accuracy"].as_f64(), measured["oos_auroc"].as_f64()),
            (Some(3), Some(1.0), Some(1.0)),
            "{measured}"
        );
        for key in ["macro_f1", "ece", "micros_per_text", "micros_alone", "train_seconds"] {
            assert!(measured[key].is_number(), "{key}");
        }
        assert!(measured["left_out"]["accuracy"].is_number());
        let missing = classify(&encoder, Path::new("nowhere.jsonl"), &test, ALL).unwrap_err().to_string();
        assert!(missing.contains("nowhere.jsonl"));
    }
}
