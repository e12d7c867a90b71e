//! Contacts: the customers.

use chrono::{DateTime, Utc};

use crate::{ContactId, Language};

response! {
    pub struct Contact {
        pub id: ContactId,
        /// A name, or a friendly stand-in for a visitor who gave none.
        pub name: String,
        pub email: Option<String>,
        pub phone: Option<String>,
        pub avatar_url: Option<String>,
        /// The host site's own id of the person; verified by HMAC when `verified`.
        pub identifier: Option<String>,
        pub verified: bool,
        pub locale: Option<Language>,
        pub location: Option<String>,
        /// Attributes set by the host site or by agents.
        pub custom_attributes: serde_json::Value,
        pub blocked: bool,
        pub conversation_count: i64,
        pub last_seen_at: Option<DateTime<Utc>>,
        pub created_at: DateTime<Utc>,
    }

    pub struct ContactRef {
        pub id: ContactId,
        pub name: String,
        pub email: Option<String>,
        pub avatar_url: Option<String>,
    }
}

request! {
    pub struct CreateContact {
        pub name: String,
        #[serde(default)]
        pub email: Option<String>,
        #[serde(default)]
        pub phone: Option<String>,
        #[serde(default)]
        pub identifier: Option<String>,
        #[serde(default)]
        pub locale: Option<Language>,
        #[serde(default)]
        pub location: Option<String>,
        #[serde(default)]
        pub custom_attributes: Option<serde_json::Map<String, serde_json::Value>>,
    }

    /// Fields left out stay as they are.
    pub struct UpdateContact {
        #[serde(default)]
        pub name: Option<String>,
        #[serde(default)]
        pub email: Option<String>,
        #[serde(default)]
        pub phone: Option<String>,
        #[serde(default)]
        pub locale: Option<Language>,
        #[serde(default)]
        pub location: Option<String>,
        #[serde(default)]
        pub custom_attributes: Option<serde_json::Map<String, serde_json::Value>>,
        #[serde(default)]
        pub blocked: Option<bool>,
    }
}

query! {
    pub struct ContactQuery {
        /// Part of a name, e-mail address, phone number or identifier.
        pub q: Option<String>,
        pub limit: Option<u32>,
        pub cursor: Option<String>,
    }
}
