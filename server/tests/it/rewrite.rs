//! Another wording of a draft, over HTTP.

use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Client, Office, Says, ScriptedModel, TestApp};

const QUESTION: &str =
    "I was charged twice for my subscription this month, please refund one of the two payments to my card.";

/// A pending draft by the built-in assistant: conversation and draft.
async fn scene(app: &TestApp, office: &Office) -> (i64, Value) {
    let article = json!({ "title": "Duplicate charges", "body": "If you were charged twice for a subscription, we refund one of the two payments to your card at once. The refund shows within 3 business days." });
    office.admin(app).await.post("/api/knowledge-base/articles", article).await.expect(201);
    app.work().await;
    let (conversation, _) = office.visitor(app).await.write(QUESTION).await;
    app.work().await;
    let draft = drafts(&office.anna(app).await, conversation).await.remove(0);
    assert!(draft["content"].as_str().unwrap().contains("[1]"), "{draft}");
    (conversation, draft)
}

async fn drafts(client: &Client, conversation: i64) -> Vec<Value> {
    let drafts = client.get(&format!("/api/conversations/{conversation}/drafts")).await.expect(200);
    drafts["data"].as_array().unwrap().clone()
}

#[sqlx::test(migrations = "../migrations")]
async fn rewriting_takes_a_model(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let (conversation, draft) = scene(&app, &office).await;
    let anna = office.anna(&app).await;
    let path = format!("/api/drafts/{}/rewrite", draft["id"]);
    for action in ["regenerate", "shorten", "friendlier"] {
        let answer = anna.post(&path, json!({ "action": action })).await.expect(409);
        assert_eq!(answer["error"]["code"], "model_needed");
        assert!(answer["error"]["message"].as_str().unwrap().contains("takes a model"));
    }
    anna.post(&path, json!({ "action": "translate" })).await.refused(422);
    anna.post(&path, json!({ "action": "shorten", "instruction": "x".repeat(1_001) })).await.refused(422);
    anna.post(&path, json!({ "action": "sing" })).await.refused(422);
    assert_eq!(office.viewer(&app).await.post(&path, json!({ "action": "shorten" })).await.refused(403), "forbidden");
    assert_eq!(drafts(&anna, conversation).await, [draft], "nothing changed");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_new_wording_takes_the_place_of_the_old(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let (conversation, first) = scene(&app, &office).await;
    let (admin, anna) = (office.admin(&app).await, office.anna(&app).await);
    let short = "Hi, your card gets the refund at once and shows it within 3 business days. [1] Kind regards, acme";
    let anew = "Hello, we are sorry about the double payment. One of the two payments goes back to your card at once. [1] It shows within 3 business days. [1]\n\nacme";
    let model = ScriptedModel::start(move |what, _| match what {
        "rewrite" => Says::Text(json!({ "draft": short }).to_string()),
        _ => Says::Text(json!({ "answerable": true, "draft": anew, "confidence": 0.9 }).to_string()),
    })
    .await;
    admin.patch("/api/ai/settings", model.settings()).await.expect(200);

    let rewrite = async |id: &Value, body: Value| anna.post(&format!("/api/drafts/{id}/rewrite"), body).await;
    let second = rewrite(&first["id"], json!({ "action": "shorten" })).await.expect(200);
    assert_eq!(
        (&second["content"], &second["status"], &second["model"]),
        (&json!(short), &json!("pending"), &json!("scripted"))
    );
    assert_eq!(second["sources"], first["sources"]);
    assert_eq!(rewrite(&first["id"], json!({ "action": "shorten" })).await.refused(409), "draft_decided");
    let instruction = "Say sorry. My number is +358 40 123 4567.";
    let third = rewrite(&second["id"], json!({ "action": "regenerate", "instruction": instruction })).await.expect(200);
    assert_eq!(third["content"], anew);
    let standing: Vec<Value> = drafts(&anna, conversation).await.iter().map(|draft| draft["status"].clone()).collect();
    assert_eq!(standing, ["pending", "superseded", "superseded"]);
    let asked = model.asked();
    assert!(asked[1].1.to_string().contains("Say sorry. My number is [PHONE_1]."));
    let ledger = admin.get("/api/ai/egress").await.expect(200);
    for line in ledger["data"].as_array().unwrap() {
        assert_eq!((&line["purpose"], &line["conversation_id"]), (&json!("rewrite"), &json!(conversation)));
    }

    admin.patch("/api/ai/settings", json!({ "drafts_per_minute": 2 })).await.expect(200);
    assert_eq!(rewrite(&third["id"], json!({ "action": "friendlier" })).await.refused(409), "over_rate");
    let sent = anna.post(&format!("/api/drafts/{}/accept", third["id"]), json!({})).await.expect(200);
    assert!(!sent["message"]["content"].as_str().unwrap().contains("[1]"));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_model_that_makes_no_sense_changes_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let (conversation, draft) = scene(&app, &office).await;
    let model = ScriptedModel::start(|_, _| Says::Text("Sure! Here it is.".to_owned())).await;
    office.admin(&app).await.patch("/api/ai/settings", model.settings()).await.expect(200);
    let anna = office.anna(&app).await;
    let reply = anna.post(&format!("/api/drafts/{}/rewrite", draft["id"]), json!({ "action": "friendlier" })).await;
    assert_eq!(reply.refused(503), "unavailable");
    assert_eq!(model.asked().len(), 3, "two repairs");
    assert_eq!(drafts(&anna, conversation).await, [draft]);
}
