//! The messages on show: pages of history, what arrives, and what is on its way out.

use leptos::{prelude::*, task::spawn_local};
use types::{
    ConversationId, MessageId, Page,
    attachments::Attachment,
    messages::{ContentType, CreateMessage, DeliveryStatus, Message, SenderType},
};

use super::api;
use crate::{browser, error::UiError, session::Person};

/// How far a message of this page has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    Done,
    Sending,
    Failed(UiError),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub message: Message,
    pub delivery: Delivery,
}

impl Entry {
    /// Changes whenever the entry has to be drawn anew.
    pub fn key(&self) -> String {
        let stage = match self.delivery {
            Delivery::Done => "",
            Delivery::Sending => "sending",
            Delivery::Failed(_) => "failed",
        };
        format!(
            "{}-{}-{}{stage}",
            self.message.id,
            self.message.status,
            self.message.client_ref.as_deref().filter(|_| self.message.id.0 == 0).unwrap_or_default()
        )
    }
}

#[derive(Clone, Copy)]
pub struct Thread {
    pub conversation: ConversationId,
    pub entries: RwSignal<Vec<Entry>>,
    /// Leads to older messages, while there are any.
    pub older: RwSignal<Option<String>>,
    pub loading: RwSignal<bool>,
}

impl Thread {
    pub fn new(conversation: ConversationId, page: Page<Message>) -> Self {
        let entries = page.data.into_iter().map(|message| Entry { message, delivery: Delivery::Done }).collect();
        Self {
            conversation,
            entries: RwSignal::new(entries),
            older: RwSignal::new(page.next_cursor),
            loading: RwSignal::new(false),
        }
    }

    /// A message as the server has it: takes the place of the one on its way, if it is that one.
    pub fn receive(self, message: &Message) {
        let entry = Entry { message: message.clone(), delivery: Delivery::Done };
        self.entries.update(|entries| {
            let mine = |known: &Entry| {
                known.message.id.0 == 0
                    && known.message.client_ref.is_some()
                    && known.message.client_ref == message.client_ref
            };
            let known = entries.iter().position(|known| known.message.id == message.id);
            match known.or_else(|| entries.iter().position(mine)) {
                Some(at) => entries[at] = entry,
                None => entries.push(entry),
            }
            // What is on its way has no number yet and stays last.
            entries.sort_by_key(|entry| if entry.message.id.0 == 0 { MessageId(i64::MAX) } else { entry.message.id });
        });
    }

    /// Shows the message at once and sends it.
    pub fn send(self, author: Person, content: String, private: bool, attachments: Vec<Attachment>) {
        let client_ref = browser::fresh_ref();
        let message = Message {
            id: MessageId(0),
            conversation_id: self.conversation,
            sender_type: SenderType::User,
            sender_id: Some(author.id.0),
            sender_name: author.name,
            content,
            content_type: ContentType::Text,
            activity: None,
            private,
            status: DeliveryStatus::Sent,
            attachments,
            client_ref: Some(client_ref),
            created_at: browser::now(),
        };
        self.entries.update(|entries| entries.push(Entry { message: message.clone(), delivery: Delivery::Sending }));
        self.dispatch(message);
    }

    /// Sends again what failed, under the same name: it can arrive only once.
    pub fn retry(self, client_ref: &str) {
        let mut again = None;
        self.entries.update(|entries| {
            if let Some(entry) =
                entries.iter_mut().find(|entry| entry.message.client_ref.as_deref() == Some(client_ref))
            {
                entry.delivery = Delivery::Sending;
                again = Some(entry.message.clone());
            }
        });
        if let Some(message) = again {
            self.dispatch(message);
        }
    }

    pub fn discard(self, client_ref: &str) {
        self.entries.update(|entries| entries.retain(|entry| entry.message.client_ref.as_deref() != Some(client_ref)));
    }

    fn dispatch(self, message: Message) {
        let request = CreateMessage {
            content: message.content.clone(),
            private: message.private,
            attachment_ids: message.attachments.iter().map(|attachment| attachment.token.clone()).collect(),
            content_type: None,
            client_ref: message.client_ref.clone(),
        };
        spawn_local(async move {
            match api::post(self.conversation, request).await {
                Ok(sent) => {
                    if !self.entries.is_disposed() {
                        self.receive(&sent);
                    }
                }
                Err(error) => {
                    _ = self.entries.try_update(|entries| {
                        if let Some(entry) = entries
                            .iter_mut()
                            .find(|entry| entry.message.id.0 == 0 && entry.message.client_ref == message.client_ref)
                        {
                            entry.delivery = Delivery::Failed(error);
                        }
                    });
                }
            }
        });
    }

    /// Puts the page before the oldest message on show; `then` runs once it is drawn.
    pub fn load_older(self, then: impl FnOnce() + 'static, failed: impl FnOnce(UiError) + 'static) {
        let Some(cursor) = self.older.get_untracked() else { return };
        if self.loading.get_untracked() {
            return;
        }
        self.loading.set(true);
        spawn_local(async move {
            let answer = api::older(self.conversation, cursor).await;
            self.loading.try_set(false);
            match answer {
                Ok(page) => {
                    self.older.try_set(page.next_cursor);
                    self.entries.try_update(|entries| {
                        let older = page.data.into_iter().map(|message| Entry { message, delivery: Delivery::Done });
                        let known = std::mem::take(entries);
                        *entries = older
                            .filter(|entry| !known.iter().any(|known| known.message.id == entry.message.id))
                            .collect();
                        entries.extend(known);
                    });
                    request_animation_frame(then);
                }
                Err(error) => failed(error),
            }
        });
    }
}
