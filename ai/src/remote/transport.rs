//! One request, one answer, both bounded.

use std::time::Duration;

use async_openai::types::chat::{ResponseFormat, ResponseFormatJsonSchema};
use reqwest::{Response, Url, header::HeaderValue};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Remote, RemoteError,
    address::NotPublic,
    ledger::Usage,
    options::{Auth, Format},
    stream::Arriving,
};

/// Largest answer that is read, in bytes.
const LARGEST: usize = 256 * 1024;
/// As much of an error is looked at, in bytes.
const LARGEST_ERROR: usize = 16 * 1024;
/// Bytes a token has at least, over our languages and JSON: rather too many tokens are expected than too few.
const BYTES_PER_TOKEN: usize = 3;

impl Format {
    pub(super) const ALL: [Self; 4] = [Self::Schema, Self::SchemaBeside, Self::Json, Self::Plain];

    /// The request's `response_format`.
    fn field(self, name: &str, schema: &Value) -> Result<Value, serde_json::Error> {
        let written = |format: ResponseFormat| serde_json::to_value(format);
        match self {
            Self::Schema => written(ResponseFormat::JsonSchema {
                json_schema: ResponseFormatJsonSchema {
                    name: name.to_owned(),
                    description: None,
                    schema: schema.clone(),
                    strict: Some(true),
                },
            }),
            Self::SchemaBeside => Ok(json!({"type": "json_object", "schema": schema})),
            Self::Json => written(ResponseFormat::JsonObject),
            Self::Plain => Ok(Value::Null),
        }
    }
}

/// The part of a chat completion that is used; servers differ in the rest.
#[derive(Deserialize)]
struct Completion {
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Option<Counted>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    content: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Counted {
    prompt_tokens: u32,
    completion_tokens: u32,
}

/// What the model said and what that took.
pub(super) struct Reply {
    pub content: String,
    pub usage: Usage,
}

impl Reply {
    /// The answer to `sent` bytes, with the endpoint's count or our estimate. An empty answer goes through repair like any
    /// other wrong one.
    pub fn new(content: String, counted: Option<Counted>, sent: usize) -> Self {
        let estimate = || Usage { tokens_in: tokens(sent), tokens_out: tokens(content.len()), estimated: true };
        let usage = counted.map_or_else(estimate, |counted| Usage {
            tokens_in: counted.prompt_tokens.into(),
            tokens_out: counted.completion_tokens.into(),
            estimated: false,
        });
        Self { content, usage }
    }
}

/// Tokens of so many bytes, roughly.
pub(super) fn tokens(bytes: usize) -> i64 {
    bytes.div_ceil(BYTES_PER_TOKEN) as i64
}

impl Remote {
    /// The request's body.
    pub(super) fn body(
        &self,
        format: Format,
        name: &str,
        messages: &[Value],
        schema: &Value,
        stream: bool,
    ) -> Result<Vec<u8>, RemoteError> {
        let mut body = json!({"model": self.0.options.chat_model, "messages": messages, "stream": stream});
        if stream {
            body["stream_options"] = json!({"include_usage": true});
        }
        let unwritable = |_| RemoteError::Invalid("the request cannot be written".to_owned());
        let format = format.field(name, schema).map_err(unwritable)?;
        if !format.is_null() {
            body["response_format"] = format;
        }
        serde_json::to_vec(&body).map_err(unwritable)
    }

    /// Sends a body that [`Self::body`] made. `arrived` is told the content so far of an answer that comes as a stream. The
    /// caller bounds the time.
    pub(super) async fn send(&self, body: Vec<u8>, arrived: &(dyn Fn(&str) + Sync)) -> Result<Reply, RemoteError> {
        let sent = body.len();
        let mut response = self.post(self.0.chat_url.clone(), body).await?;
        let content_type = response.headers().get("content-type").and_then(|value| value.to_str().ok());
        let streamed = content_type.is_some_and(|kind| kind.starts_with("text/event-stream"));
        let no_completion = || RemoteError::Invalid("the body is no chat completion".to_owned());
        let (mut arriving, mut bytes) = (Arriving::default(), Vec::new());
        while let Some(part) = response.chunk().await.map_err(|error| failure(&error))? {
            if !streamed {
                bytes.extend_from_slice(&part);
            } else if arriving.feed(&part).ok_or_else(no_completion)? {
                arrived(&arriving.content);
            }
            if bytes.len().max(arriving.content.len()) > LARGEST {
                return Err(RemoteError::Invalid("it is larger than 256 KiB".to_owned()));
            }
        }
        if streamed {
            return Ok(arriving.done(sent));
        }
        let completion: Completion = serde_json::from_slice(&bytes).map_err(|_| no_completion())?;
        let content = completion.choices.into_iter().next().and_then(|choice| choice.message.content);
        Ok(Reply::new(content.unwrap_or_default(), completion.usage, sent))
    }

    /// Posts a body and answers what begins to arrive, where it is a success.
    pub(super) async fn post(&self, url: Url, body: Vec<u8>) -> Result<Response, RemoteError> {
        let options = &self.0.options;
        let mut request = self.0.http.post(url).header("content-type", "application/json").body(body);
        if let Some(key) = &options.api_key {
            request = match options.auth {
                Auth::Bearer => request.bearer_auth(key.expose()),
                Auth::ApiKey => {
                    let mut value = HeaderValue::from_str(key.expose()).map_err(|_| RemoteError::Unreachable)?;
                    value.set_sensitive(true);
                    request.header("api-key", value)
                }
            };
        }
        let response = request.send().await.map_err(|error| failure(&error))?;
        let status = response.status().as_u16();
        match status {
            200..300 => Ok(response),
            429 | 503 if status == 429 || response.headers().contains_key("retry-after") => {
                let seconds = response
                    .headers()
                    .get("retry-after")
                    .and_then(|value| value.to_str().ok())
                    .and_then(|value| value.trim().parse().ok());
                Err(RemoteError::Busy { retry_after: seconds.map(Duration::from_secs) })
            }
            // Seen of llama.cpp's Python server, 0.3: what it does not know of a request is a failure of its own.
            500 => Err(RemoteError::Status(if names_a_field(response).await { 422 } else { status })),
            _ => Err(RemoteError::Status(status)),
        }
    }
}

/// Whether an error tells of a field that not every endpoint knows.
async fn names_a_field(mut response: Response) -> bool {
    let mut said = Vec::new();
    while let Ok(Some(part)) = response.chunk().await {
        said.extend_from_slice(&part);
        if said.len() > LARGEST_ERROR {
            break;
        }
    }
    let said = String::from_utf8_lossy(&said);
    ["response_format", "stream_options"].iter().any(|field| said.contains(field))
}

pub(super) fn failure(error: &reqwest::Error) -> RemoteError {
    if error.is_timeout() {
        return RemoteError::Timeout;
    }
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if inner.is::<NotPublic>() {
            return RemoteError::NotPublic;
        }
        cause = inner.source();
    }
    RemoteError::Unreachable
}
