//! What the built-in classifier must reach on examples it has never seen.

use std::collections::BTreeMap;

use super::*;
use crate::{calibration, head::argmax, testing};

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
    let readings = encoder.read(&held.iter().map(Example::gloss).collect::<Vec<_>>()).unwrap();
    let mut by_language: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut judged = Vec::new();
    let (mut priorities, mut sentiments, mut close) = (0, 0, 0);
    for (held, reading) in held.iter().zip(readings) {
        let sample = Classifier::sample(&held.text, &held.gloss(), reading);
        let probabilities = classifier.category.judge(&sample).probabilities;
        let class = argmax(&probabilities);
        let right = Some(&classifier.categories()[class]) == held.category.as_ref();
        judged.push((probabilities[class], right));
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

/// Messages of a shop's own kind, and a category for them.
fn parcels() -> Lesson {
    let example =
        |text: &str| Example { text: text.to_owned(), category: Some("delivery".to_owned()), ..Example::default() };
    let examples = [
        "The courier left my parcel in the rain",
        "Where is my parcel? The courier never came",
        "Parcel arrived at the wrong address",
    ];
    let subject = |name: &str, builtin: bool| Subject {
        name: name.to_owned(),
        description: String::new(),
        builtin: builtin.then(|| name.to_owned()),
    };
    Lesson {
        subjects: vec![subject("billing", true), subject("delivery", false), subject("sales", true)],
        examples: examples.into_iter().map(example).collect(),
        corrections: Vec::new(),
        unlabelled: Vec::new(),
    }
}

fn learned() -> Classifier {
    let (encoder, classifier) = testing::model();
    classifier.learn(&encoder, &testing::readings(), &parcels()).unwrap()
}

fn sample_of(text: &str) -> Sample {
    let (encoder, _) = testing::model();
    Classifier::sample(text, text, encoder.read(&[text]).unwrap().remove(0))
}

#[test]
fn training_is_deterministic() {
    let (one, other) = (learned(), learned());
    let sample = sample_of("My invoice shows two charges");
    assert_eq!(one.name, other.name);
    assert_eq!(one.category.judge(&sample).probabilities, other.category.judge(&sample).probabilities);
    assert_eq!(one.category.judgement, other.category.judgement);
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
    store::write(&file, &((*classifier).clone(), testing::readings())).unwrap();
    let (loaded, readings) = store::read(&file).unwrap();
    assert_eq!((&classifier.name, &classifier.known), (&loaded.name, &loaded.known));
    assert_eq!(classifier.category.judgement, loaded.category.judgement);
    assert_eq!(readings[7].earlier, testing::readings()[7].earlier);
    assert_eq!(classifier.priority.head.to_bytes(), loaded.priority.head.to_bytes());
    let bytes = std::fs::read(&file).unwrap();
    for damaged in [&bytes[..bytes.len() / 2], &bytes[..3], &[0xff; 64], &[]] {
        std::fs::write(&file, damaged).unwrap();
        assert!(store::read(&file).is_none());
    }
}

#[test]
fn an_account_s_classifier_is_written_without_what_it_shares() {
    let (_, base) = testing::model();
    let own = learned();
    let bytes = own.to_bytes(Some(&base));
    assert!(bytes.len() < own.to_bytes(None).len() / 2, "{}", bytes.len());
    let read = Classifier::from_bytes(&bytes, Some(&base)).unwrap();
    let sample = sample_of("The courier lost our parcel");
    for (one, other) in own.decide_all(&sample).into_iter().zip(read.decide_all(&sample)) {
        assert!(one.0 == other.0 && (one.1 - other.1).abs() < 0.01, "{one:?} {other:?}");
    }
    assert!(Classifier::from_bytes(&bytes, None).is_none(), "what is shared is missing");
}

#[test]
fn an_account_teaches_a_category_of_its_own() {
    let (_, classifier) = testing::model();
    let learned = learned();
    assert_eq!(learned.categories(), ["billing", "delivery", "sales"]);
    assert_eq!(learned.decide_all(&sample_of("The courier lost our parcel"))[0].0, "delivery");
    assert_eq!(learned.decide_all(&sample_of("I was charged twice, please refund me"))[0].0, "billing");
    assert_ne!(learned.name, classifier.name);
    assert!(!Comparison::of(&learned, &classifier).is_worse());
}

/// Categories that overlap are for people to draw; that the classifier then tells them apart less well than before, when
/// there was only one of them, is no reason to keep it from being chosen.
#[test]
fn a_category_beside_another_one_makes_no_classifier_worse() {
    let (encoder, classifier) = testing::model();
    let billing = BUILTIN.iter().filter(|example| example.category.as_deref() == Some("billing")).step_by(2);
    let moved = |example: &Example| Example { category: Some("refunds".to_owned()), ..example.clone() };
    let mut subjects = parcels().subjects;
    subjects[1].name = "refunds".to_owned();
    let lesson = Lesson { subjects, examples: billing.map(moved).collect(), ..parcels() };
    let learned = classifier.learn(&encoder, &testing::readings(), &lesson).unwrap();
    let comparison = Comparison::of(&learned, &classifier);
    assert!(comparison.shared > 100 && comparison.old_right > comparison.shared / 2, "{comparison:?}");
    assert!(!comparison.is_worse(), "{comparison:?}");
    // What was billing goes elsewhere now, more often than not chosen against its own label.
    let lost = learned.category.judgement.held.iter().filter(|held| !held.ahead.is_empty()).count();
    assert!(lost > learned.category.judgement.held.len() / 10, "{lost}");
}

#[test]
fn what_nobody_taught_is_a_stranger() {
    let (_, classifier) = testing::model();
    let at_home = classifier.category.judge(&sample_of("My card was charged twice for the same invoice"));
    let stranger = classifier.category.judge(&sample_of("Purple elephants recite poems beneath seventeen moons"));
    assert!(!at_home.is_stranger() && at_home.scope > 0.3, "{}", at_home.scope);
    assert!(stranger.scope < 0.1 && stranger.scope < at_home.scope, "{}", stranger.scope);
}
