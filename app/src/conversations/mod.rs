//! The inbox: views, list, and the open conversation.

pub mod api;
mod filters;
mod header;
mod inbox;
mod list;
mod menus;
mod page;
mod row;
mod sidebar;
mod snooze;
mod state;
mod view;

pub use inbox::{InboxPage, NothingOpen};
pub use menus::Swatch;
pub use page::ConversationPage;
pub use state::{OpenConversation, Work, use_open};
