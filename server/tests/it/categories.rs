//! An account's own categories: taught over HTTP, learned by the worker, taken back when they were a mistake.

use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Client, Office, TestApp};

async fn judged(app: &TestApp, office: &Office, by: &Client, text: &str) -> Value {
    let (conversation, _) = office.visitor(app).await.write(text).await;
    app.work().await;
    by.get(&format!("/api/conversations/{conversation}/classification")).await.expect(200)
}

const PARCEL: &str = "The courier lost my parcel, where can it be?";

#[sqlx::test(migrations = "../migrations")]
async fn an_account_s_own_category_is_learned_renamed_and_forgotten(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (office, other) = (Office::open(&app, "acme").await, Office::open(&app, "globex").await);
    let admin = office.admin(&app).await;
    let begin = admin.get("/api/categories").await.expect(200);
    let names: Vec<&str> = begin["data"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["billing", "general", "sales", "technical"]);
    assert!(begin["data"][0]["builtin_count"].as_i64().unwrap() > 60);
    let nothing = json!({ "models": [], "training_at": null, "remote_model": null });
    assert_eq!(admin.get("/api/ai/learning").await.expect(200), nothing);

    let delivery = json!({
        "name": "Delivery",
        "description": "Parcels, couriers and where they are",
        "examples": ["Where is my parcel?", "The courier never came", "My package was left in the rain", "Where is my parcel?"],
    });
    let made = admin.post("/api/categories", delivery).await.expect(201);
    assert_eq!((&made["example_count"], &made["builtin_count"]), (&json!(3), &json!(0)));
    let path = format!("/api/categories/{}", made["id"]);
    assert!(admin.get("/api/ai/learning").await.expect(200)["training_at"].is_string(), "a training is due");
    // Learned first: what comes in meanwhile is judged as before.
    app.work().await;
    let learned = admin.get("/api/ai/learning").await.expect(200);
    assert_eq!((&learned["training_at"], &learned["models"][0]["version"]), (&json!(null), &json!(1)));
    let seen = judged(&app, &office, &admin, PARCEL).await;
    assert_eq!(seen["category"], "Delivery", "{seen}");
    let elsewhere = judged(&app, &other, &other.admin(&app).await, PARCEL).await;
    assert_ne!(elsewhere["category"], "Delivery");
    let model = &admin.get("/api/ai/models").await.expect(200)["data"][0];
    assert_eq!((&model["version"], &model["status"]), (&json!(1), &json!("live")), "{model}");
    assert_eq!(model["categories"], json!(["Delivery", "billing", "general", "sales", "technical"]));
    assert!(model["accuracy"].as_f64().unwrap() > 0.75 && model["ece"].as_f64().unwrap() < 0.1, "{model}");

    // A team answers for it, and everything follows its new name.
    let team = json!({ "name": "Logistics", "category": "delivery" });
    let team = admin.post("/api/teams", team).await.expect(201);
    assert_eq!(team["category"], "Delivery");
    admin.patch(&path, json!({ "name": "Shipping" })).await.expect(200);
    assert_eq!(admin.get(&format!("/api/teams/{}", team["id"])).await.expect(200)["category"], "Shipping");
    let conversation = format!("/api/conversations/{}", seen["conversation_id"]);
    assert_eq!(admin.get(&conversation).await.expect(200)["classification"]["category"], "Shipping");
    app.work().await;
    assert_eq!(judged(&app, &office, &admin, PARCEL).await["category"], "Shipping");

    admin.delete(&path).await.expect(204);
    assert_eq!(admin.get(&format!("/api/teams/{}", team["id"])).await.expect(200)["category"], json!(null));
    app.work().await;
    let after = judged(&app, &office, &admin, PARCEL).await;
    assert_ne!(after["category"], "Shipping");
    assert_eq!(admin.get(&path).await.refused(404), "not_found");
    let models = admin.get("/api/ai/models").await.expect(200);
    let live = models["data"].as_array().unwrap().iter().filter(|model| model["status"] == "live").count();
    assert_eq!(live, 0, "back at what every account begins with, the product's own classifier judges");
}

#[sqlx::test(migrations = "../migrations")]
async fn examples_come_and_go_and_an_earlier_classifier_can_judge_again(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let admin = office.admin(&app).await;
    let made = admin.post("/api/categories", json!({ "name": "Delivery" })).await.expect(201);
    let path = format!("/api/categories/{}", made["id"]);
    app.work().await;
    let texts = json!({ "texts": ["The courier lost my parcel", "Parcel tracking shows nothing"] });
    assert_eq!(admin.post(&format!("{path}/examples"), texts).await.expect(201)["example_count"], 2);
    app.work().await;
    let examples = admin.get(&format!("{path}/examples")).await.expect(200);
    let newest = admin.get(&format!("{path}/examples?limit=1")).await.expect(200);
    let cursor = newest["next_cursor"].as_str().unwrap();
    let older = admin.get(&format!("{path}/examples?limit=1&cursor={cursor}")).await.expect(200);
    assert_eq!(examples["data"], json!([newest["data"][0], older["data"][0]]));
    assert_eq!(older["next_cursor"], json!(null));
    let example = examples["data"][0]["id"].as_i64().unwrap();
    // The same text taught elsewhere moves.
    let billing = admin.get("/api/categories").await.expect(200)["data"][0]["id"].clone();
    let moved = json!({ "texts": [examples["data"][0]["text"]] });
    admin.post(&format!("/api/categories/{billing}/examples"), moved).await.expect(201);
    assert_eq!(admin.get(&path).await.expect(200)["example_count"], 1);
    assert_eq!(admin.delete(&format!("{path}/examples/{example}")).await.refused(404), "not_found");
    admin.delete(&format!("/api/categories/{billing}/examples/{example}")).await.expect(204);
    app.work().await;

    let models = admin.get("/api/ai/models").await.expect(200);
    let versions: Vec<i64> =
        models["data"].as_array().unwrap().iter().map(|row| row["version"].as_i64().unwrap()).collect();
    assert!(versions.len() >= 3 && versions.is_sorted_by(|a, b| a > b), "{models}");
    let first = models["data"].as_array().unwrap().last().unwrap();
    assert_eq!(first["status"], "previous");
    let again = admin.post(&format!("/api/ai/models/{}/activate", first["id"]), json!({})).await.expect(200);
    assert_eq!(again["status"], "live");
    let live = admin.get("/api/ai/models").await.expect(200);
    let live: Vec<&Value> = live["data"].as_array().unwrap().iter().filter(|row| row["status"] == "live").collect();
    assert!(live.len() == 1 && live[0]["id"] == first["id"]);
    let audit = admin.get("/api/audit-logs").await.expect(200).to_string();
    assert!(audit.contains("classifier.activated") && audit.contains("category.created"));
}

#[sqlx::test(migrations = "../migrations")]
async fn what_cannot_be_is_refused(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let (admin, anna) = (office.admin(&app).await, office.anna(&app).await);
    for (field, request) in [
        ("name", json!({ "name": " " })),
        ("name", json!({ "name": "n".repeat(51) })),
        ("name", json!({ "name": "BILLING" })),
        ("description", json!({ "name": "x", "description": "d".repeat(501) })),
        ("examples", json!({ "name": "x", "examples": ["fine", ""] })),
        ("examples", json!({ "name": "x", "examples": ["t".repeat(2001)] })),
        ("examples", json!({ "name": "x", "examples": vec!["t"; 501] })),
    ] {
        let reply = admin.post("/api/categories", request.clone()).await.expect(422);
        assert!(reply["error"]["fields"][field].is_string(), "{request}: {reply}");
    }
    assert_eq!(anna.post("/api/categories", json!({ "name": "Mine" })).await.refused(403), "forbidden");
    assert_eq!(admin.post("/api/teams", json!({ "name": "T", "category": "astrology" })).await.refused(422), "invalid");
    let rows = admin.get("/api/categories").await.expect(200);
    let ids: Vec<i64> = rows["data"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect();
    for id in &ids[..2] {
        admin.delete(&format!("/api/categories/{id}")).await.expect(204);
    }
    assert_eq!(admin.delete(&format!("/api/categories/{}", ids[2])).await.refused(409), "too_few_categories");
    app.work().await;
}
