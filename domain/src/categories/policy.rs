//! What an account wants of the drafts in a category: whether any are written, what they always say, and rules for a model.

use serde_json::json;
use types::{
    CategoryId,
    categories::{DraftPolicy, SetDraftPolicy},
};

use super::queries;
use crate::{
    Actor, Error, Permission, Result, TenantTx, ai,
    contacts::input,
    events::{self, Audit},
    rehearsals,
};

const MAX_NOTE_CHARS: usize = 600;
const MAX_GUIDANCE_CHARS: usize = 2_000;

/// # Errors
/// `NotFound`.
pub async fn get(tx: &mut TenantTx, actor: &Actor, id: CategoryId) -> Result<DraftPolicy> {
    actor.require(Permission::Read)?;
    queries::policy(tx, id).await
}

/// # Errors
/// `Forbidden` below admin; `NotFound`; `Invalid` for a text that is too long, or a note that drafts could not quote;
/// `Conflict` when it must be rehearsed first.
pub async fn set(tx: &mut TenantTx, actor: &Actor, id: CategoryId, request: SetDraftPolicy) -> Result<DraftPolicy> {
    actor.require(Permission::Administer)?;
    let text = |given: Option<String>, field, most| match given {
        Some(text) => input::paragraph(&text, field, most).map(|text| Some(text).filter(|text| !text.is_empty())),
        None => Ok(None),
    };
    let policy = DraftPolicy {
        drafting: request.drafting,
        note: text(request.note, "note", MAX_NOTE_CHARS)?,
        guidance: text(request.guidance, "guidance", MAX_GUIDANCE_CHARS)?,
    };
    if policy.note.as_deref().is_some_and(|note| !note.lines().all(ai::quotable)) {
        return Err(Error::invalid("note", "drafts carry no links, HTML or orders to a machine"));
    }
    let before = queries::policy(tx, id).await?;
    // Fewer drafts are always in order.
    if (DraftPolicy { drafting: false, ..before.clone() }) != policy && before != policy {
        rehearsals::gate(tx, actor).await?;
    }
    queries::set_policy(tx, id, &policy).await?;
    let details =
        json!({ "drafting": policy.drafting, "note": policy.note.is_some(), "guidance": policy.guidance.is_some() });
    events::audit(tx, actor, Audit::new("category.policy_changed", "category", id.0).details(details)).await?;
    Ok(policy)
}

/// Of the category that goes by that name; the usual one when there is none.
pub(crate) async fn of(tx: &mut TenantTx, category: &str) -> Result<DraftPolicy> {
    let found = queries::policy_by_name(tx, category).await?;
    Ok(found.unwrap_or(DraftPolicy { drafting: true, note: None, guidance: None }))
}
