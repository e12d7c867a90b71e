//! Server functions of classifications. The one named `…_form` serves plain form posts, before the wasm has arrived.

use leptos::{prelude::*, server_fn::codec::Json};
use types::{
    ClassificationId, Language, MessageId,
    classifications::{self, Classification, Sentiment},
    conversations::Priority,
};

#[cfg(feature = "ssr")]
use crate::auth::viewer;
use crate::error::UiError;

#[server(prefix = "/api/ui", endpoint = "classifications/correct", input = Json)]
pub async fn correct(id: ClassificationId, to: classifications::Correct) -> Result<Classification, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let classification = domain::classifications::correct(&mut tx, &actor, id, to).await?;
    tx.commit().await?;
    Ok(classification)
}

/// Corrects what is given, then goes back to where the form stood.
#[server(prefix = "/api/ui", endpoint = "classifications/correct-form")]
pub async fn correct_form(
    id: ClassificationId,
    category: Option<String>,
    priority: Option<Priority>,
    sentiment: Option<Sentiment>,
    language: Option<Language>,
) -> Result<(), UiError> {
    correct(id, classifications::Correct { category, priority, sentiment, language }).await?;
    Ok(())
}

/// Asks the assistant to look again; the result arrives with the news.
#[server(prefix = "/api/ui", endpoint = "classifications/request", input = Json)]
pub async fn request(message: MessageId) -> Result<(), UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    domain::classifications::request(&mut tx, &actor, message).await?;
    Ok(tx.commit().await?)
}
