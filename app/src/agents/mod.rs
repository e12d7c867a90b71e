//! People: who works here, in which role, how much they carry, and inviting another.

pub mod api;
mod edit;
mod page;

pub use page::PeoplePage;
