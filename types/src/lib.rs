//! The vocabulary of `HummDesk`: ids, closed enums, request and response bodies, frames and the error a caller sees.
//! Everything here compiles for the browser; nothing here does IO.

#[macro_use]
mod macros;

pub mod accounts;
pub mod agents;
pub mod ai;
pub mod ai_settings;
pub mod analytics;
pub mod attachments;
pub mod audit;
pub mod auth;
pub mod auto_replies;
pub mod categories;
pub mod classifications;
pub mod contacts;
pub mod conversations;
pub mod decisions;
pub mod demo;
pub mod drafts;
pub mod egress;
pub mod error;
pub mod events;
pub mod ids;
pub mod inboxes;
pub mod jobs;
pub mod knowledge;
pub mod labels;
pub mod language;
pub mod messages;
pub mod page;
pub mod realtime;
pub mod rehearsals;
pub mod teams;
pub mod widget;

pub use error::ApiError;
pub use ids::*;
pub use language::Language;
pub use page::{Page, PageQuery};

/// A moment in UTC; serialised as RFC 3339.
pub type Timestamp = chrono::DateTime<chrono::Utc>;
