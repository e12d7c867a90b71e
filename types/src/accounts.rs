//! Accounts: the tenants.

use crate::{AccountId, Language};

response! {
    /// A tenant and the settings its people can see.
    pub struct Account {
        pub id: AccountId,
        pub name: String,
        pub locale: Language,
        /// Calibrated probability from which the AI may assign by itself, 0 to 1.
        pub auto_assign_threshold: f64,
    }
}

request! {
    /// Fields left out stay as they are.
    pub struct UpdateAccount {
        pub name: Option<String>,
        pub locale: Option<Language>,
        pub auto_assign_threshold: Option<f64>,
    }
}
