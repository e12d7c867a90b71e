//! Signing in.

use chrono::{DateTime, Utc};

use crate::{AccountId, Language, UserId, accounts::Account, agents::Role};

request! {
    pub struct Login {
        pub email: String,
        pub password: String,
        /// Which account, for a person who belongs to several; the first one joined otherwise.
        #[serde(default)]
        pub account_id: Option<AccountId>,
        /// One-time code; refused for accounts without a second factor.
        #[serde(default)]
        pub otp: Option<String>,
    }

    pub struct Refresh {
        pub refresh_token: String,
    }
}

response! {
    pub struct Tokens {
        pub access_token: String,
        pub refresh_token: String,
        /// Seconds until the access token expires.
        pub expires_in: u64,
        pub user: User,
        pub account: Account,
    }

    /// The signed-in person, in the account of the session.
    pub struct User {
        pub id: UserId,
        pub name: String,
        pub email: String,
        pub role: Role,
        pub locale: Option<Language>,
    }

    pub struct Me {
        pub user: User,
        pub account: Account,
        /// Every account this person belongs to.
        pub accounts: Vec<Account>,
        pub session_expires_at: Option<DateTime<Utc>>,
    }
}
