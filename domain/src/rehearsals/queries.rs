//! SQL of rehearsals.

pub mod cases;
pub mod subjects;

use sqlx::types::Json;
use types::{
    RehearsalId, Timestamp, UserId,
    rehearsals::{Change, Measured, RehearsalStatus},
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

/// The changes of the one that is not decided yet.
pub async fn current(tx: &mut TenantTx) -> Result<Option<Vec<Change>>> {
    let account = tx.account_id();
    let changes = sqlx::query_scalar!(
        r#"select changes as "changes: Json<Vec<Change>>" from ai_rehearsals
           where account_id = $1 and status in ('open', 'running', 'done', 'failed')"#,
        account.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(changes.map(|Json(changes)| changes))
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

pub async fn savepoint(tx: &mut TenantTx) -> Result<()> {
    sqlx::query!("savepoint rehearsal").execute(tx.conn()).await?;
    Ok(())
}

/// Takes back everything since [`savepoint`].
pub async fn take_back(tx: &mut TenantTx) -> Result<()> {
    sqlx::query!("rollback to savepoint rehearsal").execute(tx.conn()).await?;
    Ok(())
}
