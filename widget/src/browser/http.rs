//! Requests to the server. Tokens travel as headers; cookies never do.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, RequestCredentials, RequestInit, Response};

use crate::model::{Answer, Refusal};
use crate::wire::{self, Decode, Encode};

const PATIENCE_MS: u32 = 20_000;

/// One visitor's access to the server.
#[derive(Clone)]
pub(super) struct Access {
    pub(super) base_url: String,
    pub(super) website_token: String,
    pub(super) visitor_token: Option<String>,
}

impl Access {
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}/api/widget/{path}", self.base_url)
    }

    pub(super) async fn get<T: Decode>(&self, path: &str) -> Answer<T> {
        parse(&self.request("GET", path, None, None).await?)
    }

    pub(super) async fn send<T: Decode>(
        &self,
        method: &str,
        path: &str,
        body: &impl Encode,
        idempotency_key: Option<&str>,
    ) -> Answer<T> {
        let body = wire::write(body);
        parse(&self.request(method, path, Some(body), idempotency_key).await?)
    }

    /// For requests whose answer says nothing.
    pub(super) async fn tell(&self, path: &str, body: &impl Encode) -> Answer<()> {
        let body = wire::write(body);
        self.request("POST", path, Some(body), None).await.map(drop)
    }

    async fn request(
        &self,
        method: &str,
        path: &str,
        body: Option<String>,
        idempotency_key: Option<&str>,
    ) -> Answer<String> {
        let sent = self.start(method, path, body, idempotency_key).ok_or(Refusal::Network)?;
        let response: Response =
            JsFuture::from(sent).await.ok().and_then(|response| response.dyn_into().ok()).ok_or(Refusal::Network)?;
        if !response.ok() {
            return Err(Refusal::Status(response.status()));
        }
        let text = response.text().map_err(|_| Refusal::Network)?;
        let text = JsFuture::from(text).await.map_err(|_| Refusal::Network)?;
        Ok(text.as_string().unwrap_or_default())
    }

    fn start(
        &self,
        method: &str,
        path: &str,
        body: Option<String>,
        idempotency_key: Option<&str>,
    ) -> Option<js_sys::Promise> {
        let headers = Headers::new().ok()?;
        headers.set("X-Website-Token", &self.website_token).ok()?;
        if let Some(token) = &self.visitor_token {
            headers.set("X-Visitor-Token", token).ok()?;
        }
        if let Some(key) = idempotency_key {
            headers.set("Idempotency-Key", key).ok()?;
        }
        let init = RequestInit::new();
        init.set_method(method);
        init.set_credentials(RequestCredentials::Omit);
        init.set_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE_MS)));
        if let Some(body) = body {
            headers.set("Content-Type", "application/json").ok()?;
            init.set_body(&JsValue::from_str(&body));
        }
        init.set_headers(&headers);
        Some(web_sys::window()?.fetch_with_str_and_init(&self.url(path), &init))
    }
}

pub(super) fn parse<T: Decode>(text: &str) -> Answer<T> {
    wire::read(text).ok_or(Refusal::Network)
}
