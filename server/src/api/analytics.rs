//! `/api/analytics`.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use domain::{Ctx, analytics};
use types::{
    analytics::{
        AgentReport, AiReport, AnalyticsQuery, CsatReport, ExportQuery, Overview, SlaReport, TeamReport,
        UnansweredReport,
    },
    auto_replies::AutoReplyReport,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    error::Result,
    extract::{Caller, Query},
    state::AppState,
};

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(overview))
        .routes(routes!(agents))
        .routes(routes!(teams))
        .routes(routes!(ai))
        .routes(routes!(unanswered))
        .routes(routes!(auto_replies))
        .routes(routes!(csat))
        .routes(routes!(sla))
        .routes(routes!(export))
}

/// The account at a glance; the last 30 days unless asked otherwise.
#[utoipa::path(get, path = "/api/analytics/overview", tag = "analytics", params(AnalyticsQuery), responses((status = 200, body = Overview)))]
async fn overview(
    State(ctx): State<Ctx>,
    caller: Caller,
    Query(query): Query<AnalyticsQuery>,
) -> Result<Json<Overview>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(analytics::overview(&mut tx, &caller, query).await?))
}

/// Each person's work. For supervisors and admins.
#[utoipa::path(get, path = "/api/analytics/agents", tag = "analytics", params(AnalyticsQuery),
    responses((status = 200, body = AgentReport), (status = 403)))]
async fn agents(
    State(ctx): State<Ctx>,
    caller: Caller,
    Query(query): Query<AnalyticsQuery>,
) -> Result<Json<AgentReport>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(analytics::agents(&mut tx, &caller, query).await?))
}

/// Each team's work.
#[utoipa::path(get, path = "/api/analytics/teams", tag = "analytics", params(AnalyticsQuery), responses((status = 200, body = TeamReport)))]
async fn teams(
    State(ctx): State<Ctx>,
    caller: Caller,
    Query(query): Query<AnalyticsQuery>,
) -> Result<Json<TeamReport>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(analytics::teams(&mut tx, &caller, query).await?))
}

/// What the AI did, and what people made of it.
#[utoipa::path(get, path = "/api/analytics/ai", tag = "analytics", params(AnalyticsQuery), responses((status = 200, body = AiReport)))]
async fn ai(State(ctx): State<Ctx>, caller: Caller, Query(query): Query<AnalyticsQuery>) -> Result<Json<AiReport>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(analytics::ai(&mut tx, &caller, query).await?))
}

/// Customers' questions that the articles do not answer, grouped into articles that somebody should write: of the newest
/// 500 whose draft found no answer or was rejected. For supervisors and admins.
#[utoipa::path(get, path = "/api/analytics/ai/unanswered", tag = "analytics", params(AnalyticsQuery),
    responses((status = 200, body = UnansweredReport), (status = 403)))]
async fn unanswered(
    State(ctx): State<Ctx>,
    caller: Caller,
    Query(query): Query<AnalyticsQuery>,
) -> Result<Json<UnansweredReport>> {
    Ok(Json(analytics::unanswered(&ctx, &caller, query).await?))
}

/// What automatic answers came to, and why drafts were not sent by themselves.
#[utoipa::path(get, path = "/api/analytics/ai/auto-replies", tag = "analytics", params(AnalyticsQuery), responses((status = 200, body = AutoReplyReport)))]
async fn auto_replies(
    State(ctx): State<Ctx>,
    caller: Caller,
    Query(query): Query<AnalyticsQuery>,
) -> Result<Json<AutoReplyReport>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(analytics::auto_replies(&mut tx, &caller, query).await?))
}

/// What customers thought.
#[utoipa::path(get, path = "/api/analytics/csat", tag = "analytics", params(AnalyticsQuery), responses((status = 200, body = CsatReport)))]
async fn csat(State(ctx): State<Ctx>, caller: Caller, Query(query): Query<AnalyticsQuery>) -> Result<Json<CsatReport>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(analytics::csat(&mut tx, &caller, query).await?))
}

/// How the promises of the SLA policies were kept.
#[utoipa::path(get, path = "/api/analytics/sla", tag = "analytics", params(AnalyticsQuery), responses((status = 200, body = SlaReport)))]
async fn sla(State(ctx): State<Ctx>, caller: Caller, Query(query): Query<AnalyticsQuery>) -> Result<Json<SlaReport>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(analytics::sla(&mut tx, &caller, query).await?))
}

/// A report as a CSV or JSON file. CSV cells that a spreadsheet would run as a formula are made text.
#[utoipa::path(get, path = "/api/analytics/export", tag = "analytics", params(ExportQuery),
    responses((status = 200, body = String, content_type = "text/csv"), (status = 403)))]
async fn export(State(ctx): State<Ctx>, caller: Caller, Query(query): Query<ExportQuery>) -> Result<Response> {
    let export = analytics::export(&ctx, &caller, query).await?;
    let disposition = format!("attachment; filename=\"{}\"", export.file_name);
    Ok((
        [(header::CONTENT_TYPE, export.content_type.to_owned()), (header::CONTENT_DISPOSITION, disposition)],
        export.body,
    )
        .into_response())
}
