//! Server functions of the inbox. Those named `…_form` serve plain form posts, before the wasm has arrived.

use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};
use types::{
    ConversationId, Page,
    classifications::Classification,
    contacts::Contact,
    conversations::{self, Assignment, Conversation, ConversationQuery, Status, UpdateConversation, ViewCounts},
    drafts::Draft,
    messages::Message,
};

#[cfg(feature = "ssr")]
use crate::auth::viewer;
use crate::error::UiError;

/// A page of the list, and the number of the last event it includes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListData {
    pub seq: i64,
    pub page: Page<Conversation>,
}

#[server(prefix = "/api/ui", endpoint = "conversations/list", input = Json)]
pub async fn list(query: ConversationQuery) -> Result<ListData, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let seq = domain::events::last_seq(&mut tx).await?;
    Ok(ListData { seq, page: domain::conversations::list(&mut tx, &actor, query).await? })
}

#[server(prefix = "/api/ui", endpoint = "conversations/counts", input = Json)]
pub async fn counts() -> Result<ViewCounts, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    Ok(domain::conversations::counts(&mut tx, &actor).await?)
}

/// Everything the open conversation shows at first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    pub seq: i64,
    pub conversation: Conversation,
    pub messages: Page<Message>,
    pub classification: Option<Classification>,
    /// The proposed answer that waits for a decision.
    pub draft: Option<Draft>,
    pub contact: Contact,
    /// The customer's other conversations, newest first.
    pub previous: Vec<Conversation>,
}

#[server(prefix = "/api/ui", endpoint = "conversations/open", input = Json)]
pub async fn open(id: ConversationId) -> Result<Opened, UiError> {
    use types::{conversations::Sort, drafts::DraftStatus, messages::MessageQuery};
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let seq = domain::events::last_seq(&mut tx).await?;
    let conversation = domain::conversations::get(&mut tx, &actor, id).await?;
    let messages = domain::messages::list(&mut tx, &actor, id, MessageQuery::default()).await?;
    let classification = match domain::classifications::latest(&mut tx, &actor, id).await {
        Err(domain::Error::NotFound) => None,
        other => Some(other?),
    };
    let drafts = domain::drafts::list(&mut tx, &actor, id).await?;
    let draft = drafts.into_iter().find(|draft| draft.status == DraftStatus::Pending);
    let contact = domain::contacts::get(&mut tx, &actor, conversation.contact.id).await?;
    let query = ConversationQuery {
        contact_id: Some(contact.id),
        sort: Some(Sort::Newest),
        limit: Some(6),
        ..Default::default()
    };
    let mut previous = domain::conversations::list(&mut tx, &actor, query).await?.data;
    previous.retain(|other| other.id != id);
    Ok(Opened { seq, conversation, messages, classification, draft, contact, previous })
}

#[server(prefix = "/api/ui", endpoint = "conversations/update", input = Json)]
pub async fn update(id: ConversationId, change: UpdateConversation) -> Result<Conversation, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let conversation = domain::conversations::update(&mut tx, &actor, id, change).await?;
    tx.commit().await?;
    Ok(conversation)
}

#[server(prefix = "/api/ui", endpoint = "conversations/assign", input = Json)]
pub async fn assign(id: ConversationId, to: conversations::Assign) -> Result<Assignment, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let assignment = domain::conversations::assign(&mut tx, &actor, id, to).await?;
    tx.commit().await?;
    Ok(assignment)
}

#[server(prefix = "/api/ui", endpoint = "conversations/labels", input = Json)]
pub async fn set_labels(id: ConversationId, labels: Vec<String>) -> Result<Conversation, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let conversation =
        domain::conversations::set_labels(&mut tx, &actor, id, types::conversations::SetLabels { labels }).await?;
    tx.commit().await?;
    Ok(conversation)
}

#[server(prefix = "/api/ui", endpoint = "conversations/read", input = Json)]
pub async fn mark_read(id: ConversationId) -> Result<Conversation, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let conversation = domain::conversations::mark_read(&mut tx, &actor, id).await?;
    tx.commit().await?;
    Ok(conversation)
}

/// Sets the status, then goes back to where the form stood.
#[server(prefix = "/api/ui", endpoint = "conversations/status-form")]
pub async fn status_form(id: ConversationId, status: Status) -> Result<(), UiError> {
    update(id, UpdateConversation { status: Some(status), priority: None, snoozed_until: None, subject: None }).await?;
    Ok(())
}

/// Assigns to an agent (0: nobody), then goes back to where the form stood.
#[server(prefix = "/api/ui", endpoint = "conversations/assign-form")]
pub async fn assign_form(id: ConversationId, agent_id: i64) -> Result<(), UiError> {
    let agent = (agent_id != 0).then_some(types::UserId(agent_id));
    assign(id, conversations::Assign { agent_id: Some(agent), team_id: None }).await?;
    Ok(())
}
