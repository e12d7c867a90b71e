//! The knowledge base: its articles, their editor, and a search that shows what the assistant would find.

mod api;
mod editor;
mod list;
mod markdown;

pub use editor::{ArticlePage, NewArticlePage};
pub use list::KnowledgePage;
