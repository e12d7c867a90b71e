//! What monitors and attackers see.

use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Client, Office, TestApp};

#[sqlx::test(migrations = "../migrations")]
async fn health_metrics_and_documents_are_served(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let nobody = Client::nobody(&app);
    let health = nobody.get("/health").await.expect(200);
    assert_eq!((&health["status"], &health["dependencies"]["database"]["status"]), (&json!("healthy"), &json!("up")));
    assert_eq!(nobody.get("/ready").await.expect(200)["ready"], true);
    let metrics = nobody.get("/metrics").await.text;
    for name in [
        "http_requests_total{",
        "http_request_duration_seconds_bucket{",
        "ai_classification_duration_seconds_bucket{",
        "ai_draft_duration_seconds_bucket{",
        "websocket_connections_active ",
        "jobs_ready{queue=\"classify\"}",
        "jobs_parked{queue=\"draft\"}",
        "db_pool_connections_open ",
        "db_pool_connections_idle ",
    ] {
        assert!(metrics.lines().any(|line| line.starts_with(name)), "{name} is not in {metrics}");
    }
    assert_eq!(nobody.get("/api/openapi.json").await.expect(200)["openapi"], "3.1.0");
    assert_eq!(nobody.get("/docs/").await.status, 200);
    assert_eq!(nobody.get("/api/nothing/here").await.refused(404), "not_found");
    assert_eq!(nobody.get("/api/sla-policies").await.refused(404), "not_found", "what is not built is not there");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_foreign_page_cannot_write_in_a_persons_name(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    Office::open(&app, "acme").await;
    let login = types::auth::Login {
        email: "anna@acme.test".to_owned(),
        password: testkit::PASSWORD.to_owned(),
        account_id: None,
        otp: None,
    };
    let cookie = format!("hummdesk_session={}", domain::auth::login(&app.ctx, login, "", None).await.unwrap().cookie);
    let nobody = Client::nobody(&app);
    for (path, origin, status) in [
        ("/api/ui/auth/login", "https://evil.example", 403),
        ("/api/labels", "https://evil.example", 403),
        ("/api/labels", "null", 403),
    ] {
        let request = nobody
            .request(reqwest::Method::POST, path)
            .header("cookie", &cookie)
            .header("origin", origin)
            .json(&json!({ "title": "x" }));
        assert_eq!(nobody.send(request).await.status, status, "{path} from {origin}");
    }
    let own = format!("http://{}", app.address);
    let request = nobody
        .request(reqwest::Method::POST, "/api/labels")
        .header("cookie", &cookie)
        .header("origin", &own)
        .json(&json!({ "title": "from-our-page" }));
    nobody.send(request).await.expect(201);
}
