//! What a draft's stated confidence is worth: the probability that the account's agents find the draft of use, judged by
//! what they made of earlier ones.

use super::queries;
use crate::{
    Result, TenantTx,
    ai::{Composed, calibration::Platt},
};

/// Decisions that count: the newest, because articles and models change.
const DECISIONS: i64 = 300;
/// Share of a draft's characters that may be changed before it counts as not having been of use.
const CHANGED: f64 = 0.25;

/// The confidence to store and show. A draft that answers nothing is not judged by those that do.
pub(super) async fn of(tx: &mut TenantTx, composed: &Composed) -> Result<f64> {
    if !composed.grounded {
        return Ok(composed.confidence);
    }
    let decided = queries::decided(tx, &composed.model, CHANGED, DECISIONS).await?;
    Ok(Platt::fit(&decided).apply(composed.confidence))
}
