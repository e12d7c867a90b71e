//! `/api/demo`: one realistic customer message at a time. Development only.

use axum::{Json, extract::State, http::StatusCode};
use domain::{Ctx, demo};
use types::demo::GeneratedTicket;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{error::Result, state::AppState};

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(generate_ticket))
}

/// Posts one realistic customer message into the demo account. 404 in production.
#[utoipa::path(post, path = "/api/demo/generate-ticket", tag = "demo", security(()), responses((status = 201, body = GeneratedTicket), (status = 404)))]
async fn generate_ticket(State(ctx): State<Ctx>) -> Result<(StatusCode, Json<GeneratedTicket>)> {
    Ok((StatusCode::CREATED, Json(demo::generate_ticket(&ctx).await?)))
}
