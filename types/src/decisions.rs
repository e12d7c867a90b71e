//! The decision ledger: what the assistant decided, by what and from what, and what people then made of it.

use chrono::{DateTime, Utc};

use crate::{
    ArticleId, ChunkId, ClassificationId, ConversationId, DecisionId, DraftId, MessageId, agents::AgentRef,
    egress::EgressEntry, messages::SenderType,
};

text_enum! {
    DecisionKind { Classification = "classification", Draft = "draft" }
}

text_enum! {
    DecisionOutcome {
        // Of classifications.
        Confident = "confident",
        Unsure = "unsure",
        OutOfScope = "out_of_scope",
        // Of drafts.
        Grounded = "grounded",
        /// The articles have no answer, and the draft says so.
        Abstained = "abstained",
    }
}

text_enum! {
    /// What people made of a decision.
    Review {
        /// A classification that nobody corrected.
        Untouched = "untouched",
        Corrected = "corrected",
        /// A draft that waits for somebody.
        Pending = "pending",
        Accepted = "accepted",
        Edited = "edited",
        Rejected = "rejected",
        /// Overtaken by another draft or an answer.
        Superseded = "superseded",
        /// The assistant answered by itself; nobody decided.
        AutoSent = "auto_sent",
    }
}

query! {
    pub struct DecisionQuery {
        pub kind: Option<DecisionKind>,
        pub outcome: Option<DecisionOutcome>,
        /// As decisions name it.
        pub model: Option<String>,
        pub conversation_id: Option<ConversationId>,
        /// Start, inclusive.
        pub from: Option<DateTime<Utc>>,
        /// End, exclusive.
        pub to: Option<DateTime<Utc>>,
        pub limit: Option<u32>,
        pub cursor: Option<String>,
    }
}

response! {
    /// One decision. Money is in millionths of the account's currency.
    pub struct Decision {
        pub id: DecisionId,
        pub kind: DecisionKind,
        pub classification_id: Option<ClassificationId>,
        pub draft_id: Option<DraftId>,
        pub conversation_id: ConversationId,
        pub display_id: i64,
        pub message_id: MessageId,
        /// Name of what decided; the built-in ones carry their version.
        pub model: String,
        /// Of the account's own classifier, where one of those decided.
        pub model_version: Option<i32>,
        /// 0 to 1.
        pub confidence: f64,
        pub outcome: DecisionOutcome,
        /// The category as decided.
        pub category: Option<String>,
        /// The category a person put in its place.
        pub corrected_to: Option<String>,
        pub review: Review,
        /// Characters changed before a draft was sent.
        pub edit_distance: Option<i32>,
        pub latency_ms: i64,
        pub tokens_in: i64,
        pub tokens_out: i64,
        pub cost_micros: i64,
        pub created_at: DateTime<Utc>,
    }

    /// A decision with all it was made from.
    pub struct DecisionDetail {
        pub decision: Decision,
        /// Hex SHA-256 of what the model was asked; of what the built-in assistant was given, where it decided.
        pub prompt_hash: String,
        /// Messages that were read, oldest first.
        pub inputs: Vec<DecisionInput>,
        /// The draft that was reworded.
        pub from_draft_id: Option<DraftId>,
        /// Passages that were found, best first.
        pub passages: Vec<DecisionPassage>,
        /// Requests to a remote model, oldest first; the egress ledger keeps them 14 months.
        pub requests: Vec<EgressEntry>,
        /// What people corrected, oldest first.
        pub corrections: Vec<DecisionCorrection>,
        pub rejection_reason: Option<String>,
        /// Who sent or rejected the draft.
        pub reviewed_by: Option<AgentRef>,
        pub reviewed_at: Option<DateTime<Utc>>,
    }

    pub struct DecisionInput {
        pub message_id: MessageId,
        /// None where the message is gone, as for the excerpt.
        pub sender_type: Option<SenderType>,
        pub excerpt: Option<String>,
    }

    pub struct DecisionPassage {
        pub chunk_id: ChunkId,
        pub article_id: ArticleId,
        /// Fused score of the search; only its order means something.
        pub score: f64,
        /// Cosine similarity to the question, -1 to 1.
        pub similarity: f64,
        /// Whether the draft quotes it.
        pub used: bool,
        /// None where the article is gone.
        pub title: Option<String>,
        /// None where the passage is gone or was indexed anew.
        pub excerpt: Option<String>,
    }

    pub struct DecisionCorrection {
        /// `category`, `priority`, `sentiment` or `language`.
        pub field: String,
        pub from: String,
        pub to: String,
        pub by: Option<AgentRef>,
        pub created_at: DateTime<Utc>,
    }
}
