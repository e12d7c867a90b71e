//! Jobs: work that was promised in the transaction of the state it belongs to.
//!
//! A worker holds an advisory lock on a connection of its own while it lives. Jobs of a worker whose lock is free
//! are given back; so a killed worker delays its jobs by a second, not by a lease.

mod queries;

use std::time::Duration;

use chrono::TimeDelta;
use serde::{Serialize, de::DeserializeOwned};
use types::{
    AccountId, JobId, Timestamp,
    jobs::{JobRow, Queue, QueueFigures},
};

use crate::{Ctx, Db, Error, Result, TenantTx};

/// A payload that knows its queue.
pub trait Payload: Serialize + DeserializeOwned + Send + Sync {
    const QUEUE: Queue;

    /// At most one job of a key exists, ever. None for jobs that may repeat.
    fn unique_key(&self) -> Option<String> {
        None
    }
}

pub struct NewJob {
    queue: Queue,
    priority: i16,
    payload: serde_json::Value,
    unique_key: Option<String>,
    run_at: Option<Timestamp>,
}

impl NewJob {
    /// # Errors
    /// When the payload does not serialise, which no payload of ours does.
    pub fn of<P: Payload>(payload: &P) -> Result<Self> {
        Ok(Self {
            queue: P::QUEUE,
            priority: 1,
            unique_key: payload.unique_key(),
            payload: serde_json::to_value(payload).map_err(Error::internal)?,
            run_at: None,
        })
    }

    /// Runs before the account's ordinary jobs: somebody waits for it.
    #[must_use]
    pub fn urgent(mut self) -> Self {
        self.priority = 0;
        self
    }

    #[must_use]
    pub fn at(mut self, run_at: Timestamp) -> Self {
        self.run_at = Some(run_at);
        self
    }
}

/// A job in a worker's hands.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub id: JobId,
    pub account_id: AccountId,
    pub payload: serde_json::Value,
    /// This one included.
    pub attempts: i32,
    pub worker: i64,
    pub created_at: Timestamp,
}

impl Claimed {
    /// # Errors
    /// `Internal` when the payload is not of this kind: a bug, so the job is parked and not retried.
    pub fn payload<P: Payload>(&self) -> Result<P> {
        serde_json::from_value(self.payload.clone()).map_err(Error::internal)
    }
}

/// Promises a job in the transaction of the state it belongs to. None when its key is taken.
pub async fn enqueue(tx: &mut TenantTx, job: NewJob) -> Result<Option<JobId>> {
    let id = queries::insert(tx, &job).await?;
    tx.mark_enqueued();
    Ok(id)
}

/// A worker's registration: its id is good while the connection lives.
pub struct WorkerLife {
    pub worker: i64,
    connection: sqlx::PgConnection,
}

impl WorkerLife {
    /// Registers with a fresh id.
    pub async fn begin(db: &Db) -> Result<Self> {
        let mut connection = db.dedicated().await?;
        let worker = queries::next_worker_id(&mut connection).await?;
        let lock = i32::try_from(worker).map_err(Error::internal)?;
        queries::hold_worker(&mut connection, lock).await?;
        Ok(Self { worker, connection })
    }

    /// # Errors
    /// When the connection is gone, and with it the right to the claimed jobs.
    pub async fn check(&mut self) -> Result<()> {
        use sqlx::Connection as _;
        Ok(self.connection.ping().await?)
    }
}

/// Claims up to `limit` jobs, account by account in a ring that starts after `after`.
pub async fn claim(ctx: &Ctx, queue: Queue, worker: i64, after: AccountId, limit: i32) -> Result<Vec<Claimed>> {
    queries::claim(&ctx.db, queue, worker, after, limit, ctx.now()).await
}

/// Marks a job done in the transaction of its effect: both happen, or neither.
///
/// # Errors
/// `Conflict` when the job is no longer this worker's; the caller's transaction then rolls back, and the effect stays single.
pub async fn done_in(tx: &mut TenantTx, job: &Claimed) -> Result<()> {
    if queries::done_in(tx, job.id, job.worker).await? {
        Ok(())
    } else {
        Err(Error::Conflict { code: "job_lost", message: "the job is in other hands" })
    }
}

/// What becomes of a job that its effect did not mark done.
#[derive(Clone, Debug)]
pub enum Verdict {
    Done,
    /// Try again after a pause; given a time, not before it.
    Retry {
        error: String,
        after: Option<Duration>,
    },
    /// No attempt can succeed: kept for a person to decide.
    Park {
        error: String,
    },
}

/// Carries the verdict out. A job that is no longer this worker's stays as it is.
pub async fn settle(ctx: &Ctx, job: &Claimed, verdict: Verdict) -> Result<()> {
    let now = ctx.now();
    match verdict {
        Verdict::Done => {
            queries::finish(&ctx.db, job.account_id, job.id, job.worker, now).await?;
        }
        Verdict::Retry { error, after } => {
            let pause = after.map_or_else(
                || backoff(job.attempts, ctx.entropy.bytes()[0]),
                |after| TimeDelta::from_std(after).unwrap_or(TimeDelta::hours(1)),
            );
            let status = queries::retry(&ctx.db, job.account_id, job.id, job.worker, now + pause, &error).await?;
            tracing::warn!(job = %job.id, attempts = job.attempts, status, error, "jobs.job.retry");
        }
        Verdict::Park { error } => {
            tracing::error!(job = %job.id, error, "jobs.job.park");
            queries::park(&ctx.db, job.account_id, job.id, job.worker, &error).await?;
        }
    }
    Ok(())
}

/// 1 s, 2 s, 4 s … up to 10 min, with up to a quarter of jitter so that a herd spreads out.
pub fn backoff(attempts: i32, jitter: u8) -> TimeDelta {
    let base = (1_000_i64 << attempts.clamp(1, 11).saturating_sub(1)).min(600_000);
    TimeDelta::milliseconds(base + base * i64::from(jitter) / 1024)
}

/// Gives back what dead workers held; answers how many jobs.
pub async fn reap(ctx: &Ctx) -> Result<usize> {
    let reaped = queries::reap(&ctx.db, ctx.now()).await?;
    for (account, job, status) in &reaped {
        tracing::warn!(%account, %job, status, "jobs.job.reaped");
    }
    Ok(reaped.len())
}

/// Gives a parked job another life. False when there is no such parked job.
pub async fn unpark(ctx: &Ctx, id: JobId) -> Result<bool> {
    let revived = queries::unpark(&ctx.db, id, ctx.now()).await?;
    ctx.db.wake().signal(crate::db::wake::Topic::Jobs);
    Ok(revived)
}

/// Removes finished jobs older than a day.
pub async fn purge(ctx: &Ctx) -> Result<i64> {
    queries::purge(&ctx.db, ctx.now() - TimeDelta::days(1)).await
}

pub async fn figures(ctx: &Ctx) -> Result<Vec<QueueFigures>> {
    queries::figures(&ctx.db, ctx.now()).await
}

pub async fn find(tx: &mut TenantTx, id: JobId) -> Result<JobRow> {
    queries::find(tx, id).await
}

/// For maintenance that visits each account in its own scope.
pub async fn all_accounts(db: &Db) -> Result<Vec<AccountId>> {
    queries::all_accounts(db).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_doubles_and_is_bounded() {
        assert_eq!(backoff(1, 0), TimeDelta::seconds(1));
        assert_eq!(backoff(2, 0), TimeDelta::seconds(2));
        assert_eq!(backoff(4, 0), TimeDelta::seconds(8));
        assert_eq!(backoff(40, 0), TimeDelta::seconds(600));
        assert!(backoff(1, 255) < TimeDelta::milliseconds(1_250));
    }
}
