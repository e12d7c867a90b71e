//! Classifications: what the assistant sees in a message, why, and its correction in one click.

mod api;
mod outcome;
mod panel;
mod picks;

pub use panel::AssistantPanel;
