//! Masking: what identifies a person is replaced by a placeholder before a text leaves the machine, and put back into
//! the answer.
//!
//! One [`Mask`] serves one question with all its texts, so a value has the same placeholder in the message, the
//! history and the passages. Values are told apart as they are written: `Kim@x.fi` and `kim@x.fi` get a placeholder
//! each, because the answer must bring back exactly what was written.

mod checks;
mod find;
mod numbers;
#[cfg(test)]
mod tests;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use regex::Regex;
use serde_json::Value;

/// What a hidden value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Email,
    Phone,
    /// Passes Luhn's check and begins like an issuer's.
    Card,
    /// Passes the mod-97 check.
    Iban,
    /// Finnish, Swedish, German, French or US, with its check digit where it has one.
    NationalId,
    /// A text that already looks like a placeholder; hidden so that none can be forged.
    Quoted,
}

impl Kind {
    const ALL: [Self; 6] = [Self::Email, Self::Phone, Self::Card, Self::Iban, Self::NationalId, Self::Quoted];

    /// As placeholders spell it.
    const fn tag(self) -> &'static str {
        match self {
            Self::Email => "EMAIL",
            Self::Phone => "PHONE",
            Self::Card => "CARD",
            Self::Iban => "IBAN",
            Self::NationalId => "NATIONAL_ID",
            Self::Quoted => "QUOTED",
        }
    }

    /// As counts name it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Card => "card",
            Self::Iban => "iban",
            Self::NationalId => "national_id",
            Self::Quoted => "quoted",
        }
    }
}

/// How many different values were hidden, by kind.
pub type Counts = BTreeMap<&'static str, u32>;

/// Whatever looks like a placeholder, well or badly spelled: a model must not get away with an approximate one.
static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    let tags: Vec<&str> = Kind::ALL.iter().map(|kind| kind.tag()).collect();
    find::regex(&format!(r"\[?(?:{})\\?_\d+\]?", tags.join("|")))
});

/// The values of one question and their placeholders.
#[derive(Clone, Debug, Default)]
pub struct Mask {
    /// Value and placeholder, longest value first.
    known: Vec<(String, String)>,
    placeholders: HashMap<String, String>,
    counts: Counts,
}

impl Mask {
    /// The text with every value replaced by its placeholder.
    pub fn hide(&mut self, text: &str) -> String {
        self.learn(text);
        let mut out = String::with_capacity(text.len());
        let mut end = 0;
        for span in find::spans(text) {
            self.sweep(&text[end..span.start], &mut out);
            out.push_str(self.placeholder(&text[span.start..span.end]));
            end = span.end;
        }
        self.sweep(&text[end..], &mut out);
        out
    }

    /// Hides every text of a JSON value, however deep. All of it is read first: what one text reveals to be a value
    /// is hidden in the others even where it stands glued to a word.
    pub fn hide_all(&mut self, value: &mut Value) {
        each_text(value, &mut |text| self.learn(text));
        each_text(value, &mut |text| *text = self.hide(text));
    }

    /// The text with the values that are known already replaced, and its placeholders as they are: for what was made of
    /// texts that were hidden before.
    pub fn cover(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        self.sweep(text, &mut out);
        out
    }

    /// The text with every placeholder replaced by its value.
    ///
    /// # Errors
    /// A sentence for the model, when a placeholder is none that it was given.
    pub fn restore(&self, text: &str) -> Result<String, String> {
        let mut out = String::with_capacity(text.len());
        let mut end = 0;
        for found in PLACEHOLDER.find_iter(text) {
            let value = self.placeholders.get(found.as_str()).ok_or_else(|| {
                format!("{} is no placeholder of this request; copy placeholders exactly, invent none", found.as_str())
            })?;
            out.push_str(&text[end..found.start()]);
            out.push_str(value);
            end = found.end();
        }
        out.push_str(&text[end..]);
        Ok(out)
    }

    /// Whether `placeholder`, with its brackets, stands for a value.
    pub fn knows(&self, placeholder: &str) -> bool {
        self.placeholders.contains_key(placeholder)
    }

    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    fn learn(&mut self, text: &str) {
        for span in find::spans(text) {
            let value = &text[span.start..span.end];
            if self.known.iter().any(|(known, _)| known == value) {
                continue;
            }
            let count = self.counts.entry(span.kind.as_str()).or_default();
            *count += 1;
            let placeholder = format!("[{}_{count}]", span.kind.tag());
            self.placeholders.insert(placeholder.clone(), value.to_owned());
            let place = self.known.partition_point(|(known, _)| Reverse(known.len()) <= Reverse(value.len()));
            self.known.insert(place, (value.to_owned(), placeholder));
        }
    }

    /// Only values that [`Self::learn`] has met are asked for.
    fn placeholder(&self, value: &str) -> &str {
        self.known.iter().find(|(known, _)| known == value).map_or("[QUOTED_0]", |(_, placeholder)| placeholder)
    }

    /// Copies a text in which nothing was found, but for values that are known from elsewhere.
    fn sweep(&self, mut text: &str, out: &mut String) {
        while let Some((at, (value, placeholder))) = self
            .known
            .iter()
            .filter_map(|known| Some((text.find(&known.0)?, known)))
            // The longest of those at one place: `min_by_key` keeps the first.
            .min_by_key(|(at, _)| *at)
        {
            out.push_str(&text[..at]);
            out.push_str(placeholder);
            text = &text[at + value.len()..];
        }
        out.push_str(text);
    }
}

fn each_text(value: &mut Value, act: &mut impl FnMut(&mut String)) {
    match value {
        Value::String(text) => act(text),
        Value::Array(items) => items.iter_mut().for_each(|item| each_text(item, act)),
        Value::Object(fields) => fields.iter_mut().for_each(|(_, field)| each_text(field, act)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
