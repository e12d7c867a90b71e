//! HTTP and WebSocket tests through the real router, on a fresh database a test.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, its helpers too")]

mod agents;
mod ai_report;
mod ai_settings;
mod analytics;
mod attachments;
mod audit;
mod auth;
mod auto_replies;
mod backup;
mod catalogue;
mod categories;
mod contacts;
mod decisions;
mod drafts;
mod forms;
mod functions;
mod health;
mod idempotency;
mod inboxes;
mod interleaved;
mod labels;
mod live;
mod openapi;
mod pages;
mod path;
mod rehearsals;
mod restarted;
mod rewrite;
mod strangers;
mod teams;
mod widget;
