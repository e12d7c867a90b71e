//! Readers who ask for the same thing at the same moment share one answer.
//!
//! After an event every browser of an account asks for the same list. The first to ask is answered by a query of its
//! own; those who come while it runs wait for the next one, which begins after all of them have asked. So nobody gets
//! an answer older than the question, and nothing is kept when nobody waits.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use domain::{Actor, Permission};
use serde::Serialize;

use crate::error::{Failure, Result};

/// The newest answer and when its query began; held by whoever asks.
type Slot = Arc<tokio::sync::Mutex<Option<(Instant, Bytes)>>>;

#[derive(Clone, Default)]
pub struct Shared(Arc<Mutex<HashMap<String, Slot>>>);

impl Shared {
    /// Answers as JSON what `ask` finds, or what another's `ask` of the same question found that began no earlier than
    /// now. The question names everything the answer depends on besides the account: for a personal one, the person.
    ///
    /// # Errors
    /// `Forbidden` or `NotFound` for who may not read; otherwise those of `ask`, which are never shared.
    pub async fn read<T: Serialize>(
        &self,
        actor: &Actor,
        question: &str,
        ask: impl Future<Output = Result<T>>,
    ) -> Result<Response> {
        // The others' rights are not this one's.
        actor.require(Permission::Read)?;
        let asked = Instant::now();
        let place = Place::take(self, format!("{} {question}", actor.account_id));
        let mut known = place.slot.lock().await;
        let bytes = match &*known {
            Some((began, bytes)) if *began >= asked => bytes.clone(),
            _ => {
                let began = Instant::now();
                let found = ask.await?;
                let text = serde_json::to_vec(&found).map_err(|error| Failure::from(domain::Error::internal(error)))?;
                let bytes = Bytes::from(text);
                *known = Some((began, bytes.clone()));
                bytes
            }
        };
        Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], bytes).into_response())
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<String, Slot>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place among those who ask; the last to leave takes the slot away.
struct Place<'a> {
    shared: &'a Shared,
    key: String,
    slot: Slot,
}

impl<'a> Place<'a> {
    fn take(shared: &'a Shared, key: String) -> Self {
        let slot = Arc::clone(shared.slots().entry(key.clone()).or_default());
        Self { shared, key, slot }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut slots = self.shared.slots();
        // The map's and ours.
        if Arc::strong_count(&self.slot) == 2 {
            slots.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        time::Duration,
    };

    use futures::future::join_all;
    use types::AccountId;

    use super::*;

    #[tokio::test]
    async fn a_crowd_is_answered_by_two_queries() {
        let (shared, queries) = (Shared::default(), AtomicUsize::new(0));
        let actor = Actor::system(AccountId(1));
        let ask = || async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Ok(queries.fetch_add(1, Ordering::Relaxed))
        };
        join_all((0..20).map(|_| shared.read(&actor, "list", ask()))).await;
        assert_eq!(queries.load(Ordering::Relaxed), 2, "the first one's, and one for all who came while it ran");
        assert!(shared.slots().is_empty(), "nothing is kept when nobody waits");
        shared.read(&actor, "list", ask()).await.expect("an answer");
        assert_eq!(queries.load(Ordering::Relaxed), 3, "a later question is asked anew");
    }
}
