//! Figures about the account's work.

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    ConversationId, InboxId, Language, MessageId, SlaPolicyId, TeamId, agents::AgentRef, classifications::Outcome,
    conversations::Priority, teams::TeamRef,
};

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
    /// A report that can be exported. `conversations` is one row a conversation, `ai_decisions` one row a decision.
    Report {
        Overview = "overview",
        Agents = "agents",
        Teams = "teams",
        Ai = "ai",
        Csat = "csat",
        Sla = "sla",
        Conversations = "conversations",
        AiDecisions = "ai_decisions",
        AiConfusion = "ai_confusion",
        AiCalibration = "ai_calibration",
        AiUnanswered = "ai_unanswered",
        AiAutoReplies = "ai_auto_replies",
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
        /// Share whose category stands, 0 to 1: nobody corrected it, or somebody put it back.
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
        pub classification_p95_ms: Option<f64>,
        pub draft_p95_ms: Option<f64>,
        /// Expected calibration error: the mean gap between confidence and accuracy over the bins, weighted by their counts.
        pub ece: Option<f64>,
        /// By name.
        pub by_category: Vec<CategoryFigures>,
        /// Every pair that occurs, by name. What nobody corrected stands.
        pub confusion: Vec<Confusion>,
        pub outcomes: Vec<OutcomeFigures>,
        pub drafts_ungrounded: i64,
        /// One row a day (UTC), oldest first, days without drafts included.
        pub drafts_daily: Vec<DraftDay>,
        /// As `drafts_daily`.
        pub spend_daily: Vec<SpendDay>,
        /// Most decisions first.
        pub by_model: Vec<ModelFigures>,
    }

    pub struct CalibrationBin {
        /// Confidence from (inclusive) …
        pub from: f64,
        /// … to (exclusive, but for the last).
        pub to: f64,
        pub count: i64,
        /// Mean stated confidence of the bin.
        pub confidence: f64,
        /// Share of the bin whose category stands.
        pub accuracy: f64,
    }

    pub struct CategoryFigures {
        pub category: String,
        /// How often the AI decided for it.
        pub decided: i64,
        /// Of those, how many stand.
        pub correct: i64,
        /// `correct` of `decided`.
        pub precision: Option<f64>,
        /// `correct` of all that are about it now.
        pub recall: Option<f64>,
    }

    /// Messages decided to be about `from` that are about `to` now; the same two where the decision stands.
    pub struct Confusion {
        pub from: String,
        pub to: String,
        pub count: i64,
    }

    pub struct OutcomeFigures {
        pub outcome: Outcome,
        pub count: i64,
        /// Of all classifications, 0 to 1.
        pub share: f64,
    }

    /// The drafts written on one day (UTC), and what became of them.
    pub struct DraftDay {
        pub day: NaiveDate,
        pub drafts: i64,
        /// Those that say that the articles have no answer.
        pub ungrounded: i64,
        pub accepted: i64,
        pub edited: i64,
        pub rejected: i64,
        /// Mean characters changed in those that were edited.
        pub edit_distance_mean: Option<f64>,
    }

    /// What went to remote models on one day (UTC). Money is in millionths of the account's currency.
    pub struct SpendDay {
        pub day: NaiveDate,
        pub requests: i64,
        pub tokens: i64,
        pub cost_micros: i64,
    }

    /// What a model decided and used.
    pub struct ModelFigures {
        pub model: String,
        /// Of the decision ledger.
        pub decisions: i64,
        /// Median time of a decision.
        pub latency_median_ms: Option<f64>,
        /// Of the egress ledger, as are tokens and cost: those that led to no decision count, too.
        pub requests: i64,
        pub tokens: i64,
        pub cost_micros: i64,
    }

    /// Customers' questions that the articles do not answer, grouped by meaning.
    pub struct UnansweredReport {
        pub from: DateTime<Utc>,
        pub to: DateTime<Utc>,
        /// Questions that were looked at, the newest 500 at most.
        pub questions: i64,
        /// Most wanted first.
        pub data: Vec<SuggestedArticle>,
    }

    /// An article that would answer questions of customers.
    pub struct SuggestedArticle {
        /// The most central question, shortened.
        pub title: String,
        /// What most of them are written in.
        pub language: Language,
        pub count: i64,
        /// The most central ones first, at most five.
        pub examples: Vec<UnansweredQuestion>,
    }

    pub struct UnansweredQuestion {
        pub conversation_id: ConversationId,
        pub display_id: i64,
        pub message_id: MessageId,
        pub excerpt: String,
        pub created_at: DateTime<Utc>,
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
