//! From played conversations to rows: one list a table, as the bulk statements read them.

use serde::Serialize;
use types::{
    ClassificationId, ContactId, ConversationId, DraftId, InboxId, Language, MessageId, TeamId, Timestamp, UserId,
    classifications::{Alternative, Confidences, Evidence, Outcome, Sentiment},
    conversations::{AssignmentSource, Priority, Status},
    drafts::{DraftClaim, DraftStatus},
    messages::{Activity, ContentType, DeliveryStatus, SenderType},
};

use super::{
    cast::Customer,
    thread::{Reading, Thread},
};

#[derive(Serialize)]
pub struct ContactRow<'a> {
    pub name: &'a str,
    pub email: &'a str,
    pub locale: Language,
    pub location: &'a str,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
}

/// Without what points at messages, which do not exist yet: see [`PointerRow`].
#[derive(Serialize)]
pub struct ConversationRow<'a> {
    pub inbox_id: InboxId,
    pub contact_id: ContactId,
    pub subject: Option<&'a str>,
    pub status: Status,
    pub priority: Priority,
    pub priority_manual: bool,
    pub assignee_id: Option<UserId>,
    pub team_id: Option<TeamId>,
    pub assignment_source: Option<AssignmentSource>,
    pub assignment_reason: Option<&'a str>,
    pub labels: &'a [String],
    pub snoozed_until: Option<Timestamp>,
    pub unread_count: i32,
    pub waiting_since: Option<Timestamp>,
    pub first_response_at: Option<Timestamp>,
    pub resolved_at: Option<Timestamp>,
    pub category: Option<&'a str>,
    pub sentiment: Option<Sentiment>,
    pub language: Option<Language>,
    pub category_confidence: Option<f64>,
    pub ai_priority: Option<Priority>,
    pub last_activity_at: Timestamp,
    pub created_at: Timestamp,
}

#[derive(Serialize)]
pub struct MessageRow<'a> {
    pub conversation_id: ConversationId,
    pub sender_type: SenderType,
    pub sender_id: Option<i64>,
    pub sender_name: &'a str,
    pub content: &'a str,
    pub content_type: ContentType,
    pub activity: Option<&'a Activity>,
    pub private: bool,
    pub status: DeliveryStatus,
    pub created_at: Timestamp,
}

/// What a conversation's row says about its messages.
#[derive(Serialize)]
pub struct PointerRow {
    pub id: ConversationId,
    pub last_message_id: Option<MessageId>,
    pub last_message_preview: Option<String>,
    pub last_message_sender: Option<SenderType>,
    pub last_message_private: Option<bool>,
    pub last_message_at: Option<Timestamp>,
    pub agent_read_message_id: Option<MessageId>,
    pub contact_read_message_id: Option<MessageId>,
    pub pending_draft_id: Option<DraftId>,
}

#[derive(Serialize)]
pub struct ClassificationRow<'a> {
    pub conversation_id: ConversationId,
    pub message_id: MessageId,
    pub category: &'a str,
    pub priority: Priority,
    pub sentiment: Sentiment,
    pub language: Language,
    pub confidence: f64,
    pub confidences: &'a Confidences,
    pub reasoning: &'a str,
    pub evidence: &'a [Evidence],
    pub suggested_team_id: Option<TeamId>,
    pub suggested_agent_id: Option<UserId>,
    pub model: &'a str,
    pub processing_ms: i64,
    pub created_at: Timestamp,
    pub outcome: Outcome,
    pub scope: Option<f64>,
    pub alternatives: &'a [Alternative],
    #[serde(skip)]
    pub reading: &'a Reading,
    pub corrected: &'static [&'static str],
}

#[derive(Serialize)]
pub struct CorrectionRow<'a> {
    pub classification_id: ClassificationId,
    pub message_id: MessageId,
    pub user_id: Option<UserId>,
    pub from_value: &'a str,
    pub to_value: &'a str,
    pub created_at: Timestamp,
}

#[derive(Serialize)]
pub struct DraftRow<'a> {
    pub conversation_id: ConversationId,
    pub message_id: MessageId,
    pub content: &'a str,
    pub language: Language,
    pub confidence: f64,
    pub reasoning: &'a str,
    pub grounded: bool,
    pub status: DraftStatus,
    pub model: &'a str,
    pub generation_ms: i64,
    pub sent_message_id: Option<MessageId>,
    pub sent_content: Option<&'a str>,
    pub edit_distance: Option<i32>,
    pub rejection_reason: Option<&'a str>,
    pub decided_by: Option<UserId>,
    pub decided_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub claims: &'a [DraftClaim],
}

#[derive(Serialize)]
pub struct SourceRow<'a> {
    pub draft_id: DraftId,
    pub ordinal: usize,
    pub article_id: types::ArticleId,
    pub title: &'a str,
    pub similarity: f64,
    pub excerpt: &'a str,
}

#[derive(Serialize)]
pub struct RatingRow<'a> {
    pub conversation_id: ConversationId,
    pub contact_id: ContactId,
    pub agent_id: Option<UserId>,
    pub rating: i16,
    pub comment: Option<&'a str>,
    pub created_at: Timestamp,
}

/// A played conversation with its frame.
pub struct Played {
    pub thread: Thread,
    pub subject: Option<String>,
    pub inbox_id: InboxId,
    /// Index into the customers.
    pub customer: usize,
    /// What it is about, as its author meant it.
    pub category: String,
}

/// One row a customer, in their order; a customer's first and last conversation tell when they came and were seen.
pub fn contacts<'a>(customers: &'a [Customer], played: &[Played], now: Timestamp) -> Vec<ContactRow<'a>> {
    let of = |index: usize| played.iter().filter(move |played| played.customer == index).map(|played| &played.thread);
    customers
        .iter()
        .enumerate()
        .map(|(index, customer)| ContactRow {
            name: &customer.name,
            email: &customer.email,
            locale: customer.language,
            location: customer.location,
            created_at: of(index).map(|thread| thread.created_at).min().unwrap_or(now),
            last_seen_at: of(index)
                .filter_map(|thread| Some(thread.lines[thread.last_question()?].at))
                .max()
                .unwrap_or(now),
        })
        .collect()
}

/// One row a conversation, in their order.
pub fn conversations<'a>(played: &'a [Played], contacts: &[ContactId]) -> Vec<ConversationRow<'a>> {
    let row = |played: &'a Played| {
        let thread = &played.thread;
        let reading = thread.readings.last();
        let newest = reading.map(|reading| &reading.verdict);
        ConversationRow {
            inbox_id: played.inbox_id,
            contact_id: contacts[played.customer],
            subject: played.subject.as_deref(),
            status: thread.status,
            priority: thread.priority,
            priority_manual: thread.priority_manual,
            assignee_id: thread.assignee,
            team_id: thread.team,
            assignment_source: thread.source,
            assignment_reason: thread.reason.as_deref(),
            labels: &thread.labels,
            snoozed_until: thread.snoozed_until,
            unread_count: thread.unread,
            waiting_since: thread.waiting_since,
            first_response_at: thread.first_response_at,
            resolved_at: thread.resolved_at,
            category: reading.map(Reading::category),
            sentiment: newest.map(|verdict| verdict.sentiment),
            language: newest.map(|verdict| verdict.language),
            category_confidence: newest.map(|verdict| verdict.confidences.category),
            ai_priority: newest.map(|verdict| verdict.priority),
            last_activity_at: thread.last_activity_at,
            created_at: thread.created_at,
        }
    };
    played.iter().map(row).collect()
}

/// A line's place: conversation and line.
pub type Place = (usize, usize);

/// Every line of every conversation in the order of time, so that ids grow with time; and the place of each.
pub fn messages<'a>(
    played: &'a [Played],
    conversations: &[ConversationId],
    contacts: &[ContactId],
) -> (Vec<Place>, Vec<MessageRow<'a>>) {
    let mut places: Vec<Place> = played
        .iter()
        .enumerate()
        .flat_map(|(index, played)| (0..played.thread.lines.len()).map(move |line| (index, line)))
        .collect();
    places.sort_by_key(|&(index, line)| (played[index].thread.lines[line].at, index, line));
    let rows = places.iter().map(|&(index, place)| {
        let thread = &played[index].thread;
        let line = &thread.lines[place];
        let seen = line.is_public()
            && line.sender_type != SenderType::Contact
            && thread.contact_read.is_some_and(|upto| place <= upto);
        MessageRow {
            conversation_id: conversations[index],
            sender_type: line.sender_type,
            sender_id: if line.sender_type == SenderType::Contact {
                Some(contacts[played[index].customer].0)
            } else {
                line.agent.map(|id| id.0)
            },
            sender_name: &line.sender_name,
            content: &line.text,
            content_type: if line.activity.is_some() { ContentType::Activity } else { ContentType::Text },
            activity: line.activity.as_ref(),
            private: line.private,
            status: if seen { DeliveryStatus::Read } else { DeliveryStatus::Sent },
            created_at: line.at,
        }
    });
    let rows = rows.collect();
    (places, rows)
}
