//! From probabilities to a verdict that a person can check.

use std::time::Instant;

use types::{
    Language,
    classifications::{Confidences, Evidence, EvidenceKind, Sentiment},
    conversations::Priority,
};

use super::{Classifier, evidence};
use crate::{AiError, embed::Embedder, gloss, language, remote::Classified, text};

/// What the AI makes of a message.
#[derive(Clone, Debug)]
pub struct Verdict {
    pub category: String,
    pub priority: Priority,
    pub sentiment: Sentiment,
    pub language: Language,
    pub confidences: Confidences,
    /// The likeliest other category with its probability, when there is one.
    pub alternative: Option<(String, f64)>,
    /// One or two sentences in plain English.
    pub reasoning: String,
    pub evidence: Vec<Evidence>,
    /// A team the remote model proposed, always one of those it was given.
    pub suggested_team: Option<String>,
    /// Name and version of what decided.
    pub model: String,
    pub processing_ms: i64,
}

impl Verdict {
    /// Takes over what a remote model decided. Words that spoke for another category are no evidence for this one.
    pub(crate) fn decided_by(&mut self, model: &str, answer: Classified) {
        if answer.category != self.category {
            self.evidence.retain(|evidence| evidence.kind == EvidenceKind::Example);
        }
        self.category = answer.category;
        self.priority = answer.priority;
        self.sentiment = answer.sentiment;
        self.language = answer.language;
        self.confidences = answer.confidences;
        self.alternative = None;
        self.reasoning = answer.reasoning;
        self.suggested_team = answer.team;
        model.clone_into(&mut self.model);
    }
}

/// Nearest examples shown.
const EXAMPLES: usize = 2;
/// Longest quotation of an example, in characters.
const QUOTE: usize = 160;

impl Classifier {
    /// Judges one text. Takes one short pass through the interactive lane for the text and one for its ablations.
    pub async fn classify(&self, embedder: &Embedder, text: &str) -> Result<Verdict, AiError> {
        let started = Instant::now();
        let (language, language_confidence) = language::detect(text);
        let gloss = gloss::english(text, language);
        let dense = embedder.embed(vec![gloss.clone()]).await?.pop().ok_or(AiError::Stopped)?;
        let sample = Self::sample(text, &gloss, dense);
        let probabilities = self.category.probabilities(&sample);
        let category = self.category.decide(&sample);
        let priority = self.priority.decide(&sample);
        let sentiment = self.sentiment.decide(&sample);
        let label = self.category.labels()[category.class].clone();

        let words = evidence::words(&self.category, embedder, text, language, &sample, category.class).await?;
        let mut evidence: Vec<Evidence> = words
            .into_iter()
            .map(|(text, weight)| Evidence { kind: EvidenceKind::Words, text, label: label.clone(), weight })
            .collect();
        evidence.extend(self.nearest(&sample.dense, EXAMPLES).into_iter().map(|(index, similarity)| {
            let known = &self.known[index];
            Evidence {
                kind: EvidenceKind::Example,
                text: text::shorten(&known.text, QUOTE),
                label: known.category.clone().unwrap_or_default(),
                weight: f64::from(similarity),
            }
        }));
        let alternative = probabilities
            .iter()
            .enumerate()
            .filter(|(class, _)| *class != category.class)
            .max_by(|a, b| a.1.total_cmp(b.1))
            .map(|(class, probability)| (self.category.labels()[class].clone(), f64::from(*probability)));
        let confidence = f64::from(category.probability);
        Ok(Verdict {
            reasoning: evidence::reasoning(&label, confidence, alternative.as_ref(), &evidence),
            priority: parse(&self.priority.labels()[priority.class], Priority::Normal),
            sentiment: parse(&self.sentiment.labels()[sentiment.class], Sentiment::Neutral),
            language,
            confidences: Confidences {
                category: confidence,
                priority: f64::from(priority.probability),
                sentiment: f64::from(sentiment.probability),
                language: language_confidence,
            },
            category: label,
            alternative,
            evidence,
            suggested_team: None,
            model: self.name.clone(),
            processing_ms: started.elapsed().as_millis() as i64,
        })
    }
}

/// Labels were written from the same enum, so the default is never needed in practice.
fn parse<T: std::str::FromStr>(label: &str, default: T) -> T {
    label.parse().unwrap_or(default)
}
