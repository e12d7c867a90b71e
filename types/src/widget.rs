//! The customer's chat: what the widget and the server say to each other.

use chrono::{DateTime, Utc};

use crate::{
    ConversationId, InboxId, Language, MessageId, attachments::Attachment, conversations::Status, messages::SenderType,
};

query! {
    pub struct WidgetConfigQuery {
        pub website_token: String,
    }
}

response! {
    /// Everything the loader needs before the first click, and the widget after it.
    pub struct WidgetConfig {
        pub inbox_id: InboxId,
        pub account_name: String,
        pub welcome_title: String,
        pub welcome_tagline: String,
        pub identity_required: bool,
        /// Whether an agent is online now.
        pub online: bool,
        /// Typical minutes to a first answer, when known.
        pub reply_minutes: Option<i64>,
        /// Agents shown in the header: names only.
        pub agents: Vec<String>,
        /// Hashed paths of the chat's code, loaded on the first click.
        pub script: String,
        pub wasm: String,
    }

    pub struct VisitorSession {
        /// Sent as `X-Visitor-Token`; names this visitor for a year.
        pub visitor_token: String,
        pub contact: VisitorContact,
    }

    pub struct VisitorContact {
        pub name: Option<String>,
        pub email: Option<String>,
        pub identifier: Option<String>,
        pub verified: bool,
    }

    pub struct VisitorConversation {
        pub id: ConversationId,
        pub status: Status,
        pub last_message: Option<String>,
        pub last_message_at: Option<DateTime<Utc>>,
        pub unread_count: i64,
        /// Newest message the agents have read.
        pub agent_read_message_id: Option<MessageId>,
        pub csat_rating: Option<i16>,
        pub created_at: DateTime<Utc>,
    }

    /// A message as the customer may see it: no notes, no internals.
    pub struct VisitorMessage {
        pub id: MessageId,
        pub conversation_id: ConversationId,
        pub sender_type: SenderType,
        pub sender_name: String,
        pub content: String,
        pub attachments: Vec<Attachment>,
        pub client_ref: Option<String>,
        pub created_at: DateTime<Utc>,
    }

    pub struct StartedConversation {
        pub conversation: VisitorConversation,
        pub message: VisitorMessage,
    }
}

request! {
    /// Opens (or, with `visitor_token`, continues) a visitor's session.
    pub struct OpenVisitorSession {
        pub website_token: String,
        #[serde(default)]
        pub visitor_token: Option<String>,
        #[serde(default)]
        pub identifier: Option<String>,
        #[serde(default)]
        pub identifier_hash: Option<String>,
        #[serde(default)]
        pub name: Option<String>,
        #[serde(default)]
        pub email: Option<String>,
        #[serde(default)]
        pub avatar_url: Option<String>,
        #[serde(default)]
        pub locale: Option<Language>,
    }

    pub struct StartConversation {
        pub content: String,
        #[serde(default)]
        pub attachment_ids: Vec<String>,
        #[serde(default)]
        pub client_ref: Option<String>,
    }

    pub struct VisitorCreateMessage {
        pub content: String,
        #[serde(default)]
        pub attachment_ids: Vec<String>,
        #[serde(default)]
        pub client_ref: Option<String>,
    }

    pub struct VisitorTyping {
        pub on: bool,
    }

    pub struct VisitorCsat {
        /// 1 (worst) to 5 (best).
        pub rating: i16,
        #[serde(default)]
        pub comment: Option<String>,
    }

    pub struct VisitorUpdateContact {
        #[serde(default)]
        pub name: Option<String>,
        #[serde(default)]
        pub email: Option<String>,
        #[serde(default)]
        pub custom_attributes: Option<serde_json::Map<String, serde_json::Value>>,
    }
}
