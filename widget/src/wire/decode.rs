//! What the server says. A field that is missing where it must not be makes the whole nothing;
//! fields we do not know are passed over, so an older chat understands a newer server.

use types::{
    Page, Timestamp,
    attachments::Attachment,
    widget::{StartedConversation, VisitorContact, VisitorConversation, VisitorMessage, VisitorSession, WidgetConfig},
};

use super::{Json, time};
use crate::model::{Event, Identity, Kept, Pending};

pub trait Decode: Sized {
    fn decode(json: &Json) -> Option<Self>;
}

impl Json {
    pub fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn owned(&self) -> Option<String> {
        self.text().map(str::to_owned)
    }

    pub fn is_true(&self) -> bool {
        *self == Self::Bool(true)
    }

    fn time(&self) -> Option<Timestamp> {
        self.text().and_then(time::parse)
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(json: &Json) -> Option<Self> {
        match json {
            Json::List(items) => items.iter().map(T::decode).collect(),
            _ => None,
        }
    }
}

impl Decode for String {
    fn decode(json: &Json) -> Option<Self> {
        json.owned()
    }
}

impl<T: Decode> Decode for Page<T> {
    fn decode(json: &Json) -> Option<Self> {
        Some(Self { data: Vec::decode(json.get("data"))?, next_cursor: json.get("next_cursor").owned() })
    }
}

impl Decode for WidgetConfig {
    fn decode(json: &Json) -> Option<Self> {
        Some(Self {
            inbox_id: json.get("inbox_id").number()?.into(),
            account_name: json.get("account_name").owned()?,
            welcome_title: json.get("welcome_title").owned()?,
            welcome_tagline: json.get("welcome_tagline").owned()?,
            identity_required: json.get("identity_required").is_true(),
            online: json.get("online").is_true(),
            reply_minutes: json.get("reply_minutes").number(),
            agents: Vec::decode(json.get("agents"))?,
            script: json.get("script").owned()?,
            wasm: json.get("wasm").owned()?,
        })
    }
}

impl Decode for VisitorContact {
    fn decode(json: &Json) -> Option<Self> {
        Some(Self {
            name: json.get("name").owned(),
            email: json.get("email").owned(),
            identifier: json.get("identifier").owned(),
            verified: json.get("verified").is_true(),
        })
    }
}

impl Decode for VisitorSession {
    fn decode(json: &Json) -> Option<Self> {
        Some(Self {
            visitor_token: json.get("visitor_token").owned()?,
            contact: VisitorContact::decode(json.get("contact"))?,
        })
    }
}

impl Decode for VisitorConversation {
    fn decode(json: &Json) -> Option<Self> {
        Some(Self {
            id: json.get("id").number()?.into(),
            status: json.get("status").text()?.parse().ok()?,
            last_message: json.get("last_message").owned(),
            last_message_at: json.get("last_message_at").time(),
            unread_count: json.get("unread_count").number().unwrap_or(0),
            agent_read_message_id: json.get("agent_read_message_id").number().map(Into::into),
            csat_rating: json.get("csat_rating").number().map(|rating| rating as i16),
            created_at: json.get("created_at").time()?,
        })
    }
}

impl Decode for Attachment {
    fn decode(json: &Json) -> Option<Self> {
        Some(Self {
            token: json.get("token").owned()?,
            file_name: json.get("file_name").owned()?,
            content_type: json.get("content_type").owned()?,
            size: json.get("size").number()?,
            url: json.get("url").owned()?,
        })
    }
}

impl Decode for VisitorMessage {
    fn decode(json: &Json) -> Option<Self> {
        Some(Self {
            id: json.get("id").number()?.into(),
            conversation_id: json.get("conversation_id").number()?.into(),
            sender_type: json.get("sender_type").text()?.parse().ok()?,
            sender_name: json.get("sender_name").owned()?,
            content: json.get("content").owned()?,
            attachments: Vec::decode(json.get("attachments")).unwrap_or_default(),
            client_ref: json.get("client_ref").owned(),
            created_at: json.get("created_at").time()?,
        })
    }
}

impl Decode for StartedConversation {
    fn decode(json: &Json) -> Option<Self> {
        Some(Self {
            conversation: VisitorConversation::decode(json.get("conversation"))?,
            message: VisitorMessage::decode(json.get("message"))?,
        })
    }
}

impl Decode for Event {
    fn decode(json: &Json) -> Option<Self> {
        Some(Self { name: json.get("event").owned()?, seq: json.get("seq").number(), data: json.get("data").clone() })
    }
}

impl Decode for Identity {
    fn decode(json: &Json) -> Option<Self> {
        Some(Self {
            identifier: json.get("identifier").owned()?,
            identifier_hash: json.get("identifier_hash").owned(),
            name: json.get("name").owned(),
            email: json.get("email").owned(),
            avatar_url: json.get("avatar_url").owned(),
        })
    }
}

impl Decode for Kept {
    fn decode(json: &Json) -> Option<Self> {
        Some(Self {
            thread: json.get("thread").number()?,
            pending: Pending {
                client_ref: json.get("client_ref").owned()?,
                content: json.get("content").owned()?,
                attachments: Vec::decode(json.get("attachments"))?,
                at: json.get("at").number()? as f64,
                ..Pending::default()
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::wire::read;

    use super::*;

    /// The shared types are the contract: what they write, this reads.
    #[test]
    fn understands_what_the_server_writes() {
        let message = crate::model::tests::agent(3, "Anna", "\"Ä\"\n😀");
        let message = VisitorMessage {
            attachments: vec![Attachment {
                token: "t".to_owned(),
                file_name: "ä.png".to_owned(),
                content_type: "image/png".to_owned(),
                size: 12,
                url: "/x".to_owned(),
            }],
            client_ref: Some("r".to_owned()),
            ..message
        };
        let conversation = VisitorConversation {
            csat_rating: Some(5),
            last_message: Some("x".to_owned()),
            last_message_at: Some(message.created_at),
            agent_read_message_id: Some(9.into()),
            ..crate::model::tests::conversation(2)
        };
        let started = StartedConversation { conversation, message };
        let page = Page { data: vec![started], next_cursor: Some("c".to_owned()) };
        let text = serde_json::to_string(&page).expect("json");
        assert_eq!(read(&text), Some(page));
        let config = crate::model::tests::config();
        let text = serde_json::to_string(&config).expect("json");
        assert_eq!(read(&text), Some(config));
        let session = VisitorSession {
            visitor_token: "v".to_owned(),
            contact: VisitorContact {
                name: Some("Kim".to_owned()),
                email: None,
                identifier: Some("u".to_owned()),
                verified: true,
            },
        };
        let text = serde_json::to_string(&session).expect("json");
        assert_eq!(read(&text), Some(session));
    }
}
