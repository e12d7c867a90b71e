//! Drafts: proposed answers to customers, and what the agents make of them.

mod confidence;
mod generate;
pub(crate) mod queries;
mod rewrite;
pub(crate) mod text;
mod writing;

use serde_json::json;
use types::{
    ConversationId, DraftId, JobId, MessageId,
    drafts::{AcceptDraft, AcceptedDraft, Draft, DraftStatus, RejectDraft},
    events::EventKind,
    messages::{CreateMessage, SenderType},
};

use crate::{
    Actor, Error, Permission, Result, TenantTx,
    conversations::{self, queries::Locked},
    events::{self, Audit, Event},
    jobs::{NewJob, enqueue},
    messages::{self, jobs::DraftReply},
};
use queries::Decision;

pub use generate::generate;
pub(crate) use generate::{HISTORY, Judged, rehearse};
pub use rewrite::rewrite;
pub use writing::{Writing, Writings};

/// Drafts shown of one conversation.
const LISTED: i64 = 50;
const MAX_REASON_CHARS: usize = 1_000;

/// Newest first; missing ones are left out.
pub async fn by_ids(tx: &mut TenantTx, ids: &[i64]) -> Result<Vec<Draft>> {
    if ids.is_empty() { Ok(Vec::new()) } else { queries::by_ids(tx, ids).await }
}

/// The conversation's newest drafts, newest first.
///
/// # Errors
/// `NotFound` when the conversation is not in the account.
pub async fn list(tx: &mut TenantTx, actor: &Actor, conversation: ConversationId) -> Result<Vec<Draft>> {
    actor.require(Permission::Read)?;
    let ids = queries::ids_of(tx, conversation, LISTED).await?;
    if ids.is_empty() && !messages::queries::conversation_exists(tx, conversation).await? {
        return Err(Error::NotFound);
    }
    by_ids(tx, &ids).await
}

/// What a job has made; none while it has not, or when there was nothing to draft.
pub async fn by_job(tx: &mut TenantTx, job: JobId) -> Result<Option<Draft>> {
    match queries::id_by_job(tx, job).await? {
        Some(id) => find(tx, id).await.map(Some),
        None => Ok(None),
    }
}

pub(crate) async fn find(tx: &mut TenantTx, id: DraftId) -> Result<Draft> {
    queries::by_ids(tx, &[id.0]).await?.pop().ok_or(Error::NotFound)
}

/// Asks for a fresh draft of an answer to a customer's message; somebody waits for it.
///
/// # Errors
/// `NotFound`; `Invalid` for a message that is not a customer's.
pub async fn request(tx: &mut TenantTx, actor: &Actor, message: MessageId) -> Result<JobId> {
    actor.require(Permission::Work)?;
    if messages::find(tx, message).await?.sender_type != SenderType::Contact {
        return Err(Error::invalid("message_id", "only customers' messages are answered"));
    }
    let job = NewJob::of(&DraftReply { message_id: message, again: true })?.urgent();
    enqueue(tx, job).await?.ok_or_else(|| Error::internal(anyhow::anyhow!("a job without a key found its key taken")))
}

const DECIDED: Error =
    Error::Conflict { code: "draft_decided", message: "This draft was used, rejected or overtaken already." };

/// Sends the draft, as it stands or edited; the original stays beside what was sent. The marks of the sources are the
/// agents' and do not reach the customer.
///
/// # Errors
/// `NotFound`; `Conflict` when it is no longer pending; `Invalid` for a text that cannot be sent.
pub async fn accept(tx: &mut TenantTx, actor: &Actor, id: DraftId, request: AcceptDraft) -> Result<AcceptedDraft> {
    actor.require(Permission::Work)?;
    let (draft, _) = lock_pending(tx, id).await?;
    let proposed = text::without_marks(&draft.content, draft.sources.len());
    let content = request
        .content
        .as_deref()
        .map_or_else(|| proposed.clone(), |edited| text::without_marks(edited, draft.sources.len()));
    let distance = text::edit_distance(&proposed, &content);
    let decision = Decision {
        status: if distance == 0 { DraftStatus::Accepted } else { DraftStatus::Edited },
        sent_content: Some(&content),
        edit_distance: Some(distance),
        rejection_reason: None,
        decided_by: actor.user_id(),
    };
    // Before sending, which overtakes whatever is still pending.
    if !queries::decide(tx, id, &decision).await? {
        return Err(DECIDED);
    }
    let message = CreateMessage {
        content: content.clone(),
        private: false,
        attachment_ids: Vec::new(),
        content_type: None,
        client_ref: None,
    };
    let message = messages::send(tx, actor, draft.conversation_id, message).await?;
    queries::set_sent_message(tx, id, message.id).await?;
    let audit = Audit::new("draft.accepted", "draft", id.0)
        .details(json!({ "edit_distance": distance, "message_id": message.id }));
    announce(tx, actor, &draft, audit).await?;
    Ok(AcceptedDraft { draft: find(tx, id).await?, message })
}

/// Puts the draft aside.
///
/// # Errors
/// `NotFound`; `Conflict` when it is no longer pending; `Invalid` for a reason over 1,000 characters.
pub async fn reject(tx: &mut TenantTx, actor: &Actor, id: DraftId, request: RejectDraft) -> Result<Draft> {
    actor.require(Permission::Work)?;
    let reason = request.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    if reason.is_some_and(|reason| reason.chars().count() > MAX_REASON_CHARS || reason.contains('\0')) {
        return Err(Error::invalid("reason", "takes at most 1,000 characters"));
    }
    let (draft, conversation) = lock_pending(tx, id).await?;
    let decision = Decision {
        status: DraftStatus::Rejected,
        sent_content: None,
        edit_distance: None,
        rejection_reason: reason,
        decided_by: actor.user_id(),
    };
    if !queries::decide(tx, id, &decision).await? {
        return Err(DECIDED);
    }
    if conversation.pending_draft_id == Some(id) {
        conversations::queries::set_pending_draft(tx, draft.conversation_id, None).await?;
    }
    announce(tx, actor, &draft, Audit::new("draft.rejected", "draft", id.0)).await?;
    find(tx, id).await
}

/// The draft with its conversation locked: always the conversation first, as everybody who changes both does.
async fn lock_pending(tx: &mut TenantTx, id: DraftId) -> Result<(Draft, Locked)> {
    let conversation = find(tx, id).await?.conversation_id;
    let locked = conversations::queries::lock(tx, conversation).await?;
    // Read again: whoever held the lock may have decided it.
    let draft = find(tx, id).await?;
    if draft.status == DraftStatus::Pending { Ok((draft, locked)) } else { Err(DECIDED) }
}

async fn announce(tx: &mut TenantTx, actor: &Actor, draft: &Draft, audit: Audit) -> Result<()> {
    let event = Event::new(EventKind::AiDraft)
        .conversation(draft.conversation_id)
        .message(draft.message_id)
        .subject(draft.id.0)
        .audited(audit);
    events::append(tx, actor, event).await
}
