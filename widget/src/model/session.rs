//! Who the visitor is to the server: opening a session, losing it, changing it.

use types::widget::{OpenVisitorSession, VisitorContact, VisitorSession};

use super::{
    Identity, Key, NEW,
    boot::Kept,
    msg::{Answer, ContactDetails, Effect, Refusal, Timer},
    outbox::backoff,
    state::{ContactForm, Link, Load, Screen, Session, State},
    thread::{Delivery, UploadState},
};
use crate::wire;

impl State {
    pub(super) fn open_session(&mut self, effects: &mut Vec<Effect>) {
        if self.must_sign_in() {
            return;
        }
        self.session = Session::Opening;
        let user = self.user.clone().unwrap_or_default();
        effects.push(Effect::OpenSession(OpenVisitorSession {
            website_token: self.website_token.clone(),
            visitor_token: self.token.clone(),
            identifier: Some(user.identifier).filter(|identifier| !identifier.is_empty()),
            identifier_hash: user.identifier_hash,
            name: user.name,
            email: user.email,
            avatar_url: user.avatar_url,
            locale: Some(self.language),
        }));
    }

    pub(super) fn session_answered(&mut self, answer: Answer<VisitorSession>, random: f64, effects: &mut Vec<Effect>) {
        match answer {
            Ok(session) => {
                effects.push(Effect::Save(Key::Visitor, session.visitor_token.clone()));
                self.token = Some(session.visitor_token.clone());
                self.session = Session::Open(session.visitor_token);
                self.contact = Some(session.contact);
                self.fresh = true;
                self.failures = 0;
                self.listed = Load::Not;
            }
            Err(refusal) if refusal.passes() => {
                self.session = Session::None;
                self.hold(random, effects);
            }
            Err(_) => {
                self.session = Session::Refused;
                self.token = None;
                effects.push(Effect::Forget(Key::Visitor));
            }
        }
    }

    /// Whether something here needs the server to know the visitor.
    pub(super) fn wants_session(&self) -> bool {
        self.token.is_some()
            || self.user.is_some()
            || self.threads.iter().any(|thread| {
                !thread.outbox.is_empty() || thread.uploads.iter().any(|upload| upload.state == UploadState::Queued)
            })
    }

    /// Asks for the session's answer again later: the wish that led to it still stands.
    pub(super) fn hold(&mut self, random: f64, effects: &mut Vec<Effect>) {
        if !self.held {
            self.held = true;
            self.failures += 1;
            effects.push(Effect::After(backoff(self.failures, random), Timer::Flush));
        }
    }

    /// Notes what an answer says about the session. Whether it has just been lost.
    pub(super) fn session_heard<T>(&mut self, answer: &Answer<T>, effects: &mut Vec<Effect>) -> bool {
        match answer {
            Ok(_) => {
                self.fresh = false;
                self.failures = 0;
                false
            }
            Err(Refusal::Status(401)) if matches!(self.session, Session::Open(_)) => {
                self.leave(effects);
                if self.fresh {
                    self.session = Session::Refused;
                }
                true
            }
            Err(_) => false,
        }
    }

    /// Drops what belongs to the session that ended. What the customer wrote moves to a new
    /// conversation.
    fn leave(&mut self, effects: &mut Vec<Effect>) {
        effects.push(Effect::Disconnect);
        effects.push(Effect::Forget(Key::Visitor));
        self.session = Session::None;
        self.token = None;
        self.link = Link::Off;
        self.seq = None;
        self.contact = None;
        self.conversations.clear();
        self.listed = Load::Not;
        let threads = std::mem::take(&mut self.threads);
        let kept = self.thread_mut(NEW);
        for mut thread in threads {
            for mut pending in thread.outbox {
                pending.state = Delivery::Queued;
                kept.outbox.push(pending);
            }
            if kept.draft.trim().is_empty() {
                kept.draft = std::mem::take(&mut thread.draft);
            }
            kept.uploads.append(&mut thread.uploads);
            if thread.id != NEW {
                effects.push(Effect::Forget(Key::Draft(thread.id)));
            }
        }
        for pending in &kept.outbox {
            effects.push(keep(NEW, pending));
        }
        if matches!(self.screen, Screen::Thread(_)) {
            self.screen = Screen::Thread(NEW);
        }
    }

    /// The host page says who the visitor is.
    pub(super) fn identify(&mut self, user: Identity, effects: &mut Vec<Effect>) {
        if self.user.as_ref() == Some(&user) && self.session != Session::Refused {
            return;
        }
        self.user = Some(user);
        self.session = Session::None;
        effects.push(Effect::Disconnect);
        self.link = Link::Off;
        self.seq = None;
        self.open_session(effects);
    }

    /// Forgets the visitor, here and in the browser.
    pub(super) fn reset(&mut self, effects: &mut Vec<Effect>) {
        effects.push(Effect::Disconnect);
        effects.push(Effect::ForgetAll);
        for thread in &self.threads {
            for upload in &thread.uploads {
                effects.push(Effect::DropFile(upload.id));
            }
        }
        self.threads.clear();
        self.conversations.clear();
        self.listed = Load::Not;
        self.user = None;
        self.attributes = None;
        self.contact = None;
        self.form = ContactForm::default();
        self.asked = false;
        self.session = Session::None;
        self.token = None;
        self.link = Link::Off;
        self.seq = None;
        self.agent_typing = None;
        self.screen = Screen::Home;
    }

    pub(super) fn save_contact(&mut self, effects: &mut Vec<Effect>) {
        let name = self.form.name.trim();
        let email = self.form.email.trim();
        if self.form.saving || (name.is_empty() && email.is_empty()) {
            return;
        }
        self.form.failed = false;
        self.form.invalid = !email.is_empty() && !looks_like_email(email);
        if self.form.invalid {
            return;
        }
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        effects.push(Effect::SaveContact(ContactDetails::Reach { name: given(name), email: given(email) }));
        self.form.saving = true;
    }

    pub(super) fn contact_saved(&mut self, answer: Answer<VisitorContact>, effects: &mut Vec<Effect>) {
        self.form.saving = false;
        match answer {
            Ok(contact) => {
                self.contact = Some(contact);
                self.form.saved = true;
                self.skip_contact(effects);
            }
            Err(Refusal::Status(400 | 422)) => self.form.invalid = true,
            Err(_) => self.form.failed = true,
        }
    }

    pub(super) fn skip_contact(&mut self, effects: &mut Vec<Effect>) {
        self.asked = true;
        effects.push(Effect::Save(Key::Asked, "1".to_owned()));
    }
}

/// Keeps a message in the browser until the server has it.
pub(super) fn keep(thread: i64, pending: &super::Pending) -> Effect {
    let kept = Kept { thread, pending: pending.clone() };
    let key = Key::Outbox(pending.client_ref.clone());
    Effect::Save(key, wire::write(&kept))
}

/// A slip of the finger, not a proof: the server has the last word.
fn looks_like_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty()
            && host.contains('.')
            && !host.starts_with('.')
            && !host.ends_with('.')
            && !text.contains(char::is_whitespace)
            && !host.contains('@')
    })
}
