//! SQL of drafts and their sources.

use sqlx::types::Json;
use types::{
    ArticleId, ClassificationId, ConversationId, DraftId, JobId, Language, MessageId, Timestamp, UserId,
    auto_replies::AutoReplyHold,
    drafts::{Draft, DraftClaim, DraftSource, DraftStatus},
    messages::SenderType,
};

use crate::{Result, TenantTx, ai::Composed};

struct Row {
    id: DraftId,
    conversation_id: ConversationId,
    message_id: MessageId,
    content: String,
    language: Language,
    confidence: f64,
    reasoning: String,
    status: DraftStatus,
    grounded: bool,
    claims: Json<Vec<DraftClaim>>,
    model: String,
    generation_ms: i64,
    sent_content: Option<String>,
    edit_distance: Option<i32>,
    rejection_reason: Option<String>,
    hold: Option<AutoReplyHold>,
    created_at: Timestamp,
}

/// Newest first.
pub async fn by_ids(tx: &mut TenantTx, ids: &[i64]) -> Result<Vec<Draft>> {
    let account = tx.account_id();
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id: DraftId", conversation_id as "conversation_id: ConversationId", message_id as "message_id: MessageId", content,
                  language as "language: Language", confidence, reasoning, status as "status: DraftStatus", grounded,
                  claims as "claims: Json<Vec<DraftClaim>>", model, generation_ms, sent_content, edit_distance, rejection_reason,
                  hold as "hold: AutoReplyHold", created_at
           from drafts where account_id = $1 and id = any($2) order by message_id desc, id desc"#,
        account.0,
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    let mut sources = sqlx::query!(
        r#"select draft_id as "draft_id: DraftId", article_id as "article_id: ArticleId", title, similarity, excerpt
           from draft_sources where account_id = $1 and draft_id = any($2) order by draft_id, ordinal"#,
        account.0,
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Draft {
            sources: sources
                .extract_if(.., |source| source.draft_id == row.id)
                .map(|source| DraftSource {
                    article_id: source.article_id,
                    title: source.title,
                    similarity: source.similarity,
                    excerpt: source.excerpt,
                })
                .collect(),
            id: row.id,
            conversation_id: row.conversation_id,
            message_id: row.message_id,
            content: row.content,
            language: row.language,
            confidence: row.confidence,
            reasoning: row.reasoning,
            status: row.status,
            grounded: row.grounded,
            claims: row.claims.0,
            model: row.model,
            generation_ms: row.generation_ms,
            sent_content: row.sent_content,
            edit_distance: row.edit_distance,
            rejection_reason: row.rejection_reason,
            hold: row.hold,
            created_at: row.created_at,
        })
        .collect())
}

pub async fn ids_of(tx: &mut TenantTx, conversation: ConversationId, limit: i64) -> Result<Vec<i64>> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        "select id from drafts where account_id = $1 and conversation_id = $2 order by id desc limit $3",
        account.0,
        conversation.0,
        limit
    )
    .fetch_all(tx.conn())
    .await?)
}

pub async fn id_by_job(tx: &mut TenantTx, job: JobId) -> Result<Option<DraftId>> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"select id as "id: DraftId" from drafts where account_id = $1 and job_id = $2"#,
        account.0,
        job.0
    )
    .fetch_optional(tx.conn())
    .await?)
}

/// What is known about the customer and the people when a draft is written.
pub struct Scene {
    pub contact_name: Option<String>,
    pub contact_locale: Option<Language>,
    pub agent_name: Option<String>,
    pub account_name: String,
    pub classification_id: Option<ClassificationId>,
}

pub async fn scene(tx: &mut TenantTx, conversation: ConversationId, message: MessageId) -> Result<Scene> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Scene,
        r#"select k.name as contact_name, k.locale as "contact_locale: Language",
                  u.name as "agent_name?", a.name as account_name,
                  (select max(f.id) from classifications f where f.account_id = $1 and f.message_id = $3) as "classification_id: ClassificationId"
           from conversations c
           join accounts a on a.id = c.account_id
           join contacts k on k.account_id = c.account_id and k.id = c.contact_id
           left join account_users u on u.account_id = c.account_id and u.user_id = c.assignee_id
           where c.account_id = $1 and c.id = $2"#,
        account.0,
        conversation.0,
        message.0
    )
    .fetch_one(tx.conn())
    .await?)
}

/// Whether a person has answered the customer since the message.
pub async fn answered_since(tx: &mut TenantTx, conversation: ConversationId, message: MessageId) -> Result<bool> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"select exists (select from messages where account_id = $1 and conversation_id = $2 and id > $3
                          and sender_type = 'user' and not private and content_type = 'text') as "exists!""#,
        account.0,
        conversation.0,
        message.0
    )
    .fetch_one(tx.conn())
    .await?)
}

/// What was said before the message, newest first.
pub async fn said_before(
    tx: &mut TenantTx,
    conversation: ConversationId,
    message: MessageId,
    limit: i64,
) -> Result<Vec<(MessageId, SenderType, String)>> {
    let account = tx.account_id();
    let rows = sqlx::query!(
        r#"select id as "id: MessageId", sender_type as "sender_type: SenderType", content from messages
           where account_id = $1 and conversation_id = $2 and id < $3 and not private and content_type = 'text'
           order by id desc limit $4"#,
        account.0,
        conversation.0,
        message.0,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.sender_type, row.content)).collect())
}

/// None when the job has drafted before. `confidence` is what the composed one's came to.
pub async fn insert(
    tx: &mut TenantTx,
    conversation: ConversationId,
    message: MessageId,
    job: Option<JobId>,
    status: DraftStatus,
    composed: &Composed,
    confidence: f64,
) -> Result<Option<DraftId>> {
    let (account, now) = (tx.account_id(), tx.now());
    let id = sqlx::query_scalar!(
        r#"insert into drafts (account_id, conversation_id, message_id, job_id, content, language, confidence, reasoning, grounded, status,
                               model, generation_ms, created_at, decided_at, stated_confidence, claims)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, case when $10 <> 'pending' then $13::timestamptz end, $14, $15)
           on conflict (account_id, job_id) do nothing
           returning id as "id: DraftId""#,
        account.0,
        conversation.0,
        message.0,
        job.map(|id| id.0),
        composed.content,
        composed.language.as_str(),
        confidence,
        composed.reasoning,
        composed.grounded,
        status.as_str(),
        composed.model,
        composed.generation_ms,
        now,
        composed.confidence,
        Json(&composed.claims) as _
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(id) = id else { return Ok(None) };
    let articles: Vec<i64> = composed.sources.iter().map(|source| source.article_id.0).collect();
    let titles: Vec<String> = composed.sources.iter().map(|source| source.title.clone()).collect();
    let similarities: Vec<f64> = composed.sources.iter().map(|source| source.similarity).collect();
    let excerpts: Vec<String> = composed.sources.iter().map(|source| source.excerpt.clone()).collect();
    // An article that was erased while the draft was written is no source any more.
    sqlx::query!(
        "insert into draft_sources (account_id, draft_id, ordinal, article_id, title, similarity, excerpt)
         select $1, $2, s.ordinal, s.article_id, s.title, s.similarity, s.excerpt
         from unnest($3::bigint[], $4::text[], $5::float8[], $6::text[]) with ordinality as s (article_id, title, similarity, excerpt, ordinal)
         join knowledge_articles a on a.account_id = $1 and a.id = s.article_id",
        account.0,
        id.0,
        &articles,
        &titles,
        &similarities,
        &excerpts
    )
    .execute(tx.conn())
    .await?;
    Ok(Some(id))
}

/// The newest decisions on a model's drafts that answer: the confidence it stated, and whether the draft was of use: sent
/// with at most the given share of its characters changed. By `drafts_decided_idx`.
pub async fn decided(tx: &mut TenantTx, model: &str, changed: f64, limit: i64) -> Result<Vec<(f64, bool)>> {
    let account = tx.account_id();
    let rows = sqlx::query!(
        r#"select coalesce(stated_confidence, confidence) as "stated!",
                  (status <> 'rejected' and coalesce(edit_distance, 0) <= $3::float8 * char_length(content)) as "of_use!"
           from drafts
           where account_id = $1 and model = $2 and grounded and status in ('accepted', 'edited', 'rejected')
           order by id desc limit $4"#,
        account.0,
        model,
        changed,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.stated, row.of_use)).collect())
}

/// Overtakes every pending draft of the conversation but this one.
pub async fn supersede_others(tx: &mut TenantTx, conversation: ConversationId, keep: DraftId) -> Result<()> {
    let (account, now) = (tx.account_id(), tx.now());
    sqlx::query!(
        "update drafts set status = 'superseded', decided_at = $4
         where account_id = $1 and conversation_id = $2 and id <> $3 and status = 'pending'",
        account.0,
        conversation.0,
        keep.0,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub struct Decision<'a> {
    pub status: DraftStatus,
    pub sent_content: Option<&'a str>,
    pub edit_distance: Option<i32>,
    pub rejection_reason: Option<&'a str>,
    pub decided_by: Option<UserId>,
}

/// False when the draft is no longer pending.
pub async fn decide(tx: &mut TenantTx, id: DraftId, decision: &Decision<'_>) -> Result<bool> {
    let (account, now) = (tx.account_id(), tx.now());
    let done = sqlx::query!(
        "update drafts set status = $3, sent_content = $4, edit_distance = $5, rejection_reason = $6, decided_by = $7, decided_at = $8
         where account_id = $1 and id = $2 and status = 'pending'",
        account.0,
        id.0,
        decision.status.as_str(),
        decision.sent_content,
        decision.edit_distance,
        decision.rejection_reason,
        decision.decided_by.map(|id| id.0),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Why the draft was not sent by itself.
pub async fn set_hold(tx: &mut TenantTx, id: DraftId, hold: AutoReplyHold) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!("update drafts set hold = $3 where account_id = $1 and id = $2", account.0, id.0, hold.as_str())
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub async fn set_sent_message(tx: &mut TenantTx, id: DraftId, message: MessageId) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "update drafts set sent_message_id = $3 where account_id = $1 and id = $2",
        account.0,
        id.0,
        message.0
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
