//! The customer's side: visitor sessions, their conversations, reading, rating. A visitor sees its own, and never notes.

mod queries;

use serde_json::json;
use types::{
    AccountId, ContactId, ConversationId, Page,
    events::EventKind,
    inboxes::Inbox,
    messages::{CreateMessage, Message, MessageQuery},
    widget::{
        OpenVisitorSession, StartConversation, StartedConversation, VisitorContact, VisitorConversation,
        VisitorCreateMessage, VisitorCsat, VisitorMessage, VisitorSession, VisitorUpdateContact,
    },
};

use crate::{
    Actor, ActorKind, Ctx, Error, Result, TenantTx,
    auth::{secrets::identifier_hash_matches, tokens},
    contacts, conversations,
    events::{self, Event},
    inboxes, messages,
};

const NO_SESSION: Error = Error::Unauthenticated("This chat session is not known here.");
/// Bytes of custom attributes a visitor may set in all.
const MAX_ATTRIBUTES: usize = 8 * 1024;

/// Who is there, as the launcher shows it.
pub struct Greeting {
    pub inbox: Inbox,
    pub account_name: String,
    pub online: bool,
    pub reply_minutes: Option<i64>,
    pub agents: Vec<String>,
}

/// # Errors
/// `NotFound` for a token that names no enabled web inbox.
pub async fn greeting(ctx: &Ctx, website_token: &str) -> Result<Greeting> {
    let (account, inbox) = inboxes::find_by_token(ctx, website_token).await?;
    let mut tx = ctx.begin_in(account).await?;
    let found = queries::greeting(&mut tx).await?;
    Ok(Greeting {
        inbox,
        account_name: found.account_name,
        online: found.online,
        reply_minutes: found.reply_minutes,
        agents: found.agents,
    })
}

/// Opens a visitor's session, or continues the one of `visitor_token`.
///
/// # Errors
/// `Unauthenticated` when an identifier comes without a valid HMAC and the inbox requires one; or when the HMAC is wrong, always.
pub async fn open_session(ctx: &Ctx, request: OpenVisitorSession) -> Result<VisitorSession> {
    let (account, inbox) = inboxes::find_by_token(ctx, &request.website_token).await?;
    let identity = identity(ctx, account, &inbox, &request).await?;
    let mut tx = ctx.begin_in(account).await?;
    let known = match &request.visitor_token {
        Some(token) => continued(ctx, &mut tx, account, &inbox, token).await?,
        None => None,
    };
    if let Some((id, contact)) = known {
        // A session goes on only for the same person: a verified identity, or the change of one, begins anew.
        let same = match &identity {
            None => !inbox.identity_required || contact.verified,
            Some((identifier, verified)) => {
                contact.identifier.as_ref() == Some(identifier) && contact.verified == *verified
            }
        };
        if same {
            let session =
                VisitorSession { visitor_token: tokens::visitor(&ctx.secrets, account, inbox.id, id), contact };
            tx.commit().await?;
            return Ok(session);
        }
    }
    if inbox.identity_required && identity.is_none() {
        return Err(Error::Unauthenticated("This chat takes visitors identified by their site only."));
    }
    let email = request.email.as_deref().map(|email| contacts::email(email, "email")).transpose()?;
    let (identifier, verified) = identity.map_or((None, false), |(identifier, verified)| (Some(identifier), verified));
    let contact = VisitorContact { name: name(request.name.as_deref())?, email, identifier, verified };
    let avatar = request.avatar_url.as_deref().filter(|url| url.starts_with("https://") && url.len() <= 2000);
    let id = queries::insert_contact(&mut tx, &contact, avatar, request.locale).await?;
    let contact = queries::contact(&mut tx, id).await?.ok_or(NO_SESSION)?;
    tx.commit().await?;
    Ok(VisitorSession { visitor_token: tokens::visitor(&ctx.secrets, account, inbox.id, id), contact })
}

/// The claimed identifier and whether the host site vouched for it.
async fn identity(
    ctx: &Ctx,
    account: AccountId,
    inbox: &Inbox,
    request: &OpenVisitorSession,
) -> Result<Option<(String, bool)>> {
    const WRONG: Error = Error::Unauthenticated("The identifier's signature is wrong.");
    let Some(identifier) = request.identifier.clone() else { return Ok(None) };
    if identifier.is_empty() || identifier.chars().count() > 255 {
        return Err(Error::invalid("identifier", "takes 1 to 255 characters"));
    }
    match &request.identifier_hash {
        Some(hash) => {
            let secret = inboxes::identity_secret(ctx, account, inbox.id).await?;
            if identifier_hash_matches(&secret, &identifier, hash) { Ok(Some((identifier, true))) } else { Err(WRONG) }
        }
        None if inbox.identity_required => Err(WRONG),
        None => Ok(Some((identifier, false))),
    }
}

async fn continued(
    ctx: &Ctx,
    tx: &mut TenantTx,
    account: AccountId,
    inbox: &Inbox,
    token: &str,
) -> Result<Option<(ContactId, VisitorContact)>> {
    match tokens::verify_visitor(&ctx.secrets, token) {
        Some((of_account, of_inbox, contact)) if of_account == account && of_inbox == inbox.id => {
            Ok(queries::contact(tx, contact).await?.map(|found| (contact, found)))
        }
        _ => Ok(None),
    }
}

/// The visitor behind a website token and a visitor token.
///
/// # Errors
/// `Unauthenticated` when the two do not belong together, or the contact is gone or blocked.
pub async fn authenticate(ctx: &Ctx, website_token: &str, visitor_token: &str) -> Result<Actor> {
    let (account, inbox, contact) = tokens::verify_visitor(&ctx.secrets, visitor_token).ok_or(NO_SESSION)?;
    let (of_account, found) = inboxes::find_by_token(ctx, website_token).await.map_err(|_| NO_SESSION)?;
    if (of_account, found.id) != (account, inbox) {
        return Err(NO_SESSION);
    }
    let mut tx = ctx.begin_in(account).await?;
    let known = queries::contact(&mut tx, contact).await?.ok_or(NO_SESSION)?;
    if found.identity_required && !known.verified {
        return Err(NO_SESSION);
    }
    let name = contacts::display_name(known.name, known.email.as_deref(), contact);
    Ok(Actor { account_id: account, kind: ActorKind::Visitor { contact_id: contact, inbox_id: inbox }, name })
}

pub async fn list(tx: &mut TenantTx, actor: &Actor) -> Result<Page<VisitorConversation>> {
    let (contact, inbox) = actor.visitor()?;
    Ok(Page::whole(queries::conversations(tx, contact, inbox, None).await?))
}

/// Starts a conversation with its first message.
///
/// # Errors
/// `Invalid` for content that cannot be.
pub async fn start(tx: &mut TenantTx, actor: &Actor, request: StartConversation) -> Result<StartedConversation> {
    let (contact, inbox) = actor.visitor()?;
    let new =
        conversations::queries::NewConversation { inbox_id: inbox, contact_id: contact, subject: None, priority: None };
    let id = conversations::queries::insert(tx, new).await?;
    events::append(tx, actor, Event::new(EventKind::ConversationNew).conversation(id)).await?;
    let message = VisitorCreateMessage {
        content: request.content,
        attachment_ids: request.attachment_ids,
        client_ref: request.client_ref,
    };
    let message = post(tx, actor, id, message).await?;
    let conversation = queries::conversations(tx, contact, inbox, Some(id)).await?.pop().ok_or(Error::NotFound)?;
    Ok(StartedConversation { conversation, message })
}

/// # Errors
/// `NotFound` when the conversation is not this visitor's.
pub async fn messages(
    tx: &mut TenantTx,
    actor: &Actor,
    id: ConversationId,
    query: MessageQuery,
) -> Result<Page<VisitorMessage>> {
    owned(tx, actor, id).await?;
    let page = messages::page(tx, id, query, true).await?;
    Ok(Page { data: page.data.into_iter().map(message_for_visitor).collect(), next_cursor: page.next_cursor })
}

pub async fn post(
    tx: &mut TenantTx,
    actor: &Actor,
    id: ConversationId,
    request: VisitorCreateMessage,
) -> Result<VisitorMessage> {
    let message = CreateMessage {
        content: request.content,
        private: false,
        attachment_ids: request.attachment_ids,
        content_type: None,
        client_ref: request.client_ref,
    };
    Ok(message_for_visitor(messages::receive(tx, actor, id, message).await?))
}

/// The customer has seen everything up to now: agents' messages become read, and the agents see it.
pub async fn mark_read(tx: &mut TenantTx, actor: &Actor, id: ConversationId) -> Result<()> {
    owned(tx, actor, id).await?;
    let Some(newest) = queries::mark_read(tx, id).await? else { return Ok(()) };
    for message in queries::messages_read(tx, id, newest).await? {
        events::append(tx, actor, Event::new(EventKind::MessageUpdated).conversation(id).message(message)).await?;
    }
    Ok(())
}

/// # Errors
/// `Invalid` for a rating outside 1 to 5, or a second one.
pub async fn rate(tx: &mut TenantTx, actor: &Actor, id: ConversationId, request: VisitorCsat) -> Result<()> {
    let contact = owned(tx, actor, id).await?;
    if !(1..=5).contains(&request.rating) {
        return Err(Error::invalid("rating", "takes 1 to 5"));
    }
    if request.comment.as_deref().is_some_and(|comment| comment.chars().count() > 2000) {
        return Err(Error::invalid("comment", "takes at most 2,000 characters"));
    }
    queries::rate(tx, id, contact, request.rating, request.comment.as_deref()).await?;
    let facts = json!({ "csat_rating": request.rating });
    events::append(tx, actor, Event::new(EventKind::ConversationUpdated).conversation(id).data(facts)).await
}

/// A visitor tells who they are. What the host site vouched for is not the visitor's to change.
pub async fn update_contact(tx: &mut TenantTx, actor: &Actor, request: VisitorUpdateContact) -> Result<VisitorContact> {
    let (contact, _) = actor.visitor()?;
    let email = request.email.as_deref().map(|email| contacts::email(email, "email")).transpose()?;
    let attributes = request.custom_attributes.map(serde_json::Value::Object);
    if attributes.as_ref().is_some_and(|map| map.to_string().len() > MAX_ATTRIBUTES) {
        return Err(Error::invalid("custom_attributes", "takes at most 8 KB"));
    }
    queries::update_contact(
        tx,
        contact,
        name(request.name.as_deref())?.as_deref(),
        email.as_deref(),
        attributes.as_ref(),
    )
    .await?;
    events::append(tx, actor, Event::new(EventKind::ContactUpdated).subject(contact.0)).await?;
    queries::contact(tx, contact).await?.ok_or(NO_SESSION)
}

/// Whether the conversation is the visitor's; answers who the visitor is.
///
/// # Errors
/// `NotFound` when it is not.
pub async fn owned(tx: &mut TenantTx, actor: &Actor, id: ConversationId) -> Result<ContactId> {
    let (contact, _) = actor.visitor()?;
    if queries::owns(tx, contact, id).await? { Ok(contact) } else { Err(Error::NotFound) }
}

fn name(given: Option<&str>) -> Result<Option<String>> {
    let Some(name) = given.map(str::trim).filter(|name| !name.is_empty()) else { return Ok(None) };
    if name.chars().count() > 200 || name.contains('\0') {
        return Err(Error::invalid("name", "takes 1 to 200 characters"));
    }
    Ok(Some(name.to_owned()))
}

/// What the customer may see of a message.
pub fn message_for_visitor(message: Message) -> VisitorMessage {
    VisitorMessage {
        id: message.id,
        conversation_id: message.conversation_id,
        sender_type: message.sender_type,
        sender_name: message.sender_name,
        content: message.content,
        attachments: message.attachments,
        client_ref: message.client_ref,
        created_at: message.created_at,
    }
}
