//! SQL of classifications and corrections.

pub mod models;

use sqlx::types::Json;
use types::{
    ClassificationId, ConversationId, InboxId, JobId, Language, MessageId, TeamId, Timestamp, UserId,
    agents::Availability,
    classifications::{Alternative, Classification, Confidences, Evidence, Outcome, Sentiment},
    conversations::Priority,
    messages::Message,
};

use super::{
    routing::{Agent, Decision, Team},
    training::Corrected,
};
use crate::{Result, TenantTx, ai::Verdict};

struct Row {
    id: ClassificationId,
    conversation_id: ConversationId,
    message_id: MessageId,
    category: String,
    priority: Priority,
    sentiment: Sentiment,
    language: Language,
    confidence: f64,
    confidences: Json<Confidences>,
    outcome: Outcome,
    scope: Option<f64>,
    alternatives: Json<Vec<Alternative>>,
    reasoning: String,
    evidence: Json<Vec<Evidence>>,
    suggested_team_id: Option<TeamId>,
    suggested_agent_id: Option<UserId>,
    model: String,
    processing_ms: i64,
    corrected: Vec<String>,
    created_at: Timestamp,
}

pub async fn by_ids(tx: &mut TenantTx, ids: &[i64]) -> Result<Vec<Classification>> {
    let account = tx.account_id();
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id: ClassificationId", conversation_id as "conversation_id: ConversationId", message_id as "message_id: MessageId",
                  category, priority as "priority: Priority", sentiment as "sentiment: Sentiment", language as "language: Language",
                  confidence, confidences as "confidences: Json<Confidences>", outcome as "outcome: Outcome", scope,
                  alternatives as "alternatives: Json<Vec<Alternative>>", reasoning, evidence as "evidence: Json<Vec<Evidence>>",
                  suggested_team_id as "suggested_team_id: TeamId", suggested_agent_id as "suggested_agent_id: UserId", model,
                  processing_ms, corrected, created_at
           from classifications where account_id = $1 and id = any($2)"#,
        account.0,
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Classification {
            id: row.id,
            conversation_id: row.conversation_id,
            message_id: row.message_id,
            category: row.category,
            priority: row.priority,
            sentiment: row.sentiment,
            language: row.language,
            confidence: row.confidence,
            confidences: row.confidences.0,
            outcome: row.outcome,
            scope: row.scope,
            alternatives: row.alternatives.0,
            reasoning: row.reasoning,
            evidence: row.evidence.0,
            suggested_team_id: row.suggested_team_id,
            suggested_agent_id: row.suggested_agent_id,
            model: row.model,
            processing_ms: row.processing_ms,
            corrected: row.corrected,
            created_at: row.created_at,
        })
        .collect())
}

/// Of the newest message that has one, its newest.
pub async fn latest_id(tx: &mut TenantTx, conversation: ConversationId) -> Result<Option<ClassificationId>> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"select id as "id: ClassificationId" from classifications
           where account_id = $1 and conversation_id = $2 order by message_id desc, id desc limit 1"#,
        account.0,
        conversation.0
    )
    .fetch_optional(tx.conn())
    .await?)
}

pub async fn id_by_job(tx: &mut TenantTx, job: JobId) -> Result<Option<ClassificationId>> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"select id as "id: ClassificationId" from classifications where account_id = $1 and job_id = $2"#,
        account.0,
        job.0
    )
    .fetch_optional(tx.conn())
    .await?)
}

/// None when the job has classified before.
pub async fn insert(
    tx: &mut TenantTx,
    message: &Message,
    job: JobId,
    verdict: &Verdict,
    outcome: Outcome,
    decision: &Decision,
) -> Result<Option<ClassificationId>> {
    let (account, now) = (tx.account_id(), tx.now());
    Ok(sqlx::query_scalar!(
        r#"insert into classifications (account_id, conversation_id, message_id, job_id, category, priority, sentiment, language, confidence,
                                        confidences, reasoning, evidence, suggested_team_id, suggested_agent_id, model, processing_ms, created_at,
                                        outcome, scope, alternatives)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
           on conflict (account_id, job_id) do nothing
           returning id as "id: ClassificationId""#,
        account.0,
        message.conversation_id.0,
        message.id.0,
        job.0,
        verdict.category,
        verdict.priority.as_str(),
        verdict.sentiment.as_str(),
        verdict.language.as_str(),
        verdict.confidences.category,
        Json(&verdict.confidences) as _,
        verdict.reasoning,
        Json(&verdict.evidence) as _,
        decision.team.map(|id| id.0),
        decision.agent.map(|id| id.0),
        verdict.model,
        verdict.processing_ms,
        now,
        outcome.as_str(),
        verdict.scope,
        Json(&verdict.alternatives) as _
    )
    .fetch_optional(tx.conn())
    .await?)
}

pub async fn newest_customer_message(tx: &mut TenantTx, conversation: ConversationId) -> Result<Option<MessageId>> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"select id as "id: MessageId" from messages
           where account_id = $1 and conversation_id = $2 and sender_type = 'contact' order by id desc limit 1"#,
        account.0,
        conversation.0
    )
    .fetch_optional(tx.conn())
    .await?)
}

/// What the customer wrote just before.
pub async fn said_before(
    tx: &mut TenantTx,
    conversation: ConversationId,
    message: MessageId,
) -> Result<Option<(MessageId, String)>> {
    let account = tx.account_id();
    let row = sqlx::query!(
        r#"select id as "id: MessageId", content from messages
           where account_id = $1 and conversation_id = $2 and id < $3 and sender_type = 'contact' order by id desc limit 1"#,
        account.0,
        conversation.0,
        message.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| (row.id, row.content)))
}

/// The account's teams, and whether each serves this inbox: all do when the inbox names none.
pub async fn teams(tx: &mut TenantTx, inbox: InboxId) -> Result<Vec<Team>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Team,
        r#"select t.id as "id: TeamId", t.name, t.category,
                  (not exists (select from inbox_teams it where it.account_id = $1 and it.inbox_id = $2)
                   or exists (select from inbox_teams it where it.account_id = $1 and it.inbox_id = $2 and it.team_id = t.id)) as "serves!"
           from teams t where t.account_id = $1 order by t.id"#,
        account.0,
        inbox.0
    )
    .fetch_all(tx.conn())
    .await?)
}

/// The people in teams who are online now.
pub async fn agents(tx: &mut TenantTx) -> Result<Vec<Agent>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Agent,
        r#"select u.user_id as "id: UserId", u.name, u.availability as "availability: Availability", u.current_load, u.max_load,
                  case when u.csat_count > 0 then u.csat_sum::float8 / u.csat_count end as csat_average,
                  array(select m.team_id from team_members m where m.account_id = $1 and m.user_id = u.user_id) as "teams!: Vec<TeamId>"
           from account_users u
           where u.account_id = $1 and u.role <> 'viewer' and u.availability = 'online'
             and exists (select from team_members m where m.account_id = $1 and m.user_id = u.user_id)
           order by u.user_id"#,
        account.0
    )
    .fetch_all(tx.conn())
    .await?)
}

/// An agent's state, which then stays until the transaction ends.
pub struct Standing {
    pub id: UserId,
    pub availability: Availability,
    pub current_load: i32,
    pub max_load: i32,
}

/// The team's members as they are now. Locked in the order of their ids, so that no two routings wait for each other.
pub async fn lock_members(tx: &mut TenantTx, team: TeamId) -> Result<Vec<Standing>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Standing,
        r#"select u.user_id as "id: UserId", u.availability as "availability: Availability", u.current_load, u.max_load
           from account_users u
           where u.account_id = $1
             and exists (select from team_members m where m.account_id = $1 and m.team_id = $2 and m.user_id = u.user_id)
           order by u.user_id for no key update of u"#,
        account.0,
        team.0
    )
    .fetch_all(tx.conn())
    .await?)
}

pub async fn insert_correction(
    tx: &mut TenantTx,
    of: &Classification,
    user: Option<UserId>,
    field: &str,
    from: &str,
    to: &str,
) -> Result<()> {
    let (account, now) = (tx.account_id(), tx.now());
    sqlx::query!(
        "insert into corrections (account_id, classification_id, message_id, user_id, field, from_value, to_value, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        account.0,
        of.id.0,
        of.message_id.0,
        user.map(|id| id.0),
        field,
        from,
        to,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn set_corrected(tx: &mut TenantTx, after: &Classification) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "update classifications set category = $3, priority = $4, sentiment = $5, language = $6, corrected = $7 where account_id = $1 and id = $2",
        account.0,
        after.id.0,
        after.category,
        after.priority.as_str(),
        after.sentiment.as_str(),
        after.language.as_str(),
        &after.corrected
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Newest first.
pub async fn corrections(tx: &mut TenantTx, limit: i64) -> Result<Vec<Corrected>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Corrected,
        r#"select c.message_id as "message_id: MessageId", m.content, c.field, c.to_value as value
           from (select * from corrections where account_id = $1 order by id desc limit $2) c
           join messages m on m.account_id = c.account_id and m.id = c.message_id
           order by c.id desc"#,
        account.0,
        limit
    )
    .fetch_all(tx.conn())
    .await?)
}

/// Messages that were classified and never corrected, newest first.
pub async fn uncorrected(tx: &mut TenantTx, limit: i64) -> Result<Vec<String>> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        "select m.content from classifications c join messages m on m.account_id = c.account_id and m.id = c.message_id
         where c.account_id = $1 and c.corrected = '{}' order by c.id desc limit $2",
        account.0,
        limit
    )
    .fetch_all(tx.conn())
    .await?)
}
