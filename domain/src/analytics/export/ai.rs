//! The assistant's figures and decisions as tables.

use chrono::SecondsFormat;
use types::{
    analytics::{AiReport, CalibrationBin, Confusion, NamedCount, SuggestedArticle},
    auto_replies::AutoReplyReport,
    decisions::Decision,
};

use super::{MAX_ROWS, bounded, number, with_json};
use crate::{
    Actor, Permission, Result, TenantTx,
    analytics::{Scope, csv::Csv},
    decisions::{self, Filter},
};

/// One figure a row: the report has no natural table.
pub fn figures(report: &AiReport) -> Csv {
    let mut csv = Csv::new(&["figure", "value"]);
    let mut row = |figure: &str, value: String| csv.row([figure.to_owned(), value]);
    row("classifications", report.classifications.to_string());
    row("category_accuracy", number(report.category_accuracy));
    row("classification_median_ms", number(report.classification_median_ms));
    row("classification_p95_ms", number(report.classification_p95_ms));
    for NamedCount { name, count } in &report.corrections {
        row(&format!("corrected_{name}"), count.to_string());
    }
    for outcome in &report.outcomes {
        row(&format!("share_{}", outcome.outcome), number(Some(outcome.share)));
    }
    for bin in &report.calibration {
        row(&format!("accuracy_at_confidence_{:.1}_to_{:.1}", bin.from, bin.to), number(Some(bin.accuracy)));
    }
    row("ece", number(report.ece));
    for category in &report.by_category {
        row(&format!("precision_{}", category.category), number(category.precision));
        row(&format!("recall_{}", category.category), number(category.recall));
    }
    row("drafts", report.drafts.to_string());
    for NamedCount { name, count } in &report.drafts_by_status {
        row(&format!("drafts_{name}"), count.to_string());
    }
    row("drafts_ungrounded", report.drafts_ungrounded.to_string());
    row("draft_acceptance", number(report.draft_acceptance));
    row("edit_distance_mean", number(report.edit_distance_mean));
    row("draft_median_ms", number(report.draft_median_ms));
    row("draft_p95_ms", number(report.draft_p95_ms));
    row("tokens", report.spend_daily.iter().map(|day| day.tokens).sum::<i64>().to_string());
    row("cost_micros", report.spend_daily.iter().map(|day| day.cost_micros).sum::<i64>().to_string());
    csv
}

/// One figure a row.
pub fn auto_replies(report: &AutoReplyReport) -> Csv {
    let mut csv = Csv::new(&["figure", "value"]);
    let mut row = |figure: &str, value: String| csv.row([figure.to_owned(), value]);
    row("sent", report.sent.to_string());
    row("conversations", report.conversations.to_string());
    row("handed_over", report.handed_over.to_string());
    row("resolved", report.resolved.to_string());
    row("resolved_alone", report.resolved_alone.to_string());
    row("csat_alone", number(report.csat_alone));
    row("csat_alone_count", report.csat_alone_count.to_string());
    row("csat_others", number(report.csat_others));
    row("csat_others_count", report.csat_others_count.to_string());
    for held in &report.held {
        row(&format!("held_{}", held.hold), held.count.to_string());
    }
    csv
}

pub fn confusion(pairs: &[Confusion]) -> Csv {
    let mut csv = Csv::new(&["decided", "now", "count"]);
    for pair in pairs {
        csv.row([pair.from.clone(), pair.to.clone(), pair.count.to_string()]);
    }
    csv
}

pub fn calibration(bins: &[CalibrationBin]) -> Csv {
    let mut csv = Csv::new(&["from", "to", "count", "confidence", "accuracy"]);
    for bin in bins {
        let share = |value: f64| format!("{value:.4}");
        csv.row([
            format!("{:.1}", bin.from),
            format!("{:.1}", bin.to),
            bin.count.to_string(),
            share(bin.confidence),
            share(bin.accuracy),
        ]);
    }
    csv
}

/// One row a suggested article.
pub fn unanswered(articles: &[SuggestedArticle]) -> Csv {
    let mut csv = Csv::new(&["title", "language", "questions", "conversations", "example"]);
    for article in articles {
        let conversations: Vec<String> =
            article.examples.iter().map(|question| question.display_id.to_string()).collect();
        csv.row([
            article.title.clone(),
            article.language.to_string(),
            article.count.to_string(),
            conversations.join("; "),
            article.examples.first().map(|question| question.excerpt.clone()).unwrap_or_default(),
        ]);
    }
    csv
}

/// One row a decision, newest first.
///
/// # Errors
/// `Forbidden` below supervisor; `Invalid` for more than 50,000 rows.
pub async fn decisions(tx: &mut TenantTx, actor: &Actor, scope: &Scope) -> Result<(String, String)> {
    actor.require(Permission::Supervise)?;
    let filter = Filter {
        inbox: scope.inbox,
        team: scope.team,
        from: Some(scope.from),
        to: Some(scope.to),
        ..Filter::default()
    };
    let rows = bounded(decisions::queries::list(tx, &filter, None, MAX_ROWS + 1).await?)?;
    with_json(rows, |rows| table(rows))
}

fn table(rows: &[Decision]) -> Csv {
    let mut csv = Csv::new(&[
        "decision",
        "kind",
        "conversation",
        "message",
        "model",
        "model_version",
        "confidence",
        "outcome",
        "category",
        "corrected_to",
        "review",
        "edit_distance",
        "latency_ms",
        "tokens_in",
        "tokens_out",
        "cost_micros",
        "created_at",
    ]);
    for row in rows {
        let optional = |value: Option<i32>| value.map(|value| value.to_string()).unwrap_or_default();
        csv.row([
            row.id.to_string(),
            row.kind.to_string(),
            row.display_id.to_string(),
            row.message_id.to_string(),
            row.model.clone(),
            optional(row.model_version),
            format!("{:.4}", row.confidence),
            row.outcome.to_string(),
            row.category.clone().unwrap_or_default(),
            row.corrected_to.clone().unwrap_or_default(),
            row.review.to_string(),
            optional(row.edit_distance),
            row.latency_ms.to_string(),
            row.tokens_in.to_string(),
            row.tokens_out.to_string(),
            row.cost_micros.to_string(),
            row.created_at.to_rfc3339_opts(SecondsFormat::Millis, true),
        ]);
    }
    csv
}
