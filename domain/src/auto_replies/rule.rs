//! The rule: whether a draft may answer the customer by itself, from facts alone.

use types::auto_replies::{AutoReplyHold as Hold, AutoReplyHours, Opening};

/// Automatic answers that one customer may get within an hour, over all their conversations: two programs that answer each
/// other are stopped by this where nothing else does.
const MOST_AN_HOUR: i64 = 10;
const DAY: i16 = 24 * 60;

/// Everything that decides.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Facts {
    pub handed_over: bool,
    pub person_answered: bool,
    /// Automatic answers the conversation has had, and may have.
    pub turns: i64,
    pub max_turns: i64,
    /// Those of the customer within the last hour.
    pub recent: i64,
    /// The message says again what the customer or we have said.
    pub repeated: bool,
    pub attachment: bool,
    /// Whether people are there now.
    pub open: bool,
    pub hours: AutoReplyHours,
    /// The message's category is certain, and one that the inbox lets be answered.
    pub certain: bool,
    pub category: bool,
    pub grounded: bool,
    /// Every statement has a source that says it.
    pub supported: bool,
    pub confidence: f64,
    pub threshold: f64,
}

/// Why the draft waits for a person; none when it may go. The customer's own wish comes first, then what a person did.
pub(super) fn hold(facts: &Facts) -> Option<Hold> {
    let hours = match facts.hours {
        AutoReplyHours::Always => true,
        AutoReplyHours::Open => facts.open,
        AutoReplyHours::Closed => !facts.open,
    };
    let reasons = [
        (facts.handed_over, Hold::HandedOver),
        (facts.person_answered, Hold::PersonAnswered),
        (facts.turns >= facts.max_turns, Hold::Turns),
        (facts.recent >= MOST_AN_HOUR, Hold::TooMany),
        (facts.repeated, Hold::Repeated),
        (facts.attachment, Hold::Attachment),
        (!hours, Hold::Hours),
        (!facts.certain, Hold::Unsure),
        (!facts.category, Hold::Category),
        (!facts.grounded, Hold::NotGrounded),
        (!facts.supported, Hold::Claims),
        // Whatever is no number is no confidence.
        (facts.confidence.is_nan() || facts.confidence < facts.threshold, Hold::Confidence),
    ];
    reasons.into_iter().find_map(|(holds, reason)| holds.then_some(reason))
}

/// Minutes since midnight of `HH:MM`; `24:00` is the end of the day.
pub(super) fn minutes(time: &str) -> Option<i16> {
    let (hours, minutes) = time.split_once(':')?;
    let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hours) || !digits(minutes) {
        return None;
    }
    let (hours, minutes): (i16, i16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= DAY).then_some(total)
}

/// Whether a span of `opening` holds this minute of this day of the week (1 is Monday).
pub(super) fn is_open(opening: &[Opening], day: i16, minute: i16) -> bool {
    opening.iter().filter(|span| span.day == day).any(|span| {
        minutes(&span.opens).zip(minutes(&span.closes)).is_some_and(|(opens, closes)| (opens..closes).contains(&minute))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sure() -> Facts {
        Facts {
            handed_over: false,
            person_answered: false,
            turns: 0,
            max_turns: 3,
            recent: 0,
            repeated: false,
            attachment: false,
            open: true,
            hours: AutoReplyHours::Always,
            certain: true,
            category: true,
            grounded: true,
            supported: true,
            confidence: 0.95,
            threshold: 0.9,
        }
    }

    #[test]
    fn each_fact_alone_holds_the_draft() {
        assert_eq!(hold(&sure()), None);
        for (facts, reason) in [
            (Facts { handed_over: true, ..sure() }, Hold::HandedOver),
            (Facts { person_answered: true, ..sure() }, Hold::PersonAnswered),
            (Facts { turns: 3, ..sure() }, Hold::Turns),
            (Facts { recent: MOST_AN_HOUR, ..sure() }, Hold::TooMany),
            (Facts { repeated: true, ..sure() }, Hold::Repeated),
            (Facts { attachment: true, ..sure() }, Hold::Attachment),
            (Facts { hours: AutoReplyHours::Closed, ..sure() }, Hold::Hours),
            (Facts { hours: AutoReplyHours::Open, open: false, ..sure() }, Hold::Hours),
            (Facts { certain: false, ..sure() }, Hold::Unsure),
            (Facts { category: false, ..sure() }, Hold::Category),
            (Facts { grounded: false, ..sure() }, Hold::NotGrounded),
            (Facts { supported: false, ..sure() }, Hold::Claims),
            (Facts { confidence: 0.899, ..sure() }, Hold::Confidence),
            (Facts { confidence: f64::NAN, ..sure() }, Hold::Confidence),
        ] {
            assert_eq!(hold(&facts), Some(reason), "{facts:?}");
        }
        assert_eq!(hold(&Facts { hours: AutoReplyHours::Closed, open: false, ..sure() }), None);
    }

    #[test]
    fn times_are_read_or_refused() {
        for (text, expected) in [
            ("00:00", Some(0)),
            ("09:30", Some(570)),
            ("24:00", Some(1440)),
            ("24:01", None),
            ("12:60", None),
            ("9:00", None),
            ("+9:00", None),
            ("0900", None),
            ("", None),
            ("1a:00", None),
        ] {
            assert_eq!(minutes(text), expected, "{text}");
        }
    }

    #[test]
    fn a_span_holds_its_first_minute_and_not_its_last() {
        let opening = [Opening { day: 1, opens: "09:00".to_owned(), closes: "17:00".to_owned() }];
        assert!(is_open(&opening, 1, 540) && is_open(&opening, 1, 1019));
        assert!(!is_open(&opening, 1, 539) && !is_open(&opening, 1, 1020) && !is_open(&opening, 2, 600));
    }

    proptest! {
        /// Whatever else is true: a customer who asked for a person gets no machine, and neither does one over the limit.
        #[test]
        fn nothing_outweighs_the_customers_wish(turns in 0i64..20, confidence in 0f64..1.0, certain: bool, supported: bool, handed_over: bool) {
            let facts = Facts { handed_over, turns, certain, supported, confidence, ..sure() };
            if hold(&facts).is_none() {
                prop_assert!(!handed_over && turns < 3 && confidence >= 0.9 && certain && supported);
            }
        }
    }
}
