//! Server functions of people.

use leptos::{prelude::*, server_fn::codec::Json};
use types::{
    UserId,
    agents::{Agent, Availability, CreateAgent, UpdateAgent},
};

#[cfg(feature = "ssr")]
use crate::auth::viewer;
use crate::error::UiError;

/// The signed-in person's own availability.
#[server(prefix = "/api/ui", endpoint = "agents/availability", input = Json)]
pub async fn set_availability(availability: Availability) -> Result<(), UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    domain::agents::set_availability(&mut tx, &actor, availability).await?;
    Ok(tx.commit().await?)
}

#[server(prefix = "/api/ui", endpoint = "agents/create", input = Json)]
pub async fn create(agent: CreateAgent) -> Result<Agent, UiError> {
    let (ctx, actor) = viewer()?;
    Ok(domain::agents::create(&ctx, &actor, agent).await?)
}

#[server(prefix = "/api/ui", endpoint = "agents/update", input = Json)]
pub async fn update(id: UserId, change: UpdateAgent) -> Result<Agent, UiError> {
    let (ctx, actor) = viewer()?;
    Ok(domain::agents::update(&ctx, &actor, id, change).await?)
}

#[server(prefix = "/api/ui", endpoint = "agents/remove", input = Json)]
pub async fn remove(id: UserId) -> Result<(), UiError> {
    let (ctx, actor) = viewer()?;
    Ok(domain::agents::remove(&ctx, &actor, id).await?)
}
