//! The data both systems are measured on: 20 accounts, 100,000 conversations, 519,000 messages, the same texts.

pub mod queries;

use anyhow::Context as _;
use serde::Deserialize;

pub const ACCOUNTS: u64 = 20;
/// Each account's newest ten conversations hold 100 messages, all others five.
pub const LONG_CONVERSATIONS: u64 = 200;
/// Posts are spread over this many: all of one account's, or the newest of everybody's.
pub const POSTED: u64 = 5_000;
/// The conversation that everybody posts to.
pub const HOT_CONVERSATION: u64 = 7;

/// Conversation `n` of the data belongs to this account, in both systems.
pub const fn account_of(conversation: u64) -> u64 {
    1 + conversation % ACCOUNTS
}

#[derive(Deserialize)]
struct Thread {
    messages: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    text: String,
}

/// An article of the knowledge base.
#[derive(Deserialize)]
pub struct Article {
    pub title: String,
    pub body: String,
    pub language: String,
}

#[derive(Deserialize)]
struct Ticket {
    language: String,
    text: String,
}

/// What customers and agents say in the demo: several hundred texts, from a word to a page, in five languages.
pub fn texts() -> anyhow::Result<Vec<String>> {
    let threads: Vec<Thread> =
        serde_json::from_str(include_str!("../../../domain/data/demo/acme_conversations.json")).context("texts")?;
    Ok(threads.into_iter().flat_map(|thread| thread.messages).map(|line| line.text).collect())
}

/// The demo's knowledge base, for drafts to be grounded in.
pub fn articles() -> anyhow::Result<Vec<Article>> {
    serde_json::from_str(include_str!("../../../domain/data/demo/acme_articles.json")).context("articles")
}

/// First messages of English-speaking customers.
pub fn questions() -> anyhow::Result<Vec<String>> {
    let tickets: Vec<Ticket> =
        serde_json::from_str(include_str!("../../../domain/data/demo/tickets.json")).context("tickets")?;
    Ok(tickets.into_iter().filter(|ticket| ticket.language == "en").map(|ticket| ticket.text).collect())
}
