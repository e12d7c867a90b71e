//! `/api/ai/decisions`: the ledger of what the assistant decided.

use axum::{Json, extract::State};
use domain::{Ctx, decisions};
use types::{
    DecisionId, Page,
    decisions::{Decision, DecisionDetail, DecisionQuery},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    error::Result,
    extract::{Caller, Path, Query},
    state::AppState,
};

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get))
}

/// What the assistant decided and what people made of it, newest first. For supervisors and admins.
#[utoipa::path(get, path = "/api/ai/decisions", tag = "ai", params(DecisionQuery),
    responses((status = 200, body = Page<Decision>), (status = 403)))]
async fn list(
    State(ctx): State<Ctx>,
    caller: Caller,
    Query(query): Query<DecisionQuery>,
) -> Result<Json<Page<Decision>>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(decisions::list(&mut tx, &caller, query).await?))
}

/// A decision with what was read, which passages were found, what was asked of a model, and what people made of it. For
/// supervisors and admins.
#[utoipa::path(get, path = "/api/ai/decisions/{id}", tag = "ai", params(("id" = i64, Path)),
    responses((status = 200, body = DecisionDetail), (status = 403), (status = 404)))]
async fn get(State(ctx): State<Ctx>, caller: Caller, Path(id): Path<DecisionId>) -> Result<Json<DecisionDetail>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(decisions::get(&mut tx, &caller, id).await?))
}
