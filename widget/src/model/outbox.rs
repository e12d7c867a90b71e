//! Sending: what is written goes out in order, once, and is kept until the server has it.

use types::attachments::Attachment;

use super::{
    Key, NEW,
    msg::{Answer, Effect, Posted},
    session::keep,
    state::{Load, Screen, Session, State},
    thread::{Delivery, Pending, UploadState},
};

/// After this many failures of the server itself the customer is told.
const PATIENCE: u32 = 4;
const LONGEST_WAIT: u32 = 30_000;

/// Milliseconds to wait after the given number of failures in a row: doubling, and scattered so
/// that a thousand customers do not come back in the same instant.
pub(super) fn backoff(failures: u32, random: f64) -> u32 {
    let full = 500_u32.saturating_mul(1 << failures.min(8)).min(LONGEST_WAIT);
    (f64::from(full) * (0.5 + random / 2.0)) as u32
}

impl State {
    /// Moves what the composer holds to the outbox.
    pub(super) fn send(&mut self, thread_id: i64, now: f64, random: [f64; 2], effects: &mut Vec<Effect>) {
        let thread = self.thread_mut(thread_id);
        if !thread.can_send() {
            return;
        }
        let attachments = std::mem::take(&mut thread.uploads)
            .into_iter()
            .filter_map(|upload| {
                effects.push(Effect::DropFile(upload.id));
                match upload.state {
                    UploadState::Done(attachment) => Some(attachment),
                    _ => None,
                }
            })
            .collect();
        let content = std::mem::take(&mut thread.draft).trim().to_owned();
        effects.push(Effect::Forget(Key::Draft(thread_id)));
        self.say(thread_id, content, attachments, (now, random), effects);
        self.emoji_open = false;
        self.stopped_typing(thread_id, effects);
    }

    /// Puts words into the outbox, whatever else is being written; `at` is now, and what names the message.
    pub(super) fn say(
        &mut self,
        thread_id: i64,
        content: String,
        attachments: Vec<Attachment>,
        at: (f64, [f64; 2]),
        effects: &mut Vec<Effect>,
    ) {
        let (now, random) = at;
        let pending = Pending {
            client_ref: reference(now, random),
            content,
            attachments,
            at: now,
            state: Delivery::Queued,
            failures: 0,
        };
        effects.push(keep(thread_id, &pending));
        effects.push(Effect::ScrollToEnd);
        self.thread_mut(thread_id).outbox.push(pending);
    }

    /// Sends what may be sent now.
    pub(super) fn flush(&mut self, effects: &mut Vec<Effect>) {
        if self.held || !self.online || !matches!(self.session, Session::Open(_)) {
            return;
        }
        for thread in &mut self.threads {
            let Some(next) = thread.next_to_send() else {
                continue;
            };
            let client_ref = next.client_ref.clone();
            effects.push(Effect::Post {
                thread: thread.id,
                client_ref: client_ref.clone(),
                content: next.content.clone(),
                attachment_ids: next.attachments.iter().map(|attachment| attachment.token.clone()).collect(),
            });
            if let Some(pending) = thread.pending_mut(&client_ref) {
                pending.state = Delivery::Sending;
            }
        }
    }

    pub(super) fn posted(&mut self, client_ref: &str, answer: Answer<Posted>, random: f64, effects: &mut Vec<Effect>) {
        if self.session_heard(&answer, effects) {
            return;
        }
        match answer {
            Ok(Posted::Message(message)) => {
                self.insert(message, effects);
            }
            Ok(Posted::Started(started)) => {
                let id = started.conversation.id.0;
                if self.conversation(id).is_none() {
                    self.conversations.insert(0, started.conversation);
                }
                self.insert(started.message, effects);
            }
            Err(refusal) => {
                let Some(pending) = self.threads.iter_mut().find_map(|thread| thread.pending_mut(client_ref)) else {
                    // The live connection confirmed it before.
                    return;
                };
                let waits = refusal.passes();
                if refusal != super::Refusal::Network {
                    pending.failures += 1;
                }
                if waits && pending.failures < PATIENCE {
                    pending.state = Delivery::Queued;
                    self.hold(random, effects);
                } else {
                    pending.state = Delivery::Failed;
                }
            }
        }
    }

    /// The new thread has become this conversation.
    pub(super) fn adopt(&mut self, id: i64, effects: &mut Vec<Effect>) {
        let Some(place) = self.threads.iter().position(|thread| thread.id == NEW) else {
            return;
        };
        // A list that is being read may be from before it, and would send the customer home.
        self.list_again |= self.listed == Load::Loading;
        let new = self.threads.remove(place);
        for pending in &new.outbox {
            effects.push(keep(id, pending));
        }
        if !new.draft.is_empty() {
            effects.push(Effect::Save(Key::Draft(id), new.draft.clone()));
        }
        effects.push(Effect::Forget(Key::Draft(NEW)));
        let thread = self.thread_mut(id);
        thread.outbox.extend(new.outbox);
        thread.uploads.extend(new.uploads);
        thread.draft = new.draft;
        if self.screen == Screen::Thread(NEW) {
            self.screen = Screen::Thread(id);
        }
    }

    pub(super) fn retry(&mut self, client_ref: &str) {
        for thread in &mut self.threads {
            if let Some(place) = thread.outbox.iter().position(|pending| pending.client_ref == client_ref) {
                let mut pending = thread.outbox.remove(place);
                pending.state = Delivery::Queued;
                pending.failures = 0;
                thread.outbox.push(pending);
            }
        }
        self.held = false;
    }

    /// Takes a refused message back into the composer, where nothing of it is lost.
    pub(super) fn discard(&mut self, client_ref: &str, effects: &mut Vec<Effect>) {
        for thread in &mut self.threads {
            if let Some(pending) = thread.pending_mut(client_ref).cloned() {
                thread.outbox.retain(|other| other.client_ref != client_ref);
                if thread.draft.trim().is_empty() {
                    thread.draft.clone_from(&pending.content);
                    effects.push(Effect::Save(Key::Draft(thread.id), pending.content));
                }
                effects.push(Effect::Forget(Key::Outbox(client_ref.to_owned())));
            }
        }
    }
}

/// Unguessable enough: it only has to differ from the same visitor's other messages.
fn reference(now: f64, random: [f64; 2]) -> String {
    let part = |random: f64| (random * f64::from(u32::MAX)) as u32;
    format!("{:x}-{:08x}{:08x}", now as u64, part(random[0]), part(random[1]))
}
