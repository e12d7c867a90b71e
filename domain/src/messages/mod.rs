//! Messages: receiving from customers, sending to them, noting among agents.

mod answers;
pub mod jobs;
pub(crate) mod queries;

use types::{
    ContactId, ConversationId, MessageId, Page,
    conversations::Status,
    events::EventKind,
    messages::{Activity, ContentType, CreateMessage, MAX_CONTENT_CHARS, Message, MessageQuery, SenderType},
};

pub use answers::together::Together;

use crate::{
    Actor, Ctx, Error, Permission, Result, TenantTx, ai, auto_replies,
    events::{self, Event},
    jobs::{NewJob, enqueue},
};
use answers::Answer;
use jobs::ClassifyMessage;
use queries::NewMessage;

/// Characters of a message that the list shows.
const PREVIEW_CHARS: usize = 200;
const MAX_ATTACHMENTS: usize = 10;

/// A page of a conversation, oldest first; `next_cursor` leads to older messages.
///
/// # Errors
/// `NotFound` when the conversation is not in the account.
pub async fn list(
    tx: &mut TenantTx,
    actor: &Actor,
    conversation: ConversationId,
    query: MessageQuery,
) -> Result<Page<Message>> {
    actor.require(Permission::Read)?;
    let page = page(tx, conversation, query, false).await?;
    if page.data.is_empty() && !queries::conversation_exists(tx, conversation).await? {
        return Err(Error::NotFound);
    }
    Ok(page)
}

pub(crate) async fn page(
    tx: &mut TenantTx,
    conversation: ConversationId,
    query: MessageQuery,
    public_only: bool,
) -> Result<Page<Message>> {
    let limit = crate::page::limit(query.limit)?;
    if let Some(after) = query.after {
        let data = queries::newer(tx, conversation, after, public_only, limit).await?;
        return Ok(Page { data, next_cursor: None });
    }
    let before: Option<MessageId> = crate::page::decode(query.cursor.as_deref())?;
    let rows = queries::older(tx, conversation, before, public_only, limit + 1).await?;
    let mut page = Page::cut(rows, limit, |message| crate::page::encode(&message.id));
    page.data.reverse();
    Ok(page)
}

pub(crate) async fn by_ids(tx: &mut TenantTx, ids: &[MessageId]) -> Result<Vec<Message>> {
    if ids.is_empty() { Ok(Vec::new()) } else { queries::by_ids(tx, ids).await }
}

pub(crate) async fn find(tx: &mut TenantTx, id: MessageId) -> Result<Message> {
    queries::by_ids(tx, &[id]).await?.pop().ok_or(Error::NotFound)
}

/// A customer's message: stored, announced and promised to the AI in one transaction. The conversation opens again.
///
/// # Errors
/// `NotFound` when the conversation is not this visitor's; `Invalid` for content that cannot be.
pub async fn receive(
    tx: &mut TenantTx,
    actor: &Actor,
    conversation: ConversationId,
    request: CreateMessage,
) -> Result<Message> {
    let (contact, _) = actor.visitor()?;
    check(&request)?;
    if request.private || request.content_type == Some(ContentType::Activity) {
        return Err(Error::invalid("private", "only agents write notes"));
    }
    let new = NewMessage {
        conversation_id: conversation,
        sender_type: SenderType::Contact,
        sender_id: Some(contact.0),
        sender_name: &actor.name,
        content: &request.content,
        activity: None,
        private: false,
        client_ref: request.client_ref.as_deref(),
        attachment_count: request.attachment_ids.len() as i16,
        only_contact: Some(contact),
    };
    let id = match store(tx, actor, &new, &request.attachment_ids).await? {
        Stored::New(id) => id,
        Stored::Known(message) => return Ok(*message),
    };
    let was = queries::touch_received(tx, conversation, id, &preview(&request.content)).await?;
    if was != Status::Open {
        record_activity(tx, actor, conversation, Activity::Status { to: Status::Open, by: None }).await?;
        events::append(tx, actor, Event::new(EventKind::ConversationUpdated).conversation(conversation)).await?;
    }
    events::append(tx, actor, Event::new(EventKind::MessageNew).conversation(conversation).message(id)).await?;
    enqueue(tx, NewJob::of(&ClassifyMessage { message_id: id, again: false })?).await?;
    if let Some(language) = ai::hand_over::asked_in(&request.content) {
        auto_replies::hand_over(tx, actor, conversation, language).await?;
    }
    find(tx, id).await
}

/// Words to the customer that no person wrote: the assistant's, or a notice. Nobody has answered by that: the conversation stays unread and waiting.
pub(crate) async fn assist(
    tx: &mut TenantTx,
    conversation: ConversationId,
    sender_type: SenderType,
    content: &str,
) -> Result<MessageId> {
    let actor = Actor::ai(tx.account_id());
    let new = NewMessage {
        conversation_id: conversation,
        sender_type,
        sender_id: None,
        sender_name: &actor.name,
        content,
        activity: None,
        private: false,
        client_ref: None,
        attachment_count: 0,
        only_contact: None,
    };
    let id = queries::insert(tx, &new).await?.ok_or(Error::NotFound)?;
    queries::touch_shown(tx, conversation, (sender_type, false), id, &preview(content)).await?;
    events::append(tx, &actor, Event::new(EventKind::MessageSent).conversation(conversation).message(id)).await?;
    Ok(id)
}

/// As [`send`], in a transaction of its own or one shared with others that arrive at the same moment.
///
/// # Errors
/// As [`send`].
pub async fn post(ctx: &Ctx, actor: &Actor, conversation: ConversationId, request: CreateMessage) -> Result<Message> {
    check_sent(actor, &request)?;
    if request.private || !request.attachment_ids.is_empty() {
        let mut tx = ctx.begin(actor).await?;
        let message = send(&mut tx, actor, conversation, request).await?;
        tx.commit().await?;
        return Ok(message);
    }
    ctx.together.send(ctx, actor, conversation, request).await
}

/// An agent's answer or private note.
///
/// # Errors
/// `NotFound`; `Forbidden` for viewers; `Invalid` for content that cannot be.
pub async fn send(
    tx: &mut TenantTx,
    actor: &Actor,
    conversation: ConversationId,
    request: CreateMessage,
) -> Result<Message> {
    check_sent(actor, &request)?;
    if request.private {
        return note(tx, actor, conversation, request).await;
    }
    let answer = Answer { actor, conversation, request: &request };
    let Some(id) = answers::store(tx, std::slice::from_ref(&answer)).await?.pop().flatten() else {
        return find_known(tx, conversation, None, request.client_ref.as_deref()).await;
    };
    if request.attachment_ids.is_empty() {
        return Ok(answers::message(tx, &answer, id));
    }
    attach(tx, actor, id, &request.attachment_ids).await?;
    find(tx, id).await
}

fn check_sent(actor: &Actor, request: &CreateMessage) -> Result<()> {
    actor.require(Permission::Work)?;
    check(request)?;
    if request.content_type == Some(ContentType::Activity) {
        return Err(Error::invalid("content_type", "activity lines are written by the product"));
    }
    Ok(())
}

async fn note(
    tx: &mut TenantTx,
    actor: &Actor,
    conversation: ConversationId,
    request: CreateMessage,
) -> Result<Message> {
    let new = NewMessage {
        conversation_id: conversation,
        sender_type: if actor.user_id().is_some() { SenderType::User } else { SenderType::System },
        sender_id: actor.user_id().map(|id| id.0),
        sender_name: &actor.name,
        content: &request.content,
        activity: None,
        private: true,
        client_ref: request.client_ref.as_deref(),
        attachment_count: request.attachment_ids.len() as i16,
        only_contact: None,
    };
    let id = match store(tx, actor, &new, &request.attachment_ids).await? {
        Stored::New(id) => id,
        Stored::Known(message) => return Ok(*message),
    };
    queries::touch_shown(tx, conversation, (SenderType::User, true), id, &preview(&request.content)).await?;
    events::append(tx, actor, Event::new(EventKind::MessageSent).conversation(conversation).message(id)).await?;
    find(tx, id).await
}

enum Stored {
    New(MessageId),
    /// The client sent it before; the same message is the same message.
    Known(Box<Message>),
}

async fn store(tx: &mut TenantTx, actor: &Actor, new: &NewMessage<'_>, attachments: &[String]) -> Result<Stored> {
    let Some(id) = queries::insert(tx, new).await? else {
        let known = find_known(tx, new.conversation_id, new.only_contact, new.client_ref).await?;
        return Ok(Stored::Known(Box::new(known)));
    };
    if !attachments.is_empty() {
        attach(tx, actor, id, attachments).await?;
    }
    Ok(Stored::New(id))
}

/// The message that took the client's reference before.
///
/// # Errors
/// `NotFound` when none did: then it is the conversation that is missing.
async fn find_known(
    tx: &mut TenantTx,
    conversation: ConversationId,
    contact: Option<ContactId>,
    client_ref: Option<&str>,
) -> Result<Message> {
    let client_ref = client_ref.ok_or(Error::NotFound)?;
    let id = queries::by_client_ref(tx, conversation, contact, client_ref).await?.ok_or(Error::NotFound)?;
    find(tx, id).await
}

async fn attach(tx: &mut TenantTx, actor: &Actor, message: MessageId, attachments: &[String]) -> Result<()> {
    let (uploader_type, uploader_id) = crate::attachments::uploader(actor);
    if queries::attach(tx, message, attachments, uploader_type, uploader_id).await? == attachments.len() as u64 {
        Ok(())
    } else {
        Err(Error::invalid("attachment_ids", "one of these files is not there, or was sent already"))
    }
}

/// Writes an activity line and announces it to the agents.
pub(crate) async fn record_activity(
    tx: &mut TenantTx,
    actor: &Actor,
    conversation: ConversationId,
    activity: Activity,
) -> Result<()> {
    let content = describe(&activity);
    let new = NewMessage {
        conversation_id: conversation,
        sender_type: SenderType::System,
        sender_id: None,
        sender_name: &actor.name,
        content: &content,
        activity: Some(&activity),
        private: true,
        client_ref: None,
        attachment_count: 0,
        only_contact: None,
    };
    let id = queries::insert(tx, &new).await?.ok_or(Error::NotFound)?;
    events::append(tx, actor, Event::new(EventKind::MessageSent).conversation(conversation).message(id)).await
}

/// The English line for readers without the structured form.
pub(crate) fn describe(activity: &Activity) -> String {
    let by = |by: &Option<String>| by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    match activity {
        Activity::Assigned { agent, team, reason, by: who } => {
            let to = match (agent, team) {
                (Some(agent), Some(team)) => format!("{agent} in {team}"),
                (Some(name), None) | (None, Some(name)) => name.clone(),
                (None, None) => "nobody".to_owned(),
            };
            let why = reason.as_ref().map(|reason| format!("; {reason}")).unwrap_or_default();
            format!("Assigned to {to}{}{why}", by(who))
        }
        Activity::Unassigned { by: who } => format!("Unassigned{}", by(who)),
        Activity::LeftUnassigned { reason } => format!("Left unassigned: {reason}"),
        Activity::Status { to, by: who } => format!("Status set to {to}{}", by(who)),
        Activity::Priority { to, by: who } => format!("Priority set to {to}{}", by(who)),
        Activity::Labels { labels, by: who } if labels.is_empty() => format!("Labels removed{}", by(who)),
        Activity::Labels { labels, by: who } => format!("Labels set to {}{}", labels.join(", "), by(who)),
        Activity::Merged { display_id, by: who } => {
            format!("Conversation #{display_id} was merged into this one{}", by(who))
        }
        Activity::HandedOver {} => "The customer asked for a person".to_owned(),
    }
}

fn check(request: &CreateMessage) -> Result<()> {
    let length = request.content.chars().count();
    if request.content.trim().is_empty() && request.attachment_ids.is_empty() {
        return Err(Error::invalid("content", "a message needs text or a file"));
    }
    if length > MAX_CONTENT_CHARS {
        return Err(Error::invalid("content", "a message holds at most 50,000 characters"));
    }
    if request.content.contains('\0') {
        return Err(Error::invalid("content", "NUL characters cannot be stored"));
    }
    if request.attachment_ids.len() > MAX_ATTACHMENTS {
        return Err(Error::invalid("attachment_ids", format!("takes at most {MAX_ATTACHMENTS} files")));
    }
    if request.client_ref.as_deref().is_some_and(|r| r.is_empty() || r.chars().count() > 100) {
        return Err(Error::invalid("client_ref", "takes 1 to 100 characters"));
    }
    Ok(())
}

pub(crate) fn preview(content: &str) -> String {
    content.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(PREVIEW_CHARS).collect()
}
