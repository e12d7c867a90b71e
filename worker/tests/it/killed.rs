//! The real binary, killed without warning in the middle of its work, a hundred times.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use sqlx::{
    PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use testkit::{Office, TestApp};

use crate::support::{PATIENCE, Process, count, owner, write};

const KILLS: i64 = 100;
/// Messages that wait at first; each life finds one more.
const BACKLOG: i64 = 20;

/// What can be seen of the workers' doing.
#[derive(Debug, sqlx::FromRow)]
struct Sight {
    /// The newest life's number, and what it holds.
    worker: i64,
    running: i64,
    drafting: i64,
    /// Drafts that nobody writes yet.
    undrafted: i64,
    announced: i64,
    done: i64,
}

async fn look(owner: &mut PgConnection) -> Sight {
    sqlx::query_as(
        "select w.worker, count(*) filter (where j.worker_id = w.worker) as running,
                count(*) filter (where j.worker_id = w.worker and queue = 'draft') as drafting,
                count(*) filter (where queue = 'draft' and status in ('ready', 'scheduled')) as undrafted,
                count(*) filter (where status = 'done') as done,
                (select count(*) from events where kind = 'ai:processing') as announced
         from (select case when is_called then last_value else 0 end as worker from worker_ids) w left join jobs j on true group by 1",
    )
    .fetch_one(owner)
    .await
    .unwrap()
}

/// Whether a new life is where it shall end: with a job in its hands, and as far with it as the number says.
fn reached(kill: i64, before: &Sight, now: &Sight) -> bool {
    now.worker > before.worker
        && now.running > 0
        && match kill % 4 {
            // Just claimed.
            0 => true,
            // The message is read, and the model thinks.
            1 => now.announced > before.announced,
            // Between the effect of one job and that of another.
            2 => now.done > before.done,
            // A draft is being written, unless there is none to write.
            _ => now.drafting > 0 || now.undrafted == 0,
        }
}

/// Jobs that died with their worker three times wait for a person: here she is.
async fn revive(app: &TestApp, owner: &mut PgConnection) {
    let parked =
        sqlx::query_scalar::<_, i64>("select id from jobs where status = 'parked'").fetch_all(owner).await.unwrap();
    for id in parked {
        domain::jobs::unpark(&app.ctx, types::JobId(id)).await.unwrap();
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_worker_killed_a_hundred_times_leaves_one_effect_a_job(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let mut owner = owner(&app).await;
    let process = Process::prepare(&app, &mut owner).await;
    sqlx::query("select set_config('app.account_id', $1, false)")
        .bind(office.account.to_string())
        .execute(&mut owner)
        .await
        .unwrap();
    let text = |number: i64| format!("I was charged twice for order {number}, please refund one of the payments.");
    for number in 0..BACKLOG {
        write(&app, &office, &text(number)).await;
    }
    for kill in 0..KILLS {
        write(&app, &office, &text(BACKLOG + kill)).await;
        let before = look(&mut owner).await;
        let worker = process.spawn(&[]);
        let deadline = Instant::now() + PATIENCE;
        loop {
            let now = look(&mut owner).await;
            if reached(kill, &before, &now) {
                break;
            }
            assert!(Instant::now() < deadline, "life {kill} never had a job in its hands: {before:?}, {now:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        drop(worker);
        revive(&app, &mut owner).await;
    }
    let mut last = process.spawn(&[]);
    let deadline = Instant::now() + PATIENCE;
    while count(&mut owner, "select count(*) from jobs where status <> 'done'").await > 0 {
        assert!(Instant::now() < deadline, "the queue does not empty");
        revive(&app, &mut owner).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let messages = count(&mut owner, "select count(*) from messages where sender_type = 'contact'").await;
    assert_eq!(messages, BACKLOG + KILLS);
    for counted in [
        "select count(*) from classifications",
        "select count(distinct message_id) from classifications",
        "select count(*) from drafts",
        "select count(distinct message_id) from drafts",
        // Told once as well.
        "select count(*) from events where kind = 'ai:classification'",
        "select count(*) from events where kind = 'ai:draft'",
    ] {
        assert_eq!(count(&mut owner, counted).await, messages, "{counted}");
    }
    let loads = "select count(*) from account_users u where current_load <> (select count(*) from conversations c where c.assignee_id = u.user_id and c.status = 'open')";
    assert_eq!(count(&mut owner, loads).await, 0, "an agent's load counts each conversation once");

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
