//! [`TenantTx`]: a transaction that can see and change one account's rows, and nothing else.

use chrono::SubsecRound as _;
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Postgres, SqlSafeStr, Transaction};
use types::{AccountId, Timestamp};

use super::wake::{Topic, Wake};
use crate::Result;

/// Row security does the scoping: the transaction carries `app.account_id` until it ends.
/// Dropped without [`commit`](Self::commit), it rolls back and announces nothing.
pub struct TenantTx {
    tx: Transaction<'static, Postgres>,
    account_id: AccountId,
    now: Timestamp,
    wake: Wake,
    appended: bool,
    enqueued: bool,
    rehearsed: bool,
}

impl TenantTx {
    pub(super) async fn begin(pool: &PgPool, account: AccountId, now: Timestamp, wake: Wake) -> Result<Self> {
        // The id is an integer from our own types, so it cannot carry SQL; `set` cannot take a parameter.
        let statement = format!("begin; set local app.account_id = '{}'", account.0);
        let tx = pool.begin_with(AssertSqlSafe(statement).into_sql_str()).await?;
        // What is told of a row before it is read again must be what was stored: microseconds.
        let now = now.trunc_subsecs(6);
        Ok(Self { tx, account_id: account, now, wake, appended: false, enqueued: false, rehearsed: false })
    }

    pub fn account_id(&self) -> AccountId {
        self.account_id
    }

    /// The moment of the operation: one for everything it writes.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// For `queries.rs` only.
    pub(crate) fn conn(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    pub(crate) fn mark_appended(&mut self) {
        self.appended = true;
    }

    pub(crate) fn mark_enqueued(&mut self) {
        self.enqueued = true;
    }

    /// Changes of the assistant may pass the gate: they were tried before, or are taken back.
    pub(crate) fn mark_rehearsed(&mut self) {
        self.rehearsed = true;
    }

    pub(crate) fn forget_rehearsed(&mut self) {
        self.rehearsed = false;
    }

    pub(crate) fn is_rehearsed(&self) -> bool {
        self.rehearsed
    }

    /// Commits, then wakes whoever waits for events or jobs. A lost wake-up delays; it never loses.
    pub async fn commit(self) -> Result<()> {
        self.tx.commit().await?;
        if self.appended {
            self.wake.signal(Topic::Events);
        }
        if self.enqueued {
            self.wake.signal(Topic::Jobs);
        }
        Ok(())
    }
}
