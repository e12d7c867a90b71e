//! The audit trail over HTTP.

use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Office, TestApp};

#[sqlx::test(migrations = "../migrations")]
async fn admins_see_who_did_what(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (acme, globex) = (Office::open(&app, "acme").await, Office::open(&app, "globex").await);
    let (admin, anna) = (acme.admin(&app).await, acme.anna(&app).await);
    admin.patch(&format!("/api/agents/{}", acme.anna), json!({ "role": "supervisor" })).await.expect(200);
    let contact =
        anna.post("/api/contacts", json!({ "name": "Secret Person", "email": "secret@example.com" })).await.expect(201);
    anna.patch(&format!("/api/contacts/{}", contact["id"]), json!({ "phone": "+1 555 0100" })).await.expect(200);
    globex.admin(&app).await.post("/api/labels", json!({ "title": "Theirs" })).await.expect(201);

    let trail = admin.get("/api/audit-logs").await;
    assert!(
        !trail.text.contains("Secret Person")
            && !trail.text.contains("secret@example.com")
            && !trail.text.contains("0100")
    );
    let trail = trail.expect(200);
    let rows = trail["data"].as_array().unwrap();
    let newest = &rows[0];
    assert_eq!((&newest["action"], &newest["subject_id"]), (&json!("contact.updated"), &contact["id"]));
    assert_eq!((&newest["actor_type"], &newest["actor_name"]), (&json!("user"), &json!("Anna of acme")));
    assert_eq!(newest["details"], json!({ "fields": ["phone"] }));
    let change = rows.iter().find(|row| row["action"] == "agent.role_changed").unwrap();
    assert_eq!(change["details"], json!({ "from": "agent", "to": "supervisor" }));
    assert!(rows.iter().all(|row| row["action"] != "label.created"), "another account's action: {trail}");

    let mut seen = Vec::new();
    let mut path = "/api/audit-logs?limit=2".to_owned();
    loop {
        let page = admin.get(&path).await.expect(200);
        seen.extend(page["data"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/api/audit-logs?limit=2&cursor={cursor}");
    }
    assert_eq!(seen.len(), rows.len());
    assert!(seen.is_sorted_by(|a, b| a > b), "newest first, each once");
    assert_eq!(anna.get("/api/audit-logs").await.refused(403), "forbidden");
}
