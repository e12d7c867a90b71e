//! Automatic answers over HTTP: off unless chosen, within their bounds, marked, and ended by the customer's wish.

use chrono::TimeDelta;
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Client, Office, TestApp, VisitorClient};

const QUESTION: &str =
    "I was charged twice for my subscription this month, please refund one of the two payments to my card.";
const BODY: &str = "If you were charged twice for a subscription, we refund one of the two payments to your card at once. The refund shows within 3 business days.";

fn choice(changed: &Value) -> Value {
    let mut choice = json!({
        "enabled": true, "threshold": 0.5, "max_turns": 3, "hours": "always", "every_category": true,
        "category_ids": [], "opening": [], "time_zone": "UTC",
    });
    for (key, value) in changed.as_object().unwrap() {
        choice[key] = value.clone();
    }
    choice
}

/// An account with an article and a web inbox; its admin and the path of the inbox's choice.
async fn office(app: &TestApp) -> (Office, Client, String) {
    let office = Office::open(app, "acme").await;
    let admin = office.admin(app).await;
    admin.post("/api/knowledge-base/articles", json!({ "title": "Duplicate charges", "body": BODY })).await.expect(201);
    app.work().await;
    let inboxes = admin.get("/api/inboxes").await.expect(200);
    let inbox = inboxes["data"].as_array().unwrap().iter().find(|inbox| inbox["channel"] == "web").unwrap();
    let path = format!("/api/inboxes/{}/auto-reply", inbox["id"]);
    (office, admin, path)
}

/// What the customer reads, as sender and text.
async fn read(kim: &VisitorClient, conversation: i64) -> Vec<(String, String)> {
    let messages = kim.get(&format!("/conversations/{conversation}/messages")).await.expect(200);
    let text = |message: &Value, key: &str| message[key].as_str().unwrap().to_owned();
    messages["data"].as_array().unwrap().iter().map(|m| (text(m, "sender_type"), text(m, "content"))).collect()
}

async fn newest_draft(by: &Client, conversation: i64) -> Value {
    by.get(&format!("/api/conversations/{conversation}/drafts")).await.expect(200)["data"][0].clone()
}

/// Asks in a new conversation and answers why the draft was held: null where it was sent.
async fn held(app: &TestApp, office: &Office, by: &Client) -> Value {
    let (conversation, _) = office.visitor(app).await.write(QUESTION).await;
    app.work().await;
    let draft = newest_draft(by, conversation).await;
    assert_eq!(draft["hold"].is_null(), draft["status"] == "auto_sent", "{draft}");
    draft["hold"].clone()
}

#[sqlx::test(migrations = "../migrations")]
async fn off_unless_an_admin_says_otherwise(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (office, admin, path) = office(&app).await;
    assert_eq!(admin.get(&path).await.expect(200)["enabled"], false);
    let kim = office.visitor(&app).await;
    let (conversation, _) = kim.write(QUESTION).await;
    app.work().await;
    assert_eq!(read(&kim, conversation).await.len(), 1);
    let draft = newest_draft(&admin, conversation).await;
    assert_eq!((&draft["status"], &draft["hold"]), (&json!("pending"), &json!(null)));

    let anna = office.anna(&app).await;
    anna.put(&path, choice(&json!({}))).await.refused(403);
    for (field, bad) in [
        ("threshold", json!({ "threshold": 0.49 })),
        ("threshold", json!({ "threshold": 1.01 })),
        ("max_turns", json!({ "max_turns": 0 })),
        ("max_turns", json!({ "max_turns": 11 })),
        ("category_ids", json!({ "every_category": false })),
        ("category_ids", json!({ "every_category": false, "category_ids": [987_654] })),
        ("time_zone", json!({ "time_zone": "Mars/Olympus" })),
        ("time_zone", json!({ "time_zone": "UTC\u{0}" })),
        ("opening", json!({ "hours": "open" })),
        ("opening", json!({ "opening": [{ "day": 8, "opens": "09:00", "closes": "10:00" }] })),
        ("opening", json!({ "opening": [{ "day": 1, "opens": "9", "closes": "10:00" }] })),
    ] {
        let refused = admin.put(&path, choice(&bad)).await;
        assert_eq!(refused.status, 422, "{bad}");
        assert!(refused.expect(422)["error"]["fields"][field].is_string(), "{bad}");
    }
    assert_eq!(admin.get(&path).await.expect(200)["enabled"], false, "what is refused changes nothing");
    admin.get("/api/inboxes/987654/auto-reply").await.refused(404);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_sure_answer_goes_out_once_and_marked(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (office, admin, path) = office(&app).await;
    admin.put(&path, choice(&json!({}))).await.expect(200);
    let kim = office.visitor(&app).await;
    let mut chat = kim.live().await;
    let mut desk = admin.live().await;
    let (conversation, _) = kim.write(QUESTION).await;
    app.work().await;

    let sent = chat.next_of("message:sent").await["data"].clone();
    assert_eq!(sent["sender_type"], "ai");
    let text = sent["content"].as_str().unwrap();
    assert!(text.contains("refund one of the two payments") && !text.contains("[1]"), "{text}");
    // Past the line that tells where the conversation was routed.
    while desk.next_of("message:sent").await["data"]["sender_type"] != "ai" {}
    assert_eq!(read(&kim, conversation).await.len(), 2);

    let draft = newest_draft(&admin, conversation).await;
    assert_eq!((&draft["status"], &draft["edit_distance"]), (&json!("auto_sent"), &json!(null)));
    let row = admin.get(&format!("/api/conversations/{conversation}")).await.expect(200);
    assert_eq!(row["unread_count"], 1, "no person has read it");
    assert!(row["first_response_at"].is_null(), "nor answered");
    assert_eq!(admin.get("/api/analytics/ai").await.expect(200)["draft_acceptance"], json!(null), "nor decided");
    let ledger = admin.get("/api/ai/decisions?kind=draft").await.expect(200);
    assert_eq!(ledger["data"][0]["review"], "auto_sent", "{ledger}");
    let audit = admin.get("/api/audit-logs").await.expect(200).to_string();
    assert!(audit.contains("draft.auto_sent") && audit.contains("inbox.auto_reply_changed"));

    // The same job again, as after a crash before it was marked done, finds its draft.
    app.work().await;
    assert_eq!(read(&kim, conversation).await.len(), 2);
    let report = admin.get("/api/analytics/ai/auto-replies").await.expect(200);
    assert_eq!((&report["sent"], &report["conversations"], &report["handed_over"]), (&json!(1), &json!(1), &json!(0)));
    admin.patch(&format!("/api/conversations/{conversation}"), json!({ "status": "resolved" })).await.expect(200);
    kim.post(&format!("/conversations/{conversation}/csat"), json!({ "rating": 5 })).await;
    let report = admin.get("/api/analytics/ai/auto-replies").await.expect(200);
    assert_eq!((&report["resolved_alone"], &report["csat_alone"]), (&json!(1), &json!(5.0)));
    let csv = admin.get("/api/analytics/export?report=ai_auto_replies&format=json").await.expect(200);
    assert_eq!(csv["sent"], 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn each_bound_holds_the_draft_and_says_so(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (office, admin, path) = office(&app).await;
    let set = async |changed: Value| admin.put(&path, choice(&changed)).await.expect(200);
    set(json!({ "threshold": 1.0 })).await;
    assert_eq!(held(&app, &office, &admin).await, "confidence");
    // The test's clock decides; every minute of the week is open, and so none is closed.
    let week: Vec<Value> = (1..=7).map(|day| json!({ "day": day, "opens": "00:00", "closes": "24:00" })).collect();
    set(json!({ "hours": "closed", "opening": week })).await;
    assert_eq!(held(&app, &office, &admin).await, "hours");
    let categories = admin.get("/api/categories").await.expect(200);
    let id = |name: &str| {
        categories["data"].as_array().unwrap().iter().find(|row| row["name"] == name).unwrap()["id"].clone()
    };
    set(json!({ "every_category": false, "category_ids": [id("sales")] })).await;
    assert_eq!(held(&app, &office, &admin).await, "category");
    set(json!({ "every_category": false, "category_ids": [id("billing")], "hours": "open", "opening": week })).await;
    assert_eq!(held(&app, &office, &admin).await, json!(null));

    set(json!({})).await;
    let kim = office.visitor(&app).await;
    let (conversation, _) = kim.write(QUESTION).await;
    app.work().await;
    kim.post(&format!("/conversations/{conversation}/messages"), json!({ "content": format!(" {QUESTION} ") }))
        .await
        .expect(201);
    app.work().await;
    assert_eq!(newest_draft(&admin, conversation).await["hold"], "repeated");

    let report = admin.get("/api/analytics/ai/auto-replies").await.expect(200);
    let reasons: Vec<&str> =
        report["held"].as_array().unwrap().iter().map(|row| row["hold"].as_str().unwrap()).collect();
    assert_eq!(reasons, ["category", "confidence", "hours", "repeated"]);

    // What an agent asks for is the agent's.
    set(json!({ "enabled": false })).await;
    let (conversation, message) = office.visitor(&app).await.write(QUESTION).await;
    app.work().await;
    set(json!({})).await;
    admin.post("/api/ai/draft", json!({ "message_id": message })).await.expect(202);
    app.work().await;
    assert_eq!(newest_draft(&admin, conversation).await["status"], "pending");
}

#[sqlx::test(migrations = "../migrations")]
async fn turns_end_and_so_does_an_hour(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (office, admin, path) = office(&app).await;
    admin.put(&path, choice(&json!({ "max_turns": 1 }))).await.expect(200);
    let kim = office.visitor(&app).await;
    let (first, _) = kim.write(QUESTION).await;
    app.work().await;
    let more = "My subscription was charged twice again, please refund one of the two payments to my card.";
    kim.post(&format!("/conversations/{first}/messages"), json!({ "content": more })).await.expect(201);
    app.work().await;
    assert_eq!(newest_draft(&admin, first).await["hold"], "turns");
    for _ in 1..10 {
        kim.write(QUESTION).await;
    }
    app.work().await;
    let (eleventh, _) = kim.write(QUESTION).await;
    app.work().await;
    assert_eq!(newest_draft(&admin, eleventh).await["hold"], "too_many");
    app.clock.advance(TimeDelta::minutes(61));
    let (later, _) = kim.write(QUESTION).await;
    app.work().await;
    let admin = office.admin(&app).await;
    assert_eq!(newest_draft(&admin, later).await["status"], "auto_sent");
}

#[sqlx::test(migrations = "../migrations")]
async fn who_asks_for_a_person_gets_one(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (office, admin, path) = office(&app).await;
    admin.put(&path, choice(&json!({}))).await.expect(200);
    for (wish, promise) in [
        ("I want to talk to a person", "colleagues"),
        ("Haluan puhua ihmisen kanssa", "kollegoilleni"),
        ("Jag vill prata med en människa", "kolleger"),
        ("Ich möchte mit einem Menschen sprechen", "Kolleginnen"),
        ("Je veux parler à une personne", "collègues"),
    ] {
        let kim = office.visitor(&app).await;
        let (conversation, _) = kim.write(QUESTION).await;
        app.work().await;
        assert_eq!(read(&kim, conversation).await.len(), 2, "answered first");
        let say = async |content: &str| {
            kim.post(&format!("/conversations/{conversation}/messages"), json!({ "content": content }))
                .await
                .expect(201)
        };
        say(wish).await;
        // Before any job has run.
        let said = read(&kim, conversation).await;
        assert_eq!(said.len(), 4, "{said:?}");
        assert!(said[3].0 == "system" && said[3].1.contains(promise), "{said:?}");
        let log = admin.get(&format!("/api/conversations/{conversation}/messages")).await.expect(200).to_string();
        assert!(log.contains("handed_over"), "the agents are told");
        say(wish).await;
        say("My subscription was charged twice once more, please refund one of the two payments to my card.").await;
        app.work().await;
        assert_eq!(read(&kim, conversation).await.len(), 6, "promised once, answered no more");
        assert_eq!(newest_draft(&admin, conversation).await["hold"], "handed_over");
    }
    let report = admin.get("/api/analytics/ai/auto-replies").await.expect(200);
    assert_eq!((&report["conversations"], &report["handed_over"]), (&json!(5), &json!(5)));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_person_who_has_answered_is_not_interrupted(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (office, admin, path) = office(&app).await;
    admin.put(&path, choice(&json!({}))).await.expect(200);
    let anna = office.anna(&app).await;
    let kim = office.visitor(&app).await;
    let (conversation, _) = kim.write("hello").await;
    app.work().await;
    anna.post(&format!("/api/conversations/{conversation}/messages"), json!({ "content": "Hi, how can I help?" }))
        .await
        .expect(201);
    kim.post(&format!("/conversations/{conversation}/messages"), json!({ "content": QUESTION })).await.expect(201);
    app.work().await;
    assert_eq!(newest_draft(&admin, conversation).await["hold"], "person_answered");
    assert_eq!(read(&kim, conversation).await.len(), 3);
}
