//! Labels: free tags on conversations.

use chrono::{DateTime, Utc};

use crate::LabelId;

response! {
    pub struct Label {
        pub id: LabelId,
        pub title: String,
        /// `#rrggbb`.
        pub color: String,
        pub description: String,
        pub created_at: DateTime<Utc>,
    }
}

request! {
    pub struct CreateLabel {
        pub title: String,
        #[serde(default)]
        pub color: Option<String>,
        #[serde(default)]
        pub description: String,
    }

    /// Fields left out stay as they are.
    pub struct UpdateLabel {
        #[serde(default)]
        pub title: Option<String>,
        #[serde(default)]
        pub color: Option<String>,
        #[serde(default)]
        pub description: Option<String>,
    }
}
