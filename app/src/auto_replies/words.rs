//! Words for automatic answers.

use types::auto_replies::AutoReplyHold;

use crate::i18n::{I18n, K};

/// 1 is Monday.
pub fn day(i18n: I18n, day: i16) -> &'static str {
    i18n.t(match day {
        1 => K::Monday,
        2 => K::Tuesday,
        3 => K::Wednesday,
        4 => K::Thursday,
        5 => K::Friday,
        6 => K::Saturday,
        _ => K::Sunday,
    })
}

/// Why a draft was not sent by itself.
pub fn held(i18n: I18n, hold: AutoReplyHold) -> &'static str {
    i18n.t(match hold {
        AutoReplyHold::HandedOver => K::HeldHandedOver,
        AutoReplyHold::PersonAnswered => K::HeldPersonAnswered,
        AutoReplyHold::Turns => K::HeldTurns,
        AutoReplyHold::TooMany => K::HeldTooMany,
        AutoReplyHold::Repeated => K::HeldRepeated,
        AutoReplyHold::Attachment => K::HeldAttachment,
        AutoReplyHold::Hours => K::HeldHours,
        AutoReplyHold::Unsure => K::HeldUnsure,
        AutoReplyHold::Category => K::HeldCategory,
        AutoReplyHold::NotGrounded => K::HeldNotGrounded,
        AutoReplyHold::Claims => K::HeldClaims,
        AutoReplyHold::Confidence => K::HeldConfidence,
    })
}

/// The same as a sentence beside the draft.
pub fn not_sent(i18n: I18n, hold: AutoReplyHold) -> String {
    i18n.with(K::NotSentByItself, &[("why", held(i18n, hold))])
}
