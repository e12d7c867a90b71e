//! The job behind every customer message: judge outside any transaction, then write all that follows in one.

use serde_json::json;
use types::{
    AccountId, ConversationId, MessageId,
    classifications::{ClassificationSummary, Outcome},
    egress::Purpose,
    events::EventKind,
    messages::{Activity, Message, SenderType},
};

use super::{
    models, queries,
    routing::{self, Decision},
};
use crate::{
    Actor, Ctx, Error, Result, TenantTx, accounts,
    ai::{Door, Verdict},
    ai_settings, conversations,
    decisions::{self, Basis},
    egress::About,
    events::{self, Event},
    jobs::{self, Claimed, NewJob, enqueue},
    messages::{
        self,
        jobs::{ClassifyMessage, DraftReply},
    },
};

/// Words below which a message is read together with the customer's one before: "yes, please" says nothing alone.
const SHORT: usize = 4;

/// What the model is told.
struct Case {
    conversation_id: ConversationId,
    text: String,
    model: Option<models::Standing>,
    /// The message, and the one before where that was read, too.
    inputs: Vec<MessageId>,
    /// Of the question to a remote model.
    question: i64,
    /// Names a remote model may propose.
    teams: Vec<String>,
    /// To a remote model, when one may be asked.
    door: Option<Door>,
}

/// Carries out [`ClassifyMessage`]. A message that was erased meanwhile needs nothing.
pub async fn classify(ctx: &Ctx, job: &Claimed) -> Result<()> {
    let wanted: ClassifyMessage = job.payload()?;
    let actor = Actor::ai(job.account_id);
    let Some(case) = read(ctx, job.account_id, wanted.message_id).await? else {
        return nothing_to_do(ctx, job).await;
    };
    announce(ctx, &actor, &case, wanted.message_id).await?;
    let (verdict, basis) = judge(ctx, job.account_id, &case).await?;

    let mut tx = ctx.begin_in(job.account_id).await?;
    match settle(&mut tx, &actor, job, &wanted, &verdict, &basis).await {
        Ok(()) | Err(Error::NotFound) => {}
        Err(error) => return Err(error),
    }
    jobs::done_in(&mut tx, job).await?;
    tx.commit().await
}

async fn nothing_to_do(ctx: &Ctx, job: &Claimed) -> Result<()> {
    let mut tx = ctx.begin_in(job.account_id).await?;
    jobs::done_in(&mut tx, job).await?;
    tx.commit().await
}

async fn read(ctx: &Ctx, account: AccountId, message: MessageId) -> Result<Option<Case>> {
    let mut tx = ctx.begin_in(account).await?;
    let message = match messages::find(&mut tx, message).await {
        Ok(message) if message.sender_type == SenderType::Contact => message,
        Ok(_) | Err(Error::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let about = About::message(ctx, Purpose::Classify, message.conversation_id, message.id);
    let (text, inputs) = read_together(&mut tx, &message).await?;
    let model = queries::models::live(&mut tx).await?;
    let teams = conversations::queries::team_names(&mut tx).await?.into_iter().map(|team| team.name).collect();
    let door = ai_settings::door(ctx, &mut tx, about).await?;
    let question = about.question;
    Ok(Some(Case { conversation_id: message.conversation_id, text, model, inputs, question, teams, door }))
}

/// What of a message is judged, and the messages that it is: a short one is read with the customer's one before.
pub(crate) async fn read_together(tx: &mut TenantTx, message: &Message) -> Result<(String, Vec<MessageId>)> {
    let (mut text, mut inputs) = (message.content.clone(), vec![message.id]);
    if text.split_whitespace().count() < SHORT
        && let Some((id, before)) = queries::said_before(tx, message.conversation_id, message.id).await?
    {
        text = format!("{before}\n{text}");
        inputs.insert(0, id);
    }
    Ok((text, inputs))
}

/// Tells the agents that the assistant is reading; nothing depends on it.
async fn announce(ctx: &Ctx, actor: &Actor, case: &Case, message: MessageId) -> Result<()> {
    let mut tx = ctx.begin(actor).await?;
    let event = Event::new(EventKind::AiProcessing)
        .conversation(case.conversation_id)
        .message(message)
        .data(json!({ "stage": "classify" }));
    events::append(&mut tx, actor, event).await?;
    tx.commit().await
}

/// By a remote model when one is configured and answers, else by the account's own classifier, else by the shared one.
async fn judge(ctx: &Ctx, account: AccountId, case: &Case) -> Result<(Verdict, Basis)> {
    let classifier = models::classifier(ctx, account, case.model.as_ref()).await?;
    let verdict = ctx.ai.classify_for(&classifier, &case.text, &case.teams, case.door.as_ref()).await;
    let verdict = verdict.map_err(|error| Error::Unavailable(error.into()))?;
    let (own, name) = (classifier.name() != ctx.ai.classifier().name(), classifier.name());
    let mut basis = Basis::of_message(case.question, case.inputs.clone(), &case.text, name);
    basis.model_version = case.model.as_ref().filter(|_| own && verdict.model == name).map(|model| model.version);
    Ok((verdict, basis))
}

/// Everything a verdict means, in the transaction of the job's end.
async fn settle(
    tx: &mut TenantTx,
    actor: &Actor,
    job: &Claimed,
    wanted: &ClassifyMessage,
    verdict: &Verdict,
    basis: &Basis,
) -> Result<()> {
    // Where the message is now: its conversation may have been merged into another while the model thought.
    let message = messages::find(tx, wanted.message_id).await?;
    let conversation = conversations::queries::lock(tx, message.conversation_id).await?;
    let newest = queries::newest_customer_message(tx, message.conversation_id).await? == Some(message.id);
    let first = queries::latest_id(tx, message.conversation_id).await?.is_none();

    let threshold = accounts::get(tx).await?.auto_assign_threshold;
    let outcome = verdict.outcome(threshold);
    let mut case = routing::Case {
        category: &verdict.category,
        confidence: verdict.confidences.category,
        out_of_scope: outcome == Outcome::OutOfScope,
        threshold,
        preferred_team: verdict.suggested_team.as_deref(),
        teams: queries::teams(tx, conversation.inbox_id).await?,
        agents: queries::agents(tx).await?,
    };
    let unassigned = conversation.assignee_id.is_none();
    let decision = if unassigned { decide(tx, &mut case).await? } else { routing::decide(&case) };
    let Some(id) = queries::insert(tx, &message, job.id, verdict, outcome, &decision).await? else {
        // This job classified before and died on the way; its effects are there.
        return Ok(());
    };
    decisions::classified(tx, id, message.id, verdict, outcome, basis).await?;
    if newest {
        let summary = ClassificationSummary {
            category: verdict.category.clone(),
            priority: verdict.priority,
            sentiment: verdict.sentiment,
            language: verdict.language,
            confidence: verdict.confidences.category,
        };
        conversations::queries::set_classification(tx, message.conversation_id, &summary).await?;
        if !conversation.priority_manual {
            conversations::queries::set_priority(tx, message.conversation_id, verdict.priority, false).await?;
        }
    }
    let event =
        Event::new(EventKind::AiClassification).conversation(message.conversation_id).message(message.id).subject(id.0);
    events::append(tx, actor, event).await?;
    if unassigned {
        route(tx, actor, message.conversation_id, decision, first).await?;
    }
    let mut draft = NewJob::of(&DraftReply { message_id: message.id, again: wanted.again })?;
    if wanted.again {
        draft = draft.urgent();
    }
    enqueue(tx, draft).await?;
    Ok(())
}

/// The rule's decision. Before an agent is chosen, the team's members are locked and looked at again: of two routings at
/// once, the second sees the first one's load.
async fn decide(tx: &mut TenantTx, case: &mut routing::Case<'_>) -> Result<Decision> {
    let decision = routing::decide(case);
    let (routing::Outcome::Assign, Some(team), Some(_)) = (decision.outcome, decision.team, decision.agent) else {
        return Ok(decision);
    };
    let members = queries::lock_members(tx, team).await?;
    for agent in &mut case.agents {
        match members.iter().find(|member| member.id == agent.id) {
            Some(now) => {
                (agent.availability, agent.current_load, agent.max_load) =
                    (now.availability, now.current_load, now.max_load);
            }
            // Left the team meanwhile.
            None => agent.teams.retain(|known| *known != team),
        }
    }
    Ok(routing::decide(case))
}

async fn route(
    tx: &mut TenantTx,
    actor: &Actor,
    conversation: ConversationId,
    decision: Decision,
    first: bool,
) -> Result<()> {
    match decision.outcome {
        routing::Outcome::Assign => {
            if let Some(team) = decision.team {
                conversations::route(tx, actor, conversation, decision.agent, team, decision.reason).await?;
            }
        }
        routing::Outcome::Leave => {
            conversations::queries::set_assignment_reason(tx, conversation, &decision.reason).await?;
            // Said once in the thread; the row keeps the newest reason.
            if first {
                messages::record_activity(
                    tx,
                    actor,
                    conversation,
                    Activity::LeftUnassigned { reason: decision.reason },
                )
                .await?;
            }
        }
    }
    Ok(())
}
