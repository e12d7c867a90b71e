//! The real binary, killed without warning in the middle of its work, again and again.

use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Office, TestApp};

use crate::support::{PATIENCE, count, owner, write};

const MESSAGES: i64 = 24;
const KILLS: usize = 6;

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn spawn(app: &TestApp, data: &std::path::Path) -> Killed {
    let worker = Command::new(env!("CARGO_BIN_EXE_hummdesk-worker"))
        .arg("run")
        .env("DATABASE_URL", url(&app.runtime))
        .env("HUMMDESK_DATA", data)
        .env("HUMMDESK_SECRET", "a secret that is long enough for a test")
        .env("HUMMDESK_LOG", "warn")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .expect("the worker starts");
    Killed(worker)
}

fn url(options: &PgConnectOptions) -> String {
    use sqlx::ConnectOptions as _;
    options.to_url_lossy().to_string()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_killed_worker_leaves_one_effect_a_job(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let mut owner = owner(&app).await;
    sqlx::query("grant select on _sqlx_migrations to hummdesk_runtime").execute(&mut owner).await.unwrap();
    sqlx::query("select set_config('app.account_id', $1, false)")
        .bind(office.account.to_string())
        .execute(&mut owner)
        .await
        .unwrap();
    for number in 0..MESSAGES {
        write(&app, &office, &format!("I was charged twice for order {number}, please refund one of the payments."))
            .await;
    }
    let data = tempfile::tempdir().unwrap();
    // The trained heads of the test run, so that the binary need not train its own.
    if let Ok(cache) = domain::db::embedded::cache_dir() {
        std::os::unix::fs::symlink(cache.join("test-ai"), data.path().join("ai")).unwrap();
    }
    let mut newest = 0;
    for _ in 0..KILLS {
        let worker = spawn(&app, data.path());
        let deadline = Instant::now() + PATIENCE;
        // In the middle: as soon as something is in its hands, which bear a number of their own each time.
        loop {
            let holder =
                count(&mut owner, "select coalesce(max(worker_id), 0) from jobs where status = 'running'").await;
            if holder > newest {
                newest = holder;
                break;
            }
            assert!(Instant::now() < deadline, "the worker never claimed anything");
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
        drop(worker);
    }
    // Jobs that died with their worker three times wait for a person.
    let mut last = spawn(&app, data.path());
    let deadline = Instant::now() + PATIENCE;
    while count(&mut owner, "select count(*) from jobs where status not in ('done', 'parked')").await > 0 {
        assert!(Instant::now() < deadline, "the queue does not empty");
        for id in sqlx::query_scalar::<_, i64>("select id from jobs where status = 'parked'")
            .fetch_all(&mut owner)
            .await
            .unwrap()
        {
            domain::jobs::unpark(&app.ctx, types::JobId(id)).await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(count(&mut owner, "select count(*) from jobs where status = 'parked'").await, 0);
    assert_eq!(count(&mut owner, "select count(*) from classifications").await, MESSAGES);
    assert_eq!(count(&mut owner, "select count(distinct message_id) from classifications").await, MESSAGES);
    assert_eq!(count(&mut owner, "select count(*) from drafts").await, MESSAGES);
    assert_eq!(count(&mut owner, "select count(distinct message_id) from drafts").await, MESSAGES);
    assert!(
        count(&mut owner, "select count(*) from jobs where crashes > 0").await > 0,
        "the kills met some job at work"
    );

    // And asked politely, it goes within the promised time.
    let asked = Instant::now();
    let status = Command::new("kill").args(["-TERM", &last.0.id().to_string()]).status().unwrap();
    assert!(status.success());
    let ended = loop {
        if let Some(ended) = last.0.try_wait().unwrap() {
            break ended;
        }
        assert!(asked.elapsed() < Duration::from_secs(30), "it does not stop");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(ended.success());
}
