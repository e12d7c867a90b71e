//! Drafts made of the account's own knowledge: sentences that answer are quoted with their source, and everything
//! around them is a phrase of ours. No word of the customer is ever copied into a draft, so nothing a customer (or an
//! attacker) writes can appear in what an agent is about to send.

pub mod claims;
pub(super) mod guard;
mod phrases;
mod select;
#[cfg(test)]
mod tests;

use std::{fmt::Write as _, time::Instant};

use types::{
    ArticleId, Language,
    classifications::Sentiment,
    conversations::Priority,
    drafts::{ClaimIssue, ClaimVerdict, DraftClaim, DraftSource},
};

use super::{AiError, embed::Embedder, text};
use select::Pick;

/// Name and version of the built-in composer, as stored with each draft.
pub const MODEL: &str = "builtin-extractive-1";

/// Who wrote an earlier message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Customer,
    Agent,
}

/// A passage of a published article that retrieval found.
#[derive(Clone, Debug)]
pub struct Passage {
    pub article_id: ArticleId,
    pub title: String,
    pub language: Language,
    /// Plain text, one sentence or list item a line, as [`super::chunk::Chunk::content`].
    pub content: String,
    /// Cosine similarity to the question, -1 to 1.
    pub similarity: f64,
}

/// What an account wants of the drafts in a category.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Said word for word before the closing, to customers who write in its language.
    pub note: Option<String>,
    /// For a model only.
    pub guidance: Option<String>,
}

/// What a draft is made from.
#[derive(Clone, Debug)]
pub struct DraftRequest {
    /// The customer's latest message.
    pub question: String,
    /// Earlier messages, oldest first.
    pub history: Vec<(Who, String)>,
    pub language: Language,
    pub sentiment: Sentiment,
    pub priority: Priority,
    pub category: String,
    pub customer_name: Option<String>,
    pub agent_name: Option<String>,
    pub account_name: String,
    pub policy: Policy,
    /// Probability that the passages answer the question, as retrieval judges it: 0 to 1.
    pub answerable: f64,
    /// Best first; what is beyond the first eight is not looked at.
    pub passages: Vec<Passage>,
}

impl DraftRequest {
    /// All that the customer has said: its numbers and names may be repeated.
    pub(super) fn customers_words(&self) -> String {
        let before = self.history.iter().filter(|(who, _)| *who == Who::Customer).map(|(_, text)| text.as_str());
        let name = self.customer_name.as_deref();
        let own = [self.agent_name.as_deref(), Some(self.account_name.as_str()), self.policy.note.as_deref()];
        before
            .chain([self.question.as_str()])
            .chain(name)
            .chain(own.into_iter().flatten())
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// A draft.
#[derive(Clone, Debug)]
pub struct Composed {
    pub content: String,
    pub language: Language,
    /// 0 to 1.
    pub confidence: f64,
    /// Plain English, for the agent.
    pub reasoning: String,
    /// False when nothing relevant was found and the draft says so.
    pub grounded: bool,
    /// In the order of their numbers in `content`.
    pub sources: Vec<DraftSource>,
    /// What it states, compared with the sources.
    pub claims: Vec<DraftClaim>,
    pub model: String,
    pub generation_ms: i64,
}

/// Longest excerpt shown beside a draft, in characters.
const EXCERPT: usize = 280;
/// Probability of an answer below which none is looked for: a sentence that fits by itself does not make up for articles
/// that are about something else. Of the questions measured in docs/ai.md a quarter of the unanswerable ones are below,
/// and one in eighty of the others.
const LIKELY: f64 = 0.3;

/// Words that an answer should have, all told.
const WORDS: usize = 100;

/// Writes a draft. One pass through the interactive lane.
pub async fn compose(embedder: &Embedder, request: &DraftRequest) -> Result<Composed, AiError> {
    let started = Instant::now();
    let mut composed = if unlikely(request) {
        doubted(request)
    } else {
        let around = frame(&phrases::Wording::new(request)).join(" ").split_whitespace().count();
        let selection = select::select(embedder, request, WORDS.saturating_sub(around)).await?;
        if selection.picks.is_empty() { unanswered(request, selection.best) } else { answered(request, &selection) }
    };
    composed.generation_ms = started.elapsed().as_millis() as i64;
    Ok(composed)
}

/// Whether retrieval doubts that there is an answer. It knows too little of a passage in another language than the
/// question's, where no word can be shared: there the sentences alone decide.
fn unlikely(request: &DraftRequest) -> bool {
    let same_language = |passage: &Passage| passage.language == request.language;
    request.answerable < LIKELY && request.passages.first().is_some_and(same_language)
}

fn doubted(request: &DraftRequest) -> Composed {
    let mut composed = unanswered(request, request.answerable);
    composed.reasoning = format!(
        "The knowledge base is unlikely to answer this ({:.0} %); a person should answer.",
        request.answerable * 100.0
    );
    composed
}

/// The draft for a question that a remote model found unanswerable.
pub(super) fn unanswered_by(request: &DraftRequest, model: &str, started: Instant) -> Composed {
    let mut composed = unanswered(request, 0.0);
    composed.reasoning = format!("{model} found no answer in the knowledge base; a person should answer.");
    model.clone_into(&mut composed.model);
    composed.generation_ms = started.elapsed().as_millis() as i64;
    composed
}

/// Greeting, acknowledgement, quoted answer, closing.
fn answered(request: &DraftRequest, selection: &select::Selection) -> Composed {
    let wording = phrases::Wording::new(request);
    let mut sources: Vec<DraftSource> = Vec::new();
    let mut claims = Vec::new();
    let [greeting, acknowledgement, note, closing, signature] = frame(&wording);
    let mut paragraphs = vec![greeting, acknowledgement];
    for group in selection.picks.chunk_by(|a, b| a.passage == b.passage) {
        let passage = &request.passages[group[0].passage];
        let number = if let Some(known) = sources.iter().position(|source| source.article_id == passage.article_id) {
            known + 1
        } else {
            sources.push(source(passage, group));
            sources.len()
        };
        if passage.language != request.language {
            paragraphs.push(wording.other_language(passage.language));
        }
        paragraphs.push(quoted(group, number));
        claims.extend(group.iter().map(|pick| quotation(&pick.text, number, passage.language != request.language)));
    }
    paragraphs.extend([note, closing, signature]);
    let titles: Vec<String> = sources.iter().map(|source| format!("“{}”", source.title)).collect();
    let mut reasoning = format!(
        "Quotes {} from {} (best match {:.0} %).",
        if selection.picks.len() == 1 {
            "one sentence".to_owned()
        } else {
            format!("{} sentences", selection.picks.len())
        },
        titles.join(" and "),
        selection.best * 100.0
    );
    if let Some(passage) = selection
        .picks
        .iter()
        .map(|pick| &request.passages[pick.passage])
        .find(|passage| passage.language != request.language)
    {
        let _ = write!(
            reasoning,
            " The best knowledge is in {}, not in the customer's language: check or translate it.",
            passage.language.english_name()
        );
    }
    reasoning.push_str(wording.note().1);
    Composed {
        content: paragraphs.into_iter().filter(|paragraph| !paragraph.is_empty()).collect::<Vec<_>>().join("\n\n"),
        language: request.language,
        confidence: selection.confidence,
        reasoning,
        grounded: true,
        sources,
        claims,
        model: MODEL.to_owned(),
        generation_ms: 0,
    }
}

/// What stands around an answer: greeting and acknowledgement before it; note, closing and signature after.
fn frame(wording: &phrases::Wording<'_>) -> [String; 5] {
    [wording.greeting(), wording.acknowledgement(true), wording.note().0, wording.closing(), wording.signature()]
}

/// Nothing relevant: say so, promise nothing, ask for a human.
fn unanswered(request: &DraftRequest, best: f64) -> Composed {
    let wording = phrases::Wording::new(request);
    let paragraphs = [wording.greeting(), wording.acknowledgement(false), wording.colleague(), wording.signature()];
    let reasoning = if request.passages.is_empty() {
        "The knowledge base has no passage about this; a person should answer.".to_owned()
    } else {
        format!(
            "No passage of the knowledge base answers this (best match {:.0} %); a person should answer.",
            best * 100.0
        )
    };
    Composed {
        content: paragraphs.join("\n\n"),
        language: request.language,
        confidence: (best * 0.3).clamp(0.02, 0.2),
        reasoning,
        grounded: false,
        sources: Vec::new(),
        claims: Vec::new(),
        model: MODEL.to_owned(),
        generation_ms: 0,
    }
}

fn source(passage: &Passage, group: &[Pick]) -> DraftSource {
    let excerpt = group.iter().map(|pick| pick.text.as_str()).collect::<Vec<_>>().join(" ");
    DraftSource {
        article_id: passage.article_id,
        title: passage.title.clone(),
        similarity: passage.similarity,
        excerpt: text::shorten(&excerpt, EXCERPT),
    }
}

/// A quoted sentence: its source says it, word for word. In another language than the customer's a person must see to it.
fn quotation(text: &str, number: usize, foreign: bool) -> DraftClaim {
    DraftClaim {
        text: text.to_owned(),
        sources: vec![number],
        support: 1.0,
        verdict: if foreign { ClaimVerdict::Doubtful } else { ClaimVerdict::Supported },
        issue: foreign.then_some(ClaimIssue::OtherLanguage),
        detail: None,
    }
}

/// Sentences as running text, list items as lines, each with its number.
fn quoted(group: &[Pick], number: usize) -> String {
    let mut out = String::new();
    for pick in group {
        if !out.is_empty() {
            out.push(if pick.is_item() || out.lines().last().is_some_and(select::is_item) { '\n' } else { ' ' });
        }
        let _ = write!(out, "{} [{number}]", pick.text);
    }
    out
}
