//! What leaves the machine: written down before and after, under budgets, without what identifies a person.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use serde_json::{Value, json};
use sqlx::{
    PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use testkit::{Client, Office, Says, ScriptedModel, TestApp};
use tokio::sync::Notify;

use crate::support::{Process, owner, write};

const QUESTION: &str = "I am Kim, kim.virtanen@private.example, +358 40 123 4567. I was charged twice for order 10045678 with my card \
    4111 1111 1111 1111 (account FI21 1234 5600 0007 85, id 131052-308T), please refund one of the two payments.";
const SECRETS: [&str; 6] = ["private.example", "kim.virtanen", "123 4567", "4111", "FI21", "131052"];
/// The same, each long enough that no time or duration of a log holds it by chance.
const SECRETS_IN_FULL: [&str; 7] =
    ["private.example", "kim.virtanen", "123 4567", "4111 1111", "41111111", "FI21", "131052-308T"];

fn verdict(reasoning: &str) -> String {
    json!({"category": "sales", "category_confidence": 0.97, "priority": "urgent", "priority_confidence": 0.8, "sentiment": "negative",
        "sentiment_confidence": 0.7, "language": "en", "language_confidence": 1, "team": "Billing",
        "reasoning": reasoning})
    .to_string()
}

fn draft() -> String {
    let text = "Hi Kim, I am sorry that you were charged twice for one month. We send a duplicate payment back at once, and your bank shows it \
        within three business days [1]. We wrote the details to [EMAIL_1]; please write again if it has not arrived by then. Acme";
    json!({ "answerable": true, "draft": text, "confidence": 0.83 }).to_string()
}

/// To [`QUESTION`], whose address it names.
fn answers(what: &str, _: usize) -> Says {
    if what == "draft" {
        Says::Counted(draft(), 900, 100)
    } else {
        Says::Counted(verdict("The writer of [EMAIL_1] says that they were charged twice."), 400, 50)
    }
}

/// To any message.
fn classifies(_: &str, _: usize) -> Says {
    Says::Counted(verdict("Says that they were charged twice."), 400, 50)
}

/// An account with an article that answers the question.
async fn scene(app: &TestApp) -> (Office, Client) {
    let office = Office::open(app, "acme").await;
    let admin = office.admin(app).await;
    let article = json!({ "title": "Duplicate charges", "body": "If you were charged twice for a subscription, we refund one of the two payments to your card at once. The refund shows within 3 business days." });
    admin.post("/api/knowledge-base/articles", article).await.expect(201);
    app.work().await;
    (office, admin)
}

async fn ledger(admin: &Client) -> Value {
    admin.get("/api/ai/egress").await.expect(200)
}

/// Purpose and outcome of each line, oldest first.
fn lines(ledger: &Value) -> Vec<(String, String)> {
    let text = |line: &Value, name: &str| line[name].as_str().unwrap().to_owned();
    let data = ledger["data"].as_array().unwrap();
    data.iter().rev().map(|line| (text(line, "purpose"), text(line, "outcome"))).collect()
}

async fn reasoning(admin: &Client, conversation: impl std::fmt::Display) -> (String, String) {
    let path = format!("/api/conversations/{conversation}");
    let classification = admin.get(&format!("{path}/classification")).await.expect(200);
    let drafts = admin.get(&format!("{path}/drafts")).await.expect(200);
    let text = |value: &Value| value["reasoning"].as_str().unwrap().to_owned();
    (text(&classification), text(&drafts["data"][0]))
}

#[sqlx::test(migrations = "../migrations")]
async fn an_accounts_own_model_is_asked_and_every_request_is_in_the_books(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (office, admin) = scene(&app).await;
    let model = ScriptedModel::start(answers).await;
    admin.patch("/api/ai/settings", model.settings()).await.expect(200);
    let prices = json!({ "input_price_micros": 150_000, "output_price_micros": 600_000 });
    admin.patch("/api/ai/settings", prices).await.expect(200);
    let (conversation, message) = write(&app, &office, QUESTION).await;
    app.work().await;

    let classification = admin.get(&format!("/api/conversations/{conversation}/classification")).await.expect(200);
    assert_eq!(classification["model"], ScriptedModel::NAME);
    assert_eq!(
        classification["reasoning"],
        "The writer of kim.virtanen@private.example says that they were charged twice."
    );
    let drafts = admin.get(&format!("/api/conversations/{conversation}/drafts")).await.expect(200);
    let content = drafts["data"][0]["content"].as_str().unwrap();
    assert!(content.contains("We wrote the details to kim.virtanen@private.example;"), "restored: {content}");
    assert_eq!(drafts["data"][0]["sources"].as_array().unwrap().len(), 1, "citations work beside placeholders");

    // Asserted on the bytes themselves.
    let received = model.received();
    for secret in SECRETS {
        assert!(!received.contains(secret), "{secret} left the machine");
    }
    assert!(received.contains("order 10045678"), "what the model needs does leave");

    let ledger = ledger(&admin).await;
    let pair = |purpose: &str| (purpose.to_owned(), "accepted".to_owned());
    assert_eq!(lines(&ledger), [pair("classify"), pair("draft")]);
    let line = &ledger["data"][1];
    assert_eq!((&line["conversation_id"], &line["message_id"]), (&json!(conversation), &json!(message)));
    assert_eq!((&line["tokens_in"], &line["tokens_out"], &line["estimated"]), (&json!(400), &json!(50), &json!(false)));
    assert_eq!(line["cost_micros"], 90, "400 at 0.15 and 50 at 0.60 a million");
    assert_eq!(line["masked"], json!({ "card": 1, "email": 1, "iban": 1, "national_id": 1, "phone": 1 }));
    assert_eq!(line["host"], model.base_url.trim_start_matches("http://").trim_end_matches("/v1"));
    assert_eq!(line["prompt_hash"].as_str().unwrap().len(), 64);
    assert!(line["completed_at"].is_string() && line["latency_ms"].is_i64());
    let today = &ledger["today"];
    assert_eq!((&today["requests"], &today["tokens"], &today["cost_micros"]), (&json!(2), &json!(1450), &json!(285)));
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_over_a_limit_is_answered_here_and_says_so(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (office, admin) = scene(&app).await;
    let model = ScriptedModel::start(answers).await;
    admin.patch("/api/ai/settings", model.settings()).await.expect(200);
    let open = json!({ "daily_token_budget": null, "daily_spend_micros": null, "input_price_micros": 0, "output_price_micros": 0,
        "classifications_per_minute": 100, "drafts_per_minute": 100, "egress": true });
    let cases = [
        (json!({ "daily_token_budget": 100 }), "over_tokens", "the token budget of the day is used up"),
        (
            json!({ "daily_spend_micros": 10, "input_price_micros": 1_000_000 }),
            "over_spend",
            "the spend budget of the day is used up",
        ),
        (
            json!({ "classifications_per_minute": 0, "drafts_per_minute": 0 }),
            "over_rate",
            "the limit of requests a minute is reached",
        ),
    ];
    let mut held_back = 0;
    for (limits, outcome, why) in cases {
        admin.patch("/api/ai/settings", open.clone()).await.expect(200);
        admin.patch("/api/ai/settings", limits).await.expect(200);
        let (conversation, _) = write(&app, &office, QUESTION).await;
        app.work().await;
        held_back += 2;
        assert!(model.asked().is_empty(), "{outcome}: something was sent");
        let (classified, drafted) = reasoning(&admin, conversation).await;
        for told in [classified, drafted] {
            assert!(told.ends_with(&format!("The remote model was not used: {why}.")), "{told}");
        }
        let ledger = ledger(&admin).await;
        let expected = |purpose: &str| (purpose.to_owned(), outcome.to_owned());
        assert_eq!(lines(&ledger)[held_back - 2..], [expected("classify"), expected("draft")]);
        let today = &ledger["today"];
        assert_eq!(
            (&today["requests"], &today["held_back"], &today["tokens"]),
            (&json!(0), &json!(held_back), &json!(0))
        );
    }
}

/// The day's budget and the minute's rate pass: then the model is asked again.
#[sqlx::test(migrations = "../migrations")]
async fn limits_end_with_their_time(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (office, admin) = scene(&app).await;
    let model = ScriptedModel::start(classifies).await;
    admin.patch("/api/ai/settings", model.settings()).await.expect(200);
    admin
        .patch("/api/ai/settings", json!({ "classifications_per_minute": 1, "drafts_per_minute": 0 }))
        .await
        .expect(200);
    let decided = async |text: &str| {
        let (conversation, _) = write(&app, &office, text).await;
        app.work().await;
        let path = format!("/api/conversations/{conversation}/classification");
        // Signed in afresh, because days pass.
        office.admin(&app).await.get(&path).await.expect(200)["model"].as_str().unwrap() == ScriptedModel::NAME
    };
    assert!(decided("I was charged twice.").await);
    assert!(!decided("I was charged twice, again.").await);
    app.clock.advance(TimeDelta::seconds(61));
    assert!(decided("I was charged twice, a minute later.").await);

    // 900 tokens are used of 1,000, and a question is expected to take more than the rest.
    admin
        .patch("/api/ai/settings", json!({ "classifications_per_minute": 100, "daily_token_budget": 1000 }))
        .await
        .expect(200);
    assert!(!decided("I was charged three times.").await);
    app.clock.advance(TimeDelta::days(1));
    assert!(!decided("I was charged on the next day.").await, "one question alone is expected to take more");
    let more = json!({ "daily_token_budget": 5000 });
    office.admin(&app).await.patch("/api/ai/settings", more).await.expect(200);
    assert!(decided("I was charged on the next day, again.").await);
}

/// Many at once do not pass a budget that is nearly used up.
#[sqlx::test(migrations = "../migrations")]
async fn a_budget_holds_against_a_crowd(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (office, admin) = scene(&app).await;
    let model = ScriptedModel::start(classifies).await;
    admin.patch("/api/ai/settings", model.settings()).await.expect(200);
    admin.patch("/api/ai/settings", json!({ "daily_token_budget": 4000, "drafts_per_minute": 0 })).await.expect(200);
    for n in 0..12 {
        write(&app, &office, &format!("I was charged twice, case {n}")).await;
    }
    app.work().await;
    let today = ledger(&admin).await["today"].clone();
    let (requests, tokens) = (today["requests"].as_i64().unwrap(), today["tokens"].as_i64().unwrap());
    assert!((2..=8).contains(&requests), "{today}");
    assert_eq!(tokens, requests * 450, "corrected to what was used");
    assert_eq!(model.asked().len() as i64, requests);
}

/// Nothing leaves an account that forbids it, not even to the installation's own model; the neighbour is asked about.
#[sqlx::test(migrations = "../migrations")]
async fn an_account_that_lets_nothing_leave_asks_nobody(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (office, admin) = scene(&app).await;
    let neighbour = Office::open(&app, "globex").await;
    let model = ScriptedModel::start(answers).await;
    let worker = app.with_remote(model.client(Duration::from_secs(20)));
    admin.patch("/api/ai/settings", json!({ "egress": false })).await.expect(200);
    let (conversation, _) = write(&app, &office, QUESTION).await;
    app.work_as(worker.clone()).await;
    assert!(model.asked().is_empty() && model.received().is_empty());
    let (classified, _) = reasoning(&admin, conversation).await;
    assert!(!classified.contains("remote"), "nobody expected one: {classified}");
    assert_eq!(ledger(&admin).await["data"], json!([]));

    let (theirs, _) = write(&app, &neighbour, QUESTION).await;
    app.work_as(worker.clone()).await;
    let neighbours_admin = neighbour.admin(&app).await;
    let path = format!("/api/conversations/{theirs}/classification");
    assert_eq!(neighbours_admin.get(&path).await.expect(200)["model"], ScriptedModel::NAME);
    assert_eq!(ledger(&admin).await["data"], json!([]), "another account's lines");

    // Built in by choice: the installation's model is not asked either.
    admin.patch("/api/ai/settings", json!({ "egress": true, "provider": "builtin" })).await.expect(200);
    let before = model.asked().len();
    write(&app, &office, QUESTION).await;
    app.work_as(worker).await;
    assert_eq!(model.asked().len(), before);
}

/// Forbidden while the model thinks: its wrong answer is not sent back any more.
#[sqlx::test(migrations = "../migrations")]
async fn a_prohibition_holds_at_once(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (office, admin) = scene(&app).await;
    let (asked, answer) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (told, word) = (Arc::clone(&asked), Arc::clone(&answer));
    let model = ScriptedModel::start(move |_, _| {
        told.notify_one();
        Says::Later(Arc::clone(&word), "not JSON".to_owned())
    })
    .await;
    admin.patch("/api/ai/settings", model.settings()).await.expect(200);
    let (conversation, _) = write(&app, &office, "I was charged twice").await;
    let forbid = async {
        asked.notified().await;
        admin.patch("/api/ai/settings", json!({ "egress": false })).await.expect(200);
        answer.notify_one();
    };
    tokio::join!(app.work(), forbid);
    assert_eq!(model.asked().len(), 1);
    let line = |outcome: &str| ("classify".to_owned(), outcome.to_owned());
    assert_eq!(lines(&ledger(&admin).await), [line("invalid"), line("forbidden")]);
    let (classified, _) = reasoning(&admin, conversation).await;
    assert!(classified.ends_with("The remote model was not used: this account lets nothing leave."), "{classified}");
}

/// A process that dies while the model thinks leaves its line behind.
#[sqlx::test(migrations = "../migrations")]
async fn a_crash_leaves_a_trace(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (office, admin) = scene(&app).await;
    let asked = Arc::new(Notify::new());
    let told = Arc::clone(&asked);
    let model = ScriptedModel::start(move |_, _| {
        told.notify_one();
        Says::Nothing
    })
    .await;
    admin.patch("/api/ai/settings", model.settings()).await.expect(200);
    let mut owner = owner(&app).await;
    let process = Process::prepare(&app, &mut owner).await;
    write(&app, &office, QUESTION).await;
    let log = tempfile::NamedTempFile::new().unwrap();
    let settings = [("HUMMDESK_ENCRYPTION_KEY", TestApp::ENCRYPTION_KEY), ("HUMMDESK_LOG", "trace")];
    let worker = process.spawn_telling(&settings, log.reopen().unwrap());
    asked.notified().await;
    drop(worker);
    let ledger = ledger(&admin).await;
    let line = &ledger["data"][0];
    assert_eq!((&line["outcome"], &line["completed_at"]), (&json!("pending"), &Value::Null));
    assert!(line["tokens_in"].as_i64().unwrap() > 100 && line["estimated"] == true, "{line}");
    assert!(ledger["today"]["tokens"].as_i64().unwrap() > 100, "what may have been used is counted");

    let told = std::fs::read_to_string(log.path()).unwrap();
    assert!(told.len() > 1_000, "the log tells nothing");
    for secret in SECRETS_IN_FULL.into_iter().chain([ScriptedModel::KEY]) {
        assert!(!told.contains(secret), "{secret} is in the log");
    }
    // Somebody else does the job.
    admin.patch("/api/ai/settings", json!({ "egress": false })).await.expect(200);
    app.work().await;
}

/// Case 16: refused connections, then none for a while; every question is answered here, and the ledger tells why.
#[sqlx::test(migrations = "../migrations")]
async fn a_dead_endpoint_is_left_alone_and_the_ledger_says_so(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (office, admin) = scene(&app).await;
    // Bound and dropped: nobody listens there.
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let dead = json!({ "provider": "ollama", "base_url": format!("http://{address}/v1"), "chat_model": "llama" });
    admin.patch("/api/ai/settings", dead).await.expect(200);
    for n in 0..10 {
        write(&app, &office, &format!("I was charged twice, case {n}")).await;
    }
    app.work().await;
    let ledger = ledger(&admin).await;
    let lines = lines(&ledger);
    assert_eq!(lines.len(), 20, "one line a question");
    let count = |outcome: &str| lines.iter().filter(|(_, known)| known == outcome).count();
    assert!(count("unreachable") >= 5 && count("breaker_open") >= 5, "{lines:?}");
    assert_eq!(count("unreachable") + count("breaker_open"), 20);
    assert_eq!(ledger["today"]["tokens"], 0, "nothing was used");
    let test = admin.post("/api/ai/settings/test", json!({})).await.expect(200);
    assert_eq!((&test["ok"], &test["code"]), (&json!(false), &json!("unreachable")), "a person's question is asked");
}

/// Lines outlive what they speak of, and nobody rewrites or removes one.
#[sqlx::test(migrations = "../migrations")]
async fn the_ledger_is_append_only(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (office, admin) = scene(&app).await;
    let model = ScriptedModel::start(answers).await;
    admin.patch("/api/ai/settings", model.settings()).await.expect(200);
    write(&app, &office, QUESTION).await;
    app.work().await;
    let mut runtime = sqlx::ConnectOptions::connect(&app.runtime).await.unwrap();
    let mut owner = owner(&app).await;
    for connection in [&mut runtime, &mut owner] {
        scoped(connection, &office).await;
    }
    for forbidden in
        ["delete from ai_egress", "update ai_egress set host = 'elsewhere'", "update ai_egress set prompt_hash = ''"]
    {
        let error = sqlx::query(sqlx::AssertSqlSafe(forbidden)).execute(&mut runtime).await.unwrap_err();
        assert!(error.to_string().contains("permission denied"), "{forbidden}: {error}");
    }
    let again = sqlx::query("update ai_egress set outcome = 'timeout'").execute(&mut runtime).await.unwrap_err();
    assert!(again.to_string().contains("this line of the ledger is complete"), "{again}");
    sqlx::query("delete from conversations").execute(&mut owner).await.unwrap();
    let ledger = ledger(&admin).await;
    assert_eq!(ledger["data"].as_array().unwrap().len(), 2);
    assert_eq!(ledger["data"][0]["conversation_id"], Value::Null);
}

async fn scoped(connection: &mut PgConnection, office: &Office) {
    sqlx::query("select set_config('app.account_id', $1, false)")
        .bind(office.account.to_string())
        .execute(connection)
        .await
        .unwrap();
}
