//! A rehearsal whose worker dies goes on where it was.

use domain::{
    jobs::{self, WorkerLife},
    rehearsals,
};
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Office, TestApp};
use types::{AccountId, jobs::Queue};

use crate::support::write;

#[sqlx::test(migrations = "../migrations")]
async fn a_rehearsal_that_was_cut_off_goes_on_where_it_was(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let admin = office.admin(&app).await;
    let mut ids = Vec::new();
    for n in 0..12 {
        ids.push(write(&app, &office, &format!("I was charged twice for order {n}, please refund me")).await.0);
    }
    app.work().await;
    let resolved = json!({ "ids": ids, "action": "status", "status": "resolved" });
    admin.post("/api/conversations/bulk", resolved).await.expect(200);
    app.work().await;
    let categories = admin.get("/api/categories").await.expect(200);
    let billing = categories["data"].as_array().unwrap().iter().find(|row| row["name"] == "billing").unwrap();
    let policy = json!({ "drafting": true, "note": "Refunds are made by the bank that issued the card." });
    let changes = json!([{ "kind": "draft_policy", "category_id": billing["id"], "policy": policy }]);
    let begun = admin.post("/api/ai/rehearsals", json!({ "changes": changes })).await.expect(201);
    let path = format!("/api/ai/rehearsals/{}", begun["id"]);

    let life = WorkerLife::begin(&app.ctx.db).await.unwrap();
    let job = jobs::claim(&app.ctx, Queue::Maintain, life.worker, AccountId(0), 1).await.unwrap().remove(0);
    let ctx = app.ctx.clone();
    let cut = tokio::spawn(async move { rehearsals::rehearse(&ctx, &job).await });
    let before = loop {
        let now = admin.get(&path).await.expect(200);
        if now["tried"].as_i64() >= Some(1) {
            break now["tried"].as_i64().unwrap();
        }
        tokio::task::yield_now().await;
    };
    cut.abort();
    let _ = cut.await;
    let middle = admin.get(&path).await.expect(200);
    assert_eq!(middle["status"], "running");
    assert!(middle["tried"].as_i64() >= Some(before) && middle["tried"].as_i64() < Some(12), "{middle}");
    let first = admin.get(&format!("{path}/cases")).await.expect(200)["data"].clone();
    drop(life);

    app.work().await;
    let done = admin.get(&path).await.expect(200);
    assert_eq!((&done["status"], &done["tried"]), (&json!("done"), &json!(12)));
    let all = admin.get(&format!("{path}/cases")).await.expect(200)["data"].clone();
    assert_eq!(all.as_array().unwrap().len(), 12, "each once");
    for case in first.as_array().unwrap() {
        assert!(all.as_array().unwrap().contains(case), "what was tried is not tried again");
    }
}
