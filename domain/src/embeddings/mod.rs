//! Remote embeddings: an account's passages and questions as a model of its choice sees them. The built-in vectors stay for
//! every passage, and answer whenever the remote model cannot: while passages are missing, nothing may leave, or the
//! endpoint fails. Vectors of two models never meet in one ranking.

mod fill;
pub mod jobs;
mod queries;

use std::{sync::Arc, time::Duration};

use types::{
    AccountId, EmbeddingModelId,
    ai_settings::{EmbeddingStatus, Embeddings},
    egress::Purpose,
};

use crate::{
    Ctx, Result, TenantTx,
    ai_settings::{self, Stored},
    egress::{About, Books},
    jobs::{NewJob, enqueue},
};
use jobs::EmbedPassages;

pub use fill::fill;

/// A question waits no longer for its vectors; the built-in ones are there by then.
const QUESTION_WITHIN: Duration = Duration::from_secs(3);

/// Of what the settings say: where the account's embedding model is; none where it has none.
fn place(stored: &Stored) -> Option<String> {
    let name = stored.embedding_model.as_deref()?;
    let provider = stored.provider?;
    Some(format!("{provider} {} {} {name}", stored.address()?, stored.api_version.as_deref().unwrap_or_default()))
}

/// Follows the settings: another model begins to be filled, and the one that answers goes on until it is; none at all ends
/// at once.
pub(crate) async fn follow(ctx: &Ctx, tx: &mut TenantTx, stored: &Stored) -> Result<()> {
    let standing = queries::standing(tx).await?;
    let of = |status| standing.iter().find(|row| row.status == status);
    let Some(wanted) = place(stored) else {
        if standing.is_empty() {
            return Ok(());
        }
        queries::retire(tx, EmbeddingStatus::Active).await?;
        queries::retire(tx, EmbeddingStatus::Filling).await?;
        return promise(tx).await;
    };
    let host = ctx.models.fresh(ctx, tx.account_id(), &stored.for_embeddings());
    let host = host.map(|remote| remote.host().to_owned()).unwrap_or_default();
    let (active, filling) = (of(EmbeddingStatus::Active), of(EmbeddingStatus::Filling));
    if let Some(row) = active.filter(|row| row.place == wanted) {
        queries::retire(tx, EmbeddingStatus::Filling).await?;
        queries::renew(tx, row.id, &host).await?;
    } else if let Some(row) = filling.filter(|row| row.place == wanted) {
        queries::renew(tx, row.id, &host).await?;
    } else {
        queries::retire(tx, EmbeddingStatus::Filling).await?;
        queries::insert(tx, stored.embedding_model.as_deref().unwrap_or_default(), &host, &wanted).await?;
    }
    // Whatever it waited for may have changed.
    promise(tx).await
}

/// Passages have come: the remote models are to see them, and none is asked until it has.
pub(crate) async fn passages_changed(tx: &mut TenantTx) -> Result<()> {
    if queries::set_incomplete(tx).await? { promise(tx).await } else { Ok(()) }
}

/// Lets the remote models try again at once.
pub(crate) async fn again(tx: &mut TenantTx) -> Result<()> {
    let standing = queries::standing(tx).await?;
    for row in &standing {
        queries::set_error(tx, row.id, None).await?;
    }
    if standing.is_empty() { Ok(()) } else { promise(tx).await }
}

async fn promise(tx: &mut TenantTx) -> Result<()> {
    if !queries::is_promised(tx).await? {
        enqueue(tx, NewJob::of(&EmbedPassages { embed: true })?).await?;
    }
    Ok(())
}

/// How the account's remote embeddings stand, the model that answers first.
pub(crate) async fn shown(tx: &mut TenantTx) -> Result<Vec<Embeddings>> {
    let mut all = Vec::new();
    for row in queries::standing(tx).await? {
        let (passages, embedded) = queries::progress(tx, row.id).await?;
        all.push(Embeddings {
            model: row.name,
            host: row.host,
            dimension: row.dimension,
            status: row.status,
            in_use: row.status == EmbeddingStatus::Active && row.complete,
            passages,
            embedded,
            error: row.error,
        });
    }
    Ok(all)
}

/// Why a remote model gives no vectors; none where it does, or there is none.
pub(crate) async fn failing(tx: &mut TenantTx) -> Result<Option<String>> {
    Ok(queries::standing(tx).await?.into_iter().find_map(|row| row.error))
}

/// A question as the account's remote model sees it.
pub(crate) struct Asked {
    pub model: EmbeddingModelId,
    pub vectors: Vec<Vec<f32>>,
    slope: f64,
    shift: f64,
}

impl Asked {
    /// A cosine on the built-in model's scale, for which the weights of the search were fitted.
    pub fn scaled(&self, cosine: f64) -> f64 {
        (cosine * self.slope + self.shift).clamp(-1.0, 1.0)
    }
}

/// Asks the account's remote model for the vectors of a question's texts. None where it has no model that has seen every
/// passage, or none that answers in time: then the built-in vectors serve.
pub(crate) async fn ask(ctx: &Ctx, account: AccountId, texts: &[String]) -> Result<Option<Asked>> {
    let mut tx = ctx.begin_in(account).await?;
    let standing = queries::standing(&mut tx).await?;
    let Some(row) = standing.into_iter().find(|row| row.status == EmbeddingStatus::Active && row.complete) else {
        return Ok(None);
    };
    let stored = ai_settings::queries::find(&mut tx).await?;
    drop(tx);
    let here = Stored { embedding_model: Some(row.name.clone()), ..stored.clone() };
    if place(&here).as_deref() != Some(row.place.as_str()) {
        // The account has moved to another endpoint: this one's key is gone.
        return Ok(None);
    }
    let Ok(remote) = ctx.models.embedder(ctx, account, &stored).await else { return Ok(None) };
    let books = Arc::new(Books::new(ctx, account, About::nothing(ctx, Purpose::Embed)));
    match remote.embed(&row.name, texts, QUESTION_WITHIN, books.as_ref()).await {
        Ok(vectors) if vectors.first().map(Vec::len) == row.dimension.and_then(|n| usize::try_from(n).ok()) => {
            Ok(Some(Asked { model: row.id, vectors, slope: row.slope, shift: row.shift }))
        }
        Ok(_) => {
            tracing::warn!(%account, "embeddings.question: another dimension than the passages'; the built-in vectors serve");
            Ok(None)
        }
        Err(error) => {
            tracing::debug!(%account, %error, "embeddings.question: the built-in vectors serve");
            Ok(None)
        }
    }
}
