//! What an account's people have taught: a classifier of its own, trained when a correction changes what it knows.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
    time::Duration,
};

use moka::future::Cache;
use types::{AccountId, MessageId};

use super::queries;
use crate::{
    Ctx, Result, TenantTx,
    ai::{Classifier, Example},
};

/// Corrections learned from, newest first.
const CORRECTIONS: i64 = 1_000;

/// A classifier is a megabyte or two; those not asked for an hour are let go.
static TRAINED: LazyLock<Cache<(AccountId, String), Arc<Classifier>>> =
    LazyLock::new(|| Cache::builder().max_capacity(64).time_to_idle(Duration::from_hours(1)).build());

/// What an account's corrections teach.
pub struct Lesson {
    account: AccountId,
    /// Hash of everything taught; none when nothing was corrected.
    fingerprint: Option<String>,
    examples: Vec<Example>,
}

/// Reads what has been corrected, unless a classifier that knows it is at hand.
pub async fn lesson(tx: &mut TenantTx) -> Result<Lesson> {
    let account = tx.account_id();
    let fingerprint = queries::corrections_fingerprint(tx, CORRECTIONS).await?;
    let examples = match &fingerprint {
        Some(print) if !TRAINED.contains_key(&(account, print.clone())) => {
            examples(queries::corrections(tx, CORRECTIONS).await?)
        }
        _ => Vec::new(),
    };
    Ok(Lesson { account, fingerprint, examples })
}

/// The account's own classifier; none when it has corrected nothing, or training failed: the shared one answers then.
pub async fn classifier(ctx: &Ctx, lesson: &Lesson) -> Option<Arc<Classifier>> {
    let key = (lesson.account, lesson.fingerprint.clone()?);
    if lesson.examples.is_empty() {
        return TRAINED.get(&key).await;
    }
    let train = async {
        tracing::info!(account = %lesson.account, examples = lesson.examples.len(), "classifications.classifier.train");
        ctx.ai.train_with(lesson.examples.clone(), Vec::new()).await.map(Arc::new)
    };
    match TRAINED.try_get_with(key, train).await {
        Ok(trained) => Some(trained),
        Err(error) => {
            tracing::warn!(account = %lesson.account, %error, "an account's classifier could not be trained; the shared one answers");
            None
        }
    }
}

/// One corrected field of a message, newest first in a list.
pub struct Corrected {
    pub message_id: MessageId,
    pub content: String,
    pub field: String,
    pub value: String,
}

/// One example a message, each field as it was last corrected; what nobody corrected teaches nothing.
fn examples(corrections: Vec<Corrected>) -> Vec<Example> {
    let mut examples: BTreeMap<i64, Example> = BTreeMap::new();
    for corrected in corrections {
        let example = examples.entry(corrected.message_id.0).or_insert_with(|| Example {
            text: corrected.content.clone(),
            category: None,
            priority: None,
            sentiment: None,
            language: None,
        });
        match corrected.field.as_str() {
            "category" => _ = example.category.get_or_insert(corrected.value),
            "priority" => example.priority = example.priority.or(corrected.value.parse().ok()),
            "sentiment" => example.sentiment = example.sentiment.or(corrected.value.parse().ok()),
            "language" => example.language = example.language.or(corrected.value.parse().ok()),
            _ => {}
        }
    }
    examples
        .into_values()
        .filter(|example| example.category.is_some() || example.priority.is_some() || example.sentiment.is_some())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_correction_of_a_field_counts() {
        let corrected = |id, field: &str, value: &str| Corrected {
            message_id: MessageId(id),
            content: format!("text {id}"),
            field: field.to_owned(),
            value: value.to_owned(),
        };
        let learned = examples(vec![
            corrected(2, "category", "sales"),
            corrected(1, "priority", "high"),
            corrected(2, "category", "billing"),
            corrected(3, "language", "fi"),
        ]);
        assert_eq!(learned.len(), 2);
        assert_eq!((learned[0].text.as_str(), learned[0].category.as_deref()), ("text 1", None));
        assert_eq!(learned[1].category.as_deref(), Some("sales"));
    }
}
