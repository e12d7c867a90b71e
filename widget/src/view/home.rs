//! The first screen: a greeting, the visitor's conversations, a way to begin.

use types::{conversations::Status, widget::VisitorConversation};

use crate::model::{Act, Load, NEW, Session};

use super::{
    View,
    icon::{Icon, icon},
    node::{Element, el},
};

impl View<'_> {
    pub(super) fn home(&self) -> Element {
        let config = &self.state.config;
        let name = if config.welcome_title.is_empty() { &config.account_name } else { &config.welcome_title };
        let top = el("header")
            .class("welcome")
            .child(el("div").class("bar").child(self.faces()).child(self.close_button()))
            .child(el("h2").attr("dir", "auto").text(name.clone()))
            .children(
                (!config.welcome_tagline.is_empty())
                    .then(|| el("p").attr("dir", "auto").text(config.welcome_tagline.clone())),
            )
            .child(self.reply_line());
        el("div")
            .key("home")
            .class("home")
            .child(top)
            .children(self.connection_line())
            .child(el("div").key("list").class("list").child(self.start()).children(self.conversations()))
    }

    fn start(&self) -> Element {
        if self.state.must_sign_in() {
            return el("p").class("notice").text(self.text.sign_in);
        }
        el("button")
            .key("start")
            .attr("type", "button")
            .class("start")
            .attr("data-focus", "start")
            .act(&Act::Open(NEW))
            .child(el("span").child(el("b").text(self.text.start)).children(self.draft_line(NEW)))
            .child(icon(Icon::Pen))
    }

    fn conversations(&self) -> Vec<Element> {
        let reading = self.state.session == Session::Opening || self.state.listed == Load::Loading;
        if self.state.conversations.is_empty() {
            if reading {
                return vec![
                    el("div")
                        .key("wait")
                        .class("wait")
                        .label(self.text.loading)
                        .attr("role", "status")
                        .child(el("i"))
                        .child(el("i")),
                ];
            }
            if self.state.listed == Load::Failed {
                return vec![self.not_loaded()];
            }
            return Vec::new();
        }
        let mut shown = vec![el("h3").key("title").text(self.text.your_conversations)];
        shown.extend(self.state.conversations.iter().map(|conversation| self.conversation(conversation)));
        shown
    }

    fn conversation(&self, conversation: &VisitorConversation) -> Element {
        let id = conversation.id.0;
        let at = conversation.last_message_at.unwrap_or(conversation.created_at).timestamp_millis() as f64;
        let words = conversation.last_message.as_deref().map(str::trim);
        let preview = match words {
            Some("") => self.text.attachment.to_owned(),
            Some(words) => words.to_owned(),
            None => self.text.no_messages.to_owned(),
        };
        let unread = conversation.unread_count > 0;
        el("button")
            .key(format!("c{id}"))
            .attr("type", "button")
            .class(if unread { "row unread" } else { "row" })
            .act(&Act::Open(id))
            .child(
                el("span")
                    .class("words")
                    .child(el("span").class("preview").attr("dir", "auto").text(preview))
                    .child(
                        el("small").child(el("time").text(self.when(at))).children(
                            (conversation.status == Status::Resolved)
                                .then(|| el("span").class("closed").child(icon(Icon::Check)).text(self.text.resolved)),
                        ),
                    )
                    .children(self.draft_line(id)),
            )
            .children(self.unread(conversation.unread_count))
            .child(icon(Icon::Chevron))
    }

    /// What was written there and not sent.
    fn draft_line(&self, id: i64) -> Option<Element> {
        let draft = self.state.thread(id)?.draft.trim();
        (!draft.is_empty()).then(|| {
            el("small")
                .class("draft")
                .attr("dir", "auto")
                .child(icon(Icon::Pen))
                .text(draft.chars().take(60).collect::<String>())
        })
    }

    pub(super) fn not_loaded(&self) -> Element {
        el("div")
            .key("failed")
            .class("notice")
            .attr("role", "alert")
            .text(self.text.not_loaded)
            .child(el("button").attr("type", "button").class("link").act(&Act::Reload).text(self.text.try_again))
    }
}
