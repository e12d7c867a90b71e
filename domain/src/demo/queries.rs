//! SQL of the demo: whole tables' worth of rows in one statement each, read from a JSON list. Ids grow in the order of
//! the list, because rows are numbered as they come out of the sorted list; each statement answers them in that order.

pub mod assistant;

use serde::Serialize;
use sqlx::types::Json;
use types::{ArticleId, ContactId, ConversationId, MessageId, TeamId};

use super::{
    foundation::{ArticleRow, InboxRow, LabelRow, MemberRow, PersonRow, TeamRow},
    rows::{ContactRow, ConversationRow, MessageRow, PointerRow, RatingRow},
};
use crate::{Result, TenantTx};

/// What stands under a demo account's id.
pub struct Standing {
    pub name: String,
    /// None: the seed has never been here. False: the foundation stands. True: all of it.
    pub seeded: Option<bool>,
    pub people: i64,
}

/// Locked until the transaction ends: two seeds at once become one after the other. None when there is no account.
pub async fn standing(tx: &mut TenantTx) -> Result<Option<Standing>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Standing,
        r#"select name, (settings ->> 'demo_seeded')::boolean as seeded,
                  (select count(*) from account_users u where u.account_id = accounts.id) as "people!"
           from accounts where id = $1 for no key update"#,
        account.0
    )
    .fetch_optional(tx.conn())
    .await?)
}

pub async fn mark(tx: &mut TenantTx, seeded: bool) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "update accounts set settings = settings || jsonb_build_object('demo_seeded', $2::boolean) where id = $1",
        account.0,
        seeded
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

fn list<T: Serialize>(rows: &[T]) -> Json<&[T]> {
    Json(rows)
}

/// The ids of one statement in the order of its rows.
fn in_order(mut ids: Vec<i64>) -> Vec<i64> {
    ids.sort_unstable();
    ids
}

pub async fn insert_people(tx: &mut TenantTx, rows: &[PersonRow<'_>]) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "insert into account_users (account_id, user_id, name, email, role, availability, max_load, created_at)
         select $1, r.* from jsonb_to_recordset($2) as r
             (user_id bigint, name text, email text, role text, availability text, max_load integer, created_at timestamptz)",
        account.0,
        list(rows) as _
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn insert_teams(tx: &mut TenantTx, rows: &[TeamRow<'_>]) -> Result<Vec<TeamId>> {
    let account = tx.account_id();
    let ids = sqlx::query_scalar!(
        "insert into teams (account_id, name, description, category, created_at)
         select $1, r.name, r.description, r.category, r.created_at
         from rows from (jsonb_to_recordset($2) as (name text, description text, category text, created_at timestamptz)) with ordinality as r
         order by r.ordinality
         returning id",
        account.0,
        list(rows) as _
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(in_order(ids).into_iter().map(TeamId).collect())
}

pub async fn insert_members(tx: &mut TenantTx, rows: &[MemberRow]) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "insert into team_members (account_id, team_id, user_id)
         select $1, r.team_id, r.user_id from jsonb_to_recordset($2) as r (team_id bigint, user_id bigint)",
        account.0,
        list(rows) as _
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn insert_inboxes(tx: &mut TenantTx, rows: &[InboxRow<'_>]) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "insert into inboxes (account_id, name, channel, website_token, identity_secret, welcome_title, welcome_tagline, email_address, created_at)
         select $1, r.name, r.channel, r.website_token, r.identity_secret, r.welcome_title, r.welcome_tagline, r.email_address, r.created_at
         from rows from (jsonb_to_recordset($2) as (name text, channel text, website_token text, identity_secret text, welcome_title text,
             welcome_tagline text, email_address text, created_at timestamptz)) with ordinality as r
         order by r.ordinality",
        account.0,
        list(rows) as _
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn insert_labels(tx: &mut TenantTx, rows: &[LabelRow<'_>]) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "insert into labels (account_id, title, color, created_at)
         select $1, r.* from jsonb_to_recordset($2) as r (title text, color text, created_at timestamptz)",
        account.0,
        list(rows) as _
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn insert_canned(tx: &mut TenantTx, rows: &[(&str, &str)]) -> Result<()> {
    let account = tx.account_id();
    let (codes, contents): (Vec<String>, Vec<String>) =
        rows.iter().map(|(code, content)| ((*code).to_owned(), (*content).to_owned())).unzip();
    sqlx::query!(
        "insert into canned_responses (account_id, short_code, content)
         select $1, r.short_code, r.content from unnest($2::text[], $3::text[]) as r (short_code, content)",
        account.0,
        &codes,
        &contents
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Ordinary promises: by priority, first response and resolution in seconds.
pub async fn insert_sla_policies(tx: &mut TenantTx, rows: &[(&str, &str, i32, i32)]) -> Result<()> {
    let account = tx.account_id();
    let names: Vec<String> = rows.iter().map(|row| row.0.to_owned()).collect();
    let priorities: Vec<String> = rows.iter().map(|row| row.1.to_owned()).collect();
    let responses: Vec<i32> = rows.iter().map(|row| row.2).collect();
    let resolutions: Vec<i32> = rows.iter().map(|row| row.3).collect();
    sqlx::query!(
        "insert into sla_policies (account_id, name, priority, first_response_seconds, resolution_seconds)
         select $1, r.* from unnest($2::text[], $3::text[], $4::int[], $5::int[]) as r",
        account.0,
        &names,
        &priorities,
        &responses,
        &resolutions
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Published and marked as indexed: the caller inserts the passages in the same transaction.
pub async fn insert_articles(tx: &mut TenantTx, rows: &[ArticleRow<'_>]) -> Result<Vec<ArticleId>> {
    let account = tx.account_id();
    let ids = sqlx::query_scalar!(
        "insert into knowledge_articles (account_id, title, body, language, collection, author_id, indexed_version, created_at, updated_at)
         select $1, r.title, r.body, r.language, r.collection, r.author_id, 1, r.created_at, r.updated_at
         from rows from (jsonb_to_recordset($2) as (title text, body text, language text, collection text, author_id bigint,
             created_at timestamptz, updated_at timestamptz)) with ordinality as r
         order by r.ordinality
         returning id",
        account.0,
        list(rows) as _
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(in_order(ids).into_iter().map(ArticleId).collect())
}

pub async fn insert_contacts(tx: &mut TenantTx, rows: &[ContactRow<'_>]) -> Result<Vec<ContactId>> {
    let account = tx.account_id();
    let ids = sqlx::query_scalar!(
        "insert into contacts (account_id, name, email, locale, location, last_seen_at, created_at, updated_at)
         select $1, r.name, r.email, r.locale, r.location, r.last_seen_at, r.created_at, r.last_seen_at
         from rows from (jsonb_to_recordset($2) as (name text, email text, locale text, location text, created_at timestamptz,
             last_seen_at timestamptz)) with ordinality as r
         order by r.ordinality
         returning id",
        account.0,
        list(rows) as _
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(in_order(ids).into_iter().map(ContactId).collect())
}

/// Numbers people use come from the account's own sequence, as for live conversations.
pub async fn insert_conversations(tx: &mut TenantTx, rows: &[ConversationRow<'_>]) -> Result<Vec<ConversationId>> {
    let account = tx.account_id();
    let ids = sqlx::query_scalar!(
        "insert into conversations (account_id, display_id, inbox_id, contact_id, subject, status, priority, priority_manual, assignee_id,
                                    team_id, assignment_source, assignment_reason, labels, snoozed_until, unread_count, waiting_since,
                                    first_response_at, resolved_at, category, sentiment, language, category_confidence, ai_priority,
                                    last_activity_at, created_at, updated_at)
         select $1, nextval(format('display_ids.account_%s', $1::bigint)::regclass), r.inbox_id, r.contact_id, r.subject, r.status, r.priority,
                r.priority_manual, r.assignee_id, r.team_id, r.assignment_source, r.assignment_reason, r.labels, r.snoozed_until,
                r.unread_count, r.waiting_since, r.first_response_at, r.resolved_at, r.category, r.sentiment, r.language,
                r.category_confidence, r.ai_priority, r.last_activity_at, r.created_at, r.last_activity_at
         from rows from (jsonb_to_recordset($2) as (inbox_id bigint, contact_id bigint, subject text, status text, priority text,
             priority_manual boolean, assignee_id bigint, team_id bigint, assignment_source text, assignment_reason text, labels text[],
             snoozed_until timestamptz, unread_count integer, waiting_since timestamptz, first_response_at timestamptz,
             resolved_at timestamptz, category text, sentiment text, language text, category_confidence double precision,
             ai_priority text, last_activity_at timestamptz, created_at timestamptz)) with ordinality as r
         order by r.ordinality
         returning id",
        account.0,
        list(rows) as _
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(in_order(ids).into_iter().map(ConversationId).collect())
}

pub async fn insert_messages(tx: &mut TenantTx, rows: &[MessageRow<'_>]) -> Result<Vec<MessageId>> {
    let account = tx.account_id();
    let ids = sqlx::query_scalar!(
        "insert into messages (account_id, conversation_id, sender_type, sender_id, sender_name, content, content_type, activity, private,
                               status, created_at)
         select $1, r.conversation_id, r.sender_type, r.sender_id, r.sender_name, r.content, r.content_type, r.activity, r.private,
                r.status, r.created_at
         from rows from (jsonb_to_recordset($2) as (conversation_id bigint, sender_type text, sender_id bigint, sender_name text,
             content text, content_type text, activity jsonb, private boolean, status text, created_at timestamptz)) with ordinality as r
         order by r.ordinality
         returning id",
        account.0,
        list(rows) as _
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(in_order(ids).into_iter().map(MessageId).collect())
}

pub async fn insert_ratings(tx: &mut TenantTx, rows: &[RatingRow<'_>]) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "insert into csat_responses (account_id, conversation_id, contact_id, agent_id, rating, comment, created_at)
         select $1, r.conversation_id, r.contact_id, r.agent_id, r.rating, r.comment, r.created_at
         from jsonb_to_recordset($2) as r
             (conversation_id bigint, contact_id bigint, agent_id bigint, rating smallint, comment text, created_at timestamptz)
         order by r.created_at",
        account.0,
        list(rows) as _
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn point(tx: &mut TenantTx, rows: &[PointerRow]) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "update conversations c
         set last_message_id = r.last_message_id, last_message_preview = r.last_message_preview, last_message_sender = r.last_message_sender,
             last_message_private = r.last_message_private, last_message_at = r.last_message_at,
             agent_read_message_id = r.agent_read_message_id, contact_read_message_id = r.contact_read_message_id,
             pending_draft_id = r.pending_draft_id
         from jsonb_to_recordset($2) as r
             (id bigint, last_message_id bigint, last_message_preview text, last_message_sender text, last_message_private boolean,
              last_message_at timestamptz, agent_read_message_id bigint, contact_read_message_id bigint, pending_draft_id bigint)
         where c.account_id = $1 and c.id = r.id",
        account.0,
        list(rows) as _
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Ratings and first responses of each agent, counted from the rows.
pub async fn count_figures(tx: &mut TenantTx) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "with rated as (
             select agent_id, sum(rating) as total, count(*) as n from csat_responses where account_id = $1 group by agent_id
         ), answered as (
             select distinct on (m.conversation_id) m.sender_id, extract(epoch from m.created_at - c.created_at)::bigint as seconds
             from messages m join conversations c on c.account_id = m.account_id and c.id = m.conversation_id
             where m.account_id = $1 and m.sender_type = 'user' and not m.private
             order by m.conversation_id, m.id
         ), first_responses as (
             select sender_id, count(*) as n, sum(seconds)::bigint as seconds from answered group by sender_id
         )
         update account_users u
         set csat_sum = coalesce((select total from rated r where r.agent_id = u.user_id), 0),
             csat_count = coalesce((select n from rated r where r.agent_id = u.user_id), 0),
             first_response_count = coalesce((select n from first_responses f where f.sender_id = u.user_id), 0),
             first_response_seconds = coalesce((select seconds from first_responses f where f.sender_id = u.user_id), 0)
         where u.account_id = $1",
        account.0
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
