//! A client that speaks JSON and remembers who it is.

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::{Socket, TestApp};

/// An answer, read to its end.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
    pub json: Value,
}

impl Reply {
    async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("the server answers");
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.expect("a whole body");
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Self { status, headers, text, json }
    }

    /// The body, when the status is this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self.json
    }

    /// The error's code, when the status is this one.
    #[track_caller]
    pub fn refused(self, status: u16) -> String {
        let body = self.expect(status);
        body["error"]["code"].as_str().unwrap_or_else(|| panic!("no error code in {body}")).to_owned()
    }
}

/// A program or person of an account, by bearer token; or nobody.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    address: std::net::SocketAddr,
    pub token: Option<String>,
}

impl Client {
    pub fn nobody(app: &TestApp) -> Self {
        Self {
            http: reqwest::Client::builder().no_proxy().build().expect("a client"),
            base: app.url(""),
            address: app.address,
            token: None,
        }
    }

    pub fn with_token(app: &TestApp, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..Self::nobody(app) }
    }

    /// Signs in over HTTP.
    pub async fn sign_in(app: &TestApp, email: &str, password: &str) -> Self {
        let nobody = Self::nobody(app);
        let tokens = nobody.post("/api/auth/login", json!({ "email": email, "password": password })).await.expect(200);
        Self { token: tokens["access_token"].as_str().map(str::to_owned), ..nobody }
    }

    /// A request to be finished by hand.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn send(&self, request: RequestBuilder) -> Reply {
        Reply::of(request).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        Reply::of(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        Reply::of(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        Reply::of(self.request(Method::PATCH, path).json(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Reply {
        Reply::of(self.request(Method::PUT, path).json(&body)).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        Reply::of(self.request(Method::DELETE, path)).await
    }

    /// Opens the live stream and reads its greeting.
    pub async fn live(&self) -> Socket {
        let token = self.token.as_deref().expect("signed in");
        let mut socket = Socket::connect(&format!("ws://{}/ws", self.address), &[]).await.expect("the socket opens");
        socket.send(&json!({ "type": "authenticate", "token": token })).await;
        let ready = socket.next().await;
        assert_eq!(ready["event"], "ready", "{ready}");
        socket
    }
}

/// A customer in the widget.
#[derive(Clone)]
pub struct VisitorClient {
    client: Client,
    pub website_token: String,
    pub visitor_token: String,
}

impl VisitorClient {
    pub async fn open(app: &TestApp, website_token: &str) -> Self {
        let client = Client::nobody(app);
        let session = client.post("/api/widget/session", json!({ "website_token": website_token })).await.expect(200);
        let visitor_token = session["visitor_token"].as_str().expect("a token").to_owned();
        Self { client, website_token: website_token.to_owned(), visitor_token }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, &format!("/api/widget{path}"))
            .header("X-Website-Token", &self.website_token)
            .header("X-Visitor-Token", &self.visitor_token)
    }

    pub async fn get(&self, path: &str) -> Reply {
        Reply::of(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        Reply::of(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        Reply::of(self.request(Method::PATCH, path).json(&body)).await
    }

    /// Starts a conversation; answers (conversation id, message id).
    pub async fn write(&self, content: &str) -> (i64, i64) {
        let started = self.post("/conversations", json!({ "content": content })).await.expect(201);
        (started["conversation"]["id"].as_i64().expect("an id"), started["message"]["id"].as_i64().expect("an id"))
    }

    pub async fn live(&self) -> Socket {
        let mut socket = Socket::connect(&format!("ws://{}/api/widget/ws", self.client.address), &[])
            .await
            .expect("the socket opens");
        socket.send(&json!({ "type": "authenticate", "website_token": self.website_token, "visitor_token": self.visitor_token })).await;
        let ready = socket.next().await;
        assert_eq!(ready["event"], "ready", "{ready}");
        socket
    }
}
