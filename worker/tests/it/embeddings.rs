//! Remote embeddings: filled beside the built-in vectors, asked only when they know everything, and missed by nobody.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::Stdio,
};

use chrono::TimeDelta;
use domain::{
    embeddings,
    jobs::{self, WorkerLife},
};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Client, Office, Says, ScriptedModel, TestApp};
use types::{AccountId, jobs::Queue};

use crate::support::{Process, count, owner};

const SETTINGS: &str = "/api/ai/settings";
const ARTICLES: [(&str, &str); 9] = [
    ("Duplicate charges", "If you were charged twice, we refund one payment. Write to refunds@acme.test about it."),
    ("Opening hours", "The shop is open from nine to five on weekdays."),
    ("Passwords", "Choose a new password under Settings, Security."),
    ("Parcels", "A courier brings parcels within three days."),
    ("Invoices", "Invoices are sent by the first of each month."),
    ("Languages", "The app speaks five languages; choose yours in the menu."),
    ("Vouchers", "Vouchers are valid for two years from purchase."),
    ("Schools", "Schools receive a discount of thirty per cent."),
    ("Crashes", "When the app crashes, install the newest version."),
];

async fn model() -> ScriptedModel {
    ScriptedModel::start(|what, _| match what {
        "embedding" => Says::Text(String::new()),
        _ => Says::Status(500, None),
    })
    .await
}

/// An account with articles.
async fn scene(app: &TestApp) -> (Office, Client) {
    let office = Office::open(app, "acme").await;
    let admin = office.admin(app).await;
    for (title, body) in ARTICLES {
        admin.post("/api/knowledge-base/articles", json!({ "title": title, "body": body })).await.expect(201);
    }
    app.work().await;
    (office, admin)
}

fn chosen(model: &ScriptedModel, name: &str) -> Value {
    let mut settings = model.settings();
    settings["embedding_model"] = json!(name);
    settings
}

async fn choose(app: &TestApp, admin: &Client, model: &ScriptedModel, name: &str) {
    admin.patch(SETTINGS, chosen(model, name)).await.expect(200);
    app.work().await;
}

async fn standing(admin: &Client) -> Vec<Value> {
    admin.get(SETTINGS).await.expect(200)["embeddings"].as_array().unwrap().clone()
}

/// The title that is found first.
async fn found(admin: &Client, question: &str) -> String {
    let query = question.replace(' ', "%20").replace('@', "%40").replace('?', "%3F");
    let hits = admin.get(&format!("/api/knowledge-base/search?q={query}")).await.expect(200);
    hits["data"][0]["title"].as_str().unwrap_or_default().to_owned()
}

/// Questions that the endpoint was asked, each with the model's name and its texts.
fn asked(model: &ScriptedModel) -> Vec<(String, Vec<String>)> {
    let asked = model.asked().into_iter().filter(|(what, _)| what == "embedding");
    asked
        .map(|(_, request)| {
            let texts = serde_json::from_value(request["input"].clone()).unwrap();
            (request["model"].as_str().unwrap().to_owned(), texts)
        })
        .collect()
}

/// Carries out the index jobs that are due, each once.
async fn work_once(app: &TestApp) -> usize {
    let life = WorkerLife::begin(&app.ctx.db).await.unwrap();
    let due = jobs::claim(&app.ctx, Queue::Index, life.worker, AccountId(0), 100).await.unwrap();
    for job in &due {
        embeddings::fill(&app.ctx, job).await.unwrap();
    }
    due.len()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_model_answers_from_when_it_knows_every_passage(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (office, admin) = scene(&app).await;
    let other = Office::open(&app, "globex").await.admin(&app).await;
    let model = model().await;
    let begun = admin.patch(SETTINGS, chosen(&model, "vectors")).await.expect(200);
    assert_eq!(begun["embedding_model"], "vectors");
    let filling = &begun["embeddings"][0];
    assert_eq!((&filling["status"], &filling["in_use"]), (&json!("filling"), &json!(false)));
    assert_eq!((&filling["passages"], &filling["embedded"]), (&json!(9), &json!(0)));
    assert_eq!(found(&admin, "Where is my parcel from the courier?").await, "Parcels", "the built-in model answers");
    assert_eq!(asked(&model), [], "nobody is asked who does not know everything");

    app.work().await;
    let known = standing(&admin).await;
    assert_eq!(known.len(), 1);
    assert_eq!(
        known[0],
        json!({ "model": "vectors", "host": model.base_url.split('/').nth(2).unwrap(), "dimension": 64, "status": "active",
            "in_use": true, "passages": 9, "embedded": 9, "error": null })
    );
    assert_eq!(found(&admin, "charged twice? I am kim@secret.test").await, "Duplicate charges");
    let (name, texts) = asked(&model).pop().unwrap();
    assert_eq!((name.as_str(), texts.len()), ("vectors", 1));
    assert!(texts[0].contains("[EMAIL_1]"), "{texts:?}");
    for secret in ["kim@secret.test", "refunds@acme.test"] {
        assert!(!model.received().contains(secret), "{secret} stays here");
    }
    let ledger = admin.get("/api/ai/egress").await.expect(200);
    let lines = ledger["data"].as_array().unwrap();
    assert_eq!(lines.len(), 2, "the passages, and the question");
    assert!(
        lines
            .iter()
            .all(|line| line["purpose"] == "embed" && line["outcome"] == "accepted" && line["model"] == "vectors")
    );
    assert_eq!((&lines[0]["tokens_in"], &lines[1]["tokens_in"]), (&json!(10), &json!(90)));

    // A new article is known as soon as it is searchable; until then nobody misses it.
    let article = json!({ "title": "Warranty", "body": "The warranty covers broken screens." });
    admin.post("/api/knowledge-base/articles", article).await.expect(201);
    app.work().await;
    assert_eq!(
        (&standing(&admin).await[0]["embedded"], found(&admin, "broken screens warranty").await.as_str()),
        (&json!(10), "Warranty")
    );
    assert_eq!(standing(&other).await, Vec::<Value>::new(), "another account's model is its own");
    assert_eq!(office.anna(&app).await.get(SETTINGS).await.refused(403), "forbidden");
}

#[sqlx::test(migrations = "../migrations")]
async fn whatever_the_endpoint_does_questions_are_answered(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (_, admin) = scene(&app).await;
    let model = ScriptedModel::start(|what, nth| match (what, nth) {
        ("embedding", 1) => Says::Status(500, None),
        ("embedding", 2) => Says::Nothing,
        ("embedding", _) => Says::Text(String::new()),
        _ => Says::Status(500, None),
    })
    .await;
    choose(&app, &admin, &model, "vectors").await;
    for times in [2, 3, 4] {
        assert_eq!(found(&admin, "Where is my parcel from the courier?").await, "Parcels");
        assert_eq!(asked(&model).len(), times);
    }
    let outcomes = admin.get("/api/ai/egress").await.expect(200);
    let outcomes: Vec<&str> =
        outcomes["data"].as_array().unwrap().iter().map(|line| line["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["accepted", "timeout", "refused", "accepted"]);

    model.set_dimension(32);
    assert_eq!(found(&admin, "Where is my parcel from the courier?").await, "Parcels", "of another dimension");
    for change in [json!({ "egress": false }), json!({ "egress": true, "daily_token_budget": 0 })] {
        let before = asked(&model).len();
        admin.patch(SETTINGS, change).await.expect(200);
        assert_eq!(found(&admin, "Where is my parcel from the courier?").await, "Parcels");
        assert_eq!(asked(&model).len(), before, "nothing leaves");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn another_model_takes_over_when_it_is_full_and_none_ends_it(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (office, admin) = scene(&app).await;
    let mut owner = owner(&app).await;
    sqlx::query("select set_config('app.account_id', $1, false)")
        .bind(office.account.to_string())
        .execute(&mut owner)
        .await
        .unwrap();
    let model = model().await;
    choose(&app, &admin, &model, "vectors").await;
    model.set_dimension(48);
    admin.patch(SETTINGS, json!({ "embedding_model": "newer" })).await.expect(200);
    let names = |known: &[Value]| -> Vec<(String, bool)> {
        known.iter().map(|one| (one["model"].as_str().unwrap().to_owned(), one["in_use"] == true)).collect()
    };
    assert_eq!(names(&standing(&admin).await), [("vectors".to_owned(), true), ("newer".to_owned(), false)]);
    model.set_dimension(64);
    found(&admin, "Where is my parcel?").await;
    assert_eq!(asked(&model).pop().unwrap().0, "vectors", "the one before goes on");
    model.set_dimension(48);
    app.work().await;
    assert_eq!(names(&standing(&admin).await), [("newer".to_owned(), true)]);
    assert_eq!(standing(&admin).await[0]["dimension"], 48);
    assert_eq!(found(&admin, "Where is my parcel from the courier?").await, "Parcels");
    assert_eq!(asked(&model).pop().unwrap().0, "newer");
    assert_eq!(count(&mut owner, "select count(*) from chunk_embeddings").await, 9, "the old vectors are gone");

    admin.patch(SETTINGS, json!({ "embedding_model": null })).await.expect(200);
    assert_eq!(standing(&admin).await, Vec::<Value>::new());
    app.work().await;
    assert_eq!(count(&mut owner, "select count(*) from chunk_embeddings").await, 0);
    assert_eq!(count(&mut owner, "select count(*) from embedding_models").await, 0);
    let builtin = json!({ "provider": "builtin", "embedding_model": "vectors" });
    assert_eq!(admin.patch(SETTINGS, builtin).await.refused(422), "invalid");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_failing_endpoint_is_named_and_tried_again(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (office, admin) = scene(&app).await;
    let model = ScriptedModel::start(|what, nth| match (what, nth) {
        ("embedding", 0) => Says::Status(404, None),
        ("embedding", _) => Says::Text(String::new()),
        _ => Says::Status(500, None),
    })
    .await;
    admin.patch(SETTINGS, chosen(&model, "vectors")).await.expect(200);
    assert_eq!(work_once(&app).await, 1);
    let known = standing(&admin).await;
    assert_eq!(
        (&known[0]["status"], &known[0]["error"]),
        (&json!("filling"), &json!("the endpoint answered with status 404"))
    );
    assert_eq!(work_once(&app).await, 0, "not at once");
    app.clock.advance(TimeDelta::minutes(61));
    // An hour is a token's life.
    let admin = office.admin(&app).await;
    assert_eq!(work_once(&app).await, 1);
    let known = standing(&admin).await;
    assert_eq!((&known[0]["in_use"], &known[0]["error"]), (&json!(true), &Value::Null));

    // Vectors of another dimension are no vectors of this model.
    model.set_dimension(16);
    let article = json!({ "title": "Warranty", "body": "The warranty covers broken screens." });
    admin.post("/api/knowledge-base/articles", article).await.expect(201);
    let life = WorkerLife::begin(&app.ctx.db).await.unwrap();
    for job in jobs::claim(&app.ctx, Queue::Index, life.worker, AccountId(0), 100).await.unwrap() {
        domain::knowledge::index(&app.ctx, &job).await.unwrap();
    }
    assert_eq!(work_once(&app).await, 1);
    let known = standing(&admin).await;
    assert_eq!(known[0]["in_use"], false);
    assert!(known[0]["error"].as_str().unwrap().contains("16 dimensions"), "{known:?}");
    assert_eq!(found(&admin, "broken screens warranty").await, "Warranty", "the built-in model has it");

    // `reembed` tries again at once.
    model.set_dimension(64);
    assert_eq!(domain::knowledge::reindex(&app.ctx, None).await.unwrap(), 10);
    app.clock.advance(TimeDelta::minutes(61));
    app.work().await;
    let admin = office.admin(&app).await;
    assert_eq!(standing(&admin).await[0]["in_use"], true);
    let left = domain::knowledge::indexing(&app.ctx, None).await.unwrap();
    assert_eq!((left.waiting, left.parked, left.failing), (0, 0, None));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_model_for_embeddings_needs_no_other(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (_, admin) = scene(&app).await;
    let model = ScriptedModel::start(|what, nth| match (what, nth) {
        ("embedding", 0) => Says::Status(401, None),
        ("embedding", _) => Says::Text(String::new()),
        _ => Says::Status(500, None),
    })
    .await;
    let mut alone = chosen(&model, "vectors");
    alone["chat_model"] = Value::Null;
    admin.patch(SETTINGS, alone).await.expect(200);
    assert_eq!(work_once(&app).await, 1);
    assert_eq!(standing(&admin).await[0]["error"], "the endpoint answered with status 401");

    // Mended settings are tried at once, and nobody reads of what was.
    let mended = admin.patch(SETTINGS, json!({ "api_key": ScriptedModel::KEY })).await.expect(200);
    assert_eq!(mended["embeddings"][0]["error"], Value::Null);
    assert_eq!(mended["in_use"]["builtin_because"], "incomplete", "nobody classifies or drafts there");
    assert_eq!(work_once(&app).await, 1);
    let known = standing(&admin).await;
    assert_eq!(known[0]["in_use"], true, "{known:?}");
    assert_eq!(found(&admin, "Where is my parcel from the courier?").await, "Parcels");
    assert_eq!(asked(&model).pop().unwrap().1, ["Where is my parcel from the courier?"]);
}

/// `reembed --wait` of the real binary while this process does the work: whether it ended well, and what it said.
async fn reembed(app: &TestApp, process: &Process) -> (bool, String) {
    let mut command = process.command(&["reembed", "--wait"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    // It has promised the work.
    said.read_line(&mut line).unwrap();
    let mut ended = tokio::task::spawn_blocking(move || child.wait_with_output());
    // What cannot be done is tried again later: the queue may not empty.
    let output = tokio::select! {
        output = &mut ended => output,
        () = app.work() => ended.await,
    };
    let output = output.unwrap().unwrap();
    said.read_to_string(&mut line).unwrap();
    line.push_str(&String::from_utf8(output.stderr).unwrap());
    (output.status.success(), line)
}

#[sqlx::test(migrations = "../migrations")]
async fn whoever_waits_for_a_new_index_hears_how_it_went(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (_, admin) = scene(&app).await;
    let process = Process::prepare(&app, &mut owner(&app).await).await;
    let model = model().await;
    choose(&app, &admin, &model, "vectors").await;
    let (well, said) = reembed(&app, &process).await;
    assert!(well && said.starts_with("9 articles will be indexed afresh.\nDone.\n"), "{said}");
    assert_eq!(standing(&admin).await[0]["embedded"], 9);
    model.set_dimension(16);
    let (well, said) = reembed(&app, &process).await;
    assert!(!well && said.contains("gives no vectors") && said.contains("16 dimensions"), "{said}");
}
