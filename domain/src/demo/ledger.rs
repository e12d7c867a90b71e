//! The demo's lines of the decision ledger: what the product would have written down with each of its decisions.

use serde::Serialize;
use types::{
    ClassificationId, DraftId, MessageId, Timestamp,
    decisions::{DecisionKind, DecisionOutcome},
    messages::SenderType,
};

use super::{
    draft::Drafted,
    rows::{ClassificationRow, DraftRow},
    thread::Thread,
};
use crate::{
    decisions::{self, Basis, Considered},
    drafts::HISTORY,
};

/// No remote model was ever asked.
pub const NO_QUESTION: i64 = 0;
/// As for live messages: fewer words are read together with what the customer said before.
const SHORT: usize = 4;

#[derive(Serialize)]
pub struct DecisionRow<'a> {
    kind: DecisionKind,
    classification_id: Option<ClassificationId>,
    draft_id: Option<DraftId>,
    message_id: MessageId,
    model: &'a str,
    /// Hex.
    prompt_hash: String,
    question: i64,
    inputs: Vec<MessageId>,
    passages: Vec<Considered>,
    confidence: f64,
    outcome: DecisionOutcome,
    latency_ms: i64,
    pub created_at: Timestamp,
}

impl<'a> DecisionRow<'a> {
    pub fn classified(id: ClassificationId, row: &ClassificationRow<'a>, basis: Basis) -> Self {
        Self {
            kind: DecisionKind::Classification,
            classification_id: Some(id),
            draft_id: None,
            message_id: row.message_id,
            model: row.model,
            prompt_hash: hex::encode(basis.prompt_hash),
            question: basis.question,
            inputs: basis.inputs,
            passages: basis.passages,
            confidence: row.confidence,
            outcome: decisions::of_classification(row.outcome),
            latency_ms: row.processing_ms,
            created_at: row.created_at,
        }
    }

    pub fn drafted(id: DraftId, row: &DraftRow<'a>, drafted: &Drafted, inputs: Vec<MessageId>) -> Self {
        Self {
            kind: DecisionKind::Draft,
            classification_id: None,
            draft_id: Some(id),
            message_id: row.message_id,
            model: row.model,
            prompt_hash: hex::encode(drafted.basis.prompt_hash),
            question: drafted.basis.question,
            inputs,
            passages: drafted.basis.used_by(&drafted.composed),
            confidence: row.confidence,
            outcome: decisions::of_draft(&drafted.composed),
            latency_ms: row.generation_ms,
            created_at: row.created_at,
        }
    }
}

/// The lines that the classifier reads about one, oldest first, and what stands in them.
pub fn read_to_classify(thread: &Thread, line: usize) -> (Vec<usize>, String) {
    let text = &thread.lines[line].text;
    let before = thread.lines[..line].iter().rposition(|said| said.sender_type == SenderType::Contact);
    match before {
        Some(before) if text.split_whitespace().count() < SHORT => {
            (vec![before, line], format!("{}\n{text}", thread.lines[before].text))
        }
        _ => (vec![line], text.clone()),
    }
}

/// The lines that are read to answer one, oldest first.
pub fn read_to_draft(thread: &Thread, line: usize) -> Vec<usize> {
    let public: Vec<usize> = (0..line).filter(|before| thread.lines[*before].is_public()).collect();
    public[public.len().saturating_sub(HISTORY as usize)..].iter().copied().chain([line]).collect()
}
