//! What a decision is made from, gathered before it is made.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use types::{ArticleId, ChunkId, DraftId, MessageId};

use crate::{
    ai::{Composed, DraftRequest, Who, draft},
    knowledge::Passage,
};

/// A passage that a draft could have used, as the ledger keeps it: by reference, without its text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Considered {
    pub chunk_id: ChunkId,
    pub article_id: ArticleId,
    pub score: f64,
    pub similarity: f64,
    pub used: bool,
}

impl From<&Passage> for Considered {
    fn from(passage: &Passage) -> Self {
        Self {
            chunk_id: passage.chunk_id,
            article_id: passage.article_id,
            score: passage.score,
            similarity: passage.similarity,
            used: false,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Basis {
    /// Number of the question to a remote model, whether or not one was asked; see [`crate::egress::About`].
    pub question: i64,
    /// Messages that were read, oldest first.
    pub inputs: Vec<MessageId>,
    /// The draft that is reworded.
    pub from_draft: Option<DraftId>,
    /// Best first, and none of them used yet.
    pub passages: Vec<Considered>,
    /// What stands in the passages, in their order: to see which are used.
    texts: Vec<String>,
    /// Of the account's own classifier, where one of those decided.
    pub model_version: Option<i32>,
    /// SHA-256 of what the built-in assistant is given and of who it is. A request that a remote model answered is
    /// hashed in the egress ledger, placeholders and all, and that hash is kept in place of this one.
    pub prompt_hash: [u8; 32],
}

impl Basis {
    /// Of a classification. `model` names the built-in classifier and what it was taught.
    pub fn of_message(question: i64, inputs: Vec<MessageId>, text: &str, model: &str) -> Self {
        Self::new(question, inputs, &json!({ "model": model, "text": text }))
    }

    /// Of a decision without passages. `given` is everything that the built-in assistant looks at.
    pub fn new(question: i64, inputs: Vec<MessageId>, given: &Value) -> Self {
        Self {
            question,
            inputs,
            from_draft: None,
            passages: Vec::new(),
            texts: Vec::new(),
            model_version: None,
            prompt_hash: hash(given),
        }
    }

    /// Of a draft: `found` is what `request` was given to quote from.
    pub fn of_draft(question: i64, inputs: Vec<MessageId>, request: &DraftRequest, found: &[Passage]) -> Self {
        Self {
            passages: found.iter().map(Considered::from).collect(),
            texts: found.iter().map(|passage| passage.content.clone()).collect(),
            ..Self::new(question, inputs, &given(request))
        }
    }

    /// The passages, and which of them the draft uses: those it names as a source, and further ones of the same article
    /// that it quotes a line of, since an article is named once.
    pub fn used_by(&self, composed: &Composed) -> Vec<Considered> {
        let quoted = |text: &str| text.lines().any(|line| !line.is_empty() && composed.content.contains(line));
        let mut passages = self.passages.clone();
        for (passage, text) in passages.iter_mut().zip(&self.texts) {
            passage.used = composed.sources.iter().any(|source| {
                let same = source.similarity.to_bits() == passage.similarity.to_bits();
                source.article_id == passage.article_id && (same || quoted(text))
            });
        }
        passages
    }
}

/// Fields are sorted by name, so the same is always written the same way.
fn hash(given: &Value) -> [u8; 32] {
    Sha256::digest(given.to_string()).into()
}

fn given(request: &DraftRequest) -> Value {
    let said = |(who, text): &(Who, String)| json!([if *who == Who::Agent { "agent" } else { "customer" }, text]);
    let passages: Vec<Value> = request
        .passages
        .iter()
        .map(|passage| {
            json!([passage.article_id, passage.title, passage.language, passage.content, passage.similarity])
        })
        .collect();
    json!({
        "model": draft::MODEL, "question": request.question, "history": request.history.iter().map(said).collect::<Vec<_>>(),
        "language": request.language, "sentiment": request.sentiment, "priority": request.priority, "category": request.category,
        "customer_name": request.customer_name, "agent_name": request.agent_name, "account_name": request.account_name,
        "note": request.policy.note, "guidance": request.policy.guidance,
        "answerable": request.answerable, "passages": passages,
    })
}

#[cfg(test)]
mod tests {
    use types::{Language, drafts::DraftSource};

    use super::*;

    fn passage(chunk: i64, article: i64, similarity: f64, content: &str) -> Passage {
        Passage {
            article_id: ArticleId(article),
            chunk_id: ChunkId(chunk),
            title: "Title".to_owned(),
            language: Language::English,
            heading_path: String::new(),
            content: content.to_owned(),
            similarity,
            score: similarity,
        }
    }

    fn basis(found: &[Passage]) -> Basis {
        Basis {
            passages: found.iter().map(Considered::from).collect(),
            texts: found.iter().map(|passage| passage.content.clone()).collect(),
            ..Basis::new(1, Vec::new(), &json!({}))
        }
    }

    #[test]
    fn a_passage_is_used_when_it_is_named_or_quoted() {
        let found = [
            passage(1, 1, 0.8, "Refunds take three days.\nNot of interest."),
            passage(2, 1, 0.7, "Write to us first."),
            passage(3, 1, 0.6, "Something else."),
            passage(4, 2, 0.5, "Refunds take three days."),
        ];
        let composed = Composed {
            content: "Hi,\n\nRefunds take three days. [1] Write to us first. [1]".to_owned(),
            language: Language::English,
            confidence: 0.9,
            reasoning: String::new(),
            grounded: true,
            sources: vec![DraftSource {
                article_id: ArticleId(1),
                title: "Title".to_owned(),
                similarity: 0.8,
                excerpt: String::new(),
            }],
            claims: Vec::new(),
            model: "m".to_owned(),
            generation_ms: 1,
        };
        let used: Vec<bool> = basis(&found).used_by(&composed).iter().map(|passage| passage.used).collect();
        assert_eq!(used, [true, true, false, false], "another article with the same line was not named");
    }

    #[test]
    fn the_hash_knows_every_input_and_no_order_of_fields() {
        assert_eq!(hash(&json!({ "a": 1, "b": 2 })), hash(&json!({ "b": 2, "a": 1 })));
        assert_ne!(hash(&json!({ "a": 1 })), hash(&json!({ "a": 2 })));
        // sha256 of {"a":1}, by coreutils.
        assert_eq!(
            hex::encode(hash(&json!({ "a": 1 }))),
            "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
        );
    }
}
