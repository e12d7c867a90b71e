//! The sequencer: gives committed events their numbers, in commit order, one small transaction after another.
//!
//! Every server runs one; an advisory lock lets one of them work. The lock lives on the connection, so when its
//! holder dies the next one takes over within a poll.

use std::time::Duration;

use sqlx::PgConnection;
use tokio_util::sync::CancellationToken;

use super::queries;
use crate::{Db, Result, db::wake::Topic};

/// Look without being woken, in case a wake-up was lost.
const POLL: Duration = Duration::from_millis(200);
/// Events a transaction; small, so that numbers come out soon.
const BATCH: i32 = 500;

/// Runs until cancelled. Database trouble is waited out.
pub async fn run(db: Db, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let round = async {
            let mut connection = db.dedicated().await?;
            lead(&db, &mut connection).await
        };
        tokio::select! {
            () = stop.cancelled() => return,
            ended = round => if let Err(error) = ended {
                tracing::warn!(%error, "events.sequencer lost its connection; starting over");
                tokio::time::sleep(POLL).await;
            },
        }
    }
}

async fn lead(db: &Db, connection: &mut PgConnection) -> Result<()> {
    while !queries::try_lead(connection).await? {
        tokio::time::sleep(POLL).await;
    }
    tracing::debug!("events.sequencer leads");
    let mut woken = db.wake().subscribe(Topic::Events);
    loop {
        woken.mark_unchanged();
        while queries::number(connection, BATCH).await? > 0 {
            db.wake().signal(Topic::Numbered);
        }
        // Either outcome is a reason to look again.
        let _ = tokio::time::timeout(POLL, woken.changed()).await;
    }
}
