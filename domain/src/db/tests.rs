//! What a connection carries from one transaction to the next: nothing.

use sqlx::PgPool;
use types::{AccountId, Timestamp};

use super::{Db, bootstrap::RUNTIME};

/// The account that the pool's only connection is left in.
async fn left(db: &Db) -> Option<String> {
    let mut connection = db.unscoped().await.unwrap();
    sqlx::query_scalar("select nullif(current_setting('app.account_id', true), '')")
        .fetch_one(&mut *connection)
        .await
        .unwrap()
}

#[sqlx::test(migrations = false)]
async fn no_account_stays_on_a_connection(pool: PgPool) {
    let password = std::env::var("HUMMDESK_TEST_RUNTIME_PASSWORD").unwrap_or_else(|_| "runtime".to_owned());
    let options = (*pool.connect_options()).clone().username(RUNTIME).password(&password);
    let db = Db::connect(options, 1).await.unwrap();
    let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
    assert_eq!(left(&db).await, None);

    db.begin(AccountId(7), now).await.unwrap().commit().await.unwrap();
    assert_eq!(left(&db).await, None, "after a commit");

    drop(db.begin(AccountId(7), now).await.unwrap());
    assert_eq!(left(&db).await, None, "after a transaction that was dropped");

    let mut tx = db.begin(AccountId(7), now).await.unwrap();
    sqlx::query("select 1 / 0").execute(tx.conn()).await.unwrap_err();
    tx.commit().await.unwrap();
    assert_eq!(left(&db).await, None, "after a statement that failed");
}
