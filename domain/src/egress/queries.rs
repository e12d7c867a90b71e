//! SQL of the egress ledger.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sqlx::types::Json;
use types::{
    ConversationId, EgressId, MessageId, Timestamp,
    egress::{EgressEntry, EgressOutcome, EgressTotals, Purpose},
};

use super::About;
use crate::{
    Result, TenantTx,
    ai::remote::ledger::{Ended, Outgoing, Usage},
};

struct Row {
    id: EgressId,
    purpose: Purpose,
    host: String,
    model: String,
    conversation_id: Option<ConversationId>,
    message_id: Option<MessageId>,
    attempt: i32,
    prompt_hash: Vec<u8>,
    masked: Json<BTreeMap<String, u32>>,
    tokens_in: i64,
    tokens_out: i64,
    estimated: bool,
    cost_micros: i64,
    outcome: EgressOutcome,
    latency_ms: Option<i64>,
    created_at: Timestamp,
    completed_at: Option<Timestamp>,
}

impl From<Row> for EgressEntry {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            purpose: row.purpose,
            host: row.host,
            model: row.model,
            conversation_id: row.conversation_id,
            message_id: row.message_id,
            attempt: row.attempt,
            prompt_hash: hex::encode(row.prompt_hash),
            masked: row.masked.0,
            tokens_in: row.tokens_in,
            tokens_out: row.tokens_out,
            estimated: row.estimated,
            cost_micros: row.cost_micros,
            outcome: row.outcome,
            latency_ms: row.latency_ms,
            created_at: row.created_at,
            completed_at: row.completed_at,
        }
    }
}

/// Newest first, below `before`. Reads the primary key backwards.
pub async fn list(tx: &mut TenantTx, before: Option<EgressId>, limit: u32) -> Result<Vec<EgressEntry>> {
    let account = tx.account_id();
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id: EgressId", purpose as "purpose: Purpose", host, model, conversation_id as "conversation_id: ConversationId",
                  message_id as "message_id: MessageId", attempt, prompt_hash, masked as "masked: Json<BTreeMap<String, u32>>", tokens_in,
                  tokens_out, estimated, cost_micros, outcome as "outcome: EgressOutcome", latency_ms, created_at, completed_at
           from ai_egress where account_id = $1 and id < $2 order by id desc limit $3"#,
        account.0,
        before.map_or(i64::MAX, |id| id.0),
        i64::from(limit)
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(EgressEntry::from).collect())
}

/// Oldest first. Expects `ai_egress_question_idx`.
pub async fn of_question(tx: &mut TenantTx, question: i64) -> Result<Vec<EgressEntry>> {
    let account = tx.account_id();
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id: EgressId", purpose as "purpose: Purpose", host, model, conversation_id as "conversation_id: ConversationId",
                  message_id as "message_id: MessageId", attempt, prompt_hash, masked as "masked: Json<BTreeMap<String, u32>>", tokens_in,
                  tokens_out, estimated, cost_micros, outcome as "outcome: EgressOutcome", latency_ms, created_at, completed_at
           from ai_egress where account_id = $1 and question = $2 order by id"#,
        account.0,
        question
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(EgressEntry::from).collect())
}

/// What the questions took in all.
pub async fn used(tx: &mut TenantTx, questions: &[i64]) -> Result<Usage> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Usage,
        r#"select coalesce(sum(tokens_in), 0)::bigint as "tokens_in!", coalesce(sum(tokens_out), 0)::bigint as "tokens_out!",
                  coalesce(bool_or(estimated), false) as "estimated!"
           from ai_egress where account_id = $1 and question = any ($2)"#,
        account.0,
        questions
    )
    .fetch_one(tx.conn())
    .await?)
}

/// How many lines were older than the ledger keeps them.
pub async fn purge(tx: &mut TenantTx) -> Result<i64> {
    Ok(sqlx::query_scalar!(r#"select purge_egress() as "gone!""#).fetch_one(tx.conn()).await?)
}

pub async fn totals(tx: &mut TenantTx, day: NaiveDate) -> Result<EgressTotals> {
    let account = tx.account_id();
    let found = sqlx::query_as!(
        EgressTotals,
        "select day, requests, tokens, cost_micros, held_back from ai_usage where account_id = $1 and day = $2",
        account.0,
        day
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(found.unwrap_or(EgressTotals { day, requests: 0, tokens: 0, cost_micros: 0, held_back: 0 }))
}

pub struct Used {
    pub tokens: i64,
    pub cost_micros: i64,
}

/// The day's row, made when missing and held until the end of the transaction.
pub async fn turnstile(tx: &mut TenantTx, day: NaiveDate) -> Result<Used> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Used,
        "insert into ai_usage (account_id, day) values ($1, $2)
         on conflict (account_id, day) do update set day = excluded.day
         returning tokens, cost_micros",
        account.0,
        day
    )
    .fetch_one(tx.conn())
    .await?)
}

/// Counts a request with what it is likely to use.
pub async fn count(tx: &mut TenantTx, day: NaiveDate, tokens: i64, cost_micros: i64) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "update ai_usage set requests = requests + 1, tokens = tokens + $3, cost_micros = cost_micros + $4
         where account_id = $1 and day = $2",
        account.0,
        day,
        tokens,
        cost_micros
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn count_held_back(tx: &mut TenantTx, day: NaiveDate) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "insert into ai_usage (account_id, day, held_back) values ($1, $2, 1)
         on conflict (account_id, day) do update set held_back = ai_usage.held_back + 1",
        account.0,
        day
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Questions of these kinds that were sent since then. Expects `ai_egress_created_idx`.
pub async fn asked_since(tx: &mut TenantTx, purposes: &[Purpose], since: Timestamp) -> Result<i64> {
    let account = tx.account_id();
    let purposes: Vec<String> = purposes.iter().map(ToString::to_string).collect();
    let not_sent: Vec<String> =
        EgressOutcome::ALL.iter().filter(|outcome| !outcome.was_sent()).map(ToString::to_string).collect();
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from ai_egress
           where account_id = $1 and created_at > $2 and attempt = 1 and purpose = any($3) and outcome <> all($4)"#,
        account.0,
        since,
        &purposes,
        &not_sent
    )
    .fetch_one(tx.conn())
    .await?)
}

/// Writes an entry down: about to be sent, or held back.
pub async fn insert(
    tx: &mut TenantTx,
    about: &About,
    going: &Outgoing<'_>,
    cost_micros: i64,
    outcome: EgressOutcome,
) -> Result<EgressId> {
    let (account, now) = (tx.account_id(), tx.now());
    Ok(sqlx::query_scalar!(
        r#"insert into ai_egress (account_id, purpose, host, model, conversation_id, message_id, attempt, prompt_hash, masked, tokens_in,
                                  tokens_out, estimated, cost_micros, outcome, created_at, completed_at, question)
           values ($1, $2, $3, $4, (select id from conversations where account_id = $1 and id = $5),
                  (select id from messages where account_id = $1 and id = $6), $7, $8, $9, $10, $11, true, $12, $13, $14,
                  case when $13 <> 'pending' then $14::timestamptz end, $15)
           returning id as "id: EgressId""#,
        account.0,
        about.purpose.as_str(),
        going.host,
        going.model,
        about.conversation_id.map(|id| id.0),
        about.message_id.map(|id| id.0),
        i32::try_from(going.attempt).unwrap_or(i32::MAX),
        &going.prompt_hash[..],
        Json(going.masked) as _,
        going.expected.tokens_in,
        going.expected.tokens_out,
        cost_micros,
        outcome.as_str(),
        now,
        about.question
    )
    .fetch_one(tx.conn())
    .await?)
}

/// Completes an entry, and corrects its day's sums from what was expected to what was used.
pub async fn complete(
    tx: &mut TenantTx,
    id: EgressId,
    ended: &Ended<'_>,
    cost_micros: i64,
    outcome: EgressOutcome,
) -> Result<()> {
    let (account, now) = (tx.account_id(), tx.now());
    sqlx::query!(
        "with expected as (
             select tokens_in + tokens_out as tokens, cost_micros, (created_at at time zone 'utc')::date as day
             from ai_egress where account_id = $1 and id = $2 and outcome = 'pending'
         ), completed as (
             update ai_egress
             set tokens_in = $3, tokens_out = $4, estimated = $5, cost_micros = $6, outcome = $7, latency_ms = $8, completed_at = $9
             where account_id = $1 and id = $2 and outcome = 'pending'
         )
         update ai_usage u
         set tokens = u.tokens + $3::bigint + $4::bigint - e.tokens, cost_micros = u.cost_micros + $6::bigint - e.cost_micros
         from expected e where u.account_id = $1 and u.day = e.day",
        account.0,
        id.0,
        ended.usage.tokens_in,
        ended.usage.tokens_out,
        ended.usage.estimated,
        cost_micros,
        outcome.as_str(),
        ended.latency.as_millis() as i64,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
