//! A remote model in front of the built-in one, over real HTTP: its good answers decide, its bad ones cost nothing.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::{
    PgConnection, Row as _,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use testkit::{Client, Office, Says, ScriptedModel, TestApp};
use types::MessageId;

use crate::support::{PATIENCE, Process, count, owner, write};

const QUESTION: &str =
    "I was charged twice for my subscription this month, please refund one of the two payments to my card.";
const TIMEOUT: Duration = Duration::from_secs(20);

fn verdict() -> Value {
    json!({"category": "sales", "category_confidence": 0.97, "priority": "urgent", "priority_confidence": 0.8, "sentiment": "negative",
        "sentiment_confidence": 0.7, "language": "en", "language_confidence": 1, "team": "Billing", "reasoning": "Says that they were charged twice."})
}

fn with(field: &str, value: Value) -> Says {
    let mut verdict = verdict();
    verdict[field] = value;
    Says::Text(verdict.to_string())
}

fn draft(text: &str) -> Says {
    Says::Text(json!({ "answerable": true, "draft": text, "confidence": 0.83 }).to_string())
}

const GOOD: &str = "Hi Kim, I am sorry that you were charged twice for one month. We send a duplicate payment back at once, and your bank shows it within three business days [1]. Please write again if it has not arrived by then. Acme";

/// An account with an article that answers the question.
async fn scene(app: &TestApp) -> (Office, PgConnection) {
    let office = Office::open(app, "acme").await;
    let article = json!({ "title": "Duplicate charges", "body": "If you were charged twice for a subscription, we refund one of the two payments to your card at once. The refund shows within 3 business days." });
    office.admin(app).await.post("/api/knowledge-base/articles", article).await.expect(201);
    app.work().await;
    let mut owner = owner(app).await;
    sqlx::query("select set_config('app.account_id', $1, false)")
        .bind(office.account.to_string())
        .execute(&mut owner)
        .await
        .unwrap();
    (office, owner)
}

/// Who decided about a message, what, and for which team; then who drafted, and what.
struct Outcome {
    decided_by: String,
    category: String,
    team: Option<i64>,
    drafted_by: String,
    draft: String,
}

async fn outcome(owner: &mut PgConnection, message: MessageId) -> Outcome {
    let row = sqlx::query(
        "select c.model, c.category, c.suggested_team_id, d.model, d.content
         from classifications c join drafts d on d.message_id = c.message_id where c.message_id = $1",
    )
    .bind(message.0)
    .fetch_all(&mut *owner)
    .await
    .unwrap();
    assert_eq!(row.len(), 1, "one classification and one draft");
    let kept: String = sqlx::query_scalar("select content from messages where id = $1")
        .bind(message.0)
        .fetch_one(owner)
        .await
        .unwrap();
    assert_eq!(kept, QUESTION, "the message is untouched");
    Outcome {
        decided_by: row[0].get(0),
        category: row[0].get(1),
        team: row[0].get(2),
        drafted_by: row[0].get(3),
        draft: row[0].get(4),
    }
}

/// The binary itself, configured by its environment as an installation is.
#[sqlx::test(migrations = "../migrations")]
async fn an_installation_with_a_model_classifies_and_drafts_by_it(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (office, mut owner) = scene(&app).await;
    let model =
        ScriptedModel::start(|what, _| if what == "draft" { draft(GOOD) } else { Says::Text(verdict().to_string()) })
            .await;
    let process = Process::prepare(&app, &mut owner).await;
    let (conversation, message) = write(&app, &office, QUESTION).await;
    let _worker = process.spawn(&[
        ("OPENAI_BASE_URL", &model.base_url),
        ("OPENAI_API_KEY", ScriptedModel::KEY),
        ("HUMMDESK_CHAT_MODEL", ScriptedModel::NAME),
    ]);
    app.wait_for_empty_queue().await;

    let got = outcome(&mut owner, message).await;
    assert_eq!((got.decided_by.as_str(), got.category.as_str()), (ScriptedModel::NAME, "sales"));
    assert_eq!(got.team, Some(office.billing.0), "the team it named");
    assert_eq!((got.drafted_by.as_str(), got.draft.as_str()), (ScriptedModel::NAME, GOOD));
    let sources = count(&mut owner, "select count(*) from draft_sources").await;
    assert_eq!(sources, 1, "the passage it cited");
    let anna = office.anna(&app).await;
    let seen = anna.get(&format!("/api/conversations/{conversation}/classification")).await.expect(200);
    assert_eq!((&seen["model"], &seen["priority"]), (&json!(ScriptedModel::NAME), &json!("urgent")));

    let asked = model.asked();
    assert_eq!(asked.iter().map(|(what, _)| what.as_str()).collect::<Vec<_>>(), ["classification", "draft"]);
    for (what, request) in &asked {
        assert_eq!(request["response_format"]["json_schema"]["strict"], true, "{what}");
        assert!(
            !request["messages"][0]["content"].as_str().unwrap().contains("charged twice"),
            "{what}: a customer's words are data"
        );
        assert!(request["messages"][1]["content"].as_str().unwrap().contains("charged twice"), "{what}");
    }
    // A model that is configured does not make the product depend on it.
    assert_eq!(Client::nobody(&app).get("/health").await.status, 200);
}

/// What a model can do wrong, how it is named when it fails, and how the ledger names it.
type Misdeed = (&'static str, &'static str, fn(usize) -> Says);

#[sqlx::test(migrations = "../migrations")]
async fn whatever_the_model_does_each_message_is_classified_and_drafted_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let app = TestApp::start(options).await;
    let (office, mut owner) = scene(&app).await;
    let foreign = Office::open(&app, "globex").await;
    let team = json!({ "name": "Globex Secret Team" });
    foreign.admin(&app).await.post("/api/teams", team).await.expect(201);
    let misdeeds: [Misdeed; 10] = [
        ("no JSON", "invalid", |_| Says::Text("I would say billing.".to_owned())),
        ("an empty answer", "invalid", |_| Says::Text(String::new())),
        ("half an answer", "invalid", |_| Says::Text("{\"category\": \"sal".to_owned())),
        ("a wrong enum", "invalid", |_| with("priority", json!("asap"))),
        ("an invented category", "invalid", |_| with("category", json!("weather"))),
        ("confidence 7", "invalid", |_| with("category_confidence", json!(7))),
        ("another account's team", "invalid", |_| with("team", json!("Globex Secret Team"))),
        ("a megabyte", "invalid", |_| Says::Text("x".repeat(1024 * 1024))),
        ("429", "busy", |_| Says::Status(429, Some(60))),
        ("500", "refused", |_| Says::Status(500, None)),
    ];
    for (name, outcome_named, misdeed) in misdeeds {
        let model = ScriptedModel::start(move |_, n| misdeed(n)).await;
        let (_, message) = write(&app, &office, QUESTION).await;
        app.work_as(app.with_remote(model.client(TIMEOUT))).await;
        let got = outcome(&mut owner, message).await;
        assert!(got.decided_by.starts_with("builtin-"), "{name}: {}", got.decided_by);
        assert!(got.drafted_by.starts_with("builtin-"), "{name}: {}", got.drafted_by);
        assert_eq!((got.category.as_str(), got.team), ("billing", Some(office.billing.0)), "{name}");
        let asked = model.asked().iter().filter(|(what, _)| what == "classification").count();
        assert!((1..=3).contains(&asked), "{name}: at most two repairs, asked {asked} times");
        let outcomes: Vec<String> = sqlx::query_scalar(
            "select outcome from ai_egress where message_id = $1 and purpose = 'classify' order by id",
        )
        .bind(message.0)
        .fetch_all(&mut owner)
        .await
        .unwrap();
        assert_eq!(outcomes, vec![outcome_named; asked], "{name}: a line in the ledger for each request");
    }
    // Repaired: told what was wrong, it does better.
    let model = ScriptedModel::start(|what, n| match (what, n) {
        ("draft", 0) => draft(&GOOD.replace("[1]", "[9]")),
        ("draft", _) => draft(GOOD),
        (_, 0) => with("priority", json!("asap")),
        _ => Says::Text(verdict().to_string()),
    })
    .await;
    let (_, message) = write(&app, &office, QUESTION).await;
    app.work_as(app.with_remote(model.client(TIMEOUT))).await;
    let got = outcome(&mut owner, message).await;
    assert_eq!((got.decided_by.as_str(), got.drafted_by.as_str()), (ScriptedModel::NAME, ScriptedModel::NAME));
    assert_eq!(model.asked().len(), 4);
}

/// A model that never answers is waited for a moment; then it is left alone, and the backlog drains at full pace.
#[sqlx::test(migrations = "../migrations")]
async fn a_hanging_model_holds_nobody_up(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (office, mut owner) = scene(&app).await;
    let model = ScriptedModel::start(|_, _| Says::Nothing).await;
    let ctx = app.with_remote(model.client(Duration::from_millis(200)));
    let mut last = None;
    for _ in 0..8 {
        last = Some(write(&app, &office, QUESTION).await.1);
    }
    let started = Instant::now();
    app.work_as(ctx).await;
    assert!(started.elapsed() < PATIENCE / 4, "16 jobs took {:?}", started.elapsed());
    assert!(outcome(&mut owner, last.unwrap()).await.decided_by.starts_with("builtin-"));
    assert!(model.asked().len() < 16, "the breaker never opened: asked {} times", model.asked().len());
}
