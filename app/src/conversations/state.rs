//! The open conversation: what it shows, kept true by the news, and what can be done with it.

use std::{collections::HashMap, time::Duration};

use leptos::{prelude::*, task::spawn_local};
use types::{
    ConversationId, UserId,
    agents::AgentRef,
    classifications::{Classification, ClassificationSummary},
    contacts::Contact,
    conversations::{Assign, Conversation, Priority, Status, UpdateConversation},
    drafts::{Draft, DraftStatus},
    teams::TeamRef,
};

use super::{
    api::{self, Opened},
    inbox::{Inbox, use_inbox},
};
use crate::{
    error::UiResult,
    i18n::{I18n, K, use_i18n},
    live::{Live, News, use_live},
    messages::Thread,
    session::{Session, use_session},
    ui::{Toasts, use_toasts},
};

/// The assistant at work on this conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    Classifying,
    Drafting,
}

#[derive(Clone, Copy)]
pub struct OpenConversation {
    pub id: ConversationId,
    pub conversation: RwSignal<Conversation>,
    pub thread: Thread,
    pub classification: RwSignal<Option<Classification>>,
    pub draft: RwSignal<Option<Draft>>,
    pub contact: RwSignal<Contact>,
    pub previous: StoredValue<Vec<Conversation>>,
    pub work: RwSignal<Option<Work>>,
    /// The draft so far, while a model writes it.
    pub being_written: RwSignal<Option<String>>,
    /// Who writes now, by name; None for the customer.
    pub typing: RwSignal<HashMap<Option<UserId>, String>>,
    /// Other agents who look at it.
    pub lookers: RwSignal<HashMap<UserId, String>>,
    /// Whether the side panel is open where there is no room for it.
    pub panel: RwSignal<bool>,
    pub session: StoredValue<Session>,
    inbox: Inbox,
    toasts: Toasts,
    i18n: I18n,
    live: Live,
}

pub fn use_open() -> OpenConversation {
    expect_context()
}

impl OpenConversation {
    pub fn new(opened: Opened) -> Self {
        let live = use_live();
        live.since(opened.seq);
        let open = Self {
            id: opened.conversation.id,
            thread: Thread::new(opened.conversation.id, opened.messages),
            conversation: RwSignal::new(opened.conversation),
            classification: RwSignal::new(opened.classification),
            draft: RwSignal::new(opened.draft),
            contact: RwSignal::new(opened.contact),
            previous: StoredValue::new(opened.previous),
            work: RwSignal::new(None),
            being_written: RwSignal::new(None),
            typing: RwSignal::new(HashMap::new()),
            lookers: RwSignal::new(HashMap::new()),
            panel: RwSignal::new(false),
            session: StoredValue::new(use_session()),
            inbox: use_inbox(),
            toasts: use_toasts(),
            i18n: use_i18n(),
            live,
        };
        live.on(move |news| open.receive(news));
        live.join(format!("conversation:{}", open.id));
        open.read_on_sight();
        open
    }

    pub fn toasts(self) -> Toasts {
        self.toasts
    }

    pub fn i18n(self) -> I18n {
        self.i18n
    }

    pub fn works(self) -> bool {
        self.session.with_value(Session::works)
    }

    fn receive(self, news: &News) {
        if let Some(conversation) = news.conversation().filter(|conversation| conversation.id == self.id) {
            self.take(conversation.clone());
        }
        match news {
            News::Message { message, .. } if message.conversation_id == self.id => {
                self.thread.receive(message);
                let writer =
                    message.sender_id.map(UserId).filter(|_| message.sender_type == types::messages::SenderType::User);
                self.typing.update(|typing| _ = typing.remove(&writer));
            }
            News::Classification { classification, .. } if classification.conversation_id == self.id => {
                self.work.set(None);
                self.classification.set(Some((**classification).clone()));
            }
            News::Draft { draft, .. } if draft.conversation_id == self.id => {
                self.work.set(None);
                self.being_written.set(None);
                self.draft.update(|shown| match shown {
                    Some(known) if known.id > draft.id => {}
                    _ => *shown = Some((**draft).clone()).filter(|draft| draft.status == DraftStatus::Pending),
                });
            }
            News::Contact(contact) if contact.id == self.contact.with_untracked(|known| known.id) => {
                self.contact.set((**contact).clone());
            }
            News::Typing(typing) if typing.conversation_id == self.id => {
                self.hear_typing(typing.user_id, &typing.name, typing.on);
            }
            News::Processing(at) if at.conversation_id == self.id => {
                self.being_written.set(at.text.clone());
                self.start_work(if at.stage.starts_with("draft") { Work::Drafting } else { Work::Classifying });
            }
            News::Presence(presence) if presence.conversation_id == Some(self.id) => {
                let me = self.session.with_value(Session::user_id);
                self.lookers.update(|lookers| {
                    if presence.viewing && Some(presence.user_id) != me {
                        lookers.insert(presence.user_id, presence.name.clone());
                    } else {
                        lookers.remove(&presence.user_id);
                    }
                });
            }
            _ => {}
        }
    }

    /// Typing ends by itself when nobody says that it goes on.
    fn hear_typing(self, user: Option<UserId>, name: &str, on: bool) {
        if user.is_some() && user == self.session.with_value(Session::user_id) {
            return;
        }
        self.typing.update(|typing| {
            if on {
                typing.insert(user, name.to_owned());
            } else {
                typing.remove(&user);
            }
        });
        if on {
            set_timeout(move || _ = self.typing.try_update(|typing| typing.remove(&user)), Duration::from_secs(8));
        }
    }

    /// Shows the assistant at work; it may fail without a word, so the sign goes out by itself.
    pub fn start_work(self, work: Work) {
        self.work.set(Some(work));
        set_timeout(
            move || {
                self.work.try_update(|now| {
                    if *now == Some(work) {
                        *now = None;
                    }
                });
            },
            Duration::from_secs(30),
        );
    }

    /// Shows the conversation as it is now, here and in the list.
    pub fn take(self, conversation: Conversation) {
        let newer =
            self.conversation.try_with_untracked(|known| known.updated_at <= conversation.updated_at) == Some(true);
        if newer {
            self.inbox.list.patch(self.inbox.view.get_untracked(), &self.inbox.filter.get_untracked(), &conversation);
            self.conversation.set(conversation);
        }
    }

    /// Opening a conversation reads it, and so does every message that arrives while the page is in sight.
    fn read_on_sight(self) {
        if !self.works() {
            return;
        }
        let unread = Memo::new(move |_| self.conversation.with(|conversation| conversation.unread_count));
        Effect::new(move |_| {
            if unread.get() > 0 && crate::browser::is_visible() {
                spawn_local(async move {
                    if let Ok(conversation) = api::mark_read(self.id).await {
                        self.take(conversation);
                    }
                });
            }
        });
    }

    /// Does something to the conversation: shown at once, taken back when the server refuses.
    fn change<F>(self, preview: impl FnOnce(&mut Conversation), done: Option<(String, Callback<()>)>, call: F)
    where
        F: Future<Output = UiResult<Option<Conversation>>> + 'static,
    {
        let before = self.conversation.get_untracked();
        self.conversation.update(preview);
        crate::browser::close_menus();
        spawn_local(async move {
            match call.await {
                Ok(conversation) => {
                    if let Some(conversation) = conversation {
                        self.take(conversation);
                    }
                    if let Some((text, undo)) = done {
                        self.toasts.undoable(text, undo);
                    }
                }
                Err(error) => {
                    self.conversation.try_set(before);
                    self.toasts.failed(error.text(self.i18n));
                }
            }
        });
    }

    pub fn set_status(self, status: Status, until: Option<types::Timestamp>) {
        let before = self.conversation.with_untracked(|conversation| (conversation.status, conversation.snoozed_until));
        let text = match status {
            Status::Resolved => self.i18n.t(K::ToastResolved),
            Status::Snoozed => self.i18n.t(K::ToastSnoozed),
            Status::Pending => self.i18n.t(K::ToastPending),
            Status::Open => self.i18n.t(K::ToastReopened),
        };
        let undo =
            Callback::new(move |()| self.put_status(before.0, before.1.filter(|_| before.0 == Status::Snoozed), None));
        self.put_status(status, until, Some((text.to_owned(), undo)));
    }

    fn put_status(self, status: Status, until: Option<types::Timestamp>, done: Option<(String, Callback<()>)>) {
        let change = UpdateConversation { status: Some(status), priority: None, snoozed_until: until, subject: None };
        let id = self.id;
        self.change(move |conversation| conversation.status = status, done, async move {
            api::update(id, change).await.map(Some)
        });
    }

    pub fn set_priority(self, priority: Priority) {
        let change = UpdateConversation { status: None, priority: Some(priority), snoozed_until: None, subject: None };
        let id = self.id;
        self.change(move |conversation| conversation.priority = priority, None, async move {
            api::update(id, change).await.map(Some)
        });
    }

    pub fn assign_agent(self, agent: Option<AgentRef>) {
        let to = Assign { agent_id: Some(agent.as_ref().map(|agent| agent.id)), team_id: None };
        let id = self.id;
        self.change(move |conversation| conversation.assignee = agent, None, async move {
            api::assign(id, to).await.map(|_| None)
        });
    }

    pub fn assign_team(self, team: Option<TeamRef>) {
        let to = Assign { agent_id: None, team_id: Some(team.as_ref().map(|team| team.id)) };
        let id = self.id;
        self.change(move |conversation| conversation.team = team, None, async move {
            api::assign(id, to).await.map(|_| None)
        });
    }

    pub fn assign_to_me(self) {
        if let Some(person) = self.session.with_value(|session| session.person.clone()) {
            self.assign_agent(Some(AgentRef { id: person.id, name: person.name }));
        }
    }

    /// Adds or takes off one label.
    pub fn toggle_label(self, title: &str) {
        let mut labels = self.conversation.with_untracked(|conversation| conversation.labels.clone());
        match labels.iter().position(|label| label == title) {
            Some(at) => _ = labels.remove(at),
            None => labels.push(title.to_owned()),
        }
        let id = self.id;
        let shown = labels.clone();
        let before = self.conversation.get_untracked();
        self.conversation.update(|conversation| conversation.labels = shown);
        spawn_local(async move {
            match api::set_labels(id, labels).await {
                Ok(conversation) => self.take(conversation),
                Err(error) => {
                    self.conversation.try_set(before);
                    self.toasts.failed(error.text(self.i18n));
                }
            }
        });
    }

    /// Says that this person writes, or stopped.
    pub fn say_typing(self, on: bool) {
        self.live.send(&types::realtime::ClientFrame::Typing { conversation_id: self.id, on });
    }

    /// A correction changes the list's row too.
    pub fn reclassified(self, classification: Classification) {
        let summary = ClassificationSummary {
            category: classification.category.clone(),
            priority: classification.priority,
            sentiment: classification.sentiment,
            language: classification.language,
            confidence: classification.confidence,
        };
        self.classification.set(Some(classification));
        self.conversation.update(|conversation| conversation.classification = Some(summary));
    }
}
