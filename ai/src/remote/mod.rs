//! A language model behind an OpenAI-compatible endpoint, hosted or local, in front of the built-in path.
//!
//! What it answers is parsed into closed types and checked against the account's real categories, teams and passages;
//! anything else is sent back at most twice, then the built-in result stands. Nothing leaves but through
//! [`Remote::ask`], which masks every text and has every request written into the books first. The wire format is
//! async-openai's; the transport is our own, because that client hides `Retry-After`, retries by itself and reads
//! bodies without a bound.

mod address;
mod breaker;
mod classify;
mod compose;
mod embed;
pub mod ledger;
pub mod mask;
mod options;
mod rewrite;
mod stream;
#[cfg(test)]
mod tests;
mod transport;
mod trial;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU8, Ordering},
    },
    time::{Duration, Instant},
};

use reqwest::Url;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

pub use breaker::Clock;
pub use classify::{Classified, ClassifyRequest};
pub use embed::EMBEDDED_AT_ONCE;
pub use options::{ApiKey, Auth, Format, RemoteOptions, fits_a_header};
pub use rewrite::{RewriteRequest, Rewritten};
pub use stream::Progress;

use breaker::Breaker;
use ledger::{Ended, Ledger, Outgoing, Usage};
use mask::Mask;

/// Times a wrong answer is sent back with what was wrong about it.
const REPAIRS: usize = 2;
/// Characters of a wrong answer that are sent back.
const QUOTED: usize = 2_000;

/// Why the remote model gave no usable answer. None of these reaches a customer; the texts go on from "the remote model
/// was not used: ".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RemoteError {
    #[error("the endpoint is busy")]
    Busy { retry_after: Option<Duration> },
    #[error("the endpoint answered with status {0}")]
    Status(u16),
    #[error("the endpoint did not answer in time")]
    Timeout,
    #[error("the endpoint cannot be reached")]
    Unreachable,
    #[error("the endpoint's name resolves to an address that is not public")]
    NotPublic,
    /// Says what was wrong, never the answer itself.
    #[error("the model's answer is unusable: {0}")]
    Invalid(String),
    #[error("the endpoint failed repeatedly and is being left alone")]
    Open,
    /// Nothing was sent.
    #[error("{0}")]
    Refused(Refusal),
    /// Nothing was sent, because it could not be written down.
    #[error("what would leave could not be recorded")]
    Unrecorded,
}

/// Why something may not be sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the limit of requests a minute is reached")]
    OverRate,
    #[error("the token budget of the day is used up")]
    OverTokens,
    #[error("the spend budget of the day is used up")]
    OverSpend,
    #[error("this account lets nothing leave")]
    Forbidden,
}

impl RemoteError {
    /// Whether the endpoint is to blame, so that its breaker must learn of it.
    const fn is_the_endpoints(&self) -> bool {
        !matches!(self, Self::Open | Self::Refused(_) | Self::Unrecorded)
    }
}

/// A configured endpoint; clones share breaker and connections.
#[derive(Clone)]
pub struct Remote(Arc<Inner>);

struct Inner {
    options: RemoteOptions,
    chat_url: Url,
    host: String,
    http: reqwest::Client,
    breaker: Breaker,
    /// Of embeddings: an endpoint may serve the one and not the other.
    embed_breaker: Breaker,
    /// How structured the endpoint lets us ask: a place in [`Format::ALL`].
    format: AtomicU8,
    /// Whether it has not yet refused to answer piece by piece.
    streams: AtomicBool,
}

/// What is asked, before it is masked.
struct Question<'a> {
    /// Of the schema, for the endpoint.
    name: &'static str,
    system: &'static str,
    /// An object; its field `schema` is what the answer must follow.
    user: Value,
    /// Tokens that an answer takes, roughly.
    answer_tokens: i64,
    /// Asked even where the breaker is open: a person wants to know.
    trial: bool,
    /// Who is told a draft while it is written.
    progress: Option<&'a Progress>,
}

impl Remote {
    /// Prepares connections; nothing is sent yet.
    ///
    /// # Errors
    /// When the address is none that may be asked.
    pub fn new(options: RemoteOptions) -> anyhow::Result<Self> {
        Self::with_clock(options, Arc::new(Instant::now))
    }

    /// As [`Self::new`], with the breaker's clock as a parameter.
    pub fn with_clock(options: RemoteOptions, clock: Clock) -> anyhow::Result<Self> {
        // Whoever came first has chosen the same provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let chat_url = options.chat_url()?;
        let mut http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5).min(options.timeout))
            .redirect(reqwest::redirect::Policy::none());
        if options.public_only {
            // A proxy would resolve the name by itself, out of sight.
            http = http.no_proxy().dns_resolver(address::PublicOnly).https_only(true);
        } else if options.is_loopback() {
            http = http.no_proxy();
        }
        let host = chat_url.host_str().unwrap_or_default();
        Ok(Self(Arc::new(Inner {
            host: chat_url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
            chat_url,
            http: http.build()?,
            breaker: Breaker::new(Arc::clone(&clock)),
            embed_breaker: Breaker::new(clock),
            format: AtomicU8::new(options.format as u8),
            streams: AtomicBool::new(true),
            options,
        })))
    }

    /// Name of the chat model, as stored with what it decides.
    pub fn model(&self) -> &str {
        &self.0.options.chat_model
    }

    /// Host and, where it is not the scheme's own, port.
    pub fn host(&self) -> &str {
        &self.0.host
    }

    /// Asks until `accept` takes the answer, at most [`REPAIRS`] times more, all within the configured timeout. The only
    /// way out: every text of the question is masked here, and `accept` gets the mask to put the values back.
    async fn ask<T>(
        &self,
        question: Question<'_>,
        ledger: &dyn Ledger,
        accept: impl Fn(&str, &Mask) -> Result<T, String>,
    ) -> Result<T, RemoteError> {
        let result = self.converse(question, ledger, accept).await;
        if let Err(error) = &result {
            tracing::warn!(%error, model = %self.0.options.chat_model, "the remote model gave no usable answer; the built-in result stands");
        }
        if result.as_ref().err().is_none_or(RemoteError::is_the_endpoints) {
            self.0.breaker.record(&result.as_ref().map(|_| ()).map_err(Clone::clone));
        }
        result
    }

    async fn converse<T>(
        &self,
        mut question: Question<'_>,
        ledger: &dyn Ledger,
        accept: impl Fn(&str, &Mask) -> Result<T, String>,
    ) -> Result<T, RemoteError> {
        let mut mask = Mask::default();
        mask.hide_all(&mut question.user);
        let schema = question.user["schema"].clone();
        let mut messages = vec![
            json!({"role": "system", "content": question.system}),
            json!({"role": "user", "content": question.user.to_string()}),
        ];
        let deadline = tokio::time::Instant::now() + self.0.options.timeout;
        let mut rank = usize::from(self.0.format.load(Ordering::Relaxed));
        let (mut attempt, mut repairs) = (0, 0);
        loop {
            attempt += 1;
            let streaming = question.progress.is_some() && self.0.streams.load(Ordering::Relaxed);
            let body = self.body(Format::ALL[rank], question.name, &messages, &schema, streaming)?;
            let expected =
                Usage { tokens_in: transport::tokens(body.len()), tokens_out: question.answer_tokens, estimated: true };
            let going = Outgoing {
                host: self.host(),
                model: self.model(),
                attempt,
                prompt_hash: hash(&messages),
                masked: mask.counts(),
                expected,
            };
            if attempt == 1
                && !question.trial
                && let Err(open) = self.0.breaker.admit()
            {
                ledger.withheld(&going, &open).await;
                return Err(open);
            }
            let entry = ledger.open(&going).await?;
            let started = Instant::now();
            let arrived = |answer: &str| {
                if let (Some(progress), Some(text)) = (question.progress, stream::presentable(answer, &mask)) {
                    progress(&text);
                }
            };
            let reply = tokio::time::timeout_at(deadline, self.send(body, &arrived)).await;
            let reply = reply.unwrap_or(Err(RemoteError::Timeout));
            let latency = started.elapsed();
            let (answer, judged, usage) = match reply {
                Ok(reply) => {
                    let judged = accept(&reply.content, &mask).map_err(RemoteError::Invalid);
                    (Some(reply.content), judged, reply.usage)
                }
                // What was read, if anything, only the endpoint knows.
                Err(error @ (RemoteError::Timeout | RemoteError::Invalid(_))) => (None, Err(error), expected),
                Err(error) => (None, Err(error), Usage { estimated: true, ..Usage::default() }),
            };
            ledger.close(entry, Ended { error: judged.as_ref().err(), usage, latency }).await;
            if answer.is_some() {
                self.0.format.store(rank as u8, Ordering::Relaxed);
            }
            match (judged, answer) {
                (Ok(accepted), _) => return Ok(accepted),
                (Err(RemoteError::Invalid(wrong)), Some(answer)) if repairs < REPAIRS => {
                    repairs += 1;
                    let quoted: String = answer.chars().take(QUOTED).collect();
                    // Both may name what is hidden.
                    let (quoted, wrong) = (mask.cover(&quoted), mask.cover(&wrong));
                    messages.truncate(2);
                    messages.push(json!({"role": "assistant", "content": quoted}));
                    messages.push(json!({"role": "user", "content": format!("That answer was not accepted: {wrong}. Answer again, with one JSON object that follows the schema and nothing else.")}));
                }
                // Not understood: maybe that it should answer piece by piece.
                (Err(RemoteError::Status(400 | 404 | 415 | 422 | 501)), _) if streaming => {
                    self.0.streams.store(false, Ordering::Relaxed);
                }
                // Or the format. What is wrong beyond the format is refused again.
                (Err(RemoteError::Status(400 | 404 | 415 | 422 | 501)), _) if rank + 1 < Format::ALL.len() => {
                    rank += 1;
                    self.0.streams.store(true, Ordering::Relaxed);
                }
                (Err(error), _) => return Err(error),
            }
        }
    }
}

fn hash(messages: &[Value]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for message in messages {
        hasher.update(message.to_string());
        hasher.update([0]);
    }
    hasher.finalize().into()
}

/// The JSON object in an answer: whole, fenced, or inside prose.
fn object<T: serde::de::DeserializeOwned>(answer: &str) -> Result<T, String> {
    let start = answer.find('{').ok_or("it contains no JSON object")?;
    let end = answer.rfind('}').filter(|end| *end > start).ok_or("its JSON object is not closed")?;
    // The position and kind of the mistake help the model; values of the answer stay out of the log.
    serde_json::from_str(&answer[start..=end]).map_err(|error| {
        format!(
            "its JSON is invalid ({:?} at line {}, column {}): {}",
            error.classify(),
            error.line(),
            error.column(),
            missing(&error.to_string())
        )
    })
}

/// The harmless part of a serde message: names of fields and expected values, not what was received.
fn missing(message: &str) -> String {
    if message.starts_with("missing field") {
        return message.split(" at line").next().unwrap_or_default().to_owned();
    }
    message.split_once("expected").map_or_else(
        || "it does not follow the schema".to_owned(),
        |(_, expected)| format!("expected{}", expected.split(" at line").next().unwrap_or_default()),
    )
}
