//! The hub: one tail of the event log for every account with sockets, shared by all of them.
//!
//! Each account has one bounded broadcast ring. A socket that falls behind the ring is cut off and resumes from the
//! log, so a slow reader costs nobody anything.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::extract::ws::Utf8Bytes;
use domain::{
    Actor, ActorKind, Ctx,
    db::wake::Topic,
    drafts::Writing,
    events::{self, LoggedEvent},
};
use serde_json::{Value, json};
use tokio::sync::broadcast::{self, error::RecvError};
use tokio_util::sync::CancellationToken;
use types::{
    AccountId, ContactId, ConversationId,
    events::{EventFrame, EventKind},
};

use super::{proofs::Proofs, rooms::Rooms, wire::Cursor};

/// Batches a socket may fall behind before it is cut off.
const RING: usize = 1024;
/// Frames a batch: what one change tells of fits, so that a socket has it in one write.
const BATCH: usize = 8;
/// Look without being woken, in case a wake-up was lost.
const POLL: Duration = Duration::from_secs(1);

/// A frame on its way to the account's sockets, serialised once.
#[derive(Clone)]
pub struct Live {
    /// None for what is not kept: typing, presence.
    pub seq: Option<i64>,
    /// None for what only the customer is told.
    pub agents: Option<Utf8Bytes>,
    /// For this customer, when it concerns one.
    pub visitor: Option<(ContactId, Utf8Bytes)>,
}

/// Frames that came out of the log together.
pub type Batch = Arc<[Live]>;

#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    ctx: Ctx,
    accounts: Mutex<HashMap<AccountId, Channel>>,
    rooms: Rooms,
    proofs: Proofs,
}

struct Channel {
    ring: broadcast::Sender<Batch>,
    /// The newest number broadcast; the tail goes on after it. None until the first socket has read where the log ends.
    cursor: Option<i64>,
}

impl Hub {
    pub fn start(ctx: Ctx, stop: CancellationToken) -> Self {
        let inner = Inner { ctx, accounts: Mutex::default(), rooms: Rooms::default(), proofs: Proofs::default() };
        let hub = Self(Arc::new(inner));
        let running = hub.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = running.run() => {}
                () = running.proofs().run(running.ctx()) => {}
                () = running.watch_drafts() => {}
            }
        });
        hub
    }

    pub fn ctx(&self) -> &Ctx {
        &self.0.ctx
    }

    pub fn rooms(&self) -> &Rooms {
        &self.0.rooms
    }

    pub fn proofs(&self) -> &Proofs {
        &self.0.proofs
    }

    /// Listens to an account from where its log ends now: what comes later is in the ring, what came before is not.
    pub async fn listen(&self, account: AccountId) -> domain::Result<(broadcast::Receiver<Batch>, Cursor)> {
        // Listen first, then read where the log ends: nothing can fall between.
        let ring = {
            let mut accounts = self.accounts();
            let new = || Channel { ring: broadcast::Sender::new(RING), cursor: None };
            accounts.entry(account).or_insert_with(new).ring.subscribe()
        };
        let cursor = Cursor::at_end(self.ctx(), account).await?;
        if let Some(channel) = self.accounts().get_mut(&account) {
            channel.cursor.get_or_insert(cursor.seq());
        }
        Ok((ring, cursor))
    }

    fn accounts(&self) -> std::sync::MutexGuard<'_, HashMap<AccountId, Channel>> {
        self.0.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn run(&self) {
        let mut numbered = self.ctx().db.wake().subscribe(Topic::Numbered);
        loop {
            numbered.mark_unchanged();
            if let Err(error) = self.round().await {
                tracing::warn!(%error, "server.hub.tail failed; trying again");
            }
            let _ = tokio::time::timeout(POLL, numbered.changed()).await;
        }
    }

    /// Shows agents a draft while a model writes it in this process.
    async fn watch_drafts(&self) {
        let mut writings = self.ctx().writings.watch();
        loop {
            match writings.recv().await {
                Ok(Writing { account_id, conversation_id, text }) => {
                    let data = json!({ "conversation_id": conversation_id, "stage": "draft", "text": text });
                    self.tell(account_id, EventKind::AiProcessing, &data);
                }
                // The next part has all of it.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
        }
    }

    /// Broadcasts whatever is new in the accounts that have listeners, and forgets the others.
    async fn round(&self) -> domain::Result<()> {
        let listened: Vec<AccountId> = {
            let mut accounts = self.accounts();
            accounts.retain(|_, channel| channel.ring.receiver_count() > 0);
            accounts.keys().copied().collect()
        };
        if listened.is_empty() {
            return Ok(());
        }
        for (account, head) in events::heads(&self.ctx().db, &listened).await? {
            while self.advance(account, head).await? {}
        }
        Ok(())
    }

    /// Broadcasts one page of an account's log; true when there may be more.
    async fn advance(&self, account: AccountId, head: i64) -> domain::Result<bool> {
        let cursor = {
            let mut accounts = self.accounts();
            let Some(channel) = accounts.get_mut(&account) else { return Ok(false) };
            // Until the first socket has said where the log ended for it, there is nothing to go on from.
            let Some(cursor) = channel.cursor else { return Ok(false) };
            cursor
        };
        if cursor >= head {
            return Ok(false);
        }
        let mut tx = self.ctx().begin_in(account).await?;
        // What was dropped from the log meanwhile, a socket notices as a gap.
        let page = events::page(&mut tx, cursor).await?;
        drop(tx);
        let last = page.last().map_or(head, |event| event.seq);
        let frames: Vec<_> = page.iter().map(Live::logged).collect();
        let mut accounts = self.accounts();
        let Some(channel) = accounts.get_mut(&account) else { return Ok(false) };
        for batch in frames.chunks(BATCH) {
            // Nobody listening is no error: the log keeps it.
            let _ = channel.ring.send(batch.into());
        }
        channel.cursor = Some(last);
        Ok(last < head)
    }

    /// Tells everyone of the account something that is not kept.
    pub fn tell(&self, account: AccountId, kind: EventKind, data: &Value) {
        self.send(account, Live { seq: None, agents: Some(ephemeral(account, kind, data)), visitor: None });
    }

    /// An agent types: the colleagues see who and where, the customer sees that somebody does. Notes are nobody's to see.
    pub fn agent_typing(&self, actor: &Actor, conversation: ConversationId, contact: ContactId, on: bool) {
        let data = json!({ "conversation_id": conversation, "on": on, "name": actor.name, "user_id": actor.user_id() });
        let first_name = actor.name.split(' ').next().unwrap_or_default();
        let public = json!({ "conversation_id": conversation, "on": on, "name": first_name });
        self.send(
            actor.account_id,
            Live {
                seq: None,
                agents: Some(ephemeral(actor.account_id, EventKind::AgentTyping, &data)),
                visitor: Some((contact, ephemeral(actor.account_id, EventKind::AgentTyping, &public))),
            },
        );
    }

    /// The customer types.
    pub fn visitor_typing(&self, actor: &Actor, conversation: ConversationId, on: bool) {
        if let ActorKind::Visitor { contact_id, .. } = actor.kind {
            let data =
                json!({ "conversation_id": conversation, "on": on, "name": actor.name, "contact_id": contact_id });
            self.tell(actor.account_id, EventKind::AgentTyping, &data);
        }
    }

    fn send(&self, account: AccountId, live: Live) {
        if let Some(channel) = self.accounts().get(&account) {
            let _ = channel.ring.send([live].into());
        }
    }
}

impl Live {
    pub fn logged(event: &LoggedEvent) -> Self {
        Self {
            seq: Some(event.seq),
            agents: Some(text(&event.frame)),
            visitor: event.visitor.as_ref().map(|(contact, frame)| (*contact, text(frame))),
        }
    }
}

fn ephemeral(account: AccountId, kind: EventKind, data: &Value) -> Utf8Bytes {
    text(&EventFrame { event: kind.as_str().to_owned(), seq: None, account_id: Some(account), data: data.clone() })
}

pub fn text(frame: &EventFrame) -> Utf8Bytes {
    serde_json::to_string(frame).unwrap_or_default().into()
}
