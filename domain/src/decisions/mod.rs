//! Decisions: the ledger of what the assistant decided, by what and from what. A line is written with its decision and
//! never changed; what people made of it stands where they made it, in corrections and drafts, and is joined.

mod basis;
pub(crate) mod queries;

use types::{
    ClassificationId, DecisionId, DraftId, MessageId, Page, Timestamp,
    classifications::Outcome,
    decisions::{Decision, DecisionDetail, DecisionKind, DecisionOutcome, DecisionQuery},
};

use crate::{
    Actor, Error, Permission, Result, TenantTx,
    ai::{Composed, Verdict},
    egress,
};

pub use basis::{Basis, Considered};
pub(crate) use queries::Filter;

/// A page of the ledger, newest first.
///
/// # Errors
/// `Forbidden` below supervisor; `Invalid` for a period that ends before it begins.
pub async fn list(tx: &mut TenantTx, actor: &Actor, query: DecisionQuery) -> Result<Page<Decision>> {
    actor.require(Permission::Supervise)?;
    if query.from.zip(query.to).is_some_and(|(from, to)| from >= to) {
        return Err(Error::invalid("from", "must lie before to"));
    }
    let limit = crate::page::limit(query.limit)?;
    let after: Option<(Timestamp, DecisionId)> = crate::page::decode(query.cursor.as_deref())?;
    let filter = Filter {
        kind: query.kind,
        outcome: query.outcome,
        model: query.model,
        conversation: query.conversation_id,
        from: query.from,
        to: query.to,
        ..Filter::default()
    };
    let rows = queries::list(tx, &filter, after, i64::from(limit) + 1).await?;
    Ok(Page::cut(rows, limit, |row| crate::page::encode(&(row.created_at, row.id))))
}

/// One decision with all it was made from, and all that people made of it.
///
/// # Errors
/// `Forbidden` below supervisor; `NotFound`.
pub async fn get(tx: &mut TenantTx, actor: &Actor, id: DecisionId) -> Result<DecisionDetail> {
    actor.require(Permission::Supervise)?;
    let filter = Filter { id: Some(id), ..Filter::default() };
    let decision = queries::list(tx, &filter, None, 1).await?.pop().ok_or(Error::NotFound)?;
    let made = queries::made(tx, id).await?;
    let corrections = match decision.classification_id {
        Some(classification) => queries::corrections(tx, classification).await?,
        None => Vec::new(),
    };
    Ok(DecisionDetail {
        prompt_hash: hex::encode(&made.prompt_hash),
        inputs: queries::inputs(tx, &made.inputs).await?,
        from_draft_id: made.from_draft_id,
        passages: queries::passages(tx, made.passages.0).await?,
        requests: egress::of_question(tx, made.question).await?,
        corrections,
        rejection_reason: made.rejection_reason,
        reviewed_by: made.reviewed_by,
        reviewed_at: made.reviewed_at,
        decision,
    })
}

/// What is about to be written down.
pub(crate) struct Made<'a> {
    pub kind: DecisionKind,
    pub classification_id: Option<ClassificationId>,
    pub draft_id: Option<DraftId>,
    pub message_id: MessageId,
    pub model: &'a str,
    pub confidence: f64,
    pub outcome: DecisionOutcome,
    pub latency_ms: i64,
}

/// Writes a classification down, in its transaction.
pub async fn classified(
    tx: &mut TenantTx,
    id: ClassificationId,
    message: MessageId,
    verdict: &Verdict,
    outcome: Outcome,
    basis: &Basis,
) -> Result<()> {
    let made = Made {
        kind: DecisionKind::Classification,
        classification_id: Some(id),
        draft_id: None,
        message_id: message,
        model: &verdict.model,
        confidence: verdict.confidences.category,
        outcome: of_classification(outcome),
        latency_ms: verdict.processing_ms,
    };
    queries::insert(tx, &made, basis, &basis.passages).await
}

/// Writes a draft down, in its transaction.
pub async fn drafted(
    tx: &mut TenantTx,
    id: DraftId,
    message: MessageId,
    composed: &Composed,
    confidence: f64,
    basis: &Basis,
) -> Result<()> {
    let made = Made {
        kind: DecisionKind::Draft,
        classification_id: None,
        draft_id: Some(id),
        message_id: message,
        model: &composed.model,
        confidence,
        outcome: of_draft(composed),
        latency_ms: composed.generation_ms,
    };
    queries::insert(tx, &made, basis, &basis.used_by(composed)).await
}

pub(crate) const fn of_classification(outcome: Outcome) -> DecisionOutcome {
    match outcome {
        Outcome::Confident => DecisionOutcome::Confident,
        Outcome::Unsure => DecisionOutcome::Unsure,
        Outcome::OutOfScope => DecisionOutcome::OutOfScope,
    }
}

pub(crate) const fn of_draft(composed: &Composed) -> DecisionOutcome {
    if composed.grounded { DecisionOutcome::Grounded } else { DecisionOutcome::Abstained }
}
