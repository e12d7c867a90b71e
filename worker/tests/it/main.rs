//! The worker against a real database: fairness, crashes, retries, stops, and exactly one effect a job.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, its helpers too")]

mod effects;
mod egress;
mod embeddings;
mod killed;
mod learning;
mod maintenance;
mod queue;
mod rehearsals;
mod remote;
mod retrieval;
mod routing;
mod support;
