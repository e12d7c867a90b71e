//! Figures about the account's work.

use chrono::{DateTime, NaiveDate, Utc};

use crate::{ConversationId, InboxId, SlaPolicyId, TeamId, agents::AgentRef, conversations::Priority, teams::TeamRef};

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

text_enum! {
    /// A report that can be exported. `conversations` is one row a conversation.
    Report {
        Overview = "overview",
        Agents = "agents",
        Teams = "teams",
        Ai = "ai",
        Csat = "csat",
        Sla = "sla",
        Conversations = "conversations",
    }
}

text_enum! {
    ExportFormat { Csv = "csv", Json = "json" }
}

query! {
    pub struct ExportQuery {
        pub report: Option<Report>,
        /// `csv` (default) or `json`.
        pub format: Option<ExportFormat>,
        pub from: Option<DateTime<Utc>>,
        pub to: Option<DateTime<Utc>>,
        pub inbox_id: Option<InboxId>,
        pub team_id: Option<TeamId>,
    }
}

response! {
    pub struct AgentReport {
        pub from: DateTime<Utc>,
        pub to: DateTime<Utc>,
        pub data: Vec<AgentFigures>,
    }

    /// One person's work. Conversations count for whoever they are assigned to now.
    pub struct AgentFigures {
        pub agent: AgentRef,
        pub open_now: i64,
        /// Answers sent to customers, notes not included.
        pub replies: i64,
        pub conversations: i64,
        pub resolved: i64,
        pub first_response_median_seconds: Option<f64>,
        pub resolution_median_seconds: Option<f64>,
        pub csat_average: Option<f64>,
        pub csat_responses: i64,
    }

    pub struct TeamReport {
        pub from: DateTime<Utc>,
        pub to: DateTime<Utc>,
        pub data: Vec<TeamFigures>,
    }

    /// One team's work. Conversations count for the team they are in now.
    pub struct TeamFigures {
        pub team: TeamRef,
        pub open_now: i64,
        pub conversations: i64,
        pub resolved: i64,
        pub first_response_median_seconds: Option<f64>,
        pub resolution_median_seconds: Option<f64>,
        pub csat_average: Option<f64>,
        pub csat_responses: i64,
    }

    /// What the AI did, and what people made of it.
    pub struct AiReport {
        pub from: DateTime<Utc>,
        pub to: DateTime<Utc>,
        pub classifications: i64,
        /// Share whose category nobody corrected, 0 to 1.
        pub category_accuracy: Option<f64>,
        /// Corrections by field.
        pub corrections: Vec<NamedCount>,
        /// Stated confidence against what held, in tenths.
        pub calibration: Vec<CalibrationBin>,
        pub classification_median_ms: Option<f64>,
        pub drafts: i64,
        pub drafts_by_status: Vec<NamedCount>,
        /// Share of the decided drafts that was sent, edited or not, 0 to 1.
        pub draft_acceptance: Option<f64>,
        /// Mean characters changed in the drafts that were edited.
        pub edit_distance_mean: Option<f64>,
        pub draft_median_ms: Option<f64>,
    }

    pub struct CalibrationBin {
        /// Confidence from (inclusive) …
        pub from: f64,
        /// … to (exclusive, but for the last).
        pub to: f64,
        pub count: i64,
        /// Mean stated confidence of the bin.
        pub confidence: f64,
        /// Share of the bin whose category nobody corrected.
        pub accuracy: f64,
    }

    /// What customers thought.
    pub struct CsatReport {
        pub from: DateTime<Utc>,
        pub to: DateTime<Utc>,
        pub responses: i64,
        pub average: Option<f64>,
        /// Share of ratings of 4 and 5, 0 to 1.
        pub satisfied_share: Option<f64>,
        /// How often each rating was given, from 1 to 5.
        pub ratings: Vec<i64>,
        /// Newest first, at most 200.
        pub comments: Vec<CsatComment>,
    }

    pub struct CsatComment {
        pub conversation_id: ConversationId,
        pub display_id: i64,
        pub rating: i16,
        pub comment: String,
        pub agent: Option<AgentRef>,
        pub created_at: DateTime<Utc>,
    }

    pub struct SlaReport {
        pub from: DateTime<Utc>,
        pub to: DateTime<Utc>,
        pub data: Vec<SlaFigures>,
    }

    /// How a policy was kept. A conversation is measured by the policy of its priority, else by the one for every priority.
    pub struct SlaFigures {
        pub policy_id: SlaPolicyId,
        pub name: String,
        pub priority: Option<Priority>,
        pub first_response: Option<SlaAttainment>,
        pub resolution: Option<SlaAttainment>,
    }

    pub struct SlaAttainment {
        pub target_seconds: i64,
        pub met: i64,
        pub missed: i64,
        /// Not decided yet: still within the target.
        pub pending: i64,
    }
}
