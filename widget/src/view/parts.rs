//! Pieces that several screens share.

use crate::model::Act;
use crate::text::fill;

use super::{
    View,
    icon::{Icon, icon},
    node::{Element, el},
};

/// Colours for people: far enough apart, and white text reads on each of them.
const COLOURS: usize = 6;

/// The two letters that stand for a person.
pub(super) fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().unwrap_or_default();
    let letters: String = match words.next_back() {
        Some(last) => first.chars().take(1).chain(last.chars().take(1)).collect(),
        None => first.chars().take(2).collect(),
    };
    letters.to_uppercase()
}

pub(super) fn avatar(name: &str) -> Element {
    // The same person has the same colour everywhere.
    let colour = name.bytes().fold(7_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte))) % COLOURS;
    el("span").class(format!("avatar c{colour}")).attr("aria-hidden", "true").text(initials(name))
}

pub(super) fn icon_button(name: Icon, label: &'static str, act: &Act) -> Element {
    el("button").attr("type", "button").class("icon").attr("title", label).label(label).act(act).child(icon(name))
}

/// "12 kB", "3.4 MB".
pub(super) fn size(bytes: f64) -> String {
    if bytes < 1_000_000.0 {
        format!("{} kB", (bytes / 1000.0).ceil() as u32)
    } else {
        let tenths = (bytes / 100_000.0).round() as u32;
        format!("{}.{} MB", tenths / 10, tenths % 10)
    }
}

impl View<'_> {
    pub(super) fn faces(&self) -> Element {
        el("span").class("faces").children(self.state.config.agents.iter().take(3).map(|name| avatar(name)))
    }

    pub(super) fn reply_line(&self) -> Element {
        let config = &self.state.config;
        el("span")
            .class("reply")
            .child(el("i").class(if config.online { "dot on" } else { "dot" }))
            .text(self.text.reply_time(config.online, config.reply_minutes))
    }

    pub(super) fn close_button(&self) -> Element {
        icon_button(Icon::Close, self.text.close, &Act::Close)
    }

    /// Today a time, before that a day.
    pub(super) fn when(&self, at: f64) -> String {
        if self.days_ago(at) == 0 {
            self.calendar.time(at, self.state.language)
        } else if self.days_ago(at) == 1 {
            self.text.yesterday.to_owned()
        } else {
            self.calendar.short_day(at, self.state.language)
        }
    }

    pub(super) fn day_name(&self, at: f64) -> String {
        match self.days_ago(at) {
            0 => self.text.today.to_owned(),
            1 => self.text.yesterday.to_owned(),
            _ => self.calendar.day(at, self.state.language),
        }
    }

    fn days_ago(&self, at: f64) -> i64 {
        let day = |at: f64| ((at - self.calendar.offset_minutes(at) * 60_000.0) / 86_400_000.0).floor() as i64;
        (day(self.calendar.now()) - day(at)).max(0)
    }

    pub(super) fn unread(&self, count: i64) -> Option<Element> {
        (count > 0).then(|| {
            el("span")
                .class("count")
                .label(fill(self.text.unread, &count.to_string()))
                .attr("role", "img")
                .text(if count > 99 { "99+".to_owned() } else { count.to_string() })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_and_sizes_are_short() {
        for (name, expected) in
            [("Anna Virtanen", "AV"), ("Ben", "BE"), ("Åsa", "ÅS"), ("Maria del Mar", "MM"), ("", "")]
        {
            assert_eq!(initials(name), expected);
        }
        assert_eq!(size(1.0), "1 kB");
        assert_eq!(size(12_300.0), "13 kB");
        assert_eq!(size(3_440_000.0), "3.4 MB");
    }
}
