//! Asking the AI to look at a message again.

use crate::{JobId, MessageId};

request! {
    pub struct AiRequest {
        pub message_id: MessageId,
    }
}

query! {
    pub struct AiQuery {
        /// Answer with the result instead of the job's id.
        pub wait: Option<bool>,
    }
}

response! {
    pub struct JobAccepted {
        pub job_id: JobId,
    }
}
