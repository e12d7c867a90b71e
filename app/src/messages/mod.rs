//! Messages: the thread, and the box they are written in.

mod activity;
pub mod api;
mod attach;
mod bubble;
mod reply;
mod thread;
mod view;

pub use reply::{ReplyBox, Writing};
pub use thread::{Entry, Thread};
pub use view::Messages;
