//! What must happen by itself, once a minute: every worker does it, and doing it twice is doing it once.

use std::time::Duration;

use domain::{Ctx, Result, attachments, conversations, egress, events, idempotency, jobs};
use tokio_util::sync::CancellationToken;
use types::AccountId;

const EVERY: Duration = Duration::from_mins(1);
/// Rounds between two sweeps of what is kept for a day and longer: listing the file store is the one costly task here.
const SWEEP_EVERY: u64 = 60;

/// Runs until `stop`. A round that fails is told, and the next one tries again.
pub async fn run(ctx: Ctx, stop: CancellationToken) {
    for count in 0_u64.. {
        tokio::select! {
            () = stop.cancelled() => return,
            () = round(&ctx, count) => {}
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

async fn round(ctx: &Ctx, count: u64) {
    tell("events.maintain", events::maintain(ctx).await);
    tell("jobs.purge", jobs::purge(ctx).await);
    let accounts: Vec<AccountId> = match jobs::all_accounts(&ctx.db).await {
        Ok(accounts) => accounts,
        Err(error) => return tell::<()>("jobs.all_accounts", Err(error)),
    };
    for account in accounts {
        tell("conversations.wake_snoozed", conversations::wake_snoozed(ctx, account).await);
        if count.is_multiple_of(SWEEP_EVERY) {
            tell("attachments.purge_orphans", attachments::purge_orphans(ctx, account).await);
            tell("idempotency.purge", idempotency::purge(ctx, account).await);
            tell("egress.purge", egress::purge(ctx, account).await);
        }
    }
}

/// One task's trouble must not keep the others from their turn.
fn tell<T>(task: &str, outcome: Result<T>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, task, "worker.maintenance failed; the next round tries again");
    }
}
