//! The log of a thread as rows: who said what in a row, where a day begins, what became of the
//! customer's newest message. Pure, because here is where order and repetition would go wrong.

use types::{attachments::Attachment, messages::SenderType};

use crate::model::{Delivery, Thread};

/// Messages of one person within this time stand together. Milliseconds.
const TOGETHER: f64 = 5.0 * 60_000.0;
const DAY: f64 = 86_400_000.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    None,
    Sending,
    Waiting,
    Failed,
    Sent,
    Seen,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Row<'a> {
    /// Begins a local day, named by a moment in it.
    Day(f64),
    /// Who speaks from here on.
    Name(SenderType, &'a str),
    Message(Bubble<'a>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bubble<'a> {
    /// The same before and after the server confirmed it.
    pub(super) key: &'a str,
    pub(super) id: i64,
    pub(super) sender: SenderType,
    pub(super) content: &'a str,
    pub(super) attachments: &'a [Attachment],
    pub(super) at: f64,
    /// The last of those that stand together.
    pub(super) last: bool,
    pub(super) mark: Mark,
    /// Set while the message is not the server's yet.
    pub(super) pending: bool,
}

/// `offset` gives the minutes by which local time is behind UTC; `seen` is the newest message the
/// agents have read.
pub(super) fn rows<'a>(thread: &'a Thread, seen: Option<i64>, offset: impl Fn(f64) -> f64) -> Vec<Row<'a>> {
    let last_own = thread.last_own().map(|message| message.id);
    let confirmed = thread.messages.iter().map(|message| Bubble {
        key: message.client_ref.as_deref().unwrap_or_default(),
        id: message.id.0,
        sender: message.sender_type,
        content: &message.content,
        attachments: &message.attachments,
        at: message.created_at.timestamp_millis() as f64,
        last: true,
        mark: if Some(message.id) != last_own {
            Mark::None
        } else if seen.is_some_and(|seen| message.id.0 <= seen) {
            Mark::Seen
        } else {
            Mark::Sent
        },
        pending: false,
    });
    let waiting = thread.outbox.iter().map(|pending| Bubble {
        key: &pending.client_ref,
        id: 0,
        sender: SenderType::Contact,
        content: &pending.content,
        attachments: &pending.attachments,
        at: pending.at,
        last: true,
        mark: match pending.state {
            Delivery::Queued => Mark::Waiting,
            Delivery::Sending => Mark::Sending,
            Delivery::Failed => Mark::Failed,
        },
        pending: true,
    });
    let local_day = |at: f64| ((at - offset(at) * 60_000.0) / DAY).floor() as i64;

    let mut rows: Vec<Row<'a>> = Vec::new();
    let mut before: Option<(SenderType, &str, f64)> = None;
    let names = thread.messages.iter().map(|message| message.sender_name.as_str()).chain(std::iter::repeat(""));
    for (bubble, name) in confirmed.chain(waiting).zip(names) {
        let new_day = before.is_none_or(|(_, _, at)| local_day(at) != local_day(bubble.at));
        if new_day {
            rows.push(Row::Day(bubble.at));
        }
        let own = bubble.sender == SenderType::Contact;
        let speaker = if own { "" } else { name };
        let same = !new_day
            && before.is_some_and(|(sender, name, at)| {
                (sender, name) == (bubble.sender, speaker) && bubble.at - at < TOGETHER
            });
        if same {
            if let Some(Row::Message(previous)) = rows.last_mut() {
                previous.last = false;
            }
        } else if !own && bubble.sender != SenderType::System {
            rows.push(Row::Name(bubble.sender, speaker));
        }
        before = Some((bubble.sender, speaker, bubble.at));
        rows.push(Row::Message(bubble));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tests::{agent, message, pending};

    fn shape(rows: &[Row<'_>]) -> Vec<String> {
        rows.iter()
            .map(|row| match row {
                Row::Day(_) => "day".to_owned(),
                Row::Name(_, name) => format!("<{name}>"),
                Row::Message(bubble) => format!(
                    "{}{}{}",
                    bubble.content,
                    if bubble.last { "." } else { "" },
                    match bubble.mark {
                        Mark::None => String::new(),
                        mark => format!(" {mark:?}"),
                    }
                ),
            })
            .collect()
    }

    #[test]
    fn people_speak_in_groups_and_only_the_newest_own_message_is_marked() {
        let mut thread = Thread::default();
        thread.insert(message(1, "a"));
        thread.insert(message(2, "b"));
        thread.insert(agent(3, "Anna", "c"));
        thread.insert(agent(4, "Anna", "d"));
        thread.insert(agent(5, "Ben", "e"));
        assert_eq!(
            shape(&rows(&thread, Some(2), |_| -120.0)),
            ["day", "a", "b. Seen", "<Anna>", "c", "d.", "<Ben>", "e."]
        );
        thread.outbox.push(pending("x", "f", Delivery::Failed));
        assert_eq!(
            shape(&rows(&thread, Some(1), |_| -120.0)),
            ["day", "a", "b. Sent", "<Anna>", "c", "d.", "<Ben>", "e.", "f. Failed"]
        );
    }

    #[test]
    fn a_day_begins_at_local_midnight() {
        let mut thread = Thread::default();
        // Messages are a minute apart, from 23:59 UTC on.
        thread.insert(message(1, "late"));
        thread.insert(message(2, "early"));
        assert_eq!(shape(&rows(&thread, None, |_| 0.0)), ["day", "late.", "day", "early. Sent"]);
        assert_eq!(shape(&rows(&thread, None, |_| -120.0)), ["day", "late", "early. Sent"]);
    }
}
