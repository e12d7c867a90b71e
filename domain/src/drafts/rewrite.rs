//! Another wording of a pending draft, by the account's model. An agent waits for it, so it is no job.

use std::time::Instant;

use serde_json::json;
use types::{
    DraftId,
    drafts::{Draft, DraftStatus, RewriteAction, RewriteDraft},
    egress::Purpose,
    events::EventKind,
};

use super::{DECIDED, confidence, find, generate, lock_pending, queries};
use crate::{
    Actor, Ctx, Error, Permission, Result,
    ai::{
        Composed, Door, RemoteError,
        remote::{Refusal, RewriteRequest},
    },
    ai_settings,
    contacts::input,
    conversations,
    decisions::{self, Basis},
    egress::{self, About},
    events::{self, Audit, Event},
};

const MAX_INSTRUCTION_CHARS: usize = 1_000;
const MODEL_NEEDED: Error = Error::Conflict {
    code: "model_needed",
    message: "This takes a model, and none is connected. An admin connects one under Settings, Assistant.",
};

/// Puts another wording in the place of a pending draft.
///
/// # Errors
/// `NotFound`; `Invalid` by field; `Conflict` when the draft is no longer pending, when no model is connected
/// (`model_needed`) or when it may not be asked now; `Unavailable` when it gives no usable answer.
pub async fn rewrite(ctx: &Ctx, actor: &Actor, id: DraftId, request: RewriteDraft) -> Result<Draft> {
    actor.require(Permission::Work)?;
    let instruction = match request.instruction.as_deref() {
        Some(text) => {
            Some(input::paragraph(text, "instruction", MAX_INSTRUCTION_CHARS)?).filter(|text| !text.is_empty())
        }
        None => None,
    };
    let action = request.action;
    let mut tx = ctx.begin(actor).await?;
    let draft = find(&mut tx, id).await?;
    if action == RewriteAction::Translate && request.language.is_none() {
        return Err(Error::invalid("language", "say which language to translate into"));
    }
    if draft.status != DraftStatus::Pending {
        return Err(DECIDED);
    }
    let about = About::message(ctx, Purpose::Rewrite, draft.conversation_id, draft.message_id);
    let door = ai_settings::door(ctx, &mut tx, about).await?.ok_or(MODEL_NEEDED)?;
    let (composed, mut basis) = if action == RewriteAction::Regenerate {
        let mut case = generate::read(ctx, &mut tx, draft.message_id, true).await?.ok_or(Error::NotFound)?;
        case.language = request.language.unwrap_or(case.language);
        case.question = about.question;
        drop(tx);
        let (request, basis) = generate::request(ctx, actor.account_id, case, &[]).await?;
        (ctx.ai.recompose(&request, instruction.as_deref(), &door).await.map_err(refused)?, basis)
    } else {
        drop(tx);
        // Passages are those of the draft it is made from.
        let basis = Basis::new(about.question, Vec::new(), &json!([draft.content, request, instruction]));
        (reworded(&door, &draft, request, instruction).await?, basis)
    };
    basis.from_draft = Some(id);

    let mut tx = ctx.begin(actor).await?;
    let (draft, _) = lock_pending(&mut tx, id).await?;
    let (conversation, message) = (draft.conversation_id, draft.message_id);
    let sure = confidence::of(&mut tx, &composed).await?;
    let made = queries::insert(&mut tx, conversation, message, None, DraftStatus::Pending, &composed, sure).await?;
    let made = made.ok_or_else(|| Error::internal(anyhow::anyhow!("a draft without a job met another")))?;
    decisions::drafted(&mut tx, made, message, &composed, sure, &basis).await?;
    queries::supersede_others(&mut tx, conversation, made).await?;
    conversations::queries::set_pending_draft(&mut tx, conversation, Some(made)).await?;
    let audit = Audit::new("draft.rewritten", "draft", made.0).details(json!({ "action": action, "from": id }));
    let event =
        Event::new(EventKind::AiDraft).conversation(conversation).message(message).subject(made.0).audited(audit);
    events::append(&mut tx, actor, event).await?;
    let draft = find(&mut tx, made).await?;
    tx.commit().await?;
    Ok(draft)
}

async fn reworded(door: &Door, draft: &Draft, request: RewriteDraft, instruction: Option<String>) -> Result<Composed> {
    let started = Instant::now();
    let language = request.language.unwrap_or(draft.language);
    let wanted = RewriteRequest {
        action: request.action,
        content: draft.content.clone(),
        from: draft.language,
        language,
        instruction,
        sources: draft.sources.clone(),
    };
    let rewritten =
        door.remote.rewrite(&wanted, door.ledger.as_ref(), door.progress.as_deref()).await.map_err(refused)?;
    Ok(Composed {
        content: rewritten.content,
        language,
        confidence: draft.confidence,
        reasoning: format!(
            "Reworded by {} from an earlier draft; check it against the sources. {}",
            door.remote.model(),
            rewritten.remark
        )
        .trim_end()
        .to_owned(),
        grounded: draft.grounded,
        sources: rewritten.sources,
        claims: rewritten.claims,
        model: door.remote.model().to_owned(),
        generation_ms: started.elapsed().as_millis() as i64,
    })
}

/// What a person who waits is told.
fn refused(error: RemoteError) -> Error {
    let message = match error {
        RemoteError::Refused(Refusal::OverRate) => {
            "The model was asked often enough this minute. Try again in a moment."
        }
        RemoteError::Refused(Refusal::OverTokens) => "The token budget of the day is used up.",
        RemoteError::Refused(Refusal::OverSpend) => "The spend budget of the day is used up.",
        RemoteError::Refused(Refusal::Forbidden) => "This account lets nothing leave, so no model is asked.",
        other => return Error::Unavailable(other.into()),
    };
    Error::Conflict { code: egress::outcome(Some(&error)).as_str(), message }
}
