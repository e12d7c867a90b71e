//! All rules and all SQL of `HummDesk`. Server, worker and the server side of the app call the operations here;
//! nothing here knows HTTP or HTML, and nothing here reaches the browser.

pub mod accounts;
pub mod agents;
pub mod ai_settings;
pub mod analytics;
pub mod attachments;
pub mod audit;
pub mod auth;
pub mod backup;
pub mod boot;
pub mod categories;
pub mod classifications;
pub mod clock;
pub mod contacts;
pub mod conversations;
pub mod ctx;
pub mod db;
pub mod demo;
pub mod drafts;
pub mod egress;
pub mod error;
pub mod events;
pub mod idempotency;
pub mod inboxes;
pub mod jobs;
pub mod knowledge;
pub mod labels;
pub mod messages;
pub mod page;
pub mod teams;
pub mod widget;

pub use ai;
pub use auth::actor::{Actor, ActorKind, Permission};
pub use ctx::Ctx;
pub use db::{Db, TenantTx};
pub use error::{Error, Result};
