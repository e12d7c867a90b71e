//! What the built-in classifier must reach on examples it has never seen.

use std::collections::BTreeMap;

use super::*;
use crate::{calibration, testing};

const HELD: &str = include_str!("../../data/heldout.jsonl");

fn held() -> Vec<Example> {
    HELD.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_shipped_line_is_an_example() {
    let lines = include_str!("../../data/training.jsonl");
    assert_eq!(parse(lines).len(), lines.lines().count());
    assert!(
        builtin_examples()
            .iter()
            .all(|example| example.category.is_some() && example.priority.is_some() && example.sentiment.is_some())
    );
}

#[test]
fn held_out_messages_are_understood() {
    let (encoder, classifier) = testing::model();
    let held = held();
    let vectors = encoder.encode(&held.iter().map(Example::gloss).collect::<Vec<_>>()).unwrap();
    let mut by_language: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut judged = Vec::new();
    let (mut priorities, mut sentiments, mut close) = (0, 0, 0);
    for (held, vector) in held.iter().zip(vectors) {
        let sample = Classifier::sample(&held.text, &held.gloss(), vector);
        let decision = classifier.category.decide(&sample);
        let right = Some(&classifier.categories()[decision.class]) == held.category.as_ref();
        judged.push((decision.probability, right));
        let counts = by_language.entry(held.language.unwrap().as_str()).or_default();
        counts.0 += usize::from(right);
        counts.1 += 1;
        let priority: Priority = classifier.priority.labels[classifier.priority.decide(&sample).class].parse().unwrap();
        let rank = |priority| Priority::ALL.iter().position(|known| *known == priority).unwrap();
        priorities += usize::from(Some(priority) == held.priority);
        close += usize::from(rank(priority).abs_diff(rank(held.priority.unwrap())) <= 1);
        sentiments += usize::from(
            Some(classifier.sentiment.labels[classifier.sentiment.decide(&sample).class].as_str())
                == held.sentiment.map(Sentiment::as_str),
        );
    }
    let share = |count: usize| count as f64 / held.len() as f64;
    let accuracy = share(judged.iter().filter(|(_, right)| *right).count());
    let ece = calibration::ece(&judged);
    // The held-out messages are hard on purpose (see data/README.md): n-grams alone reach 0.645, 0.575 and 0.68 there.
    // Measured: category 0.80 (en 0.90, fi 0.75, sv 0.80, de 0.75, fr 0.80) with ECE 0.055, priority 0.575 (0.93 within
    // one step), sentiment 0.605. The floors leave room for an unlucky retraining, not for a mistake.
    assert!(accuracy >= 0.76, "category {accuracy}");
    assert!(by_language.values().all(|(right, of)| *right * 100 >= of * 68), "{by_language:?}");
    assert!(ece <= 0.10, "ece {ece}");
    assert!(share(priorities) >= 0.52 && share(close) >= 0.88, "priority {} {}", share(priorities), share(close));
    assert!(share(sentiments) >= 0.55, "sentiment {}", share(sentiments));
    assert!(classifier.quality().accuracy >= 0.82 && classifier.quality().ece <= 0.05, "{:?}", classifier.quality());
}

#[test]
fn training_is_deterministic() {
    let (encoder, classifier) = testing::model();
    let count = 160;
    let train =
        || Classifier::train(&BUILTIN[..count], &[], classifier.vectors[..count * DIMENSION].to_vec(), None).unwrap();
    let (one, other) = (train(), train());
    let text = "My invoice shows two charges";
    let sample = Classifier::sample(text, text, encoder.encode(&[text]).unwrap().remove(0));
    assert_eq!(one.name, other.name);
    assert_eq!(one.category.probabilities(&sample), other.category.probabilities(&sample));
    assert_eq!(one.category.temperature.to_bits(), other.category.temperature.to_bits());
}

#[tokio::test]
async fn the_verdict_names_what_decided() {
    let ai = testing::ai();
    for (text, category, words) in [
        ("The app crashes when I open the settings page.", "technical", "crashes"),
        ("Minulta veloitettiin kahdesti, haluan hyvityksen.", "billing", "hyvityksen"),
        ("Was kostet der Tarif für 20 Mitarbeiter?", "sales", "kostet"),
    ] {
        let verdict = ai.classify(text).await.unwrap();
        assert_eq!(verdict.category, category, "{text}");
        assert!(verdict.evidence.iter().any(|evidence| evidence.text.contains(words)), "{:?}", verdict.evidence);
    }
    let verdict = ai.classify("Hello, I was charged twice for my subscription and want a refund.").await.unwrap();
    assert_eq!(verdict.category, "billing");
    let words: Vec<&str> = verdict
        .evidence
        .iter()
        .filter(|evidence| evidence.kind == types::classifications::EvidenceKind::Words)
        .map(|evidence| evidence.text.as_str())
        .collect();
    assert!(words.iter().any(|words| words.contains("charged")), "{words:?}");
    assert!(verdict.reasoning.starts_with("Billing, "), "{}", verdict.reasoning);
}

#[test]
fn a_cache_file_gives_the_same_classifier_and_damage_is_harmless() {
    let (_, classifier) = testing::model();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("deeper/classifier.bin");
    assert!(store::read(&file).is_none());
    store::write(&file, &classifier).unwrap();
    let loaded = store::read(&file).unwrap();
    assert_eq!(classifier.name, loaded.name);
    assert_eq!(classifier.vectors, loaded.vectors);
    assert_eq!(classifier.category.head.to_bytes(), loaded.category.head.to_bytes());
    let bytes = std::fs::read(&file).unwrap();
    for damaged in [&bytes[..bytes.len() / 2], &bytes[..3], &[0xff; 64], &[]] {
        std::fs::write(&file, damaged).unwrap();
        assert!(store::read(&file).is_none());
    }
}

#[test]
fn corrections_teach_a_new_category() {
    let (encoder, classifier) = testing::model();
    let extra: Vec<Example> = [
        "The courier left my parcel in the rain",
        "Where is my parcel? The courier never came",
        "Parcel arrived at the wrong address",
    ]
    .into_iter()
    .map(|text| Example {
        text: text.to_owned(),
        language: None,
        category: Some("delivery".to_owned()),
        priority: None,
        sentiment: None,
    })
    .collect();
    let learned = classifier.train_with(&encoder, &extra, &[]).unwrap();
    let text = "The courier lost our parcel";
    let sample = Classifier::sample(text, text, encoder.encode(&[text]).unwrap().remove(0));
    assert_eq!(learned.categories()[learned.category.decide(&sample).class], "delivery");
    assert_ne!(learned.name, classifier.name);
    let narrowed = classifier.train_with(&encoder, &extra, &["billing".to_owned(), "delivery".to_owned()]).unwrap();
    assert_eq!(narrowed.categories(), ["billing", "delivery"]);
}
