//! What the chat says. A field without a value is left out.

use types::{
    attachments::Attachment,
    realtime::VisitorFrame,
    widget::{OpenVisitorSession, VisitorCreateMessage, VisitorCsat, VisitorMessage, VisitorTyping},
};

use super::Json;
use crate::model::{ContactDetails, Kept};

pub trait Encode {
    fn encode(&self) -> Json;
}

struct Object(Vec<(String, Json)>);

impl Object {
    fn new() -> Self {
        Self(Vec::new())
    }

    fn with(mut self, name: &str, value: Json) -> Self {
        self.0.push((name.to_owned(), value));
        self
    }

    fn text(self, name: &str, value: &str) -> Self {
        self.with(name, Json::Text(value.to_owned()))
    }

    fn maybe(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    fn done(self) -> Json {
        Json::Object(self.0)
    }
}

fn list(texts: &[String]) -> Json {
    Json::List(texts.iter().map(|text| Json::Text(text.clone())).collect())
}

impl Encode for () {
    fn encode(&self) -> Json {
        Json::Object(Vec::new())
    }
}

impl Encode for OpenVisitorSession {
    fn encode(&self) -> Json {
        Object::new()
            .text("website_token", &self.website_token)
            .maybe("visitor_token", self.visitor_token.as_deref())
            .maybe("identifier", self.identifier.as_deref())
            .maybe("identifier_hash", self.identifier_hash.as_deref())
            .maybe("name", self.name.as_deref())
            .maybe("email", self.email.as_deref())
            .maybe("avatar_url", self.avatar_url.as_deref())
            .maybe("locale", self.locale.map(types::Language::as_str))
            .done()
    }
}

/// The first message of a conversation has the same shape as every other.
impl Encode for VisitorCreateMessage {
    fn encode(&self) -> Json {
        Object::new()
            .text("content", &self.content)
            .with("attachment_ids", list(&self.attachment_ids))
            .maybe("client_ref", self.client_ref.as_deref())
            .done()
    }
}

impl Encode for VisitorTyping {
    fn encode(&self) -> Json {
        Object::new().with("on", Json::Bool(self.on)).done()
    }
}

impl Encode for VisitorCsat {
    fn encode(&self) -> Json {
        Object::new().with("rating", Json::Number(self.rating.into())).maybe("comment", self.comment.as_deref()).done()
    }
}

impl Encode for ContactDetails {
    fn encode(&self) -> Json {
        match self {
            Self::Reach { name, email } => {
                Object::new().maybe("name", name.as_deref()).maybe("email", email.as_deref()).done()
            }
            Self::Attributes(json) => Object::new().with("custom_attributes", Json::Raw(json.clone())).done(),
        }
    }
}

impl Encode for VisitorFrame {
    fn encode(&self) -> Json {
        let frame = |kind: &str| Object::new().text("type", kind);
        match self {
            Self::Authenticate { website_token, visitor_token } => {
                frame("authenticate").text("website_token", website_token).text("visitor_token", visitor_token)
            }
            Self::Resume { after } => frame("resume").with("after", Json::Number(*after)),
            Self::Typing { conversation_id, on } => {
                frame("typing").with("conversation_id", Json::Number(conversation_id.0)).with("on", Json::Bool(*on))
            }
            Self::Ping {} => frame("ping"),
        }
        .done()
    }
}

impl Encode for Attachment {
    fn encode(&self) -> Json {
        Object::new()
            .text("token", &self.token)
            .text("file_name", &self.file_name)
            .text("content_type", &self.content_type)
            .with("size", Json::Number(self.size))
            .text("url", &self.url)
            .done()
    }
}

impl Encode for Kept {
    fn encode(&self) -> Json {
        let attachments = self.pending.attachments.iter().map(Attachment::encode);
        Object::new()
            .with("thread", Json::Number(self.thread))
            .text("client_ref", &self.pending.client_ref)
            .text("content", &self.pending.content)
            .with("attachments", Json::List(attachments.collect()))
            .with("at", Json::Number(self.pending.at as i64))
            .done()
    }
}

/// For the host page, which learns of a message what it may need to show a notice.
impl Encode for VisitorMessage {
    fn encode(&self) -> Json {
        Object::new()
            .with("id", Json::Number(self.id.0))
            .with("conversation_id", Json::Number(self.conversation_id.0))
            .text("sender_type", self.sender_type.as_str())
            .text("sender_name", &self.sender_name)
            .text("content", &self.content)
            .done()
    }
}

#[cfg(test)]
mod tests {
    use types::widget::{StartConversation, VisitorUpdateContact};

    use super::*;
    use crate::wire::write;

    fn agrees<T: serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(value: &impl Encode, expected: &T) {
        let read: T = serde_json::from_str(&write(value)).expect("the server reads it");
        assert_eq!(read, *expected);
    }

    /// The shared types are the contract: what this writes, they read, and they refuse unknown fields.
    #[test]
    fn the_server_understands() {
        let open = OpenVisitorSession {
            website_token: "w".to_owned(),
            visitor_token: Some("v".to_owned()),
            identifier: Some("u\"1".to_owned()),
            identifier_hash: None,
            name: Some("Kim\n".to_owned()),
            email: None,
            avatar_url: None,
            locale: Some(types::Language::Finnish),
        };
        agrees(&open, &open);
        let create = VisitorCreateMessage {
            content: "hei 😀".to_owned(),
            attachment_ids: vec!["a".to_owned()],
            client_ref: Some("r".to_owned()),
        };
        agrees(&create, &create);
        agrees(
            &create,
            &StartConversation {
                content: create.content.clone(),
                attachment_ids: create.attachment_ids.clone(),
                client_ref: create.client_ref.clone(),
            },
        );
        let csat = VisitorCsat { rating: 4, comment: Some("ok".to_owned()) };
        agrees(&csat, &csat);
        agrees(&VisitorTyping { on: true }, &VisitorTyping { on: true });
        for frame in [
            VisitorFrame::Authenticate { website_token: "w".to_owned(), visitor_token: "v".to_owned() },
            VisitorFrame::Resume { after: 7 },
            VisitorFrame::Typing { conversation_id: 3.into(), on: false },
            VisitorFrame::Ping {},
        ] {
            agrees(&frame, &frame);
        }
        let attributes = serde_json::json!({"plan": "pro", "seats": 1.5});
        agrees(
            &ContactDetails::Attributes(attributes.to_string()),
            &VisitorUpdateContact { name: None, email: None, custom_attributes: attributes.as_object().cloned() },
        );
    }
}
