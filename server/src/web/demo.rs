//! `GET /demo`: a plain customer page with the widget embedded by its public snippet. Development only.

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{Html, IntoResponse as _, Response},
};
use domain::clock::{Entropy as _, SystemEntropy};

use crate::{
    error::{Failure, Result},
    state::AppState,
};

pub async fn page(State(state): State<AppState>) -> Result<Response> {
    if state.ctx.settings.production {
        return Err(Failure::not_found());
    }
    let text =
        tokio::fs::read_to_string(state.site.root().join("demo.html")).await.map_err(|_| Failure::not_found())?;
    let nonce = hex::encode(&SystemEntropy.bytes()[..16]);
    let mut response = Html(text.replace("{{nonce}}", &nonce)).into_response();
    if let Ok(policy) = HeaderValue::from_str(&super::security::page_policy(&nonce)) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}
