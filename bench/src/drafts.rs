//! From a customer's message to the draft on the agent's screen, one at a time, with the built-in AI.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};

use crate::{
    data,
    http::{self, Connection},
    load::Outcome,
    sockets::Listener,
    system::Target,
};

const ACCOUNT: u64 = 1;
const MESSAGES: usize = 20;
/// Between two messages, so that each finds the system idle.
const PAUSE: Duration = Duration::from_millis(300);
const PATIENCE: Duration = Duration::from_secs(30);

pub async fn run(target: &Target) -> anyhow::Result<Outcome> {
    bring_articles(target).await?;
    let mut caller = Caller { connection: Connection::open(target.port).await?, request: Vec::new() };
    let session = json!({ "website_token": format!("bench-{ACCOUNT}"), "name": "Rachel Morgan" });
    let session = caller.post("/api/widget/session", "", &session).await?;
    let visitor = session["visitor_token"].as_str().context("no visitor token")?;
    let headers = format!("x-website-token: bench-{ACCOUNT}\r\nx-visitor-token: {visitor}\r\n");
    let mut agent = Listener::open(target, ACCOUNT).await?;
    let mut outcome = Outcome::default();
    let questions = data::questions()?;
    // The first one is not counted: it warms caches up.
    for question in questions.iter().cycle().take(MESSAGES + 1) {
        sleep(PAUSE).await;
        let began = Instant::now();
        let started = caller.post("/api/widget/conversations", &headers, &json!({ "content": question })).await?;
        let draft = timeout(PATIENCE, draft_for(&mut agent, &started["conversation"]["id"]));
        draft.await.context("no draft came")??;
        outcome.answered += 1;
        if outcome.answered > 1 {
            outcome.latencies.push(began.elapsed());
            outcome.latencies.gathered_over(began.elapsed());
        }
    }
    Ok(outcome)
}

async fn draft_for(agent: &mut Listener, conversation: &Value) -> anyhow::Result<()> {
    while agent.next_event("ai:draft").await?["data"]["conversation_id"] != *conversation {}
    Ok(())
}

/// Writes the demo's articles into the account's knowledge base and waits until they can be found.
async fn bring_articles(target: &Target) -> anyhow::Result<()> {
    let mut caller = Caller { connection: Connection::open(target.port).await?, request: Vec::new() };
    let headers = target.authorization(ACCOUNT);
    for article in data::articles()? {
        let body = json!({ "title": article.title, "body": article.body, "language": article.language, "status": "published" });
        caller.post("/api/knowledge-base/articles", &headers, &body).await?;
    }
    let deadline = Instant::now() + Duration::from_mins(5);
    loop {
        let page = caller.get("/api/knowledge-base/articles?limit=200", &headers).await?;
        let articles = page["data"].as_array().context("no articles")?;
        if !articles.is_empty() && articles.iter().all(|article| article["indexed"] == true) {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "the knowledge base was not indexed in five minutes");
        sleep(Duration::from_millis(200)).await;
    }
}

struct Caller {
    connection: Connection,
    request: Vec<u8>,
}

impl Caller {
    async fn post(&mut self, path: &str, headers: &str, body: &Value) -> anyhow::Result<Value> {
        http::write(&mut self.request, "POST", path, headers, Some(&body.to_string()));
        self.answer(path).await
    }

    async fn get(&mut self, path: &str, headers: &str) -> anyhow::Result<Value> {
        http::write(&mut self.request, "GET", path, headers, None);
        self.answer(path).await
    }

    async fn answer(&mut self, path: &str) -> anyhow::Result<Value> {
        let answer = self.connection.exchange(&self.request).await?;
        let text = String::from_utf8_lossy(answer.body);
        ensure!((200..300).contains(&answer.status), "{path} answered {}: {text}", answer.status);
        Ok(serde_json::from_str(&text)?)
    }
}
