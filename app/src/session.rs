//! Who looks at this page, and how they like it. The server writes it into the document, the browser reads it from there:
//! both render the same from the first moment.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use types::{Language, Timestamp, UserId, agents::Role};

/// The name of the attribute of `<html>` that carries a [`Session`].
#[cfg(not(feature = "ssr"))]
pub const ATTRIBUTE: &str = "data-session";

/// How the page is lit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Nobody on the sign-in page.
    pub person: Option<Person>,
    pub locale: Language,
    pub theme: Theme,
    /// The server's clock when it rendered.
    pub now: Timestamp,
    /// Where people reach the product, without a trailing slash.
    pub public_url: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: UserId,
    pub name: String,
    pub role: Role,
}

impl Session {
    /// Whether the person may answer customers.
    pub fn works(&self) -> bool {
        self.role().is_some_and(|role| role != Role::Viewer)
    }

    pub fn supervises(&self) -> bool {
        matches!(self.role(), Some(Role::Admin | Role::Supervisor))
    }

    pub fn administers(&self) -> bool {
        self.role() == Some(Role::Admin)
    }

    pub fn user_id(&self) -> Option<UserId> {
        self.person.as_ref().map(|person| person.id)
    }

    fn role(&self) -> Option<Role> {
        self.person.as_ref().map(|person| person.role)
    }
}

/// The session of this page.
pub fn use_session() -> Session {
    use_context::<StoredValue<Session>>().map_or_else(current, |session| session.get_value())
}

/// Reads the session: from the request on the server.
#[cfg(feature = "ssr")]
pub fn current() -> Session {
    let parts = use_context::<http::request::Parts>();
    let header = |name: http::HeaderName| parts.as_ref().and_then(|parts| parts.headers.get(name)?.to_str().ok());
    let cookies = header(http::header::COOKIE);
    let locale = crate::i18n::negotiate(cookie(cookies, "locale"), header(http::header::ACCEPT_LANGUAGE));
    let theme = match cookie(cookies, "theme") {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ => Theme::Auto,
    };
    let actor = use_context::<crate::auth::Viewer>().and_then(|viewer| viewer.0);
    let person = actor.and_then(|actor| Some(Person { id: actor.user_id()?, role: actor.role()?, name: actor.name }));
    let ctx = use_context::<domain::Ctx>();
    let now = ctx.as_ref().map_or_else(Timestamp::default, domain::Ctx::now);
    let public_url = ctx.map(|ctx| ctx.settings.public_url.clone()).unwrap_or_default();
    Session { person, locale, theme, now, public_url }
}

/// Reads the session: from the document in the browser.
#[cfg(not(feature = "ssr"))]
pub fn current() -> Session {
    let written = document().document_element().and_then(|html| html.get_attribute(ATTRIBUTE));
    written.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or(Session {
        person: None,
        locale: Language::English,
        theme: Theme::Auto,
        now: Timestamp::default(),
        public_url: String::new(),
    })
}

/// The value of one cookie of a `Cookie` header.
#[cfg(feature = "ssr")]
fn cookie<'a>(header: Option<&'a str>, name: &str) -> Option<&'a str> {
    header?.split(';').find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}
