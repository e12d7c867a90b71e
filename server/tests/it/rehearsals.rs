//! Rehearsals over HTTP: from ten resolved conversations on, a change of the assistant is tried beside how it is now, and
//! what gets worse goes live only by name.

mod articles;

use serde_json::{Value, json};
use sqlx::{
    ConnectOptions as _,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use testkit::{Client, Office, Says, ScriptedModel, TestApp};

const PATH: &str = "/api/ai/rehearsals";
const QUESTIONS: [&str; 10] = [
    "I was charged twice for my subscription this month, please refund one of the two payments to my card.",
    "The app crashes with an error when I sign in",
    "What does the plan for twenty people cost?",
    "Please send me the invoice for March",
    "My card was charged although I cancelled",
    "The page stays white after the update",
    "Do you give a discount to schools?",
    "How do I change the language?",
    "Where is my parcel? The courier never came",
    "My package was left in the rain by the courier",
];

/// Conversations that are over, each with a customer's question; `count` of them.
async fn resolve(app: &TestApp, office: &Office, admin: &Client, count: usize) {
    let mut ids = Vec::new();
    for question in QUESTIONS.iter().take(count) {
        ids.push(office.visitor(app).await.write(question).await.0);
    }
    app.work().await;
    let all = json!({ "ids": ids, "action": "status", "status": "resolved" });
    admin.post("/api/conversations/bulk", all).await.expect(200);
    app.work().await;
}

async fn office(app: &TestApp, count: usize) -> (Office, Client) {
    let office = Office::open(app, "acme").await;
    let admin = office.admin(app).await;
    resolve(app, &office, &admin, count).await;
    (office, admin)
}

/// Tries changes to the end.
async fn tried(app: &TestApp, admin: &Client, changes: Value) -> Value {
    let begun = admin.post(PATH, json!({ "changes": changes })).await.expect(201);
    assert_eq!(begun["status"], "running");
    app.work().await;
    let done = admin.get(&format!("{PATH}/{}", begun["id"])).await.expect(200);
    assert_eq!((&done["status"], &done["tried"]), (&json!("done"), &done["conversations"]), "{done}");
    done
}

fn measure<'a>(rehearsal: &'a Value, name: &str) -> Option<&'a Value> {
    rehearsal["measures"].as_array().unwrap().iter().find(|row| row["measure"] == name)
}

fn worse(rehearsal: &Value) -> Vec<&str> {
    let rows = rehearsal["measures"].as_array().unwrap().iter();
    rows.filter(|row| row["worse"] == true).map(|row| row["measure"].as_str().unwrap()).collect()
}

async fn cases(admin: &Client, rehearsal: &Value, query: &str) -> Vec<Value> {
    let page = admin.get(&format!("{PATH}/{}/cases{query}", rehearsal["id"])).await.expect(200);
    page["data"].as_array().unwrap().clone()
}

async fn go_live(admin: &Client, rehearsal: &Value, confirm: Option<&str>) -> testkit::Reply {
    admin.post(&format!("{PATH}/{}/go-live", rehearsal["id"]), json!({ "confirm": confirm })).await
}

async fn threshold(admin: &Client) -> Value {
    admin.get("/api/me").await.expect(200)["account"]["auto_assign_threshold"].clone()
}

#[sqlx::test(migrations = "../migrations")]
async fn from_ten_resolved_conversations_on_changes_are_tried_first(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (office, admin) = office(&app, 9).await;
    let delivery = json!({ "name": "Delivery", "examples": ["Where is my parcel?"] });
    let category = admin.post("/api/categories", delivery).await.expect(201);
    let policy = format!("/api/categories/{}/draft-policy", category["id"]);
    let ollama = json!({ "provider": "ollama", "chat_model": "small" });
    admin.patch("/api/ai/settings", ollama.clone()).await.expect(200);
    admin.patch("/api/ai/settings", json!({ "provider": "builtin" })).await.expect(200);

    let (tenth, _) = office.visitor(&app).await.write(QUESTIONS[9]).await;
    admin.patch(&format!("/api/conversations/{tenth}"), json!({ "status": "resolved" })).await.expect(200);
    app.work().await;
    let one = format!("/api/categories/{}", category["id"]);
    for refused in [
        admin.patch("/api/ai/settings", ollama.clone()).await,
        admin.post("/api/categories", json!({ "name": "Warranty" })).await,
        admin.patch(&one, json!({ "description": "Parcels" })).await,
        admin.delete(&one).await,
        admin.put(&policy, json!({ "drafting": true, "note": "Thank you for your patience." })).await,
    ] {
        assert_eq!(refused.refused(409), "rehearsal_needed");
    }
    // What limits the assistant, takes a model away or teaches it, is in order at once.
    for change in [
        json!({ "egress": false }),
        json!({ "egress": true }),
        json!({ "daily_token_budget": 10 }),
        json!({ "provider": "builtin" }),
    ] {
        admin.patch("/api/ai/settings", change).await.expect(200);
    }
    admin.put(&policy, json!({ "drafting": false })).await.expect(200);
    admin.post(&format!("{one}/examples"), json!({ "texts": ["The courier never came"] })).await.expect(201);
    app.work().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_threshold_is_tried_without_a_trace_and_goes_live_by_name(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options.clone()).await;
    let (office, admin) = office(&app, 10).await;
    let mut owner = options.connect().await.unwrap();
    let before = written(&mut owner, &office).await;

    let lower = json!([{ "kind": "threshold", "auto_assign_threshold": 0.05 }]);
    let rehearsal = tried(&app, &admin, lower).await;
    assert_eq!(rehearsal["conversations"], 10);
    assert_eq!(written(&mut owner, &office).await, before, "nothing but the comparison");
    let sorted = measure(&rehearsal, "sorted").unwrap();
    assert!(sorted["then"].as_f64() > sorted["now"].as_f64(), "{sorted}");
    assert_eq!(worse(&rehearsal), ["expected_mistakes"], "{rehearsal}");
    assert!(measure(&rehearsal, "answered").is_none(), "a threshold changes no draft");
    let flipped = cases(&admin, &rehearsal, "?changed=true").await;
    assert_eq!(json!(flipped.len()), rehearsal["flips"][0]["count"]);
    assert_eq!(rehearsal["flips"][0]["flip"], "outcome");
    for case in &flipped {
        assert_eq!((&case["flips"], &case["now"]["category"]), (&json!(["outcome"]), &case["then"]["category"]));
        assert_eq!((&case["now"]["outcome"], &case["then"]["outcome"]), (&json!("unsure"), &json!("confident")));
        assert!(QUESTIONS.contains(&case["text"].as_str().unwrap()));
    }
    assert_eq!(cases(&admin, &rehearsal, "").await.len(), 10);

    for name in [None, Some("yes"), Some("globex")] {
        let answer = go_live(&admin, &rehearsal, name).await.expect(422);
        assert!(answer["error"]["fields"]["confirm"].as_str().unwrap().contains("expected_mistakes"), "{answer}");
    }
    assert_eq!(threshold(&admin).await, 0.85);
    let live = go_live(&admin, &rehearsal, Some("acme")).await.expect(200);
    assert_eq!(live["status"], "live");
    assert_eq!(threshold(&admin).await, 0.05);
    assert_eq!(go_live(&admin, &rehearsal, Some("acme")).await.refused(409), "rehearsal_decided");
    let audit = admin.get("/api/audit-logs").await.expect(200);
    let line = audit["data"].as_array().unwrap().iter().find(|line| line["action"] == "rehearsal.went_live").unwrap();
    assert_eq!(line["details"]["worse"], json!(["expected_mistakes"]));
}

/// How much there is of everything that the assistant writes.
async fn written(owner: &mut sqlx::PgConnection, office: &Office) -> Vec<i64> {
    sqlx::query("select set_config('app.account_id', $1, false)")
        .bind(office.account.to_string())
        .execute(&mut *owner)
        .await
        .unwrap();
    let mut counts = Vec::new();
    for table in [
        "messages",
        "classifications",
        "drafts",
        "ai_decisions",
        "knowledge_chunks",
        "categories",
        "classifier_models",
        "ai_egress",
    ] {
        let count = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {table}")));
        counts.push(count.fetch_one(&mut *owner).await.unwrap());
    }
    counts
}

#[sqlx::test(migrations = "../migrations")]
async fn a_new_category_judges_from_the_moment_it_goes_live(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (office, admin) = office(&app, 10).await;
    let examples = [
        "Where is my parcel?",
        "The courier never came",
        "My package was left in the rain",
        "Tracking shows nothing for days",
        "The delivery is late",
        "The courier left my parcel at the wrong door",
    ];
    let delivery = json!({ "name": "Delivery", "description": "Parcels and couriers", "examples": examples });
    let rehearsal = tried(&app, &admin, json!([{ "kind": "create_category", "category": delivery }])).await;
    let names = admin.get("/api/categories").await.expect(200);
    assert_eq!(names["data"].as_array().unwrap().len(), 4, "nothing of it is there yet");
    let moved: Vec<_> = cases(&admin, &rehearsal, "?changed=true").await;
    let moved: Vec<_> = moved.iter().filter(|case| case["then"]["category"] == "Delivery").collect();
    assert!(moved.len() >= 2, "{rehearsal}");
    assert!(measure(&rehearsal, "left_out").is_some());

    go_live(&admin, &rehearsal, Some("acme")).await.expect(200);
    let (conversation, _) = office.visitor(&app).await.write("The courier never came with my parcel").await;
    app.work().await;
    let judged = admin.get(&format!("/api/conversations/{conversation}/classification")).await.expect(200);
    assert_eq!(judged["category"], "Delivery");
    let models = admin.get("/api/ai/models").await.expect(200);
    let models = models["data"].as_array().unwrap();
    assert_eq!((models.len(), &models[0]["status"]), (1, &json!("live")), "trained once, for the rehearsal");

    let names = admin.get("/api/categories").await.expect(200);
    let delivery = names["data"].as_array().unwrap().iter().find(|row| row["name"] == "Delivery").unwrap();
    let gone = json!([{ "kind": "delete_category", "category_id": delivery["id"] }]);
    let rehearsal = tried(&app, &admin, gone).await;
    let live = go_live(&admin, &rehearsal, Some("acme")).await.expect(200);
    assert_eq!(live["changes"][0]["name"], "Delivery", "what is gone is still called by its name");
}

#[sqlx::test(migrations = "../migrations")]
async fn what_drafts_say_is_compared_where_it_changes(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (_, admin) = office(&app, 10).await;
    let body = "If you were charged twice for a subscription, we refund one of the two payments to your card at once. The refund shows within 3 business days.";
    let article = json!({ "title": "Duplicate charges", "body": body, "status": "draft" });
    let article = admin.post("/api/knowledge-base/articles", article).await.expect(201);
    app.work().await;
    let categories = admin.get("/api/categories").await.expect(200);
    let billing = categories["data"].as_array().unwrap().iter().find(|row| row["name"] == "billing").unwrap();
    let note = "Refunds are made by the bank that issued the card.";
    let rehearsal = tried(
        &app,
        &admin,
        json!([
            { "kind": "publish", "article_id": article["id"] },
            { "kind": "draft_policy", "category_id": billing["id"], "policy": { "drafting": true, "note": note } },
        ]),
    )
    .await;
    assert_eq!(
        (&rehearsal["changes"][0]["name"], &rehearsal["changes"][1]["name"]),
        (&json!("Duplicate charges"), &json!("billing"))
    );
    let answered = measure(&rehearsal, "answered").unwrap();
    assert_eq!(answered["now"], 0.0);
    assert!(answered["then"].as_f64() >= Some(1.0), "{rehearsal}");
    assert_eq!(worse(&rehearsal), Vec::<&str>::new());
    let first = cases(&admin, &rehearsal, "").await.into_iter().find(|case| case["text"] == QUESTIONS[0]).unwrap();
    let (now, then) = (&first["now"]["draft"], &first["then"]["draft"]);
    assert_eq!((&now["grounded"], &then["grounded"]), (&json!(false), &json!(true)));
    assert!(
        then["content"].as_str().unwrap().contains("3 business days")
            && then["content"].as_str().unwrap().contains(note)
    );
    let found = admin.get("/api/knowledge-base/search?q=charged%20twice").await.expect(200);
    assert_eq!(found["data"], json!([]), "the article is still a draft");

    go_live(&admin, &rehearsal, None).await.expect(200);
    app.work().await;
    let found = admin.get("/api/knowledge-base/search?q=charged%20twice").await.expect(200);
    assert_eq!(found["data"][0]["article_id"], article["id"]);
    let policy = admin.get(&format!("/api/categories/{}/draft-policy", billing["id"])).await.expect(200);
    assert_eq!(policy["note"], note);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_model_is_tried_with_masks_and_books_before_customers_meet_it(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let admin = office.admin(&app).await;
    office.visitor(&app).await.write("Please refund me, write to kim.secret@example.test").await;
    resolve(&app, &office, &admin, 9).await;
    let open = admin.get("/api/conversations?status=open").await.expect(200);
    let first = format!("/api/conversations/{}", open["data"][0]["id"]);
    admin.patch(&first, json!({ "status": "resolved" })).await.expect(200);

    let good = json!({ "category": "billing", "priority": "normal", "sentiment": "neutral", "language": "en",
        "confidence": 0.99, "reasoning": "money", "evidence": [] });
    let model = ScriptedModel::start(move |_, nth| match nth {
        0..3 => Says::Status(400, None),
        _ => Says::Counted(good.to_string(), 100, 20),
    })
    .await;
    let mut settings = model.settings();
    for (key, value) in [("drafts_per_minute", json!(100_000)), ("input_price_micros", json!(1_000_000))] {
        admin.patch("/api/ai/settings", json!({ key: value })).await.expect(200);
    }
    assert_eq!(admin.patch("/api/ai/settings", settings.clone()).await.refused(409), "rehearsal_needed");
    settings["egress"] = json!(true);
    let with_egress = json!({ "changes": [{ "kind": "model", "settings": settings.clone() }] });
    assert_eq!(admin.post(PATH, with_egress).await.refused(422), "invalid");
    settings.as_object_mut().unwrap().remove("egress");

    let rehearsal = tried(&app, &admin, json!([{ "kind": "model", "settings": settings }])).await;
    assert!(!rehearsal.to_string().contains(ScriptedModel::KEY), "{rehearsal}");
    assert!(worse(&rehearsal).contains(&"failures"), "{rehearsal}");
    let cost = measure(&rehearsal, "cost_micros").unwrap();
    assert_eq!((cost["now"].as_f64(), cost["then"].as_f64() > Some(0.0)), (Some(0.0), true), "{cost}");
    let ledger = admin.get("/api/ai/egress?limit=200").await.expect(200);
    let ledger = ledger["data"].as_array().unwrap();
    assert!(ledger.len() >= 10 && ledger.iter().all(|line| line["purpose"] == "rehearse"), "{ledger:?}");
    assert!(!model.received().contains("kim.secret"), "masked like anything that leaves");
    assert_eq!(admin.get("/api/ai/settings").await.expect(200)["in_use"]["model"], Value::Null);

    assert_eq!(go_live(&admin, &rehearsal, None).await.refused(422), "invalid");
    go_live(&admin, &rehearsal, Some("acme")).await.expect(200);
    assert_eq!(admin.get("/api/ai/settings").await.expect(200)["in_use"]["model"], ScriptedModel::NAME);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_was_tried_holds_only_while_nothing_else_changes(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (office, admin) = office(&app, 10).await;
    let change = json!([{ "kind": "threshold", "auto_assign_threshold": 0.9 }]);
    let first = tried(&app, &admin, change.clone()).await;
    let categories = admin.get("/api/categories").await.expect(200);
    let id = &categories["data"][0]["id"];
    admin.post(&format!("/api/categories/{id}/examples"), json!({ "texts": ["a new text"] })).await.expect(201);
    app.work().await;
    let stale = admin.get(&format!("{PATH}/{}", first["id"])).await.expect(200);
    assert_eq!(stale["stale"], true);
    assert_eq!(go_live(&admin, &first, Some("acme")).await.refused(409), "rehearsal_stale");

    let second = admin.post(PATH, json!({ "changes": change, "conversations": 3 })).await.expect(201);
    assert_eq!(second["conversations"], 3);
    assert_eq!(go_live(&admin, &second, Some("acme")).await.refused(409), "rehearsal_not_done");
    let replaced = admin.get(&format!("{PATH}/{}", first["id"])).await.expect(200);
    assert_eq!(replaced["status"], "discarded");
    admin.delete(&format!("{PATH}/{}", second["id"])).await.expect(204);
    app.work().await;
    assert_eq!(
        admin.get(&format!("{PATH}/{}", second["id"])).await.expect(200)["tried"],
        0,
        "nobody tries what is discarded"
    );
    assert_eq!(threshold(&admin).await, 0.85);

    for bad in [
        json!({ "changes": [] }),
        json!({ "changes": [{ "kind": "threshold", "auto_assign_threshold": 2 }] }),
        json!({ "changes": [{ "kind": "threshold", "auto_assign_threshold": 0.9 }], "conversations": 101 }),
        json!({ "changes": [{ "kind": "create_category", "category": { "name": "billing" } }] }),
        json!({ "changes": [{ "kind": "paint", "color": "red" }] }),
    ] {
        assert_eq!(admin.post(PATH, bad).await.refused(422), "invalid");
    }
    let gone = json!({ "changes": [{ "kind": "delete_category", "category_id": 999_999 }] });
    assert_eq!(admin.post(PATH, gone).await.refused(404), "not_found");
    assert_eq!(admin.get(PATH).await.expect(200)["data"].as_array().unwrap().len(), 2);
    for client in [office.anna(&app).await, office.viewer(&app).await] {
        assert_eq!(client.get(PATH).await.refused(403), "forbidden");
        assert_eq!(client.post(PATH, json!({ "changes": change })).await.refused(403), "forbidden");
        assert_eq!(go_live(&client, &first, None).await.refused(403), "forbidden");
    }
}
