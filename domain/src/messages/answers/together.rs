//! Answers that arrive at the same moment share a transaction.
//!
//! A commit waits for the disk, and a conversation's row takes one writer at a time; so a busy account would wait for
//! one flush an answer. Here an answer that finds nobody writing is written at once, and those that arrive meanwhile
//! are written together by the next transaction. Each is still answered only after its commit, and has an event of
//! its own. Answers of one conversation are never in two transactions at once; what keeps a conversation locked delays
//! its own answers and those of their transaction, not the account.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;
use types::{
    AccountId, ConversationId,
    messages::{CreateMessage, Message},
};

use super::Answer;
use crate::{Actor, Ctx, Error, Result};

/// Answers a transaction.
const MOST: usize = 64;
/// Transactions an account may have under way.
const WRITERS: usize = 2;

/// What waits to be written, by account. One per process.
#[derive(Clone, Default)]
pub struct Together(Arc<Mutex<HashMap<AccountId, Desk>>>);

#[derive(Default)]
struct Desk {
    waiting: VecDeque<Waiting>,
    /// Conversations that a transaction under way writes to.
    busy: HashSet<ConversationId>,
    writers: usize,
}

struct Waiting {
    actor: Actor,
    conversation: ConversationId,
    request: CreateMessage,
    answered: oneshot::Sender<Result<Message>>,
}

impl Together {
    /// Writes one answer, alone or with others.
    pub(in crate::messages) async fn send(
        &self,
        ctx: &Ctx,
        actor: &Actor,
        conversation: ConversationId,
        request: CreateMessage,
    ) -> Result<Message> {
        let (answered, answer) = oneshot::channel();
        let waiting = Waiting { actor: actor.clone(), conversation, request, answered };
        let account = actor.account_id;
        if self.admit(account, waiting) {
            // A task of its own: the caller may go away, the others' answers may not go with it.
            tokio::spawn(write_all(self.clone(), ctx.clone(), account));
        }
        answer.await.map_err(|_| Error::internal(anyhow::anyhow!("the writer of answers ended early")))?
    }

    /// Lets one wait; true when a new writer is needed.
    fn admit(&self, account: AccountId, waiting: Waiting) -> bool {
        let mut desks = self.desks();
        let desk = desks.entry(account).or_default();
        // Whoever writes to this conversation now looks again when it is done.
        let needed = desk.writers < WRITERS && !desk.busy.contains(&waiting.conversation);
        desk.writers += usize::from(needed);
        desk.waiting.push_back(waiting);
        needed
    }

    /// What a writer writes next, in the order of arrival. Nothing when it may go.
    fn next(&self, account: AccountId, done: &HashSet<ConversationId>) -> Vec<Waiting> {
        let mut desks = self.desks();
        let Some(desk) = desks.get_mut(&account) else { return Vec::new() };
        desk.busy.retain(|conversation| !done.contains(conversation));
        let mut batch = Vec::new();
        let mut left = VecDeque::new();
        for waiting in desk.waiting.drain(..) {
            if batch.len() < MOST && !desk.busy.contains(&waiting.conversation) {
                batch.push(waiting);
            } else {
                left.push_back(waiting);
            }
        }
        desk.waiting = left;
        desk.busy.extend(batch.iter().map(|waiting| waiting.conversation));
        if batch.is_empty() {
            desk.writers -= 1;
            if desk.writers == 0 && desk.waiting.is_empty() {
                desks.remove(&account);
            }
        }
        batch
    }

    fn desks(&self) -> MutexGuard<'_, HashMap<AccountId, Desk>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn write_all(together: Together, ctx: Ctx, account: AccountId) {
    let mut done = HashSet::new();
    loop {
        let batch = together.next(account, &done);
        if batch.is_empty() {
            return;
        }
        done = batch.iter().map(|waiting| waiting.conversation).collect();
        // A task of its own, so that a panic in it leaves no conversation busy for ever.
        let _ = tokio::spawn(write(ctx.clone(), account, batch)).await;
    }
}

async fn write(ctx: Ctx, account: AccountId, batch: Vec<Waiting>) {
    match store(&ctx, account, &batch).await {
        Ok(messages) => {
            for (waiting, message) in batch.into_iter().zip(messages) {
                match message {
                    Some(message) => waiting.answer(Ok(message)),
                    None => waiting.alone(&ctx).await,
                }
            }
        }
        // One that cannot be stored must not take the others with it.
        Err(Failed::Before(error)) if !error.is_transient() => {
            for waiting in batch {
                waiting.alone(&ctx).await;
            }
        }
        // Trying again would keep all of them waiting, or, after a commit nobody heard of, store them twice.
        Err(Failed::Before(error) | Failed::Commit(error)) => {
            for waiting in batch {
                waiting.answer(Err(Error::Unavailable(anyhow::anyhow!("answers were not stored: {error:#}"))));
            }
        }
    }
}

enum Failed {
    /// Nothing is stored.
    Before(Error),
    /// Nobody knows.
    Commit(Error),
}

async fn store(ctx: &Ctx, account: AccountId, batch: &[Waiting]) -> Result<Vec<Option<Message>>, Failed> {
    let answers: Vec<_> = batch.iter().map(Waiting::as_answer).collect();
    let mut tx = ctx.begin_in(account).await.map_err(Failed::Before)?;
    let ids = super::store(&mut tx, &answers).await.map_err(Failed::Before)?;
    let messages = answers.iter().zip(ids).map(|(answer, id)| id.map(|id| super::message(&tx, answer, id))).collect();
    tx.commit().await.map_err(Failed::Commit)?;
    Ok(messages)
}

impl Waiting {
    fn as_answer(&self) -> Answer<'_> {
        Answer { actor: &self.actor, conversation: self.conversation, request: &self.request }
    }

    /// In a transaction of its own, with all that may be told of it.
    async fn alone(self, ctx: &Ctx) {
        let sent = async {
            let mut tx = ctx.begin(&self.actor).await?;
            let message = super::super::send(&mut tx, &self.actor, self.conversation, self.request.clone()).await?;
            tx.commit().await?;
            Ok(message)
        };
        let sent = sent.await;
        self.answer(sent);
    }

    fn answer(self, result: Result<Message>) {
        // Nobody waiting any more is no error: the message is stored.
        let _ = self.answered.send(result);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(conversation: i64) -> Waiting {
        let request = CreateMessage {
            content: "Hello".to_owned(),
            private: false,
            attachment_ids: Vec::new(),
            content_type: None,
            client_ref: None,
        };
        Waiting {
            actor: Actor::system(AccountId(1)),
            conversation: ConversationId(conversation),
            request,
            answered: oneshot::channel().0,
        }
    }

    fn conversations(batch: &[Waiting]) -> Vec<i64> {
        batch.iter().map(|waiting| waiting.conversation.0).collect()
    }

    fn set(ids: &[i64]) -> HashSet<ConversationId> {
        ids.iter().copied().map(ConversationId).collect()
    }

    #[test]
    fn a_conversation_is_in_one_transaction_at_a_time() {
        let (together, account) = (Together::default(), AccountId(1));
        assert!(together.admit(account, waiting(1)));
        assert_eq!(conversations(&together.next(account, &set(&[]))), [1]);
        assert!(!together.admit(account, waiting(1)), "its writer will look again");
        assert!(together.admit(account, waiting(2)), "another conversation need not wait");
        assert_eq!(conversations(&together.next(account, &set(&[]))), [2]);
        assert!(!together.admit(account, waiting(3)), "two writers are enough");
        assert!(!together.admit(account, waiting(1)));
        assert_eq!(conversations(&together.next(account, &set(&[1]))), [1, 3, 1], "together, in order");
        assert!(together.next(account, &set(&[2])).is_empty());
        assert!(together.next(account, &set(&[1, 3])).is_empty());
        assert!(together.desks().is_empty(), "nothing is remembered of an account that is quiet");
    }
}
