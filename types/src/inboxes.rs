//! Inboxes: the channels customers write through.

use chrono::{DateTime, Utc};

use crate::{InboxId, TeamId};

text_enum! {
    Channel { Web = "web", Email = "email", Api = "api" }
}

response! {
    pub struct Inbox {
        pub id: InboxId,
        pub name: String,
        pub channel: Channel,
        /// Public token of the widget; only web inboxes have one.
        pub website_token: Option<String>,
        pub welcome_title: String,
        pub welcome_tagline: String,
        /// Whether visitors must be identified by an HMAC of the host site.
        pub identity_required: bool,
        /// HMAC key of the host site. Shown to admins only.
        pub identity_secret: Option<String>,
        pub email_address: Option<String>,
        /// Teams whose work arrives here; empty means every team.
        pub team_ids: Vec<TeamId>,
        pub enabled: bool,
        pub created_at: DateTime<Utc>,
    }

    pub struct InboxRef {
        pub id: InboxId,
        pub name: String,
        pub channel: Channel,
    }
}

request! {
    pub struct CreateInbox {
        pub name: String,
        pub channel: Channel,
        #[serde(default)]
        pub welcome_title: Option<String>,
        #[serde(default)]
        pub welcome_tagline: Option<String>,
        #[serde(default)]
        pub identity_required: bool,
        #[serde(default)]
        pub email_address: Option<String>,
        #[serde(default)]
        pub team_ids: Vec<TeamId>,
    }

    /// Fields left out stay as they are.
    pub struct UpdateInbox {
        #[serde(default)]
        pub name: Option<String>,
        #[serde(default)]
        pub welcome_title: Option<String>,
        #[serde(default)]
        pub welcome_tagline: Option<String>,
        #[serde(default)]
        pub identity_required: Option<bool>,
        #[serde(default)]
        pub email_address: Option<String>,
        #[serde(default)]
        pub team_ids: Option<Vec<TeamId>>,
        #[serde(default)]
        pub enabled: Option<bool>,
    }
}
