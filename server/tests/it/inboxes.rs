//! Inboxes over HTTP, and their front door for visitors.

use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Client, Office, TestApp};

#[sqlx::test(migrations = "../migrations")]
async fn a_channel_opens_changes_and_closes(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let (admin, anna, nobody) = (office.admin(&app).await, office.anna(&app).await, Client::nobody(&app));
    let request = json!({ "name": "Shop", "channel": "web", "welcome_title": "Moi!", "team_ids": [office.billing] });
    let shop = admin.post("/api/inboxes", request).await.expect(201);
    assert_eq!(shop["welcome_title"], "Moi!");
    assert_eq!(shop["team_ids"], json!([office.billing]));
    assert_eq!(shop["identity_secret"].as_str().unwrap().len(), 64);
    let path = format!("/api/inboxes/{}", shop["id"]);
    assert_eq!(anna.get(&path).await.expect(200)["identity_secret"], json!(null));
    let listed = anna.get("/api/inboxes").await.expect(200);
    assert!(listed["data"].as_array().unwrap().iter().all(|inbox| inbox["identity_secret"].is_null()), "{listed}");

    let config = format!("/api/widget/config?website_token={}", shop["website_token"].as_str().unwrap());
    assert_eq!(nobody.get(&config).await.expect(200)["welcome_title"], "Moi!");
    let changed =
        admin.patch(&path, json!({ "enabled": false, "welcome_tagline": "", "team_ids": [] })).await.expect(200);
    assert_eq!(
        (&changed["enabled"], &changed["welcome_tagline"], &changed["team_ids"]),
        (&json!(false), &json!(""), &json!([]))
    );
    assert_eq!(nobody.get(&config).await.refused(404), "not_found");
    admin.delete(&path).await.expect(204);
    assert_eq!(admin.get(&path).await.refused(404), "not_found");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_channel_with_conversations_stays(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    office.visitor(&app).await.write("Hello").await;
    let path = format!("/api/inboxes/{}", office.inbox);
    assert_eq!(office.admin(&app).await.delete(&path).await.refused(409), "inbox_in_use");
    app.work().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn what_cannot_be_is_refused(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (acme, globex) = (Office::open(&app, "acme").await, Office::open(&app, "globex").await);
    let admin = acme.admin(&app).await;
    for (field, request) in [
        ("name", json!({ "name": "", "channel": "api" })),
        ("name", json!({ "name": "website", "channel": "api" })),
        ("email_address", json!({ "name": "Mail", "channel": "email" })),
        ("email_address", json!({ "name": "Mail", "channel": "email", "email_address": "x" })),
        ("team_ids", json!({ "name": "New", "channel": "api", "team_ids": [globex.billing] })),
    ] {
        let answer = admin.post("/api/inboxes", request).await.expect(422);
        assert!(answer["error"]["fields"][field].is_string(), "{answer}");
    }
    let mail = admin
        .post("/api/inboxes", json!({ "name": "Mail", "channel": "email", "email_address": "Help@Acme.test" }))
        .await
        .expect(201);
    assert_eq!((&mail["email_address"], &mail["website_token"]), (&json!("help@acme.test"), &json!(null)));
    let path = format!("/api/inboxes/{}", mail["id"]);
    admin.patch(&path, json!({ "email_address": "" })).await.expect(422);
    assert_eq!(admin.get(&path).await.expect(200)["email_address"], "help@acme.test");

    let anna = acme.anna(&app).await;
    assert_eq!(anna.post("/api/inboxes", json!({ "name": "New", "channel": "api" })).await.refused(403), "forbidden");
    assert_eq!(anna.patch(&path, json!({ "enabled": false })).await.refused(403), "forbidden");
    assert_eq!(anna.delete(&path).await.refused(403), "forbidden");
    let stranger = format!("/api/inboxes/{}", globex.inbox);
    for reply in [
        admin.get(&stranger).await,
        admin.patch(&stranger, json!({ "enabled": false })).await,
        admin.delete(&stranger).await,
    ] {
        assert_eq!(reply.refused(404), "not_found");
    }
}
