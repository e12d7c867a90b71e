//! The report on the AI.

mod judged;
mod queries;

use types::analytics::{AiReport, AnalyticsQuery};

use super::share;
use crate::{Actor, Permission, Result, TenantTx, analytics::Scope};

/// What the AI did, and what people made of it.
///
/// # Errors
/// `Invalid` for an impossible period.
pub async fn ai(tx: &mut TenantTx, actor: &Actor, query: AnalyticsQuery) -> Result<AiReport> {
    actor.require(Permission::Read)?;
    let scope = Scope::new(&query, tx.now())?;
    let judged = queries::judged(tx, &scope).await?;
    let times = queries::classification_times(tx, &scope).await?;
    let drafts_by_status = queries::drafts_by_status(tx, &scope).await?;
    let drafts = queries::draft_figures(tx, &scope).await?;
    let of = |statuses: &[&str]| -> i64 {
        drafts_by_status.iter().filter(|row| statuses.contains(&row.name.as_str())).map(|row| row.count).sum()
    };
    let calibration = judged::calibration(&judged);
    let confusion = judged::confusion(&judged);
    Ok(AiReport {
        from: scope.from,
        to: scope.to,
        classifications: judged::total(&judged),
        category_accuracy: share(judged::right(&judged), judged::total(&judged)),
        corrections: queries::corrections(tx, &scope).await?,
        ece: judged::ece(&calibration),
        calibration,
        classification_median_ms: times.median_ms,
        classification_p95_ms: times.p95_ms,
        drafts: drafts_by_status.iter().map(|row| row.count).sum(),
        draft_acceptance: share(of(&["accepted", "edited"]), of(&["accepted", "edited", "rejected"])),
        edit_distance_mean: drafts.edit_distance_mean,
        draft_median_ms: drafts.median_ms,
        draft_p95_ms: drafts.p95_ms,
        by_category: judged::by_category(&confusion),
        confusion,
        outcomes: judged::outcomes(&judged),
        drafts_ungrounded: drafts.ungrounded,
        drafts_daily: queries::drafts_daily(tx, &scope).await?,
        spend_daily: queries::spend_daily(tx, &scope).await?,
        by_model: queries::by_model(tx, &scope).await?,
        drafts_by_status,
    })
}
