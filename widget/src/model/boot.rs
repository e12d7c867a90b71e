//! The first state: what the loader hands over, and what an earlier visit left in the browser.

use types::{Language, widget::WidgetConfig};

use crate::wire;

use super::{
    Key, NEW,
    msg::Effect,
    state::{ContactForm, Link, Load, Screen, Session, State},
    thread::Pending,
};

/// Who the host page says the visitor is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    pub identifier: String,
    pub identifier_hash: Option<String>,
    pub name: Option<String>,
    pub email: Option<String>,
    pub avatar_url: Option<String>,
}

/// A message on its way, as the browser keeps it.
pub struct Kept {
    pub thread: i64,
    pub pending: Pending,
}

#[derive(Debug)]
pub struct Boot {
    pub config: WidgetConfig,
    pub website_token: String,
    pub language: Language,
    pub user: Option<Identity>,
    pub attributes: Option<String>,
    pub online: bool,
    /// What [`Effect::Save`] kept.
    pub stored: Vec<(Key, String)>,
}

impl State {
    /// The chat as it opens for the first time on this page.
    pub fn boot(boot: Boot) -> (Self, Vec<Effect>) {
        let mut state = Self {
            config: boot.config,
            website_token: boot.website_token,
            language: boot.language,
            user: boot.user,
            attributes: boot.attributes,
            open: true,
            visible: true,
            online: boot.online,
            screen: Screen::Home,
            emoji_open: false,
            at_end: true,
            newer_below: false,
            session: Session::None,
            token: None,
            fresh: true,
            contact: None,
            form: ContactForm::default(),
            asked: false,
            conversations: Vec::new(),
            listed: Load::Not,
            list_again: false,
            threads: Vec::new(),
            link: Link::Off,
            attempts: 0,
            seq: None,
            heard: false,
            next_ping: 0.0,
            held: false,
            failures: 0,
            agent_typing: None,
            typing_told: None,
            typed_at: 0.0,
            badge: 0,
        };
        for (key, value) in boot.stored {
            match key {
                Key::Visitor => state.token = Some(value),
                Key::Asked => state.asked = true,
                Key::Draft(thread) => state.thread_mut(thread).draft = value,
                Key::Outbox(_) => {
                    if let Some(kept) = wire::read::<Kept>(&value) {
                        state.thread_mut(kept.thread).keep(kept.pending);
                    }
                }
            }
        }
        if state.thread(NEW).is_some_and(|thread| !thread.is_empty()) {
            state.screen = Screen::Thread(NEW);
        }
        let mut effects = Vec::new();
        state.settle(&mut effects);
        (state, effects)
    }
}
