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
    JobId,
    ai::{AiQuery, AiRequest, JobAccepted},
    classifications::Classification,
    drafts::Draft,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    error::{Failure, Result},
    extract::{Caller, Json as Body, Query},
    state::AppState,
};

/// How long `?wait=true` waits for the worker.
const WAIT: Duration = Duration::from_secs(30);

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(classify)).routes(routes!(draft))
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
