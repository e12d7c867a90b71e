//! Reports by agent, team, AI, satisfaction and promise kept.

mod ai;
pub(super) mod queries;

use types::analytics::{AgentReport, AnalyticsQuery, CsatReport, SlaAttainment, SlaFigures, SlaReport, TeamReport};

pub use ai::ai;

use super::Scope;
use crate::{Actor, Permission, Result, TenantTx};

const MAX_COMMENTS: i64 = 200;

/// Each person's work.
///
/// # Errors
/// `Forbidden` below supervisor; `Invalid` for an impossible period.
pub async fn agents(tx: &mut TenantTx, actor: &Actor, query: AnalyticsQuery) -> Result<AgentReport> {
    actor.require(Permission::Supervise)?;
    let scope = Scope::new(&query, tx.now())?;
    Ok(AgentReport { from: scope.from, to: scope.to, data: queries::agents(tx, &scope).await? })
}

/// Each team's work.
///
/// # Errors
/// `Invalid` for an impossible period.
pub async fn teams(tx: &mut TenantTx, actor: &Actor, query: AnalyticsQuery) -> Result<TeamReport> {
    actor.require(Permission::Read)?;
    let scope = Scope::new(&query, tx.now())?;
    Ok(TeamReport { from: scope.from, to: scope.to, data: queries::teams(tx, &scope).await? })
}

/// What customers thought.
///
/// # Errors
/// `Invalid` for an impossible period.
pub async fn csat(tx: &mut TenantTx, actor: &Actor, query: AnalyticsQuery) -> Result<CsatReport> {
    actor.require(Permission::Read)?;
    let scope = Scope::new(&query, tx.now())?;
    let ratings = queries::ratings(tx, &scope).await?;
    let responses: i64 = ratings.iter().sum();
    let total: i64 = (1..).zip(&ratings).map(|(rating, count)| rating * count).sum();
    Ok(CsatReport {
        from: scope.from,
        to: scope.to,
        responses,
        average: share(total, responses),
        satisfied_share: share(ratings.iter().skip(3).sum(), responses),
        ratings,
        comments: queries::csat_comments(tx, &scope, false, MAX_COMMENTS).await?,
    })
}

/// How the promises were kept.
///
/// # Errors
/// `Invalid` for an impossible period.
pub async fn sla(tx: &mut TenantTx, actor: &Actor, query: AnalyticsQuery) -> Result<SlaReport> {
    actor.require(Permission::Read)?;
    let scope = Scope::new(&query, tx.now())?;
    let attainment = |target: Option<i32>, met, missed, pending| {
        target.map(|target| SlaAttainment { target_seconds: target.into(), met, missed, pending })
    };
    let data = queries::sla(tx, &scope)
        .await?
        .into_iter()
        .map(|row| SlaFigures {
            first_response: attainment(row.first_target, row.first_met, row.first_missed, row.first_pending),
            resolution: attainment(
                row.resolution_target,
                row.resolution_met,
                row.resolution_missed,
                row.resolution_pending,
            ),
            policy_id: row.policy_id,
            name: row.name,
            priority: row.priority,
        })
        .collect();
    Ok(SlaReport { from: scope.from, to: scope.to, data })
}

/// None when there is nothing to take a share of.
fn share(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
