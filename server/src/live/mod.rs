//! Real time: a hub that tails the event log, and the sockets that listen to it.

mod hub;
mod proofs;
mod rooms;
pub mod socket;
pub mod visitor;
mod wire;

pub use hub::Hub;
pub use wire::same_origin;
