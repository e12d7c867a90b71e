//! This process's life among the workers: a number, good while a connection of its own lives.

use std::time::Duration;

use domain::{
    Ctx,
    jobs::{self, WorkerLife},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

const CHECK_EVERY: Duration = Duration::from_secs(1);
/// A connection that does not answer for this long is as good as gone.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);
const REAP_EVERY: Duration = Duration::from_secs(1);
const RETRY_AFTER: Duration = Duration::from_millis(500);

/// The right to claim and to settle jobs under a number.
#[derive(Clone, Debug)]
pub struct Registration {
    pub worker: i64,
    /// The connection is gone: others may have taken these jobs over already.
    pub lost: CancellationToken,
}

/// Registers, and registers anew under another number whenever the connection is lost. Ends with `done`.
pub async fn keep(ctx: Ctx, registered: watch::Sender<Option<Registration>>, done: CancellationToken) {
    while !done.is_cancelled() {
        let begun = tokio::select! {
            () = done.cancelled() => return,
            begun = WorkerLife::begin(&ctx.db) => begun,
        };
        match begun {
            Ok(life) => {
                tracing::info!(worker = life.worker, "worker.life.begin");
                let lost = CancellationToken::new();
                registered.send_replace(Some(Registration { worker: life.worker, lost: lost.clone() }));
                if live(life, &done).await {
                    return;
                }
                tracing::warn!("worker.life.lost: registering anew");
                registered.send_replace(None);
                lost.cancel();
            }
            Err(error) => {
                tracing::warn!(%error, "worker.life.begin failed; trying again");
                tokio::time::sleep(RETRY_AFTER).await;
            }
        }
    }
}

/// True when it ended because it was done, false when the connection was lost.
async fn live(mut life: WorkerLife, done: &CancellationToken) -> bool {
    loop {
        tokio::select! {
            () = done.cancelled() => return true,
            () = tokio::time::sleep(CHECK_EVERY) => {}
        }
        match tokio::time::timeout(ANSWER_WITHIN, life.check()).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return false,
        }
    }
}

/// Gives back, every second, what dead workers held. Every worker does: whoever lives is enough.
pub async fn reap(ctx: Ctx, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = jobs::reap(&ctx).await {
            tracing::warn!(%error, "worker.reaper failed; trying again");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(REAP_EVERY) => {}
        }
    }
}
