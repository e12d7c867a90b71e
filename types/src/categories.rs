//! Categories: what an account sorts its customers' messages into, and the texts that teach its classifier.

use chrono::{DateTime, Utc};

use crate::{CategoryExampleId, CategoryId, ClassifierModelId};

response! {
    pub struct Category {
        pub id: CategoryId,
        pub name: String,
        pub description: String,
        /// Examples that ship with the product and teach it, 0 for a category of the account's own making.
        pub builtin_count: i64,
        /// Examples the account gave it.
        pub example_count: i64,
        /// Messages that people have moved into it.
        pub correction_count: i64,
        pub created_at: DateTime<Utc>,
    }

    pub struct CategoryExample {
        pub id: CategoryExampleId,
        pub text: String,
        pub created_at: DateTime<Utc>,
    }

    /// What the account wants of the drafts in a category.
    pub struct DraftPolicy {
        /// Whether drafts are written unasked; an agent may always ask for one.
        pub drafting: bool,
        /// Said word for word before the closing, to customers who write in its language.
        pub note: Option<String>,
        /// Rules for a model; the built-in composer quotes articles and needs none.
        pub guidance: Option<String>,
    }

    /// A classifier the account has trained.
    pub struct ClassifierModel {
        pub id: ClassifierModelId,
        pub version: i32,
        pub status: ModelStatus,
        pub categories: Vec<String>,
        /// Texts it learned from, the product's own included.
        pub examples: i32,
        /// Of those, messages that people corrected.
        pub corrections: i32,
        /// Messages that nobody labelled which it learned from as well; none where they did not make it better.
        pub unlabelled: i32,
        /// Share that was right on examples left out in cross-validation, 0 to 1.
        pub accuracy: f64,
        /// Expected calibration error on the same, 0 to 1.
        pub ece: f64,
        /// Why it went live or was refused.
        pub reason: String,
        pub training_ms: i64,
        pub created_at: DateTime<Utc>,
    }

    /// How the teaching of an account stands.
    pub struct Learning {
        /// The classifiers it has trained, newest first. Without a live one the product's own judges.
        pub models: Vec<ClassifierModel>,
        /// When the next training begins: past while it is under way or about to begin, none when none is due.
        pub training_at: Option<DateTime<Utc>>,
        /// The remote model that is asked first, and the live classifier only when it does not answer.
        pub remote_model: Option<String>,
    }
}

text_enum! {
    /// `live` judges now; `previous` did before and can again; `refused` was worse on cross-validation.
    ModelStatus { Live = "live", Previous = "previous", Refused = "refused" }
}

request! {
    pub struct CreateCategory {
        pub name: String,
        #[serde(default)]
        pub description: String,
        /// Texts that belong to it, as customers write them.
        #[serde(default)]
        pub examples: Vec<String>,
    }

    /// Fields left out stay as they are.
    pub struct UpdateCategory {
        #[serde(default)]
        pub name: Option<String>,
        #[serde(default)]
        pub description: Option<String>,
    }

    /// Replaces the whole policy.
    pub struct SetDraftPolicy {
        pub drafting: bool,
        /// At most 600 characters, without links.
        #[serde(default)]
        pub note: Option<String>,
        /// At most 2,000 characters.
        #[serde(default)]
        pub guidance: Option<String>,
    }

    pub struct AddExamples {
        /// 1 to 500 texts of 1 to 2,000 characters.
        pub texts: Vec<String>,
    }
}
