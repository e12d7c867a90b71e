//! SQL of rehearsals.

use std::collections::HashMap;

use sqlx::types::Json;
use types::{
    ArticleId, CategoryId, ConversationId, MessageId, RehearsalId, Timestamp, UserId,
    categories::DraftPolicy,
    rehearsals::{Change, Flip, FlipCount, Measured, RehearsalCase, RehearsalStatus, Tried},
};

use crate::{Result, TenantTx, ai::classifier::Comparison};

pub struct Row {
    pub id: RehearsalId,
    pub status: RehearsalStatus,
    /// Keys are encrypted.
    pub changes: Json<Vec<Change>>,
    /// What each was about, kept when it was decided; empty where that has no name.
    pub names: Vec<String>,
    pub fingerprint: Option<String>,
    pub measures: Json<Vec<Measured>>,
    pub error: Option<String>,
    pub created_by: Option<String>,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    pub live_at: Option<Timestamp>,
    pub conversations: i64,
    pub tried: i64,
}

impl Row {
    pub fn is_running(&self) -> bool {
        self.status == RehearsalStatus::Running
    }
}

/// Newest first; one when given.
pub async fn list(
    tx: &mut TenantTx,
    only: Option<RehearsalId>,
    before: Option<RehearsalId>,
    limit: i64,
) -> Result<Vec<Row>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Row,
        r#"select r.id as "id: RehearsalId", r.status as "status: RehearsalStatus", r.changes as "changes: Json<Vec<Change>>", r.names, r.fingerprint,
                  r.measures as "measures: Json<Vec<Measured>>", r.error, u.name as "created_by?", r.created_at, r.finished_at, r.live_at,
                  (select count(*) from ai_rehearsal_cases c where c.account_id = r.account_id and c.rehearsal_id = r.id) as "conversations!",
                  (select count(*) from ai_rehearsal_cases c
                   where c.account_id = r.account_id and c.rehearsal_id = r.id and c.before is not null) as "tried!"
           from ai_rehearsals r left join account_users u on u.account_id = r.account_id and u.user_id = r.created_by
           where r.account_id = $1 and ($2::bigint is null or r.id = $2) and r.id < $3
           order by r.id desc limit $4"#,
        account.0,
        only.map(|id| id.0),
        before.map_or(i64::MAX, |id| id.0),
        limit
    )
    .fetch_all(tx.conn())
    .await?)
}

pub async fn find(tx: &mut TenantTx, id: RehearsalId) -> Result<Option<Row>> {
    Ok(list(tx, Some(id), None, 1).await?.pop())
}

/// The one that is not decided yet, held until the transaction ends.
pub async fn lock_current(tx: &mut TenantTx) -> Result<Option<RehearsalId>> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"select id as "id: RehearsalId" from ai_rehearsals
           where account_id = $1 and status in ('open', 'running', 'done', 'failed') for update"#,
        account.0
    )
    .fetch_optional(tx.conn())
    .await?)
}

pub async fn insert(tx: &mut TenantTx, changes: &[Change], by: Option<UserId>) -> Result<RehearsalId> {
    let (account, now) = (tx.account_id(), tx.now());
    Ok(sqlx::query_scalar!(
        r#"insert into ai_rehearsals (account_id, status, changes, created_by, created_at) values ($1, 'open', $2, $3, $4)
           returning id as "id: RehearsalId""#,
        account.0,
        Json(changes) as _,
        by.map(|id| id.0),
        now
    )
    .fetch_one(tx.conn())
    .await?)
}

/// Other changes: whatever was tried is forgotten.
pub async fn reopen(tx: &mut TenantTx, id: RehearsalId, changes: &[Change]) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!("delete from ai_rehearsal_cases where account_id = $1 and rehearsal_id = $2", account.0, id.0)
        .execute(tx.conn())
        .await?;
    sqlx::query!(
        "update ai_rehearsals set status = 'open', changes = $3, fingerprint = null, measures = '[]', error = null, started_at = null,
             finished_at = null where account_id = $1 and id = $2",
        account.0,
        id.0,
        Json(changes) as _
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Begins on the newest conversations that were resolved; answers how many there are. By `conversations_resolved_idx`.
pub async fn start(tx: &mut TenantTx, id: RehearsalId, conversations: i64, fingerprint: &str) -> Result<u64> {
    let (account, now) = (tx.account_id(), tx.now());
    sqlx::query!(
        "update ai_rehearsals set status = 'running', fingerprint = $3, started_at = $4 where account_id = $1 and id = $2",
        account.0,
        id.0,
        fingerprint,
        now
    )
    .execute(tx.conn())
    .await?;
    let chosen = sqlx::query!(
        "insert into ai_rehearsal_cases (account_id, rehearsal_id, message_id)
         select $1, $2, f.message_id
         from (select c.id, c.resolved_at from conversations c
               where c.account_id = $1 and c.resolved_at is not null and c.status = 'resolved'
                 and exists (select from messages m where m.account_id = $1 and m.conversation_id = c.id and m.sender_type = 'contact'
                             and not m.private and m.content_type = 'text' and m.content <> '')
               order by c.resolved_at desc, c.id desc limit $3) c
         cross join lateral (
             select m.id as message_id from messages m
             where m.account_id = $1 and m.conversation_id = c.id and m.sender_type = 'contact' and not m.private
               and m.content_type = 'text' and m.content <> ''
             order by m.id limit 1) f",
        account.0,
        id.0,
        conversations
    )
    .execute(tx.conn())
    .await?;
    Ok(chosen.rows_affected())
}

/// Whether the account has resolved at least so many conversations.
pub async fn has_resolved(tx: &mut TenantTx, least: i64) -> Result<bool> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"select count(*) >= $2 as "enough!" from (
               select from conversations where account_id = $1 and resolved_at is not null and status = 'resolved' limit $2) few"#,
        account.0,
        least
    )
    .fetch_one(tx.conn())
    .await?)
}

/// A conversation that has not been tried, by its message.
pub async fn untried(tx: &mut TenantTx, id: RehearsalId) -> Result<Option<MessageId>> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"select message_id as "id: MessageId" from ai_rehearsal_cases
           where account_id = $1 and rehearsal_id = $2 and before is null order by message_id desc limit 1"#,
        account.0,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?)
}

/// False when the rehearsal is not under way any more.
pub async fn save_case(
    tx: &mut TenantTx,
    id: RehearsalId,
    message: MessageId,
    now: &Tried,
    then: &Tried,
    flips: &[Flip],
) -> Result<bool> {
    let account = tx.account_id();
    let running = sqlx::query_scalar!(
        r#"select exists (select from ai_rehearsals where account_id = $1 and id = $2 and status = 'running') as "running!""#,
        account.0,
        id.0
    )
    .fetch_one(tx.conn())
    .await?;
    let flips: Vec<String> = flips.iter().map(ToString::to_string).collect();
    sqlx::query!(
        "update ai_rehearsal_cases set before = $4, after = $5, flips = $6
         where account_id = $1 and rehearsal_id = $2 and message_id = $3",
        account.0,
        id.0,
        message.0,
        Json(now) as _,
        Json(then) as _,
        &flips
    )
    .execute(tx.conn())
    .await?;
    Ok(running)
}

/// What both sides made of every conversation.
pub async fn tried(tx: &mut TenantTx, id: RehearsalId) -> Result<Vec<(MessageId, Tried, Tried)>> {
    let account = tx.account_id();
    let rows = sqlx::query!(
        r#"select message_id as "message_id: MessageId", before as "before!: Json<Tried>", after as "after!: Json<Tried>"
           from ai_rehearsal_cases where account_id = $1 and rehearsal_id = $2 and before is not null"#,
        account.0,
        id.0
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.message_id, row.before.0, row.after.0)).collect())
}

/// The categories that people have corrected the messages to.
pub async fn settled(tx: &mut TenantTx, id: RehearsalId) -> Result<Vec<(MessageId, String)>> {
    let account = tx.account_id();
    let rows = sqlx::query!(
        r#"select c.message_id as "message_id: MessageId", f.category
           from ai_rehearsal_cases c
           cross join lateral (
               select f.category from classifications f
               where f.account_id = $1 and f.message_id = c.message_id and 'category' = any (f.corrected)
               order by f.id desc limit 1) f
           where c.account_id = $1 and c.rehearsal_id = $2"#,
        account.0,
        id.0
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.message_id, row.category)).collect())
}

/// What an agent then wrote to the customer; none when that was a draft.
pub async fn answered_by_person(
    tx: &mut TenantTx,
    conversation: ConversationId,
    message: MessageId,
) -> Result<Option<String>> {
    let account = tx.account_id();
    let first = sqlx::query!(
        r#"select m.content, exists (select from drafts d where d.account_id = $1 and d.sent_message_id = m.id) as "drafted!"
           from messages m
           where m.account_id = $1 and m.conversation_id = $2 and m.id > $3 and m.sender_type = 'user' and not m.private
             and m.content_type = 'text'
           order by m.id limit 1"#,
        account.0,
        conversation.0,
        message.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(first.filter(|row| !row.drafted).map(|row| row.content))
}

/// A classifier that was trained for the rehearsal.
pub struct Trained {
    /// Hash of what it was taught.
    pub curriculum: String,
    pub comparison: Json<Comparison>,
    pub corrections: i32,
    pub training_ms: i64,
    pub weights: Vec<u8>,
}

pub async fn trained(tx: &mut TenantTx, id: RehearsalId) -> Result<Option<Trained>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Trained,
        r#"select curriculum as "curriculum!", comparison as "comparison!: Json<Comparison>", corrections as "corrections!",
                  training_ms as "training_ms!", weights as "weights!"
           from ai_rehearsals where account_id = $1 and id = $2 and weights is not null"#,
        account.0,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?)
}

pub async fn keep_trained(tx: &mut TenantTx, id: RehearsalId, trained: &Trained) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "update ai_rehearsals set curriculum = $3, comparison = $4, corrections = $5, training_ms = $6, weights = $7
         where account_id = $1 and id = $2",
        account.0,
        id.0,
        trained.curriculum,
        Json(trained.comparison.0) as _,
        trained.corrections,
        trained.training_ms,
        trained.weights
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// False when it is not under way any more.
pub async fn finish(tx: &mut TenantTx, id: RehearsalId, measures: &[Measured]) -> Result<bool> {
    let (account, now) = (tx.account_id(), tx.now());
    let done = sqlx::query!(
        "update ai_rehearsals set status = 'done', measures = $3, finished_at = $4
         where account_id = $1 and id = $2 and status = 'running'",
        account.0,
        id.0,
        Json(measures) as _,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn fail(tx: &mut TenantTx, id: RehearsalId, error: &str) -> Result<()> {
    let (account, now) = (tx.account_id(), tx.now());
    sqlx::query!(
        "update ai_rehearsals set status = 'failed', error = $3, finished_at = $4
         where account_id = $1 and id = $2 and status = 'running'",
        account.0,
        id.0,
        error,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Decided, one way or the other: the trained classifier is kept no longer.
pub async fn decide(tx: &mut TenantTx, id: RehearsalId, status: RehearsalStatus, names: &[String]) -> Result<()> {
    let (account, now) = (tx.account_id(), tx.now());
    sqlx::query!(
        "update ai_rehearsals set status = $3, live_at = case when $3 = 'live' then $4::timestamptz end, weights = null, names = $5
         where account_id = $1 and id = $2",
        account.0,
        id.0,
        status.as_str(),
        now,
        names
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// All but the newest so many.
pub async fn delete_oldest(tx: &mut TenantTx, kept: i64) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "delete from ai_rehearsals where account_id = $1 and status in ('live', 'discarded')
           and id not in (select id from ai_rehearsals where account_id = $1 order by id desc limit $2)",
        account.0,
        kept
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn flips(tx: &mut TenantTx, id: RehearsalId) -> Result<Vec<FlipCount>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        FlipCount,
        r#"select flip as "flip!: Flip", count(*) as "count!"
           from ai_rehearsal_cases c cross join unnest(c.flips) flip
           where c.account_id = $1 and c.rehearsal_id = $2 group by 1 order by 1"#,
        account.0,
        id.0
    )
    .fetch_all(tx.conn())
    .await?)
}

/// Newest first, those that were tried.
pub async fn cases(
    tx: &mut TenantTx,
    id: RehearsalId,
    changed: bool,
    before: Option<MessageId>,
    limit: i64,
) -> Result<Vec<RehearsalCase>> {
    let account = tx.account_id();
    let rows = sqlx::query!(
        r#"select m.conversation_id as "conversation_id: ConversationId", c.message_id as "message_id: MessageId", left(m.content, 500) as "text!",
                  c.before as "before!: Json<Tried>", c.after as "after!: Json<Tried>", c.flips
           from ai_rehearsal_cases c join messages m on m.account_id = c.account_id and m.id = c.message_id
           where c.account_id = $1 and c.rehearsal_id = $2 and c.before is not null and (not $3 or c.flips <> '{}') and c.message_id < $4
           order by c.message_id desc limit $5"#,
        account.0,
        id.0,
        changed,
        before.map_or(i64::MAX, |id| id.0),
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| RehearsalCase {
            conversation_id: row.conversation_id,
            message_id: row.message_id,
            text: row.text,
            now: row.before.0,
            then: row.after.0,
            flips: row.flips.iter().filter_map(|flip| flip.parse().ok()).collect(),
        })
        .collect())
}

/// By id: what each category is called, and what is wanted of its drafts.
pub async fn categories(tx: &mut TenantTx) -> Result<HashMap<CategoryId, (String, DraftPolicy)>> {
    let account = tx.account_id();
    let rows = sqlx::query!(
        r#"select id as "id: CategoryId", name, drafting, draft_note, draft_guidance from categories where account_id = $1"#,
        account.0
    )
    .fetch_all(tx.conn())
    .await?;
    let policy = |drafting, note, guidance| DraftPolicy { drafting, note, guidance };
    Ok(rows
        .into_iter()
        .map(|row| (row.id, (row.name, policy(row.drafting, row.draft_note, row.draft_guidance))))
        .collect())
}

/// Titles of articles, by id.
pub async fn titles(tx: &mut TenantTx, articles: &[ArticleId]) -> Result<HashMap<ArticleId, String>> {
    let account = tx.account_id();
    let articles: Vec<i64> = articles.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select id as "id: ArticleId", title from knowledge_articles where account_id = $1 and id = any ($2)"#,
        account.0,
        &articles
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.title)).collect())
}

/// Hash of everything that changes can be about, with the given articles.
pub async fn fingerprint(tx: &mut TenantTx, articles: &[ArticleId]) -> Result<String> {
    let account = tx.account_id();
    let articles: Vec<i64> = articles.iter().map(|id| id.0).collect();
    Ok(sqlx::query_scalar!(
        r#"select md5(jsonb_build_array(
               (select auto_assign_threshold from accounts where id = $1),
               (select jsonb_build_array(provider, base_url, chat_model, api_version, egress) from ai_settings where account_id = $1),
               (select jsonb_agg(jsonb_build_array(id, name, description, drafting, draft_note, draft_guidance) order by id)
                from categories where account_id = $1),
               (select jsonb_build_array(count(*), max(id)) from category_examples where account_id = $1),
               (select jsonb_agg(jsonb_build_array(id, version, status) order by id)
                from knowledge_articles where account_id = $1 and id = any ($2)))::text) as "hash!""#,
        account.0,
        &articles
    )
    .fetch_one(tx.conn())
    .await?)
}

pub async fn savepoint(tx: &mut TenantTx) -> Result<()> {
    sqlx::query!("savepoint rehearsal").execute(tx.conn()).await?;
    Ok(())
}

/// Takes back everything since [`savepoint`].
pub async fn take_back(tx: &mut TenantTx) -> Result<()> {
    sqlx::query!("rollback to savepoint rehearsal").execute(tx.conn()).await?;
    Ok(())
}
