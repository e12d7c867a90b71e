//! Classifications: what the assistant sees in a message, why, and its correction in one click.

mod api;
mod panel;
mod picks;

pub use panel::AssistantPanel;
