//! `/api/ai`: asking the AI to look at a message again.

use std::time::Duration;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use domain::{Actor, Ctx, classifications, db::wake::Topic, drafts};
use types::{
    ClassifierModelId, JobId, Page, PageQuery,
    ai::{AiQuery, AiRequest, JobAccepted},
    categories::{ClassifierModel, Learning},
    classifications::Classification,
    drafts::Draft,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::teams::page_of;
use crate::{
    error::{Failure, Result},
    extract::{Caller, Json as Body, Path, Query},
    state::AppState,
};

/// How long `?wait=true` waits for the worker.
const WAIT: Duration = Duration::from_secs(30);

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(classify))
        .routes(routes!(draft))
        .routes(routes!(models))
        .routes(routes!(activate))
        .routes(routes!(learning))
}

/// Classifies a message again.
#[utoipa::path(post, path = "/api/ai/classify", tag = "ai", params(AiQuery), request_body = AiRequest,
    responses((status = 202, body = JobAccepted), (status = 200, body = Classification), (status = 404)))]
async fn classify(
    State(ctx): State<Ctx>,
    caller: Caller,
    Query(query): Query<AiQuery>,
    Body(body): Body<AiRequest>,
) -> Result<Response> {
    let mut tx = ctx.begin(&caller).await?;
    let job = classifications::request(&mut tx, &caller, body.message_id).await?;
    tx.commit().await?;
    answer(&ctx, &caller, job, query, Find::Classification).await
}

/// Drafts an answer to a message again.
#[utoipa::path(post, path = "/api/ai/draft", tag = "ai", params(AiQuery), request_body = AiRequest,
    responses((status = 202, body = JobAccepted), (status = 200, body = Draft), (status = 404)))]
async fn draft(
    State(ctx): State<Ctx>,
    caller: Caller,
    Query(query): Query<AiQuery>,
    Body(body): Body<AiRequest>,
) -> Result<Response> {
    let mut tx = ctx.begin(&caller).await?;
    let job = drafts::request(&mut tx, &caller, body.message_id).await?;
    tx.commit().await?;
    answer(&ctx, &caller, job, query, Find::Draft).await
}

/// The classifiers the account has trained, newest first.
#[utoipa::path(get, path = "/api/ai/models", tag = "ai", params(PageQuery), responses((status = 200, body = Page<ClassifierModel>)))]
async fn models(
    State(ctx): State<Ctx>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<ClassifierModel>>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(page_of(classifications::models::list(&mut tx, &caller).await?, &query, |model| model.id.0)?))
}

/// How the teaching stands: the classifiers, when the next training begins, and whether a remote model is asked first.
#[utoipa::path(get, path = "/api/ai/learning", tag = "ai", responses((status = 200, body = Learning)))]
async fn learning(State(ctx): State<Ctx>, caller: Caller) -> Result<Json<Learning>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(classifications::models::learning(&ctx, &mut tx, &caller).await?))
}

/// Lets an earlier classifier judge again. For admins.
#[utoipa::path(post, path = "/api/ai/models/{id}/activate", tag = "ai", params(("id" = i64, Path)),
    responses((status = 200, body = ClassifierModel), (status = 403), (status = 404)))]
async fn activate(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(id): Path<ClassifierModelId>,
) -> Result<Json<ClassifierModel>> {
    let mut tx = ctx.begin(&caller).await?;
    let model = classifications::models::activate(&mut tx, &caller, id).await?;
    tx.commit().await?;
    Ok(Json(model))
}

/// 202 with the job, or, when asked to wait, 200 with what came of it.
async fn answer(ctx: &Ctx, actor: &Actor, job: JobId, query: AiQuery, find: Find) -> Result<Response> {
    let accepted = || (StatusCode::ACCEPTED, Json(JobAccepted { job_id: job })).into_response();
    if !query.wait.unwrap_or(false) {
        return Ok(accepted());
    }
    let deadline = tokio::time::Instant::now() + WAIT;
    let mut numbered = ctx.db.wake().subscribe(Topic::Numbered);
    loop {
        numbered.mark_unchanged();
        let mut tx = ctx.begin(actor).await?;
        if let Some(found) = find.of(&mut tx, job).await? {
            return Ok(Json(found).into_response());
        }
        drop(tx);
        if tokio::time::Instant::now() >= deadline {
            return Err(Failure::new(
                StatusCode::GATEWAY_TIMEOUT,
                "timeout",
                "The assistant is still at it; the result will arrive by itself.",
            ));
        }
        let _ = tokio::time::timeout(Duration::from_millis(250), numbered.changed()).await;
    }
}

#[derive(Clone, Copy)]
enum Find {
    Classification,
    Draft,
}

impl Find {
    async fn of(self, tx: &mut domain::TenantTx, job: JobId) -> domain::Result<Option<serde_json::Value>> {
        let value = match self {
            Self::Classification => classifications::by_job(tx, job).await?.map(serde_json::to_value),
            Self::Draft => drafts::by_job(tx, job).await?.map(serde_json::to_value),
        };
        value.transpose().map_err(domain::Error::internal)
    }
}
