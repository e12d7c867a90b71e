//! The decision ledger over HTTP: what is written down with each decision, and what people then make of it.

use serde_json::{Value, json};
use sqlx::{
    ConnectOptions as _,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use testkit::{Client, Office, Says, ScriptedModel, TestApp};

const QUESTION: &str =
    "I was charged twice for my subscription this month, please refund one of the two payments to my card.";
const GOOD: &str = "Hi Kim, I am sorry that you were charged twice for one month. We send a duplicate payment back at once, and your bank shows it within three business days [1]. Please write again if it has not arrived by then. Acme";

fn verdict(category: &str, confidence: f64) -> String {
    json!({"category": category, "category_confidence": confidence, "priority": "normal", "priority_confidence": 0.8, "sentiment": "neutral",
        "sentiment_confidence": 0.7, "language": "en", "language_confidence": 1, "team": null, "reasoning": "Says so."})
    .to_string()
}

fn draft(answerable: bool) -> String {
    json!({ "answerable": answerable, "draft": if answerable { GOOD } else { "" }, "confidence": 0.83 }).to_string()
}

async fn article(app: &TestApp, admin: &Client) {
    let article = json!({ "title": "Duplicate charges", "body": "If you were charged twice for a subscription, we refund one of the two payments to your card at once. The refund shows within 3 business days." });
    admin.post("/api/knowledge-base/articles", article).await.expect(201);
    app.work().await;
}

async fn decisions(client: &Client, filter: &str) -> Vec<Value> {
    let page = client.get(&format!("/api/ai/decisions?{filter}")).await.expect(200);
    page["data"].as_array().unwrap().clone()
}

async fn decision(client: &Client, row: &Value) -> Value {
    client.get(&format!("/api/ai/decisions/{}", row["id"])).await.expect(200)
}

#[sqlx::test(migrations = "../migrations")]
async fn the_built_in_assistants_decisions_are_written_down(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let admin = office.admin(&app).await;
    article(&app, &admin).await;
    let kim = office.visitor(&app).await;
    let (conversation, message) = kim.write(QUESTION).await;
    app.work().await;

    let rows = decisions(&admin, "").await;
    let kinds: Vec<&Value> = rows.iter().map(|row| &row["kind"]).collect();
    assert_eq!(kinds, ["draft", "classification"], "newest first");
    let made = admin.get(&format!("/api/conversations/{conversation}/classification")).await.expect(200);
    let classified = &rows[1];
    for (field, value) in [
        ("classification_id", &made["id"]),
        ("draft_id", &Value::Null),
        ("conversation_id", &json!(conversation)),
        ("message_id", &json!(message)),
        ("model", &made["model"]),
        ("model_version", &Value::Null),
        ("confidence", &made["confidence"]),
        ("outcome", &made["outcome"]),
        ("category", &made["category"]),
        ("corrected_to", &Value::Null),
        ("review", &json!("untouched")),
        ("latency_ms", &made["processing_ms"]),
        ("tokens_in", &json!(0)),
        ("cost_micros", &json!(0)),
        ("created_at", &made["created_at"]),
    ] {
        assert_eq!(&classified[field], value, "{field}");
    }
    let detail = decision(&admin, classified).await;
    assert_eq!(&detail["decision"], classified);
    assert_eq!((&detail["passages"], &detail["requests"]), (&json!([]), &json!([])));
    let read = json!([{ "message_id": message, "sender_type": "contact", "excerpt": QUESTION }]);
    assert_eq!(detail["inputs"], read);
    let hash = detail["prompt_hash"].as_str().unwrap().to_owned();
    assert_eq!(hash.len(), 64);

    let drafts = admin.get(&format!("/api/conversations/{conversation}/drafts")).await.expect(200);
    let detail = decision(&admin, &rows[0]).await;
    assert_eq!((&rows[0]["draft_id"], &rows[0]["outcome"]), (&drafts["data"][0]["id"], &json!("grounded")));
    assert_eq!((&rows[0]["review"], &rows[0]["model"]), (&json!("pending"), &json!("builtin-extractive-1")));
    let passage = &detail["passages"][0];
    assert_eq!((&passage["title"], &passage["used"]), (&json!("Duplicate charges"), &json!(true)), "{detail}");
    assert_eq!(passage["article_id"], drafts["data"][0]["sources"][0]["article_id"]);
    assert_eq!(passage["similarity"], drafts["data"][0]["sources"][0]["similarity"]);
    assert!(passage["chunk_id"].as_i64().unwrap() > 0 && passage["score"].as_f64().unwrap() > 0.0);
    assert!(passage["excerpt"].as_str().unwrap().contains("refund"), "{passage}");
    assert_ne!(detail["prompt_hash"], json!(hash));

    // The same message is the same question; a short one is read with the one before, by a classifier of the account's own.
    admin.post("/api/ai/classify", json!({ "message_id": message })).await.expect(202);
    app.work().await;
    let again = decision(&admin, &decisions(&admin, "kind=classification&limit=1").await[0]).await;
    assert_eq!(again["prompt_hash"], json!(hash));
    let delivery =
        json!({ "name": "Delivery", "examples": ["Where is my parcel?", "The courier never came", "Parcel lost"] });
    admin.post("/api/categories", delivery).await.expect(201);
    app.work().await;
    let short = kim.post(&format!("/conversations/{conversation}/messages"), json!({ "content": "Yes, please" })).await;
    let short = short.expect(201)["id"].clone();
    app.work().await;
    let row = decisions(&admin, "kind=classification&limit=1").await.remove(0);
    assert_eq!((&row["message_id"], &row["model_version"]), (&short, &json!(1)), "{row}");
    let inputs = decision(&admin, &row).await["inputs"].clone();
    let ids: Vec<&Value> = inputs.as_array().unwrap().iter().map(|input| &input["message_id"]).collect();
    assert_eq!(ids, [&json!(message), &short]);

    // Deleted articles take their words, not the fact that they were used.
    let path = format!("/api/knowledge-base/articles/{}", passage["article_id"]);
    admin.delete(&path).await.expect(204);
    let after = decision(&admin, &rows[0]).await;
    assert_eq!((&after["passages"][0]["excerpt"], &after["passages"][0]["used"]), (&Value::Null, &json!(true)));
}

/// Five conversations with a scripted model: what is decided, how sure and at what price is known.
pub struct Known {
    pub office: Office,
    pub admin: Client,
    pub anna: Client,
    conversations: Vec<i64>,
}

pub async fn known(app: &TestApp) -> Known {
    const DECIDED: [(&str, f64); 5] =
        [("billing", 0.95), ("billing", 0.92), ("billing", 0.91), ("sales", 0.65), ("sales", 0.61)];
    let office = Office::open(app, "acme").await;
    let (admin, anna) = (office.admin(app).await, office.anna(app).await);
    article(app, &admin).await;
    let model = ScriptedModel::start(|what, n| {
        if what == "draft" {
            Says::Counted(draft(n != 3), 900, 100)
        } else {
            Says::Counted(verdict(DECIDED[n].0, DECIDED[n].1), 400, 50)
        }
    })
    .await;
    admin.patch("/api/ai/settings", model.settings()).await.expect(200);
    let prices = json!({ "input_price_micros": 150_000, "output_price_micros": 600_000 });
    admin.patch("/api/ai/settings", prices).await.expect(200);
    let (kim, mut conversations) = (office.visitor(app).await, Vec::new());
    for _ in DECIDED {
        // One after the other, so that the script knows which is which.
        conversations.push(kim.write(QUESTION).await.0);
        app.work().await;
    }
    let known = Known { office, admin, anna, conversations };
    for (n, to) in [(2, "sales"), (4, "technical"), (3, "billing"), (3, "sales")] {
        let made = known.anna.get(&format!("{}/classification", known.path(n))).await.expect(200);
        let path = format!("/api/classifications/{}/correct", made["id"]);
        known.anna.post(&path, json!({ "category": to })).await.expect(200);
    }
    let of = async |n: usize| known.anna.get(&format!("{}/drafts", known.path(n))).await.expect(200)["data"][0].clone();
    let plain = GOOD.replace(" [1]", "");
    for (n, action, body) in [
        (0, "accept", json!({})),
        (1, "accept", json!({ "content": plain.replace("Acme", "Acne!") })),
        (2, "reject", json!({ "reason": "=wrong" })),
    ] {
        let path = format!("/api/drafts/{}/{action}", of(n).await["id"]);
        known.anna.post(&path, body).await.expect(200);
    }
    known
}

impl Known {
    fn path(&self, n: usize) -> String {
        format!("/api/conversations/{}", self.conversations[n])
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn the_ledger_joins_what_people_did_and_is_narrowed_and_exported(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options.clone()).await;
    let known = known(&app).await;
    let (admin, anna) = (&known.admin, &known.anna);
    let all = decisions(admin, "").await;
    assert_eq!(all.len(), 10);
    assert!(all.iter().all(|row| row["model"] == "scripted" && row["model_version"] == Value::Null));
    let of = |n: usize, kind: &str| {
        let conversation = json!(known.conversations[n]);
        all.iter().find(|row| row["conversation_id"] == conversation && row["kind"] == kind).unwrap()
    };
    for (n, decided, corrected, review) in [
        (0, "billing", Value::Null, "untouched"),
        (2, "billing", json!("sales"), "corrected"),
        (3, "sales", Value::Null, "corrected"),
        (4, "sales", json!("technical"), "corrected"),
    ] {
        let row = of(n, "classification");
        assert_eq!((&row["category"], &row["corrected_to"]), (&json!(decided), &corrected), "{n}");
        assert_eq!(row["review"], review, "{n}");
        assert_eq!((&row["tokens_in"], &row["tokens_out"], &row["cost_micros"]), (&json!(400), &json!(50), &json!(90)));
    }
    for (n, outcome, review, distance) in [
        (0, "grounded", "accepted", json!(0)),
        (1, "grounded", "edited", json!(2)),
        (2, "grounded", "rejected", Value::Null),
        (3, "abstained", "pending", Value::Null),
        (4, "grounded", "pending", Value::Null),
    ] {
        let row = of(n, "draft");
        assert_eq!(
            (&row["outcome"], &row["review"], &row["edit_distance"]),
            (&json!(outcome), &json!(review), &distance)
        );
        assert_eq!((&row["tokens_in"], &row["cost_micros"]), (&json!(900), &json!(195)), "{n}");
    }
    let back = decision(admin, of(3, "classification")).await;
    let corrections = back["corrections"].as_array().unwrap();
    let steps: Vec<(&Value, &Value)> = corrections.iter().map(|one| (&one["from"], &one["to"])).collect();
    assert_eq!(steps, [(&json!("sales"), &json!("billing")), (&json!("billing"), &json!("sales"))]);
    assert_eq!(corrections[0]["by"]["name"], "Anna of acme");
    let rejected = decision(admin, of(2, "draft")).await;
    assert_eq!(
        (&rejected["rejection_reason"], &rejected["reviewed_by"]["id"]),
        (&json!("=wrong"), &json!(known.office.anna))
    );
    assert!(rejected["reviewed_at"].is_string());
    let request = &rejected["requests"][0];
    assert_eq!((&request["purpose"], &request["outcome"]), (&json!("draft"), &json!("accepted")));
    assert_eq!(request["prompt_hash"], rejected["prompt_hash"], "what was asked of the model");
    let used: Vec<&Value> = rejected["passages"].as_array().unwrap().iter().map(|passage| &passage["used"]).collect();
    assert_eq!(used, [&json!(true)]);
    let abstained = decision(admin, of(3, "draft")).await;
    assert_eq!(abstained["passages"][0]["used"], false, "found, and not quoted");

    for (filter, count) in [
        ("kind=draft".to_owned(), 5),
        ("outcome=abstained".to_owned(), 1),
        ("outcome=unsure".to_owned(), 2),
        ("model=scripted".to_owned(), 10),
        ("model=builtin-extractive-1".to_owned(), 0),
        (format!("conversation_id={}", known.conversations[1]), 2),
        ("from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z".to_owned(), 0),
        ("from=2020-01-01T00:00:00Z".to_owned(), 10),
    ] {
        assert_eq!(decisions(admin, &filter).await.len(), count, "{filter}");
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("/api/ai/decisions?limit=3{cursor}")).await.expect(200);
        seen.extend(page["data"].as_array().unwrap().iter().map(|row| row["id"].clone()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, all.iter().map(|row| row["id"].clone()).collect::<Vec<_>>(), "each once, in order");
    for refused in [
        "cursor=x",
        "kind=guess",
        "outcome=lucky",
        "limit=0",
        "colour=red",
        "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
    ] {
        assert_eq!(admin.get(&format!("/api/ai/decisions?{refused}")).await.refused(422), "invalid", "{refused}");
    }

    // Agents and viewers have their conversations; the ledger is for those who answer for all of them.
    let path = format!("/api/ai/decisions/{}", all[0]["id"]);
    for closed in [
        "/api/ai/decisions",
        &path,
        "/api/analytics/ai/unanswered",
        "/api/analytics/export?report=ai_decisions",
        "/api/analytics/export?report=ai_unanswered",
    ] {
        assert_eq!(anna.get(closed).await.refused(403), "forbidden", "{closed}");
    }
    admin.patch(&format!("/api/agents/{}", known.office.ben), json!({ "role": "supervisor" })).await.expect(200);
    known.office.ben(&app).await.get(&path).await.expect(200);

    let csv = admin.get("/api/analytics/export?report=ai_decisions").await;
    assert_eq!((csv.status.as_u16(), csv.text.lines().count()), (200, 11), "{}", csv.text);
    assert!(csv.headers["content-disposition"].to_str().unwrap().contains("ai_decisions-"));
    let line = format!(",classification,{},", of(2, "classification")["display_id"]);
    let line = csv.text.lines().find(|known| known.contains(&line)).unwrap_or_else(|| panic!("{}", csv.text));
    assert!(line.contains(",scripted,,0.9100,confident,billing,sales,corrected,,"), "{line}");
    let file = admin.get("/api/analytics/export?report=ai_decisions&format=json").await.expect(200);
    assert_eq!(file.as_array().unwrap().len(), 10);
    let csv = anna.get("/api/analytics/export?report=ai_confusion").await;
    assert_eq!(
        csv.text,
        "decided,now,count\r\nbilling,billing,2\r\nbilling,sales,1\r\nsales,sales,1\r\nsales,technical,1\r\n"
    );
    let csv = anna.get("/api/analytics/export?report=ai_calibration").await;
    assert_eq!(csv.text, "from,to,count,confidence,accuracy\r\n0.6,0.7,2,0.6300,0.5000\r\n0.9,1.0,3,0.9267,0.6667\r\n");
    let csv = anna.get("/api/analytics/export?report=ai").await;
    for line in ["ece,0.208", "precision_billing,0.667", "cost_micros,1425", "tokens,7250", "share_unsure,0.400"] {
        assert!(csv.text.lines().any(|known| known == line), "{line} in {}", csv.text);
    }

    // A merged conversation takes its decisions along.
    let into = known.conversations[0];
    admin.post(&format!("{}/merge", known.path(1)), json!({ "into": into })).await.expect(200);
    assert_eq!(decisions(admin, &format!("conversation_id={into}")).await.len(), 4);

    // Nobody rewrites a line or removes it.
    let mut runtime = app.runtime.connect().await.unwrap();
    sqlx::query("select set_config('app.account_id', $1, false)")
        .bind(known.office.account.to_string())
        .execute(&mut runtime)
        .await
        .unwrap();
    for forbidden in ["delete from ai_decisions", "update ai_decisions set confidence = 1"] {
        let error = sqlx::query(forbidden).execute(&mut runtime).await.unwrap_err();
        assert!(error.to_string().contains("permission denied"), "{forbidden}: {error}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn every_request_of_a_decision_is_counted(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let (admin, anna) = (office.admin(&app).await, office.anna(&app).await);
    article(&app, &admin).await;
    let short = "Hi Kim, your card gets the refund at once and shows it within 3 business days. [1] Kind regards, acme";
    let model = ScriptedModel::start(move |what, n| match (what, n) {
        ("classification", 0) => Says::Counted("Billing, I would say.".to_owned(), 300, 10),
        ("classification", _) => Says::Counted(verdict("billing", 0.9), 400, 50),
        ("draft", _) => Says::Status(500, None),
        _ => Says::Counted(json!({ "draft": short }).to_string(), 200, 40),
    })
    .await;
    admin.patch("/api/ai/settings", model.settings()).await.expect(200);
    admin.patch("/api/ai/settings", json!({ "input_price_micros": 1_000_000 })).await.expect(200);
    let (conversation, _) = office.visitor(&app).await.write(QUESTION).await;
    app.work().await;

    let rows = decisions(&admin, "").await;
    let repaired = decision(&admin, &rows[1]).await;
    let outcomes: Vec<&Value> =
        repaired["requests"].as_array().unwrap().iter().map(|request| &request["outcome"]).collect();
    assert_eq!(outcomes, ["invalid", "accepted"], "{repaired}");
    assert_eq!(repaired["prompt_hash"], repaired["requests"][1]["prompt_hash"], "of the request that was answered");
    assert_ne!(repaired["prompt_hash"], repaired["requests"][0]["prompt_hash"]);
    let decided = &repaired["decision"];
    assert_eq!((&decided["tokens_in"], &decided["tokens_out"]), (&json!(700), &json!(60)));
    assert_eq!(decided["cost_micros"], 700, "a token in costs one millionth");

    // The model failed: the built-in assistant wrote the draft, and the hash is that of what it was given.
    let fallen = decision(&admin, &rows[0]).await;
    assert_eq!(fallen["decision"]["model"], "builtin-extractive-1");
    assert_eq!(fallen["requests"][0]["outcome"], "refused");
    assert_ne!(fallen["prompt_hash"], fallen["requests"][0]["prompt_hash"]);

    let first = rows[0]["draft_id"].clone();
    let made = anna.post(&format!("/api/drafts/{first}/rewrite"), json!({ "action": "shorten" })).await.expect(200);
    let row = decisions(&admin, "limit=1").await.remove(0);
    assert_eq!((&row["draft_id"], &row["outcome"]), (&made["id"], &json!("grounded")));
    let reworded = decision(&admin, &row).await;
    assert_eq!((&reworded["from_draft_id"], &reworded["inputs"]), (&first, &json!([])));
    assert_eq!((&reworded["requests"][0]["purpose"], &row["cost_micros"]), (&json!("rewrite"), &json!(200)));
    let before = decisions(&admin, &format!("conversation_id={conversation}&kind=draft")).await;
    assert_eq!(before[1]["review"], "superseded");
    // Two failed formats or more of the draft, two of the classification and one rewording: all in the day's sum.
    let report = admin.get("/api/analytics/ai").await.expect(200);
    let today = admin.get("/api/ai/egress").await.expect(200)["today"].clone();
    let spent = report["spend_daily"].as_array().unwrap().iter().find(|day| day["requests"] != 0).unwrap().clone();
    for figure in ["requests", "tokens", "cost_micros"] {
        assert_eq!(spent[figure], today[figure], "{figure}");
    }
}
