//! Reports as files.

mod ai;

use chrono::SecondsFormat;
use serde_json::json;
use types::{
    Timestamp,
    analytics::{AgentReport, AnalyticsQuery, ExportFormat, ExportQuery, Overview, Report, SlaReport, TeamReport},
};

use super::{Scope, auto_replies, csv::Csv, overview, reports, unanswered};
use crate::{Actor, Ctx, Error, Permission, Result, TenantTx};

/// Rows of the largest export; what is longer is asked for in shorter periods.
const MAX_ROWS: i64 = 50_000;

/// A file to download.
pub struct Export {
    pub file_name: String,
    pub content_type: &'static str,
    pub body: String,
}

/// A report as CSV or JSON.
///
/// # Errors
/// Those of the report; `Invalid` without a report or for more than 50,000 rows.
pub async fn export(ctx: &Ctx, actor: &Actor, query: ExportQuery) -> Result<Export> {
    actor.require(Permission::Read)?;
    let report = query.report.ok_or_else(|| Error::invalid("report", "name the report to export"))?;
    let format = query.format.unwrap_or(ExportFormat::Csv);
    let period = AnalyticsQuery { from: query.from, to: query.to, inbox_id: query.inbox_id, team_id: query.team_id };
    let mut tx = ctx.begin(actor).await?;
    let scope = Scope::new(&period, tx.now())?;
    let (table, json) = match report {
        Report::Overview => with_json(overview(&mut tx, actor, period).await?, overview_table)?,
        Report::Agents => with_json(reports::agents(&mut tx, actor, period).await?, agent_table)?,
        Report::Teams => with_json(reports::teams(&mut tx, actor, period).await?, team_table)?,
        Report::Ai => with_json(reports::ai(&mut tx, actor, period).await?, ai::figures)?,
        Report::Sla => with_json(reports::sla(&mut tx, actor, period).await?, sla_table)?,
        Report::Csat => csat(&mut tx, &scope).await?,
        Report::Conversations => conversations(&mut tx, &scope).await?,
        Report::AiDecisions => ai::decisions(&mut tx, actor, &scope).await?,
        Report::AiConfusion => {
            with_json(reports::ai(&mut tx, actor, period).await?.confusion, |pairs| ai::confusion(pairs))?
        }
        Report::AiCalibration => {
            with_json(reports::ai(&mut tx, actor, period).await?.calibration, |bins| ai::calibration(bins))?
        }
        Report::AiAutoReplies => with_json(auto_replies(&mut tx, actor, period).await?, ai::auto_replies)?,
        Report::AiUnanswered => {
            // The model reads outside any transaction.
            drop(tx);
            with_json(unanswered(ctx, actor, period).await?.data, |articles| ai::unanswered(articles))?
        }
    };
    let (content_type, body) = match format {
        ExportFormat::Csv => ("text/csv; charset=utf-8", table),
        ExportFormat::Json => ("application/json", json),
    };
    let file_name = format!("{report}-{}-{}.{format}", scope.from.format("%Y%m%d"), scope.to.format("%Y%m%d"));
    Ok(Export { file_name, content_type, body })
}

fn with_json<T: serde::Serialize>(report: T, table: impl Fn(&T) -> Csv) -> Result<(String, String)> {
    Ok((table(&report).finish(), serde_json::to_string(&report).map_err(Error::internal)?))
}

fn overview_table(report: &Overview) -> Csv {
    let mut csv = Csv::new(&["day", "created", "resolved", "messages"]);
    for day in &report.daily {
        csv.row([day.day.to_string(), day.created.to_string(), day.resolved.to_string(), day.messages.to_string()]);
    }
    csv
}

fn agent_table(report: &AgentReport) -> Csv {
    let mut csv = Csv::new(&[
        "agent_id",
        "agent",
        "open_now",
        "replies",
        "conversations",
        "resolved",
        "first_response_median_seconds",
        "resolution_median_seconds",
        "csat_average",
        "csat_responses",
    ]);
    for row in &report.data {
        csv.row([
            row.agent.id.to_string(),
            row.agent.name.clone(),
            row.open_now.to_string(),
            row.replies.to_string(),
            row.conversations.to_string(),
            row.resolved.to_string(),
            number(row.first_response_median_seconds),
            number(row.resolution_median_seconds),
            number(row.csat_average),
            row.csat_responses.to_string(),
        ]);
    }
    csv
}

fn team_table(report: &TeamReport) -> Csv {
    let mut csv = Csv::new(&[
        "team_id",
        "team",
        "open_now",
        "conversations",
        "resolved",
        "first_response_median_seconds",
        "resolution_median_seconds",
        "csat_average",
        "csat_responses",
    ]);
    for row in &report.data {
        csv.row([
            row.team.id.to_string(),
            row.team.name.clone(),
            row.open_now.to_string(),
            row.conversations.to_string(),
            row.resolved.to_string(),
            number(row.first_response_median_seconds),
            number(row.resolution_median_seconds),
            number(row.csat_average),
            row.csat_responses.to_string(),
        ]);
    }
    csv
}

fn sla_table(report: &SlaReport) -> Csv {
    let mut csv =
        Csv::new(&["policy_id", "policy", "priority", "promise", "target_seconds", "met", "missed", "pending"]);
    for policy in &report.data {
        for (promise, attainment) in [("first_response", &policy.first_response), ("resolution", &policy.resolution)] {
            let Some(attainment) = attainment else { continue };
            csv.row([
                policy.policy_id.to_string(),
                policy.name.clone(),
                policy.priority.map(|priority| priority.to_string()).unwrap_or_default(),
                promise.to_owned(),
                attainment.target_seconds.to_string(),
                attainment.met.to_string(),
                attainment.missed.to_string(),
                attainment.pending.to_string(),
            ]);
        }
    }
    csv
}

/// One row a rating.
async fn csat(tx: &mut TenantTx, scope: &Scope) -> Result<(String, String)> {
    let rows = bounded(reports::queries::csat_comments(tx, scope, true, MAX_ROWS + 1).await?)?;
    let mut csv = Csv::new(&["conversation", "rating", "comment", "agent", "created_at"]);
    for row in &rows {
        csv.row([
            row.display_id.to_string(),
            row.rating.to_string(),
            row.comment.clone(),
            row.agent.as_ref().map(|agent| agent.name.clone()).unwrap_or_default(),
            moment(Some(row.created_at)),
        ]);
    }
    Ok((csv.finish(), serde_json::to_string(&rows).map_err(Error::internal)?))
}

/// One row a conversation.
async fn conversations(tx: &mut TenantTx, scope: &Scope) -> Result<(String, String)> {
    const HEAD: [&str; 15] = [
        "conversation",
        "status",
        "priority",
        "inbox",
        "team",
        "assignee",
        "contact",
        "category",
        "sentiment",
        "language",
        "labels",
        "created_at",
        "first_response_at",
        "resolved_at",
        "rating",
    ];
    let rows = bounded(reports::queries::conversations(tx, scope, MAX_ROWS + 1).await?)?;
    let mut csv = Csv::new(&HEAD);
    let mut objects = Vec::with_capacity(rows.len());
    for row in rows {
        objects.push(json!({
            "conversation": row.display_id, "status": row.status, "priority": row.priority, "inbox": row.inbox, "team": row.team,
            "assignee": row.assignee, "contact": row.contact, "contact_email": row.contact_email, "category": row.category,
            "sentiment": row.sentiment, "language": row.language, "labels": row.labels, "created_at": row.created_at,
            "first_response_at": row.first_response_at, "resolved_at": row.resolved_at, "rating": row.rating,
        }));
        csv.row([
            row.display_id.to_string(),
            row.status.to_string(),
            row.priority.to_string(),
            row.inbox,
            row.team.unwrap_or_default(),
            row.assignee.unwrap_or_default(),
            row.contact.or(row.contact_email).unwrap_or_default(),
            row.category.unwrap_or_default(),
            row.sentiment.unwrap_or_default(),
            row.language.unwrap_or_default(),
            row.labels.join("; "),
            moment(Some(row.created_at)),
            moment(row.first_response_at),
            moment(row.resolved_at),
            row.rating.map(|rating| rating.to_string()).unwrap_or_default(),
        ]);
    }
    Ok((csv.finish(), serde_json::to_string(&objects).map_err(Error::internal)?))
}

fn bounded<T>(rows: Vec<T>) -> Result<Vec<T>> {
    if rows.len() as i64 > MAX_ROWS {
        return Err(Error::invalid(
            "from",
            format!("this period holds more than {MAX_ROWS} rows; ask for a shorter one"),
        ));
    }
    Ok(rows)
}

fn number(value: Option<f64>) -> String {
    value.map(|value| format!("{value:.3}")).unwrap_or_default()
}

fn moment(at: Option<Timestamp>) -> String {
    at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true)).unwrap_or_default()
}
