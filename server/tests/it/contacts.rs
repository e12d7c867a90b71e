//! Contacts over HTTP: keeping, finding and erasing customers.

use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Office, TestApp};

#[sqlx::test(migrations = "../migrations")]
async fn a_customer_is_kept(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let anna = office.anna(&app).await;
    let mut live = anna.live().await;
    let request = json!({ "name": " Aino Virtanen ", "email": "Aino@Example.com", "phone": "+358 40 1234567", "identifier": "u-1", "locale": "fi",
                          "custom_attributes": { "plan": "pro", "seats": 3 } });
    let aino = anna.post("/api/contacts", request).await.expect(201);
    assert_eq!((&aino["name"], &aino["email"]), (&json!("Aino Virtanen"), &json!("aino@example.com")));
    assert_eq!((&aino["verified"], &aino["conversation_count"]), (&json!(false), &json!(0)));
    let path = format!("/api/contacts/{}", aino["id"]);

    let change = json!({ "phone": "", "custom_attributes": { "seats": null, "since": 2024 }, "blocked": true });
    let changed = anna.patch(&path, change).await.expect(200);
    assert_eq!((&changed["phone"], &changed["blocked"]), (&json!(null), &json!(true)));
    assert_eq!(changed["custom_attributes"], json!({ "plan": "pro", "since": 2024 }));
    assert_eq!(changed["email"], "aino@example.com");
    let told = live.next_of("contact:updated").await;
    assert_eq!((&told["data"]["id"], &told["data"]["blocked"]), (&aino["id"], &json!(true)));

    // A customer without a name is called by what is known.
    let unnamed = anna.patch(&path, json!({ "name": "" })).await.expect(200);
    assert_eq!(unnamed["name"], "aino@example.com");
    let visitor = anna.patch(&path, json!({ "email": "" })).await.expect(200);
    assert_eq!(visitor["name"], format!("Visitor {}", aino["id"]));
}

#[sqlx::test(migrations = "../migrations")]
async fn customers_are_found_and_paged(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let anna = office.anna(&app).await;
    for (name, email) in [("Aino", "aino@example.com"), ("100% Björk", "b@example.com"), ("Chen", "chen@example.org")]
    {
        anna.post("/api/contacts", json!({ "name": name, "email": email })).await.expect(201);
    }
    let names = |page: &serde_json::Value| -> Vec<String> {
        page["data"].as_array().unwrap().iter().map(|contact| contact["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&anna.get("/api/contacts?q=EXAMPLE.COM").await.expect(200)), ["100% Björk", "Aino"]);
    assert_eq!(names(&anna.get("/api/contacts?q=%25").await.expect(200)), ["100% Björk"]);
    assert_eq!(names(&anna.get("/api/contacts?q=_").await.expect(200)), [""; 0]);
    let first = anna.get("/api/contacts?limit=2").await.expect(200);
    assert_eq!(names(&first), ["Chen", "100% Björk"]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = anna.get(&format!("/api/contacts?limit=2&cursor={cursor}")).await.expect(200);
    assert_eq!(names(&second), ["Aino"]);
    assert_eq!(second["next_cursor"], json!(null));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_person_is_erased_with_every_word(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options.clone()).await;
    let office = Office::open(&app, "acme").await;
    let (admin, anna) = (office.admin(&app).await, office.anna(&app).await);
    let (conversation, _) = office.visitor(&app).await.write("My very private question about a refund").await;
    app.work().await;
    let row = anna.get(&format!("/api/conversations/{conversation}")).await.expect(200);
    let path = format!("/api/contacts/{}", row["contact"]["id"]);
    assert_eq!(anna.delete(&path).await.refused(403), "forbidden");
    admin.delete(&path).await.expect(204);
    for gone in [
        path.clone(),
        format!("/api/conversations/{conversation}"),
        format!("/api/conversations/{conversation}/messages"),
    ] {
        assert_eq!(anna.get(&gone).await.refused(404), "not_found", "{gone}");
    }
    assert_eq!(admin.delete(&path).await.refused(404), "not_found");

    // Not a trace of the words in any table of the tenant.
    let pool = PgPoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    sqlx::query("select set_config('app.account_id', $1, false)")
        .bind(office.account.to_string())
        .execute(&pool)
        .await
        .unwrap();
    let tables: Vec<String> = sqlx::query_scalar("select tablename::text from pg_tables where schemaname = 'public'")
        .fetch_all(&pool)
        .await
        .unwrap();
    for table in tables {
        let sql = format!("select count(*) from \"{table}\" t where t::text like '%very private question%'");
        let hits: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&pool).await.unwrap();
        assert_eq!(hits, 0, "{table} still holds the erased words");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn what_cannot_be_is_refused(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (acme, globex) = (Office::open(&app, "acme").await, Office::open(&app, "globex").await);
    let anna = acme.anna(&app).await;
    for (field, request) in [
        ("name", json!({ "name": "" })),
        ("name", json!({ "name": "n".repeat(201) })),
        ("name", json!({ "name": "a\u{0}b" })),
        ("email", json!({ "name": "A", "email": "a@b" })),
        ("email", json!({ "name": "A", "email": "a@b.c\r\nBcc: d@e.f" })),
        ("phone", json!({ "name": "A", "phone": "<script>" })),
        ("custom_attributes", json!({ "name": "A", "custom_attributes": { "k": "v".repeat(20_000) } })),
        ("custom_attributes", json!({ "name": "A", "custom_attributes": { "k": "\u{0}" } })),
    ] {
        let answer = anna.post("/api/contacts", request).await.expect(422);
        assert!(answer["error"]["fields"][field].is_string(), "{field}: {answer}");
    }
    let viewer = acme.viewer(&app).await;
    viewer.get("/api/contacts").await.expect(200);
    assert_eq!(viewer.post("/api/contacts", json!({ "name": "A" })).await.refused(403), "forbidden");

    let theirs = globex.anna(&app).await.post("/api/contacts", json!({ "name": "Theirs" })).await.expect(201);
    let stranger = format!("/api/contacts/{}", theirs["id"]);
    assert_eq!(anna.get(&stranger).await.refused(404), "not_found");
    assert_eq!(anna.patch(&stranger, json!({ "blocked": true })).await.refused(404), "not_found");
    assert_eq!(acme.admin(&app).await.delete(&stranger).await.refused(404), "not_found");
    assert_eq!(anna.get("/api/contacts").await.expect(200)["data"], json!([]));
}
