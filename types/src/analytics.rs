//! Figures about the account's work.

use chrono::{DateTime, NaiveDate, Utc};

use crate::{InboxId, TeamId};

query! {
    pub struct AnalyticsQuery {
        /// Start, inclusive; 30 days before `to` otherwise.
        pub from: Option<DateTime<Utc>>,
        /// End, exclusive; now otherwise.
        pub to: Option<DateTime<Utc>>,
        pub inbox_id: Option<InboxId>,
        pub team_id: Option<TeamId>,
    }
}

response! {
    pub struct Overview {
        pub from: DateTime<Utc>,
        pub to: DateTime<Utc>,
        pub conversations_created: i64,
        pub conversations_resolved: i64,
        pub open_now: i64,
        pub unassigned_now: i64,
        pub waiting_now: i64,
        /// Median seconds from a conversation's start to the first answer.
        pub first_response_median_seconds: Option<f64>,
        /// Median seconds from a conversation's start to its resolution.
        pub resolution_median_seconds: Option<f64>,
        /// Mean rating, 1 to 5.
        pub csat_average: Option<f64>,
        pub csat_responses: i64,
        pub drafts_generated: i64,
        pub drafts_accepted: i64,
        pub classifications: i64,
        pub classifications_corrected: i64,
        /// One row a day (UTC), oldest first, days without work included.
        pub daily: Vec<DayFigures>,
        pub by_category: Vec<NamedCount>,
        pub by_sentiment: Vec<NamedCount>,
        pub by_team: Vec<NamedCount>,
        pub by_inbox: Vec<NamedCount>,
    }

    pub struct DayFigures {
        pub day: NaiveDate,
        pub created: i64,
        pub resolved: i64,
        pub messages: i64,
    }

    pub struct NamedCount {
        pub name: String,
        pub count: i64,
    }
}
