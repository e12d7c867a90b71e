//! What a running worker does by itself, and what it tells the monitors.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use domain::{attachments, egress};
use object_store::{ObjectStoreExt as _, path::Path};
use reqwest::Method;
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Client, Office, Says, ScriptedModel, TestApp};
use tokio_util::sync::CancellationToken;
use worker::WorkerOptions;

use crate::support::{PATIENCE, count, owner, write};

#[sqlx::test(migrations = "../migrations")]
async fn what_is_kept_for_a_day_goes_after_it(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let anna = office.anna(&app).await;
    let actor = domain::Actor::system(office.account);
    let upload = attachments::store(&app.ctx, &actor, "receipt.pdf", "application/pdf", "bytes".into()).await.unwrap();
    let stray = Path::from(format!("{}/left-behind", office.account));
    app.ctx.store.put(&stray, "bytes without a row".into()).await.unwrap();
    let keyed =
        anna.request(Method::POST, "/api/contacts").header("idempotency-key", "k1").json(&json!({ "name": "Aino" }));
    anna.send(keyed).await.expect(201);
    let mut owner = owner(&app).await;
    sqlx::query("select set_config('app.account_id', $1, false)")
        .bind(office.account.to_string())
        .execute(&mut owner)
        .await
        .unwrap();
    let left = "select (select count(*) from attachments) + (select count(*) from idempotency_keys)";
    assert_eq!(count(&mut owner, left).await, 2);

    app.clock.advance(TimeDelta::hours(25));
    let stop = CancellationToken::new();
    let running = tokio::spawn(worker::run(app.ctx.clone(), WorkerOptions::default(), stop.clone()));
    let deadline = Instant::now() + PATIENCE;
    while count(&mut owner, left).await > 0 || app.ctx.store.head(&stray).await.is_ok() {
        assert!(Instant::now() < deadline, "{} is still there", upload.file_name);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stop.cancel();
    running.await.unwrap().unwrap();
}

/// The runtime may ask for what is too old to go, by the database's clock and within the account; it removes nothing itself.
#[sqlx::test(migrations = "../migrations")]
async fn the_egress_ledger_is_kept_for_fourteen_months(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (office, neighbour) = (Office::open(&app, "acme").await, Office::open(&app, "globex").await);
    let model = ScriptedModel::start(|_, _| Says::Text("no JSON".to_owned())).await;
    for office in [&office, &neighbour] {
        office.admin(&app).await.patch("/api/ai/settings", model.settings()).await.expect(200);
        write(&app, office, "I was charged twice").await;
    }
    app.work().await;
    let mut owner = owner(&app).await;
    for (office, age) in [(&neighbour, "15 months"), (&office, "13 months")] {
        sqlx::query("select set_config('app.account_id', $1, false)")
            .bind(office.account.to_string())
            .execute(&mut owner)
            .await
            .unwrap();
        sqlx::query("update ai_egress set created_at = now() - $1::text::interval")
            .bind(age)
            .execute(&mut owner)
            .await
            .unwrap();
    }
    let lines = "select count(*) from ai_egress";
    assert_eq!(count(&mut owner, lines).await, 3);
    // A clock of ours that runs ahead changes nothing.
    app.clock.advance(TimeDelta::days(1_000));
    assert_eq!(egress::purge(&app.ctx, office.account).await.unwrap(), 0);
    sqlx::query("update ai_egress set created_at = now() - interval '14 months 1 day' where attempt < 3")
        .execute(&mut owner)
        .await
        .unwrap();

    let stop = CancellationToken::new();
    let running = tokio::spawn(worker::run(app.ctx.clone(), WorkerOptions::default(), stop.clone()));
    let deadline = Instant::now() + PATIENCE;
    while count(&mut owner, lines).await > 1 {
        assert!(Instant::now() < deadline, "old lines are still there");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stop.cancel();
    running.await.unwrap().unwrap();
    assert_eq!(egress::purge(&app.ctx, office.account).await.unwrap(), 0, "the younger one stays");
    assert_eq!(count(&mut owner, lines).await, 1);
}

/// Sum of a histogram's observations, from the text that a monitor reads.
async fn observed(app: &TestApp, name: &str) -> u64 {
    let text = Client::nobody(app).get("/metrics").await.text;
    let line = text
        .lines()
        .find(|line| line.starts_with(&format!("{name}_count")))
        .unwrap_or_else(|| panic!("{name} is not in {text}"));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn the_assistants_work_is_timed(_: PgPoolOptions, options: PgConnectOptions) {
    const NAMES: [&str; 2] = ["ai_classification_duration_seconds", "ai_draft_duration_seconds"];
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let before = [observed(&app, NAMES[0]).await, observed(&app, NAMES[1]).await];
    write(&app, &office, "I was charged twice for my subscription, please refund one of the payments.").await;
    app.work().await;
    for (name, before) in NAMES.into_iter().zip(before) {
        // Other tests of this process count as well.
        assert!(observed(&app, name).await > before, "{name} did not count the work");
    }
}
