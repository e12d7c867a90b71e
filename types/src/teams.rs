//! Teams: who handles what.

use chrono::{DateTime, Utc};

use crate::{TeamId, UserId};

response! {
    pub struct Team {
        pub id: TeamId,
        pub name: String,
        pub description: String,
        /// Category of the classifier that this team answers for.
        pub category: Option<String>,
        pub member_count: i64,
        pub online_count: i64,
        pub open_count: i64,
        pub created_at: DateTime<Utc>,
    }

    pub struct TeamRef {
        pub id: TeamId,
        pub name: String,
    }
}

request! {
    pub struct CreateTeam {
        pub name: String,
        #[serde(default)]
        pub description: String,
        #[serde(default)]
        pub category: Option<String>,
        #[serde(default)]
        pub agent_ids: Vec<UserId>,
    }

    /// Fields left out stay as they are; `agent_ids` replaces the whole membership.
    pub struct UpdateTeam {
        #[serde(default)]
        pub name: Option<String>,
        #[serde(default)]
        pub description: Option<String>,
        #[serde(default)]
        pub category: Option<String>,
        #[serde(default)]
        pub agent_ids: Option<Vec<UserId>>,
    }
}
