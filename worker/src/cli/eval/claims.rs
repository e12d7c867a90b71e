//! `eval claims`: the check of drafts against their sources, on answers that people wrote from known passages.
//!
//! Each sentence of an answer is held against the passages it was written from, against the most alike others, with another
//! number than it had, and with a "not" put in.

use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
};

use anyhow::ensure;
use clap::Args;
use domain::ai::draft::claims::{self, Source};
use serde::{Deserialize, Serialize};
use types::{
    Language,
    drafts::{ClaimVerdict, DraftClaim},
};

use super::{
    lines,
    measures::{auroc, round},
};

/// Words a sentence has at least.
const SHORTEST: usize = 5;
/// Other passages a sentence is held against.
const OTHERS: usize = 3;

#[derive(Args, Debug)]
pub struct ClaimsArgs {
    /// Articles, one {"id", "title", "text"} a line, in English
    #[arg(long, value_name = "FILE")]
    articles: PathBuf,
    #[arg(
        long,
        value_name = "FILE",
        help = r#"Questions, one {"relevant": [ids], "answerability", "reference_answer"} a line"#
    )]
    queries: PathBuf,
}

#[derive(Deserialize)]
struct Article {
    id: String,
    #[serde(default)]
    title: String,
    text: String,
}

#[derive(Deserialize)]
struct Query {
    #[serde(default)]
    relevant: Vec<String>,
    #[serde(default)]
    answerability: String,
    #[serde(default)]
    reference_answer: String,
}

/// Of sentences held against the same kind of source, the shares that came to each verdict.
#[derive(Debug, Default, Serialize)]
struct Verdicts {
    n: usize,
    supported: f64,
    doubtful: f64,
    left_out: f64,
}

#[derive(Debug, Serialize)]
struct Report {
    /// By support alone, a sentence's own sources from the most alike others.
    auroc: f64,
    own: Verdicts,
    others: Verdicts,
    /// With one number changed, among those supported before.
    number_changed: Verdicts,
    /// With a "not" put in, among those supported before.
    negated: Verdicts,
}

pub fn run(arguments: &ClaimsArgs) -> anyhow::Result<()> {
    let articles: Vec<Article> = lines(&arguments.articles)?;
    let queries: Vec<Query> = lines(&arguments.queries)?;
    ensure!(!articles.is_empty(), "{} holds no article", arguments.articles.display());
    let report = report(&articles, &queries);
    ensure!(report.own.n > 0, "{} holds no answer to an answerable question", arguments.queries.display());
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}

fn report(articles: &[Article], queries: &[Query]) -> Report {
    let contents: Vec<String> = articles.iter().map(|article| claims::lines(&article.text)).collect();
    let known: HashMap<&str, usize> =
        articles.iter().enumerate().map(|(index, article)| (article.id.as_str(), index)).collect();
    let source = |index: &usize| Source {
        title: &articles[*index].title,
        content: &contents[*index],
        language: Language::English,
    };
    let words: Vec<HashSet<String>> = articles.iter().map(|article| words(&article.text)).collect();
    let mut frequency: HashMap<&str, f64> = HashMap::new();
    for word in words.iter().flatten() {
        *frequency.entry(word).or_default() += 1.0;
    }

    let mut scores = Vec::new();
    let (mut own, mut others, mut changed, mut negated) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for query in queries.iter().filter(|query| query.answerability == "ANSWERABLE") {
        let relevant: Vec<usize> = query.relevant.iter().filter_map(|id| known.get(id.as_str()).copied()).collect();
        if relevant.is_empty() {
            continue;
        }
        let asked = self::words(&query.reference_answer);
        let likeness = |index: usize| -> f64 {
            let shared = asked.intersection(&words[index]);
            shared.map(|word| (articles.len() as f64 / frequency[word.as_str()]).ln()).sum::<f64>()
                / (words[index].len() as f64).powf(0.3)
        };
        let mut alike: Vec<usize> = (0..articles.len()).filter(|index| !relevant.contains(index)).collect();
        alike.sort_by(|a, b| likeness(*b).total_cmp(&likeness(*a)));
        alike.truncate(OTHERS);
        let (relevant, alike): (Vec<Source<'_>>, Vec<Source<'_>>) =
            (relevant.iter().map(source).collect(), alike.iter().map(source).collect());
        for sentence in claims::lines(&query.reference_answer).lines() {
            if sentence.split_whitespace().count() < SHORTEST {
                continue;
            }
            let Some(found) = held(sentence, &relevant) else { continue };
            if let Some(other) = held(sentence, &alike) {
                scores.push((other.support, false));
                others.push(other.verdict);
            }
            if found.verdict == ClaimVerdict::Supported {
                changed.extend(
                    other_number(sentence).and_then(|wrong| held(&wrong, &relevant)).map(|claim| claim.verdict),
                );
                negated.extend(with_not(sentence).and_then(|wrong| held(&wrong, &relevant)).map(|claim| claim.verdict));
            }
            scores.push((found.support, true));
            own.push(found.verdict);
        }
    }
    Report {
        auroc: round(auroc(&scores)),
        own: shares(&own),
        others: shares(&others),
        number_changed: shares(&changed),
        negated: shares(&negated),
    }
}

/// The sentence held against all the sources.
fn held(sentence: &str, sources: &[Source<'_>]) -> Option<DraftClaim> {
    let marks = (1..=sources.len()).map(|number| format!("[{number}]")).collect::<Vec<_>>().concat();
    claims::check(&format!("{sentence} {marks}"), Language::English, sources, "").claims.pop()
}

fn words(text: &str) -> HashSet<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 3).map(str::to_lowercase).collect()
}

fn shares(verdicts: &[ClaimVerdict]) -> Verdicts {
    let of = |wanted| {
        let count = verdicts.iter().filter(|verdict| **verdict == wanted).count();
        round(count as f64 / verdicts.len().max(1) as f64)
    };
    Verdicts {
        n: verdicts.len(),
        supported: of(ClaimVerdict::Supported),
        doubtful: of(ClaimVerdict::Doubtful),
        left_out: of(ClaimVerdict::LeftOut),
    }
}

/// The sentence with its first run of digits turned into the next number.
fn other_number(sentence: &str) -> Option<String> {
    let start = sentence.find(|c: char| c.is_ascii_digit())?;
    let rest = &sentence[start..];
    let digits = &rest[..rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())];
    let next = digits.parse::<u64>().ok()?.checked_add(1)?;
    Some(format!("{}{next}{}", &sentence[..start], &rest[digits.len()..]))
}

/// The sentence with "not" after its first auxiliary.
fn with_not(sentence: &str) -> Option<String> {
    const AUXILIARIES: [&str; 11] = ["is", "are", "was", "were", "can", "will", "must", "may", "should", "has", "have"];
    let words: Vec<&str> = sentence.split(' ').collect();
    let at = words.iter().position(|word| AUXILIARIES.contains(word))?;
    let (before, after) = words.split_at(at + 1);
    Some([before, &["not"], after].concat().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_true_answer_is_told_from_a_wrong_one() {
        let article = |id: &str, text: &str| Article { id: id.to_owned(), title: String::new(), text: text.to_owned() };
        let articles = [
            article("a", "Refunds for duplicate charges are paid within 5 business days. They go to the same card."),
            article("b", "Parcels are delivered within 3 business days by our courier."),
        ];
        let query = Query {
            relevant: vec!["a".to_owned()],
            answerability: "ANSWERABLE".to_owned(),
            reference_answer: "Refunds for duplicate charges are paid within 5 business days.".to_owned(),
        };
        let report = report(&articles, &[query]);
        assert_eq!(report.own.n, 1);
        let all = |share: f64| (share - 1.0).abs() < 1e-9;
        assert!(all(report.auroc) && all(report.own.supported), "{report:?}");
        assert!(all(report.others.left_out) && all(report.number_changed.left_out), "{report:?}");
        assert!(all(report.negated.doubtful), "{report:?}");
    }
}
