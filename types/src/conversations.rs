//! Conversations: the threads of the inbox.

use chrono::{DateTime, Utc};

use crate::{
    ContactId, ConversationId, InboxId, MessageId, TeamId, UserId,
    agents::AgentRef,
    classifications::{ClassificationSummary, Sentiment},
    contacts::{ContactRef, CreateContact},
    inboxes::InboxRef,
    messages::SenderType,
    teams::TeamRef,
};

text_enum! {
    Status { Open = "open", Pending = "pending", Snoozed = "snoozed", Resolved = "resolved" }
}

text_enum! {
    Priority { Urgent = "urgent", High = "high", Normal = "normal", Low = "low" }
}

text_enum! {
    /// Who or what assigned a conversation.
    AssignmentSource { Manual = "manual", Ai = "ai", Rule = "rule", RoundRobin = "round_robin" }
}

text_enum! {
    /// Order of a list. `activity` (default) is newest activity first; `waiting` is longest-waiting first.
    Sort {
        Activity = "activity",
        Newest = "newest",
        Oldest = "oldest",
        Priority = "priority",
        Waiting = "waiting",
    }
}

response! {
    /// A row of the inbox, and the head of the conversation page.
    pub struct Conversation {
        pub id: ConversationId,
        /// The number people use; counted per account.
        pub display_id: i64,
        pub subject: Option<String>,
        pub status: Status,
        pub priority: Priority,
        pub inbox: InboxRef,
        pub contact: ContactRef,
        pub assignee: Option<AgentRef>,
        pub team: Option<TeamRef>,
        pub assignment_source: Option<AssignmentSource>,
        /// Why it was assigned, or why it was left unassigned.
        pub assignment_reason: Option<String>,
        pub labels: Vec<String>,
        pub last_message: Option<LastMessage>,
        /// Customer messages newer than the last one an agent read.
        pub unread_count: i64,
        pub classification: Option<ClassificationSummary>,
        pub has_pending_draft: bool,
        /// Since when the customer waits for an answer.
        pub waiting_since: Option<DateTime<Utc>>,
        pub snoozed_until: Option<DateTime<Utc>>,
        pub merged_into: Option<ConversationId>,
        pub last_activity_at: DateTime<Utc>,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
    }

    /// The newest message, for the list.
    pub struct LastMessage {
        pub id: MessageId,
        pub content: String,
        pub sender_type: SenderType,
        pub private: bool,
        pub created_at: DateTime<Utc>,
    }

    /// Counts of the inbox's views for the signed-in person.
    pub struct ViewCounts {
        pub mine: i64,
        pub unassigned: i64,
        pub all: i64,
        pub snoozed: i64,
        pub pending: i64,
        pub resolved: i64,
        pub teams: Vec<TeamCount>,
    }

    pub struct TeamCount {
        pub team_id: TeamId,
        pub name: String,
        pub open: i64,
    }

    /// Who works on a conversation now, and why.
    pub struct Assignment {
        pub conversation_id: ConversationId,
        pub assignee: Option<AgentRef>,
        pub team: Option<TeamRef>,
        pub source: AssignmentSource,
        pub reason: String,
    }

    /// What happened to one conversation of a bulk action.
    pub struct BulkOutcome {
        pub id: ConversationId,
        pub ok: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub error: Option<crate::ApiError>,
    }

    pub struct BulkResult {
        pub data: Vec<BulkOutcome>,
    }
}

query! {
    /// Filters combine with "and". `assignee_id` also takes `me` and `none`; `team_id` also takes `none`.
    pub struct ConversationQuery {
        pub status: Option<Status>,
        pub priority: Option<Priority>,
        pub assignee_id: Option<String>,
        pub team_id: Option<String>,
        pub inbox_id: Option<InboxId>,
        pub contact_id: Option<ContactId>,
        pub label: Option<String>,
        pub category: Option<String>,
        pub sentiment: Option<Sentiment>,
        pub unread: Option<bool>,
        /// Words, part of a name or an e-mail address, or a number with or without `#`.
        pub q: Option<String>,
        pub sort: Option<Sort>,
        pub limit: Option<u32>,
        pub cursor: Option<String>,
    }
}

request! {
    /// Starts a conversation on a customer's behalf: give `contact_id` or `contact`.
    pub struct CreateConversation {
        pub inbox_id: InboxId,
        #[serde(default)]
        pub contact_id: Option<ContactId>,
        #[serde(default)]
        pub contact: Option<CreateContact>,
        #[serde(default)]
        pub subject: Option<String>,
        /// The first message.
        pub content: String,
        /// Whose words `content` is: the customer's (default) or the agent's.
        #[serde(default)]
        pub from: Option<FirstMessageFrom>,
        #[serde(default)]
        pub priority: Option<Priority>,
    }

    /// Fields left out stay as they are. `snoozed_until` is required with status `snoozed`, unless the snooze ends at the next reply.
    pub struct UpdateConversation {
        #[serde(default)]
        pub status: Option<Status>,
        #[serde(default)]
        pub priority: Option<Priority>,
        #[serde(default)]
        pub snoozed_until: Option<DateTime<Utc>>,
        #[serde(default)]
        pub subject: Option<String>,
    }

    /// Omitted = unchanged; `null` = unassign. At least one must be present.
    pub struct Assign {
        #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
        pub agent_id: Option<Option<UserId>>,
        #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
        pub team_id: Option<Option<TeamId>>,
    }

    /// Replaces the conversation's labels.
    pub struct SetLabels {
        pub labels: Vec<String>,
    }

    pub struct Merge {
        /// The conversation that stays.
        pub into: ConversationId,
    }

    /// `action` decides which other field is read.
    pub struct Bulk {
        pub ids: Vec<ConversationId>,
        pub action: BulkAction,
        #[serde(default)]
        pub status: Option<Status>,
        #[serde(default)]
        pub priority: Option<Priority>,
        #[serde(default)]
        pub snoozed_until: Option<DateTime<Utc>>,
        #[serde(default)]
        pub agent_id: Option<UserId>,
        #[serde(default)]
        pub team_id: Option<TeamId>,
        #[serde(default)]
        pub labels: Option<Vec<String>>,
    }
}

text_enum! {
    FirstMessageFrom { Contact = "contact", Agent = "agent" }
}

text_enum! {
    BulkAction { Status = "status", Priority = "priority", Assign = "assign", Unassign = "unassign", Labels = "labels", Read = "read" }
}

/// Tells a field that is `null` from one that is absent.
pub(crate) fn present<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::Deserialize<'de>,
{
    serde::Deserialize::deserialize(deserializer).map(Some)
}
