//! SQL of the list's rows. It is composed from its filters, so it is the one statement not checked at compile time.

use std::collections::{BTreeSet, HashMap};

use sqlx::{Decode, FromRow, Postgres, QueryBuilder, Row as _, Type, postgres::PgRow};
use types::{
    ContactId, ConversationId, InboxId, Language, MessageId, TeamId, Timestamp, UserId,
    agents::AgentRef,
    classifications::{ClassificationSummary, Sentiment},
    contacts::ContactRef,
    conversations::{AssignmentSource, Conversation, LastMessage, Priority, Sort, Status},
    inboxes::{Channel, InboxRef},
    messages::SenderType,
    teams::TeamRef,
};

use super::super::list::{Filter, Key};
use crate::{Result, TenantTx};

/// The row and its customer. The few names of inboxes, agents and teams come apart, in [`Names`]: joined, they would
/// be looked up anew for every row.
const SELECT: &str = "select c.id, c.display_id, c.subject, c.status, c.priority, c.inbox_id, c.contact_id, c.assignee_id, c.team_id,
    c.assignment_source, c.assignment_reason, c.labels, c.last_message_id, c.last_message_preview, c.last_message_sender,
    c.last_message_private, c.last_message_at, c.unread_count, c.category, c.sentiment, c.language, c.category_confidence,
    c.ai_priority, c.pending_draft_id is not null, c.waiting_since, c.snoozed_until, c.merged_into, c.last_activity_at,
    c.created_at, c.updated_at, k.name, k.email, k.avatar_url
  from conversations c
  join contacts k on k.account_id = c.account_id and k.id = c.contact_id";

/// Reads a row's columns one after another, in the order of [`SELECT`].
struct Cells<'r> {
    row: &'r PgRow,
    next: usize,
}

impl<'r> Cells<'r> {
    fn take<T: Decode<'r, Postgres> + Type<Postgres>>(&mut self) -> sqlx::Result<T> {
        let index = self.next;
        self.next += 1;
        self.row.try_get(index)
    }
}

struct Row {
    id: ConversationId,
    display_id: i64,
    subject: Option<String>,
    status: Status,
    priority: Priority,
    inbox_id: InboxId,
    contact_id: ContactId,
    assignee_id: Option<UserId>,
    team_id: Option<TeamId>,
    assignment_source: Option<AssignmentSource>,
    assignment_reason: Option<String>,
    labels: Vec<String>,
    last_message_id: Option<MessageId>,
    last_message_preview: Option<String>,
    last_message_sender: Option<SenderType>,
    last_message_private: Option<bool>,
    last_message_at: Option<Timestamp>,
    unread_count: i32,
    category: Option<String>,
    sentiment: Option<Sentiment>,
    language: Option<Language>,
    category_confidence: Option<f64>,
    ai_priority: Option<Priority>,
    has_pending_draft: bool,
    waiting_since: Option<Timestamp>,
    snoozed_until: Option<Timestamp>,
    merged_into: Option<ConversationId>,
    last_activity_at: Timestamp,
    created_at: Timestamp,
    updated_at: Timestamp,
    contact_name: Option<String>,
    contact_email: Option<String>,
    contact_avatar_url: Option<String>,
}

impl FromRow<'_, PgRow> for Row {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let mut cells = Cells { row, next: 0 };
        // Evaluated as written, which is the order of the columns.
        Ok(Self {
            id: cells.take()?,
            display_id: cells.take()?,
            subject: cells.take()?,
            status: cells.take()?,
            priority: cells.take()?,
            inbox_id: cells.take()?,
            contact_id: cells.take()?,
            assignee_id: cells.take()?,
            team_id: cells.take()?,
            assignment_source: cells.take()?,
            assignment_reason: cells.take()?,
            labels: cells.take()?,
            last_message_id: cells.take()?,
            last_message_preview: cells.take()?,
            last_message_sender: cells.take()?,
            last_message_private: cells.take()?,
            last_message_at: cells.take()?,
            unread_count: cells.take()?,
            category: cells.take()?,
            sentiment: cells.take()?,
            language: cells.take()?,
            category_confidence: cells.take()?,
            ai_priority: cells.take()?,
            has_pending_draft: cells.take()?,
            waiting_since: cells.take()?,
            snoozed_until: cells.take()?,
            merged_into: cells.take()?,
            last_activity_at: cells.take()?,
            created_at: cells.take()?,
            updated_at: cells.take()?,
            contact_name: cells.take()?,
            contact_email: cells.take()?,
            contact_avatar_url: cells.take()?,
        })
    }
}

/// The inboxes, agents and teams that a page of conversations speaks of.
#[derive(Default)]
struct Names {
    inboxes: HashMap<InboxId, (String, Channel)>,
    agents: HashMap<UserId, String>,
    teams: HashMap<TeamId, String>,
}

impl Names {
    async fn of(tx: &mut TenantTx, rows: &[Row]) -> Result<Self> {
        let account = tx.account_id();
        let inboxes: BTreeSet<i64> = rows.iter().map(|row| row.inbox_id.0).collect();
        let agents: BTreeSet<i64> = rows.iter().filter_map(|row| row.assignee_id).map(|id| id.0).collect();
        let teams: BTreeSet<i64> = rows.iter().filter_map(|row| row.team_id).map(|id| id.0).collect();
        let found = sqlx::query!(
            r#"select 'inbox' as "kind!", id as "id!", name as "name!", channel as "channel: Channel"
               from inboxes where account_id = $1 and id = any($2)
               union all select 'agent', user_id, name, null from account_users where account_id = $1 and user_id = any($3)
               union all select 'team', id, name, null from teams where account_id = $1 and id = any($4)"#,
            account.0,
            &Vec::from_iter(inboxes),
            &Vec::from_iter(agents),
            &Vec::from_iter(teams)
        )
        .fetch_all(tx.conn())
        .await?;
        let mut names = Self::default();
        for row in found {
            match (row.kind.as_str(), row.channel) {
                ("inbox", Some(channel)) => _ = names.inboxes.insert(InboxId(row.id), (row.name, channel)),
                ("agent", _) => _ = names.agents.insert(UserId(row.id), row.name),
                _ => _ = names.teams.insert(TeamId(row.id), row.name),
            }
        }
        Ok(names)
    }

    fn conversation(&self, row: Row) -> Option<Conversation> {
        let last_message = row.last_message_id.zip(row.last_message_sender).zip(row.last_message_at).map(
            |((id, sender_type), created_at)| LastMessage {
                id,
                content: row.last_message_preview.unwrap_or_default(),
                sender_type,
                private: row.last_message_private.unwrap_or(false),
                created_at,
            },
        );
        let classification =
            row.category.zip(row.sentiment).zip(row.language).map(|((category, sentiment), language)| {
                ClassificationSummary {
                    category,
                    priority: row.ai_priority.unwrap_or(row.priority),
                    sentiment,
                    language,
                    confidence: row.category_confidence.unwrap_or_default(),
                }
            });
        let (inbox_name, channel) = self.inboxes.get(&row.inbox_id)?.clone();
        Some(Conversation {
            id: row.id,
            display_id: row.display_id,
            subject: row.subject,
            status: row.status,
            priority: row.priority,
            inbox: InboxRef { id: row.inbox_id, name: inbox_name, channel },
            contact: ContactRef {
                id: row.contact_id,
                name: crate::contacts::display_name(row.contact_name, row.contact_email.as_deref(), row.contact_id),
                email: row.contact_email,
                avatar_url: row.contact_avatar_url,
            },
            assignee: row.assignee_id.and_then(|id| Some(AgentRef { id, name: self.agents.get(&id)?.clone() })),
            team: row.team_id.and_then(|id| Some(TeamRef { id, name: self.teams.get(&id)?.clone() })),
            assignment_source: row.assignment_source,
            assignment_reason: row.assignment_reason,
            labels: row.labels,
            last_message,
            unread_count: row.unread_count.into(),
            classification,
            has_pending_draft: row.has_pending_draft,
            waiting_since: row.waiting_since,
            snoozed_until: row.snoozed_until,
            merged_into: row.merged_into,
            last_activity_at: row.last_activity_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

async fn fetch(tx: &mut TenantTx, mut query: QueryBuilder<Postgres>) -> Result<Vec<Conversation>> {
    let rows: Vec<Row> = query.build_query_as().fetch_all(tx.conn()).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let names = Names::of(tx, &rows).await?;
    // No inbox goes between the two statements: one with conversations cannot.
    Ok(rows.into_iter().filter_map(|row| names.conversation(row)).collect())
}

/// Expects `conversations_activity_idx` (or its assignee and team twins) for the default order: no sort, no scan beyond the page.
pub async fn list(
    tx: &mut TenantTx,
    filter: &Filter,
    sort: Sort,
    after: Option<&Key>,
    limit: u32,
) -> Result<Vec<Conversation>> {
    let mut query = QueryBuilder::<Postgres>::new(SELECT);
    query.push(" where c.account_id = ").push_bind(tx.account_id().0);
    filter.push(&mut query);
    Key::push(&mut query, sort, after);
    // Written out, not bound: a plan that knows how few rows are wanted is kept, and not made anew for each call.
    query.push(format_args!(" limit {limit}"));
    fetch(tx, query).await
}

pub async fn by_ids(tx: &mut TenantTx, ids: &[ConversationId]) -> Result<Vec<Conversation>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let mut query = QueryBuilder::<Postgres>::new(SELECT);
    query.push(" where c.account_id = ").push_bind(tx.account_id().0).push(" and c.id = any(").push_bind(ids).push(")");
    fetch(tx, query).await
}
