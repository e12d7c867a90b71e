//! Payloads of jobs about remote embeddings.

use serde::{Deserialize, Serialize};
use types::jobs::Queue;

use crate::jobs::Payload;

/// Embed the account's passages that its remote model has not seen, and let go of retired models' vectors.
#[derive(Debug, Serialize, Deserialize)]
pub struct EmbedPassages {
    pub embed: bool,
}

impl Payload for EmbedPassages {
    const QUEUE: Queue = Queue::Index;
}
