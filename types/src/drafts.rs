//! Drafts: proposed answers, each grounded in the knowledge base.

use chrono::{DateTime, Utc};

use crate::{ArticleId, ConversationId, DraftId, Language, MessageId, messages::Message};

text_enum! {
    DraftStatus { Pending = "pending", Accepted = "accepted", Edited = "edited", Rejected = "rejected", Superseded = "superseded" }
}

text_enum! {
    /// What to make of a draft; each takes a model.
    RewriteAction {
        /// Written anew from the knowledge base.
        Regenerate = "regenerate",
        Shorten = "shorten",
        Friendlier = "friendlier",
        Translate = "translate",
    }
}

response! {
    pub struct Draft {
        pub id: DraftId,
        pub conversation_id: ConversationId,
        pub message_id: MessageId,
        pub content: String,
        pub language: Language,
        /// How sure the product is that this answers, 0 to 1.
        pub confidence: f64,
        pub reasoning: String,
        pub status: DraftStatus,
        /// False when nothing relevant was found and the draft says so.
        pub grounded: bool,
        /// In the order of their numbers in `content`: `[1]` is the first.
        pub sources: Vec<DraftSource>,
        pub model: String,
        pub generation_ms: i64,
        /// What was sent, when it was edited before.
        pub sent_content: Option<String>,
        /// Character edits between `content` and what was sent.
        pub edit_distance: Option<i32>,
        pub rejection_reason: Option<String>,
        pub created_at: DateTime<Utc>,
    }

    pub struct DraftSource {
        pub article_id: ArticleId,
        pub title: String,
        /// Cosine similarity of passage and question, -1 to 1.
        pub similarity: f64,
        pub excerpt: String,
    }

    /// A sent draft.
    pub struct AcceptedDraft {
        pub draft: Draft,
        pub message: Message,
    }
}

request! {
    pub struct AcceptDraft {
        /// The edited text; the draft as it stands otherwise.
        #[serde(default)]
        pub content: Option<String>,
    }

    pub struct RewriteDraft {
        pub action: RewriteAction,
        /// The agent's wish, at most 1,000 characters.
        #[serde(default)]
        pub instruction: Option<String>,
        /// Of the result; needed to translate, the draft's own otherwise.
        #[serde(default)]
        pub language: Option<Language>,
    }

    pub struct RejectDraft {
        #[serde(default)]
        pub reason: Option<String>,
    }
}
