//! The web app of agents and admins: rendered by the server, then alive in the browser. Pages stand in folders named by
//! their noun, the same as in every other layer; `ui` holds what knows no noun.

mod accounts;
mod agents;
mod ai_settings;
mod analytics;
mod audit;
pub mod auth;
mod auto_replies;
mod browser;
mod categories;
mod classifications;
mod commands;
mod contacts;
mod conversations;
mod directory;
mod drafts;
pub mod error;
mod form;
pub mod i18n;
mod inboxes;
mod knowledge;
mod labels;
mod layout;
mod live;
mod messages;
mod rehearsals;
mod routes;
mod session;
mod shell;
mod teams;
mod time;
mod ui;
mod url;

pub use routes::App;
#[cfg(feature = "ssr")]
pub use shell::csp_nonce;
pub use shell::{Assets, CspNonce, ShellOptions, shell};
