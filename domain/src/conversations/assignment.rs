//! Who works on a conversation: by hand, and by the AI's suggestion.

use serde_json::json;
use types::{
    ConversationId, TeamId, UserId,
    conversations::{Assign, Assignment, AssignmentSource},
    events::EventKind,
    messages::Activity,
};

use super::{find, queries};
use crate::{
    Actor, Error, Permission, Result, TenantTx,
    events::{self, Audit, Event},
    messages,
};

/// Assigns by hand: omitted fields stay, `null` unassigns.
///
/// # Errors
/// `NotFound`; `Invalid` when neither field is present or an id is not of this account.
pub async fn assign(tx: &mut TenantTx, actor: &Actor, id: ConversationId, request: Assign) -> Result<Assignment> {
    actor.require(Permission::Work)?;
    if request.agent_id.is_none() && request.team_id.is_none() {
        return Err(Error::invalid("agent_id", "give agent_id, team_id or both"));
    }
    let before = queries::lock(tx, id).await?;
    let agent = request.agent_id.unwrap_or(before.assignee_id);
    let team = request.team_id.unwrap_or(before.team_id);
    let reason = match agent {
        Some(agent) if Some(agent) == actor.user_id() => format!("{} took it", actor.name),
        Some(_) => format!("assigned by {}", actor.name),
        None => format!("unassigned by {}", actor.name),
    };
    place(tx, actor, id, agent, team, AssignmentSource::Manual, reason).await
}

/// Assigns as the AI's routing decided. A person's choice is never overruled: an assigned conversation stays.
/// None when it was left alone.
pub async fn route(
    tx: &mut TenantTx,
    actor: &Actor,
    id: ConversationId,
    agent: Option<UserId>,
    team: TeamId,
    reason: String,
) -> Result<Option<Assignment>> {
    let before = queries::lock(tx, id).await?;
    if before.assignee_id.is_some() || before.team_id.is_some_and(|current| current != team) {
        return Ok(None);
    }
    place(tx, actor, id, agent, Some(team), AssignmentSource::Ai, reason).await.map(Some)
}

async fn place(
    tx: &mut TenantTx,
    actor: &Actor,
    id: ConversationId,
    agent: Option<UserId>,
    team: Option<TeamId>,
    source: AssignmentSource,
    reason: String,
) -> Result<Assignment> {
    let agent_name = match agent {
        Some(agent) => Some(
            queries::agent_name(tx, agent)
                .await?
                .ok_or_else(|| Error::invalid("agent_id", "there is no such agent"))?,
        ),
        None => None,
    };
    let team_name = match team {
        Some(team) => Some(
            queries::team_name(tx, team).await?.ok_or_else(|| Error::invalid("team_id", "there is no such team"))?,
        ),
        None => None,
    };
    queries::set_assignment(tx, id, agent, team, source, &reason).await?;
    let by = actor.user_id().map(|_| actor.name.clone());
    let activity = if agent.is_none() && team.is_none() {
        Activity::Unassigned { by }
    } else {
        let reason = by.is_none().then(|| reason.clone());
        Activity::Assigned { agent: agent_name, team: team_name, reason, by }
    };
    messages::record_activity(tx, actor, id, activity).await?;
    let event = Event::new(EventKind::ConversationAssigned)
        .conversation(id)
        .data(json!({ "source": source, "reason": reason }))
        .audited(
            Audit::new("conversation.assigned", "conversation", id.0)
                .details(json!({ "agent_id": agent, "team_id": team, "source": source })),
        );
    events::append(tx, actor, event).await?;
    let conversation = find(tx, id).await?;
    Ok(Assignment { conversation_id: id, assignee: conversation.assignee, team: conversation.team, source, reason })
}
