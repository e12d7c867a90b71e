//! SQL of idempotency keys.

use serde_json::Value;
use types::Timestamp;

use super::Replay;
use crate::{Result, TenantTx};

/// Whether the key is this transaction's now. Waits for a transaction that took it and has not ended.
pub async fn take(tx: &mut TenantTx, owner: &str, key: &str, request_hash: &[u8]) -> Result<bool> {
    let (account, now) = (tx.account_id(), tx.now());
    let done = sqlx::query!(
        "insert into idempotency_keys (account_id, actor, key, request_hash, created_at) values ($1, $2, $3, $4, $5)
         on conflict (account_id, actor, key) do nothing",
        account.0,
        owner,
        key,
        request_hash,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

pub struct Known {
    pub request_hash: Vec<u8>,
    pub answer: Option<Replay>,
}

pub async fn find(tx: &mut TenantTx, owner: &str, key: &str) -> Result<Known> {
    let account = tx.account_id();
    let row = sqlx::query!(
        "select request_hash, status, response from idempotency_keys where account_id = $1 and actor = $2 and key = $3",
        account.0,
        owner,
        key
    )
    .fetch_one(tx.conn())
    .await?;
    let answer = row.status.zip(row.response).map(|(status, body)| Replay { status: status.unsigned_abs(), body });
    Ok(Known { request_hash: row.request_hash, answer })
}

pub async fn finish(tx: &mut TenantTx, owner: &str, key: &str, status: u16, body: &Value) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "update idempotency_keys set status = $4, response = $5 where account_id = $1 and actor = $2 and key = $3",
        account.0,
        owner,
        key,
        status as i16,
        body
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn purge(tx: &mut TenantTx, before: Timestamp) -> Result<u64> {
    let account = tx.account_id();
    let done =
        sqlx::query!("delete from idempotency_keys where account_id = $1 and created_at < $2", account.0, before)
            .execute(tx.conn())
            .await?;
    Ok(done.rows_affected())
}
