//! Payloads of jobs about categories.

use serde::{Deserialize, Serialize};
use types::jobs::Queue;

use crate::jobs::Payload;

/// Train the account's classifier on what it has been taught since it was last trained.
#[derive(Debug, Serialize, Deserialize)]
pub struct TrainClassifier {
    /// Even when little is new. Set when it has waited for more.
    pub anyway: bool,
}

impl Payload for TrainClassifier {
    const QUEUE: Queue = Queue::Maintain;
}
