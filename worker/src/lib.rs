//! The worker: claims jobs, hands each to the domain, and settles what became of it. apalis runs the handlers, one
//! worker a queue; the table behind them is ours (see [`backend`]).

mod backend;
pub mod cli;
mod handler;
mod lease;
mod life;
mod maintenance;

use std::{sync::Arc, time::Duration};

use apalis_core::{
    error::WorkerError,
    worker::{builder::WorkerBuilder, context::WorkerContext},
};
use domain::Ctx;
use tokio::sync::{Semaphore, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use types::jobs::Queue;

use backend::QueueBackend;
use life::Registration;

/// How long running jobs may go on after a stop was asked for; then they are given back.
const GRACE: Duration = Duration::from_secs(20);
/// How long giving back may take: together with [`GRACE`] below the 30 s in which the product promises to stop.
const GIVE_BACK: Duration = Duration::from_secs(5);
/// Pause before a queue's worker that ended by itself is started again.
const RESTART: Duration = Duration::from_secs(1);

/// Jobs of each queue that run at once in this process. A queue with 0 is left to others.
#[derive(Clone, Debug)]
pub struct WorkerOptions {
    pub classify: usize,
    pub draft: usize,
    pub index: usize,
    pub maintain: usize,
}

impl Default for WorkerOptions {
    fn default() -> Self {
        // Both models run on one lane each; more would only queue there.
        Self { classify: 4, draft: 4, index: 1, maintain: 1 }
    }
}

impl WorkerOptions {
    const fn slots(&self, queue: Queue) -> usize {
        match queue {
            Queue::Classify => self.classify,
            Queue::Draft => self.draft,
            Queue::Index => self.index,
            Queue::Maintain => self.maintain,
        }
    }
}

/// What every queue's worker shares.
#[derive(Clone)]
struct Runner {
    ctx: Ctx,
    /// This process's standing among the workers; none while the database does not answer.
    registration: watch::Receiver<Option<Registration>>,
    /// Grace is over: running jobs are given back.
    hurry: CancellationToken,
    /// Whatever must end before the database may be left.
    tracker: TaskTracker,
}

/// Works until `stop`: claims nothing more, lets running jobs finish for up to 20 s, gives the rest back. Returns
/// within 30 s. Database trouble is waited out, never fatal.
pub async fn run(ctx: Ctx, options: WorkerOptions, stop: CancellationToken) -> anyhow::Result<()> {
    let (registered, registration) = watch::channel(None);
    let runner =
        Runner { ctx: ctx.clone(), registration, hurry: CancellationToken::new(), tracker: TaskTracker::new() };
    let done = CancellationToken::new();
    let life = tokio::spawn(life::keep(ctx.clone(), registered, done.clone()));
    let reaper = tokio::spawn(life::reap(ctx.clone(), stop.clone()));
    let maintenance = tokio::spawn(maintenance::run(ctx, stop.clone()));
    let queues: Vec<_> = Queue::ALL
        .iter()
        .filter(|queue| options.slots(**queue) > 0)
        .map(|queue| tokio::spawn(supervise(runner.clone(), *queue, options.slots(*queue), stop.clone())))
        .collect();

    stop.cancelled().await;
    tracing::info!("worker.run.stopping");
    let hurry = runner.hurry.clone();
    tokio::spawn(async move {
        tokio::time::sleep(GRACE).await;
        hurry.cancel();
    });
    let ended = async {
        for queue in queues {
            queue.await?;
        }
        runner.tracker.close();
        runner.tracker.wait().await;
        anyhow::Ok(())
    };
    if let Ok(ended) = tokio::time::timeout(GRACE + GIVE_BACK, ended).await {
        ended?;
    } else {
        tracing::warn!("worker.run: some jobs could not be given back; another worker takes them over");
    }
    // Last, because whoever sees this life end takes over what is still in hand.
    done.cancel();
    life.await?;
    reaper.await?;
    maintenance.await?;
    Ok(())
}

/// Keeps one queue's worker running: apalis ends a worker on the first error it meets.
async fn supervise(runner: Runner, queue: Queue, slots: usize, stop: CancellationToken) {
    let slots = Arc::new(Semaphore::new(slots));
    while !stop.is_cancelled() {
        let name = WorkerContext::new(queue.as_str());
        let backend = QueueBackend::new(runner.clone(), queue, Arc::clone(&slots));
        let worker = WorkerBuilder::new(name).backend(backend).build(handler::handle);
        let stopped = stop.clone();
        let signal = async move {
            stopped.cancelled().await;
            Ok::<(), WorkerError>(())
        };
        match worker.run_until(signal).await {
            Ok(()) => return,
            Err(error) => {
                tracing::error!(%error, %queue, "worker.queue.restart");
                tokio::time::sleep(RESTART).await;
            }
        }
    }
}
