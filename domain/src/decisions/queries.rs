//! SQL of the decision ledger.

use std::collections::HashMap;

use sqlx::types::Json;
use types::{
    ArticleId, ChunkId, ClassificationId, ConversationId, DecisionId, DraftId, InboxId, MessageId, TeamId, Timestamp,
    UserId,
    agents::AgentRef,
    decisions::{Decision, DecisionCorrection, DecisionInput, DecisionKind, DecisionOutcome, DecisionPassage, Review},
    messages::SenderType,
};

use super::{Basis, Considered, Made};
use crate::{Result, TenantTx, messages};

/// Writes a line. Tokens and cost are those of its question's requests, which are complete by now; of a remote model's
/// answer the hash is that of the request it came for.
pub async fn insert(tx: &mut TenantTx, made: &Made<'_>, basis: &Basis, passages: &[Considered]) -> Result<()> {
    let (account, now) = (tx.account_id(), tx.now());
    let inputs: Vec<i64> = basis.inputs.iter().map(|id| id.0).collect();
    sqlx::query!(
        "insert into ai_decisions (account_id, kind, classification_id, draft_id, message_id, model, model_version, prompt_hash, question,
                                   inputs, from_draft_id, passages, confidence, outcome, latency_ms, tokens_in, tokens_out, cost_micros,
                                   created_at)
         select $1, $2, $3, $4, $5, $6, $7, coalesce(asked.prompt_hash, $8), $9, $10, $11, $12, $13, $14, $15,
                coalesce(asked.tokens_in, 0), coalesce(asked.tokens_out, 0), coalesce(asked.cost_micros, 0), $16
         from (select sum(e.tokens_in)::bigint as tokens_in, sum(e.tokens_out)::bigint as tokens_out, sum(e.cost_micros)::bigint as cost_micros,
                      (array_agg(e.prompt_hash order by e.id desc) filter (where e.outcome = 'accepted'))[1] as prompt_hash
               from ai_egress e where e.account_id = $1 and e.question = $9) as asked",
        account.0,
        made.kind.as_str(),
        made.classification_id.map(|id| id.0),
        made.draft_id.map(|id| id.0),
        made.message_id.0,
        made.model,
        basis.model_version,
        &basis.prompt_hash[..],
        basis.question,
        &inputs,
        basis.from_draft.map(|id| id.0),
        Json(passages) as _,
        made.confidence,
        made.outcome.as_str(),
        made.latency_ms,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Which lines are wanted; nothing given, all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub id: Option<DecisionId>,
    pub kind: Option<DecisionKind>,
    pub outcome: Option<DecisionOutcome>,
    pub model: Option<String>,
    pub conversation: Option<ConversationId>,
    pub inbox: Option<InboxId>,
    pub team: Option<TeamId>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

/// Newest first, below `after`. What was decided is what the first correction found. Expects `ai_decisions_created_idx`
/// read from its end, and the other tables by their keys.
pub async fn list(
    tx: &mut TenantTx,
    filter: &Filter,
    after: Option<(Timestamp, DecisionId)>,
    limit: i64,
) -> Result<Vec<Decision>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Decision,
        r#"select e.id as "id: DecisionId", e.kind as "kind: DecisionKind", e.classification_id as "classification_id: ClassificationId",
                  e.draft_id as "draft_id: DraftId", m.conversation_id as "conversation_id: ConversationId", c.display_id,
                  e.message_id as "message_id: MessageId", e.model, e.model_version, e.confidence, e.outcome as "outcome: DecisionOutcome",
                  coalesce(first.from_value, k.category) as "category?",
                  case when first.from_value <> k.category then k.category end as "corrected_to?",
                  coalesce(d.status, case when cardinality(k.corrected) > 0 then 'corrected' else 'untouched' end) as "review!: Review",
                  d.edit_distance as "edit_distance?", e.latency_ms, e.tokens_in, e.tokens_out, e.cost_micros, e.created_at
           from ai_decisions e
           join messages m on m.account_id = e.account_id and m.id = e.message_id
           join conversations c on c.account_id = m.account_id and c.id = m.conversation_id
           left join classifications k on k.account_id = e.account_id and k.id = e.classification_id
           left join drafts d on d.account_id = e.account_id and d.id = e.draft_id
           left join lateral (
               select r.from_value from corrections r
               where r.account_id = k.account_id and r.classification_id = k.id and r.field = 'category' and k.corrected @> array['category']
               order by r.id limit 1) first on true
           where e.account_id = $1
             and ($2::bigint is null or e.id = $2) and ($3::text is null or e.kind = $3) and ($4::text is null or e.outcome = $4)
             and ($5::text is null or e.model = $5) and ($6::bigint is null or m.conversation_id = $6)
             and ($7::bigint is null or c.inbox_id = $7) and ($8::bigint is null or c.team_id = $8)
             and ($9::timestamptz is null or e.created_at >= $9) and ($10::timestamptz is null or e.created_at < $10)
             and ($11::timestamptz is null or (e.created_at, e.id) < ($11, $12))
           order by e.created_at desc, e.id desc limit $13"#,
        account.0,
        filter.id.map(|id| id.0),
        filter.kind.map(DecisionKind::as_str),
        filter.outcome.map(DecisionOutcome::as_str),
        filter.model.as_deref(),
        filter.conversation.map(|id| id.0),
        filter.inbox.map(|id| id.0),
        filter.team.map(|id| id.0),
        filter.from,
        filter.to,
        after.map(|(at, _)| at),
        after.map_or(0, |(_, id)| id.0),
        limit
    )
    .fetch_all(tx.conn())
    .await?)
}

/// What [`list`] leaves out.
pub struct Rest {
    pub prompt_hash: Vec<u8>,
    pub question: i64,
    pub inputs: Vec<i64>,
    pub from_draft_id: Option<DraftId>,
    pub passages: Json<Vec<Considered>>,
    pub rejection_reason: Option<String>,
    pub reviewed_by: Option<AgentRef>,
    pub reviewed_at: Option<Timestamp>,
}

pub async fn made(tx: &mut TenantTx, id: DecisionId) -> Result<Rest> {
    let account = tx.account_id();
    let row = sqlx::query!(
        r#"select e.prompt_hash, e.question, e.inputs, e.from_draft_id as "from_draft_id: DraftId",
                  e.passages as "passages: Json<Vec<Considered>>", d.rejection_reason as "rejection_reason?", d.decided_at as "decided_at?",
                  u.user_id as "user_id?: UserId", u.name as "name?"
           from ai_decisions e
           left join drafts d on d.account_id = e.account_id and d.id = e.draft_id
           left join account_users u on u.account_id = d.account_id and u.user_id = d.decided_by
           where e.account_id = $1 and e.id = $2"#,
        account.0,
        id.0
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(Rest {
        prompt_hash: row.prompt_hash,
        question: row.question,
        inputs: row.inputs,
        from_draft_id: row.from_draft_id,
        passages: row.passages,
        rejection_reason: row.rejection_reason,
        reviewed_by: row.user_id.zip(row.name).map(|(id, name)| AgentRef { id, name }),
        reviewed_at: row.decided_at,
    })
}

/// In the given order; those that are gone are named all the same.
pub async fn inputs(tx: &mut TenantTx, ids: &[i64]) -> Result<Vec<DecisionInput>> {
    let account = tx.account_id();
    let rows = sqlx::query!(
        r#"select i.id as "id!: MessageId", m.sender_type as "sender_type?: SenderType", m.content as "content?"
           from unnest($2::bigint[]) with ordinality as i (id, place)
           left join messages m on m.account_id = $1 and m.id = i.id
           order by i.place"#,
        account.0,
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| DecisionInput {
            message_id: row.id,
            sender_type: row.sender_type,
            excerpt: row.content.as_deref().map(messages::preview),
        })
        .collect())
}

/// The passages with their words, as far as they are still there.
pub async fn passages(tx: &mut TenantTx, considered: Vec<Considered>) -> Result<Vec<DecisionPassage>> {
    let account = tx.account_id();
    let chunks: Vec<i64> = considered.iter().map(|passage| passage.chunk_id.0).collect();
    let articles: Vec<i64> = considered.iter().map(|passage| passage.article_id.0).collect();
    let texts = sqlx::query!(
        r#"select id as "id: ChunkId", content from knowledge_chunks where account_id = $1 and id = any ($2)"#,
        account.0,
        &chunks
    )
    .fetch_all(tx.conn())
    .await?;
    let titles = sqlx::query!(
        r#"select id as "id: ArticleId", title from knowledge_articles where account_id = $1 and id = any ($2) and deleted_at is null"#,
        account.0,
        &articles
    )
    .fetch_all(tx.conn())
    .await?;
    let texts: HashMap<ChunkId, String> = texts.into_iter().map(|row| (row.id, row.content)).collect();
    let titles: HashMap<ArticleId, String> = titles.into_iter().map(|row| (row.id, row.title)).collect();
    Ok(considered
        .into_iter()
        .map(|passage| DecisionPassage {
            title: titles.get(&passage.article_id).cloned(),
            excerpt: texts.get(&passage.chunk_id).map(|text| messages::preview(text)),
            chunk_id: passage.chunk_id,
            article_id: passage.article_id,
            score: passage.score,
            similarity: passage.similarity,
            used: passage.used,
        })
        .collect())
}

/// Oldest first. Expects `corrections_classification_idx`.
pub async fn corrections(tx: &mut TenantTx, classification: ClassificationId) -> Result<Vec<DecisionCorrection>> {
    let account = tx.account_id();
    let rows = sqlx::query!(
        r#"select r.field, r.from_value, r.to_value, r.created_at, u.user_id as "user_id?: UserId", u.name as "name?"
           from corrections r
           left join account_users u on u.account_id = r.account_id and u.user_id = r.user_id
           where r.account_id = $1 and r.classification_id = $2 order by r.id"#,
        account.0,
        classification.0
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| DecisionCorrection {
            field: row.field,
            from: row.from_value,
            to: row.to_value,
            by: row.user_id.zip(row.name).map(|(id, name)| AgentRef { id, name }),
            created_at: row.created_at,
        })
        .collect())
}
