//! Frames of the live connection as what they mean to a page.

use serde::Deserialize;
#[cfg(any(feature = "hydrate", test))]
use types::events::EventFrame;
use types::{
    ConversationId, UserId, agents::Availability, classifications::Classification, contacts::Contact,
    conversations::Conversation, drafts::Draft, messages::Message,
};

#[derive(Clone, Debug)]
#[cfg_attr(not(any(feature = "hydrate", test)), expect(dead_code, reason = "only a browser receives news"))]
pub enum News {
    Message {
        message: Box<Message>,
        conversation: Option<Box<Conversation>>,
    },
    Conversation(Box<Conversation>),
    Classification {
        classification: Box<Classification>,
        conversation: Option<Box<Conversation>>,
    },
    Draft {
        draft: Box<Draft>,
        conversation: Option<Box<Conversation>>,
    },
    Contact(Box<Contact>),
    Presence(Presence),
    Typing(Typing),
    Processing(Processing),
    /// Too much was missed: what is shown must be asked for anew.
    Resync,
}

/// An agent's availability, or that they look at a conversation (`viewing`) or no longer do.
#[derive(Clone, Debug, Deserialize)]
pub struct Presence {
    pub user_id: UserId,
    pub name: String,
    pub status: Option<Availability>,
    pub conversation_id: Option<ConversationId>,
    #[serde(default)]
    pub viewing: bool,
}

/// Somebody writes: an agent by `user_id`, the customer without.
#[derive(Clone, Debug, Deserialize)]
pub struct Typing {
    pub conversation_id: ConversationId,
    pub user_id: Option<UserId>,
    #[serde(default)]
    pub name: String,
    pub on: bool,
}

/// The assistant is at work on a message.
#[derive(Clone, Debug, Deserialize)]
pub struct Processing {
    pub conversation_id: ConversationId,
    #[serde(default)]
    pub stage: String,
    /// The draft so far, where a model writes one.
    pub text: Option<String>,
}

/// An object with the conversation it belongs to beside it.
#[cfg(any(feature = "hydrate", test))]
#[derive(Deserialize)]
struct With<T> {
    #[serde(flatten)]
    object: T,
    conversation: Option<Box<Conversation>>,
}

impl News {
    #[cfg(any(feature = "hydrate", test))]
    /// None for what no page cares about, and for what it cannot read.
    pub fn read(frame: EventFrame) -> Option<Self> {
        let data = frame.data;
        Some(match frame.event.as_str() {
            "message:new" | "message:sent" | "message:updated" => {
                let With { object, conversation } = serde_json::from_value(data).ok()?;
                Self::Message { message: Box::new(object), conversation }
            }
            "conversation:new" | "conversation:updated" | "conversation:assigned" => {
                Self::Conversation(serde_json::from_value(data).ok()?)
            }
            "ai:classification" => {
                let With { object, conversation } = serde_json::from_value(data).ok()?;
                Self::Classification { classification: Box::new(object), conversation }
            }
            "ai:draft" => {
                let With { object, conversation } = serde_json::from_value(data).ok()?;
                Self::Draft { draft: Box::new(object), conversation }
            }
            "contact:updated" => Self::Contact(serde_json::from_value(data).ok()?),
            "agent:presence" => Self::Presence(serde_json::from_value(data).ok()?),
            "agent:typing" => Self::Typing(serde_json::from_value(data).ok()?),
            "ai:processing" => Self::Processing(serde_json::from_value(data).ok()?),
            "resync" => Self::Resync,
            _ => return None,
        })
    }

    /// The conversation as it is after this, where the news carry it.
    pub fn conversation(&self) -> Option<&Conversation> {
        match self {
            Self::Conversation(conversation) => Some(conversation),
            Self::Message { conversation, .. }
            | Self::Classification { conversation, .. }
            | Self::Draft { conversation, .. } => conversation.as_deref(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn frame(event: &str, data: serde_json::Value) -> EventFrame {
        EventFrame { event: event.to_owned(), seq: Some(1), account_id: None, data }
    }

    #[test]
    fn typing_is_read_for_agents_and_customers() {
        let agent =
            News::read(frame("agent:typing", json!({ "conversation_id": 7, "user_id": 3, "name": "Ben", "on": true })));
        assert!(matches!(agent, Some(News::Typing(Typing { user_id: Some(UserId(3)), on: true, .. }))));
        let customer = News::read(frame(
            "agent:typing",
            json!({ "conversation_id": 7, "contact_id": 9, "name": "Kim", "on": false }),
        ));
        assert!(matches!(customer, Some(News::Typing(Typing { user_id: None, on: false, .. }))));
    }

    #[test]
    fn what_cannot_be_read_is_left_out() {
        assert!(News::read(frame("message:new", json!({ "id": 1 }))).is_none());
        assert!(News::read(frame("something:else", json!({}))).is_none());
        assert!(matches!(News::read(frame("resync", json!({}))), Some(News::Resync)));
    }
}
