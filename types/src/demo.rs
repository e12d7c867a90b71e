//! The demo's ticket generator. Its answer keeps the spelling of the tool it imitates: camelCase.

use chrono::{DateTime, Utc};

use crate::{ConversationId, Language, MessageId};

response! {
    #[serde(rename_all = "camelCase")]
    pub struct GeneratedTicket {
        pub conversation_id: ConversationId,
        pub message: GeneratedMessage,
    }

    #[serde(rename_all = "camelCase")]
    pub struct GeneratedMessage {
        pub id: MessageId,
        pub content: String,
        pub language: Language,
        pub created_at: DateTime<Utc>,
    }
}
