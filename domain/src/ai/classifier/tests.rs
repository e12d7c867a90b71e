//! What the built-in classifier must reach on examples it has never seen.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use serde::Deserialize;
use types::Language;

use super::*;
use crate::ai::{calibration, testing};

#[derive(Deserialize)]
struct Held {
    language: Language,
    #[serde(flatten)]
    example: Example,
}

const HELD: &str = include_str!("../../../data/heldout.jsonl");

fn held() -> Vec<Held> {
    HELD.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_shipped_line_is_an_example() {
    let lines = include_str!("../../../data/training.jsonl");
    assert_eq!(parse(lines).len(), lines.lines().count());
    assert!(builtin_examples().iter().all(|example| example.category.is_some() && example.priority.is_some() && example.sentiment.is_some()));
}

#[test]
fn held_out_messages_are_understood() {
    let (encoder, classifier) = testing::model();
    let held = held();
    let texts: Vec<&str> = held.iter().map(|held| held.example.text.as_str()).collect();
    let vectors = encoder.encode(&texts).unwrap();
    let mut by_language: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut judged = Vec::new();
    let (mut priorities, mut sentiments, mut close) = (0, 0, 0);
    for (held, vector) in held.iter().zip(vectors) {
        let sample = Classifier::sample(&held.example.text, vector);
        let decision = classifier.category.decide(&sample);
        let right = Some(&classifier.categories()[decision.class]) == held.example.category.as_ref();
        judged.push((decision.probability, right));
        let counts = by_language.entry(held.language.as_str()).or_default();
        counts.0 += usize::from(right);
        counts.1 += 1;
        let priority: Priority = classifier.priority.labels[classifier.priority.decide(&sample).class].parse().unwrap();
        let rank = |priority| Priority::ALL.iter().position(|known| *known == priority).unwrap();
        priorities += usize::from(Some(priority) == held.example.priority);
        close += usize::from(rank(priority).abs_diff(rank(held.example.priority.unwrap())) <= 1);
        sentiments += usize::from(Some(classifier.sentiment.labels[classifier.sentiment.decide(&sample).class].as_str()) == held.example.sentiment.map(Sentiment::as_str));
    }
    let share = |count: usize| count as f64 / held.len() as f64;
    let accuracy = share(judged.iter().filter(|(_, right)| *right).count());
    let ece = calibration::ece(&judged);
    println!("held out: category {accuracy:.3} {by_language:?}, ece {ece:.3}, priority {:.3} (within one step {:.3}), sentiment {:.3}", share(priorities), share(close), share(sentiments));
    println!("cross-validated: {:?} {:?} {:?}", classifier.category.quality, classifier.priority.quality, classifier.sentiment.quality);
    assert!(accuracy >= 0.6, "{accuracy}");
}

#[test]
fn training_is_deterministic_and_fast() {
    let (encoder, classifier) = testing::model();
    let started = Instant::now();
    let again = Classifier::train(&BUILTIN, &[], classifier.vectors.to_vec()).unwrap();
    println!("training took {:?}", started.elapsed());
    assert_eq!(again.name, classifier.name);
    let text = "My invoice shows two charges";
    let sample = Classifier::sample(text, encoder.encode(&[text]).unwrap().remove(0));
    assert_eq!(again.category.probabilities(&sample), classifier.category.probabilities(&sample));
}

#[tokio::test]
async fn the_verdict_names_what_decided() {
    let ai = testing::ai();
    let mut slowest = std::time::Duration::ZERO;
    for text in ["Hello, I was charged twice for my subscription and want a refund.", "The app crashes when I open the settings page.", "Minulta veloitettiin kahdesti, haluan hyvityksen.", "Was kostet der Tarif für 20 Mitarbeiter?"] {
        let started = Instant::now();
        let verdict = ai.classify(text).await.unwrap();
        slowest = slowest.max(started.elapsed());
        println!("{:?} {} | {:?}", started.elapsed(), verdict.reasoning, verdict.evidence);
    }
    let verdict = ai.classify("Hello, I was charged twice for my subscription and want a refund.").await.unwrap();
    assert_eq!(verdict.category, "billing");
    let words: Vec<&str> = verdict.evidence.iter().filter(|evidence| evidence.kind == types::classifications::EvidenceKind::Words).map(|evidence| evidence.text.as_str()).collect();
    assert!(words.iter().any(|words| words.contains("charged")), "{words:?}");
    assert!(verdict.reasoning.starts_with("Billing, "), "{}", verdict.reasoning);
}

#[test]
fn a_cache_file_gives_the_same_classifier_and_damage_is_harmless() {
    let (encoder, _) = testing::model();
    let directory = tempfile::tempdir().unwrap();
    let trained = Classifier::load_or_train(&encoder, Some(directory.path())).unwrap();
    let started = Instant::now();
    let loaded = Classifier::load_or_train(&encoder, Some(directory.path())).unwrap();
    println!("loading took {:?}", started.elapsed());
    assert_eq!(trained.name, loaded.name);
    assert_eq!(trained.vectors, loaded.vectors);
    assert_eq!(trained.category.head.to_bytes(), loaded.category.head.to_bytes());
    let file = std::fs::read_dir(directory.path()).unwrap().next().unwrap().unwrap().path();
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    assert_eq!(Classifier::load_or_train(&encoder, Some(directory.path())).unwrap().name, trained.name);
}

#[test]
fn corrections_teach_a_new_category() {
    let (encoder, classifier) = testing::model();
    let extra: Vec<Example> = ["The courier left my parcel in the rain", "Where is my parcel? The courier never came", "Parcel arrived at the wrong address"]
        .into_iter()
        .map(|text| Example { text: text.to_owned(), category: Some("delivery".to_owned()), priority: None, sentiment: None })
        .collect();
    let learned = classifier.train_with(&encoder, &extra, &[]).unwrap();
    let text = "The courier lost our parcel";
    let sample = Classifier::sample(text, encoder.encode(&[text]).unwrap().remove(0));
    assert_eq!(learned.categories()[learned.category.decide(&sample).class], "delivery");
    assert_ne!(learned.name, classifier.name);
    let narrowed = classifier.train_with(&encoder, &extra, &["billing".to_owned(), "delivery".to_owned()]).unwrap();
    assert_eq!(narrowed.categories(), ["billing", "delivery"]);
    let _ = Arc::new(narrowed);
}
