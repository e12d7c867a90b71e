//! The list of conversations and the messages in them, however they arrive.

use types::{
    Page,
    messages::SenderType,
    widget::{VisitorConversation, VisitorMessage},
};

use super::{
    Key, NEW,
    msg::{Answer, Effect, Fetch, Focus},
    state::{Load, Screen, State},
};

impl State {
    /// Reads the list; once more after the reading that is under way, which may be too early.
    pub(super) fn list(&mut self, effects: &mut Vec<Effect>) {
        if self.listed == Load::Loading {
            self.list_again = true;
            return;
        }
        self.listed = Load::Loading;
        effects.push(Effect::List);
    }

    pub(super) fn listed(&mut self, answer: Answer<Page<VisitorConversation>>, effects: &mut Vec<Effect>) {
        if self.session_heard(&answer, effects) {
            return;
        }
        let again = std::mem::take(&mut self.list_again);
        match answer {
            Ok(_) if again => {
                self.listed = Load::Done;
                self.list(effects);
            }
            Ok(page) => {
                self.conversations = page.data;
                self.listed = Load::Done;
                // A conversation that went away (merged, erased) leaves the screen.
                if let Some(id) = self.shown().filter(|id| *id != NEW)
                    && self.conversation(id).is_none()
                {
                    self.screen = Screen::Home;
                }
            }
            Err(_) => self.listed = Load::Failed,
        }
    }

    pub(super) fn show(&mut self, id: i64, effects: &mut Vec<Effect>) {
        self.screen = Screen::Thread(id);
        self.at_end = true;
        self.newer_below = false;
        self.emoji_open = false;
        self.form.saved = false;
        self.thread_mut(id);
        effects.push(Effect::ScrollToEnd);
        effects.push(Effect::Focus(Focus::Composer));
    }

    /// Asks for what the thread on the screen lacks.
    pub(super) fn fetch_shown(&mut self, effects: &mut Vec<Effect>) {
        let Some(id) = self.shown().filter(|id| *id != NEW) else {
            return;
        };
        let thread = self.thread_mut(id);
        let fetch = match (thread.load, thread.newest()) {
            (Load::Not, _) => Fetch::Newest,
            (Load::Done, Some(newest)) if thread.stale => Fetch::After(newest),
            (Load::Done, None) if thread.stale => Fetch::Newest,
            _ => return,
        };
        thread.load = Load::Loading;
        thread.stale = false;
        effects.push(Effect::Load(id, fetch));
    }

    pub(super) fn fetch_older(&mut self, effects: &mut Vec<Effect>) {
        let Some(id) = self.shown().filter(|id| *id != NEW) else {
            return;
        };
        let thread = self.thread_mut(id);
        if thread.loading_older || thread.load != Load::Done {
            return;
        }
        if let Some(cursor) = thread.older.clone() {
            thread.loading_older = true;
            effects.push(Effect::Load(id, Fetch::Older(cursor)));
        }
    }

    pub(super) fn loaded(
        &mut self,
        id: i64,
        fetch: Fetch,
        answer: Answer<Page<VisitorMessage>>,
        effects: &mut Vec<Effect>,
    ) {
        if self.session_heard(&answer, effects) {
            return;
        }
        let thread = self.thread_mut(id);
        let older = matches!(fetch, Fetch::Older(_));
        if older {
            thread.loading_older = false;
        }
        let Ok(page) = answer else {
            if !older {
                thread.load = Load::Failed;
                thread.stale = true;
            }
            return;
        };
        let first = fetch == Fetch::Newest;
        match fetch {
            Fetch::Newest | Fetch::Older(_) => thread.older = page.next_cursor,
            // A long absence: there is more to catch up with.
            Fetch::After(_) => thread.stale |= page.next_cursor.is_some(),
        }
        for message in page.data {
            if let Some(reference) = &message.client_ref
                && thread.pending_mut(reference).is_some()
            {
                effects.push(Effect::Forget(Key::Outbox(reference.clone())));
            }
            thread.insert(message);
        }
        if !older {
            thread.load = Load::Done;
            if first {
                effects.push(Effect::ScrollToEnd);
            }
        }
    }

    /// A message the server has, from an answer or live. Whether it is new here.
    pub(super) fn insert(&mut self, message: VisitorMessage, effects: &mut Vec<Effect>) -> bool {
        let id = message.conversation_id.0;
        if let Some(reference) = &message.client_ref {
            let new = self.threads.iter_mut().find(|thread| thread.id == NEW);
            if new.is_some_and(|thread| thread.pending_mut(reference).is_some()) {
                self.adopt(id, effects);
                self.thread_mut(id).load = Load::Done;
            }
            effects.push(Effect::Forget(Key::Outbox(reference.clone())));
        }
        let own = message.sender_type == SenderType::Contact;
        let thread = self.thread_mut(id);
        let new = thread.insert(message.clone());
        let newest = thread.newest() == Some(message.id.0);
        if let Some(place) = self.conversations.iter().position(|c| c.id.0 == id) {
            let conversation = &mut self.conversations[place];
            if newest {
                conversation.last_message = Some(message.content.chars().take(200).collect());
                conversation.last_message_at = Some(message.created_at);
            }
            if new {
                if !own {
                    conversation.unread_count += 1;
                }
                let conversation = self.conversations.remove(place);
                self.conversations.insert(0, conversation);
            }
        } else {
            self.list(effects);
        }
        if new && !self.at_end && self.shown() == Some(id) {
            self.newer_below = true;
        }
        new
    }

    /// Marks as read what the customer has before their eyes.
    pub(super) fn read(&mut self, effects: &mut Vec<Effect>) {
        let Some(id) = self.read_now() else { return };
        let at_end = self.at_end;
        if let Some(conversation) = self.conversation_mut(id)
            && conversation.unread_count > 0
            && at_end
        {
            conversation.unread_count = 0;
            effects.push(Effect::Read(id));
        }
    }

    pub(super) fn count_unread(&mut self, effects: &mut Vec<Effect>) {
        let unread = self.conversations.iter().map(|c| c.unread_count).sum();
        if unread != self.badge {
            self.badge = unread;
            effects.push(Effect::Unread(unread));
        }
    }
}
