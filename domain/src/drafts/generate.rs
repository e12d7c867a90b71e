//! The job that writes a draft: read, retrieve and compose outside any transaction, then save all of it in one.

use types::{
    AccountId, Language, MessageId,
    categories::DraftPolicy,
    classifications::{Classification, Sentiment},
    conversations::Priority,
    drafts::DraftStatus,
    egress::Purpose,
    events::EventKind,
    messages::{Message, SenderType},
};

use super::{
    confidence,
    queries::{self, Scene},
};
use crate::{
    Actor, Ctx, Error, Result, TenantTx,
    ai::{self, Door, DraftRequest, Who, language},
    ai_settings, auto_replies, categories, classifications, conversations,
    decisions::{self, Basis},
    egress::About,
    events::{self, Event},
    jobs::{self, Claimed},
    knowledge::{self, Prepared, Question},
    messages::{self, jobs::DraftReply},
};

/// Earlier messages that are read.
pub(crate) const HISTORY: i64 = 12;
/// Passages that the draft may quote from.
const PASSAGES: usize = 8;
/// Below this the customer's own setting is a better guess than the words.
const SURE_LANGUAGE: f64 = 0.6;

pub(super) struct Case {
    message: Message,
    scene: Scene,
    /// Oldest first.
    history: Vec<(Who, String)>,
    /// Messages that are read: the history and the message itself.
    inputs: Vec<MessageId>,
    /// Of the question to a remote model.
    pub(super) question: i64,
    category: String,
    priority: Priority,
    sentiment: Sentiment,
    pub(super) language: Language,
    policy: ai::Policy,
    /// To a remote model, when one may be asked.
    door: Option<Door>,
}

/// What is known of a message when its answer is drafted.
pub(crate) struct Judged {
    pub category: String,
    pub priority: Priority,
    pub sentiment: Sentiment,
    /// None where the classification is no better a guess than the words.
    pub language: Option<Language>,
}

impl Judged {
    fn of(classification: Option<&Classification>) -> Self {
        let known = |c: &&Classification| {
            c.confidences.language >= SURE_LANGUAGE || c.corrected.iter().any(|field| field == "language")
        };
        Self {
            category: classification.map_or_else(|| "general".to_owned(), |c| c.category.clone()),
            priority: classification.map_or(Priority::Normal, |c| c.priority),
            sentiment: classification.map_or(Sentiment::Neutral, |c| c.sentiment),
            language: classification.filter(known).map(|c| c.language),
        }
    }

    pub fn by(verdict: &ai::Verdict) -> Self {
        Self {
            category: verdict.category.clone(),
            priority: verdict.priority,
            sentiment: verdict.sentiment,
            language: (verdict.confidences.language >= SURE_LANGUAGE).then_some(verdict.language),
        }
    }
}

/// Carries out [`DraftReply`]. Nothing is drafted when a person has answered meanwhile, or the message is gone.
pub async fn generate(ctx: &Ctx, job: &Claimed) -> Result<()> {
    let wanted: DraftReply = job.payload()?;
    let mut tx = ctx.begin_in(job.account_id).await?;
    let case = read(ctx, &mut tx, wanted.message_id, wanted.again).await?;
    drop(tx);
    let composed = match case {
        Some(case) => Some(compose(ctx, job, case).await?),
        None => None,
    };
    let mut tx = ctx.begin_in(job.account_id).await?;
    if let Some((composed, basis)) = composed {
        match save(&mut tx, job, &wanted, &composed, &basis).await {
            Ok(()) | Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    jobs::done_in(&mut tx, job).await?;
    tx.commit().await
}

pub(super) async fn read(ctx: &Ctx, tx: &mut TenantTx, id: MessageId, again: bool) -> Result<Option<Case>> {
    let message = match messages::find(tx, id).await {
        Ok(message) if message.sender_type == SenderType::Contact => message,
        Ok(_) | Err(Error::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    if !again && queries::answered_since(tx, message.conversation_id, id).await? {
        return Ok(None);
    }
    let scene = queries::scene(tx, message.conversation_id, id).await?;
    let classification = match scene.classification_id {
        Some(id) => Some(classifications::find(tx, id).await?),
        None => None,
    };
    let judged = Judged::of(classification.as_ref());
    let policy = categories::policy::of(tx, &judged.category).await?;
    if !again && !policy.drafting {
        return Ok(None);
    }
    let about = About::message(ctx, Purpose::Draft, message.conversation_id, message.id);
    let door = ai_settings::door(ctx, tx, about).await?;
    case(tx, message, scene, judged, policy, about.question, door).await.map(Some)
}

async fn case(
    tx: &mut TenantTx,
    message: Message,
    scene: Scene,
    judged: Judged,
    policy: DraftPolicy,
    question: i64,
    door: Option<Door>,
) -> Result<Case> {
    let id = message.id;
    let mut before = queries::said_before(tx, message.conversation_id, id, HISTORY).await?;
    before.reverse();
    let inputs = before.iter().map(|(id, ..)| *id).chain([id]).collect();
    let history: Vec<(Who, String)> = before
        .into_iter()
        .map(|(_, sender, text)| (if sender == SenderType::Contact { Who::Customer } else { Who::Agent }, text))
        .collect();
    let (spoken, certainty) = language::detect(&message.content);
    let language = judged
        .language
        .or((certainty >= SURE_LANGUAGE).then_some(spoken))
        .or_else(|| earlier_language(&history))
        .or(scene.contact_locale)
        .unwrap_or(spoken);
    Ok(Case {
        door,
        category: judged.category,
        policy: ai::Policy { note: policy.note, guidance: policy.guidance },
        inputs,
        question,
        priority: judged.priority,
        sentiment: judged.sentiment,
        language,
        message,
        scene,
        history,
    })
}

/// The language the customer has written in before.
fn earlier_language(history: &[(Who, String)]) -> Option<Language> {
    let said: Vec<&str> =
        history.iter().filter(|(who, _)| *who == Who::Customer).map(|(_, text)| text.as_str()).collect();
    let (language, certainty) = language::detect(&said.join("\n"));
    (certainty >= SURE_LANGUAGE).then_some(language)
}

async fn compose(ctx: &Ctx, job: &Claimed, mut case: Case) -> Result<(ai::Composed, Basis)> {
    let door = case.door.take();
    let (request, basis) = request(ctx, job.account_id, case, &[]).await?;
    let composed = ctx.ai.compose(&request, door.as_ref()).await.map_err(|error| Error::Unavailable(error.into()))?;
    Ok((composed, basis))
}

/// A draft that is written nowhere.
pub(crate) struct Rehearsed {
    pub composed: ai::Composed,
    pub confidence: f64,
    /// Whether a remote model was asked for it.
    pub asked: bool,
}

/// What would be drafted for a message that was judged so, beside articles that are not published.
pub(crate) async fn rehearse(
    ctx: &Ctx,
    message: Message,
    judged: Judged,
    policy: DraftPolicy,
    articles: &[Prepared],
    door: Option<Door>,
    account: AccountId,
) -> Result<Rehearsed> {
    let mut tx = ctx.begin_in(account).await?;
    let scene = queries::scene(&mut tx, message.conversation_id, message.id).await?;
    let case = case(&mut tx, message, scene, judged, policy, 0, None).await?;
    drop(tx);
    let (request, _) = request(ctx, account, case, articles).await?;
    let asked = door.is_some() && !request.passages.is_empty();
    let composed = ctx.ai.compose(&request, door.as_ref()).await.map_err(|error| Error::Unavailable(error.into()))?;
    let mut tx = ctx.begin_in(account).await?;
    let confidence = confidence::of(&mut tx, &composed).await?;
    Ok(Rehearsed { composed, confidence, asked })
}

/// The case with the passages that may answer it, and what of it the ledger keeps.
pub(super) async fn request(
    ctx: &Ctx,
    account: AccountId,
    case: Case,
    articles: &[Prepared],
) -> Result<(DraftRequest, Basis)> {
    let question = Question::after(case.message.content.clone(), &case.history);
    let found = knowledge::retrieve_beside(ctx, account, &question, PASSAGES, articles).await?;
    let request = DraftRequest {
        question: question.text,
        history: case.history,
        language: case.language,
        sentiment: case.sentiment,
        priority: case.priority,
        category: case.category,
        customer_name: case.scene.contact_name,
        agent_name: case.scene.agent_name,
        account_name: case.scene.account_name,
        policy: case.policy,
        answerable: found.answerable,
        passages: found.passages.iter().cloned().map(ai::Passage::from).collect(),
    };
    let basis = Basis::of_draft(case.question, case.inputs, &request, &found.passages);
    Ok((request, basis))
}

async fn save(
    tx: &mut TenantTx,
    job: &Claimed,
    wanted: &DraftReply,
    composed: &ai::Composed,
    basis: &Basis,
) -> Result<()> {
    // Where the message is now: conversations merge.
    let message = messages::find(tx, wanted.message_id).await?;
    let conversation = message.conversation_id;
    conversations::queries::lock(tx, conversation).await?;
    if !wanted.again && queries::answered_since(tx, conversation, message.id).await? {
        return Ok(());
    }
    let newest = classifications::queries::newest_customer_message(tx, conversation).await? == Some(message.id);
    // The customer has written again: the draft is kept for the record, the newer message's one is offered.
    let status = if newest { DraftStatus::Pending } else { DraftStatus::Superseded };
    let sure = confidence::of(tx, composed).await?;
    let Some(id) = queries::insert(tx, conversation, message.id, Some(job.id), status, composed, sure).await? else {
        return Ok(());
    };
    decisions::drafted(tx, id, message.id, composed, sure, basis).await?;
    if newest {
        queries::supersede_others(tx, conversation, id).await?;
        conversations::queries::set_pending_draft(tx, conversation, Some(id)).await?;
    }
    let event = Event::new(EventKind::AiDraft).conversation(conversation).message(message.id).subject(id.0);
    events::append(tx, &Actor::ai(job.account_id), event).await?;
    // What a person asked for is for that person.
    if newest && !wanted.again {
        auto_replies::consider(tx, conversation, message.id, id, composed, sure).await?;
    }
    Ok(())
}
