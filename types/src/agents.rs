//! Agents: the people of an account, their role, availability and load.

use chrono::{DateTime, Utc};

use crate::{Language, TeamId, UserId};

text_enum! {
    /// What a person may do in an account.
    Role { Admin = "admin", Supervisor = "supervisor", Agent = "agent", Viewer = "viewer" }
}

text_enum! {
    /// Whether an agent takes new work.
    Availability { Online = "online", Busy = "busy", Offline = "offline" }
}

response! {
    pub struct Agent {
        pub id: UserId,
        pub name: String,
        pub email: String,
        pub role: Role,
        pub availability: Availability,
        /// Open conversations assigned to the agent now.
        pub current_load: i32,
        /// Open conversations the agent can carry.
        pub max_load: i32,
        /// Mean CSAT rating, 1 to 5, when any was given.
        pub csat_average: Option<f64>,
        pub team_ids: Vec<TeamId>,
        pub created_at: DateTime<Utc>,
    }

    /// A person as other rows name them.
    pub struct AgentRef {
        pub id: UserId,
        pub name: String,
    }
}

request! {
    pub struct CreateAgent {
        pub name: String,
        pub email: String,
        pub role: Role,
        pub password: String,
        #[serde(default)]
        pub max_load: Option<i32>,
        #[serde(default)]
        pub locale: Option<Language>,
        #[serde(default)]
        pub team_ids: Vec<TeamId>,
    }

    /// Fields left out stay as they are.
    pub struct UpdateAgent {
        #[serde(default)]
        pub name: Option<String>,
        #[serde(default)]
        pub role: Option<Role>,
        #[serde(default)]
        pub availability: Option<Availability>,
        #[serde(default)]
        pub max_load: Option<i32>,
        #[serde(default)]
        pub team_ids: Option<Vec<TeamId>>,
    }
}
