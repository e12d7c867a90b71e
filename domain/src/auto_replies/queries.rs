//! SQL of automatic answers.

use sqlx::types::Json;
use types::{
    CategoryId, ContactId, ConversationId, InboxId, MessageId,
    auto_replies::{AutoReply, AutoReplyHours, Opening},
};

use crate::{Result, TenantTx};

pub async fn get(tx: &mut TenantTx, inbox: InboxId) -> Result<Option<AutoReply>> {
    let account = tx.account_id();
    let row = sqlx::query!(
        r#"select enabled, threshold, max_turns, hours as "hours: AutoReplyHours", opening as "opening: Json<Vec<Opening>>", time_zone, every_category,
                  array(select category_id from auto_reply_categories c where c.account_id = $1 and c.inbox_id = $2 order by 1) as "category_ids!"
           from auto_replies where account_id = $1 and inbox_id = $2"#,
        account.0,
        inbox.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| AutoReply {
        enabled: row.enabled,
        threshold: row.threshold,
        max_turns: row.max_turns,
        hours: row.hours,
        opening: row.opening.0,
        time_zone: row.time_zone,
        every_category: row.every_category,
        category_ids: row.category_ids.into_iter().map(CategoryId).collect(),
    }))
}

pub async fn set(tx: &mut TenantTx, inbox: InboxId, choice: &AutoReply) -> Result<()> {
    let (account, now) = (tx.account_id(), tx.now());
    sqlx::query!(
        "insert into auto_replies (account_id, inbox_id, enabled, threshold, max_turns, hours, opening, time_zone, every_category, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (account_id, inbox_id) do update
         set enabled = excluded.enabled, threshold = excluded.threshold, max_turns = excluded.max_turns, hours = excluded.hours,
             opening = excluded.opening, time_zone = excluded.time_zone, every_category = excluded.every_category,
             updated_at = excluded.updated_at",
        account.0,
        inbox.0,
        choice.enabled,
        choice.threshold,
        choice.max_turns,
        choice.hours.as_str(),
        Json(&choice.opening) as _,
        choice.time_zone,
        choice.every_category,
        now
    )
    .execute(tx.conn())
    .await?;
    let categories: Vec<i64> = choice.category_ids.iter().map(|id| id.0).collect();
    sqlx::query!("delete from auto_reply_categories where account_id = $1 and inbox_id = $2", account.0, inbox.0)
        .execute(tx.conn())
        .await?;
    sqlx::query!(
        "insert into auto_reply_categories (account_id, inbox_id, category_id) select $1, $2, id from unnest($3::bigint[]) id",
        account.0,
        inbox.0,
        &categories
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// How many of these are the account's categories.
pub async fn known_categories(tx: &mut TenantTx, ids: &[CategoryId]) -> Result<i64> {
    let account = tx.account_id();
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from categories where account_id = $1 and id = any($2)"#,
        account.0,
        &ids
    )
    .fetch_one(tx.conn())
    .await?)
}

pub async fn is_time_zone(tx: &mut TenantTx, name: &str) -> Result<bool> {
    Ok(sqlx::query_scalar!(r#"select exists (select from pg_timezone_names where name = $1) as "known!""#, name)
        .fetch_one(tx.conn())
        .await?)
}

/// What the database knows about a customer's message and its conversation.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Situation {
    pub threshold: f64,
    pub max_turns: i16,
    pub hours: AutoReplyHours,
    pub opening: Json<Vec<Opening>>,
    /// Now, in the inbox's time zone: day of the week (1 is Monday) and minute of the day.
    pub day: i16,
    pub minute: i16,
    pub contact_id: ContactId,
    pub handed_over: bool,
    pub person_answered: bool,
    pub turns: i64,
    pub repeated: bool,
    pub attachment: bool,
    pub certain: bool,
    pub category: bool,
}

/// None where the conversation's inbox lets nothing be sent by itself. Expects index scans on the conversation's messages.
pub async fn situation(
    tx: &mut TenantTx,
    conversation: ConversationId,
    message: MessageId,
) -> Result<Option<Situation>> {
    let (account, now) = (tx.account_id(), tx.now());
    Ok(sqlx::query_as!(
        Situation,
        r#"select s.threshold, s.max_turns, s.hours as "hours: AutoReplyHours", s.opening as "opening: Json<Vec<Opening>>",
                  extract(isodow from $4::timestamptz at time zone s.time_zone)::smallint as "day!",
                  (extract(hour from $4::timestamptz at time zone s.time_zone) * 60
                   + extract(minute from $4::timestamptz at time zone s.time_zone))::smallint as "minute!",
                  c.contact_id as "contact_id: ContactId", c.handed_over_at is not null as "handed_over!",
                  said.person as "person_answered!", said.turns as "turns!", said.repeated as "repeated!",
                  m.attachment_count > 0 as "attachment!", coalesce(f.outcome = 'confident', false) as "certain!",
                  (s.every_category or exists (
                      select from auto_reply_categories x
                      join categories k on k.account_id = x.account_id and k.id = x.category_id
                      where x.account_id = $1 and x.inbox_id = s.inbox_id and k.name = f.category)) as "category!"
           from conversations c
           join auto_replies s on s.account_id = c.account_id and s.inbox_id = c.inbox_id and s.enabled
           join messages m on m.account_id = c.account_id and m.id = $3
           cross join lateral (
               select count(*) filter (where o.sender_type = 'ai') as turns,
                      coalesce(bool_or(o.sender_type = 'user'), false) as person,
                      coalesce(bool_or(case o.sender_type
                          when 'contact' then lower(btrim(o.content)) = lower(btrim(m.content))
                          else position(lower(btrim(o.content)) in lower(m.content)) > 0 end) filter (where o.id < m.id and o.content <> ''), false) as repeated
               from messages o
               where o.account_id = $1 and o.conversation_id = c.id and not o.private and o.content_type = 'text') said
           left join lateral (
               select outcome, category from classifications f
               where f.account_id = $1 and f.message_id = m.id order by f.id desc limit 1) f on true
           where c.account_id = $1 and c.id = $2"#,
        account.0,
        conversation.0,
        message.0,
        now
    )
    .fetch_optional(tx.conn())
    .await?)
}

/// Automatic answers to a customer since an hour ago.
///
/// Only answers of this account's other conversations with the contact can be missed by being written at this moment, and the
/// brake is not that fine.
pub async fn recent(tx: &mut TenantTx, contact: ContactId) -> Result<i64> {
    let (account, now) = (tx.account_id(), tx.now());
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from drafts d
           join conversations c on c.account_id = d.account_id and c.id = d.conversation_id
           where d.account_id = $1 and d.status = 'auto_sent' and d.decided_at > $3::timestamptz - interval '1 hour' and c.contact_id = $2"#,
        account.0,
        contact.0,
        now
    )
    .fetch_one(tx.conn())
    .await?)
}

/// Marks that the customer has asked for a person. Answers whether the inbox answers by itself; none when it was marked
/// before.
pub async fn hand_over(tx: &mut TenantTx, conversation: ConversationId) -> Result<Option<bool>> {
    let (account, now) = (tx.account_id(), tx.now());
    Ok(sqlx::query_scalar!(
        r#"update conversations c set handed_over_at = $3
           where c.account_id = $1 and c.id = $2 and c.handed_over_at is null
           returning exists (select from auto_replies s where s.account_id = $1 and s.inbox_id = c.inbox_id and s.enabled) as "answers!""#,
        account.0,
        conversation.0,
        now
    )
    .fetch_optional(tx.conn())
    .await?)
}
