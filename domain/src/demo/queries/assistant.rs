//! SQL of what the demo's assistant made of messages, and what its agents made of that.

use types::{ClassificationId, DraftId};

use super::{in_order, list};
use crate::{
    Result, TenantTx,
    demo::{
        ledger::DecisionRow,
        rows::{ClassificationRow, CorrectionRow, DraftRow, SourceRow},
    },
};

pub async fn insert_classifications(
    tx: &mut TenantTx,
    rows: &[ClassificationRow<'_>],
) -> Result<Vec<ClassificationId>> {
    let account = tx.account_id();
    let ids = sqlx::query_scalar!(
        "insert into classifications (account_id, conversation_id, message_id, category, priority, sentiment, language, confidence,
                                      confidences, reasoning, evidence, suggested_team_id, suggested_agent_id, model, processing_ms, created_at,
                                      outcome, scope, alternatives, corrected)
         select $1, r.conversation_id, r.message_id, r.category, r.priority, r.sentiment, r.language, r.confidence, r.confidences,
                r.reasoning, r.evidence, r.suggested_team_id, r.suggested_agent_id, r.model, r.processing_ms, r.created_at,
                r.outcome, r.scope, r.alternatives, array(select jsonb_array_elements_text(r.corrected))
         from rows from (jsonb_to_recordset($2) as (conversation_id bigint, message_id bigint, category text, priority text,
             sentiment text, language text, confidence double precision, confidences jsonb, reasoning text, evidence jsonb,
             suggested_team_id bigint, suggested_agent_id bigint, model text, processing_ms bigint, created_at timestamptz,
             outcome text, scope double precision, alternatives jsonb, corrected jsonb)) with ordinality as r
         order by r.ordinality
         returning id",
        account.0,
        list(rows) as _
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(in_order(ids).into_iter().map(ClassificationId).collect())
}

/// Oldest first. Each changed the category.
pub async fn insert_corrections(tx: &mut TenantTx, rows: &[CorrectionRow<'_>]) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "insert into corrections (account_id, classification_id, message_id, user_id, field, from_value, to_value, created_at)
         select $1, r.classification_id, r.message_id, r.user_id, 'category', r.from_value, r.to_value, r.created_at
         from rows from (jsonb_to_recordset($2) as (classification_id bigint, message_id bigint, user_id bigint, from_value text,
             to_value text, created_at timestamptz)) with ordinality as r
         order by r.ordinality",
        account.0,
        list(rows) as _
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn insert_drafts(tx: &mut TenantTx, rows: &[DraftRow<'_>]) -> Result<Vec<DraftId>> {
    let account = tx.account_id();
    let ids = sqlx::query_scalar!(
        "insert into drafts (account_id, conversation_id, message_id, content, language, confidence, reasoning, grounded, status, model,
                             generation_ms, sent_message_id, sent_content, edit_distance, rejection_reason, decided_by, decided_at, created_at, claims)
         select $1, r.conversation_id, r.message_id, r.content, r.language, r.confidence, r.reasoning, r.grounded, r.status, r.model,
                r.generation_ms, r.sent_message_id, r.sent_content, r.edit_distance, r.rejection_reason, r.decided_by, r.decided_at,
                r.created_at, r.claims
         from rows from (jsonb_to_recordset($2) as (conversation_id bigint, message_id bigint, content text, language text,
             confidence double precision, reasoning text, grounded boolean, status text, model text, generation_ms bigint,
             sent_message_id bigint, sent_content text, edit_distance integer, rejection_reason text, decided_by bigint,
             decided_at timestamptz, created_at timestamptz, claims jsonb)) with ordinality as r
         order by r.ordinality
         returning id",
        account.0,
        list(rows) as _
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(in_order(ids).into_iter().map(DraftId).collect())
}

pub async fn insert_sources(tx: &mut TenantTx, rows: &[SourceRow<'_>]) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "insert into draft_sources (account_id, draft_id, ordinal, article_id, title, similarity, excerpt)
         select $1, r.* from jsonb_to_recordset($2) as r
             (draft_id bigint, ordinal integer, article_id bigint, title text, similarity double precision, excerpt text)",
        account.0,
        list(rows) as _
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn insert_decisions(tx: &mut TenantTx, rows: &[DecisionRow<'_>]) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "insert into ai_decisions (account_id, kind, classification_id, draft_id, message_id, model, prompt_hash, question, inputs, passages,
                                   confidence, outcome, latency_ms, tokens_in, tokens_out, cost_micros, created_at)
         select $1, r.kind, r.classification_id, r.draft_id, r.message_id, r.model, decode(r.prompt_hash, 'hex'), r.question, r.inputs,
                r.passages, r.confidence, r.outcome, r.latency_ms, 0, 0, 0, r.created_at
         from rows from (jsonb_to_recordset($2) as (kind text, classification_id bigint, draft_id bigint, message_id bigint, model text,
             prompt_hash text, question bigint, inputs bigint[], passages jsonb, confidence double precision, outcome text,
             latency_ms bigint, created_at timestamptz)) with ordinality as r
         order by r.ordinality",
        account.0,
        list(rows) as _
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
