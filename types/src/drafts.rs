//! Drafts: proposed answers, each grounded in the knowledge base.

use chrono::{DateTime, Utc};

use crate::{ArticleId, ConversationId, DraftId, Language, MessageId, auto_replies::AutoReplyHold, messages::Message};

text_enum! {
    DraftStatus { Pending = "pending", Accepted = "accepted", Edited = "edited", Rejected = "rejected", Superseded = "superseded",
        /// The assistant answered by itself.
        AutoSent = "auto_sent" }
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

text_enum! {
    /// What comparing a sentence with its source came to.
    ClaimVerdict {
        Supported = "supported",
        /// Stays in the draft for the agent to check.
        Doubtful = "doubtful",
        /// The source does not say it, so it was taken out of the draft.
        LeftOut = "left_out",
    }
}

text_enum! {
    /// Why a sentence is not supported.
    ClaimIssue {
        /// It names a number that neither its source nor the customer does.
        Number = "number",
        /// It names somebody or something that its source does not.
        Name = "name",
        /// One of the two says "not" and the other does not.
        Negation = "negation",
        /// It says little of what its source says.
        Weak = "weak",
        /// Its source is in another language, so words cannot be compared.
        OtherLanguage = "other_language",
        /// It states something and no source is given.
        NoSource = "no_source",
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
        /// Each sentence that states something, compared with its source, in the order of the draft; empty for drafts from
        /// before this was done.
        pub claims: Vec<DraftClaim>,
        pub model: String,
        pub generation_ms: i64,
        /// What was sent, when it was edited before.
        pub sent_content: Option<String>,
        /// Character edits between `content` and what was sent.
        pub edit_distance: Option<i32>,
        pub rejection_reason: Option<String>,
        /// Why it was not sent by itself, in an inbox that lets drafts be.
        pub hold: Option<AutoReplyHold>,
        pub created_at: DateTime<Utc>,
    }

    pub struct DraftSource {
        pub article_id: ArticleId,
        pub title: String,
        /// Cosine similarity of passage and question, -1 to 1.
        pub similarity: f64,
        pub excerpt: String,
    }

    /// A sentence of a draft that states something.
    pub struct DraftClaim {
        /// As it stands in the draft, without its marks.
        pub text: String,
        /// Numbers of its sources, from 1.
        pub sources: Vec<usize>,
        /// Share of its words that the best place of its sources holds, 0 to 1.
        pub support: f64,
        pub verdict: ClaimVerdict,
        pub issue: Option<ClaimIssue>,
        /// The number or name that the source lacks.
        pub detail: Option<String>,
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
