//! SQL of the reports by agent, team, satisfaction and promise kept.

use types::{
    ConversationId, SlaPolicyId, TeamId, Timestamp, UserId,
    agents::AgentRef,
    analytics::{AgentFigures, CsatComment, TeamFigures},
    conversations::{Priority, Status},
    teams::TeamRef,
};

use crate::{Result, TenantTx, analytics::Scope};

/// Everyone in the account, by name; those without work too. A pass over each table, then joined.
pub async fn agents(tx: &mut TenantTx, scope: &Scope) -> Result<Vec<AgentFigures>> {
    let account = tx.account_id();
    let rows = sqlx::query!(
        r#"with wanted as (
               select c.assignee_id, c.created_at, c.first_response_at, c.resolved_at
               from conversations c
               where c.account_id = $1 and c.assignee_id is not null
                 and ((c.created_at >= $2 and c.created_at < $3) or (c.resolved_at >= $2 and c.resolved_at < $3))
                 and ($4::bigint is null or c.inbox_id = $4) and ($5::bigint is null or c.team_id = $5)
           ), work as (
               select assignee_id,
                      count(*) filter (where created_at >= $2 and created_at < $3) as conversations,
                      count(*) filter (where resolved_at >= $2 and resolved_at < $3) as resolved,
                      percentile_cont(0.5) within group (order by extract(epoch from first_response_at - created_at)::double precision)
                          filter (where created_at >= $2 and created_at < $3) as first_response,
                      percentile_cont(0.5) within group (order by extract(epoch from resolved_at - created_at)::double precision)
                          filter (where resolved_at >= $2 and resolved_at < $3) as resolution
               from wanted group by assignee_id
           ), said as (
               select m.sender_id, count(*) as replies
               from messages m
               where m.account_id = $1 and m.created_at >= $2 and m.created_at < $3
                 and m.sender_type = 'user' and m.content_type = 'text' and not m.private
                 and (($4::bigint is null and $5::bigint is null) or exists (
                     select from conversations c
                     where c.account_id = m.account_id and c.id = m.conversation_id
                       and ($4::bigint is null or c.inbox_id = $4) and ($5::bigint is null or c.team_id = $5)))
               group by m.sender_id
           ), rated as (
               select r.agent_id, count(*) as responses, avg(r.rating)::double precision as average
               from csat_responses r join conversations c on c.account_id = r.account_id and c.id = r.conversation_id
               where r.account_id = $1 and r.created_at >= $2 and r.created_at < $3
                 and ($4::bigint is null or c.inbox_id = $4) and ($5::bigint is null or c.team_id = $5)
               group by r.agent_id
           )
           select au.user_id as "id: UserId", au.name, au.current_load::bigint as "open_now!", coalesce(said.replies, 0) as "replies!",
                  coalesce(work.conversations, 0) as "conversations!", coalesce(work.resolved, 0) as "resolved!",
                  work.first_response as "first_response?", work.resolution as "resolution?",
                  rated.average as "average?", coalesce(rated.responses, 0) as "responses!"
           from account_users au
           left join work on work.assignee_id = au.user_id
           left join said on said.sender_id = au.user_id
           left join rated on rated.agent_id = au.user_id
           where au.account_id = $1
             and ($5::bigint is null or exists (
                 select from team_members tm where tm.account_id = au.account_id and tm.user_id = au.user_id and tm.team_id = $5))
           order by lower(au.name), au.user_id"#,
        account.0,
        scope.from,
        scope.to,
        scope.inbox.map(|id| id.0),
        scope.team.map(|id| id.0)
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| AgentFigures {
            agent: AgentRef { id: row.id, name: row.name },
            open_now: row.open_now,
            replies: row.replies,
            conversations: row.conversations,
            resolved: row.resolved,
            first_response_median_seconds: row.first_response,
            resolution_median_seconds: row.resolution,
            csat_average: row.average,
            csat_responses: row.responses,
        })
        .collect())
}

/// Every team, by name; those without work too.
pub async fn teams(tx: &mut TenantTx, scope: &Scope) -> Result<Vec<TeamFigures>> {
    let account = tx.account_id();
    let rows = sqlx::query!(
        r#"with work as (
               select c.team_id,
                      count(*) filter (where c.created_at >= $2 and c.created_at < $3) as conversations,
                      count(*) filter (where c.resolved_at >= $2 and c.resolved_at < $3) as resolved,
                      percentile_cont(0.5) within group (order by extract(epoch from c.first_response_at - c.created_at)::double precision)
                          filter (where c.created_at >= $2 and c.created_at < $3) as first_response,
                      percentile_cont(0.5) within group (order by extract(epoch from c.resolved_at - c.created_at)::double precision)
                          filter (where c.resolved_at >= $2 and c.resolved_at < $3) as resolution
               from conversations c
               where c.account_id = $1 and c.team_id is not null
                 and ((c.created_at >= $2 and c.created_at < $3) or (c.resolved_at >= $2 and c.resolved_at < $3))
                 and ($4::bigint is null or c.inbox_id = $4)
               group by c.team_id
           ), rated as (
               select c.team_id, count(*) as responses, avg(r.rating)::double precision as average
               from csat_responses r join conversations c on c.account_id = r.account_id and c.id = r.conversation_id
               where r.account_id = $1 and r.created_at >= $2 and r.created_at < $3 and ($4::bigint is null or c.inbox_id = $4)
               group by c.team_id
           )
           select t.id as "id: TeamId", t.name,
                  (select count(*) from conversations o where o.account_id = t.account_id and o.team_id = t.id and o.status = 'open'
                     and ($4::bigint is null or o.inbox_id = $4)) as "open_now!",
                  coalesce(work.conversations, 0) as "conversations!", coalesce(work.resolved, 0) as "resolved!",
                  work.first_response as "first_response?", work.resolution as "resolution?",
                  rated.average as "average?", coalesce(rated.responses, 0) as "responses!"
           from teams t
           left join work on work.team_id = t.id
           left join rated on rated.team_id = t.id
           where t.account_id = $1 and ($5::bigint is null or t.id = $5)
           order by lower(t.name)"#,
        account.0,
        scope.from,
        scope.to,
        scope.inbox.map(|id| id.0),
        scope.team.map(|id| id.0)
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| TeamFigures {
            team: TeamRef { id: row.id, name: row.name },
            open_now: row.open_now,
            conversations: row.conversations,
            resolved: row.resolved,
            first_response_median_seconds: row.first_response,
            resolution_median_seconds: row.resolution,
            csat_average: row.average,
            csat_responses: row.responses,
        })
        .collect())
}

/// How often each rating from 1 to 5 was given.
pub async fn ratings(tx: &mut TenantTx, scope: &Scope) -> Result<Vec<i64>> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"select count(r.id) as "count!"
           from generate_series(1, 5) as s (star)
           left join (csat_responses r join conversations c on c.account_id = r.account_id and c.id = r.conversation_id)
               on r.rating = s.star and r.account_id = $1 and r.created_at >= $2 and r.created_at < $3
              and ($4::bigint is null or c.inbox_id = $4) and ($5::bigint is null or c.team_id = $5)
           group by s.star order by s.star"#,
        account.0,
        scope.from,
        scope.to,
        scope.inbox.map(|id| id.0),
        scope.team.map(|id| id.0)
    )
    .fetch_all(tx.conn())
    .await?)
}

/// Newest first. Without a comment only when `all`.
pub async fn csat_comments(tx: &mut TenantTx, scope: &Scope, all: bool, limit: i64) -> Result<Vec<CsatComment>> {
    let account = tx.account_id();
    let rows = sqlx::query!(
        r#"select c.id as "conversation_id: ConversationId", c.display_id, r.rating, coalesce(r.comment, '') as "comment!", r.created_at,
                  au.user_id as "agent_id?: UserId", au.name as "agent_name?"
           from csat_responses r
           join conversations c on c.account_id = r.account_id and c.id = r.conversation_id
           left join account_users au on au.account_id = r.account_id and au.user_id = r.agent_id
           where r.account_id = $1 and r.created_at >= $2 and r.created_at < $3
             and ($4::bigint is null or c.inbox_id = $4) and ($5::bigint is null or c.team_id = $5)
             and ($6 or coalesce(r.comment, '') <> '')
           order by r.created_at desc, r.id desc limit $7"#,
        account.0,
        scope.from,
        scope.to,
        scope.inbox.map(|id| id.0),
        scope.team.map(|id| id.0),
        all,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| CsatComment {
            conversation_id: row.conversation_id,
            display_id: row.display_id,
            rating: row.rating,
            comment: row.comment,
            agent: row.agent_id.zip(row.agent_name).map(|(id, name)| AgentRef { id, name }),
            created_at: row.created_at,
        })
        .collect())
}

pub struct SlaRow {
    pub policy_id: SlaPolicyId,
    pub name: String,
    pub priority: Option<Priority>,
    pub first_target: Option<i32>,
    pub first_met: i64,
    pub first_missed: i64,
    pub first_pending: i64,
    pub resolution_target: Option<i32>,
    pub resolution_met: i64,
    pub resolution_missed: i64,
    pub resolution_pending: i64,
}

/// Each policy against the conversations of the period it speaks for. A promise is kept when the answer came in time,
/// missed when it came late or its time has passed without one, and undecided otherwise. A conversation that was
/// resolved without an answer needed none.
pub async fn sla(tx: &mut TenantTx, scope: &Scope) -> Result<Vec<SlaRow>> {
    let (account, now) = (tx.account_id(), tx.now());
    Ok(sqlx::query_as!(
        SlaRow,
        r#"with measured as (
               select p.id as policy_id,
                      extract(epoch from coalesce(c.first_response_at, c.resolved_at, $6) - c.created_at) <= p.first_response_seconds as first_in_time,
                      coalesce(c.first_response_at, c.resolved_at) is not null as answered,
                      extract(epoch from coalesce(c.resolved_at, $6) - c.created_at) <= p.resolution_seconds as resolved_in_time,
                      c.resolved_at is not null as resolved
               from conversations c
               cross join lateral (
                   select * from sla_policies s
                   where s.account_id = c.account_id and (s.priority = c.priority or s.priority is null)
                   order by s.priority is null, s.id limit 1) p
               where c.account_id = $1 and c.created_at >= $2 and c.created_at < $3 and c.merged_into is null
                 and ($4::bigint is null or c.inbox_id = $4) and ($5::bigint is null or c.team_id = $5)
           )
           select s.id as "policy_id: SlaPolicyId", s.name, s.priority as "priority: Priority",
                  s.first_response_seconds as first_target,
                  count(*) filter (where m.answered and m.first_in_time) as "first_met!",
                  count(*) filter (where not m.first_in_time) as "first_missed!",
                  count(*) filter (where not m.answered and m.first_in_time) as "first_pending!",
                  s.resolution_seconds as resolution_target,
                  count(*) filter (where m.resolved and m.resolved_in_time) as "resolution_met!",
                  count(*) filter (where not m.resolved_in_time) as "resolution_missed!",
                  count(*) filter (where not m.resolved and m.resolved_in_time) as "resolution_pending!"
           from sla_policies s left join measured m on m.policy_id = s.id
           where s.account_id = $1
           group by s.account_id, s.id, s.name, s.priority, s.first_response_seconds, s.resolution_seconds
           order by lower(s.name)"#,
        account.0,
        scope.from,
        scope.to,
        scope.inbox.map(|id| id.0),
        scope.team.map(|id| id.0),
        now
    )
    .fetch_all(tx.conn())
    .await?)
}

pub struct ConversationRow {
    pub display_id: i64,
    pub status: Status,
    pub priority: Priority,
    pub inbox: String,
    pub team: Option<String>,
    pub assignee: Option<String>,
    pub contact: Option<String>,
    pub contact_email: Option<String>,
    pub category: Option<String>,
    pub sentiment: Option<String>,
    pub language: Option<String>,
    pub labels: Vec<String>,
    pub created_at: Timestamp,
    pub first_response_at: Option<Timestamp>,
    pub resolved_at: Option<Timestamp>,
    pub rating: Option<i16>,
}

/// Conversations that began in the period, oldest first.
pub async fn conversations(tx: &mut TenantTx, scope: &Scope, limit: i64) -> Result<Vec<ConversationRow>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        ConversationRow,
        r#"select c.display_id, c.status as "status: Status", c.priority as "priority: Priority", i.name as inbox, t.name as "team?",
                  au.name as "assignee?", k.name as contact, k.email as contact_email, c.category, c.sentiment, c.language, c.labels,
                  c.created_at, c.first_response_at, c.resolved_at, r.rating as "rating?"
           from conversations c
           join inboxes i on i.account_id = c.account_id and i.id = c.inbox_id
           join contacts k on k.account_id = c.account_id and k.id = c.contact_id
           left join teams t on t.account_id = c.account_id and t.id = c.team_id
           left join account_users au on au.account_id = c.account_id and au.user_id = c.assignee_id
           left join csat_responses r on r.account_id = c.account_id and r.conversation_id = c.id
           where c.account_id = $1 and c.created_at >= $2 and c.created_at < $3
             and ($4::bigint is null or c.inbox_id = $4) and ($5::bigint is null or c.team_id = $5)
           order by c.created_at, c.id limit $6"#,
        account.0,
        scope.from,
        scope.to,
        scope.inbox.map(|id| id.0),
        scope.team.map(|id| id.0),
        limit
    )
    .fetch_all(tx.conn())
    .await?)
}
