//! A language model behind an OpenAI-compatible endpoint, hosted or local, in front of the built-in path.
//!
//! What it answers is parsed into closed types and checked against the account's real categories, teams and passages;
//! anything else is sent back at most twice, then the built-in result stands. The wire format is async-openai's; the
//! transport is our own, because that client hides `Retry-After`, retries by itself and reads bodies without a bound.

mod breaker;
mod classify;
mod compose;
mod options;
#[cfg(test)]
mod tests;
mod transport;

use std::{
    sync::{Arc, atomic::AtomicU8},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

pub use breaker::Clock;
pub use classify::{Classified, ClassifyRequest};
pub use options::{ApiKey, RemoteOptions};

use breaker::Breaker;

/// Times a wrong answer is sent back with what was wrong about it.
const REPAIRS: usize = 2;
/// Characters of a wrong answer that are sent back.
const QUOTED: usize = 2_000;

/// Why the remote model gave no usable answer. None of these reaches a customer.
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
    /// Says what was wrong, never the answer itself.
    #[error("the model's answer is unusable: {0}")]
    Invalid(String),
    #[error("the endpoint failed repeatedly and is being left alone")]
    Open,
}

/// A configured endpoint; clones share breaker and connections.
#[derive(Clone)]
pub struct Remote(Arc<Inner>);

struct Inner {
    options: RemoteOptions,
    http: reqwest::Client,
    breaker: Breaker,
    /// How structured the endpoint lets us ask; see [`transport::Format`].
    format: AtomicU8,
}

impl Remote {
    /// Prepares connections; nothing is sent yet.
    pub fn new(options: RemoteOptions) -> anyhow::Result<Self> {
        Self::with_clock(options, Arc::new(Instant::now))
    }

    /// As [`Self::new`], with the breaker's clock as a parameter.
    pub fn with_clock(options: RemoteOptions, clock: Clock) -> anyhow::Result<Self> {
        // Whoever came first has chosen the same provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5).min(options.timeout))
            .redirect(reqwest::redirect::Policy::none());
        if options.is_loopback() {
            http = http.no_proxy();
        }
        Ok(Self(Arc::new(Inner {
            http: http.build()?,
            options,
            breaker: Breaker::new(clock),
            format: AtomicU8::new(0),
        })))
    }

    /// Name of the chat model, as stored with what it decides.
    pub fn model(&self) -> &str {
        &self.0.options.chat_model
    }

    /// Asks until `accept` takes the answer, at most [`REPAIRS`] times more, all within the configured timeout.
    async fn ask<T>(
        &self,
        name: &str,
        system: &str,
        user: String,
        schema: &Value,
        accept: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, RemoteError> {
        self.0.breaker.admit()?;
        let conversation = async {
            let mut messages =
                vec![json!({"role": "system", "content": system}), json!({"role": "user", "content": user})];
            let mut wrong = String::new();
            for _ in 0..=REPAIRS {
                let answer = self.chat(name, &messages, schema).await?;
                match accept(&answer) {
                    Ok(accepted) => return Ok(accepted),
                    Err(reason) => wrong = reason,
                }
                let quoted: String = answer.chars().take(QUOTED).collect();
                messages.truncate(2);
                messages.push(json!({"role": "assistant", "content": quoted}));
                messages.push(json!({"role": "user", "content": format!("That answer was not accepted: {wrong}. Answer again, with one JSON object that follows the schema and nothing else.")}));
            }
            Err(RemoteError::Invalid(wrong))
        };
        let result =
            tokio::time::timeout(self.0.options.timeout, conversation).await.unwrap_or(Err(RemoteError::Timeout));
        self.0.breaker.record(&result.as_ref().map(|_| ()).map_err(Clone::clone));
        if let Err(error) = &result {
            tracing::warn!(%error, model = %self.0.options.chat_model, "the remote model gave no usable answer; the built-in result stands");
        }
        result
    }
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
