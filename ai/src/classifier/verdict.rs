//! From probabilities to a verdict that a person can check.

use std::time::Instant;

use types::{
    Language,
    classifications::{Alternative, Confidences, Evidence, EvidenceKind, Outcome, Sentiment},
    conversations::Priority,
};

use super::{Classifier, Judged, evidence};
use crate::{AiError, embed::Embedder, gloss, head::argmax, kernel, language, remote::Classified, text};

/// What the AI makes of a message.
#[derive(Clone, Debug)]
pub struct Verdict {
    pub category: String,
    pub priority: Priority,
    pub sentiment: Sentiment,
    pub language: Language,
    pub confidences: Confidences,
    /// Share of what is in scope that looks no more at home, 0 to 1; none where a remote model decided.
    pub scope: Option<f64>,
    /// Hardly anything in scope looks this strange.
    pub out_of_scope: bool,
    /// What else it could be, likeliest first.
    pub alternatives: Vec<Alternative>,
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
    /// What it amounts to where an account acts from `threshold` on.
    pub fn outcome(&self, threshold: f64) -> Outcome {
        if self.out_of_scope {
            Outcome::OutOfScope
        } else if self.confidences.category >= threshold {
            Outcome::Confident
        } else {
            Outcome::Unsure
        }
    }

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
        (self.scope, self.out_of_scope) = (None, false);
        self.alternatives.clear();
        self.reasoning = answer.reasoning;
        self.suggested_team = answer.team;
        model.clone_into(&mut self.model);
    }
}

/// Examples shown.
const EXAMPLES: usize = 2;
/// Longest quotation of an example, in characters.
const QUOTE: usize = 160;

/// Other categories shown, and what one must reach.
const ALTERNATIVES: usize = 3;
const POSSIBLE: f32 = 0.05;
/// What an example must at least resemble to be called near.
const NEAR: f32 = 0.35;

impl Classifier {
    /// Judges one text. Takes one short pass through the interactive lane for the text and one for its ablations.
    pub async fn classify(&self, embedder: &Embedder, text: &str) -> Result<Verdict, AiError> {
        let started = Instant::now();
        let (language, language_confidence) = language::detect(text);
        let gloss = gloss::english(text, language);
        let reading = embedder.read(vec![gloss.clone()]).await?.pop().ok_or(AiError::Stopped)?;
        let sample = Self::sample(text, &gloss, reading);
        let judged = self.category.judge(&sample);
        let class = argmax(&judged.probabilities);
        let priority = self.priority.decide(&sample);
        let sentiment = self.sentiment.decide(&sample);
        let label = self.categories()[class].clone();

        let words = evidence::words(&self.category, embedder, text, language, &sample, class).await?;
        let mut evidence: Vec<Evidence> = words
            .into_iter()
            .map(|(text, weight)| Evidence { kind: EvidenceKind::Words, text, label: label.clone(), weight })
            .collect();
        evidence.extend(self.deciding(&judged, class));
        let alternatives = self.alternatives(&judged.probabilities, class);
        let confidence = f64::from(judged.probabilities[class]);
        let out_of_scope = judged.is_stranger();
        Ok(Verdict {
            reasoning: evidence::reasoning(&label, confidence, out_of_scope, &alternatives, &evidence),
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
            scope: Some(judged.scope),
            out_of_scope,
            alternatives,
            evidence,
            suggested_team: None,
            model: self.name.clone(),
            processing_ms: started.elapsed().as_millis() as i64,
        })
    }

    /// The examples that spoke loudest for `class`, each once.
    fn deciding(&self, judged: &Judged, class: usize) -> Vec<Evidence> {
        let support = self.category.kernel.support(&judged.votes.likeness, class);
        let mut order: Vec<usize> = (0..support.len()).collect();
        order.sort_by(|a, b| support[*b].total_cmp(&support[*a]).then(a.cmp(b)));
        let loudest = order.into_iter().map(|index| (index, kernel::cosine(judged.votes.likeness[index])));
        loudest
            .take_while(|(index, _)| support[*index] > 0.0)
            .filter(|(_, likeness)| *likeness >= NEAR)
            .take(EXAMPLES)
            .map(|(index, likeness)| Evidence {
                kind: EvidenceKind::Example,
                text: text::shorten(&self.known[index].text, QUOTE),
                label: self.known[index].category.clone(),
                weight: f64::from(likeness),
            })
            .collect()
    }

    fn alternatives(&self, probabilities: &[f32], class: usize) -> Vec<Alternative> {
        let mut others: Vec<usize> =
            (0..probabilities.len()).filter(|other| *other != class && probabilities[*other] >= POSSIBLE).collect();
        others.sort_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]));
        others.truncate(ALTERNATIVES);
        let alternative = |other: usize| Alternative {
            category: self.categories()[other].clone(),
            probability: f64::from(probabilities[other]),
        };
        others.into_iter().map(alternative).collect()
    }
}

/// Labels were written from the same enum, so the default is never needed in practice.
fn parse<T: std::str::FromStr>(label: &str, default: T) -> T {
    label.parse().unwrap_or(default)
}
