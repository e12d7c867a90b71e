//! Jobs: the queues and the states of their work.

use chrono::{DateTime, Utc};

use crate::{AccountId, JobId};

text_enum! {
    Queue { Classify = "classify", Draft = "draft", Index = "index", Maintain = "maintain" }
}

text_enum! {
    /// `parked` jobs killed their worker or ran out of attempts; they are kept until a person decides.
    JobStatus { Ready = "ready", Scheduled = "scheduled", Running = "running", Done = "done", Parked = "parked" }
}

response! {
    pub struct QueueFigures {
        pub queue: Queue,
        pub ready: i64,
        pub delayed: i64,
        pub running: i64,
        pub parked: i64,
        pub done_last_minute: i64,
        /// Age in seconds of the oldest job that could run now.
        pub oldest_seconds: Option<f64>,
    }

    pub struct JobRow {
        pub id: JobId,
        pub account_id: AccountId,
        pub queue: Queue,
        pub status: JobStatus,
        pub attempts: i32,
        pub last_error: Option<String>,
        pub run_at: DateTime<Utc>,
    }
}
