//! Errors at the HTTP door: one shape for everything that is refused, whoever refuses it.

use axum::{
    Json,
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
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
    let for_people = is_navigation(&request);
    let mut response = next.run(request).await;
    if let Some(Failure(error, _)) = response.extensions_mut().remove::<Failure>() {
        let headers = std::mem::take(response.headers_mut());
        let status = response.status();
        response = if for_people && status.is_server_error() {
            (status, page(&error, &id)).into_response()
        } else {
            (status, Json(ErrorBody { error, request_id: id.clone() })).into_response()
        };
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

/// Whether a person waits for a page, rather than a program for data.
fn is_navigation(request: &Request) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    request.method() == Method::GET && accept.contains("text/html") && !request.uri().path().starts_with("/api/")
}

/// What a person sees while the product cannot render anything: it asks again by itself.
fn page(error: &ApiError, id: &str) -> Response {
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>HummDesk</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\"></head>\
         <body><main><h1>HummDesk</h1><p>{}</p><p><a href=\"\">Try again</a></p><p><small>{id}</small></p></main></body></html>",
        error.message
    );
    let mut response = Html(page).into_response();
    if error.status == 503 {
        response.headers_mut().insert("refresh", HeaderValue::from_static("5"));
    }
    response
}

/// A panic is our fault and is told as such; what it said stays in the log.
pub fn on_panic(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    tracing::error!("server.request.panicked");
    Failure::from(domain::Error::Internal(anyhow::anyhow!("panic in a handler"))).into_response()
}
