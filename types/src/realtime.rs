//! What a client may say over the WebSocket.

use serde::{Deserialize, Serialize};

use crate::{ConversationId, agents::Availability};

/// A client's frame: one JSON object a text frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientFrame {
    /// First frame of a client without a session cookie.
    Authenticate {
        token: String,
    },
    /// Asks for every event after `after`, once, in order.
    Resume {
        after: i64,
    },
    Join {
        room: String,
    },
    Leave {
        room: String,
    },
    Typing {
        conversation_id: ConversationId,
        on: bool,
    },
    Presence {
        status: Availability,
    },
    Ping {},
}

/// A visitor's frame on the widget's socket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum VisitorFrame {
    Authenticate { website_token: String, visitor_token: String },
    Resume { after: i64 },
    Typing { conversation_id: ConversationId, on: bool },
    Ping {},
}
