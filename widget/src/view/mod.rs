//! What the customer sees, as a tree computed from the state. It holds no browser object either.

mod cards;
mod home;
mod icon;
mod message;
pub mod node;
mod parts;
mod rows;
mod thread;

use types::Language;

use crate::model::{Link, Screen, State};
use crate::text::{Strings, strings};
use node::{Element, el};

/// How times read where the customer is.
pub trait Calendar {
    /// Milliseconds since 1970, UTC.
    fn now(&self) -> f64;
    /// What local time lies behind UTC at that moment, in minutes.
    fn offset_minutes(&self, at: f64) -> f64;
    /// "14:05".
    fn time(&self, at: f64, language: Language) -> String;
    /// "Thursday 12 November", with the year when it is another one.
    fn day(&self, at: f64, language: Language) -> String;
    /// "12 Nov".
    fn short_day(&self, at: f64, language: Language) -> String;
}

/// What every part of the view reads.
pub(crate) struct View<'a> {
    pub(crate) state: &'a State,
    pub(crate) text: &'static Strings,
    pub(crate) calendar: &'a dyn Calendar,
    /// Where attachments are, `https://host` without a slash.
    pub(crate) base_url: &'a str,
}

/// The content of the panel.
pub fn view(state: &State, calendar: &dyn Calendar, base_url: &str) -> Element {
    let view = View { state, text: strings(state.language), calendar, base_url };
    let screen = match state.screen {
        Screen::Home => view.home(),
        Screen::Thread(id) => view.thread(id),
    };
    el("div")
        .class("app")
        .attr("lang", state.language.as_str())
        .child(screen)
        .child(el("div").key("foot").class("foot").text("HummDesk"))
}

impl View<'_> {
    /// The line that tells why nothing moves; nothing while all is well.
    fn connection_line(&self) -> Option<Element> {
        let (class, text) = if !self.state.online {
            ("line offline", self.text.offline)
        } else if self.state.attempts >= 2 && matches!(self.state.link, Link::Waiting | Link::Connecting) {
            ("line", self.text.reconnecting)
        } else {
            return None;
        };
        Some(el("div").key("line").class(class).attr("role", "status").text(text))
    }
}
