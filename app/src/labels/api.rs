//! Server functions of labels.

use leptos::{prelude::*, server_fn::codec::Json};
use types::{
    LabelId,
    labels::{CreateLabel, Label, UpdateLabel},
};

#[cfg(feature = "ssr")]
use crate::auth::viewer;
use crate::error::UiError;

#[server(prefix = "/api/ui", endpoint = "labels/create", input = Json)]
pub async fn create(label: CreateLabel) -> Result<Label, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let label = domain::labels::create(&mut tx, &actor, label).await?;
    tx.commit().await?;
    Ok(label)
}

#[server(prefix = "/api/ui", endpoint = "labels/update", input = Json)]
pub async fn update(id: LabelId, change: UpdateLabel) -> Result<Label, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let label = domain::labels::update(&mut tx, &actor, id, change).await?;
    tx.commit().await?;
    Ok(label)
}

#[server(prefix = "/api/ui", endpoint = "labels/delete", input = Json)]
pub async fn delete(id: LabelId) -> Result<(), UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    domain::labels::delete(&mut tx, &actor, id).await?;
    Ok(tx.commit().await?)
}
