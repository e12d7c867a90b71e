//! Server functions of classifications.

use leptos::{prelude::*, server_fn::codec::Json};
use types::{
    ClassificationId, MessageId,
    classifications::{self, Classification},
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

/// Asks the assistant to look again; the result arrives with the news.
#[server(prefix = "/api/ui", endpoint = "classifications/request", input = Json)]
pub async fn request(message: MessageId) -> Result<(), UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    domain::classifications::request(&mut tx, &actor, message).await?;
    Ok(tx.commit().await?)
}
