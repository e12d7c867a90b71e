//! One message: its text with safe links, its files, what became of it.

use types::{attachments::Attachment, messages::SenderType};

use crate::model::Act;
use crate::text::link::{Part, parts};

use super::{
    View,
    icon::{Icon, icon},
    node::{Element, el},
    parts::size,
    rows::{Bubble, Mark},
};

impl View<'_> {
    pub(super) fn bubble(&self, bubble: &Bubble<'_>) -> Vec<Element> {
        let key = if bubble.key.is_empty() { format!("m{}", bubble.id) } else { bubble.key.to_owned() };
        if bubble.sender == SenderType::System {
            return vec![el("div").key(key).class("info").attr("dir", "auto").children([linked(bubble.content)])];
        }
        let own = bubble.sender == SenderType::Contact;
        let mut class = String::from(if own { "msg own" } else { "msg" });
        if bubble.last {
            class.push_str(" last");
        }
        if bubble.pending {
            class.push_str(" pending");
        }
        let message = el("div")
            .key(key.clone())
            .class(class)
            .attr("title", self.calendar.time(bubble.at, self.state.language))
            .children(own.then(|| el("span").class("hidden").text(self.text.you)))
            .children((!bubble.content.is_empty()).then(|| linked(bubble.content)))
            .children(bubble.attachments.iter().map(|file| self.file(file)));
        let mark = self.mark(bubble, &key);
        std::iter::once(message).chain(mark).collect()
    }

    fn mark(&self, bubble: &Bubble<'_>, key: &str) -> Option<Element> {
        let line = el("div").key(format!("{key}-mark"));
        let text = match bubble.mark {
            Mark::Failed => {
                return Some(
                    line.class("mark failed")
                        .attr("role", "alert")
                        .child(icon(Icon::Alert))
                        .child(el("span").text(self.text.not_sent))
                        .child(word_button(self.text.try_again, &Act::Retry(bubble.key.to_owned())))
                        .child(word_button(self.text.discard, &Act::Discard(bubble.key.to_owned()))),
                );
            }
            Mark::None => return None,
            Mark::Waiting if self.state.online && !self.state.held => self.text.sending,
            Mark::Waiting => {
                return Some(line.class("mark").child(icon(Icon::Clock)).text(self.text.waiting));
            }
            Mark::Sending => self.text.sending,
            Mark::Sent => self.text.sent,
            Mark::Seen => self.text.seen,
        };
        let line = line.class("mark");
        Some(if matches!(bubble.mark, Mark::Sent | Mark::Seen) {
            line.text(text).text(format!(" · {}", self.calendar.time(bubble.at, self.state.language)))
        } else {
            line.text(text)
        })
    }

    fn file(&self, file: &Attachment) -> Element {
        let url = format!("{}{}", self.base_url, file.url);
        let link = el("a")
            .attr("href", url.clone())
            .attr("target", "_blank")
            .attr("rel", "noopener noreferrer")
            .attr("download", file.file_name.clone());
        // An SVG is a program as well as a picture: it is a file to download.
        if file.content_type.starts_with("image/") && !file.content_type.contains("svg") {
            return link
                .class("picture")
                .child(el("img").attr("src", url).attr("alt", file.file_name.clone()).attr("loading", "lazy"));
        }
        link.class("file")
            .child(icon(Icon::File))
            .child(el("span").attr("dir", "auto").text(file.file_name.clone()))
            .child(el("small").text(size(file.size as f64)))
    }
}

fn word_button(text: &'static str, act: &Act) -> Element {
    el("button").attr("type", "button").class("link").act(act).text(text)
}

fn linked(content: &str) -> Element {
    parts(content).into_iter().fold(el("p").attr("dir", "auto"), |line, part| match part {
        Part::Text(text) => line.text(text.to_owned()),
        Part::Link(address) => line.child(
            el("a")
                .attr("href", address.to_owned())
                .attr("target", "_blank")
                .attr("rel", "noopener noreferrer nofollow")
                .text(address.to_owned()),
        ),
    })
}
