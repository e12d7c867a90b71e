//! The job that teaches an account's classifier: read what is taught, train outside any transaction, compare with the
//! classifier that judges now, and keep the better one.

use std::collections::BTreeMap;

use serde_json::json;
use sha2::{Digest as _, Sha256};
use types::{MessageId, categories::ModelStatus};

use super::models::{self, NewModel};
use crate::{
    Actor, Ctx, Error, Result, TenantTx,
    ai::{
        Example,
        classifier::{Comparison, Lesson, MOST_UNLABELLED, Subject},
    },
    categories::jobs::TrainClassifier,
    classifications::queries,
    events::{self, Audit},
    jobs::{self, Claimed, NewJob, enqueue},
};

/// Corrections learned from, newest first.
const CORRECTIONS: i64 = 2_000;
/// Of the account's own examples, newest first: training holds a square of all in memory, half a gigabyte at this size.
const EXAMPLES: i64 = 8_000;
/// Messages learned from that nobody labelled, newest first: as many as training may read.
const UNLABELLED: i64 = MOST_UNLABELLED as i64;
/// One new correction in so many known ones is worth training for at once; fewer wait for [`PATIENCE`].
const ENOUGH: i32 = 20;
const PATIENCE: chrono::TimeDelta = chrono::TimeDelta::minutes(10);

/// What an account teaches, as it stands.
pub(crate) struct Curriculum {
    /// Without what nobody labelled; see [`unlabelled`].
    pub lesson: Lesson,
    /// Hash of all of it.
    pub fingerprint: String,
    pub corrections: i32,
    /// Nothing but what every account begins with: the product's own classifier knows it.
    pub plain: bool,
}

/// Carries out [`TrainClassifier`].
pub async fn train(ctx: &Ctx, job: &Claimed) -> Result<()> {
    let wanted: TrainClassifier = job.payload()?;
    let mut tx = ctx.begin_in(job.account_id).await?;
    let taught = curriculum(&mut tx).await?;
    let newest = queries::models::newest(&mut tx).await?;
    let live = queries::models::live(&mut tx).await?;
    let known = newest.as_ref().is_some_and(|newest| newest.fingerprint == taught.fingerprint);
    if taught.plain || known {
        if taught.plain && live.is_some() {
            queries::models::set_live(&mut tx, None).await?;
        }
        jobs::done_in(&mut tx, job).await?;
        return tx.commit().await;
    }
    let new = taught.corrections - newest.as_ref().map_or(0, |newest| newest.corrections);
    if !wanted.anyway && (0..taught.corrections / ENOUGH).contains(&new) {
        let later = NewJob::of(&TrainClassifier { anyway: true })?.at(tx.now() + PATIENCE);
        enqueue(&mut tx, later).await?;
        jobs::done_in(&mut tx, job).await?;
        return tx.commit().await;
    }
    let lesson = Lesson { unlabelled: unlabelled(&mut tx).await?, ..taught.lesson };
    drop(tx);

    let present = models::classifier(ctx, job.account_id, live.as_ref()).await?;
    let started = ctx.now();
    let trained = ctx.ai.learn(lesson).await.map_err(|error| Error::Unavailable(error.into()))?;
    let training_ms = (ctx.now() - started).num_milliseconds();
    let comparison = Comparison::of(&trained, &present);
    tracing::info!(account = %job.account_id, %comparison, training_ms, "classifications.classifier.trained");

    let mut tx = ctx.begin_in(job.account_id).await?;
    let status = if comparison.is_worse() { ModelStatus::Refused } else { ModelStatus::Live };
    let model = NewModel {
        status,
        fingerprint: &taught.fingerprint,
        corrections: taught.corrections,
        reason: comparison.to_string(),
        training_ms,
        classifier: &trained,
        weights: ctx.ai.write_classifier(&trained),
    };
    let id = models::insert(&mut tx, &model).await?;
    let details =
        json!({ "status": status, "categories": trained.categories().len(), "accuracy": trained.quality().accuracy });
    let audit = Audit::new("classifier.trained", "classifier_model", id.0).details(details);
    events::audit(&mut tx, &Actor::ai(job.account_id), audit).await?;
    jobs::done_in(&mut tx, job).await?;
    tx.commit().await?;
    if status == ModelStatus::Live {
        models::remember(job.account_id, id, taught.fingerprint, trained).await;
    }
    Ok(())
}

/// What training reads beside [`Curriculum`]: thousands of messages, for nobody who only compares.
pub(crate) async fn unlabelled(tx: &mut TenantTx) -> Result<Vec<String>> {
    queries::uncorrected(tx, UNLABELLED).await
}

pub(crate) async fn curriculum(tx: &mut TenantTx) -> Result<Curriculum> {
    let subjects = queries::models::subjects(tx).await?;
    let given = queries::models::examples(tx, EXAMPLES).await?;
    let corrections = examples(queries::corrections(tx, CORRECTIONS).await?, &subjects);
    let mut hash = Sha256::new();
    for subject in &subjects {
        hash.update(format!("{subject:?}\n"));
    }
    for example in given.iter().chain(&corrections) {
        hash.update(format!("{example:?}\n"));
    }
    let plain = given.is_empty()
        && corrections.is_empty()
        && subjects.len() == super::routing::BUILTIN_CATEGORIES.len()
        && subjects.iter().all(|subject| subject.builtin.as_deref() == Some(subject.name.as_str()));
    Ok(Curriculum {
        corrections: corrections.len() as i32,
        fingerprint: hex::encode(hash.finalize()),
        lesson: Lesson { subjects, examples: given, corrections, unlabelled: Vec::new() },
        plain,
    })
}

/// One corrected field of a message, newest first in a list.
pub struct Corrected {
    pub message_id: MessageId,
    pub content: String,
    pub field: String,
    pub value: String,
}

/// One example a message, each field as it was last corrected; what nobody corrected teaches nothing, and neither does a
/// category that is gone.
fn examples(corrections: Vec<Corrected>, subjects: &[Subject]) -> Vec<Example> {
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
    for example in examples.values_mut() {
        example.category = example.category.take().filter(|name| subjects.iter().any(|subject| subject.name == *name));
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
        let subject = |name: &str| Subject { name: name.to_owned(), description: String::new(), builtin: None };
        let learned = examples(
            vec![
                corrected(2, "category", "sales"),
                corrected(1, "priority", "high"),
                corrected(2, "category", "billing"),
                corrected(3, "language", "fi"),
                corrected(4, "category", "gone"),
            ],
            &[subject("sales"), subject("billing")],
        );
        assert_eq!(learned.len(), 2);
        assert_eq!((learned[0].text.as_str(), learned[0].category.as_deref()), ("text 1", None));
        assert_eq!(learned[1].category.as_deref(), Some("sales"));
    }
}
