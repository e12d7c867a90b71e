//! Labels over HTTP, and on the conversations that carry them.

use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Office, TestApp};

#[sqlx::test(migrations = "../migrations")]
async fn conversations_follow_their_labels(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let anna = office.anna(&app).await;
    let vip = anna.post("/api/labels", json!({ "title": "VIP", "color": "#FF0000" })).await.expect(201);
    assert_eq!(vip["color"], "#ff0000");
    anna.post("/api/labels", json!({ "title": "kiireinen työ" })).await.expect(201);
    let path = format!("/api/labels/{}", vip["id"]);
    let (conversation, _) = office.visitor(&app).await.write("Hello").await;
    let conversation = format!("/api/conversations/{conversation}");
    anna.post(&format!("{conversation}/labels"), json!({ "labels": ["vip", "kiireinen työ"] })).await.expect(200);

    anna.patch(&path, json!({ "title": "Key account" })).await.expect(200);
    assert_eq!(anna.get(&conversation).await.expect(200)["labels"], json!(["kiireinen työ", "Key account"]));
    anna.delete(&path).await.expect(204);
    assert_eq!(anna.get(&conversation).await.expect(200)["labels"], json!(["kiireinen työ"]));
    assert_eq!(anna.get(&path).await.refused(404), "not_found");
    app.work().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn what_cannot_be_is_refused(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (acme, globex) = (Office::open(&app, "acme").await, Office::open(&app, "globex").await);
    let anna = acme.anna(&app).await;
    anna.post("/api/labels", json!({ "title": "VIP" })).await.expect(201);
    for (field, request) in [
        ("title", json!({ "title": "" })),
        ("title", json!({ "title": "vip" })),
        ("title", json!({ "title": "a,b" })),
        ("color", json!({ "title": "x", "color": "red" })),
        ("description", json!({ "title": "x", "description": "d".repeat(501) })),
    ] {
        let answer = anna.post("/api/labels", request).await.expect(422);
        assert!(answer["error"]["fields"][field].is_string(), "{answer}");
    }
    let viewer = acme.viewer(&app).await;
    assert_eq!(viewer.post("/api/labels", json!({ "title": "x" })).await.refused(403), "forbidden");
    let theirs = globex.anna(&app).await.post("/api/labels", json!({ "title": "Theirs" })).await.expect(201);
    let stranger = format!("/api/labels/{}", theirs["id"]);
    for reply in [
        anna.get(&stranger).await,
        anna.patch(&stranger, json!({ "title": "Mine" })).await,
        anna.delete(&stranger).await,
    ] {
        assert_eq!(reply.refused(404), "not_found");
    }
}
