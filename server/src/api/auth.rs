//! `/api/auth` and `/api/me`.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
};
use domain::{Ctx, auth};
use types::auth::{Login, Me, Refresh, Tokens};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    error::Result,
    extract::{Caller, ClientAddress, Json as Body},
    state::AppState,
};

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(login)).routes(routes!(refresh)).routes(routes!(logout)).routes(routes!(me))
}

/// Signs in. Unknown people and wrong passwords get the same answer.
#[utoipa::path(post, path = "/api/auth/login", tag = "auth", security(()), request_body = Login,
    responses((status = 200, body = Tokens), (status = 401), (status = 429)))]
async fn login(
    State(ctx): State<Ctx>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Body(body): Body<Login>,
) -> Result<Json<Tokens>> {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    Ok(Json(auth::login(&ctx, body, &address, agent).await?.tokens))
}

/// Exchanges a refresh token. The one given is spent; using it again ends the session.
#[utoipa::path(post, path = "/api/auth/refresh", tag = "auth", security(()), request_body = Refresh,
    responses((status = 200, body = Tokens), (status = 401)))]
async fn refresh(State(ctx): State<Ctx>, Body(body): Body<Refresh>) -> Result<Json<Tokens>> {
    Ok(Json(auth::refresh(&ctx, &body.refresh_token).await?))
}

/// Ends the session: its tokens and sockets end with it.
#[utoipa::path(post, path = "/api/auth/logout", tag = "auth", responses((status = 204)))]
async fn logout(State(ctx): State<Ctx>, caller: Caller) -> Result<StatusCode> {
    auth::logout(&ctx, &caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The signed-in person and their accounts.
#[utoipa::path(get, path = "/api/me", tag = "auth", responses((status = 200, body = Me)))]
async fn me(State(ctx): State<Ctx>, caller: Caller) -> Result<Json<Me>> {
    Ok(Json(auth::me(&ctx, &caller).await?))
}
