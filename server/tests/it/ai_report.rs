//! The report on the assistant, worked out by hand, and the articles that unanswered questions suggest.

use chrono::TimeDelta;
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Office, TestApp};

use crate::decisions::known;

fn close(value: &Value, expected: f64) {
    let value = value.as_f64().unwrap_or(f64::NAN);
    assert!((value - expected).abs() < 1e-9, "{value} is not {expected}");
}

#[sqlx::test(migrations = "../migrations")]
async fn figures_are_what_they_come_to_by_hand(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let known = known(&app).await;
    let report = known.anna.get("/api/analytics/ai").await.expect(200);
    let pair = |from: &str, to: &str, count: i64| json!({ "from": from, "to": to, "count": count });
    assert_eq!(
        report["confusion"],
        json!([
            pair("billing", "billing", 2),
            pair("billing", "sales", 1),
            pair("sales", "sales", 1),
            pair("sales", "technical", 1)
        ])
    );
    let category = |name: &str| {
        let rows = report["by_category"].as_array().unwrap();
        rows.iter().find(|row| row["category"] == name).unwrap_or_else(|| panic!("no {name}"))
    };
    for (name, decided, correct) in [("billing", 3, 2), ("sales", 2, 1), ("technical", 0, 0)] {
        assert_eq!((&category(name)["decided"], &category(name)["correct"]), (&json!(decided), &json!(correct)));
    }
    close(&category("billing")["precision"], 2.0 / 3.0);
    close(&category("billing")["recall"], 1.0);
    close(&category("sales")["precision"], 0.5);
    close(&category("sales")["recall"], 0.5);
    assert_eq!(category("technical")["precision"], Value::Null);
    close(&category("technical")["recall"], 0.0);
    close(&report["category_accuracy"], 0.6);
    assert_eq!(report["corrections"], json!([{ "name": "category", "count": 3 }]), "one was put back");
    // Of three at 0.95, 0.92 and 0.91 two stand; of two at 0.65 and 0.61 one: (3 × |0.92667 − 0.66667| + 2 × |0.63 − 0.5|) / 5.
    close(&report["ece"], 0.208);
    let bins = report["calibration"].as_array().unwrap();
    assert_eq!(bins.len(), 2);
    close(&bins[0]["confidence"], 0.63);
    close(&bins[1]["accuracy"], 2.0 / 3.0);
    let outcome = |name: &str, count: i64, share: f64| json!({ "outcome": name, "count": count, "share": share });
    assert_eq!(
        report["outcomes"],
        json!([outcome("confident", 3, 0.6), outcome("unsure", 2, 0.4), outcome("out_of_scope", 0, 0.0)])
    );

    close(&report["draft_acceptance"], 2.0 / 3.0);
    close(&report["edit_distance_mean"], 2.0);
    assert_eq!((&report["drafts"], &report["drafts_ungrounded"]), (&json!(5), &json!(1)));
    assert!(report["classification_p95_ms"].as_f64() >= report["classification_median_ms"].as_f64());
    assert!(report["draft_p95_ms"].as_f64() >= report["draft_median_ms"].as_f64() && report["draft_p95_ms"].is_f64());
    let days = report["drafts_daily"].as_array().unwrap();
    assert!((30..=31).contains(&days.len()), "{}", days.len());
    let today = days.iter().find(|day| day["drafts"] != 0).unwrap();
    for (figure, count) in [("drafts", 5), ("ungrounded", 1), ("accepted", 1), ("edited", 1), ("rejected", 1)] {
        assert_eq!(today[figure], count, "{figure}");
    }
    close(&today["edit_distance_mean"], 2.0);

    // A classification takes 400 tokens at 0.15 and 50 at 0.60 a million: 90 millionths; a draft 900 and 100: 195.
    let spent = report["spend_daily"].as_array().unwrap().iter().find(|day| day["requests"] != 0).unwrap();
    assert_eq!(
        (&spent["requests"], &spent["tokens"], &spent["cost_micros"]),
        (&json!(10), &json!(7_250), &json!(1_425))
    );
    let model = &report["by_model"][0];
    assert_eq!((&model["model"], &model["decisions"]), (&json!("scripted"), &json!(10)), "{report}");
    assert_eq!((&model["tokens"], &model["cost_micros"]), (&json!(7_250), &json!(1_425)));
    assert!(model["latency_median_ms"].is_f64());

    // The sure ones about billing went to that team; an inbox or a time with none of it has nothing.
    let of_team = format!("/api/analytics/ai?team_id={}", known.office.billing);
    let of_team = known.anna.get(&of_team).await.expect(200);
    let day = of_team["spend_daily"].as_array().unwrap().iter().find(|day| day["requests"] != 0).unwrap();
    assert_eq!((&of_team["classifications"], &day["cost_micros"]), (&json!(3), &json!(3 * (90 + 195))));
    for filter in ["inbox_id=999", "to=2020-01-01T00:00:00Z"] {
        let none = known.anna.get(&format!("/api/analytics/ai?{filter}")).await.expect(200);
        assert_eq!((&none["ece"], &none["confusion"]), (&Value::Null, &json!([])), "{filter}");
        assert_eq!((&none["outcomes"], &none["by_model"]), (&json!([]), &json!([])), "{filter}");
    }

    // A category that is renamed keeps what was decided and corrected.
    let categories = known.admin.get("/api/categories").await.expect(200);
    let billing = categories["data"].as_array().unwrap().iter().find(|row| row["name"] == "billing").unwrap();
    let path = format!("/api/categories/{}", billing["id"]);
    known.admin.patch(&path, json!({ "name": "Invoices" })).await.expect(200);
    let renamed = known.anna.get("/api/analytics/ai").await.expect(200);
    assert_eq!(renamed["confusion"][0], pair("Invoices", "Invoices", 2));
    assert_eq!(renamed["confusion"][1], pair("Invoices", "sales", 1));
}

#[sqlx::test(migrations = "../migrations")]
async fn unanswered_questions_become_articles_to_write(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (office, other) = (Office::open(&app, "acme").await, Office::open(&app, "globex").await);
    let admin = office.admin(&app).await;
    let empty = admin.get("/api/analytics/ai/unanswered").await.expect(200);
    assert_eq!((&empty["questions"], &empty["data"]), (&json!(0), &json!([])));
    let kim = office.visitor(&app).await;
    for question in [
        "Hello! How do I get an invoice with our VAT number on it?",
        "=SUM of my invoices is wrong: the sheet that you export adds up to nothing.",
        "Can I have an invoice that shows our company's VAT number?",
        "Please send me an invoice with the VAT number of my company.",
        "Thanks a lot!",
    ] {
        kim.write(question).await;
    }
    other.visitor(&app).await.write("How do I get an invoice with a secret VAT number?").await;
    app.work().await;

    let report = admin.get("/api/analytics/ai/unanswered").await.expect(200);
    assert_eq!(report["questions"], 4, "thanks are no question, and another account's are not ours: {report}");
    let groups = report["data"].as_array().unwrap();
    assert_eq!(groups.iter().map(|group| group["count"].as_i64().unwrap()).collect::<Vec<_>>(), [3, 1], "{report}");
    let title = groups[0]["title"].as_str().unwrap();
    assert!(title.contains("VAT number") && !title.contains("Hello"), "{title}");
    assert_eq!((&groups[0]["language"], groups[0]["examples"].as_array().unwrap().len()), (&json!("en"), 3));
    assert!(groups[0]["examples"][0]["display_id"].is_i64() && !report.to_string().contains("secret"));
    let csv = admin.get("/api/analytics/export?report=ai_unanswered").await;
    assert!(csv.text.contains("\"'=SUM of my invoices"), "{}", csv.text);
    let file = admin.get("/api/analytics/export?report=ai_unanswered&format=json").await.expect(200);
    assert_eq!(file, report["data"]);

    // Once the article is there and a draft finds it, the question is answered.
    let article = json!({ "title": "Invoices with a VAT number", "body": "To get an invoice with your VAT number on it, open Billing, enter your company's VAT number and choose Send invoice. The invoice with the VAT number arrives by e-mail at once." });
    admin.post("/api/knowledge-base/articles", article).await.expect(201);
    app.work().await;
    let asked = groups[0]["examples"].as_array().unwrap();
    for question in asked {
        admin.post("/api/ai/draft", json!({ "message_id": question["message_id"] })).await.expect(202);
    }
    app.work().await;
    let left = admin.get("/api/analytics/ai/unanswered").await.expect(200);
    assert!(left["questions"].as_i64().unwrap() < 4, "{left}");
    app.clock.advance(TimeDelta::days(31));
    let later = office.admin(&app).await.get("/api/analytics/ai/unanswered").await.expect(200);
    assert_eq!(later["questions"], 0, "a month later nothing is new");
}
