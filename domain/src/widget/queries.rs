//! SQL of the customer's chat. Every statement names the visitor's contact: another's conversation does not exist.

use types::{
    ContactId, ConversationId, InboxId, Language, MessageId, Timestamp,
    conversations::Status,
    widget::{VisitorContact, VisitorConversation},
};

use crate::{Result, TenantTx};

pub async fn insert_contact(
    tx: &mut TenantTx,
    new: &VisitorContact,
    avatar_url: Option<&str>,
    locale: Option<Language>,
) -> Result<ContactId> {
    let (account, now) = (tx.account_id(), tx.now());
    Ok(sqlx::query_scalar!(
        r#"insert into contacts (account_id, name, email, identifier, verified, avatar_url, locale, last_seen_at, created_at, updated_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $8)
           on conflict (account_id, identifier) where verified
           do update set name = coalesce(excluded.name, contacts.name), email = coalesce(excluded.email, contacts.email),
                         avatar_url = coalesce(excluded.avatar_url, contacts.avatar_url), last_seen_at = excluded.last_seen_at
           returning id as "id: ContactId""#,
        account.0,
        new.name,
        new.email,
        new.identifier,
        new.verified,
        avatar_url,
        locale.map(Language::as_str) as Option<&str>,
        now
    )
    .fetch_one(tx.conn())
    .await?)
}

/// The contact, when it exists and is not blocked.
pub async fn contact(tx: &mut TenantTx, id: ContactId) -> Result<Option<VisitorContact>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        VisitorContact,
        "select name, email, identifier, verified from contacts where account_id = $1 and id = $2 and not blocked",
        account.0,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?)
}

pub async fn update_contact(
    tx: &mut TenantTx,
    id: ContactId,
    name: Option<&str>,
    email: Option<&str>,
    attributes: Option<&serde_json::Value>,
) -> Result<()> {
    let (account, now) = (tx.account_id(), tx.now());
    sqlx::query!(
        "update contacts set name = coalesce($3, name), email = coalesce($4, email),
             custom_attributes = custom_attributes || coalesce($5, '{}'::jsonb), last_seen_at = $6
         where account_id = $1 and id = $2",
        account.0,
        id.0,
        name,
        email,
        attributes,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The visitor's conversations, newest activity first; `only` narrows to one.
pub async fn conversations(
    tx: &mut TenantTx,
    contact: ContactId,
    inbox: InboxId,
    only: Option<ConversationId>,
) -> Result<Vec<VisitorConversation>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        VisitorConversation,
        r#"select c.id as "id: ConversationId", c.status as "status: Status",
                  left(m.content, 200) as "last_message?", m.created_at as "last_message_at?: Timestamp",
                  (select count(*) from messages u where u.account_id = c.account_id and u.conversation_id = c.id and not u.private
                     and u.sender_type <> 'contact' and u.id > coalesce(c.contact_read_message_id, 0)) as "unread_count!",
                  c.agent_read_message_id as "agent_read_message_id: MessageId", r.rating as "csat_rating?", c.created_at
           from conversations c
           left join lateral (select content, created_at from messages m
                              where m.account_id = c.account_id and m.conversation_id = c.id and not m.private and m.content_type = 'text'
                              order by m.id desc limit 1) m on true
           left join csat_responses r on r.account_id = c.account_id and r.conversation_id = c.id
           where c.account_id = $1 and c.contact_id = $2 and c.inbox_id = $3 and c.merged_into is null and ($4::bigint is null or c.id = $4)
           order by c.last_activity_at desc limit 50"#,
        account.0,
        contact.0,
        inbox.0,
        only.map(|id| id.0)
    )
    .fetch_all(tx.conn())
    .await?)
}

pub async fn owns(tx: &mut TenantTx, contact: ContactId, conversation: ConversationId) -> Result<bool> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"select exists (select from conversations where account_id = $1 and id = $2 and contact_id = $3) as "owns!""#,
        account.0,
        conversation.0,
        contact.0
    )
    .fetch_one(tx.conn())
    .await?)
}

/// The newest public message is read by the customer; answers its id.
pub async fn mark_read(tx: &mut TenantTx, conversation: ConversationId) -> Result<Option<MessageId>> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"update conversations c
           set contact_read_message_id = (select max(m.id) from messages m
               where m.account_id = $1 and m.conversation_id = $2 and not m.private)
           where c.account_id = $1 and c.id = $2
           returning contact_read_message_id as "id: MessageId""#,
        account.0,
        conversation.0
    )
    .fetch_one(tx.conn())
    .await?)
}

/// Agents' messages up to the newest that the customer has read become read; answers them.
pub async fn messages_read(
    tx: &mut TenantTx,
    conversation: ConversationId,
    up_to: MessageId,
) -> Result<Vec<MessageId>> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"update messages set status = 'read'
           where account_id = $1 and conversation_id = $2 and id <= $3 and sender_type <> 'contact' and not private and status in ('sent', 'delivered')
           returning id as "id: MessageId""#,
        account.0,
        conversation.0,
        up_to.0
    )
    .fetch_all(tx.conn())
    .await?)
}

pub async fn rate(
    tx: &mut TenantTx,
    conversation: ConversationId,
    contact: ContactId,
    rating: i16,
    comment: Option<&str>,
) -> Result<()> {
    let (account, now) = (tx.account_id(), tx.now());
    sqlx::query!(
        "with given as (
             insert into csat_responses (account_id, conversation_id, contact_id, agent_id, rating, comment, created_at)
             select $1, $2, $3, c.assignee_id, $4, $5, $6 from conversations c where c.account_id = $1 and c.id = $2
             returning agent_id)
         update account_users u set csat_sum = csat_sum + $4, csat_count = csat_count + 1
         from given g where u.account_id = $1 and u.user_id = g.agent_id",
        account.0,
        conversation.0,
        contact.0,
        rating,
        comment,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub struct Greeting {
    pub account_name: String,
    pub online: bool,
    pub reply_minutes: Option<i64>,
    pub agents: Vec<String>,
}

/// What the launcher tells a visitor before the first word: who is there, and how soon they usually answer.
pub async fn greeting(tx: &mut TenantTx) -> Result<Greeting> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Greeting,
        r#"select a.name as account_name,
                  exists (select from account_users u where u.account_id = a.id and u.availability = 'online' and u.role <> 'viewer') as "online!",
                  (select ceil(sum(first_response_seconds)::float8 / nullif(sum(first_response_count), 0) / 60)::bigint
                   from account_users u where u.account_id = a.id) as reply_minutes,
                  coalesce((select array_agg(split_part(n.name, ' ', 1)) from (
                      select name from account_users u where u.account_id = a.id and u.role <> 'viewer'
                      order by (availability = 'online') desc, user_id limit 3) n), '{}') as "agents!"
           from accounts a where a.id = $1"#,
        account.0
    )
    .fetch_one(tx.conn())
    .await?)
}
