//! Drafts while a model writes them, for whoever watches from within this process. Nothing is kept: a watcher who misses a
//! part sees the next one, and in the end the draft.

use tokio::sync::broadcast;
use types::{AccountId, ConversationId};

/// Parts a watcher may fall behind.
const RING: usize = 256;

/// A draft so far.
#[derive(Clone, Debug)]
pub struct Writing {
    pub account_id: AccountId,
    pub conversation_id: ConversationId,
    /// Whole sentences, without marks; not yet held against their sources.
    pub text: String,
}

#[derive(Clone, Debug)]
pub struct Writings(broadcast::Sender<Writing>);

impl Default for Writings {
    fn default() -> Self {
        Self(broadcast::Sender::new(RING))
    }
}

impl Writings {
    pub fn watch(&self) -> broadcast::Receiver<Writing> {
        self.0.subscribe()
    }

    pub(crate) fn tell(&self, writing: Writing) {
        // Nobody watching is no error.
        let _ = self.0.send(writing);
    }
}
