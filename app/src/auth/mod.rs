//! Signing in and out, and knowing who asks.

pub mod api;
pub mod page;
#[cfg(feature = "ssr")]
mod viewer;

#[cfg(feature = "ssr")]
pub use viewer::{ClientAddress, Viewer, viewer};
