//! One action on many conversations: each succeeds or fails by itself.

use types::{
    ApiError, ConversationId,
    conversations::{Assign, Bulk, BulkAction, BulkOutcome, BulkResult, SetLabels, UpdateConversation},
};

use super::{assign, mark_read, set_labels, update};
use crate::{Actor, Ctx, Error, Permission, Result};

const MAX: usize = 200;

/// # Errors
/// `Invalid` for no ids, more than 200, or a missing field of the action.
pub async fn bulk(ctx: &Ctx, actor: &Actor, request: Bulk) -> Result<BulkResult> {
    actor.require(Permission::Work)?;
    if request.ids.is_empty() || request.ids.len() > MAX {
        return Err(Error::invalid("ids", format!("takes 1 to {MAX} ids")));
    }
    let missing = match request.action {
        BulkAction::Status if request.status.is_none() => Some("status"),
        BulkAction::Priority if request.priority.is_none() => Some("priority"),
        BulkAction::Assign if request.agent_id.is_none() && request.team_id.is_none() => Some("agent_id"),
        BulkAction::Labels if request.labels.is_none() => Some("labels"),
        _ => None,
    };
    if let Some(field) = missing {
        return Err(Error::invalid(field, "is needed for this action"));
    }
    let mut data = Vec::with_capacity(request.ids.len());
    for id in &request.ids {
        // A transaction each: one that fails takes nothing of the others back.
        let error = one(ctx, actor, *id, &request).await.err().map(ApiError::from);
        data.push(BulkOutcome { id: *id, ok: error.is_none(), error });
    }
    Ok(BulkResult { data })
}

async fn one(ctx: &Ctx, actor: &Actor, id: ConversationId, request: &Bulk) -> Result<()> {
    let mut tx = ctx.begin(actor).await?;
    let nothing = UpdateConversation { status: None, priority: None, snoozed_until: None, subject: None };
    match request.action {
        BulkAction::Status => {
            let change = UpdateConversation { status: request.status, snoozed_until: request.snoozed_until, ..nothing };
            update(&mut tx, actor, id, change).await?;
        }
        BulkAction::Priority => {
            update(&mut tx, actor, id, UpdateConversation { priority: request.priority, ..nothing }).await?;
        }
        BulkAction::Assign => {
            let to = Assign { agent_id: request.agent_id.map(Some), team_id: request.team_id.map(Some) };
            assign(&mut tx, actor, id, to).await?;
        }
        BulkAction::Unassign => {
            assign(&mut tx, actor, id, Assign { agent_id: Some(None), team_id: None }).await?;
        }
        BulkAction::Labels => {
            set_labels(&mut tx, actor, id, SetLabels { labels: request.labels.clone().unwrap_or_default() }).await?;
        }
        BulkAction::Read => {
            mark_read(&mut tx, actor, id).await?;
        }
    }
    tx.commit().await
}
