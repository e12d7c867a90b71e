//! Errors at the HTTP door: one shape for everything that is refused, whoever refuses it.

use axum::{
    Json,
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use types::{ApiError, error::ErrorBody};

/// A refusal on its way out. The body is written by [`render`], which knows the request's id.
#[derive(Clone, Debug)]
pub struct Failure(pub ApiError, Option<u64>);

pub type Result<T, E = Failure> = std::result::Result<T, E>;

impl From<domain::Error> for Failure {
    fn from(error: domain::Error) -> Self {
        let retry_after = match &error {
            domain::Error::TooManyRequests { retry_after } => Some(retry_after.as_secs().max(1)),
            domain::Error::Unavailable(_) => Some(1),
            _ => None,
        };
        match &error {
            domain::Error::Internal(cause) => tracing::error!(error = format!("{cause:#}"), "server.request.failed"),
            domain::Error::Unavailable(cause) => {
                tracing::warn!(error = format!("{cause:#}"), "server.request.unavailable");
            }
            _ => {}
        }
        Self(error.into(), retry_after)
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self(error, None)
    }
}

impl Failure {
    pub fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self(ApiError::new(status.as_u16(), code, message), None)
    }

    pub fn not_found() -> Self {
        domain::Error::NotFound.into()
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response =
            StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response();
        if let Some(seconds) = self.1 {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Names the request for logs and answers. A caller's own id is kept when it is harmless.
#[derive(Clone)]
pub struct RequestId(pub String);

pub const REQUEST_ID: &str = "x-request-id";

fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    given
        .filter(|id| {
            (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        })
        .map_or_else(|| hex::encode(&domain::clock::Entropy::bytes(&domain::clock::SystemEntropy)[..12]), str::to_owned)
}

/// Gives each request its id and writes the body of each [`Failure`].
pub async fn render(mut request: Request, next: Next) -> Response {
    let id = request_id(request.headers());
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next.run(request).await;
    if let Some(Failure(error, _)) = response.extensions_mut().remove::<Failure>() {
        let headers = std::mem::take(response.headers_mut());
        let status = response.status();
        response = (status, Json(ErrorBody { error, request_id: id.clone() })).into_response();
        for (name, value) in headers {
            if let Some(name) = name.filter(|name| *name != header::CONTENT_TYPE && *name != header::CONTENT_LENGTH) {
                response.headers_mut().insert(name, value);
            }
        }
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// A panic is our fault and is told as such; what it said stays in the log.
pub fn on_panic(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    tracing::error!("server.request.panicked");
    Failure::from(domain::Error::Internal(anyhow::anyhow!("panic in a handler"))).into_response()
}
