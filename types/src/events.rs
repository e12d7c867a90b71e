//! The event log as clients see it.

use serde::{Deserialize, Serialize};

use crate::AccountId;

text_enum! {
    /// What happened. The spelling is part of the public contract.
    EventKind {
        MessageNew = "message:new",
        MessageSent = "message:sent",
        MessageUpdated = "message:updated",
        ConversationNew = "conversation:new",
        ConversationUpdated = "conversation:updated",
        ConversationAssigned = "conversation:assigned",
        AiProcessing = "ai:processing",
        AiClassification = "ai:classification",
        AiDraft = "ai:draft",
        AgentPresence = "agent:presence",
        AgentTyping = "agent:typing",
        ContactUpdated = "contact:updated",
        NotificationNew = "notification:new",
    }
}

/// One frame of the live stream, and one row of the long-poll answer.
/// Ephemeral frames (typing, presence) and control frames carry no `seq`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventFrame {
    pub event: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    #[serde(default)]
    pub data: serde_json::Value,
}

query! {
    pub struct EventQuery {
        /// Sequence number of the last event already seen; the end of the log otherwise.
        pub after: Option<i64>,
        /// Seconds to wait for something new, 0 to 60.
        pub wait: Option<u32>,
        pub limit: Option<u32>,
    }
}

response! {
    /// The long-poll twin of the WebSocket. `resync` tells that `after` is older than the retention.
    pub struct EventBatch {
        pub data: Vec<EventFrame>,
        /// What to pass as `after` next.
        pub last_seq: i64,
        pub resync: bool,
    }
}
