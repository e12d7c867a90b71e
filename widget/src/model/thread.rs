//! One conversation's messages: what the server has, in order and once each, and what is still on
//! its way there.

use types::{attachments::Attachment, messages::SenderType, widget::VisitorMessage};

use super::state::Load;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    #[default]
    Queued,
    Sending,
    /// The server refused it; only the customer can decide what now.
    Failed,
}

/// A message the server has not confirmed. It keeps its reference over every attempt, so the
/// server recognises it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pending {
    pub client_ref: String,
    pub content: String,
    pub attachments: Vec<Attachment>,
    /// Milliseconds since 1970.
    pub at: f64,
    pub state: Delivery,
    /// Answers that were the server's own failure.
    pub failures: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub enum UploadState {
    Queued,
    /// Percent.
    Running(u8),
    Done(Attachment),
    /// HTTP status, or 0 when no answer came.
    Failed(u16),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Upload {
    pub id: u32,
    pub name: String,
    /// Bytes.
    pub size: f64,
    pub state: UploadState,
}

/// The rating card.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rating {
    pub chosen: Option<i16>,
    pub comment: String,
    pub sending: bool,
    pub thanked: bool,
}

#[derive(Debug, Default)]
pub struct Thread {
    /// The conversation, or [`super::NEW`].
    pub id: i64,
    /// Ascending by id, each once.
    pub messages: Vec<VisitorMessage>,
    /// In the order they were written.
    pub outbox: Vec<Pending>,
    pub draft: String,
    pub uploads: Vec<Upload>,
    /// Cursor to older messages.
    pub older: Option<String>,
    pub load: Load,
    pub loading_older: bool,
    /// May lack the newest messages.
    pub stale: bool,
    pub rating: Rating,
}

impl Thread {
    /// Puts a message in its place, replacing an earlier copy. Whether it is new here.
    pub fn insert(&mut self, message: VisitorMessage) -> bool {
        if let Some(reference) = &message.client_ref {
            self.outbox.retain(|pending| pending.client_ref != *reference);
        }
        match self.messages.binary_search_by_key(&message.id, |known| known.id) {
            Ok(place) => {
                self.messages[place] = message;
                false
            }
            Err(place) => {
                self.messages.insert(place, message);
                true
            }
        }
    }

    /// Puts back a message from an earlier visit, in the order of writing.
    pub fn keep(&mut self, pending: Pending) {
        let place = self.outbox.iter().position(|other| other.at > pending.at).unwrap_or(self.outbox.len());
        self.outbox.insert(place, pending);
    }

    pub fn newest(&self) -> Option<i64> {
        self.messages.last().map(|message| message.id.0)
    }

    pub fn pending_mut(&mut self, client_ref: &str) -> Option<&mut Pending> {
        self.outbox.iter_mut().find(|pending| pending.client_ref == client_ref)
    }

    pub fn upload_mut(&mut self, id: u32) -> Option<&mut Upload> {
        self.uploads.iter_mut().find(|upload| upload.id == id)
    }

    /// The next message to send. One at a time, so that they arrive in order.
    pub fn next_to_send(&self) -> Option<&Pending> {
        if self.outbox.iter().any(|pending| pending.state == Delivery::Sending) {
            return None;
        }
        self.outbox.iter().find(|pending| pending.state == Delivery::Queued)
    }

    /// Whether there is something to send, and all of it is there.
    pub fn can_send(&self) -> bool {
        let uploaded = self.uploads.iter().all(|upload| matches!(upload.state, UploadState::Done(_)));
        uploaded && !(self.draft.trim().is_empty() && self.uploads.is_empty())
    }

    /// Nothing here would be missed.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty() && self.outbox.is_empty()
    }

    /// The customer's newest message the server has.
    pub fn last_own(&self) -> Option<&VisitorMessage> {
        self.messages.iter().rev().find(|message| message.sender_type == SenderType::Contact)
    }
}
