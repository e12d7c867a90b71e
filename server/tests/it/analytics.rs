//! Figures over HTTP, on a small worked example.

use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Office, TestApp};

#[sqlx::test(migrations = "../migrations")]
async fn the_overview_counts_what_happened(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (acme, globex) = (Office::open(&app, "acme").await, Office::open(&app, "globex").await);
    let (admin, anna) = (acme.admin(&app).await, acme.anna(&app).await);
    let kim = acme.visitor(&app).await;
    let (first, _) = kim.write("I was charged twice for my order, please refund one payment").await;
    kim.write("The app crashes when I log in").await;
    globex.visitor(&app).await.write("Hello").await;
    app.work().await;
    app.clock.advance(chrono::TimeDelta::seconds(100));
    let path = format!("/api/conversations/{first}");
    anna.post(&format!("{path}/assign"), json!({ "agent_id": acme.anna, "team_id": acme.billing })).await.expect(200);
    anna.post(&format!("{path}/messages"), json!({ "content": "It is on its way back." })).await.expect(201);
    anna.post(&format!("{path}/messages"), json!({ "content": "Bank was slow", "private": true })).await.expect(201);
    anna.patch(&path, json!({ "status": "resolved" })).await.expect(200);
    kim.post(&format!("/conversations/{first}/csat"), json!({ "rating": 4, "comment": "=fast" })).await.expect(204);

    let all = acme.viewer(&app).await.get("/api/analytics/overview").await.expect(200);
    for (figure, value) in [
        ("conversations_created", 2),
        ("conversations_resolved", 1),
        ("open_now", 1),
        ("waiting_now", 1),
        ("csat_responses", 1),
        ("classifications", 2),
        ("classifications_corrected", 0),
    ] {
        assert_eq!(all[figure], value, "{figure}: {all}");
    }
    assert_eq!(all["csat_average"], 4.0);
    let median = all["first_response_median_seconds"].as_f64().unwrap();
    assert!((100.0..160.0).contains(&median), "{median}");
    let days = all["daily"].as_array().unwrap();
    assert!((30..=31).contains(&days.len()), "{}", days.len());
    let sum = |figure: &str| days.iter().map(|day| day[figure].as_i64().unwrap()).sum::<i64>();
    assert_eq!((sum("created"), sum("resolved"), sum("messages")), (2, 1, 3));
    assert_eq!(all["by_inbox"], json!([{ "name": "Website", "count": 2 }]));

    let of = |filter: String| {
        let admin = admin.clone();
        async move { admin.get(&format!("/api/analytics/overview?{filter}")).await.expect(200) }
    };
    assert_eq!(of(format!("inbox_id={}", globex.inbox)).await["conversations_created"], 0);
    assert_eq!(of(format!("team_id={}", acme.billing)).await["conversations_resolved"], 1);
    assert_eq!(
        of("from=2020-01-01T00:00:00Z&to=2020-01-03T00:00:00Z".to_owned()).await["daily"].as_array().unwrap().len(),
        2
    );

    let agents = admin.get("/api/analytics/agents").await.expect(200);
    let row = agents["data"].as_array().unwrap().iter().find(|row| row["agent"]["id"] == json!(acme.anna)).unwrap();
    assert_eq!((&row["replies"], &row["resolved"], &row["csat_average"]), (&json!(1), &json!(1), &json!(4.0)));
    assert_eq!(anna.get("/api/analytics/agents").await.refused(403), "forbidden");
    let teams = anna.get("/api/analytics/teams").await.expect(200);
    assert_eq!((&teams["data"][0]["team"]["name"], &teams["data"][0]["resolved"]), (&json!("Billing"), &json!(1)));
    let csat = anna.get("/api/analytics/csat").await.expect(200);
    assert_eq!((&csat["ratings"], &csat["satisfied_share"]), (&json!([0, 0, 0, 1, 0]), &json!(1.0)));
    assert_eq!(csat["comments"][0]["comment"], "=fast");
    let ai = anna.get("/api/analytics/ai").await.expect(200);
    assert_eq!((&ai["classifications"], &ai["category_accuracy"]), (&json!(2), &json!(1.0)));
    assert_eq!(anna.get("/api/analytics/sla").await.expect(200)["data"], json!([]));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_corrected_category_lowers_the_accuracy(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let anna = office.anna(&app).await;
    let (conversation, _) =
        office.visitor(&app).await.write("I was charged twice, I want a refund of one payment").await;
    app.work().await;
    let made = anna.get(&format!("/api/conversations/{conversation}/classification")).await.expect(200);
    let other = if made["category"] == "sales" { "billing" } else { "sales" };
    anna.post(&format!("/api/classifications/{}/correct", made["id"]), json!({ "category": other })).await.expect(200);
    app.work().await;
    let ai = anna.get("/api/analytics/ai").await.expect(200);
    assert_eq!(ai["corrections"], json!([{ "name": "category", "count": 1 }]));
    assert!(ai["category_accuracy"].as_f64().unwrap() < 1.0, "{ai}");
}

#[sqlx::test(migrations = "../migrations")]
async fn promises_are_measured(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options.clone()).await;
    let office = Office::open(&app, "acme").await;
    let anna = office.anna(&app).await;
    let pool = PgPoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    sqlx::query("select set_config('app.account_id', $1, false)")
        .bind(office.account.to_string())
        .execute(&pool)
        .await
        .unwrap();
    sqlx::query("insert into sla_policies (account_id, name, priority, first_response_seconds, resolution_seconds) values ($1, 'Everyone', null, 60, 3600), ($1, 'Urgent', 'urgent', 10, null)")
        .bind(office.account.0)
        .execute(&pool)
        .await
        .unwrap();
    let request = |priority: &str| json!({ "inbox_id": office.inbox, "contact": { "name": "Kim" }, "content": "Hi", "priority": priority });
    let mut ids = Vec::new();
    for priority in ["urgent", "normal", "normal"] {
        ids.push(anna.post("/api/conversations", request(priority)).await.expect(201)["id"].clone());
    }
    app.work().await;
    app.clock.advance(chrono::TimeDelta::seconds(30));
    for id in &ids[..2] {
        anna.post(&format!("/api/conversations/{id}/messages"), json!({ "content": "Hello" })).await.expect(201);
    }
    let report = anna.get("/api/analytics/sla").await.expect(200);
    let everyone = &report["data"][0];
    assert_eq!(everyone["first_response"], json!({ "target_seconds": 60, "met": 1, "missed": 0, "pending": 1 }));
    assert_eq!(everyone["resolution"], json!({ "target_seconds": 3600, "met": 0, "missed": 0, "pending": 2 }));
    let urgent = &report["data"][1];
    assert_eq!(urgent["first_response"], json!({ "target_seconds": 10, "met": 0, "missed": 1, "pending": 0 }));
    assert_eq!(urgent["resolution"], json!(null));
    app.clock.advance(chrono::TimeDelta::seconds(60));
    let later = anna.get("/api/analytics/sla").await.expect(200);
    assert_eq!(
        later["data"][0]["first_response"],
        json!({ "target_seconds": 60, "met": 1, "missed": 1, "pending": 0 })
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn exports_are_files_that_run_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let (admin, anna) = (office.admin(&app).await, office.anna(&app).await);
    let request =
        json!({ "inbox_id": office.inbox, "contact": { "name": "=HYPERLINK(\"http://evil\")" }, "content": "Hi" });
    anna.post("/api/conversations", request).await.expect(201);
    app.work().await;

    let csv = anna.get("/api/analytics/export?report=conversations&format=csv").await;
    assert_eq!(csv.status, 200);
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    assert!(csv.headers["content-disposition"].to_str().unwrap().starts_with("attachment; filename=\"conversations-"));
    assert_eq!(csv.text.lines().count(), 2);
    assert!(csv.text.contains("\"'=HYPERLINK(\"\"http://evil\"\")\""), "{}", csv.text);
    let json = anna.get("/api/analytics/export?report=conversations&format=json").await.expect(200);
    assert_eq!(json[0]["contact"], "=HYPERLINK(\"http://evil\")");
    for report in ["overview", "teams", "ai", "csat", "sla"] {
        let csv = anna.get(&format!("/api/analytics/export?report={report}")).await;
        assert_eq!(csv.status, 200, "{report}: {}", csv.text);
        anna.get(&format!("/api/analytics/export?report={report}&format=json")).await.expect(200);
    }
    assert_eq!(anna.get("/api/analytics/export?report=agents").await.refused(403), "forbidden");
    assert!(admin.get("/api/analytics/export?report=agents").await.text.contains("Anna of acme"));
    anna.get("/api/analytics/export").await.expect(422);
    anna.get("/api/analytics/export?report=payroll").await.expect(422);
}

#[sqlx::test(migrations = "../migrations")]
async fn impossible_periods_are_refused(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let anna = Office::open(&app, "acme").await.anna(&app).await;
    for period in [
        "from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z",
        "from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:00Z",
        "from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z",
        "from=yesterday",
        "team_id=none",
    ] {
        for report in ["overview", "teams", "ai", "csat", "sla"] {
            assert_eq!(
                anna.get(&format!("/api/analytics/{report}?{period}")).await.refused(422),
                "invalid",
                "{report}?{period}"
            );
        }
    }
}
