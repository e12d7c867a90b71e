//! Payloads of jobs about messages.

use serde::{Deserialize, Serialize};
use types::{MessageId, jobs::Queue};

use crate::jobs::Payload;

/// Classify a customer's message, route its conversation and draft an answer.
#[derive(Debug, Serialize, Deserialize)]
pub struct ClassifyMessage {
    pub message_id: MessageId,
    /// Asked for by a person: may happen more than once.
    #[serde(default)]
    pub again: bool,
}

impl Payload for ClassifyMessage {
    const QUEUE: Queue = Queue::Classify;

    fn unique_key(&self) -> Option<String> {
        (!self.again).then(|| format!("classify:{}", self.message_id))
    }
}

/// Draft an answer to a customer's message.
#[derive(Debug, Serialize, Deserialize)]
pub struct DraftReply {
    pub message_id: MessageId,
    #[serde(default)]
    pub again: bool,
}

impl Payload for DraftReply {
    const QUEUE: Queue = Queue::Draft;

    fn unique_key(&self) -> Option<String> {
        (!self.again).then(|| format!("draft:{}", self.message_id))
    }
}
