//! Teams: who handles what.

mod api;
mod page;

pub use page::TeamsPage;
