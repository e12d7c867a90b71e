//! The audit trail: who did what.

use chrono::{DateTime, Utc};

use crate::AuditLogId;

response! {
    pub struct AuditLog {
        pub id: AuditLogId,
        /// `user`, `api_token`, `ai` or `system`.
        pub actor_type: String,
        pub actor_id: Option<i64>,
        pub actor_name: Option<String>,
        /// `noun.verb`, such as `agent.role_changed`.
        pub action: String,
        pub subject_type: String,
        pub subject_id: Option<i64>,
        /// What changed; never secrets, never customers' text.
        pub details: serde_json::Value,
        pub created_at: DateTime<Utc>,
    }
}
