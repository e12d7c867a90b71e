//! Drafts: the assistant's proposed answer, its sources, and what becomes of it.

pub mod api;
mod claims;
mod offer;
mod rewrite;
mod sources;

pub use offer::{AskButton, Offer, accept, newest_question};
pub use sources::Sources;
