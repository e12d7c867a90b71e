//! Conversations: listing, starting, changing and merging the threads of the inbox.

mod assignment;
mod bulk;
mod list;
pub(crate) mod queries;

use serde_json::json;
use types::{
    ConversationId, Page,
    conversations::{
        Conversation, ConversationQuery, CreateConversation, FirstMessageFrom, Merge, SetLabels, Sort, Status,
        UpdateConversation, ViewCounts,
    },
    events::EventKind,
    messages::{Activity, CreateMessage},
};

pub use assignment::{assign, route};
pub use bulk::bulk;

use crate::{
    Actor, ActorKind, Ctx, Error, Permission, Result, TenantTx,
    events::{self, Event},
    messages,
};

/// A page of the inbox.
pub async fn list(tx: &mut TenantTx, actor: &Actor, query: ConversationQuery) -> Result<Page<Conversation>> {
    actor.require(Permission::Read)?;
    let limit = crate::page::limit(query.limit)?;
    let sort = query.sort.unwrap_or(Sort::Activity);
    let after = list::Key::decode(sort, query.cursor.as_deref())?;
    let filter = list::Filter::new(actor, query)?;
    let rows = queries::list(tx, &filter, sort, after.as_ref(), limit + 1).await?;
    Ok(Page::cut(rows, limit, |row| crate::page::encode(&list::Key::of(sort, row))))
}

/// Counts of the inbox's views for this person.
pub async fn counts(tx: &mut TenantTx, actor: &Actor) -> Result<ViewCounts> {
    actor.require(Permission::Read)?;
    let open = queries::open_counts(tx).await?;
    let closed = queries::status_counts(tx).await?;
    let of = |status| closed.iter().find(|(s, _)| *s == status).map_or(0, |(_, count)| *count);
    let sum = |matches: &dyn Fn(&queries::OpenCount) -> bool| {
        open.iter().filter(|row| matches(row)).map(|row| row.count).sum()
    };
    let mut teams = queries::team_names(tx).await?;
    for team in &mut teams {
        team.open = sum(&|row| row.team_id == Some(team.team_id));
    }
    Ok(ViewCounts {
        mine: sum(&|row| row.assignee_id.is_some() && row.assignee_id == actor.user_id()),
        unassigned: sum(&|row| row.assignee_id.is_none()),
        all: sum(&|_| true),
        snoozed: of(Status::Snoozed),
        pending: of(Status::Pending),
        resolved: of(Status::Resolved),
        teams,
    })
}

/// # Errors
/// `NotFound` when it does not exist in the account.
pub async fn get(tx: &mut TenantTx, actor: &Actor, id: ConversationId) -> Result<Conversation> {
    actor.require(Permission::Read)?;
    find(tx, id).await
}

pub(crate) async fn find(tx: &mut TenantTx, id: ConversationId) -> Result<Conversation> {
    queries::by_ids(tx, &[id]).await?.pop().ok_or(Error::NotFound)
}

/// In no particular order; missing ones are left out.
pub(crate) async fn by_ids(tx: &mut TenantTx, ids: &[ConversationId]) -> Result<Vec<Conversation>> {
    if ids.is_empty() { Ok(Vec::new()) } else { queries::by_ids(tx, ids).await }
}

/// Starts a conversation on a customer's behalf, with its first message.
///
/// # Errors
/// `Invalid` when the contact is missing or unknown, or the message cannot be.
pub async fn create(tx: &mut TenantTx, actor: &Actor, request: CreateConversation) -> Result<Conversation> {
    actor.require(Permission::Work)?;
    let contact_id = match (request.contact_id, request.contact) {
        (Some(id), None) => {
            crate::contacts::get(tx, actor, id)
                .await
                .map_err(|_| Error::invalid("contact_id", "there is no such contact"))?
                .id
        }
        (None, Some(contact)) => crate::contacts::create(tx, actor, contact).await?.id,
        _ => return Err(Error::invalid("contact_id", "give either contact_id or contact")),
    };
    check_subject(request.subject.as_deref())?;
    let id = queries::insert(
        tx,
        queries::NewConversation {
            inbox_id: request.inbox_id,
            contact_id,
            subject: request.subject.as_deref(),
            priority: request.priority,
        },
    )
    .await?;
    events::append(tx, actor, Event::new(EventKind::ConversationNew).conversation(id)).await?;
    let message = CreateMessage {
        content: request.content,
        private: false,
        attachment_ids: Vec::new(),
        content_type: None,
        client_ref: None,
    };
    match request.from.unwrap_or(FirstMessageFrom::Contact) {
        FirstMessageFrom::Contact => {
            let visitor = Actor {
                account_id: actor.account_id,
                kind: ActorKind::Visitor { contact_id, inbox_id: request.inbox_id },
                name: crate::contacts::find(tx, contact_id).await?.name,
            };
            messages::receive(tx, &visitor, id, message).await?;
        }
        FirstMessageFrom::Agent => {
            messages::send(tx, actor, id, message).await?;
        }
    }
    find(tx, id).await
}

fn check_subject(subject: Option<&str>) -> Result<()> {
    match subject {
        Some(subject) if subject.chars().count() > 500 => {
            Err(Error::invalid("subject", "takes at most 500 characters"))
        }
        _ => Ok(()),
    }
}

/// Changes status, priority, subject or snooze.
///
/// # Errors
/// `NotFound`; `Invalid` for a snooze in the past or without the status.
pub async fn update(
    tx: &mut TenantTx,
    actor: &Actor,
    id: ConversationId,
    request: UpdateConversation,
) -> Result<Conversation> {
    actor.require(Permission::Work)?;
    let before = queries::lock(tx, id).await?;
    check_subject(request.subject.as_deref())?;
    let by = Some(actor.name.clone());
    if let Some(subject) = &request.subject {
        queries::set_subject(tx, id, subject.trim()).await?;
    }
    if let Some(until) = request.snoozed_until {
        if request.status.unwrap_or(before.status) != Status::Snoozed {
            return Err(Error::invalid("snoozed_until", "goes with status snoozed"));
        }
        if until <= tx.now() {
            return Err(Error::invalid("snoozed_until", "lies in the past"));
        }
    }
    if let Some(status) = request.status.or(request.snoozed_until.map(|_| Status::Snoozed)) {
        queries::set_status(tx, id, status, request.snoozed_until).await?;
        if status != before.status {
            messages::record_activity(tx, actor, id, Activity::Status { to: status, by: by.clone() }).await?;
        }
    }
    if let Some(priority) = request.priority {
        queries::set_priority(tx, id, priority, actor.user_id().is_some()).await?;
        if priority != before.priority {
            messages::record_activity(tx, actor, id, Activity::Priority { to: priority, by }).await?;
        }
    }
    changed(tx, actor, id).await
}

/// Replaces the labels. Titles are matched without case and must exist.
pub async fn set_labels(
    tx: &mut TenantTx,
    actor: &Actor,
    id: ConversationId,
    request: SetLabels,
) -> Result<Conversation> {
    actor.require(Permission::Work)?;
    let before = queries::lock(tx, id).await?;
    let mut wanted = request.labels;
    wanted.sort_by_key(|title| title.to_lowercase());
    wanted.dedup_by_key(|title| title.to_lowercase());
    let labels = queries::known_labels(tx, &wanted).await?;
    if let Some(unknown) =
        wanted.iter().find(|title| !labels.iter().any(|known| known.to_lowercase() == title.to_lowercase()))
    {
        return Err(Error::invalid("labels", format!("there is no label “{unknown}”")));
    }
    if labels != before.labels {
        queries::set_labels(tx, id, &labels).await?;
        messages::record_activity(tx, actor, id, Activity::Labels { labels, by: Some(actor.name.clone()) }).await?;
    }
    changed(tx, actor, id).await
}

/// Marks everything as read by the agents.
pub async fn mark_read(tx: &mut TenantTx, actor: &Actor, id: ConversationId) -> Result<Conversation> {
    actor.require(Permission::Work)?;
    let read = queries::mark_read(tx, id).await?.ok_or(Error::NotFound)?;
    let facts = json!({ "agent_read_message_id": read });
    events::append(tx, actor, Event::new(EventKind::ConversationUpdated).conversation(id).data(facts)).await?;
    find(tx, id).await
}

/// Moves this conversation's messages into another of the same customer and closes it.
///
/// # Errors
/// `Conflict` when the two belong to different customers: their words must never mix.
pub async fn merge(tx: &mut TenantTx, actor: &Actor, id: ConversationId, request: Merge) -> Result<Conversation> {
    actor.require(Permission::Work)?;
    let into = request.into;
    if id == into {
        return Err(Error::invalid("into", "a conversation cannot be merged into itself"));
    }
    // Always locked in the order of their ids, so that two merges cannot wait for each other.
    let (first, second) = if id < into { (id, into) } else { (into, id) };
    let a = queries::lock(tx, first).await?;
    let b = queries::lock(tx, second).await?;
    let (from, target) = if id < into { (a, b) } else { (b, a) };
    if from.contact_id != target.contact_id {
        return Err(Error::Conflict {
            code: "different_contacts",
            message: "These conversations belong to different customers.",
        });
    }
    if from.merged_into.is_some() || target.merged_into.is_some() {
        return Err(Error::Conflict {
            code: "already_merged",
            message: "One of these conversations has been merged already.",
        });
    }
    queries::merge(tx, id, into).await?;
    messages::record_activity(
        tx,
        actor,
        into,
        Activity::Merged { display_id: from.display_id, by: Some(actor.name.clone()) },
    )
    .await?;
    events::append(
        tx,
        actor,
        Event::new(EventKind::ConversationUpdated).conversation(id).data(json!({ "merged_into": into })),
    )
    .await?;
    changed(tx, actor, into).await
}

/// Tells everyone that the conversation changed, and answers it as it is now.
async fn changed(tx: &mut TenantTx, actor: &Actor, id: ConversationId) -> Result<Conversation> {
    events::append(tx, actor, Event::new(EventKind::ConversationUpdated).conversation(id)).await?;
    find(tx, id).await
}

/// Reopens snoozed conversations of one account whose time has come; answers how many.
pub async fn wake_snoozed(ctx: &Ctx, account: types::AccountId) -> Result<usize> {
    let actor = Actor::system(account);
    let mut tx = ctx.begin(&actor).await?;
    let due = queries::due_snoozes(&mut tx, 200).await?;
    for id in &due {
        queries::set_status(&mut tx, *id, Status::Open, None).await?;
        messages::record_activity(&mut tx, &actor, *id, Activity::Status { to: Status::Open, by: None }).await?;
        events::append(&mut tx, &actor, Event::new(EventKind::ConversationUpdated).conversation(*id)).await?;
    }
    tx.commit().await?;
    Ok(due.len())
}
