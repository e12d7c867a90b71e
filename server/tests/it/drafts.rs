//! Drafts over HTTP: what they state and how it is supported, what an account wants of them, and what its agents' decisions do
//! to their confidence.

use std::sync::Arc;

use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Client, Office, Says, ScriptedModel, TestApp};
use tokio::sync::Notify;

const QUESTION: &str =
    "I was charged twice for my subscription this month, please refund one of the two payments to my card.";
const BODY: &str = "If you were charged twice for a subscription, we refund one of the two payments to your card at once. The refund shows within 3 business days.";

async fn with_article(app: &TestApp, office: &Office) -> Client {
    let admin = office.admin(app).await;
    let article = json!({ "title": "Duplicate charges", "body": BODY });
    admin.post("/api/knowledge-base/articles", article).await.expect(201);
    app.work().await;
    admin
}

async fn drafts_of(by: &Client, conversation: i64) -> Vec<Value> {
    let drafts = by.get(&format!("/api/conversations/{conversation}/drafts")).await.expect(200);
    drafts["data"].as_array().unwrap().clone()
}

/// The drafts of a new conversation that asks the question, with its id and its message's.
async fn asked(app: &TestApp, office: &Office, by: &Client) -> (i64, i64, Vec<Value>) {
    let (conversation, message) = office.visitor(app).await.write(QUESTION).await;
    app.work().await;
    (conversation, message, drafts_of(by, conversation).await)
}

#[sqlx::test(migrations = "../migrations")]
async fn each_statement_is_held_against_its_source(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let admin = with_article(&app, &office).await;
    let (_, _, drafts) = asked(&app, &office, &admin).await;
    let quoted = drafts[0]["claims"].as_array().unwrap();
    assert!(!quoted.is_empty() && quoted.iter().all(|claim| claim["verdict"] == "supported"), "{quoted:?}");
    assert!(quoted.iter().all(|claim| BODY.contains(claim["text"].as_str().unwrap())), "{quoted:?}");

    let said = "Hello, we are sorry about the double payment. One of the two payments goes back to your card at once. [1] The refund shows within 3 business days. [1] We also give you 25 € for the trouble. [1] acme";
    let model = ScriptedModel::start(move |_, _| {
        Says::Text(json!({ "answerable": true, "draft": said, "confidence": 0.9 }).to_string())
    })
    .await;
    admin.patch("/api/ai/settings", model.settings()).await.expect(200);
    let (_, _, drafts) = asked(&app, &office, &admin).await;
    let draft = &drafts[0];
    assert_eq!(draft["model"], ScriptedModel::NAME);
    assert!(!draft["content"].as_str().unwrap().contains("25"), "{draft}");
    assert!(draft["content"].as_str().unwrap().contains("within 3 business days. [1]"), "{draft}");
    let verdicts: Vec<&Value> = draft["claims"].as_array().unwrap().iter().map(|claim| &claim["verdict"]).collect();
    assert_eq!(verdicts, ["supported", "supported", "left_out"]);
    let invented = &draft["claims"][2];
    assert_eq!((&invented["issue"], &invented["detail"]), (&json!("number"), &json!("25")));
    assert!(draft["reasoning"].as_str().unwrap().contains("1 sentence left out"), "{draft}");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_category_says_what_its_drafts_are_like(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let admin = with_article(&app, &office).await;
    let categories = admin.get("/api/categories").await.expect(200);
    let billing = categories["data"].as_array().unwrap().iter().find(|row| row["name"] == "billing").unwrap();
    let path = format!("/api/categories/{}/draft-policy", billing["id"]);
    assert_eq!(admin.get(&path).await.expect(200), json!({ "drafting": true, "note": null, "guidance": null }));

    let note = "Refunds are always approved by our billing team before they are paid.";
    let policy = json!({ "drafting": true, "note": note, "guidance": " " });
    assert_eq!(admin.put(&path, policy).await.expect(200)["guidance"], json!(null));
    let (_, _, drafts) = asked(&app, &office, &admin).await;
    assert!(drafts[0]["content"].as_str().unwrap().contains(note), "{}", drafts[0]);

    let off = json!({ "drafting": false, "note": note });
    admin.put(&path, off.clone()).await.expect(200);
    let (conversation, message, drafts) = asked(&app, &office, &admin).await;
    assert!(drafts.is_empty(), "{drafts:?}");
    admin.post("/api/ai/draft", json!({ "message_id": message })).await.expect(202);
    app.work().await;
    assert_eq!(drafts_of(&admin, conversation).await.len(), 1, "an agent may always ask");

    admin.put(&path, json!({ "drafting": true, "note": "See https://evil.example" })).await.refused(422);
    admin.put(&path, json!({ "drafting": true, "note": "x".repeat(601) })).await.refused(422);
    admin.put(&path, json!({ "drafting": true, "guidance": "x".repeat(2_001) })).await.refused(422);
    let anna = office.anna(&app).await;
    assert_eq!(anna.put(&path, off).await.refused(403), "forbidden");
    assert_eq!(anna.get(&path).await.expect(200)["drafting"], false);
}

#[sqlx::test(migrations = "../migrations")]
async fn confidence_follows_what_agents_make_of_drafts(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let admin = with_article(&app, &office).await;
    let confidence = |drafts: &[Value]| drafts[0]["confidence"].as_f64().unwrap();
    let mut before = 1.0;
    // Rejected again and again.
    for round in 0..8 {
        let (_, _, drafts) = asked(&app, &office, &admin).await;
        assert!(confidence(&drafts) < before, "round {round}: {} after {before}", confidence(&drafts));
        before = confidence(&drafts);
        admin.post(&format!("/api/drafts/{}/reject", drafts[0]["id"]), json!({})).await.expect(200);
    }
    // Then sent as they are; a rewritten one is no praise.
    for round in 0..6 {
        let (_, _, drafts) = asked(&app, &office, &admin).await;
        let body =
            if round == 0 { json!({ "content": "Something else altogether, written by hand." }) } else { json!({}) };
        let lower = confidence(&drafts) < before;
        assert_eq!(lower, round < 2, "round {round}: {} after {before}", confidence(&drafts));
        before = confidence(&drafts);
        admin.post(&format!("/api/drafts/{}/accept", drafts[0]["id"]), body).await.expect(200);
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn agents_see_a_draft_while_it_is_written(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let admin = with_article(&app, &office).await;
    let (_, _, drafts) = asked(&app, &office, &admin).await;
    let said = "Hello, we are sorry about the double payment. One of the two payments goes back to your card at once. [1] The refund shows within 3 business days. [1] acme";
    let answer = json!({ "answerable": true, "draft": said, "confidence": 0.9 }).to_string();
    let word = Arc::new(Notify::new());
    let gives = Arc::clone(&word);
    let model = ScriptedModel::start(move |_, _| Says::Streamed(Arc::clone(&word), answer.clone())).await;
    admin.patch("/api/ai/settings", model.settings()).await.expect(200);

    let anna = office.anna(&app).await;
    let mut live = anna.live().await;
    let rewritten = async {
        let path = format!("/api/drafts/{}/rewrite", drafts[0]["id"]);
        anna.post(&path, json!({ "action": "regenerate" })).await.expect(200)
    };
    let seen = async {
        let part = live.next_of("ai:processing").await;
        assert_eq!(part["data"]["text"], "Hello, we are sorry about the double payment.");
        assert!(part["seq"].is_null(), "not kept");
        gives.notify_one();
        live.next_of("ai:draft").await
    };
    let (draft, seen) = tokio::join!(rewritten, seen);
    assert_eq!(seen["data"]["id"], draft["id"]);
    assert!(draft["content"].as_str().unwrap().contains("within 3 business days. [1]"), "{draft}");
}
