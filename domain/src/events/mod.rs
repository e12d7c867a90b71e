//! The event log: the one source of everything that is announced, pushed, audited or replayed.

pub mod frames;
mod queries;
pub mod sequencer;

use std::time::Duration;

use serde_json::{Value, json};
use types::{
    AccountId, ConversationId, MessageId,
    events::{EventBatch, EventKind, EventQuery},
};

pub use frames::LoggedEvent;

use crate::{Actor, Ctx, Db, Error, Permission, Result, TenantTx, db::wake::Topic};

/// Events a page of the log.
const PAGE: u32 = 200;
/// Months an event is kept at least.
const KEEP_MONTHS: i32 = 12;

/// What happened, by reference: texts are read from where they live when the event is delivered.
#[derive(Debug)]
pub struct Event {
    kind: &'static str,
    conversation_id: Option<ConversationId>,
    message_id: Option<MessageId>,
    subject_id: Option<i64>,
    data: Value,
    audit: Option<Value>,
}

impl Event {
    pub fn new(kind: EventKind) -> Self {
        Self::of(kind.as_str())
    }

    fn of(kind: &'static str) -> Self {
        Self { kind, conversation_id: None, message_id: None, subject_id: None, data: json!({}), audit: None }
    }

    #[must_use]
    pub fn conversation(mut self, id: ConversationId) -> Self {
        self.conversation_id = Some(id);
        self
    }

    #[must_use]
    pub fn message(mut self, id: MessageId) -> Self {
        self.message_id = Some(id);
        self
    }

    /// The classification, draft or contact that `kind` speaks of.
    #[must_use]
    pub fn subject(mut self, id: i64) -> Self {
        self.subject_id = Some(id);
        self
    }

    /// Small facts; never a customer's text.
    #[must_use]
    pub fn data(mut self, data: Value) -> Self {
        self.data = data;
        self
    }

    /// Lets the event stand in the audit trail as well.
    #[must_use]
    pub fn audited(mut self, audit: Audit) -> Self {
        self.audit = Some(audit.0);
        self
    }
}

/// A line of the audit trail.
#[derive(Debug)]
pub struct Audit(Value);

impl Audit {
    /// `action` is `noun.verb`.
    pub fn new(action: &str, subject_type: &str, subject_id: i64) -> Self {
        Self(json!({ "action": action, "subject_type": subject_type, "subject_id": subject_id, "details": {} }))
    }

    /// What changed; never secrets, never a customer's text.
    #[must_use]
    pub fn details(mut self, details: Value) -> Self {
        self.0["details"] = details;
        self
    }
}

/// Writes an event into the transaction of the change it tells of.
pub async fn append(tx: &mut TenantTx, actor: &Actor, event: Event) -> Result<()> {
    queries::append(tx, actor, event).await?;
    tx.mark_appended();
    Ok(())
}

/// Records an action that nobody needs to hear of live.
pub async fn audit(tx: &mut TenantTx, actor: &Actor, audit: Audit) -> Result<()> {
    queries::append(tx, actor, Event::of("audit").audited(audit)).await
}

/// The newest number of each account.
pub async fn heads(db: &Db, accounts: &[AccountId]) -> Result<Vec<(AccountId, i64)>> {
    queries::heads(db, &accounts.iter().map(|id| id.0).collect::<Vec<_>>()).await
}

/// What a cursor at `after` has yet to see.
pub enum Tail {
    Events(Vec<LoggedEvent>),
    /// The cursor is older than the log, or from another one: start over.
    Resync,
}

/// Up to 200 numbered events after `after`, in order, with the data they carry now.
pub async fn tail(tx: &mut TenantTx, after: i64) -> Result<Tail> {
    let head = queries::head(tx).await?;
    if after < head.purged_seq || after > head.last_seq {
        return Ok(Tail::Resync);
    }
    if after == head.last_seq {
        return Ok(Tail::Events(Vec::new()));
    }
    Ok(Tail::Events(page(tx, after).await?))
}

/// The same for a cursor that is known to be within the log.
pub async fn page(tx: &mut TenantTx, after: i64) -> Result<Vec<LoggedEvent>> {
    let rows = queries::after(tx, after, PAGE).await?;
    frames::load(tx, rows).await
}

/// The end of the account's log.
pub async fn last_seq(tx: &mut TenantTx) -> Result<i64> {
    Ok(queries::head(tx).await?.last_seq)
}

/// The long-poll twin of the WebSocket: answers as soon as there is something after `after`, or when `wait` has passed.
///
/// # Errors
/// `Invalid` for a wait over 60 s or a negative cursor.
pub async fn poll(ctx: &Ctx, actor: &Actor, query: EventQuery) -> Result<EventBatch> {
    actor.require(Permission::Read)?;
    let wait = query.wait.unwrap_or(0);
    if wait > 60 {
        return Err(Error::invalid("wait", "takes 0 to 60 seconds"));
    }
    let limit = crate::page::limit(query.limit)? as usize;
    let mut numbered = ctx.db.wake().subscribe(Topic::Numbered);
    let deadline = tokio::time::Instant::now() + Duration::from_secs(wait.into());
    let mut after = query.after;
    loop {
        numbered.mark_unchanged();
        let mut tx = ctx.begin(actor).await?;
        let cursor = match after {
            Some(cursor) if cursor >= 0 => cursor,
            Some(_) => return Err(Error::invalid("after", "is not a sequence number")),
            None => last_seq(&mut tx).await?,
        };
        after = Some(cursor);
        let events = match tail(&mut tx, cursor).await? {
            Tail::Resync => {
                let last_seq = last_seq(&mut tx).await?;
                return Ok(EventBatch { data: Vec::new(), last_seq, resync: true });
            }
            Tail::Events(events) => events,
        };
        drop(tx);
        let timed_out = tokio::time::Instant::now() >= deadline;
        if !events.is_empty() || timed_out {
            let data: Vec<_> = events.into_iter().take(limit).map(|event| event.frame).collect();
            let last_seq = data.last().and_then(|frame| frame.seq).unwrap_or(cursor);
            return Ok(EventBatch { data, last_seq, resync: false });
        }
        // Looks by itself once a second: a wake-up may be lost.
        let nap = deadline.min(tokio::time::Instant::now() + Duration::from_secs(1));
        let _ = tokio::time::timeout_at(nap, numbered.changed()).await;
    }
}

/// Makes partitions ahead and drops the ones past their time.
pub async fn maintain(ctx: &Ctx) -> Result<()> {
    queries::maintain_partitions(&ctx.db, ctx.now(), KEEP_MONTHS).await
}
