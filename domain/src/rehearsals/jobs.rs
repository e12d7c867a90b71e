//! Payloads of jobs about rehearsals.

use serde::{Deserialize, Serialize};
use types::{RehearsalId, jobs::Queue};

use crate::jobs::Payload;

/// Try the next conversations of a rehearsal.
#[derive(Debug, Serialize, Deserialize)]
pub struct Rehearse {
    pub rehearsal_id: RehearsalId,
}

impl Payload for Rehearse {
    const QUEUE: Queue = Queue::Maintain;
}
