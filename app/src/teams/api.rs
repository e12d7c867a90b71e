//! Server functions of teams.

use leptos::{prelude::*, server_fn::codec::Json};
use types::{
    TeamId,
    teams::{CreateTeam, Team, UpdateTeam},
};

#[cfg(feature = "ssr")]
use crate::auth::viewer;
use crate::error::UiError;

#[server(prefix = "/api/ui", endpoint = "teams/create", input = Json)]
pub async fn create(team: CreateTeam) -> Result<Team, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let team = domain::teams::create(&mut tx, &actor, team).await?;
    tx.commit().await?;
    Ok(team)
}

#[server(prefix = "/api/ui", endpoint = "teams/update", input = Json)]
pub async fn update(id: TeamId, change: UpdateTeam) -> Result<Team, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let team = domain::teams::update(&mut tx, &actor, id, change).await?;
    tx.commit().await?;
    Ok(team)
}

#[server(prefix = "/api/ui", endpoint = "teams/delete", input = Json)]
pub async fn delete(id: TeamId) -> Result<(), UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    domain::teams::delete(&mut tx, &actor, id).await?;
    Ok(tx.commit().await?)
}
