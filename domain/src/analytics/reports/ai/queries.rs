//! SQL of the report on the AI.

use types::{
    analytics::{DraftDay, ModelFigures, NamedCount, SpendDay},
    classifications::Outcome,
    egress::EgressOutcome,
};

use super::judged::Judged;
use crate::{Result, TenantTx, analytics::Scope};

pub struct Timing {
    pub median_ms: Option<f64>,
    pub p95_ms: Option<f64>,
}

/// Expects `classifications_created_idx`.
pub async fn classification_times(tx: &mut TenantTx, scope: &Scope) -> Result<Timing> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Timing,
        r#"select percentile_cont(0.5) within group (order by k.processing_ms::double precision) as median_ms,
                  percentile_cont(0.95) within group (order by k.processing_ms::double precision) as p95_ms
           from classifications k join conversations c on c.account_id = k.account_id and c.id = k.conversation_id
           where k.account_id = $1 and k.created_at >= $2 and k.created_at < $3
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

/// The period's classifications, counted by what was decided, what the category is now, what the decision amounted to
/// and the tenth of its confidence. What was decided is what the first correction found. Expects
/// `classifications_created_idx`, and `corrections_classification_idx` for those that were corrected.
pub async fn judged(tx: &mut TenantTx, scope: &Scope) -> Result<Vec<Judged>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Judged,
        r#"select coalesce(first.from_value, k.category) as "decided!", k.category as actual, k.outcome as "outcome: Outcome",
                  least(floor(k.confidence * 10), 9)::integer as "tenth!", count(*) as "count!", sum(k.confidence) as "confidence!"
           from classifications k
           join conversations c on c.account_id = k.account_id and c.id = k.conversation_id
           left join lateral (
               select r.from_value from corrections r
               where r.account_id = k.account_id and r.classification_id = k.id and r.field = 'category' and k.corrected @> array['category']
               order by r.id limit 1) first on true
           where k.account_id = $1 and k.created_at >= $2 and k.created_at < $3
             and ($4::bigint is null or c.inbox_id = $4) and ($5::bigint is null or c.team_id = $5)
           group by 1, 2, 3, 4 order by 1, 2, 3, 4"#,
        account.0,
        scope.from,
        scope.to,
        scope.inbox.map(|id| id.0),
        scope.team.map(|id| id.0)
    )
    .fetch_all(tx.conn())
    .await?)
}

/// How often each field of the period's classifications was corrected.
pub async fn corrections(tx: &mut TenantTx, scope: &Scope) -> Result<Vec<NamedCount>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        NamedCount,
        r#"select field as "name!", count(*) as "count!"
           from classifications k join conversations c on c.account_id = k.account_id and c.id = k.conversation_id
           cross join lateral unnest(k.corrected) field
           where k.account_id = $1 and k.created_at >= $2 and k.created_at < $3
             and ($4::bigint is null or c.inbox_id = $4) and ($5::bigint is null or c.team_id = $5)
           group by 1 order by 2 desc, 1"#,
        account.0,
        scope.from,
        scope.to,
        scope.inbox.map(|id| id.0),
        scope.team.map(|id| id.0)
    )
    .fetch_all(tx.conn())
    .await?)
}

pub struct DraftFigures {
    pub median_ms: Option<f64>,
    pub p95_ms: Option<f64>,
    pub ungrounded: i64,
    pub edit_distance_mean: Option<f64>,
}

/// Expects `drafts_created_idx`.
pub async fn draft_figures(tx: &mut TenantTx, scope: &Scope) -> Result<DraftFigures> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        DraftFigures,
        r#"select percentile_cont(0.5) within group (order by d.generation_ms::double precision) as median_ms,
                  percentile_cont(0.95) within group (order by d.generation_ms::double precision) as p95_ms,
                  count(*) filter (where not d.grounded) as "ungrounded!",
                  (avg(d.edit_distance) filter (where d.status = 'edited'))::double precision as edit_distance_mean
           from drafts d join conversations c on c.account_id = d.account_id and c.id = d.conversation_id
           where d.account_id = $1 and d.created_at >= $2 and d.created_at < $3
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

pub async fn drafts_by_status(tx: &mut TenantTx, scope: &Scope) -> Result<Vec<NamedCount>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        NamedCount,
        r#"select d.status as "name!", count(*) as "count!"
           from drafts d join conversations c on c.account_id = d.account_id and c.id = d.conversation_id
           where d.account_id = $1 and d.created_at >= $2 and d.created_at < $3
             and ($4::bigint is null or c.inbox_id = $4) and ($5::bigint is null or c.team_id = $5)
           group by 1 order by 2 desc, 1"#,
        account.0,
        scope.from,
        scope.to,
        scope.inbox.map(|id| id.0),
        scope.team.map(|id| id.0)
    )
    .fetch_all(tx.conn())
    .await?)
}

/// A row for every day (UTC) the period touches. Expects `drafts_created_idx`.
pub async fn drafts_daily(tx: &mut TenantTx, scope: &Scope) -> Result<Vec<DraftDay>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        DraftDay,
        r#"with days as (
               select day::date as day
               from generate_series(($2::timestamptz at time zone 'utc')::date::timestamp,
                                    (($3::timestamptz - interval '1 microsecond') at time zone 'utc')::date::timestamp,
                                    interval '1 day') day
           ), written as (
               select (d.created_at at time zone 'utc')::date as day, count(*) as drafts,
                      count(*) filter (where not d.grounded) as ungrounded,
                      count(*) filter (where d.status = 'accepted') as accepted,
                      count(*) filter (where d.status = 'edited') as edited,
                      count(*) filter (where d.status = 'rejected') as rejected,
                      (avg(d.edit_distance) filter (where d.status = 'edited'))::double precision as edit_distance_mean
               from drafts d join conversations c on c.account_id = d.account_id and c.id = d.conversation_id
               where d.account_id = $1 and d.created_at >= $2 and d.created_at < $3
                 and ($4::bigint is null or c.inbox_id = $4) and ($5::bigint is null or c.team_id = $5)
               group by 1
           )
           select days.day as "day!", coalesce(w.drafts, 0) as "drafts!", coalesce(w.ungrounded, 0) as "ungrounded!",
                  coalesce(w.accepted, 0) as "accepted!", coalesce(w.edited, 0) as "edited!", coalesce(w.rejected, 0) as "rejected!",
                  w.edit_distance_mean as "edit_distance_mean?"
           from days left join written w on w.day = days.day order by days.day"#,
        account.0,
        scope.from,
        scope.to,
        scope.inbox.map(|id| id.0),
        scope.team.map(|id| id.0)
    )
    .fetch_all(tx.conn())
    .await?)
}

/// Outcomes of requests that never left.
fn not_sent() -> Vec<String> {
    EgressOutcome::ALL.iter().filter(|outcome| !outcome.was_sent()).map(ToString::to_string).collect()
}

/// A row for every day (UTC) the period touches. With an inbox or a team, what is about none is left out. Expects
/// `ai_egress_created_idx`.
pub async fn spend_daily(tx: &mut TenantTx, scope: &Scope) -> Result<Vec<SpendDay>> {
    let (account, not_sent) = (tx.account_id(), not_sent());
    Ok(sqlx::query_as!(
        SpendDay,
        r#"with days as (
               select day::date as day
               from generate_series(($2::timestamptz at time zone 'utc')::date::timestamp,
                                    (($3::timestamptz - interval '1 microsecond') at time zone 'utc')::date::timestamp,
                                    interval '1 day') day
           ), spent as (
               select (e.created_at at time zone 'utc')::date as day, count(*) as requests,
                      sum(e.tokens_in + e.tokens_out)::bigint as tokens, sum(e.cost_micros)::bigint as cost_micros
               from ai_egress e left join conversations c on c.account_id = e.account_id and c.id = e.conversation_id
               where e.account_id = $1 and e.created_at >= $2 and e.created_at < $3 and e.outcome <> all ($6)
                 and ($4::bigint is null or c.inbox_id = $4) and ($5::bigint is null or c.team_id = $5)
               group by 1
           )
           select days.day as "day!", coalesce(s.requests, 0) as "requests!", coalesce(s.tokens, 0) as "tokens!",
                  coalesce(s.cost_micros, 0) as "cost_micros!"
           from days left join spent s on s.day = days.day order by days.day"#,
        account.0,
        scope.from,
        scope.to,
        scope.inbox.map(|id| id.0),
        scope.team.map(|id| id.0),
        &not_sent
    )
    .fetch_all(tx.conn())
    .await?)
}

/// Every model that decided or was asked, the busiest first. Expects `ai_decisions_created_idx` and
/// `ai_egress_created_idx`.
pub async fn by_model(tx: &mut TenantTx, scope: &Scope) -> Result<Vec<ModelFigures>> {
    let (account, not_sent) = (tx.account_id(), not_sent());
    Ok(sqlx::query_as!(
        ModelFigures,
        r#"with decided as (
               select e.model, count(*) as decisions, percentile_cont(0.5) within group (order by e.latency_ms::double precision) as median
               from ai_decisions e
               join messages m on m.account_id = e.account_id and m.id = e.message_id
               join conversations c on c.account_id = m.account_id and c.id = m.conversation_id
               where e.account_id = $1 and e.created_at >= $2 and e.created_at < $3
                 and ($4::bigint is null or c.inbox_id = $4) and ($5::bigint is null or c.team_id = $5)
               group by 1
           ), asked as (
               select e.model, count(*) as requests, sum(e.tokens_in + e.tokens_out)::bigint as tokens, sum(e.cost_micros)::bigint as cost_micros
               from ai_egress e left join conversations c on c.account_id = e.account_id and c.id = e.conversation_id
               where e.account_id = $1 and e.created_at >= $2 and e.created_at < $3 and e.outcome <> all ($6)
                 and ($4::bigint is null or c.inbox_id = $4) and ($5::bigint is null or c.team_id = $5)
               group by 1
           )
           select coalesce(d.model, a.model) as "model!", coalesce(d.decisions, 0) as "decisions!", d.median as "latency_median_ms?",
                  coalesce(a.requests, 0) as "requests!", coalesce(a.tokens, 0) as "tokens!", coalesce(a.cost_micros, 0) as "cost_micros!"
           from decided d full join asked a on a.model = d.model
           order by 2 desc, 1"#,
        account.0,
        scope.from,
        scope.to,
        scope.inbox.map(|id| id.0),
        scope.team.map(|id| id.0),
        &not_sent
    )
    .fetch_all(tx.conn())
    .await?)
}
