//! SQL of the event log.

use sqlx::PgConnection;
use types::{AccountId, ContactId, ConversationId, MessageId};

use super::Event;
use crate::{Actor, Db, Result, TenantTx};

pub async fn append(tx: &mut TenantTx, actor: &Actor, event: Event) -> Result<()> {
    let (account, now) = (tx.account_id(), tx.now());
    let (actor_type, actor_id) = actor.for_log();
    sqlx::query!(
        "insert into events (account_id, kind, conversation_id, message_id, subject_id, actor_type, actor_id, actor_name, data, audit, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        account.0,
        event.kind,
        event.conversation_id.map(|id| id.0),
        event.message_id.map(|id| id.0),
        event.subject_id,
        actor_type,
        actor_id,
        actor.name,
        event.data,
        event.audit,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub struct EventRow {
    pub seq: i64,
    pub kind: String,
    pub conversation_id: Option<ConversationId>,
    pub message_id: Option<MessageId>,
    pub subject_id: Option<i64>,
    pub contact_id: Option<ContactId>,
    pub data: serde_json::Value,
}

/// Numbered events after `seq`, in order. Expects one index scan a partition on `events_seq_idx`.
pub async fn after(tx: &mut TenantTx, seq: i64, limit: u32) -> Result<Vec<EventRow>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        EventRow,
        r#"select e.seq as "seq!", e.kind, e.conversation_id as "conversation_id: ConversationId",
                  e.message_id as "message_id: MessageId", e.subject_id, c.contact_id as "contact_id?: ContactId", e.data
           from events e
           left join conversations c on c.account_id = e.account_id and c.id = e.conversation_id
           where e.account_id = $1 and e.seq > $2 order by e.seq limit $3"#,
        account.0,
        seq,
        i64::from(limit)
    )
    .fetch_all(tx.conn())
    .await?)
}

pub struct Head {
    pub last_seq: i64,
    pub purged_seq: i64,
}

pub async fn head(tx: &mut TenantTx) -> Result<Head> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(Head, "select last_seq, purged_seq from event_heads where account_id = $1", account.0)
        .fetch_optional(tx.conn())
        .await?
        .unwrap_or(Head { last_seq: 0, purged_seq: 0 }))
}

pub async fn heads(db: &Db, accounts: &[i64]) -> Result<Vec<(AccountId, i64)>> {
    let mut connection = db.unscoped().await?;
    let rows = sqlx::query!(
        r#"select account_id as "account_id!: AccountId", last_seq as "last_seq!" from heads_of($1)"#,
        accounts
    )
    .fetch_all(&mut *connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.account_id, row.last_seq)).collect())
}

/// Whether this connection is now (or already was) the sequencer's.
pub async fn try_lead(connection: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select pg_try_advisory_lock(4853, 1) as "leads!""#).fetch_one(connection).await
}

/// Numbers up to `limit` committed events; answers how many accounts were touched.
pub async fn number(connection: &mut PgConnection, limit: i32) -> sqlx::Result<usize> {
    let touched = sqlx::query!(r#"select account_id as "account_id!" from number_events($1)"#, limit)
        .fetch_all(connection)
        .await?;
    Ok(touched.len())
}

pub async fn maintain_partitions(db: &Db, now: types::Timestamp, keep_months: i32) -> Result<()> {
    let mut connection = db.unscoped().await?;
    sqlx::query!("select maintain_event_partitions($1, $2)", now, keep_months).execute(&mut *connection).await?;
    Ok(())
}
