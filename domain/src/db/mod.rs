//! The database: bootstrap of its roles, the runtime's pool, and [`TenantTx`], the only way to touch a tenant's rows.

pub mod bootstrap;
pub mod embedded;
pub(crate) mod graph;
pub mod tenant;
#[cfg(test)]
mod tests;
pub mod wake;

use std::{sync::Arc, time::Duration};

use sqlx::{
    Connection as _, PgPool, Postgres,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use types::{AccountId, Timestamp};

pub use tenant::TenantTx;
use wake::Wake;

use crate::Result;

/// Migrations, embedded in the binaries. Run as the owner role only.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");

/// What has rested less is taken to be alive: a server that restarted meanwhile takes longer to come back.
const FRESH: Duration = Duration::from_secs(1);

/// The runtime's connections. The pool itself is private: tenant tables are reached through [`TenantTx`].
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    pool: PgPool,
    options: PgConnectOptions,
    wake: Wake,
}

impl Db {
    /// Connects as the runtime role.
    pub async fn connect(options: PgConnectOptions, max_connections: u32) -> Result<Self> {
        let pool = PgPoolOptions::new()
            .max_connections(max_connections)
            .min_connections(1)
            .acquire_timeout(Duration::from_secs(5))
            // Asked after a rest only: a ping before each use would cost every request a round trip.
            .test_before_acquire(false)
            .before_acquire(|connection, meta| {
                Box::pin(async move { Ok(meta.idle_for < FRESH || connection.ping().await.is_ok()) })
            })
            .connect_with(options.clone())
            .await?;
        Ok(Self(Arc::new(Inner { wake: Wake::start(pool.clone(), options.clone()), pool, options })))
    }

    /// Opens a transaction scoped to an account, in one round trip.
    pub async fn begin(&self, account: AccountId, now: Timestamp) -> Result<TenantTx> {
        TenantTx::begin(&self.0.pool, account, now, self.0.wake.clone()).await
    }

    /// A connection without an account: it sees no tenant row, and serves the front-door functions only.
    pub(crate) async fn unscoped(&self) -> Result<PoolConnection<Postgres>> {
        Ok(self.0.pool.acquire().await?)
    }

    /// A connection outside the pool, for a lock or a listener that lives as long as its owner.
    pub(crate) async fn dedicated(&self) -> Result<sqlx::PgConnection> {
        use sqlx::ConnectOptions as _;
        Ok(self.0.options.connect().await?)
    }

    pub fn wake(&self) -> &Wake {
        &self.0.wake
    }

    /// Round-trip time of the database, for health reports.
    pub async fn ping(&self) -> Result<()> {
        let mut connection = self.unscoped().await?;
        sqlx::query!("select 1 as one").fetch_one(&mut *connection).await?;
        Ok(())
    }

    /// Connections (open, idle), for metrics.
    pub fn pool_figures(&self) -> (u32, usize) {
        (self.0.pool.size(), self.0.pool.num_idle())
    }

    pub async fn close(&self) {
        self.0.pool.close().await;
    }
}
