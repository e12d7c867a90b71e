//! HTTP and WebSocket tests through the real router, on a fresh database a test.

mod agents;
mod analytics;
mod attachments;
mod audit;
mod auth;
mod catalogue;
mod contacts;
mod health;
mod idempotency;
mod inboxes;
mod labels;
mod live;
mod path;
mod strangers;
mod teams;
mod widget;
