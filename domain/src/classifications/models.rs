//! The classifiers an account has trained: the one that judges now, and those it can go back to.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use moka::future::Cache;
use serde_json::json;
use types::{
    AccountId, ClassifierModelId,
    categories::{ClassifierModel, Learning, ModelStatus},
};

use super::queries::models as queries;
use crate::{
    Actor, Ctx, Error, Permission, Result, TenantTx,
    ai::Classifier,
    ai_settings,
    events::{self, Audit},
};

/// Versions kept, the live one included.
const KEPT: i64 = 5;

/// By the hash of what it was taught as well: a restored database gives an id a second time.
type Key = (AccountId, ClassifierModelId, String);

/// A classifier is some megabytes; those not asked for an hour are let go.
static LOADED: LazyLock<Cache<Key, Arc<Classifier>>> =
    LazyLock::new(|| Cache::builder().max_capacity(64).time_to_idle(Duration::from_hours(1)).build());

/// What is known of a model without its weights.
pub struct Standing {
    pub id: ClassifierModelId,
    pub version: i32,
    pub fingerprint: String,
    pub corrections: i32,
}

/// A freshly trained one.
pub struct NewModel<'a> {
    pub status: ModelStatus,
    pub fingerprint: &'a str,
    pub corrections: i32,
    pub reason: String,
    pub training_ms: i64,
    pub classifier: &'a Classifier,
    pub weights: Vec<u8>,
}

/// Newest first.
pub async fn list(tx: &mut TenantTx, actor: &Actor) -> Result<Vec<ClassifierModel>> {
    actor.require(Permission::Read)?;
    queries::list(tx, None).await
}

/// What the account has taught so far, and what is to come of it.
pub async fn learning(ctx: &Ctx, tx: &mut TenantTx, actor: &Actor) -> Result<Learning> {
    Ok(Learning {
        models: list(tx, actor).await?,
        training_at: queries::training_at(tx).await?,
        remote_model: ai_settings::remote_model(ctx, tx).await?,
    })
}

/// Lets an earlier classifier judge again.
///
/// # Errors
/// `Forbidden` below admin; `NotFound`.
pub async fn activate(tx: &mut TenantTx, actor: &Actor, id: ClassifierModelId) -> Result<ClassifierModel> {
    actor.require(Permission::Administer)?;
    let mut model = queries::list(tx, Some(id)).await?.pop().ok_or(Error::NotFound)?;
    queries::set_live(tx, Some(id)).await?;
    model.status = ModelStatus::Live;
    let audit =
        Audit::new("classifier.activated", "classifier_model", id.0).details(json!({ "version": model.version }));
    events::audit(tx, actor, audit).await?;
    Ok(model)
}

/// Writes the model down, live when it is to be, and lets the oldest ones go.
pub(crate) async fn insert(tx: &mut TenantTx, model: &NewModel<'_>) -> Result<ClassifierModelId> {
    if model.status == ModelStatus::Live {
        queries::set_live(tx, None).await?;
    }
    let id = queries::insert(tx, model).await?;
    queries::delete_oldest(tx, KEPT).await?;
    Ok(id)
}

pub(super) async fn remember(account: AccountId, id: ClassifierModelId, fingerprint: String, classifier: Classifier) {
    LOADED.insert((account, id, fingerprint), Arc::new(classifier)).await;
}

/// The classifier of a model; the product's own without one, or when its weights are those of another version.
pub(crate) async fn classifier(ctx: &Ctx, account: AccountId, model: Option<&Standing>) -> Result<Arc<Classifier>> {
    let Some(model) = model else { return Ok(ctx.ai.classifier()) };
    let load = async {
        let mut tx = ctx.begin_in(account).await?;
        let weights = queries::weights(&mut tx, model.id).await?;
        drop(tx);
        let ai = ctx.ai.clone();
        let read = tokio::task::spawn_blocking(move || ai.read_classifier(&weights)).await.map_err(Error::internal)?;
        read.map(Arc::new).ok_or_else(|| Error::internal(anyhow::anyhow!("the weights are of another version")))
    };
    match LOADED.try_get_with((account, model.id, model.fingerprint.clone()), load).await {
        Ok(classifier) => Ok(classifier),
        Err(error) => match &*error {
            Error::Internal(cause) => {
                tracing::warn!(%account, model = %model.id, %cause, "an account's classifier cannot be read; the product's own judges until it is trained again");
                Ok(ctx.ai.classifier())
            }
            _ => Err(Error::Unavailable(anyhow::anyhow!("{error}"))),
        },
    }
}
