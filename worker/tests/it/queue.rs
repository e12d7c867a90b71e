//! The job table as workers see it.

use chrono::TimeDelta;
use domain::jobs::{self, Verdict, WorkerLife};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Office, TestApp};
use types::{AccountId, jobs::Queue};

use crate::support::{claim, owner, reap, standing, write};

const START: AccountId = AccountId(0);

#[sqlx::test(migrations = "../migrations")]
async fn a_flood_delays_another_account_by_one_claim_at_most(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let loud = Office::open(&app, "loud").await;
    let quiet = Office::open(&app, "quiet").await;
    let mut owner = owner(&app).await;
    // Written as the flood's own tenant: row security binds the owner, too.
    sqlx::query("select set_config('app.account_id', $1, false)")
        .bind(loud.account.to_string())
        .execute(&mut owner)
        .await
        .unwrap();
    sqlx::query("insert into jobs (account_id, queue, payload) select $1, 'classify', '{\"message_id\": 1}' from generate_series(1, 10000)")
        .bind(loud.account.0)
        .execute(&mut owner)
        .await
        .unwrap();
    write(&app, &quiet, "Where is my invoice?").await;

    let life = WorkerLife::begin(&app.ctx.db).await.unwrap();
    let mut ring = START;
    let mut served = Vec::new();
    for _ in 0..2 {
        let claimed = claim(&app.ctx, &life, ring, 1).await;
        ring = claimed[0].account_id;
        served.push(ring);
    }
    assert!(served.contains(&quiet.account), "served {served:?}");
    // Several places at once are shared out the same way.
    write(&app, &quiet, "And another question about my invoice.").await;
    let batch = claim(&app.ctx, &life, START, 4).await;
    assert_eq!(batch.len(), 4);
    assert!(batch.iter().any(|job| job.account_id == quiet.account));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_job_that_kills_its_worker_three_times_is_parked(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    write(&app, &office, "Hello").await;
    let mut owner = owner_of(&app, &office).await;
    for death in 1..=3 {
        let life = WorkerLife::begin(&app.ctx.db).await.unwrap();
        let claimed = claim(&app.ctx, &life, START, 10).await;
        assert_eq!(claimed.len(), 1, "the claim before death {death}");
        drop(life);
        reap(&app.ctx).await;
        let (status, attempts, crashes) = standing(&mut owner).await.remove(0);
        assert_eq!((attempts, crashes), (death, death));
        assert_eq!(status, if death == 3 { "parked" } else { "scheduled" });
        app.clock.advance(TimeDelta::seconds(10));
    }
    let life = WorkerLife::begin(&app.ctx.db).await.unwrap();
    assert!(claim(&app.ctx, &life, START, 10).await.is_empty(), "a parked job is left alone");
    let id = jobs_of(&app, &office).await[0];
    assert!(jobs::unpark(&app.ctx, id).await.unwrap());
    assert_eq!(claim(&app.ctx, &life, START, 10).await.len(), 1, "until a person revives it");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_pause_is_kept_across_restarts(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    write(&app, &office, "Hello").await;
    let verdict = || Verdict::Retry { error: "the provider is down".to_owned(), after: None };
    for attempt in 1..=3_u32 {
        // A new life each time: nothing of the pause is in memory.
        let life = WorkerLife::begin(&app.ctx.db).await.unwrap();
        let claimed = claim(&app.ctx, &life, START, 10).await;
        assert_eq!(claimed.len(), 1);
        jobs::settle(&app.ctx, &claimed[0], verdict()).await.unwrap();
        assert!(claim(&app.ctx, &life, START, 10).await.is_empty(), "attempt {attempt} rests");
        // 1 s, 2 s, 4 s, and up to a quarter more.
        app.clock.advance(TimeDelta::milliseconds(2_i64.pow(attempt - 1) * 1_300));
    }
    let life = WorkerLife::begin(&app.ctx.db).await.unwrap();
    let last = claim(&app.ctx, &life, START, 10).await.remove(0);
    assert_eq!(last.attempts, 4);
    jobs::settle(&app.ctx, &last, Verdict::Done).await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn a_lost_job_is_not_settled_by_its_former_worker(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    write(&app, &office, "Hello").await;
    let first = WorkerLife::begin(&app.ctx.db).await.unwrap();
    let lost = claim(&app.ctx, &first, START, 1).await.remove(0);
    drop(first);
    reap(&app.ctx).await;
    app.clock.advance(TimeDelta::seconds(5));
    let second = WorkerLife::begin(&app.ctx.db).await.unwrap();
    let held = claim(&app.ctx, &second, START, 1).await.remove(0);
    assert_eq!(held.id, lost.id);

    jobs::settle(&app.ctx, &lost, Verdict::Done).await.unwrap();
    let mut tx = app.ctx.begin_in(office.account).await.unwrap();
    assert!(jobs::done_in(&mut tx, &lost).await.is_err(), "the former worker's effect rolls back");
    drop(tx);
    let mut tx = app.ctx.begin_in(office.account).await.unwrap();
    jobs::done_in(&mut tx, &held).await.unwrap();
    tx.commit().await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn urgent_jobs_go_first(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let (_, message) = write(&app, &office, "Hello").await;
    let mut tx = app.ctx.begin_in(office.account).await.unwrap();
    let urgent =
        domain::classifications::request(&mut tx, &domain::Actor::system(office.account), message).await.unwrap();
    tx.commit().await.unwrap();
    let life = WorkerLife::begin(&app.ctx.db).await.unwrap();
    assert_eq!(claim(&app.ctx, &life, START, 1).await[0].id, urgent);
    let figures = jobs::figures(&app.ctx).await.unwrap();
    let classify = figures.iter().find(|row| row.queue == Queue::Classify).unwrap();
    assert_eq!((classify.ready, classify.running), (1, 1));
}

async fn owner_of(app: &TestApp, office: &Office) -> sqlx::PgConnection {
    let mut owner = owner(app).await;
    sqlx::query("select set_config('app.account_id', $1, false)")
        .bind(office.account.to_string())
        .execute(&mut owner)
        .await
        .unwrap();
    owner
}

async fn jobs_of(app: &TestApp, office: &Office) -> Vec<types::JobId> {
    let mut owner = owner_of(app, office).await;
    sqlx::query_scalar("select id from jobs order by id").fetch_all(&mut owner).await.unwrap()
}
