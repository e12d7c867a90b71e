//! apalis over our own job table.
//!
//! [`Persisted`] drives the six methods of [`Persistence`]. Three facts about it shape this file: an error from any of
//! them ends the worker for good, so none is ever returned and trouble is waited out here; a future in flight is
//! dropped when the worker stops, so a claim runs apart and whatever it brought goes back by [`Lease`]'s drop; and the
//! provider is cloned for every call, so what must last lives behind an `Arc`.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use apalis_core::{
    backend::{
        Backend, BackendConfig,
        finalize::Ephemeral,
        persistence::{Persisted, Persistence, TaskEvent},
    },
    task::{Task, builder::TaskBuilder, data::Data, task_id::TaskId},
    worker::context::WorkerContext,
};
use domain::{db::wake::Topic, jobs};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use types::{AccountId, jobs::Queue};

use crate::{Runner, lease::Lease, life::Registration};

/// Looks without being woken: a wake-up may be lost, and a pause may have ended.
const POLL: Duration = Duration::from_secs(1);
/// Pause after the database refused a claim.
const AFTER_TROUBLE: Duration = Duration::from_millis(500);
const HEARTBEAT: Duration = Duration::from_secs(30);

/// One queue of the table, as seen by one process.
#[derive(Clone)]
pub(crate) struct QueueTable {
    runner: Runner,
    queue: Queue,
    /// Places for running jobs: no more is claimed than can start at once.
    slots: Arc<Semaphore>,
    /// The account served last; the next claim starts after it.
    ring: Arc<AtomicI64>,
}

impl QueueTable {
    /// At least one free place, and every other that is free too.
    async fn places(&self) -> Vec<OwnedSemaphorePermit> {
        let mut places = Vec::new();
        // The semaphore is never closed.
        if let Ok(first) = Arc::clone(&self.slots).acquire_owned().await {
            places.push(first);
        }
        while let Ok(next) = Arc::clone(&self.slots).try_acquire_owned() {
            places.push(next);
        }
        places
    }

    async fn registration(&self) -> Option<Registration> {
        let mut registration = self.runner.registration.clone();
        registration.wait_for(Option::is_some).await.ok().and_then(|current| current.clone())
    }

    /// Claims into the free places. Spawned by the caller, so that it ends even when nobody waits for it any more.
    async fn claim(self, registration: Registration, places: Vec<OwnedSemaphorePermit>) -> domain::Result<Vec<Lease>> {
        let after = AccountId(self.ring.load(Ordering::Relaxed));
        let claimed =
            jobs::claim(&self.runner.ctx, self.queue, registration.worker, after, places.len() as i32).await?;
        if let Some(last) = claimed.last() {
            self.ring.store(last.account_id.0, Ordering::Relaxed);
        }
        Ok(claimed
            .into_iter()
            .zip(places)
            .map(|(job, place)| Lease::new(job, self.queue, self.runner.clone(), registration.lost.clone(), place))
            .collect())
    }
}

fn task(lease: Lease) -> Task<Lease> {
    let id = lease.job().map_or(0, |job| job.id.0);
    let attempts = lease.job().map_or(0, |job| job.attempts);
    TaskBuilder::new(lease).task_id(TaskId::from_int(id as u64)).attempt(attempts.saturating_sub(1) as usize).build()
}

impl Persistence for QueueTable {
    type Compact = Lease;
    type Response = ();
    type Error = Infallible;

    /// The process registers once for all its queues; here it is only waited for.
    async fn register(&mut self, _: &WorkerContext) -> Result<(), Infallible> {
        self.registration().await;
        Ok(())
    }

    /// The connection itself is the heartbeat.
    async fn heartbeat(&mut self, _: &WorkerContext) -> Result<(), Infallible> {
        Ok(())
    }

    /// Waits until there is a free place and a job for it.
    async fn fetch_next(&mut self, _: &WorkerContext) -> Result<Vec<Task<Lease>>, Infallible> {
        loop {
            let places = self.places().await;
            let Some(registration) = self.registration().await else {
                // The keeper has ended, and so will this worker.
                std::future::pending::<()>().await;
                continue;
            };
            // Before the claim, so that a job enqueued during it is not slept over.
            let mut woken = self.runner.ctx.db.wake().subscribe(Topic::Jobs);
            match self.runner.tracker.spawn(self.clone().claim(registration, places)).await {
                Ok(Ok(leases)) if !leases.is_empty() => return Ok(leases.into_iter().map(task).collect()),
                Ok(Ok(_)) => {
                    // Either outcome is a reason to look again.
                    let _ = tokio::time::timeout(POLL, woken.changed()).await;
                }
                Ok(Err(error)) => {
                    tracing::warn!(%error, queue = %self.queue, "worker.queue.claim failed; trying again");
                    tokio::time::sleep(AFTER_TROUBLE).await;
                }
                Err(error) => {
                    tracing::error!(%error, queue = %self.queue, "worker.queue.claim panicked; trying again");
                    tokio::time::sleep(AFTER_TROUBLE).await;
                }
            }
        }
    }

    /// Dropping a lease gives its job back.
    async fn reenqueue_abandoned(&mut self, tasks: Vec<Task<Lease>>, _: &WorkerContext) -> Result<u64, Infallible> {
        Ok(tasks.len() as u64)
    }

    /// Handlers settle their own jobs, most of them in the transaction of the effect; apalis reports nothing here.
    async fn handle_events(&mut self, _: Vec<TaskEvent<()>>, _: &WorkerContext) -> Result<(), Infallible> {
        Ok(())
    }

    /// Jobs are enqueued in the transaction of their state, never through apalis.
    async fn push_tasks(&mut self, _: Vec<Task<Lease>>) -> Result<(), Infallible> {
        Ok(())
    }
}

/// The backend that apalis polls.
pub(crate) struct QueueBackend {
    table: Persisted<QueueTable>,
    runner: Runner,
}

impl QueueBackend {
    pub fn new(runner: Runner, queue: Queue, slots: Arc<Semaphore>) -> Self {
        let table = QueueTable { runner: runner.clone(), queue, slots, ring: Arc::new(AtomicI64::new(0)) };
        Self { table: Persisted::new(table), runner }
    }
}

impl Backend for QueueBackend {
    type Task = Task<Lease>;
    type Error = Infallible;

    fn poll_ready(&mut self, cx: &mut Context<'_>, worker: &WorkerContext) -> Poll<Result<(), Infallible>> {
        self.table.poll_ready(cx, worker, HEARTBEAT)
    }

    fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        worker: &WorkerContext,
    ) -> Poll<Option<Result<Task<Lease>, Infallible>>> {
        self.table.poll_next(cx, worker)
    }

    fn poll_close(&mut self, cx: &mut Context<'_>, worker: &WorkerContext) -> Poll<Result<(), Infallible>> {
        self.table.poll_close(cx, worker)
    }
}

impl BackendConfig for QueueBackend {
    type Args = Lease;
    type Id = i64;
    type Kind = Ephemeral;
    type Config = ();
    /// Hands the handlers what they share.
    type Layer = Data<Runner>;

    fn config(&self) -> &() {
        &()
    }

    fn middleware(&mut self, _: &mut WorkerContext) -> Data<Runner> {
        Data::new(self.runner.clone())
    }
}
