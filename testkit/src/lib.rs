//! For tests only: a whole installation on a fresh database, driven over real HTTP and real sockets.

mod app;
mod clock;
mod fixtures;
mod http;
mod model;
mod socket;

pub use app::TestApp;
pub use clock::TestClock;
pub use fixtures::{Office, PASSWORD};
pub use http::{Client, Reply, VisitorClient};
pub use model::{Says, ScriptedModel};
pub use socket::Socket;
