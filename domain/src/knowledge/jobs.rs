//! Payloads of jobs about articles.

use serde::{Deserialize, Serialize};
use types::{ArticleId, jobs::Queue};

use crate::jobs::Payload;

/// Make one version of an article searchable.
#[derive(Debug, Serialize, Deserialize)]
pub struct IndexArticle {
    pub article_id: ArticleId,
    pub version: i32,
    /// Asked for by the operator: may happen more than once.
    #[serde(default)]
    pub again: bool,
}

impl Payload for IndexArticle {
    const QUEUE: Queue = Queue::Index;

    fn unique_key(&self) -> Option<String> {
        (!self.again).then(|| format!("index:{}:{}", self.article_id, self.version))
    }
}
