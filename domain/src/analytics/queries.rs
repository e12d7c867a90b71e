//! SQL of the figures: one statement a group of figures, each bound to an index over account and time.

use types::analytics::{DayFigures, NamedCount};

use super::Scope;
use crate::{Result, TenantTx};

pub struct Started {
    pub count: i64,
    pub first_response_median: Option<f64>,
}

/// Conversations that began in the period. Expects `conversations_created_idx`.
pub async fn started(tx: &mut TenantTx, scope: &Scope) -> Result<Started> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Started,
        r#"select count(*) as "count!",
                  percentile_cont(0.5) within group (order by extract(epoch from c.first_response_at - c.created_at)::double precision)
                      as first_response_median
           from conversations c
           where c.account_id = $1 and c.created_at >= $2 and c.created_at < $3
             and ($4::bigint is null or c.inbox_id = $4) and ($5::bigint is null or c.team_id = $5)"#,
        account.0,
        scope.from,
        scope.to,
        scope.inbox.map(|id| id.0),
        scope.team.map(|id| id.0)
    )
    .fetch_one(tx.conn())
    .await?)
}

pub struct Ended {
    pub count: i64,
    pub resolution_median: Option<f64>,
}

/// Conversations that were resolved in the period and still are. Expects `conversations_resolved_idx`.
pub async fn ended(tx: &mut TenantTx, scope: &Scope) -> Result<Ended> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Ended,
        r#"select count(*) as "count!",
                  percentile_cont(0.5) within group (order by extract(epoch from c.resolved_at - c.created_at)::double precision)
                      as resolution_median
           from conversations c
           where c.account_id = $1 and c.resolved_at >= $2 and c.resolved_at < $3
             and ($4::bigint is null or c.inbox_id = $4) and ($5::bigint is null or c.team_id = $5)"#,
        account.0,
        scope.from,
        scope.to,
        scope.inbox.map(|id| id.0),
        scope.team.map(|id| id.0)
    )
    .fetch_one(tx.conn())
    .await?)
}

pub struct Now {
    pub open: i64,
    pub unassigned: i64,
    pub waiting: i64,
}

/// The present, whatever the period. Expects `conversations_activity_idx` (open ones only).
pub async fn now(tx: &mut TenantTx, scope: &Scope) -> Result<Now> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Now,
        r#"select count(*) as "open!", count(*) filter (where c.assignee_id is null) as "unassigned!",
                  count(*) filter (where c.waiting_since is not null) as "waiting!"
           from conversations c
           where c.account_id = $1 and c.status = 'open'
             and ($2::bigint is null or c.inbox_id = $2) and ($3::bigint is null or c.team_id = $3)"#,
        account.0,
        scope.inbox.map(|id| id.0),
        scope.team.map(|id| id.0)
    )
    .fetch_one(tx.conn())
    .await?)
}

pub struct Csat {
    pub count: i64,
    pub average: Option<f64>,
}

/// Ratings given in the period. Expects `csat_responses_created_idx`.
pub async fn csat(tx: &mut TenantTx, scope: &Scope) -> Result<Csat> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Csat,
        r#"select count(*) as "count!", avg(r.rating)::double precision as average
           from csat_responses r join conversations c on c.account_id = r.account_id and c.id = r.conversation_id
           where r.account_id = $1 and r.created_at >= $2 and r.created_at < $3
             and ($4::bigint is null or c.inbox_id = $4) and ($5::bigint is null or c.team_id = $5)"#,
        account.0,
        scope.from,
        scope.to,
        scope.inbox.map(|id| id.0),
        scope.team.map(|id| id.0)
    )
    .fetch_one(tx.conn())
    .await?)
}

pub struct Ai {
    pub drafts: i64,
    pub accepted: i64,
    pub classifications: i64,
    pub corrected: i64,
}

/// What the AI made in the period, and what people made of it. Expects `drafts_created_idx` and
/// `classifications_created_idx`; conversations are looked up only for a filter.
pub async fn ai(tx: &mut TenantTx, scope: &Scope) -> Result<Ai> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Ai,
        r#"with wanted as (
               select d.kind, d.good from (
                   select 'draft' as kind, status in ('accepted', 'edited') as good, account_id, conversation_id
                   from drafts where account_id = $1 and created_at >= $2 and created_at < $3
                   union all
                   select 'classification', corrected = '{}', account_id, conversation_id
                   from classifications where account_id = $1 and created_at >= $2 and created_at < $3
               ) d
               where ($4::bigint is null and $5::bigint is null) or exists (
                   select from conversations c
                   where c.account_id = d.account_id and c.id = d.conversation_id
                     and ($4::bigint is null or c.inbox_id = $4) and ($5::bigint is null or c.team_id = $5))
           )
           select count(*) filter (where kind = 'draft') as "drafts!",
                  count(*) filter (where kind = 'draft' and good) as "accepted!",
                  count(*) filter (where kind = 'classification') as "classifications!",
                  count(*) filter (where kind = 'classification' and not good) as "corrected!"
           from wanted"#,
        account.0,
        scope.from,
        scope.to,
        scope.inbox.map(|id| id.0),
        scope.team.map(|id| id.0)
    )
    .fetch_one(tx.conn())
    .await?)
}

/// A row for every day (UTC) the period touches. Messages are what customers and agents said to each other.
/// Expects the indexes of [`started`] and [`ended`], and `messages_created_brin`.
pub async fn daily(tx: &mut TenantTx, scope: &Scope) -> Result<Vec<DayFigures>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        DayFigures,
        r#"with days as (
               select day::date as day
               from generate_series(($2::timestamptz at time zone 'utc')::date::timestamp,
                                    (($3::timestamptz - interval '1 microsecond') at time zone 'utc')::date::timestamp,
                                    interval '1 day') day
           ), created as (
               select (c.created_at at time zone 'utc')::date as day, count(*) as n
               from conversations c
               where c.account_id = $1 and c.created_at >= $2 and c.created_at < $3
                 and ($4::bigint is null or c.inbox_id = $4) and ($5::bigint is null or c.team_id = $5)
               group by 1
           ), resolved as (
               select (c.resolved_at at time zone 'utc')::date as day, count(*) as n
               from conversations c
               where c.account_id = $1 and c.resolved_at >= $2 and c.resolved_at < $3
                 and ($4::bigint is null or c.inbox_id = $4) and ($5::bigint is null or c.team_id = $5)
               group by 1
           ), said as (
               select (m.created_at at time zone 'utc')::date as day, count(*) as n
               from messages m
               where m.account_id = $1 and m.created_at >= $2 and m.created_at < $3 and m.content_type = 'text' and not m.private
                 and (($4::bigint is null and $5::bigint is null) or exists (
                     select from conversations c
                     where c.account_id = m.account_id and c.id = m.conversation_id
                       and ($4::bigint is null or c.inbox_id = $4) and ($5::bigint is null or c.team_id = $5)))
               group by 1
           )
           select days.day as "day!", coalesce(created.n, 0) as "created!", coalesce(resolved.n, 0) as "resolved!",
                  coalesce(said.n, 0) as "messages!"
           from days
           left join created on created.day = days.day
           left join resolved on resolved.day = days.day
           left join said on said.day = days.day
           order by days.day"#,
        account.0,
        scope.from,
        scope.to,
        scope.inbox.map(|id| id.0),
        scope.team.map(|id| id.0)
    )
    .fetch_all(tx.conn())
    .await?)
}

struct GroupRow {
    kind: String,
    name: String,
    count: i64,
}

pub struct Groups(Vec<GroupRow>);

impl Groups {
    /// The counts of one kind, largest first.
    pub fn of(&self, kind: &str) -> Vec<NamedCount> {
        self.0
            .iter()
            .filter(|row| row.kind == kind)
            .map(|row| NamedCount { name: row.name.clone(), count: row.count })
            .collect()
    }
}

/// Conversations that began in the period, counted four ways in one pass. Those without a category, sentiment or team
/// are left out of that count.
pub async fn groups(tx: &mut TenantTx, scope: &Scope) -> Result<Groups> {
    let account = tx.account_id();
    let rows = sqlx::query_as!(
        GroupRow,
        r#"select case grouping(c.category, c.sentiment, t.name, i.name)
                      when 7 then 'category' when 11 then 'sentiment' when 13 then 'team' else 'inbox' end as "kind!",
                  coalesce(c.category, c.sentiment, t.name, i.name) as "name!", count(*) as "count!"
           from conversations c
           join inboxes i on i.account_id = c.account_id and i.id = c.inbox_id
           left join teams t on t.account_id = c.account_id and t.id = c.team_id
           where c.account_id = $1 and c.created_at >= $2 and c.created_at < $3
             and ($4::bigint is null or c.inbox_id = $4) and ($5::bigint is null or c.team_id = $5)
           group by grouping sets ((c.category), (c.sentiment), (t.name), (i.name))
           having coalesce(c.category, c.sentiment, t.name, i.name) is not null
           order by 3 desc, 2"#,
        account.0,
        scope.from,
        scope.to,
        scope.inbox.map(|id| id.0),
        scope.team.map(|id| id.0)
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(Groups(rows))
}
