//! Agents: the people of an account, what they may do, whether they take work and how much of it they have.

pub(crate) mod queries;

use serde_json::json;
use types::{
    UserId,
    agents::{Agent, Availability, CreateAgent, Role, UpdateAgent},
    events::EventKind,
};

use crate::{
    Actor, Ctx, Error, Permission, Result, TenantTx, accounts,
    auth::password,
    contacts::{self, input},
    events::{self, Audit, Event},
    teams,
};

const DEFAULT_MAX_LOAD: i32 = 10;
const LAST_ADMIN: Error =
    Error::Conflict { code: "last_admin", message: "An account needs an admin. Make somebody else one first." };

/// Everyone in the account, by name.
pub async fn list(tx: &mut TenantTx, actor: &Actor) -> Result<Vec<Agent>> {
    actor.require(Permission::Read)?;
    queries::list(tx, None, None).await
}

/// # Errors
/// `NotFound` when the person is not in the account.
pub async fn get(tx: &mut TenantTx, actor: &Actor, id: UserId) -> Result<Agent> {
    actor.require(Permission::Read)?;
    find(tx, id).await
}

async fn find(tx: &mut TenantTx, id: UserId) -> Result<Agent> {
    queries::list(tx, Some(id), None).await?.pop().ok_or(Error::NotFound)
}

/// Adds a person, in a transaction of its own. See [`create_in`].
///
/// # Errors
/// As [`create_in`].
pub async fn create(ctx: &Ctx, actor: &Actor, request: CreateAgent) -> Result<Agent> {
    let mut tx = ctx.begin(actor).await?;
    let agent = create_in(ctx, &mut tx, actor, request).await?;
    tx.commit().await?;
    Ok(agent)
}

/// Adds a person. Somebody who has a sign-in elsewhere joins with the password they have; the answer does not tell.
///
/// # Errors
/// `Forbidden` below admin; `Invalid` by field, also when the person is in the account already.
pub async fn create_in(ctx: &Ctx, tx: &mut TenantTx, actor: &Actor, request: CreateAgent) -> Result<Agent> {
    actor.require(Permission::Administer)?;
    let name = input::line(&request.name, "name", 200)?;
    let email = contacts::email(&request.email, "email")?;
    let max_load = check_max_load(request.max_load)?.unwrap_or(DEFAULT_MAX_LOAD);
    let hash = password::hash(request.password).await?;
    // Outside the transaction: people stand above accounts. One that is left behind without an account can do nothing.
    let user = accounts::queries::ensure_user(&ctx.db, &email, &name, &hash, request.locale).await?;
    accounts::queries::join(tx, user, &name, &email, request.role, max_load).await?;
    if !request.team_ids.is_empty() {
        teams::queries::set_teams_of(tx, user, &request.team_ids).await?;
    }
    let details = json!({ "role": request.role, "team_ids": request.team_ids });
    events::audit(tx, actor, Audit::new("agent.created", "user", user.0).details(details)).await?;
    find(tx, user).await
}

/// Changes a person. Everyone from agent up sets their own availability, supervisors anybody's; name, role, load and
/// teams are an admin's to change. A new role holds for live sessions at once.
///
/// # Errors
/// `NotFound`; `Forbidden`; `Invalid` by field; `Conflict` (`last_admin`).
pub async fn update(ctx: &Ctx, actor: &Actor, id: UserId, request: UpdateAgent) -> Result<Agent> {
    let administers =
        request.name.is_some() || request.role.is_some() || request.max_load.is_some() || request.team_ids.is_some();
    actor.require(match (administers, actor.user_id() == Some(id)) {
        (true, _) => Permission::Administer,
        (false, true) => Permission::Work,
        (false, false) => Permission::Supervise,
    })?;
    let name = request.name.as_deref().map(|name| input::line(name, "name", 200)).transpose()?;
    let max_load = check_max_load(request.max_load)?;

    let mut tx = ctx.begin(actor).await?;
    let before = queries::lock_role(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let role_changed = request.role.is_some_and(|role| role != before);
    if role_changed && before == Role::Admin && !queries::other_admin_exists(&mut tx, id).await? {
        return Err(LAST_ADMIN);
    }
    queries::update(&mut tx, id, name.as_deref(), request.role, request.availability, max_load).await?;
    if let Some(team_ids) = &request.team_ids {
        teams::queries::set_teams_of(&mut tx, id, team_ids).await?;
    }
    if role_changed {
        let details = json!({ "from": before, "to": request.role });
        events::audit(&mut tx, actor, Audit::new("agent.role_changed", "user", id.0).details(details)).await?;
    }
    // One's own availability changes many times a day and concerns nobody's rights.
    if name.is_some() || max_load.is_some() || request.team_ids.is_some() || actor.user_id() != Some(id) {
        let details = json!({ "name": name.is_some(), "max_load": max_load, "team_ids": request.team_ids, "availability": request.availability });
        events::audit(&mut tx, actor, Audit::new("agent.updated", "user", id.0).details(details)).await?;
    }
    let agent = find(&mut tx, id).await?;
    tx.commit().await?;
    if role_changed || name.is_some() {
        ctx.identities.forget_all();
    }
    Ok(agent)
}

/// Takes a person out of the account: their sessions and tokens end at once, their open conversations wait for
/// somebody else, what they wrote stays.
///
/// # Errors
/// `Forbidden` below admin; `NotFound`; `Conflict` (`last_admin`).
pub async fn remove(ctx: &Ctx, actor: &Actor, id: UserId) -> Result<()> {
    actor.require(Permission::Administer)?;
    let mut tx = ctx.begin(actor).await?;
    let role = queries::lock_role(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if role == Role::Admin && !queries::other_admin_exists(&mut tx, id).await? {
        return Err(LAST_ADMIN);
    }
    let freed = queries::release_conversations(&mut tx, id).await?;
    queries::delete(&mut tx, id).await?;
    for conversation in &freed {
        events::append(&mut tx, actor, Event::new(EventKind::ConversationAssigned).conversation(*conversation)).await?;
    }
    let details = json!({ "role": role, "open_conversations": freed.len() });
    events::audit(&mut tx, actor, Audit::new("agent.removed", "user", id.0).details(details)).await?;
    tx.commit().await?;
    ctx.identities.forget_all();
    Ok(())
}

/// Sets the acting person's own availability.
///
/// # Errors
/// `Forbidden` for viewers; `NotFound` for actors that are no person of the account.
pub async fn set_availability(tx: &mut TenantTx, actor: &Actor, availability: Availability) -> Result<()> {
    actor.require(Permission::Work)?;
    let id = actor.user_id().ok_or(Error::NotFound)?;
    if queries::update(tx, id, None, None, Some(availability), None).await? { Ok(()) } else { Err(Error::NotFound) }
}

fn check_max_load(max_load: Option<i32>) -> Result<Option<i32>> {
    match max_load {
        Some(load) if !(0..=1000).contains(&load) => Err(Error::invalid("max_load", "takes 0 to 1000")),
        load => Ok(load),
    }
}
