//! Teams: who handles what, and which category of the classifier leads to whom.

pub(crate) mod queries;

use serde_json::json;
use types::{
    TeamId,
    agents::Agent,
    teams::{CreateTeam, Team, UpdateTeam},
};

use crate::{
    Actor, Error, Permission, Result, TenantTx, categories,
    contacts::input,
    events::{self, Audit},
};

/// Every team, by name.
pub async fn list(tx: &mut TenantTx, actor: &Actor) -> Result<Vec<Team>> {
    actor.require(Permission::Read)?;
    queries::list(tx, None).await
}

/// # Errors
/// `NotFound` when it does not exist in the account.
pub async fn get(tx: &mut TenantTx, actor: &Actor, id: TeamId) -> Result<Team> {
    actor.require(Permission::Read)?;
    find(tx, id).await
}

async fn find(tx: &mut TenantTx, id: TeamId) -> Result<Team> {
    queries::list(tx, Some(id)).await?.pop().ok_or(Error::NotFound)
}

/// The people of a team, by name.
///
/// # Errors
/// `NotFound` when there is no such team.
pub async fn agents(tx: &mut TenantTx, actor: &Actor, id: TeamId) -> Result<Vec<Agent>> {
    actor.require(Permission::Read)?;
    if !queries::exists(tx, id).await? {
        return Err(Error::NotFound);
    }
    crate::agents::queries::list(tx, None, Some(id)).await
}

/// # Errors
/// `Forbidden` below admin; `Invalid` by field, also for a name that is taken and agents who do not exist.
pub async fn create(tx: &mut TenantTx, actor: &Actor, request: CreateTeam) -> Result<Team> {
    actor.require(Permission::Administer)?;
    let name = input::line(&request.name, "name", 100)?;
    let description = input::paragraph(&request.description, "description", 1000)?;
    let category = category(tx, request.category.as_deref()).await?;
    let id = queries::insert(tx, &name, &description, category.as_deref()).await?;
    if !request.agent_ids.is_empty() {
        queries::set_members(tx, id, &request.agent_ids).await?;
    }
    let audit =
        Audit::new("team.created", "team", id.0).details(json!({ "name": name, "agent_ids": request.agent_ids }));
    events::audit(tx, actor, audit).await?;
    find(tx, id).await
}

/// Changes a team; an empty category takes it away.
///
/// # Errors
/// As [`create`], and `NotFound`.
pub async fn update(tx: &mut TenantTx, actor: &Actor, id: TeamId, request: UpdateTeam) -> Result<Team> {
    actor.require(Permission::Administer)?;
    let name = request.name.as_deref().map(|name| input::line(name, "name", 100)).transpose()?;
    let description =
        request.description.as_deref().map(|text| input::paragraph(text, "description", 1000)).transpose()?;
    // An empty one takes the team's away.
    let category = match request.category.as_deref() {
        Some(text) => Some(category(tx, Some(text)).await?.unwrap_or_default()),
        None => None,
    };
    if !queries::update(tx, id, name.as_deref(), description.as_deref(), category.as_deref()).await? {
        return Err(Error::NotFound);
    }
    if let Some(agents) = &request.agent_ids {
        queries::set_members(tx, id, agents).await?;
    }
    let audit = Audit::new("team.updated", "team", id.0).details(json!({
        "name": name,
        "description": description.is_some(),
        "category": category,
        "agent_ids": request.agent_ids,
    }));
    events::audit(tx, actor, audit).await?;
    find(tx, id).await
}

/// Removes a team; its conversations stay, without a team.
///
/// # Errors
/// `Forbidden` below admin; `NotFound`.
pub async fn delete(tx: &mut TenantTx, actor: &Actor, id: TeamId) -> Result<()> {
    actor.require(Permission::Administer)?;
    let name = queries::delete(tx, id).await?.ok_or(Error::NotFound)?;
    events::audit(tx, actor, Audit::new("team.deleted", "team", id.0).details(json!({ "name": name }))).await
}

/// A category as the account spells it; none when empty.
async fn category(tx: &mut TenantTx, text: Option<&str>) -> Result<Option<String>> {
    match text.map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => categories::known(tx, text, "category").await.map(Some),
        None => Ok(None),
    }
}
