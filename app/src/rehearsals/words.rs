//! What changes, measures and flips are called.

use types::{
    ai_settings::Provider,
    classifications::Outcome,
    rehearsals::{Change, Flip, Measure, Measured, Proposed, RehearsalStatus},
};

use crate::i18n::{I18n, K};

pub fn change(i18n: I18n, proposed: &Proposed) -> String {
    let named = |key: K| {
        i18n.with(key, &[("name", &proposed.name.as_deref().map_or("–".to_owned(), |name| i18n.category(name)))])
    };
    match &proposed.change {
        Change::Threshold { auto_assign_threshold } => {
            i18n.with(K::ChangeThreshold, &[("n", &i18n.percent(*auto_assign_threshold))])
        }
        Change::Model { settings } => {
            let provider = settings.provider.flatten().map_or("", Provider::as_str);
            let model = settings.chat_model.clone().flatten().unwrap_or_default();
            let parts: Vec<&str> = [provider, model.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
            i18n.with(K::ChangeModel, &[("name", &parts.join(", "))])
        }
        Change::CreateCategory { category } => {
            let examples = i18n.count(K::ExamplesMany, K::ExamplesOne, category.examples.len() as i64);
            i18n.with(K::ChangeCreateCategory, &[("name", &category.name), ("examples", &examples)])
        }
        Change::UpdateCategory { category, .. } => match &category.name {
            Some(name) if proposed.name.as_ref().is_some_and(|now| now != name) => {
                let now = proposed.name.as_deref().map(|now| i18n.category(now)).unwrap_or_default();
                i18n.with(K::ChangeRenameCategory, &[("name", &now), ("to", name)])
            }
            _ => named(K::ChangeUpdateCategory),
        },
        Change::DeleteCategory { .. } => named(K::ChangeDeleteCategory),
        Change::DraftPolicy { .. } => named(K::ChangeDraftPolicy),
        Change::Publish { .. } => named(K::ChangePublish),
        Change::UpdateArticle { .. } => named(K::ChangeArticle),
    }
}

pub const fn measure(measure: Measure) -> K {
    match measure {
        Measure::Sorted => K::MeasureSorted,
        Measure::ExpectedMistakes => K::MeasureMistakes,
        Measure::CorrectionsMet => K::MeasureCorrections,
        Measure::Answered => K::MeasureAnswered,
        Measure::Likeness => K::MeasureLikeness,
        Measure::Failures => K::MeasureFailures,
        Measure::LeftOut => K::MeasureLeftOut,
        Measure::Tokens => K::Tokens,
        Measure::CostMicros => K::MeasureCost,
        Measure::LatencyMs => K::MeasureLatency,
    }
}

/// Both values of a row, as people read them.
pub fn values(measured: &Measured) -> [String; 2] {
    [measured.now, measured.then].map(|value| match measured.measure {
        Measure::Sorted | Measure::CorrectionsMet | Measure::Answered | Measure::Failures | Measure::Tokens => {
            format!("{value:.0}")
        }
        Measure::ExpectedMistakes => format!("{value:.1}"),
        Measure::Likeness => format!("{value:.2}"),
        Measure::LeftOut => format!("{:.1}\u{a0}%", value * 100.0),
        Measure::CostMicros => format!("{:.4}", value / 1_000_000.0),
        Measure::LatencyMs => format!("{value:.0}\u{a0}ms"),
    })
}

pub const fn flip(flip: Flip) -> K {
    match flip {
        Flip::Category => K::Category,
        Flip::Outcome => K::Outcome,
        Flip::Priority => K::Priority,
        Flip::Draft => K::Draft,
    }
}

pub const fn outcome(outcome: Outcome) -> K {
    match outcome {
        Outcome::Confident => K::DecidedConfident,
        Outcome::Unsure => K::DecidedUnsure,
        Outcome::OutOfScope => K::DecidedOutOfScope,
    }
}

pub const fn status(status: RehearsalStatus) -> K {
    match status {
        RehearsalStatus::Open | RehearsalStatus::Running | RehearsalStatus::Done => K::RehearsalWaits,
        RehearsalStatus::Failed => K::RehearsalFailed,
        RehearsalStatus::Live => K::RehearsalLive,
        RehearsalStatus::Discarded => K::RehearsalDiscarded,
    }
}
