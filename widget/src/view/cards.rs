//! Cards at the end of a thread: where to reach the customer, and how it went.

use types::{conversations::Status, messages::SenderType};

use crate::model::{Act, Field};

use super::{
    View,
    icon::{Icon, icon},
    node::{Element, el},
};

impl View<'_> {
    pub(super) fn cards(&self, id: i64) -> Vec<Element> {
        let resolved = self.state.conversation(id).is_some_and(|conversation| conversation.status == Status::Resolved);
        let mut cards = Vec::new();
        if self.state.asks_contact(id) && !resolved {
            cards.push(self.contact_card());
        } else if self.state.form.saved && !resolved {
            cards.push(Self::thanks("saved", self.text.contact_saved));
        }
        let newest =
            self.state.thread(id).filter(|thread| thread.outbox.is_empty()).and_then(|thread| thread.messages.last());
        if newest.is_some_and(|message| message.sender_type == SenderType::Ai)
            && !resolved
            && !self.state.must_sign_in()
        {
            cards.push(
                el("button")
                    .key("person")
                    .attr("type", "button")
                    .class("person")
                    .act(&Act::Say(self.text.person.to_owned()))
                    .text(self.text.person),
            );
        }
        if resolved {
            cards.push(el("div").key("closed").class("info").text(self.text.closed));
            cards.extend(self.rating_card(id));
        }
        cards
    }

    fn thanks(key: &str, text: &'static str) -> Element {
        el("div").key(key).class("thanks").attr("role", "status").child(icon(Icon::Check)).text(text)
    }

    fn contact_card(&self) -> Element {
        let form = &self.state.form;
        let error = if form.invalid {
            Some(self.text.email_invalid)
        } else if form.failed {
            Some(self.text.not_saved)
        } else {
            None
        };
        let field = |field: Field, label: &'static str, kind: &'static str, complete: &'static str, value: &str| {
            el("input")
                .key(field.as_str())
                .attr("type", kind)
                .attr("autocomplete", complete)
                .attr("maxlength", "200")
                .attr("placeholder", label)
                .attr("dir", "auto")
                .label(label)
                .input(field, value)
        };
        let mut email = field(Field::Email, self.text.email, "email", "email", &form.email);
        if form.invalid {
            email = email.attr("aria-invalid", "true").attr("aria-describedby", "contact-error");
        }
        el("form")
            .key("contact")
            .class("card")
            .attr("novalidate", "")
            .attr("data-submit", Act::SaveContact.encode())
            .label(self.text.contact_title)
            .child(el("b").key("t").text(self.text.contact_title))
            .child(el("p").key("h").text(self.text.contact_hint))
            .child(field(Field::Name, self.text.name, "text", "name", &form.name))
            .child(email)
            .children(error.map(|error| {
                el("p").key("error").attr("id", "contact-error").class("error").attr("role", "alert").text(error)
            }))
            .child(
                el("div")
                    .key("buttons")
                    .class("buttons")
                    .child(
                        el("button")
                            .attr("type", "submit")
                            .class("primary")
                            .flag("disabled", form.saving)
                            .text(self.text.save),
                    )
                    .child(
                        el("button")
                            .attr("type", "button")
                            .class("quiet")
                            .act(&Act::SkipContact)
                            .text(self.text.not_now),
                    ),
            )
    }

    fn rating_card(&self, id: i64) -> Option<Element> {
        let conversation = self.state.conversation(id)?;
        let rating = &self.state.thread(id)?.rating;
        if rating.thanked {
            return Some(Self::thanks("rated", self.text.rate_thanks));
        }
        if conversation.csat_rating.is_some() {
            return None;
        }
        let faces = (1..=5_i16).zip(self.text.rates).map(|(value, word)| {
            let on = rating.chosen == Some(value);
            el("button")
                .key(value.to_string())
                .attr("type", "button")
                .class(if on { "rate on" } else { "rate" })
                .attr("aria-pressed", if on { "true" } else { "false" })
                .attr("title", word)
                .label(word)
                .act(&Act::Rate(value))
                .child(icon(Icon::Face(value)))
        });
        let mut card = el("form")
            .key("rating")
            .class("card")
            .attr("data-submit", Act::SendRating.encode())
            .label(self.text.rate_title)
            .child(el("b").key("t").text(self.text.rate_title))
            .child(
                el("div").key("faces").class("rates").attr("role", "group").label(self.text.rate_title).children(faces),
            );
        if let Some(chosen) = rating.chosen {
            let word = self.text.rates[usize::from(chosen.unsigned_abs().clamp(1, 5) - 1)];
            card = card
                .child(el("p").key("word").class("word").attr("aria-live", "polite").text(word))
                .child(
                    el("textarea")
                        .key("comment")
                        .attr("rows", "2")
                        .attr("maxlength", "2000")
                        .attr("dir", "auto")
                        .attr("placeholder", self.text.rate_comment)
                        .label(self.text.rate_comment)
                        .input(Field::Comment, &rating.comment),
                )
                .child(
                    el("div").key("buttons").class("buttons").child(
                        el("button")
                            .attr("type", "submit")
                            .class("primary")
                            .flag("disabled", rating.sending)
                            .text(self.text.rate_send),
                    ),
                );
        }
        Some(card)
    }
}
