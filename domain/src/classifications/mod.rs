//! Classifications: what the AI makes of a customer's message, the routing that follows, and people's corrections.

mod classify;
pub mod models;
pub(crate) mod queries;
pub mod routing;
pub(crate) mod training;

use serde_json::json;
use types::{
    ClassificationId, ConversationId, JobId, MessageId,
    classifications::{Classification, ClassificationSummary, Correct},
    events::EventKind,
    messages::SenderType,
};

use crate::{
    Actor, Error, Permission, Result, TenantTx,
    categories::{self, jobs::TrainClassifier},
    conversations,
    events::{self, Audit, Event},
    jobs::{NewJob, enqueue},
    messages::{self, jobs::ClassifyMessage},
};

pub use classify::classify;
pub(crate) use classify::read_together;
pub use training::train;

/// In no particular order; missing ones are left out.
pub async fn by_ids(tx: &mut TenantTx, ids: &[i64]) -> Result<Vec<Classification>> {
    if ids.is_empty() { Ok(Vec::new()) } else { queries::by_ids(tx, ids).await }
}

/// The conversation's newest classification.
///
/// # Errors
/// `NotFound` when the conversation is not there or has none yet.
pub async fn latest(tx: &mut TenantTx, actor: &Actor, conversation: ConversationId) -> Result<Classification> {
    actor.require(Permission::Read)?;
    let id = queries::latest_id(tx, conversation).await?.ok_or(Error::NotFound)?;
    find(tx, id).await
}

/// What a job has made; none while it has not.
pub async fn by_job(tx: &mut TenantTx, job: JobId) -> Result<Option<Classification>> {
    match queries::id_by_job(tx, job).await? {
        Some(id) => find(tx, id).await.map(Some),
        None => Ok(None),
    }
}

pub(crate) async fn find(tx: &mut TenantTx, id: ClassificationId) -> Result<Classification> {
    queries::by_ids(tx, &[id.0]).await?.pop().ok_or(Error::NotFound)
}

/// Asks for a fresh look at a customer's message; somebody waits for it.
///
/// # Errors
/// `NotFound`; `Invalid` for a message that is not a customer's.
pub async fn request(tx: &mut TenantTx, actor: &Actor, message: MessageId) -> Result<JobId> {
    actor.require(Permission::Work)?;
    if messages::find(tx, message).await?.sender_type != SenderType::Contact {
        return Err(Error::invalid("message_id", "only customers' messages are classified"));
    }
    let job = NewJob::of(&ClassifyMessage { message_id: message, again: true })?.urgent();
    enqueue(tx, job).await?.ok_or_else(|| Error::internal(anyhow::anyhow!("a job without a key found its key taken")))
}

/// A person says what it should have been: the classification, the conversation and the account's classifier follow.
///
/// # Errors
/// `NotFound`; `Invalid` when no field is given, or for a category that the account does not have.
pub async fn correct(
    tx: &mut TenantTx,
    actor: &Actor,
    id: ClassificationId,
    request: Correct,
) -> Result<Classification> {
    actor.require(Permission::Work)?;
    let before = find(tx, id).await?;
    // Always the conversation first: whoever else changes both takes them in this order.
    conversations::queries::lock(tx, before.conversation_id).await?;
    if request == (Correct { category: None, priority: None, sentiment: None, language: None }) {
        return Err(Error::invalid("category", "give at least one of category, priority, sentiment and language"));
    }
    let category = match request.category.as_deref() {
        Some(category) => Some(categories::known(tx, category, "category").await?),
        None => None,
    };
    let mut after = before.clone();
    let mut changes = Vec::new();
    let mut change = |field: &'static str, from: &str, to: &str| {
        if from != to {
            changes.push((field, from.to_owned(), to.to_owned()));
        }
    };
    if let Some(category) = category {
        change("category", &before.category, &category);
        after.category = category;
    }
    if let Some(priority) = request.priority {
        change("priority", before.priority.as_str(), priority.as_str());
        after.priority = priority;
    }
    if let Some(sentiment) = request.sentiment {
        change("sentiment", before.sentiment.as_str(), sentiment.as_str());
        after.sentiment = sentiment;
    }
    if let Some(language) = request.language {
        change("language", before.language.as_str(), language.as_str());
        after.language = language;
    }
    if changes.is_empty() {
        return Ok(before);
    }
    for (field, from, to) in &changes {
        queries::insert_correction(tx, &before, actor.user_id(), field, from, to).await?;
        if !after.corrected.iter().any(|known| known == field) {
            after.corrected.push((*field).to_owned());
        }
    }
    queries::set_corrected(tx, &after).await?;
    if queries::latest_id(tx, before.conversation_id).await? == Some(id) {
        conversations::queries::set_classification(tx, before.conversation_id, &summary(&after)).await?;
        if after.priority != before.priority {
            conversations::queries::set_priority(tx, before.conversation_id, after.priority, true).await?;
        }
    }
    let fields: Vec<&str> = changes.iter().map(|(field, ..)| *field).collect();
    let event = Event::new(EventKind::AiClassification)
        .conversation(before.conversation_id)
        .message(before.message_id)
        .subject(id.0)
        .data(json!({ "corrected_by": actor.name }))
        .audited(Audit::new("classification.corrected", "classification", id.0).details(json!({ "fields": fields })));
    events::append(tx, actor, event).await?;
    enqueue(tx, NewJob::of(&TrainClassifier { anyway: false })?).await?;
    find(tx, id).await
}

/// The part that the conversation's row repeats.
fn summary(classification: &Classification) -> ClassificationSummary {
    ClassificationSummary {
        category: classification.category.clone(),
        priority: classification.priority,
        sentiment: classification.sentiment,
        language: classification.language,
        confidence: classification.confidence,
    }
}
