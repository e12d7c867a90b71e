//! One request, one answer, both bounded.

use std::{sync::atomic::Ordering, time::Duration};

use async_openai::types::chat::{ResponseFormat, ResponseFormatJsonSchema};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Remote, RemoteError};

/// Largest answer that is read, in bytes.
const LARGEST: usize = 256 * 1024;

/// How structured an answer the endpoint can promise, strictest first. An endpoint that refuses one is asked for the
/// next, and what it accepted is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Schema,
    Json,
    Plain,
}

impl Format {
    const ALL: [Self; 3] = [Self::Schema, Self::Json, Self::Plain];

    fn field(self, name: &str, schema: &Value) -> Option<ResponseFormat> {
        match self {
            Self::Schema => Some(ResponseFormat::JsonSchema {
                json_schema: ResponseFormatJsonSchema {
                    name: name.to_owned(),
                    description: None,
                    schema: schema.clone(),
                    strict: Some(true),
                },
            }),
            Self::Json => Some(ResponseFormat::JsonObject),
            Self::Plain => None,
        }
    }
}

/// The part of a chat completion that is used; servers differ in the rest.
#[derive(Deserialize)]
struct Completion {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    content: Option<String>,
}

impl Remote {
    /// The text of the model's answer to `messages`.
    pub(super) async fn chat(&self, name: &str, messages: &[Value], schema: &Value) -> Result<String, RemoteError> {
        let first = usize::from(self.0.format.load(Ordering::Relaxed));
        let mut refused = RemoteError::Unreachable;
        for (rank, format) in Format::ALL.into_iter().enumerate().skip(first) {
            match self.request(format, name, messages, schema).await {
                // Not understood: maybe the format. What is wrong beyond the format is refused again.
                Err(error @ RemoteError::Status(400 | 404 | 415 | 422 | 501)) => refused = error,
                Err(error) => return Err(error),
                Ok(answer) => {
                    self.0.format.store(rank as u8, Ordering::Relaxed);
                    return Ok(answer);
                }
            }
        }
        Err(refused)
    }

    async fn request(
        &self,
        format: Format,
        name: &str,
        messages: &[Value],
        schema: &Value,
    ) -> Result<String, RemoteError> {
        let options = &self.0.options;
        let mut body = json!({"model": options.chat_model, "messages": messages, "stream": false});
        if let Some(format) = format.field(name, schema) {
            body["response_format"] = serde_json::to_value(format)
                .map_err(|_| RemoteError::Invalid("the request cannot be written".to_owned()))?;
        }
        let mut request = self.0.http.post(format!("{}/chat/completions", options.base_url)).json(&body);
        if let Some(key) = &options.api_key {
            request = request.bearer_auth(key.expose());
        }
        let mut response = request.send().await.map_err(|error| failure(&error))?;
        let status = response.status().as_u16();
        match status {
            200..300 => {}
            429 | 503 if status == 429 || response.headers().contains_key("retry-after") => {
                let seconds = response
                    .headers()
                    .get("retry-after")
                    .and_then(|value| value.to_str().ok())
                    .and_then(|value| value.trim().parse().ok());
                return Err(RemoteError::Busy { retry_after: seconds.map(Duration::from_secs) });
            }
            _ => return Err(RemoteError::Status(status)),
        }
        let mut bytes = Vec::new();
        while let Some(part) = response.chunk().await.map_err(|error| failure(&error))? {
            bytes.extend_from_slice(&part);
            if bytes.len() > LARGEST {
                return Err(RemoteError::Invalid("it is larger than 256 KiB".to_owned()));
            }
        }
        let completion: Completion = serde_json::from_slice(&bytes)
            .map_err(|_| RemoteError::Invalid("the body is no chat completion".to_owned()))?;
        let content = completion.choices.into_iter().next().and_then(|choice| choice.message.content);
        // An empty answer goes through repair like any other wrong one.
        Ok(content.unwrap_or_default())
    }
}

fn failure(error: &reqwest::Error) -> RemoteError {
    if error.is_timeout() { RemoteError::Timeout } else { RemoteError::Unreachable }
}
