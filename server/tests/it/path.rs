//! The main path: a customer writes, the worker classifies, routes and drafts, an agent answers.

use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Office, TestApp};

#[sqlx::test(migrations = "../migrations")]
async fn a_customer_is_answered(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let anna = office.anna(&app).await;
    let article = json!({ "title": "Duplicate charge policy", "body": "# Duplicate charges\n\nIf you were charged twice for one order, we send the duplicate payment back at once. Banks show the refund within 1 to 3 business days. You get a receipt by e-mail.", "language": "en" });
    anna.post("/api/knowledge-base/articles", article).await.expect(201);
    app.work().await;

    let mut live = anna.live().await;
    let kim = office.visitor(&app).await;
    let mut chat = kim.live().await;
    let (conversation, message) =
        kim.write("Hi! I was charged twice for order 12345. Can I get one of the payments back?").await;
    let seen = live.next_of("message:new").await;
    assert_eq!(seen["data"]["id"], message);
    assert_eq!(seen["data"]["conversation"]["unread_count"], 1);

    app.work().await;
    let classification = anna.get(&format!("/api/conversations/{conversation}/classification")).await.expect(200);
    assert_eq!(classification["category"], "billing", "{classification}");
    let row = anna.get(&format!("/api/conversations/{conversation}")).await.expect(200);
    assert_eq!(row["classification"]["language"], "en");
    assert_eq!(live.next_of("ai:classification").await["data"]["message_id"], message);
    assert_eq!(live.next_of("ai:draft").await["data"]["message_id"], message);

    let drafts = anna.get(&format!("/api/conversations/{conversation}/drafts")).await.expect(200);
    let draft = &drafts["data"][0];
    assert_eq!(draft["grounded"], true, "{draft}");
    assert_eq!(draft["sources"][0]["title"], "Duplicate charge policy");

    let edited = "Hi, sorry about that! One of the payments is on its way back.";
    let path = format!("/api/drafts/{}/accept", draft["id"]);
    let accepted = anna.post(&path, json!({ "content": edited })).await.expect(200);
    assert_eq!(accepted["draft"]["status"], "edited");
    assert!(accepted["draft"]["edit_distance"].as_i64().unwrap() > 0);
    let answer = chat.next_of("message:sent").await;
    assert_eq!(answer["data"]["content"], edited);
    assert_eq!(answer["data"]["sender_type"], "user");
    let history = kim.get(&format!("/conversations/{conversation}/messages")).await.expect(200);
    assert_eq!(history["data"].as_array().unwrap().len(), 2);
}
