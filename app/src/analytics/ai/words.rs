//! What decisions are called, and how their money and time are written.

use types::decisions::{Decision, DecisionKind, DecisionOutcome, Review};

use crate::i18n::{I18n, K};

pub fn kind(i18n: I18n, kind: DecisionKind) -> &'static str {
    i18n.t(match kind {
        DecisionKind::Classification => K::PurposeClassify,
        DecisionKind::Draft => K::Draft,
    })
}

pub fn outcome(i18n: I18n, outcome: DecisionOutcome) -> &'static str {
    i18n.t(match outcome {
        DecisionOutcome::Confident => K::DecidedConfident,
        DecisionOutcome::Unsure => K::DecidedUnsure,
        DecisionOutcome::OutOfScope => K::DecidedOutOfScope,
        DecisionOutcome::Grounded => K::DecidedGrounded,
        DecisionOutcome::Abstained => K::DecidedAbstained,
    })
}

pub fn review(i18n: I18n, review: Review) -> &'static str {
    i18n.t(match review {
        Review::Untouched => K::ReviewUntouched,
        Review::Corrected => K::ReviewCorrected,
        Review::Pending => K::ReviewPending,
        Review::Accepted => K::ReviewAccepted,
        Review::Edited => K::ReviewEdited,
        Review::Rejected => K::ReviewRejected,
        Review::Superseded => K::ReviewSuperseded,
        Review::AutoSent => K::ReviewAutoSent,
    })
}

/// The tag that says it in colour as well.
pub fn review_tag(review: Review) -> &'static str {
    match review {
        Review::Accepted | Review::Edited => "tag tag-green",
        Review::Corrected | Review::Rejected => "tag tag-orange",
        Review::Pending => "tag tag-accent",
        Review::Untouched | Review::Superseded | Review::AutoSent => "tag",
    }
}

/// What it decided, in a few words.
pub fn matter(i18n: I18n, decision: &Decision) -> String {
    match (&decision.category, &decision.corrected_to) {
        (Some(category), Some(now)) => format!("{} → {}", i18n.category(category), i18n.category(now)),
        (Some(category), None) => i18n.category(category),
        (None, _) => outcome(i18n, decision.outcome).to_owned(),
    }
}

pub fn milliseconds(i18n: I18n, ms: Option<f64>) -> String {
    ms.map_or_else(|| "–".to_owned(), |ms| i18n.with(K::Milliseconds, &[("n", &format!("{ms:.0}"))]))
}

/// 0.0312 as "3.1 %": small shares need a digit more.
pub fn small_percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{:.1}\u{a0}%", share * 100.0))
}
