//! From log rows to frames: loads what a page of events speaks of, in one query a kind.

use std::collections::HashMap;

use serde_json::{Value, json};
use types::{
    ClassificationId, ContactId, ConversationId, DraftId, MessageId,
    classifications::Classification,
    contacts::Contact,
    conversations::Conversation,
    drafts::Draft,
    events::EventFrame,
    messages::{ContentType, Message},
};

use super::queries::EventRow;
use crate::{Result, TenantTx, classifications, contacts, conversations, drafts, messages, widget};

/// One event, ready to be sent to the account's people and, where it concerns a customer, to that customer.
pub struct LoggedEvent {
    pub seq: i64,
    pub conversation_id: Option<ConversationId>,
    pub frame: EventFrame,
    pub visitor: Option<(ContactId, EventFrame)>,
}

struct Loaded {
    conversations: HashMap<ConversationId, Conversation>,
    messages: HashMap<MessageId, Message>,
    classifications: HashMap<ClassificationId, Classification>,
    drafts: HashMap<DraftId, Draft>,
    contacts: HashMap<ContactId, Contact>,
}

pub(super) async fn load(tx: &mut TenantTx, rows: Vec<EventRow>) -> Result<Vec<LoggedEvent>> {
    let subjects = |prefix: &str| -> Vec<i64> {
        rows.iter().filter(|row| row.kind.starts_with(prefix)).filter_map(|row| row.subject_id).collect()
    };
    let conversation_ids: Vec<_> = rows.iter().filter_map(|row| row.conversation_id).collect();
    let message_ids: Vec<_> =
        rows.iter().filter(|row| row.kind.starts_with("message:")).filter_map(|row| row.message_id).collect();
    let loaded = Loaded {
        conversations: conversations::by_ids(tx, &conversation_ids).await?.into_iter().map(|c| (c.id, c)).collect(),
        messages: messages::by_ids(tx, &message_ids).await?.into_iter().map(|m| (m.id, m)).collect(),
        classifications: classifications::by_ids(tx, &subjects("ai:classification"))
            .await?
            .into_iter()
            .map(|c| (c.id, c))
            .collect(),
        drafts: drafts::by_ids(tx, &subjects("ai:draft")).await?.into_iter().map(|d| (d.id, d)).collect(),
        contacts: contacts::by_ids(tx, &subjects("contact:")).await?.into_iter().map(|c| (c.id, c)).collect(),
    };
    let account = tx.account_id();
    Ok(rows
        .into_iter()
        .map(|row| {
            let frame =
                |data| EventFrame { event: row.kind.clone(), seq: Some(row.seq), account_id: Some(account), data };
            LoggedEvent {
                seq: row.seq,
                conversation_id: row.conversation_id,
                visitor: row
                    .contact_id
                    .zip(for_visitor(&row, &loaded))
                    .map(|(contact, (event, data))| (contact, EventFrame { event: event.to_owned(), ..frame(data) })),
                frame: frame(for_agents(&row, &loaded)),
            }
        })
        .collect())
}

/// The object the event speaks of, with its conversation beside it; ids alone when it has been erased since.
fn for_agents(row: &EventRow, loaded: &Loaded) -> Value {
    let conversation = row.conversation_id.and_then(|id| loaded.conversations.get(&id));
    let object = match row.kind.as_str() {
        kind if kind.starts_with("message:") => {
            row.message_id.and_then(|id| loaded.messages.get(&id)).map(|m| json!(m))
        }
        "conversation:new" | "conversation:updated" | "conversation:assigned" => conversation.map(|c| json!(c)),
        "ai:classification" => {
            row.subject_id.and_then(|id| loaded.classifications.get(&ClassificationId(id))).map(|c| json!(c))
        }
        "ai:draft" => row.subject_id.and_then(|id| loaded.drafts.get(&DraftId(id))).map(|d| json!(d)),
        "contact:updated" => row.subject_id.and_then(|id| loaded.contacts.get(&ContactId(id))).map(|c| json!(c)),
        _ => None,
    };
    let mut data = object.unwrap_or_else(|| json!({ "id": row.subject_id.or(row.message_id.map(|id| id.0)), "conversation_id": row.conversation_id, "message_id": row.message_id }));
    if let (Value::Object(map), Value::Object(facts)) = (&mut data, &row.data) {
        for (key, value) in facts {
            map.entry(key.clone()).or_insert_with(|| value.clone());
        }
        if !row.kind.starts_with("conversation:") {
            map.insert("conversation".to_owned(), json!(conversation));
        }
    }
    data
}

/// What the customer of the conversation may learn, and under which name: public messages, that agents have read
/// theirs, and that its state changed.
fn for_visitor<'a>(row: &'a EventRow, loaded: &Loaded) -> Option<(&'a str, Value)> {
    match row.kind.as_str() {
        kind if kind.starts_with("message:") => {
            let message = loaded.messages.get(&row.message_id?)?;
            let public = !message.private && message.content_type == ContentType::Text;
            public.then(|| (kind, json!(widget::message_for_visitor(message.clone()))))
        }
        kind @ ("conversation:new" | "conversation:updated") => {
            let conversation = loaded.conversations.get(&row.conversation_id?)?;
            Some(match row.data.get("agent_read_message_id") {
                Some(read) => ("message:read", json!({ "conversation_id": conversation.id, "message_id": read })),
                None => (kind, json!({ "id": conversation.id, "status": conversation.status })),
            })
        }
        _ => None,
    }
}
