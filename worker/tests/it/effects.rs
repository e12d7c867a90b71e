//! What a running worker leaves behind.

use std::time::{Duration, Instant};

use domain::{Actor, classifications, conversations, drafts};
use sqlx::{
    ConnectOptions as _,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use testkit::{Office, TestApp};
use tokio_util::sync::CancellationToken;
use types::{
    agents::Availability,
    conversations::{AssignmentSource, Priority, UpdateConversation},
    drafts::DraftStatus,
};
use worker::WorkerOptions;

use crate::support::{PATIENCE, count, owner, write, write_again};

const REFUND: &str =
    "I was charged twice for my subscription this month, please refund one of the two payments to my card.";

#[sqlx::test(migrations = "../migrations")]
async fn each_message_ends_with_one_classification_and_one_draft(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    for number in 0..6 {
        let (conversation, _) = write(&app, &office, &format!("{REFUND} It is order {number}.")).await;
        write_again(&app, &office, conversation, "Hello? Is anybody there to help me with this?").await;
    }
    // Two workers at once.
    let stop = CancellationToken::new();
    let other = tokio::spawn(worker::run(app.ctx.clone(), WorkerOptions::default(), stop.clone()));
    app.work().await;
    stop.cancel();
    other.await.unwrap().unwrap();
    let mut owner = owner_in(&app, &office).await;
    assert_eq!(count(&mut owner, "select count(*) from classifications").await, 12);
    assert_eq!(count(&mut owner, "select count(distinct message_id) from classifications").await, 12);
    assert_eq!(count(&mut owner, "select count(*) from drafts").await, 12);
    assert_eq!(count(&mut owner, "select count(distinct message_id) from drafts").await, 12);
    // One is offered a conversation: the newest message's.
    assert_eq!(count(&mut owner, "select count(*) from drafts where status = 'pending'").await, 6);
    assert_eq!(
        count(
            &mut owner,
            "select count(*) from conversations c join drafts d on d.id = c.pending_draft_id and d.status = 'pending'"
        )
        .await,
        6
    );
    // Routing never fills an agent beyond what they can carry, and counted right.
    assert_eq!(count(&mut owner, "select count(*) from account_users where current_load > max_load").await, 0);
    assert_eq!(
        count(&mut owner, "select count(*) from account_users u where current_load <> (select count(*) from conversations c where c.assignee_id = u.user_id and c.status = 'open')").await,
        0
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn routing_fills_free_places_and_then_leaves_the_rest_to_the_team(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let mut owner = owner_in(&app, &office).await;
    sqlx::query("update account_users set max_load = 2").execute(&mut owner).await.unwrap();
    sqlx::query("update accounts set auto_assign_threshold = 0.2").execute(&mut owner).await.unwrap();
    let mut started = Vec::new();
    for number in 0..6 {
        started.push(write(&app, &office, &format!("{REFUND} It is order {number}.")).await.0);
    }
    app.work().await;
    assert_eq!(
        count(&mut owner, "select count(*) from account_users where current_load = 2").await,
        2,
        "both agents are full, none is over"
    );
    let actor = Actor::system(office.account);
    let mut tx = app.ctx.begin(&actor).await.unwrap();
    let mut teamed = 0;
    for id in started {
        let conversation = conversations::get(&mut tx, &actor, id).await.unwrap();
        assert_eq!(conversation.assignment_source, Some(AssignmentSource::Ai));
        assert_eq!(conversation.team.unwrap().id, office.billing);
        if conversation.assignee.is_none() {
            teamed += 1;
            assert!(conversation.assignment_reason.unwrap().contains("nobody in Billing is online with room for more"));
        }
    }
    assert_eq!(teamed, 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn below_the_threshold_nobody_is_assigned_and_the_reason_says_so(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let mut owner = owner_in(&app, &office).await;
    sqlx::query("update accounts set auto_assign_threshold = 1").execute(&mut owner).await.unwrap();
    let (id, _) = write(&app, &office, REFUND).await;
    app.work().await;
    let actor = Actor::system(office.account);
    let mut tx = app.ctx.begin(&actor).await.unwrap();
    let conversation = conversations::get(&mut tx, &actor, id).await.unwrap();
    assert!(conversation.assignee.is_none() && conversation.team.is_none());
    assert!(conversation.assignment_reason.unwrap().ends_with("100 % is needed to assign by itself"));
    let classification = classifications::latest(&mut tx, &actor, id).await.unwrap();
    assert_eq!(classification.suggested_team_id, Some(office.billing), "still suggested");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_persons_priority_and_answer_are_respected(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let anna = office.anna(&app).await;
    let (id, _) = write(&app, &office, REFUND).await;
    anna.patch(&format!("/api/conversations/{id}"), serde_json::json!({ "priority": "low" })).await.expect(200);
    anna.post(&format!("/api/conversations/{id}/messages"), serde_json::json!({ "content": "On it!" }))
        .await
        .expect(201);
    app.work().await;
    let actor = Actor::system(office.account);
    let mut tx = app.ctx.begin(&actor).await.unwrap();
    let conversation = conversations::get(&mut tx, &actor, id).await.unwrap();
    assert_eq!(conversation.priority, Priority::Low);
    assert!(!conversation.has_pending_draft);
    assert!(drafts::list(&mut tx, &actor, id).await.unwrap().is_empty(), "an answered message needs no draft");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_newer_message_overtakes_the_pending_draft(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let (id, _) = write(&app, &office, REFUND).await;
    app.work().await;
    write_again(&app, &office, id, "Also, how do I change the card that you charge?").await;
    app.work().await;
    let actor = Actor::system(office.account);
    let mut tx = app.ctx.begin(&actor).await.unwrap();
    let statuses: Vec<DraftStatus> =
        drafts::list(&mut tx, &actor, id).await.unwrap().iter().map(|draft| draft.status).collect();
    assert_eq!(statuses, [DraftStatus::Pending, DraftStatus::Superseded]);
}

#[sqlx::test(migrations = "../migrations")]
async fn an_unreadable_job_is_parked_and_an_erased_message_is_done(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let mut owner = owner_in(&app, &office).await;
    for payload in ["{\"message_id\": 987654}", "{\"surprise\": true}"] {
        sqlx::query("insert into jobs (account_id, queue, payload) values ($1, 'classify', $2::jsonb)")
            .bind(office.account.0)
            .bind(payload)
            .execute(&mut owner)
            .await
            .unwrap();
    }
    let stop = CancellationToken::new();
    let running = tokio::spawn(worker::run(app.ctx.clone(), WorkerOptions::default(), stop.clone()));
    let deadline = Instant::now() + PATIENCE;
    while count(&mut owner, "select count(*) from jobs where status in ('done', 'parked')").await < 2 {
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stop.cancel();
    running.await.unwrap().unwrap();
    let statuses: Vec<String> =
        sqlx::query_scalar("select status from jobs order by id").fetch_all(&mut owner).await.unwrap();
    assert_eq!(statuses, ["done", "parked"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn stopping_leaves_nothing_in_hand(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    for number in 0..12 {
        write(&app, &office, &format!("{REFUND} It is order {number}.")).await;
    }
    let mut owner = owner_in(&app, &office).await;
    let stop = CancellationToken::new();
    let running = tokio::spawn(worker::run(app.ctx.clone(), WorkerOptions::default(), stop.clone()));
    let deadline = Instant::now() + PATIENCE;
    while count(&mut owner, "select count(*) from classifications").await == 0 {
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stop.cancel();
    let asked = Instant::now();
    running.await.unwrap().unwrap();
    assert!(asked.elapsed() < Duration::from_secs(30));
    assert_eq!(count(&mut owner, "select count(*) from jobs where status = 'running'").await, 0);
    assert!(
        count(&mut owner, "select count(*) from jobs where status in ('ready', 'scheduled')").await > 0,
        "it stopped in the middle"
    );
    app.work().await;
    assert_eq!(count(&mut owner, "select count(*) from classifications").await, 12);
    assert_eq!(count(&mut owner, "select count(*) from jobs where crashes > 0").await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_worker_that_loses_its_life_line_begins_anew(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let stop = CancellationToken::new();
    let running = tokio::spawn(worker::run(app.ctx.clone(), WorkerOptions::default(), stop.clone()));
    write(&app, &office, REFUND).await;
    app.wait_for_empty_queue().await;
    // Only a role's own connections may be ended by it, and the life line is the runtime's.
    let mut runtime = app.runtime.connect().await.unwrap();
    let ended: Vec<bool> = sqlx::query_scalar(
        "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and classid = 4854
         and database = (select oid from pg_database where datname = current_database())",
    )
    .fetch_all(&mut runtime)
    .await
    .unwrap();
    assert_eq!(ended, [true]);
    write(&app, &office, "Where do I find the invoice of last month?").await;
    app.wait_for_empty_queue().await;
    stop.cancel();
    running.await.unwrap().unwrap();
    let mut owner = owner_in(&app, &office).await;
    assert_eq!(count(&mut owner, "select count(*) from classifications").await, 2);
    assert_eq!(count(&mut owner, "select count(*) from drafts").await, 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_snooze_ends_by_itself(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let (id, _) = write(&app, &office, REFUND).await;
    app.work().await;
    let actor = Actor::system(office.account);
    let mut tx = app.ctx.begin(&actor).await.unwrap();
    let until = app.ctx.now() + chrono::TimeDelta::hours(1);
    let snooze = UpdateConversation {
        status: Some(types::conversations::Status::Snoozed),
        priority: None,
        snoozed_until: Some(until),
        subject: None,
    };
    conversations::update(&mut tx, &actor, id, snooze).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(conversations::wake_snoozed(&app.ctx, office.account).await.unwrap(), 0);
    app.clock.advance(chrono::TimeDelta::hours(2));
    assert_eq!(conversations::wake_snoozed(&app.ctx, office.account).await.unwrap(), 1);
    assert_eq!(conversations::wake_snoozed(&app.ctx, office.account).await.unwrap(), 0);
}

/// Only people who are online are asked.
#[sqlx::test(migrations = "../migrations")]
async fn nobody_online_means_the_team(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let mut owner = owner_in(&app, &office).await;
    sqlx::query("update account_users set availability = $1")
        .bind(Availability::Busy.as_str())
        .execute(&mut owner)
        .await
        .unwrap();
    sqlx::query("update accounts set auto_assign_threshold = 0.2").execute(&mut owner).await.unwrap();
    let (id, _) = write(&app, &office, REFUND).await;
    app.work().await;
    let actor = Actor::system(office.account);
    let mut tx = app.ctx.begin(&actor).await.unwrap();
    let conversation = conversations::get(&mut tx, &actor, id).await.unwrap();
    assert_eq!((conversation.assignee, conversation.team.map(|team| team.id)), (None, Some(office.billing)));
}

async fn owner_in(app: &TestApp, office: &Office) -> sqlx::PgConnection {
    let mut owner = owner(app).await;
    sqlx::query("select set_config('app.account_id', $1, false)")
        .bind(office.account.to_string())
        .execute(&mut owner)
        .await
        .unwrap();
    owner
}
