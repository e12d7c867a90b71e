//! Rehearsals: what a change of the assistant would have made of conversations that are over, before it goes live.

use chrono::{DateTime, Utc};

use crate::{
    ArticleId, CategoryId, ConversationId, MessageId, RehearsalId,
    ai_settings::UpdateAiSettings,
    categories::{CreateCategory, SetDraftPolicy, UpdateCategory},
    classifications::Outcome,
    knowledge::SaveArticle,
};

text_enum! {
    RehearsalStatus {
        /// Changes are being collected; nothing has been tried.
        Open = "open",
        /// The worker tries it.
        Running = "running",
        /// Tried, and waiting for a decision.
        Done = "done",
        /// It could not be tried: `error` says why.
        Failed = "failed",
        Live = "live",
        Discarded = "discarded",
    }
}

text_enum! {
    /// What is measured of both sides.
    Measure {
        /// Conversations that would be sorted without a person. Fewer is worse.
        Sorted = "sorted",
        /// Of those, how many are wrong by the assistant's own calibrated word. A conversation in a hundred more is worse.
        ExpectedMistakes = "expected_mistakes",
        /// Conversations sorted as a person corrected them at the time. Fewer is worse.
        CorrectionsMet = "corrections_met",
        /// Drafts that answer from articles. Fewer is worse.
        Answered = "answered",
        /// Mean likeness of drafts to what the agents then wrote themselves, -1 to 1. More than 0.01 less is worse.
        Likeness = "likeness",
        /// Questions to a remote model that it did not answer. More is worse.
        Failures = "failures",
        /// The classifier's accuracy on its examples, each left out in turn. Worse is what chance does not explain.
        LeftOut = "left_out",
        /// Tokens at a remote model.
        Tokens = "tokens",
        /// At a remote model, in millionths of the account's currency.
        CostMicros = "cost_micros",
        /// Mean milliseconds of both decisions.
        LatencyMs = "latency_ms",
    }
}

text_enum! {
    /// A decision that comes out otherwise.
    Flip { Category = "category", Outcome = "outcome", Priority = "priority", Draft = "draft" }
}

/// One change of what the assistant decides or writes.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// From which probability on the assistant sorts by itself, 0 to 1.
    Threshold {
        auto_assign_threshold: f64,
    },
    /// Fields as in the settings of the model. A key is kept encrypted and never shown.
    Model {
        settings: UpdateAiSettings,
    },
    CreateCategory {
        category: CreateCategory,
    },
    UpdateCategory {
        category_id: CategoryId,
        category: UpdateCategory,
    },
    DeleteCategory {
        category_id: CategoryId,
    },
    DraftPolicy {
        category_id: CategoryId,
        policy: SetDraftPolicy,
    },
    /// Publishes an article that is not.
    Publish {
        article_id: ArticleId,
    },
    /// Replaces an article, as saving it does.
    UpdateArticle {
        article_id: ArticleId,
        article: SaveArticle,
    },
}

impl Change {
    /// The article it is about.
    pub const fn article(&self) -> Option<ArticleId> {
        match self {
            Self::Publish { article_id } | Self::UpdateArticle { article_id, .. } => Some(*article_id),
            _ => None,
        }
    }
}

request! {
    pub struct CreateRehearsal {
        /// 1 to 50, carried out in this order.
        pub changes: Vec<Change>,
        /// Conversations to try it on, the newest resolved ones: 1 to 100, 50 when left out.
        #[serde(default)]
        pub conversations: Option<u32>,
    }

    pub struct GoLive {
        /// The account's name, when something got worse.
        #[serde(default)]
        pub confirm: Option<String>,
    }
}

query! {
    pub struct RehearsalCaseQuery {
        /// Only those where something comes out otherwise.
        pub changed: Option<bool>,
        pub cursor: Option<String>,
        pub limit: Option<u32>,
    }
}

response! {
    pub struct Rehearsal {
        pub id: RehearsalId,
        pub status: RehearsalStatus,
        pub changes: Vec<Proposed>,
        /// Conversations it is tried on.
        pub conversations: i64,
        /// How many have been tried.
        pub tried: i64,
        pub measures: Vec<Measured>,
        pub flips: Vec<FlipCount>,
        /// Whether what it was compared with has changed since: it must be tried again before it goes live.
        pub stale: bool,
        pub error: Option<String>,
        pub created_by: Option<String>,
        pub created_at: DateTime<Utc>,
        pub finished_at: Option<DateTime<Utc>>,
        pub live_at: Option<DateTime<Utc>>,
    }

    pub struct Proposed {
        /// Without its key.
        pub change: Change,
        /// What the category or article that it is about is called; absent where it is gone.
        pub name: Option<String>,
    }

    pub struct Measured {
        pub measure: Measure,
        /// As it is now.
        pub now: f64,
        /// With the changes.
        pub then: f64,
        pub worse: bool,
    }

    pub struct FlipCount {
        pub flip: Flip,
        pub count: i64,
    }

    /// One conversation, by its first message from the customer.
    pub struct RehearsalCase {
        pub conversation_id: ConversationId,
        pub message_id: MessageId,
        /// What the customer wrote.
        pub text: String,
        pub now: Tried,
        pub then: Tried,
        pub flips: Vec<Flip>,
    }

    /// What one side made of it.
    pub struct Tried {
        pub category: String,
        /// Calibrated, 0 to 1.
        pub confidence: f64,
        pub outcome: Outcome,
        pub priority: crate::conversations::Priority,
        /// Of the category.
        pub model: String,
        /// Absent where the changes do not touch drafts, or the category has none.
        pub draft: Option<TriedDraft>,
        /// Questions to a remote model that it did not answer.
        pub failures: u32,
        pub tokens: i64,
        pub cost_micros: i64,
        pub latency_ms: i64,
    }

    pub struct TriedDraft {
        pub content: String,
        /// Whether it answers from articles.
        pub grounded: bool,
        pub confidence: f64,
        pub model: String,
        /// To what an agent wrote, -1 to 1. Absent where nobody did, or the answer was a draft itself.
        pub likeness: Option<f64>,
    }
}

impl RehearsalStatus {
    /// Went live, or never will.
    pub const fn is_decided(self) -> bool {
        matches!(self, Self::Live | Self::Discarded)
    }
}

impl Rehearsal {
    /// What got worse.
    pub fn worse(&self) -> impl Iterator<Item = Measure> + '_ {
        self.measures.iter().filter(|measured| measured.worse).map(|measured| measured.measure)
    }
}
