//! Another account's object answers exactly as one that does not exist: for every route of the API document.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Client, Office, TestApp};

pub const NOBODYS: i64 = 999_999_999;

/// The other account's objects, by the route that names one.
pub async fn objects(app: &TestApp, office: &Office, admin: &Client) -> BTreeMap<&'static str, i64> {
    let article = admin
        .post("/api/knowledge-base/articles", json!({ "title": "Refunds", "body": "We refund within 3 days." }))
        .await
        .expect(201);
    let label = admin.post("/api/labels", json!({ "title": "vip" })).await.expect(201);
    let delivery = json!({ "name": "Delivery", "examples": ["Where is my parcel?", "The courier never came"] });
    let category = admin.post("/api/categories", delivery).await.expect(201);
    let examples = admin.get(&format!("/api/categories/{}/examples", category["id"])).await.expect(200);
    let (conversation, message) = office.visitor(app).await.write("I was charged twice and want a refund").await;
    app.work().await;
    let row = admin.get(&format!("/api/conversations/{conversation}")).await.expect(200);
    let classification = admin.get(&format!("/api/conversations/{conversation}/classification")).await.expect(200);
    let draft = admin.get(&format!("/api/conversations/{conversation}/drafts")).await.expect(200);
    let model = admin.get("/api/ai/models").await.expect(200);
    let decision = admin.get("/api/ai/decisions").await.expect(200);
    let (over, _) = office.visitor(app).await.write("Do you sell vouchers?").await;
    admin.patch(&format!("/api/conversations/{over}"), json!({ "status": "resolved" })).await.expect(200);
    let changes = json!([{ "kind": "threshold", "auto_assign_threshold": 0.9 }]);
    let rehearsal = admin.post("/api/ai/rehearsals", json!({ "changes": changes })).await.expect(201);
    app.work().await;
    let id = |value: &Value| value["id"].as_i64().expect("an id");
    BTreeMap::from([
        ("conversations", conversation),
        ("messages", message),
        ("classifications", id(&classification)),
        ("drafts", id(&draft["data"][0])),
        ("knowledge-base", id(&article)),
        ("teams", office.billing.0),
        ("agents", office.anna.0),
        ("inboxes", office.inbox.0),
        ("contacts", id(&row["contact"])),
        ("labels", id(&label)),
        ("categories", id(&category)),
        ("examples", id(&examples["data"][0])),
        ("ai", id(&model["data"][0])),
        ("decisions", id(&decision["data"][0])),
        ("rehearsals", id(&rehearsal)),
    ])
}

/// A body that would be accepted, so that only the id can be what is refused.
fn body(method: &Method, path: &str) -> Option<Value> {
    let last = path.rsplit('/').next().unwrap_or_default();
    match (method.as_str(), last) {
        ("GET" | "DELETE", _) | ("POST", "read" | "activate") => None,
        ("POST", "examples") => Some(json!({ "texts": ["hello"] })),
        ("POST", "messages") => Some(json!({ "content": "hello" })),
        ("POST", "assign") => Some(json!({ "agent_id": null })),
        ("POST", "labels") => Some(json!({ "labels": [] })),
        ("POST", "merge") => Some(json!({ "into": NOBODYS - 1 })),
        ("POST", "correct") => Some(json!({ "category": "sales" })),
        ("POST", "rewrite") => Some(json!({ "action": "shorten" })),
        ("POST", "accept" | "reject" | "go-live") | ("PATCH", _) => Some(json!({})),
        ("PUT", "auto-reply") => Some(
            json!({ "enabled": false, "threshold": 0.9, "max_turns": 3, "hours": "always", "every_category": true }),
        ),
        ("PUT", "draft-policy") => Some(json!({ "drafting": true })),
        ("PUT", _) => Some(json!({ "title": "x", "body": "y" })),
        (method, _) => panic!("say what to send to {method} {path}"),
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn another_accounts_object_answers_as_none(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (ours, theirs) = (Office::open(&app, "acme").await, Office::open(&app, "globex").await);
    let (admin, stranger) = (theirs.admin(&app).await, ours.admin(&app).await);
    let objects = objects(&app, &theirs, &admin).await;

    let document = serde_json::to_value(server::api::document()).unwrap();
    let mut tried = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        if !path.contains("{id}") || path.starts_with("/api/widget/") {
            continue;
        }
        let below = |noun| path.starts_with(&format!("/api/ai/{noun}/")).then_some(noun);
        let noun =
            below("decisions").or_else(|| below("rehearsals")).unwrap_or_else(|| path.split('/').nth(2).unwrap());
        let id = objects.get(noun).unwrap_or_else(|| panic!("say which object of {noun} a stranger tries: {path}"));
        for method in operations.as_object().unwrap().keys() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let ask = async |client: &Client, id: i64| {
                let mut request = client
                    .request(
                        method.clone(),
                        &path.replace("{id}", &id.to_string()).replace("{example_id}", "1").replace("{place}", "0"),
                    )
                    .header("x-request-id", "same");
                if let Some(body) = body(&method, path) {
                    request = request.json(&body);
                }
                client.send(request).await
            };
            let (theirs, nobodys) = (ask(&stranger, *id).await, ask(&stranger, NOBODYS).await);
            assert_eq!(theirs.status, 404, "{method} {path}: {}", theirs.text);
            assert_eq!(theirs.text, nobodys.text, "{method} {path}");
            assert_eq!(ask(&Client::nobody(&app), *id).await.status, 401, "{method} {path} without a token");
            tried += 1;
        }
    }
    assert!(tried >= 25, "only {tried} operations were tried");
}

/// Ids of another account inside a body are no better than ids in a path.
#[sqlx::test(migrations = "../migrations")]
async fn foreign_ids_in_bodies_and_queries_name_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (ours, theirs) = (Office::open(&app, "acme").await, Office::open(&app, "globex").await);
    let admin = ours.admin(&app).await;
    let (conversation, _) = ours.visitor(&app).await.write("Hello, what does the plan cost?").await;
    let (foreign, foreign_message) = theirs.visitor(&app).await.write("Another company's secret").await;
    app.work().await;
    let path = format!("/api/conversations/{conversation}");

    assert_eq!(admin.post(&format!("{path}/assign"), json!({ "agent_id": theirs.anna })).await.refused(422), "invalid");
    assert_eq!(
        admin.post(&format!("{path}/assign"), json!({ "team_id": theirs.billing })).await.refused(422),
        "invalid"
    );
    admin.post(&format!("{path}/merge"), json!({ "into": foreign })).await.refused(404);
    admin.post("/api/ai/classify", json!({ "message_id": foreign_message })).await.refused(404);
    admin.post("/api/ai/draft", json!({ "message_id": foreign_message })).await.refused(404);
    admin
        .post("/api/conversations", json!({ "inbox_id": theirs.inbox, "contact": { "name": "Kim" }, "content": "hi" }))
        .await
        .refused(422);
    let bulk = admin
        .post("/api/conversations/bulk", json!({ "ids": [foreign], "action": "status", "status": "resolved" }))
        .await
        .expect(200);
    assert_eq!(bulk["data"][0]["ok"], false);
    for query in [format!("inbox_id={}", theirs.inbox), format!("team_id={}", theirs.billing), "q=secret".to_owned()] {
        assert_eq!(admin.get(&format!("/api/conversations?{query}")).await.expect(200)["data"], json!([]), "{query}");
    }

    // The account itself is never a client's to choose.
    for body in [json!({ "account_id": theirs.account }), json!({ "id": 1 }), json!({ "role": "admin" })] {
        admin.patch(&path, body).await.refused(422);
    }
    let after = admin.get(&path).await.expect(200);
    assert_eq!(after["status"], "open");
}

/// A canary of one account is never found from another, whatever searches for it.
#[sqlx::test(migrations = "../migrations")]
async fn a_canary_stays_in_its_account(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (ours, theirs) = (Office::open(&app, "acme").await, Office::open(&app, "globex").await);
    let canary = "zanzibarquux";
    let body = format!("The refund code of the year is {canary}. Refunds take three days.");
    theirs
        .admin(&app)
        .await
        .post("/api/knowledge-base/articles", json!({ "title": "Refund code", "body": body }))
        .await
        .expect(201);
    let visitor = ours.visitor(&app).await;
    let (conversation, message) =
        visitor.write(&format!("What is the refund code of the year? Is it {}?", &canary[..4])).await;
    app.work().await;
    let anna = ours.anna(&app).await;
    let found = anna.get(&format!("/api/knowledge-base/search?q={canary}")).await.expect(200);
    assert_eq!(found["data"], json!([]));
    for path in [
        format!("/api/conversations/{conversation}/drafts"),
        format!("/api/conversations/{conversation}/classification"),
        format!("/api/conversations/{conversation}/messages"),
        "/api/knowledge-base/articles".to_owned(),
        "/api/analytics/overview".to_owned(),
        "/api/events?after=0".to_owned(),
    ] {
        let reply = anna.get(&path).await;
        assert_eq!(reply.status, 200, "{path}");
        assert!(!reply.text.contains(canary), "{path} tells another account's secret");
    }
    assert!(message > 0);
}
