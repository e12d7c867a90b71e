//! The books kept on what leaves the machine. Who keeps them decides whether it may.

use std::time::Duration;

use async_trait::async_trait;

use super::{RemoteError, mask::Counts};

/// A request that is about to be sent, or was held back.
#[derive(Clone, Debug)]
pub struct Outgoing<'a> {
    /// Host and, where it is not the scheme's own, port.
    pub host: &'a str,
    pub model: &'a str,
    /// Counts a question's requests from 1: other forms of structured output and repairs are requests of their own.
    pub attempt: u32,
    /// SHA-256 of the messages as they are sent, placeholders and all.
    pub prompt_hash: [u8; 32],
    /// Values that were hidden.
    pub masked: &'a Counts,
    /// What it is likely to use, before the endpoint has counted.
    pub expected: Usage,
}

/// Tokens of one request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    pub tokens_in: i64,
    pub tokens_out: i64,
    /// False when the endpoint counted them.
    pub estimated: bool,
}

/// How a request ended.
#[derive(Clone, Debug)]
pub struct Ended<'a> {
    /// None when the answer was accepted.
    pub error: Option<&'a RemoteError>,
    pub usage: Usage,
    pub latency: Duration,
}

/// Names a request in the books.
pub type Entry = i64;

#[async_trait]
pub trait Ledger: Send + Sync {
    /// Writes down what is about to be sent, before it is.
    ///
    /// # Errors
    /// `Refused` when it may not be sent, `Unrecorded` when it cannot be written down. Nothing is sent then.
    async fn open(&self, going: &Outgoing<'_>) -> Result<Entry, RemoteError>;

    /// Completes an entry. One that is never completed tells of a process that died in between.
    async fn close(&self, entry: Entry, ended: Ended<'_>);

    /// Notes a question that is not asked because the endpoint is being left alone.
    async fn withheld(&self, going: &Outgoing<'_>, why: &RemoteError);
}

/// Keeps no books and allows everything: for measurements and tests.
pub struct NoLedger;

#[async_trait]
impl Ledger for NoLedger {
    async fn open(&self, _: &Outgoing<'_>) -> Result<Entry, RemoteError> {
        Ok(0)
    }

    async fn close(&self, _: Entry, _: Ended<'_>) {}

    async fn withheld(&self, _: &Outgoing<'_>, _: &RemoteError) {}
}
