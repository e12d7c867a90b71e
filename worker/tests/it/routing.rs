//! Routings at the same moment: nobody is overfilled, and nobody waits for somebody who waits for them.

use std::time::{Duration, Instant};

use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection, SqlSafeStr as _,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use testkit::{Office, TestApp};
use tokio_util::sync::CancellationToken;
use types::agents::Availability;
use worker::WorkerOptions;

use crate::support::{PATIENCE, count, owner, write};

/// Each is about a team of its own.
const TEXTS: [(&str, &str); 3] = [
    (
        "billing",
        "I was charged twice for my subscription this month, please refund one of the two payments to my card.",
    ),
    ("technical", "The app crashes with an error message whenever I try to log in since the last update."),
    ("sales", "What would the enterprise plan cost for fifty seats? Please send us a quote."),
];

/// Connections to the test's database that wait for a lock.
const WAITING: &str = "select count(distinct l.pid) from pg_locks l join pg_stat_activity a using (pid) where not l.granted and a.datname = current_database()";

async fn enter(office: &Office, owner: &mut PgConnection) {
    sqlx::query("select set_config('app.account_id', $1, false)")
        .bind(office.account.to_string())
        .execute(owner)
        .await
        .unwrap();
}

/// Three teams of two, in a ring: everybody is somebody's first choice and somebody else's second.
async fn ring(app: &TestApp, office: &Office, owner: &mut PgConnection) -> [i64; 3] {
    enter(office, owner).await;
    let admin = office.admin(app).await;
    let carla = serde_json::json!({ "name": "Carla", "email": "carla@acme.test", "role": "agent", "password": "a good password" });
    let carla = admin.post("/api/agents", carla).await.expect(201)["id"].as_i64().unwrap();
    let people = [office.anna.0, office.ben.0, carla];
    let mut tx = owner.begin().await.unwrap();
    for statement in [
        "update accounts set auto_assign_threshold = 0",
        "update account_users set availability = 'online', max_load = 100 where role = 'agent'",
        "delete from team_members",
        "delete from teams",
    ] {
        sqlx::query(statement).execute(&mut *tx).await.unwrap();
    }
    for (place, (category, _)) in TEXTS.iter().enumerate() {
        let team: i64 =
            sqlx::query_scalar("insert into teams (account_id, name, category) values ($1, $2, $2) returning id")
                .bind(office.account.0)
                .bind(category)
                .fetch_one(&mut *tx)
                .await
                .unwrap();
        for member in [people[place], people[(place + 1) % 3]] {
            sqlx::query("insert into team_members (account_id, team_id, user_id) values ($1, $2, $3)")
                .bind(office.account.0)
                .bind(team)
                .bind(member)
                .execute(&mut *tx)
                .await
                .unwrap();
        }
    }
    // The third team's first choice is its younger member.
    sqlx::query("update account_users set csat_count = 1, csat_sum = 5 where user_id = $1")
        .bind(carla)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    people
}

#[sqlx::test(migrations = "../migrations")]
async fn routings_that_change_their_minds_at_once_do_not_deadlock(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let (mut gate, mut eyes) = (owner(&app).await, owner(&app).await);
    let people = ring(&app, &office, &mut gate).await;
    for (_, text) in TEXTS {
        write(&app, &office, text).await;
    }
    // All three choose, and then find their choice taken: whoever looked at it is held up until everyone has chosen.
    let mut held = gate.begin().await.unwrap();
    sqlx::query("select from account_users where user_id = any ($1) for no key update")
        .bind(people)
        .execute(&mut *held)
        .await
        .unwrap();
    let stop = CancellationToken::new();
    let running = tokio::spawn(worker::run(app.ctx.clone(), WorkerOptions::default(), stop.clone()));
    let deadline = Instant::now() + PATIENCE;
    while count(&mut eyes, WAITING).await < 3 {
        assert!(Instant::now() < deadline, "three routings never met");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    sqlx::query("update account_users set availability = $1 where user_id = any ($2)")
        .bind(Availability::Busy.as_str())
        .bind(people)
        .execute(&mut *held)
        .await
        .unwrap();
    held.commit().await.unwrap();
    app.wait_for_empty_queue().await;
    stop.cancel();
    running.await.unwrap().unwrap();

    let again = "select count(*) from jobs where attempts > 1 or last_error is not null";
    assert_eq!(count(&mut gate, again).await, 0, "a routing was tried again");
    let categories: Vec<String> = sqlx::query_scalar("select category from classifications order by category")
        .fetch_all(&mut gate)
        .await
        .unwrap();
    assert_eq!(categories, ["billing", "sales", "technical"]);
    let to_teams = "select count(*) from conversations where team_id is not null and assignee_id is null";
    assert_eq!(count(&mut gate, to_teams).await, 3, "nobody was online any more");
}

/// That nobody waits in a ring follows from one order of locking for all: whoever waits for a member holds every one with a
/// lower id. The race above shows it only by luck.
#[sqlx::test(migrations = "../migrations")]
async fn members_are_locked_in_the_order_of_their_ids(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let (mut gate, mut eyes) = (owner(&app).await, owner(&app).await);
    let people = ring(&app, &office, &mut gate).await;
    enter(&office, &mut eyes).await;
    let stop = CancellationToken::new();
    let running = tokio::spawn(worker::run(app.ctx.clone(), WorkerOptions::default(), stop.clone()));
    for (place, (category, text)) in TEXTS.iter().enumerate() {
        let two = [people[place], people[(place + 1) % 3]];
        let (lowest, highest) = (two[0].min(two[1]), two[0].max(two[1]));
        let lock = "select from account_users where user_id = $1 for no key update";
        let mut held = gate.begin().await.unwrap();
        sqlx::query(lock).bind(highest).execute(&mut *held).await.unwrap();
        write(&app, &office, text).await;
        let deadline = Instant::now() + PATIENCE;
        while count(&mut eyes, WAITING).await == 0 {
            assert!(Instant::now() < deadline, "{category}: nobody waits for the last member");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let taken =
            sqlx::query(AssertSqlSafe(format!("{lock} nowait")).into_sql_str()).bind(lowest).execute(&mut eyes).await;
        let code = taken.unwrap_err().into_database_error().and_then(|error| error.code().map(String::from));
        assert_eq!(
            code.as_deref(),
            Some("55P03"),
            "{category}: the first member is not held while the last is waited for"
        );
        held.rollback().await.unwrap();
        app.wait_for_empty_queue().await;
    }
    stop.cancel();
    running.await.unwrap().unwrap();
}

/// Two people who pass each other's conversations on at the same moment.
#[sqlx::test(migrations = "../migrations")]
async fn an_exchange_of_conversations_does_not_deadlock(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let admin = office.admin(&app).await;
    let mut conversations = Vec::new();
    for agent in [office.anna, office.ben] {
        let (conversation, _) = write(&app, &office, "Hello there, how are you?").await;
        let path = format!("/api/conversations/{conversation}/assign");
        admin.post(&path, serde_json::json!({ "agent_id": agent })).await.expect(200);
        conversations.push((path, agent));
    }
    for round in 0..40 {
        let replies = futures::future::join_all(conversations.iter().map(|(path, agent)| {
            let to = if (*agent == office.anna) == (round % 2 == 0) { office.ben } else { office.anna };
            admin.post(path, serde_json::json!({ "agent_id": to }))
        }));
        for reply in replies.await {
            reply.expect(200);
        }
    }
    app.work().await;
}
