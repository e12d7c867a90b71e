//! SQL of the job table. Claims and verdicts go through the dispatcher's functions; enqueueing is an ordinary insert.

use sqlx::PgConnection;
use types::{
    AccountId, JobId, Timestamp,
    jobs::{JobRow, JobStatus, Queue, QueueFigures},
};

use super::{Claimed, NewJob};
use crate::{Db, Result, TenantTx};

/// The new job's id; none when one of the same key exists already.
pub async fn insert(tx: &mut TenantTx, job: &NewJob) -> Result<Option<JobId>> {
    let (account, now) = (tx.account_id(), tx.now());
    let run_at = job.run_at.unwrap_or(now);
    let status = if run_at > now { JobStatus::Scheduled } else { JobStatus::Ready };
    Ok(sqlx::query_scalar!(
        r#"insert into jobs (account_id, queue, priority, payload, unique_key, status, run_at, created_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8)
           on conflict (account_id, unique_key) where unique_key is not null do nothing
           returning id as "id: JobId""#,
        account.0,
        job.queue.as_str(),
        job.priority,
        job.payload,
        job.unique_key,
        status.as_str(),
        run_at,
        now
    )
    .fetch_optional(tx.conn())
    .await?)
}

pub async fn claim(
    db: &Db,
    queue: Queue,
    worker: i64,
    after: AccountId,
    limit: i32,
    now: Timestamp,
) -> Result<Vec<Claimed>> {
    let mut connection = db.unscoped().await?;
    Ok(sqlx::query_as!(
        Claimed,
        r#"select id as "id!: JobId", account_id as "account_id!: AccountId", payload as "payload!", attempts as "attempts!",
                  worker_id as "worker!", created_at as "created_at!"
           from claim_jobs($1, $2, $3, $4, $5)"#,
        queue.as_str(),
        worker,
        after.0,
        limit,
        now
    )
    .fetch_all(&mut *connection)
    .await?)
}

/// Marks the job done in the transaction of its effect. False when this worker no longer holds it.
pub async fn done_in(tx: &mut TenantTx, id: JobId, worker: i64) -> Result<bool> {
    let (account, now) = (tx.account_id(), tx.now());
    let done = sqlx::query!(
        "update jobs set status = 'done', finished_at = $4, worker_id = null
         where account_id = $1 and id = $2 and worker_id = $3 and status = 'running'",
        account.0,
        id.0,
        worker,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn finish(db: &Db, account: AccountId, id: JobId, worker: i64, now: Timestamp) -> Result<bool> {
    let mut connection = db.unscoped().await?;
    Ok(sqlx::query_scalar!("select finish_job($1, $2, $3, $4)", account.0, id.0, worker, now)
        .fetch_one(&mut *connection)
        .await?
        .unwrap_or(false))
}

/// The job's new status; none when this worker no longer holds it.
pub async fn retry(
    db: &Db,
    account: AccountId,
    id: JobId,
    worker: i64,
    run_at: Timestamp,
    error: &str,
) -> Result<Option<String>> {
    let mut connection = db.unscoped().await?;
    Ok(sqlx::query_scalar!("select retry_job($1, $2, $3, $4, $5)", account.0, id.0, worker, run_at, error)
        .fetch_one(&mut *connection)
        .await?)
}

pub async fn park(db: &Db, account: AccountId, id: JobId, worker: i64, error: &str) -> Result<()> {
    let mut connection = db.unscoped().await?;
    sqlx::query!("select park_job($1, $2, $3, $4)", account.0, id.0, worker, error).fetch_one(&mut *connection).await?;
    Ok(())
}

pub async fn reap(db: &Db, now: Timestamp) -> Result<Vec<(AccountId, JobId, String)>> {
    let mut connection = db.unscoped().await?;
    let rows = sqlx::query!(
        r#"select account_id as "account_id!: AccountId", id as "id!: JobId", status as "status!" from reap_jobs($1)"#,
        now
    )
    .fetch_all(&mut *connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.account_id, row.id, row.status)).collect())
}

pub async fn unpark(db: &Db, id: JobId, now: Timestamp) -> Result<bool> {
    let mut connection = db.unscoped().await?;
    Ok(sqlx::query_scalar!("select unpark_job($1, $2)", id.0, now).fetch_one(&mut *connection).await?.unwrap_or(false))
}

pub async fn purge(db: &Db, before: Timestamp) -> Result<i64> {
    let mut connection = db.unscoped().await?;
    Ok(sqlx::query_scalar!("select purge_jobs($1)", before).fetch_one(&mut *connection).await?.unwrap_or(0))
}

pub async fn figures(db: &Db, now: Timestamp) -> Result<Vec<QueueFigures>> {
    let mut connection = db.unscoped().await?;
    Ok(sqlx::query_as!(
        QueueFigures,
        r#"select queue as "queue!: Queue", ready as "ready!", delayed as "delayed!", running as "running!", parked as "parked!",
                  done_last_minute as "done_last_minute!", oldest_seconds
           from queue_figures($1)"#,
        now
    )
    .fetch_all(&mut *connection)
    .await?)
}

pub async fn next_worker_id(connection: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select nextval('worker_ids') as "id!""#).fetch_one(connection).await
}

/// Holds the worker's life line on this connection.
pub async fn hold_worker(connection: &mut PgConnection, worker: i32) -> sqlx::Result<()> {
    sqlx::query!("select pg_advisory_lock(4854, $1)", worker).execute(connection).await?;
    Ok(())
}

pub async fn find(tx: &mut TenantTx, id: JobId) -> Result<JobRow> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        JobRow,
        r#"select id as "id: JobId", account_id as "account_id: AccountId", queue as "queue: Queue", status as "status: JobStatus",
                  attempts, last_error, run_at
           from jobs where account_id = $1 and id = $2"#,
        account.0,
        id.0
    )
    .fetch_one(tx.conn())
    .await?)
}

pub async fn all_accounts(db: &Db) -> Result<Vec<AccountId>> {
    let mut connection = db.unscoped().await?;
    Ok(sqlx::query_scalar!(r#"select all_account_ids as "id!: AccountId" from all_account_ids()"#)
        .fetch_all(&mut *connection)
        .await?)
}
