//! Everything the chat knows.

use types::{
    Language,
    widget::{VisitorContact, VisitorConversation, WidgetConfig},
};

use super::{Identity, NEW, thread::Thread};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    Home,
    Thread(i64),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Session {
    /// A visitor who never wrote has none: looking at the chat makes nobody a contact.
    None,
    Opening,
    Open(String),
    /// The server will not have this visitor: not identified, or blocked.
    Refused,
}

/// The live connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    Off,
    Connecting,
    Ready,
    /// Lost; tries again by itself.
    Waiting,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Load {
    #[default]
    Not,
    Loading,
    Done,
    Failed,
}

#[derive(Clone, Debug, PartialEq)]
pub struct AgentTyping {
    pub thread: i64,
    pub name: String,
    /// Milliseconds since 1970.
    pub until: f64,
}

/// The card that asks for a name and an address.
#[expect(clippy::struct_excessive_bools, reason = "each is one fact, and they combine freely")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactForm {
    pub name: String,
    pub email: String,
    pub saving: bool,
    pub saved: bool,
    pub invalid: bool,
    pub failed: bool,
}

#[expect(clippy::struct_excessive_bools, reason = "each is one fact, and they combine freely")]
#[derive(Debug)]
pub struct State {
    pub config: WidgetConfig,
    pub website_token: String,
    pub language: Language,
    pub user: Option<Identity>,
    /// Attributes the host page set and the server does not know yet, as JSON.
    pub attributes: Option<String>,

    pub open: bool,
    pub visible: bool,
    pub online: bool,
    pub screen: Screen,
    pub emoji_open: bool,
    /// The log shows its end.
    pub at_end: bool,
    /// Something arrived while the log did not show its end.
    pub newer_below: bool,

    pub session: Session,
    /// Names the visitor, also while no session is open.
    pub token: Option<String>,
    /// No request of this session has succeeded yet: a refusal now is final.
    pub fresh: bool,
    pub contact: Option<VisitorContact>,
    pub form: ContactForm,
    pub asked: bool,

    /// Newest activity first.
    pub conversations: Vec<VisitorConversation>,
    pub listed: Load,
    /// Something changed while the list was being read.
    pub list_again: bool,
    pub threads: Vec<Thread>,

    pub link: Link,
    /// Failed connections in a row.
    pub attempts: u32,
    /// The last event seen.
    pub seq: Option<i64>,
    /// Something came over the live connection since the last ping.
    pub heard: bool,
    pub next_ping: f64,
    /// Sending waits for [`super::Timer::Flush`].
    pub held: bool,
    pub failures: u32,

    pub agent_typing: Option<AgentTyping>,
    /// When the server was last told that the customer types.
    pub typing_told: Option<f64>,
    pub typed_at: f64,
    /// What the launcher shows.
    pub badge: i64,
}

impl State {
    pub fn thread(&self, id: i64) -> Option<&Thread> {
        self.threads.iter().find(|thread| thread.id == id)
    }

    pub fn thread_mut(&mut self, id: i64) -> &mut Thread {
        let known = self.threads.iter().position(|thread| thread.id == id);
        let place = known.unwrap_or_else(|| {
            self.threads.push(Thread { id, ..Thread::default() });
            self.threads.len() - 1
        });
        &mut self.threads[place]
    }

    pub fn conversation(&self, id: i64) -> Option<&VisitorConversation> {
        self.conversations.iter().find(|c| c.id.0 == id)
    }

    pub fn conversation_mut(&mut self, id: i64) -> Option<&mut VisitorConversation> {
        self.conversations.iter_mut().find(|c| c.id.0 == id)
    }

    /// The thread on the screen.
    pub fn shown(&self) -> Option<i64> {
        match self.screen {
            Screen::Thread(id) => Some(id),
            Screen::Home => None,
        }
    }

    /// The thread the customer has before their eyes right now.
    pub fn read_now(&self) -> Option<i64> {
        self.shown().filter(|_| self.open && self.visible)
    }

    /// The site must tell who the visitor is, and has not.
    pub fn must_sign_in(&self) -> bool {
        self.session == Session::Refused || (self.config.identity_required && self.user.is_none())
    }

    /// Once something was said and nobody knows where to answer.
    pub fn asks_contact(&self, thread: i64) -> bool {
        let Some(contact) = &self.contact else {
            return false;
        };
        !self.asked
            && thread != NEW
            && contact.email.is_none()
            && !contact.verified
            && self.thread(thread).is_some_and(|thread| {
                thread.messages.iter().any(|message| message.sender_type == types::messages::SenderType::Contact)
            })
    }
}
