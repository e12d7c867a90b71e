//! The customer's chat: a small program of its own that the loader (`public/widget.js`) fetches when the
//! customer first opens it. `model` decides, `view` shows, `browser` does; only the last one needs a browser.

mod browser;
mod model;
mod text;
mod view;
mod wire;

pub use browser::{command, mount};
