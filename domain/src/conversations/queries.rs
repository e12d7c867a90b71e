//! SQL of conversations.

mod rows;

use types::{
    ContactId, ConversationId, DraftId, InboxId, MessageId, TeamId, Timestamp, UserId,
    classifications::ClassificationSummary,
    conversations::{AssignmentSource, Priority, Status, TeamCount},
};

pub use rows::{by_ids, list};

use crate::{Result, TenantTx};

pub struct NewConversation<'a> {
    pub inbox_id: InboxId,
    pub contact_id: ContactId,
    pub subject: Option<&'a str>,
    pub priority: Option<Priority>,
}

pub async fn insert(tx: &mut TenantTx, new: NewConversation<'_>) -> Result<ConversationId> {
    let (account, now) = (tx.account_id(), tx.now());
    Ok(sqlx::query_scalar!(
        r#"insert into conversations (account_id, display_id, inbox_id, contact_id, subject, priority, priority_manual,
                                      last_activity_at, created_at, updated_at)
           values ($1, nextval(format('display_ids.account_%s', $1::bigint)::regclass), $2, $3, $4, coalesce($5, 'normal'), $5 is not null, $6, $6, $6)
           returning id as "id: ConversationId""#,
        account.0,
        new.inbox_id.0,
        new.contact_id.0,
        new.subject,
        new.priority.map(Priority::as_str) as Option<&str>,
        now
    )
    .fetch_one(tx.conn())
    .await?)
}

/// What a rule needs to know before it changes a conversation; the row is locked until the transaction ends.
pub struct Locked {
    pub display_id: i64,
    pub status: Status,
    pub priority: Priority,
    pub priority_manual: bool,
    pub assignee_id: Option<UserId>,
    pub team_id: Option<TeamId>,
    pub inbox_id: InboxId,
    pub contact_id: ContactId,
    pub labels: Vec<String>,
    pub pending_draft_id: Option<DraftId>,
    pub merged_into: Option<ConversationId>,
}

pub async fn lock(tx: &mut TenantTx, id: ConversationId) -> Result<Locked> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Locked,
        r#"select display_id, status as "status: Status", priority as "priority: Priority", priority_manual,
                  assignee_id as "assignee_id: UserId", team_id as "team_id: TeamId", inbox_id as "inbox_id: InboxId",
                  contact_id as "contact_id: ContactId", labels, pending_draft_id as "pending_draft_id: DraftId",
                  merged_into as "merged_into: ConversationId"
           from conversations where account_id = $1 and id = $2 for no key update"#,
        account.0,
        id.0
    )
    .fetch_one(tx.conn())
    .await?)
}

pub async fn set_status(
    tx: &mut TenantTx,
    id: ConversationId,
    status: Status,
    snoozed_until: Option<Timestamp>,
) -> Result<()> {
    let (account, now) = (tx.account_id(), tx.now());
    sqlx::query!(
        "update conversations
         set status = $3, snoozed_until = $4, last_activity_at = $5,
             resolved_at = case when $3 = 'resolved' then coalesce(resolved_at, $5) end,
             waiting_since = case when $3 = 'resolved' then null else waiting_since end
         where account_id = $1 and id = $2",
        account.0,
        id.0,
        status.as_str(),
        snoozed_until,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn set_priority(tx: &mut TenantTx, id: ConversationId, priority: Priority, manual: bool) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "update conversations set priority = $3, priority_manual = priority_manual or $4 where account_id = $1 and id = $2",
        account.0,
        id.0,
        priority.as_str(),
        manual
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn set_subject(tx: &mut TenantTx, id: ConversationId, subject: &str) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "update conversations set subject = nullif($3, '') where account_id = $1 and id = $2",
        account.0,
        id.0,
        subject
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn set_assignment(
    tx: &mut TenantTx,
    id: ConversationId,
    agent: Option<UserId>,
    team: Option<TeamId>,
    source: AssignmentSource,
    reason: &str,
) -> Result<()> {
    let (account, now) = (tx.account_id(), tx.now());
    sqlx::query!(
        "update conversations set assignee_id = $3, team_id = $4, assignment_source = $5, assignment_reason = $6, last_activity_at = $7
         where account_id = $1 and id = $2",
        account.0,
        id.0,
        agent.map(|id| id.0),
        team.map(|id| id.0),
        source.as_str(),
        reason,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Why nobody was assigned; keeps whoever is.
pub async fn set_assignment_reason(tx: &mut TenantTx, id: ConversationId, reason: &str) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "update conversations set assignment_reason = $3 where account_id = $1 and id = $2 and assignee_id is null",
        account.0,
        id.0,
        reason
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn set_labels(tx: &mut TenantTx, id: ConversationId, labels: &[String]) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!("update conversations set labels = $3 where account_id = $1 and id = $2", account.0, id.0, labels)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Answers the message read last; nothing when there is no such conversation.
pub async fn mark_read(tx: &mut TenantTx, id: ConversationId) -> Result<Option<Option<MessageId>>> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"update conversations set unread_count = 0, agent_read_message_id = last_message_id
           where account_id = $1 and id = $2
           returning agent_read_message_id as "id: MessageId""#,
        account.0,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?)
}

/// Copies the latest classification to the conversation.
pub async fn set_classification(tx: &mut TenantTx, id: ConversationId, summary: &ClassificationSummary) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "update conversations set category = $3, sentiment = $4, language = $5, category_confidence = $6, ai_priority = $7
         where account_id = $1 and id = $2",
        account.0,
        id.0,
        summary.category,
        summary.sentiment.as_str(),
        summary.language.as_str(),
        summary.confidence,
        summary.priority.as_str()
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn set_pending_draft(tx: &mut TenantTx, id: ConversationId, draft: Option<DraftId>) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "update conversations set pending_draft_id = $3 where account_id = $1 and id = $2",
        account.0,
        id.0,
        draft.map(|id| id.0)
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Moves everything that was said in one conversation to another.
pub async fn merge(tx: &mut TenantTx, from: ConversationId, into: ConversationId) -> Result<()> {
    let (account, now) = (tx.account_id(), tx.now());
    sqlx::query!("update messages set conversation_id = $3 where account_id = $1 and conversation_id = $2 and content_type = 'text'", account.0, from.0, into.0)
        .execute(tx.conn())
        .await?;
    sqlx::query!(
        "update classifications set conversation_id = $3 where account_id = $1 and conversation_id = $2",
        account.0,
        from.0,
        into.0
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "update drafts set conversation_id = $3 where account_id = $1 and conversation_id = $2",
        account.0,
        from.0,
        into.0
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "update conversations set status = 'resolved', merged_into = $3, resolved_at = coalesce(resolved_at, $4), snoozed_until = null,
             waiting_since = null, unread_count = 0, pending_draft_id = null, last_activity_at = $4
         where account_id = $1 and id = $2",
        account.0,
        from.0,
        into.0,
        now
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "update conversations c
         set last_message_id = m.id, last_message_preview = left(m.content, 200), last_message_sender = m.sender_type,
             last_message_private = m.private, last_message_at = m.created_at, last_activity_at = $3,
             handed_over_at = coalesce(c.handed_over_at, (select handed_over_at from conversations where account_id = $1 and id = $4))
         from (select * from messages where account_id = $1 and conversation_id = $2 and content_type = 'text' order by id desc limit 1) m
         where c.account_id = $1 and c.id = $2",
        account.0,
        into.0,
        now,
        from.0
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Snoozed conversations whose time has come.
pub async fn due_snoozes(tx: &mut TenantTx, limit: i64) -> Result<Vec<ConversationId>> {
    let (account, now) = (tx.account_id(), tx.now());
    Ok(sqlx::query_scalar!(
        r#"select id as "id: ConversationId" from conversations
           where account_id = $1 and status = 'snoozed' and snoozed_until <= $2
           order by snoozed_until limit $3 for no key update skip locked"#,
        account.0,
        now,
        limit
    )
    .fetch_all(tx.conn())
    .await?)
}

pub struct OpenCount {
    pub assignee_id: Option<UserId>,
    pub team_id: Option<TeamId>,
    pub count: i64,
}

pub async fn open_counts(tx: &mut TenantTx) -> Result<Vec<OpenCount>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        OpenCount,
        r#"select assignee_id as "assignee_id: UserId", team_id as "team_id: TeamId", count(*) as "count!"
           from conversations where account_id = $1 and status = 'open' group by assignee_id, team_id"#,
        account.0
    )
    .fetch_all(tx.conn())
    .await?)
}

pub async fn status_counts(tx: &mut TenantTx) -> Result<Vec<(Status, i64)>> {
    let account = tx.account_id();
    let rows = sqlx::query!(
        r#"select status as "status: Status", count(*) as "count!" from conversations
           where account_id = $1 and status in ('pending', 'snoozed', 'resolved') group by status"#,
        account.0
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.status, row.count)).collect())
}

pub async fn team_names(tx: &mut TenantTx) -> Result<Vec<TeamCount>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        TeamCount,
        r#"select id as "team_id: TeamId", name, 0::bigint as "open!" from teams where account_id = $1 order by lower(name)"#,
        account.0
    )
    .fetch_all(tx.conn())
    .await?)
}

pub async fn agent_name(tx: &mut TenantTx, id: UserId) -> Result<Option<String>> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!("select name from account_users where account_id = $1 and user_id = $2", account.0, id.0)
        .fetch_optional(tx.conn())
        .await?)
}

pub async fn team_name(tx: &mut TenantTx, id: TeamId) -> Result<Option<String>> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!("select name from teams where account_id = $1 and id = $2", account.0, id.0)
        .fetch_optional(tx.conn())
        .await?)
}

/// The ones of these titles that are labels of the account, as they are spelled there.
pub async fn known_labels(tx: &mut TenantTx, titles: &[String]) -> Result<Vec<String>> {
    let account = tx.account_id();
    let lower: Vec<String> = titles.iter().map(|title| title.to_lowercase()).collect();
    Ok(sqlx::query_scalar!(
        "select title from labels where account_id = $1 and lower(title) = any($2) order by lower(title)",
        account.0,
        &lower
    )
    .fetch_all(tx.conn())
    .await?)
}
