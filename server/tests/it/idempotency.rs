//! `Idempotency-Key`: a POST that is sent twice happens once.

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Client, Office, Reply, TestApp};

async fn post(client: &Client, path: &str, key: &str, body: &Value) -> Reply {
    client.send(client.request(Method::POST, path).header("idempotency-key", key).json(body)).await
}

#[sqlx::test(migrations = "../migrations")]
async fn a_repeated_request_gets_the_same_answer(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (acme, globex) = (Office::open(&app, "acme").await, Office::open(&app, "globex").await);
    let (anna, ben) = (acme.anna(&app).await, acme.ben(&app).await);
    let body = json!({ "name": "Aino" });
    let first = post(&anna, "/api/contacts", "k1", &body).await.expect(201);
    let again = post(&anna, "/api/contacts", "k1", &body).await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.expect(201), first);

    // The same key with another body or another route is a mistake that must show.
    assert_eq!(
        post(&anna, "/api/contacts", "k1", &json!({ "name": "Other" })).await.refused(409),
        "idempotency_key_reused"
    );
    assert_eq!(post(&anna, "/api/labels", "k1", &json!({ "title": "x" })).await.refused(409), "idempotency_key_reused");
    // Keys are a person's own.
    assert_ne!(post(&ben, "/api/contacts", "k1", &body).await.expect(201)["id"], first["id"]);
    assert_ne!(post(&globex.anna(&app).await, "/api/contacts", "k1", &body).await.expect(201)["id"], first["id"]);
    assert_eq!(anna.get("/api/contacts").await.expect(200)["data"].as_array().unwrap().len(), 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_refused_request_leaves_its_key_free(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let anna = Office::open(&app, "acme").await.anna(&app).await;
    post(&anna, "/api/contacts", "k1", &json!({ "name": "" })).await.expect(422);
    post(&anna, "/api/contacts", "k1", &json!({ "name": "Aino" })).await.expect(201);
    let long = "k".repeat(201);
    for key in ["", long.as_str()] {
        post(&anna, "/api/contacts", key, &json!({ "name": "Aino" })).await.expect(422);
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn at_the_same_moment_it_still_happens_once(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let (admin, anna) = (office.admin(&app).await, office.anna(&app).await);
    let body = json!({ "name": "Aino" });
    let replies = futures::future::join_all((0..8).map(|_| post(&anna, "/api/contacts", "k1", &body))).await;
    let ids: std::collections::HashSet<i64> =
        replies.into_iter().map(|reply| reply.expect(201)["id"].as_i64().unwrap()).collect();
    assert_eq!(ids.len(), 1);

    let dora = json!({ "name": "Dora", "email": "dora@acme.test", "role": "agent", "password": "a good password" });
    let replies = futures::future::join_all((0..3).map(|_| post(&admin, "/api/agents", "k2", &dora))).await;
    let ids: std::collections::HashSet<i64> =
        replies.into_iter().map(|reply| reply.expect(201)["id"].as_i64().unwrap()).collect();
    assert_eq!(ids.len(), 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn answers_are_forgotten_after_a_day(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let anna = office.anna(&app).await;
    post(&anna, "/api/contacts", "k1", &json!({ "name": "Aino" })).await.expect(201);
    assert_eq!(domain::idempotency::purge(&app.ctx, office.account).await.unwrap(), 0);
    app.clock.advance(chrono::TimeDelta::hours(25));
    assert_eq!(domain::idempotency::purge(&app.ctx, office.account).await.unwrap(), 1);
}
