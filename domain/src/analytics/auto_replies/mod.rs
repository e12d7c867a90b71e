//! What automatic answers came to, apart from the drafts that people decide on.

mod queries;

use types::{analytics::AnalyticsQuery, auto_replies::AutoReplyReport};

use super::Scope;
use crate::{Actor, Permission, Result, TenantTx};

/// # Errors
/// `Invalid` for an impossible period.
pub async fn auto_replies(tx: &mut TenantTx, actor: &Actor, query: AnalyticsQuery) -> Result<AutoReplyReport> {
    actor.require(Permission::Read)?;
    let scope = Scope::new(&query, tx.now())?;
    let answered = queries::answered(tx, &scope).await?;
    let csat = queries::csat(tx, &scope).await?;
    Ok(AutoReplyReport {
        sent: answered.sent,
        conversations: answered.conversations,
        handed_over: answered.handed_over,
        resolved: answered.resolved,
        resolved_alone: answered.resolved_alone,
        csat_alone: csat.alone,
        csat_alone_count: csat.alone_count,
        csat_others: csat.others,
        csat_others_count: csat.others_count,
        held: queries::held(tx, &scope).await?,
    })
}
