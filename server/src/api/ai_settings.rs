//! `/api/ai/settings`: which model the assistant asks, and under which limits.

use axum::{Json, extract::State};
use domain::{Ctx, ai_settings};
use types::ai_settings::{AiSettings, AiTest, UpdateAiSettings};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    error::Result,
    extract::{Caller, Json as Body},
    state::AppState,
};

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(get, update)).routes(routes!(test))
}

/// The settings of the model; the key itself is never shown. For admins.
#[utoipa::path(get, path = "/api/ai/settings", tag = "ai", responses((status = 200, body = AiSettings), (status = 403)))]
async fn get(State(ctx): State<Ctx>, caller: Caller) -> Result<Json<AiSettings>> {
    let mut tx = ctx.begin(&caller).await?;
    Ok(Json(ai_settings::get(&ctx, &mut tx, &caller).await?))
}

/// Changes the settings of the model. A new provider begins without the old one's address, model, version and key; a key
/// goes with the address it was given for. For admins.
#[utoipa::path(patch, path = "/api/ai/settings", tag = "ai", request_body = UpdateAiSettings,
    responses((status = 200, body = AiSettings), (status = 403), (status = 409), (status = 422)))]
async fn update(
    State(ctx): State<Ctx>,
    caller: Caller,
    Body(body): Body<UpdateAiSettings>,
) -> Result<Json<AiSettings>> {
    let mut tx = ctx.begin(&caller).await?;
    let settings = ai_settings::update(&ctx, &mut tx, &caller, body).await?;
    tx.commit().await?;
    Ok(Json(settings))
}

/// Asks the model one tiny question and tells what came of it. It stands in the ledger like any other. For admins.
#[utoipa::path(post, path = "/api/ai/settings/test", tag = "ai", responses((status = 200, body = AiTest), (status = 403)))]
async fn test(State(ctx): State<Ctx>, caller: Caller) -> Result<Json<AiTest>> {
    Ok(Json(ai_settings::test(&ctx, &caller).await?))
}
