//! What a server function answers when it cannot do what it was asked.

#[cfg(feature = "ssr")]
use leptos::prelude::use_context;
use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};
use types::ApiError;

use crate::i18n::{I18n, K};

/// The domain's error as the interface sees it: a code, a sentence, and the reason per field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UiError(pub ApiError);

pub type UiResult<T> = Result<T, UiError>;

impl UiError {
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// Why this field was refused, if it was.
    pub fn field(&self, name: &str) -> Option<String> {
        self.0.fields.as_ref()?.get(name).cloned()
    }

    /// For people, in their language where the error is one of the usual ones.
    pub fn text(&self, i18n: I18n) -> String {
        let key = match self.code() {
            "offline" => K::ErrorOffline,
            "forbidden" => K::ErrorForbidden,
            "not_found" => K::ErrorNotFound,
            "internal" => K::ErrorInternal,
            "unavailable" => K::ErrorUnavailable,
            _ => return self.0.message.clone(),
        };
        i18n.t(key).to_owned()
    }
}

impl std::fmt::Display for UiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for UiError {}

impl FromServerFnError for UiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self(match error {
            ServerFnErrorErr::Request(_) => ApiError::new(503, "offline", "The server cannot be reached."),
            ServerFnErrorErr::Args(why) | ServerFnErrorErr::MissingArg(why) => ApiError::new(422, "invalid", why),
            // On the server this is what was sent, in the browser what was answered.
            ServerFnErrorErr::Deserialization(why) if cfg!(feature = "ssr") => ApiError::new(422, "invalid", why),
            other => ApiError::new(500, "internal", other.to_string()),
        })
        .with_status()
    }
}

impl UiError {
    /// Gives the answer the error's status, unless a form posted by itself: the browser then goes back to the form's page,
    /// which says why, and it only goes when the status tells it to.
    #[cfg(feature = "ssr")]
    fn with_status(self) -> Self {
        let form = use_context::<http::request::Parts>().is_some_and(|parts| {
            let accept = parts.headers.get(http::header::ACCEPT).and_then(|accept| accept.to_str().ok());
            parts.method == http::Method::POST && accept.is_some_and(|accept| accept.contains("text/html"))
        });
        if !form
            && let (Some(response), Ok(status)) =
                (use_context::<leptos_axum::ResponseOptions>(), http::StatusCode::from_u16(self.0.status))
        {
            response.set_status(status);
        }
        self
    }

    #[cfg(not(feature = "ssr"))]
    fn with_status(self) -> Self {
        self
    }
}

#[cfg(feature = "ssr")]
impl From<domain::Error> for UiError {
    /// Records what must not be shown.
    fn from(error: domain::Error) -> Self {
        if let domain::Error::Internal(cause) | domain::Error::Unavailable(cause) = &error {
            tracing::error!(error = ?cause, "app.server_function.failed");
        }
        Self(ApiError::from(error)).with_status()
    }
}
