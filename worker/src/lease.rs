//! A claimed job on its way through apalis. Wherever it is dropped unhandled, it goes back to the table.

use std::time::Duration;

use domain::jobs::{self, Claimed, Verdict};
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;
use types::jobs::Queue;

use crate::Runner;

/// Pauses between attempts to write a verdict down.
const SETTLE_AGAIN: Duration = Duration::from_millis(300);
/// Attempts before the verdict is left to the reaper of this worker's successors.
const SETTLE_TRIES: u32 = 100;

pub struct Lease {
    /// Taken by [`Lease::settle`].
    job: Option<Claimed>,
    pub queue: Queue,
    runner: Runner,
    pub lost: CancellationToken,
    _slot: OwnedSemaphorePermit,
}

impl Lease {
    pub fn new(
        job: Claimed,
        queue: Queue,
        runner: Runner,
        lost: CancellationToken,
        slot: OwnedSemaphorePermit,
    ) -> Self {
        Self { job: Some(job), queue, runner, lost, _slot: slot }
    }

    pub fn job(&self) -> Option<&Claimed> {
        self.job.as_ref()
    }

    /// Writes the verdict down. Not done for a lease that was lost: the job is in other hands then.
    pub async fn settle(mut self, verdict: Verdict) {
        if let Some(job) = self.job.take() {
            settle(&self.runner, &job, verdict, &self.lost).await;
        }
    }

    /// The handler saw to everything in its own transaction, or the job is no longer ours to speak for.
    pub fn forget(mut self) {
        self.job = None;
    }
}

async fn settle(runner: &Runner, job: &Claimed, verdict: Verdict, lost: &CancellationToken) {
    for _ in 0..SETTLE_TRIES {
        if lost.is_cancelled() {
            return;
        }
        match jobs::settle(&runner.ctx, job, verdict.clone()).await {
            Ok(()) => return,
            Err(error) => {
                tracing::warn!(job = %job.id, %error, "worker.job.settle failed");
                // A stop does not wait for the database: the reaper gives back what is left.
                if runner.hurry.is_cancelled() {
                    return;
                }
                tokio::time::sleep(SETTLE_AGAIN).await;
            }
        }
    }
}

/// A verdict for work that never began, or was cut short by a stop.
pub fn given_back() -> Verdict {
    Verdict::Retry { error: "given back: the worker stopped".to_owned(), after: Some(Duration::ZERO) }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(job) = self.job.take() else { return };
        // Without a runtime the process is ending, and the reaper of another takes over.
        if tokio::runtime::Handle::try_current().is_ok() {
            let (runner, lost) = (self.runner.clone(), self.lost.clone());
            self.runner.tracker.spawn(async move { settle(&runner, &job, given_back(), &lost).await });
        }
    }
}
