//! Extractors: who calls, and what they sent, each refusing in the product's own words.

use axum::{
    Json as AxumJson,
    extract::{
        FromRequest, FromRequestParts, OptionalFromRequestParts, Path as AxumPath, Query as AxumQuery, Request,
        rejection::{BytesRejection, JsonRejection, PathRejection, QueryRejection},
    },
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use axum_extra::extract::CookieJar;
use bytes::Bytes;
use domain::{Actor, auth};
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use types::ApiError;

use crate::{error::Failure, state::AppState};

/// Name of the browser's session cookie.
pub const SESSION_COOKIE: &str = "hummdesk_session";

/// The signed-in person or program.
pub struct Caller(pub Actor);

impl std::ops::Deref for Caller {
    type Target = Actor;
    fn deref(&self) -> &Actor {
        &self.0
    }
}

/// The bearer token, or nothing.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

pub fn session_cookie(headers: &HeaderMap) -> Option<String> {
    CookieJar::from_headers(headers).get(SESSION_COOKIE).map(|cookie| cookie.value().to_owned())
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Failure> {
        let actor = if let Some(token) = bearer(&parts.headers) {
            auth::authenticate_bearer(&state.ctx, token).await?
        } else if let Some(cookie) = session_cookie(&parts.headers) {
            auth::authenticate_cookie(&state.ctx, &cookie).await?
        } else {
            return Err(domain::Error::Unauthenticated("Please sign in.").into());
        };
        Ok(Self(actor))
    }
}

impl OptionalFromRequestParts<AppState> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Option<Self>, Failure> {
        Ok(<Self as FromRequestParts<AppState>>::from_request_parts(parts, state).await.ok())
    }
}

/// The customer of the widget, by website token and visitor token.
pub struct Visitor(pub Actor);

impl std::ops::Deref for Visitor {
    type Target = Actor;
    fn deref(&self) -> &Actor {
        &self.0
    }
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Failure> {
        let named = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let (Some(website), Some(visitor)) = (named("x-website-token"), named("x-visitor-token")) else {
            return Err(domain::Error::Unauthenticated("This chat session is not known here.").into());
        };
        Ok(Self(domain::widget::authenticate(&state.ctx, website, visitor).await?))
    }
}

/// The client's address, for throttling.
pub struct ClientAddress(pub String);

impl FromRequestParts<AppState> for ClientAddress {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        Ok(Self(client_address(parts, state.trust_proxy)))
    }
}

pub fn client_address(parts: &Parts, trust_proxy: bool) -> String {
    // The last entry is the one our own proxy wrote; earlier ones are the client's claim.
    let forwarded =
        parts.headers.get("x-forwarded-for").and_then(|v| v.to_str().ok()).and_then(|v| v.rsplit(',').next());
    let peer =
        parts.extensions.get::<axum::extract::ConnectInfo<std::net::SocketAddr>>().map(|info| info.0.ip().to_string());
    match forwarded {
        Some(address) if trust_proxy => address.trim().to_owned(),
        _ => peer.unwrap_or_default(),
    }
}

/// A path parameter; one that cannot be an id names nothing.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<AppState> for Path<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Failure> {
        let path: Result<AxumPath<T>, PathRejection> =
            <AxumPath<T> as FromRequestParts<AppState>>::from_request_parts(parts, state).await;
        path.map(|AxumPath(value)| Self(value)).map_err(|_| Failure::not_found())
    }
}

/// A query string without unknown parameters.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Failure> {
        let query: Result<AxumQuery<T>, QueryRejection> = AxumQuery::from_request_parts(parts, state).await;
        query.map(|AxumQuery(value)| Self(value)).map_err(|rejection| {
            ApiError::new(422, "invalid", "The query string is not understood.")
                .field("query", source_of(&rejection))
                .into()
        })
    }
}

/// A JSON body without unknown fields.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for Json<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Failure> {
        Ok(Self(parse(read(request, state).await?)?))
    }
}

/// The body of a POST that creates, with the caller's idempotency key and what the key stands for.
pub struct Create<T> {
    pub body: T,
    pub key: Option<IdempotencyKey>,
}

pub struct IdempotencyKey {
    pub key: String,
    /// SHA-256 of route and body.
    pub request_hash: Vec<u8>,
}

impl<T: DeserializeOwned> FromRequest<AppState> for Create<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Failure> {
        let path = request.uri().path().to_owned();
        let key = request.headers().get("idempotency-key").cloned();
        let bytes = read(request, state).await?;
        let key = key
            .map(|key| {
                let key = key.to_str().ok().filter(|key| (1..=200).contains(&key.len()));
                let key = key.ok_or_else(|| {
                    ApiError::new(422, "invalid", "Idempotency-Key takes 1 to 200 printable ASCII characters.")
                })?;
                let request_hash =
                    Sha256::new().chain_update(&path).chain_update([0]).chain_update(&bytes).finalize().to_vec();
                Ok::<_, Failure>(IdempotencyKey { key: key.to_owned(), request_hash })
            })
            .transpose()?;
        Ok(Self { body: parse(bytes)?, key })
    }
}

async fn read(request: Request, state: &AppState) -> Result<Bytes, Failure> {
    let json = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|mime| mime.trim().eq_ignore_ascii_case("application/json"));
    if !json {
        return Err(Failure::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "Send the body as application/json.",
        ));
    }
    Bytes::from_request(request, state).await.map_err(|rejection: BytesRejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The body is too large.")
        }
        _ => Failure::new(StatusCode::BAD_REQUEST, "bad_request", "The body could not be read."),
    })
}

fn parse<T: DeserializeOwned>(bytes: Bytes) -> Result<T, Failure> {
    AxumJson::<T>::from_bytes(&bytes).map(|AxumJson(value)| value).map_err(|rejection| match rejection {
        JsonRejection::JsonDataError(error) => {
            let why = source_of(&error);
            ApiError::new(422, "invalid", format!("The body is not understood: {why}")).field("body", why).into()
        }
        error => {
            let why = source_of(&error);
            ApiError::new(400, "bad_request", format!("The body is not JSON: {why}")).into()
        }
    })
}

/// The innermost reason, which names the field.
fn source_of(error: &dyn std::error::Error) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}
