//! Messages: what customers, agents and the product say in a conversation.

use chrono::{DateTime, Utc};

use crate::{
    ConversationId, MessageId,
    attachments::Attachment,
    conversations::{Priority, Status},
};

/// Longest accepted message, in characters.
pub const MAX_CONTENT_CHARS: usize = 50_000;

text_enum! {
    SenderType { Contact = "contact", User = "user", Ai = "ai", System = "system" }
}

text_enum! {
    /// `activity` lines tell what happened ("assigned to Anna"); they are written by the product alone.
    ContentType { Text = "text", Activity = "activity" }
}

text_enum! {
    DeliveryStatus { Sent = "sent", Delivered = "delivered", Read = "read", Failed = "failed" }
}

response! {
    pub struct Message {
        pub id: MessageId,
        pub conversation_id: ConversationId,
        pub sender_type: SenderType,
        /// Id of the contact or user, by `sender_type`.
        pub sender_id: Option<i64>,
        pub sender_name: String,
        pub content: String,
        pub content_type: ContentType,
        /// What an `activity` line tells, so that it can be shown in the reader's language.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub activity: Option<Activity>,
        /// A private note: agents only, never the customer.
        pub private: bool,
        pub status: DeliveryStatus,
        pub attachments: Vec<Attachment>,
        /// Idempotency key of the client that sent it, so that it recognises its own message.
        pub client_ref: Option<String>,
        pub created_at: DateTime<Utc>,
    }
}

/// What happened in a conversation besides messages. `by` is the acting person, absent when the product acted.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Activity {
    Assigned {
        agent: Option<String>,
        team: Option<String>,
        reason: Option<String>,
        by: Option<String>,
    },
    Unassigned {
        by: Option<String>,
    },
    /// The AI was not sure enough to assign.
    LeftUnassigned {
        reason: String,
    },
    Status {
        to: Status,
        by: Option<String>,
    },
    Priority {
        to: Priority,
        by: Option<String>,
    },
    Labels {
        labels: Vec<String>,
        by: Option<String>,
    },
    Merged {
        display_id: i64,
        by: Option<String>,
    },
    /// The customer asked for a person; the assistant answers no more.
    HandedOver {},
}

request! {
    pub struct CreateMessage {
        pub content: String,
        #[serde(default)]
        pub private: bool,
        /// Tokens of uploaded attachments.
        #[serde(default)]
        pub attachment_ids: Vec<String>,
        #[serde(default)]
        pub content_type: Option<ContentType>,
        /// Chosen by the client; comes back with the message.
        #[serde(default)]
        pub client_ref: Option<String>,
    }
}

query! {
    /// Oldest first. Without `cursor` the newest page; its `next_cursor` leads to older messages.
    pub struct MessageQuery {
        /// Only messages newer than this one, oldest first.
        pub after: Option<MessageId>,
        pub limit: Option<u32>,
        pub cursor: Option<String>,
    }
}
