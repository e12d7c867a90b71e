//! What the chat knows and how it changes: `update` takes a [`Msg`] and answers with [`Effect`]s
//! that the browser carries out. No browser in here, so every rule is tested on the host.

mod act;
mod boot;
mod compose;
mod conversations;
mod live;
mod msg;
mod outbox;
mod session;
mod state;
mod thread;
mod update;

#[cfg(test)]
pub(crate) mod tests;

pub use act::Act;
pub use boot::{Boot, Identity, Kept};
pub use msg::{Answer, ContactDetails, Effect, Event, Fetch, Field, Focus, Frame, Key, Msg, Picked, Posted, Refusal};
pub use state::{Link, Load, Screen, Session, State};
pub use thread::{Delivery, Pending, Thread, Upload, UploadState};

/// Clock and chance are given, so that a test can choose them.
pub trait Env {
    /// Milliseconds since 1970, UTC.
    fn now(&self) -> f64;
    /// From 0 up to 1.
    fn random(&self) -> f64;
}

/// The thread that has no conversation yet: it gets one with its first message.
pub const NEW: i64 = 0;
