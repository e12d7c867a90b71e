//! Teams over HTTP.

use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Office, TestApp};

#[sqlx::test(migrations = "../migrations")]
async fn a_team_counts_its_people_and_its_work(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let admin = office.admin(&app).await;
    let request = json!({ "name": "Nordics", "description": "Two\nlines", "category": "technical", "agent_ids": [office.anna, office.anna, office.viewer] });
    let team = admin.post("/api/teams", request).await.expect(201);
    assert_eq!((&team["member_count"], &team["online_count"], &team["open_count"]), (&json!(2), &json!(1), &json!(0)));
    let path = format!("/api/teams/{}", team["id"]);

    let (conversation, _) = office.visitor(&app).await.write("Hei!").await;
    let conversation = format!("/api/conversations/{conversation}");
    admin.post(&format!("{conversation}/assign"), json!({ "team_id": team["id"] })).await.expect(200);
    assert_eq!(admin.get(&path).await.expect(200)["open_count"], 1);
    let members = admin.get(&format!("{path}/agents")).await.expect(200);
    let ids: Vec<_> = members["data"].as_array().unwrap().iter().map(|agent| agent["id"].clone()).collect();
    assert_eq!(ids, [json!(office.anna), json!(office.viewer)]);

    let changed =
        admin.patch(&path, json!({ "name": "North", "category": "", "agent_ids": [office.ben] })).await.expect(200);
    assert_eq!(
        (&changed["name"], &changed["category"], &changed["member_count"]),
        (&json!("North"), &json!(null), &json!(1))
    );
    assert_eq!(changed["description"], "Two\nlines");

    admin.delete(&path).await.expect(204);
    assert_eq!(admin.get(&path).await.refused(404), "not_found");
    assert_eq!(admin.get(&format!("{path}/agents")).await.refused(404), "not_found");
    assert_eq!(admin.get(&conversation).await.expect(200)["team"], json!(null));
    app.work().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn what_cannot_be_is_refused(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (acme, globex) = (Office::open(&app, "acme").await, Office::open(&app, "globex").await);
    let admin = acme.admin(&app).await;
    for (field, request) in [
        ("name", json!({ "name": " " })),
        ("name", json!({ "name": "bILLING" })),
        ("name", json!({ "name": "n".repeat(101) })),
        ("agent_ids", json!({ "name": "New", "agent_ids": [globex.anna] })),
    ] {
        let answer = admin.post("/api/teams", request).await.expect(422);
        assert!(answer["error"]["fields"][field].is_string(), "{answer}");
    }
    let anna = acme.anna(&app).await;
    assert_eq!(anna.post("/api/teams", json!({ "name": "New" })).await.refused(403), "forbidden");
    let own = format!("/api/teams/{}", acme.billing);
    assert_eq!(anna.patch(&own, json!({ "name": "New" })).await.refused(403), "forbidden");
    assert_eq!(anna.delete(&own).await.refused(403), "forbidden");

    let stranger = format!("/api/teams/{}", globex.billing);
    for reply in [
        admin.get(&stranger).await,
        admin.get(&format!("{stranger}/agents")).await,
        admin.patch(&stranger, json!({ "name": "Mine" })).await,
        admin.delete(&stranger).await,
        admin.get("/api/teams/none").await,
    ] {
        assert_eq!(reply.refused(404), "not_found");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_short_list_has_pages_too(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let admin = office.admin(&app).await;
    for name in ["Sales", "General"] {
        admin.post("/api/teams", json!({ "name": name })).await.expect(201);
    }
    let mut names = Vec::new();
    let mut path = "/api/teams?limit=1".to_owned();
    loop {
        let page = admin.get(&path).await.expect(200);
        names.push(page["data"][0]["name"].as_str().unwrap().to_owned());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/api/teams?limit=1&cursor={cursor}");
    }
    assert_eq!(names, ["Billing", "General", "Sales"]);
    admin.get("/api/teams?limit=0").await.expect(422);
    admin.get("/api/teams?cursor=%21").await.expect(422);
    admin.get("/api/teams?nonsense=1").await.expect(422);
}
