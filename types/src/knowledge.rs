//! The knowledge base: articles the drafts are grounded in.

use chrono::{DateTime, Utc};

use crate::{ArticleId, Language};

text_enum! {
    ArticleStatus { Draft = "draft", Published = "published", Archived = "archived" }
}

response! {
    pub struct Article {
        pub id: ArticleId,
        pub title: String,
        /// Markdown.
        pub body: String,
        pub language: Language,
        /// Name of the collection it stands in.
        pub collection: String,
        pub status: ArticleStatus,
        /// Whether the current text is searchable.
        pub indexed: bool,
        pub author_name: Option<String>,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
    }

    pub struct ArticleSummary {
        pub id: ArticleId,
        pub title: String,
        pub language: Language,
        pub collection: String,
        pub status: ArticleStatus,
        pub indexed: bool,
        pub updated_at: DateTime<Utc>,
    }

    pub struct SearchHit {
        pub article_id: ArticleId,
        pub title: String,
        pub excerpt: String,
        /// Fused rank score; only its order means something.
        pub score: f64,
        /// Cosine similarity of the best passage, -1 to 1.
        pub similarity: f64,
    }
}

request! {
    /// Creates an article, or replaces it as a whole.
    pub struct SaveArticle {
        pub title: String,
        pub body: String,
        #[serde(default)]
        pub language: Option<Language>,
        #[serde(default)]
        pub collection: Option<String>,
        #[serde(default)]
        pub status: Option<ArticleStatus>,
    }
}

query! {
    pub struct ArticleQuery {
        pub q: Option<String>,
        pub language: Option<Language>,
        pub status: Option<ArticleStatus>,
        pub limit: Option<u32>,
        pub cursor: Option<String>,
    }

    pub struct SearchQuery {
        pub q: String,
        pub limit: Option<u32>,
    }
}
