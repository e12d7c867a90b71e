//! `/api/ai/egress`: what left the machine for a remote model.

use axum::{Json, extract::State};
use domain::{Ctx, egress};
use types::{PageQuery, egress::EgressPage};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    error::Result,
    extract::{Caller, Query},
    state::AppState,
};

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Every request to a remote model and every one that was held back, newest first, with what left today. For admins.
#[utoipa::path(get, path = "/api/ai/egress", tag = "ai", params(PageQuery),
    responses((status = 200, body = EgressPage), (status = 403)))]
async fn list(State(ctx): State<Ctx>, caller: Caller, Query(query): Query<PageQuery>) -> Result<Json<EgressPage>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(egress::list(&mut tx, &caller, query).await?))
}
