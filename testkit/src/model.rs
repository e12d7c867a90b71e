//! A language model behind an OpenAI-compatible endpoint that says what the test wrote down for it.

use std::{
    convert::Infallible,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::post,
};
use bytes::Bytes;
use domain::ai::{Remote, RemoteOptions};
use futures::{StreamExt as _, stream};
use serde_json::{Value, json};
use tokio::sync::Notify;

/// What the model does when it is asked.
#[derive(Clone, Debug)]
pub enum Says {
    /// This text, which should be JSON.
    Text(String),
    /// The same, having counted tokens in and out.
    Counted(String, u32, u32),
    /// This text in two server-sent events, the second once somebody gives the word.
    Streamed(Arc<Notify>, String),
    /// This text, once somebody gives the word.
    Later(Arc<Notify>, String),
    /// An error, with `Retry-After` in seconds where it has one.
    Status(u16, Option<u64>),
    /// Nothing, ever.
    Nothing,
}

type Script = dyn Fn(&str, usize) -> Says + Send + Sync;

#[derive(Clone)]
struct Stage {
    script: Arc<Script>,
    asked: Arc<Mutex<Vec<(String, Value)>>>,
    received: Arc<Mutex<Vec<u8>>>,
    /// Of its vectors.
    dimension: Arc<AtomicUsize>,
}

/// Serves on loopback until the runtime ends.
pub struct ScriptedModel {
    pub base_url: String,
    stage: Stage,
}

impl ScriptedModel {
    /// Name under which its answers are stored.
    pub const NAME: &str = "scripted";
    pub const KEY: &str = "scripted-key";

    /// `script` answers what is asked for (`classification` or `draft`) for the nth time, from 0. Asked for an `embedding`,
    /// any text means the vectors of the texts' words.
    pub async fn start(script: impl Fn(&str, usize) -> Says + Send + Sync + 'static) -> Self {
        let dimension = Arc::new(AtomicUsize::new(64));
        let stage = Stage { script: Arc::new(script), asked: Arc::default(), received: Arc::default(), dimension };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let router = Router::new()
            .route("/v1/chat/completions", post(answer))
            .route("/v1/embeddings", post(embed))
            .with_state(stage.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base_url: format!("http://{address}/v1"), stage }
    }

    /// The product's own client of this model.
    pub fn client(&self, timeout: Duration) -> Remote {
        let options = RemoteOptions::from_lookup(|name| match name {
            "OPENAI_BASE_URL" => Some(self.base_url.clone()),
            "OPENAI_API_KEY" => Some(Self::KEY.to_owned()),
            "HUMMDESK_CHAT_MODEL" => Some(Self::NAME.to_owned()),
            _ => None,
        });
        let options = RemoteOptions { timeout, ..options.expect("good values").expect("a model") };
        Remote::new(options).expect("a client")
    }

    /// How an account chooses this model, as the API takes it.
    pub fn settings(&self) -> Value {
        json!({ "provider": "compatible", "base_url": self.base_url, "chat_model": Self::NAME, "api_key": Self::KEY })
    }

    /// Answers with vectors of another dimension from here on.
    pub fn set_dimension(&self, dimension: usize) {
        self.stage.dimension.store(dimension, Ordering::Relaxed);
    }

    /// Every byte of the bodies it has received, whatever became of them.
    pub fn received(&self) -> String {
        String::from_utf8_lossy(&self.stage.received.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    /// What it was asked so far: for what, and the whole request.
    pub fn asked(&self) -> Vec<(String, Value)> {
        self.stage.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What each word says, summed: texts with the same words are near.
fn vector(text: &str, dimension: usize) -> Vec<f32> {
    let mut vector = vec![0.01; dimension];
    for word in text.to_lowercase().split(|letter: char| !letter.is_alphanumeric()).filter(|word| word.len() > 3) {
        let place = word.bytes().fold(7_usize, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
        vector[place % dimension] += 1.0;
    }
    vector
}

async fn embed(State(stage): State<Stage>, headers: HeaderMap, body: Bytes) -> Response {
    stage.received.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&body);
    if headers.get(header::AUTHORIZATION).is_none_or(|key| key != &format!("Bearer {}", ScriptedModel::KEY)) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let texts: Vec<String> = serde_json::from_value(request["input"].clone()).unwrap_or_default();
    let says = {
        let mut asked = stage.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let before = asked.iter().filter(|(what, _)| what == "embedding").count();
        asked.push(("embedding".to_owned(), request));
        (stage.script)("embedding", before)
    };
    match says {
        Says::Status(status, _) => StatusCode::from_u16(status).expect("a status").into_response(),
        Says::Nothing => std::future::pending().await,
        _ => {
            let dimension = stage.dimension.load(Ordering::Relaxed);
            let data: Vec<Value> = texts
                .iter()
                .enumerate()
                .map(|(index, text)| json!({ "index": index, "embedding": vector(text, dimension) }))
                .collect();
            Json(json!({ "data": data, "usage": { "prompt_tokens": 10 * texts.len(), "total_tokens": 10 * texts.len() } }))
                .into_response()
        }
    }
}

async fn answer(State(stage): State<Stage>, headers: HeaderMap, body: Bytes) -> Response {
    stage.received.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&body);
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let authorized =
        headers.get(header::AUTHORIZATION).is_some_and(|key| key == &format!("Bearer {}", ScriptedModel::KEY));
    if !authorized {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let wanted = request["response_format"]["json_schema"]["name"].as_str().unwrap_or("unstructured").to_owned();
    let says = {
        let mut asked = stage.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let before = asked.iter().filter(|(what, _)| *what == wanted).count();
        asked.push((wanted.clone(), request));
        (stage.script)(&wanted, before)
    };
    let completion =
        |content: String| json!({ "choices": [{ "message": { "role": "assistant", "content": content } }] });
    match says {
        Says::Text(content) => Json(completion(content)).into_response(),
        Says::Later(word, content) => {
            word.notified().await;
            Json(completion(content)).into_response()
        }
        Says::Streamed(word, content) => {
            let middle =
                (content.len() / 2..content.len()).find(|at| content.is_char_boundary(*at)).unwrap_or_default();
            let (first, second) = content.split_at(middle);
            let event = |part: &str| {
                Bytes::from(format!("data: {}\n\n", json!({ "choices": [{ "delta": { "content": part } }] })))
            };
            let (first, second) = (event(first), event(second));
            let rest = stream::once(async move {
                word.notified().await;
                Ok(second)
            });
            let events = stream::iter([Ok::<_, Infallible>(first)]).chain(rest);
            ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(events)).into_response()
        }
        Says::Counted(content, tokens_in, tokens_out) => {
            let mut completion = completion(content);
            completion["usage"] = json!({ "prompt_tokens": tokens_in, "completion_tokens": tokens_out });
            Json(completion).into_response()
        }
        Says::Status(status, retry_after) => {
            let mut response = StatusCode::from_u16(status).expect("a status").into_response();
            if let Some(seconds) = retry_after {
                response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            }
            response
        }
        Says::Nothing => std::future::pending().await,
    }
}
