//! A conversation: head, log, composer.

use types::messages::{MAX_CONTENT_CHARS, SenderType};

use crate::model::{Act, Field, Load, NEW, Thread, Upload, UploadState};
use crate::text::fill;

use super::{
    View,
    icon::{Icon, icon},
    node::{Element, el},
    parts::{icon_button, size},
    rows::{Row, rows},
};

/// What people send most; the rest is on their keyboard.
const EMOJI: [&str; 24] = [
    "😀", "😂", "😊", "😍", "😉", "😎", "🤔", "😅", "🙃", "😢", "😡", "😱", "👍", "👎", "👏", "🙏", "👋", "💪", "❤️",
    "🎉", "🔥", "✅", "❓", "⭐",
];

impl View<'_> {
    pub(super) fn thread(&self, id: i64) -> Element {
        let empty = Thread::default();
        let thread = self.state.thread(id).unwrap_or(&empty);
        el("div")
            .key(format!("thread{id}"))
            .class("thread")
            .child(self.head())
            .children(self.connection_line())
            .child(self.log(id, thread))
            .children(self.state.newer_below.then(|| {
                el("button")
                    .key("newest")
                    .attr("type", "button")
                    .class("newest")
                    .act(&Act::Newest)
                    .child(icon(Icon::Down))
                    .text(self.text.newest)
            }))
            .child(if self.state.must_sign_in() {
                el("p").key("sign-in").class("notice").text(self.text.sign_in)
            } else {
                self.composer(thread)
            })
            .child(
                el("div")
                    .key("drop")
                    .class("drop")
                    .attr("aria-hidden", "true")
                    .child(icon(Icon::Clip))
                    .text(self.text.drop_files),
            )
    }

    fn head(&self) -> Element {
        el("header")
            .key("head")
            .class("head")
            .child(icon_button(Icon::Back, self.text.back, &Act::Home))
            .child(self.faces())
            .child(
                el("div")
                    .class("who")
                    .child(el("b").attr("dir", "auto").text(self.state.config.account_name.clone()))
                    .child(self.reply_line()),
            )
            .child(self.close_button())
    }

    fn log(&self, id: i64, thread: &Thread) -> Element {
        let seen =
            self.state.conversation(id).and_then(|conversation| conversation.agent_read_message_id).map(|id| id.0);
        let loading = id != NEW && thread.messages.is_empty() && matches!(thread.load, Load::Not | Load::Loading);
        let mut shown = Vec::new();
        if thread.loading_older || loading {
            shown.push(
                el("div")
                    .key("wait")
                    .class("wait")
                    .attr("role", "status")
                    .label(self.text.loading)
                    .child(el("i"))
                    .child(el("i")),
            );
        }
        if id == NEW && thread.is_empty() {
            shown.push(self.hello());
        }
        let mut speaker = None;
        for row in rows(thread, seen, |at| self.calendar.offset_minutes(at)) {
            match row {
                Row::Day(at) => {
                    shown.push(el("div").key(format!("day-{}", at as i64)).class("day").text(self.day_name(at)));
                }
                Row::Name(SenderType::Ai, _) => speaker = Some(self.text.by_assistant),
                Row::Name(_, name) => speaker = Some(name),
                Row::Message(bubble) => {
                    shown.extend(speaker.take().map(|name| {
                        el("div")
                            .key(format!("name-{}", bubble.id))
                            .class("name")
                            .attr("dir", "auto")
                            .text(name.to_owned())
                    }));
                    shown.extend(self.bubble(&bubble));
                }
            }
        }
        if thread.load == Load::Failed {
            shown.push(self.not_loaded());
        }
        shown.extend(self.cards(id));
        if let Some(typing) = self.state.agent_typing.as_ref().filter(|typing| typing.thread == id) {
            let name = if typing.name.is_empty() { self.text.assistant } else { &typing.name };
            shown.push(
                el("div")
                    .key("typing")
                    .class("typing")
                    .child(el("span").class("hidden").text(fill(self.text.typing, name)))
                    .child(el("i"))
                    .child(el("i"))
                    .child(el("i")),
            );
        }
        el("div")
            .key("log")
            .class("log")
            .attr("role", "log")
            .attr("aria-live", "polite")
            .attr("aria-busy", if loading || thread.loading_older { "true" } else { "false" })
            .attr("tabindex", "0")
            .label(self.text.chat)
            .child(el("div").class("rows").children(shown))
    }

    fn hello(&self) -> Element {
        let config = &self.state.config;
        el("div")
            .key("hello")
            .class("hello")
            .child(self.faces())
            .child(el("b").attr("dir", "auto").text(config.welcome_title.clone()))
            .child(el("p").attr("dir", "auto").text(config.welcome_tagline.clone()))
    }

    fn composer(&self, thread: &Thread) -> Element {
        let act = if self.state.emoji_open { "true" } else { "false" };
        let field = el("textarea")
            .key("text")
            .attr("rows", "1")
            .attr("dir", "auto")
            .attr("enterkeyhint", "send")
            .attr("maxlength", MAX_CONTENT_CHARS.to_string())
            .attr("placeholder", self.text.write)
            .attr("data-focus", "composer")
            .label(self.text.write)
            .input(Field::Message, &thread.draft);
        let send = el("button")
            .key("send")
            .attr("type", "button")
            .class("send")
            .attr("title", self.text.send)
            .label(self.text.send)
            .act(&Act::Send)
            .child(icon(Icon::Send))
            .attr("aria-disabled", if thread.can_send() { "false" } else { "true" });
        el("div")
            .key("composer")
            .class("composer")
            .children(self.state.emoji_open.then(|| {
                el("div").key("emoji").class("emoji").attr("role", "group").label(self.text.emoji).children(
                    EMOJI.map(|emoji| {
                        el("button").attr("type", "button").act(&Act::Emoji(emoji.to_owned())).text(emoji)
                    }),
                )
            }))
            .children((!thread.uploads.is_empty()).then(|| {
                el("ul").key("files").class("files").children(thread.uploads.iter().map(|upload| self.upload(upload)))
            }))
            .child(
                el("div")
                    .key("box")
                    .class("box")
                    .child(field)
                    .child(icon_button(Icon::Smile, self.text.emoji, &Act::ToggleEmoji).attr("aria-expanded", act))
                    .child(icon_button(Icon::Clip, self.text.attach, &Act::Attach))
                    .child(send)
                    .child(
                        el("input")
                            .key("chooser")
                            .attr("type", "file")
                            .attr("multiple", "")
                            .attr("hidden", "")
                            .attr("tabindex", "-1")
                            .attr("data-files", "")
                            .label(self.text.attach),
                    ),
            )
    }

    fn upload(&self, upload: &Upload) -> Element {
        let (class, note, percent) = match &upload.state {
            UploadState::Queued => ("", self.text.uploading.to_owned(), Some(0)),
            UploadState::Running(percent) => ("", format!("{} {percent} %", self.text.uploading), Some(*percent)),
            UploadState::Done(_) => ("", size(upload.size), None),
            UploadState::Failed(413) => ("failed", self.text.too_large.to_owned(), None),
            UploadState::Failed(400 | 415 | 422) => ("failed", self.text.refused_file.to_owned(), None),
            UploadState::Failed(_) => ("failed", self.text.upload_failed.to_owned(), None),
        };
        let again = matches!(upload.state, UploadState::Failed(status) if !matches!(status, 400 | 413 | 415 | 422));
        el("li")
            .key(upload.id.to_string())
            .class(class)
            .child(icon(if class.is_empty() { Icon::File } else { Icon::Alert }))
            .child(
                el("span")
                    .child(el("span").attr("dir", "auto").text(upload.name.clone()))
                    .child(el("small").text(note))
                    .children(percent.map(|percent| {
                        el("progress").attr("max", "100").attr("value", percent.to_string()).label(self.text.uploading)
                    })),
            )
            .children(again.then(|| {
                el("button")
                    .attr("type", "button")
                    .class("link")
                    .act(&Act::RetryUpload(upload.id))
                    .text(self.text.try_again)
            }))
            .child(icon_button(Icon::Close, self.text.remove, &Act::RemoveUpload(upload.id)))
    }
}
