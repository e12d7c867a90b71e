//! Classifications: what the AI made of a message, with its evidence.

use chrono::{DateTime, Utc};

use crate::{ClassificationId, ConversationId, Language, MessageId, TeamId, UserId, conversations::Priority};

text_enum! {
    Sentiment { Positive = "positive", Neutral = "neutral", Negative = "negative", Frustrated = "frustrated" }
}

text_enum! {
    /// What a decision about the category amounts to.
    Outcome {
        /// Sure enough for the account to act on it.
        Confident = "confident",
        /// Below the account's threshold: shown with its alternatives.
        Unsure = "unsure",
        /// About none of the categories, as far as one can tell: a person decides.
        OutOfScope = "out_of_scope",
    }
}

text_enum! {
    EvidenceKind {
        /// Words of the message that weighed for the decision.
        Words = "words",
        /// The nearest training example or correction.
        Example = "example",
    }
}

response! {
    pub struct Classification {
        pub id: ClassificationId,
        pub conversation_id: ConversationId,
        pub message_id: MessageId,
        pub category: String,
        pub priority: Priority,
        pub sentiment: Sentiment,
        pub language: Language,
        /// Calibrated probability of `category`, 0 to 1; the one routing looks at.
        pub confidence: f64,
        pub confidences: Confidences,
        pub outcome: Outcome,
        /// Probability that the message is about any of the categories at all; none where a remote model decided.
        pub scope: Option<f64>,
        /// What else it could be, likeliest first.
        pub alternatives: Vec<Alternative>,
        pub reasoning: String,
        pub evidence: Vec<Evidence>,
        pub suggested_team_id: Option<TeamId>,
        pub suggested_agent_id: Option<UserId>,
        /// Name and version of what decided.
        pub model: String,
        pub processing_ms: i64,
        /// Fields a person has corrected since.
        pub corrected: Vec<String>,
        pub created_at: DateTime<Utc>,
    }

    /// Calibrated probability of each decision, 0 to 1.
    pub struct Confidences {
        pub category: f64,
        pub priority: f64,
        pub sentiment: f64,
        pub language: f64,
    }

    /// Another category that was possible.
    pub struct Alternative {
        pub category: String,
        /// Calibrated, 0 to 1.
        pub probability: f64,
    }

    pub struct Evidence {
        pub kind: EvidenceKind,
        /// The words, or the example's text.
        pub text: String,
        /// What it speaks for: a category.
        pub label: String,
        /// Share of the decision (words, 0 to 1) or cosine similarity (example, -1 to 1).
        pub weight: f64,
    }

    /// The part a list row shows.
    pub struct ClassificationSummary {
        pub category: String,
        pub priority: Priority,
        pub sentiment: Sentiment,
        pub language: Language,
        pub confidence: f64,
    }
}

request! {
    /// What the person says it should have been; at least one field.
    pub struct Correct {
        #[serde(default)]
        pub category: Option<String>,
        #[serde(default)]
        pub priority: Option<Priority>,
        #[serde(default)]
        pub sentiment: Option<Sentiment>,
        #[serde(default)]
        pub language: Option<Language>,
    }
}
