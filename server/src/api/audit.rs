//! `/api/audit-logs`.

use axum::{Json, extract::State};
use domain::{Ctx, audit};
use types::{Page, PageQuery, audit::AuditLog};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    error::Result,
    extract::{Caller, Query},
    state::AppState,
};

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Who did what, newest first. For admins.
#[utoipa::path(get, path = "/api/audit-logs", tag = "audit", params(PageQuery),
    responses((status = 200, body = Page<AuditLog>), (status = 403)))]
async fn list(State(ctx): State<Ctx>, caller: Caller, Query(query): Query<PageQuery>) -> Result<Json<Page<AuditLog>>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(audit::list(&mut tx, &caller, query).await?))
}
