//! The written demo data, as it stands in `domain/data/demo`.

use std::fmt::Write as _;

use serde::Deserialize;
use types::{
    Language,
    conversations::{Priority, Status},
    inboxes::Channel,
};

use crate::{Error, Result};

#[derive(Clone, Debug, Deserialize)]
pub struct Person {
    pub name: String,
    pub email: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum From {
    Customer,
    Agent,
    Note,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Said {
    pub from: From,
    pub text: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Rating {
    pub rating: i16,
    pub comment: Option<String>,
}

/// One conversation. The judgements describe its first message, which is always the customer's.
#[derive(Clone, Debug, Deserialize)]
pub struct Script {
    pub language: Language,
    pub category: String,
    pub priority: Priority,
    pub subject: Option<String>,
    pub contact: Person,
    pub channel: Channel,
    pub messages: Vec<Said>,
    pub status: Status,
    pub csat: Option<Rating>,
    pub labels: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub struct Article {
    pub slug: String,
    pub language: Language,
    pub title: String,
    pub category: String,
    pub body: String,
}

#[derive(Debug, Deserialize)]
pub struct Canned {
    pub short_code: String,
    pub content: String,
}

#[derive(Debug, Deserialize)]
pub struct Shared {
    pub canned_responses: Vec<Canned>,
    pub labels: Vec<String>,
}

/// A message for the ticket generator.
#[derive(Debug, Deserialize)]
pub struct Ticket {
    pub language: Language,
    pub text: String,
    pub name: String,
    pub email: String,
}

/// Canned responses and label titles, the same for every demo account.
pub fn shared() -> Result<Shared> {
    parse(include_str!("../../data/demo/canned_responses.json"))
}

pub fn tickets() -> Result<Vec<Ticket>> {
    parse(include_str!("../../data/demo/tickets.json"))
}

/// A shipped file; that each can be read is asserted by a test.
pub fn parse<T: for<'de> Deserialize<'de>>(json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(Error::internal)
}

/// An article's Markdown without links to its neighbours: those name slugs, which the product does not have.
/// What a link said stays, in italics.
pub fn without_slug_links(body: &str, slugs: &[&str]) -> String {
    slugs.iter().fold(body.to_owned(), |body, slug| {
        let target = format!("]({slug})");
        let mut kept = String::with_capacity(body.len());
        let mut rest = body.as_str();
        while let Some(end) = rest.find(&target) {
            match rest[..end].rfind('[') {
                Some(start) => {
                    kept.push_str(&rest[..start]);
                    _ = write!(kept, "*{}*", &rest[start + 1..end]);
                }
                None => kept.push_str(&rest[..end]),
            }
            rest = &rest[end + target.len()..];
        }
        kept.push_str(rest);
        kept
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::company::COMPANIES;

    #[test]
    fn every_file_can_be_read_and_begins_with_the_customer() {
        assert!(shared().unwrap().labels.len() > 10);
        assert!(tickets().unwrap().len() >= 20);
        for company in &COMPANIES {
            let scripts: Vec<Script> = parse(company.conversations).unwrap();
            assert!(scripts.len() >= company.wanted);
            assert!(scripts.iter().all(|script| script.messages[0].from == From::Customer));
            assert!(!parse::<Vec<Article>>(company.articles).unwrap().is_empty());
        }
    }

    #[test]
    fn links_to_neighbours_become_words() {
        let body = "See [Leasing](bike-leasing), [the site](https://a.test) and [Leasing again](bike-leasing).";
        assert_eq!(
            without_slug_links(body, &["bike-leasing"]),
            "See *Leasing*, [the site](https://a.test) and *Leasing again*."
        );
    }

    #[test]
    fn no_article_keeps_a_link_to_a_slug() {
        for company in &COMPANIES {
            let articles: Vec<Article> = parse(company.articles).unwrap();
            let slugs: Vec<&str> = articles.iter().map(|article| article.slug.as_str()).collect();
            for article in &articles {
                let body = without_slug_links(&article.body, &slugs);
                for link in body.split("](").skip(1) {
                    assert!(
                        link.starts_with("http") || link.starts_with("mailto:"),
                        "{}: {}",
                        article.slug,
                        &link[..30]
                    );
                }
            }
        }
    }
}
