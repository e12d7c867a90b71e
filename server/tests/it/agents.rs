//! People: who may add, change and remove them, and that it holds at once.

use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Client, Office, PASSWORD, TestApp};

#[sqlx::test(migrations = "../migrations")]
async fn a_person_comes_changes_and_goes(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let admin = office.admin(&app).await;

    let request = json!({ "name": " Dora ", "email": "Dora@Acme.test", "role": "agent", "password": PASSWORD, "team_ids": [office.billing] });
    let dora = admin.post("/api/agents", request).await.expect(201);
    assert_eq!(dora["name"], "Dora");
    assert_eq!(dora["email"], "dora@acme.test");
    assert_eq!(dora["availability"], "offline");
    assert_eq!(dora["current_load"], 0);
    assert_eq!(dora["max_load"], 10);
    assert_eq!(dora["team_ids"], json!([office.billing]));
    let path = format!("/api/agents/{}", dora["id"]);

    // Her session follows her role without signing in again.
    let session = Client::sign_in(&app, "dora@acme.test", PASSWORD).await;
    session.post("/api/labels", json!({ "title": "one" })).await.expect(201);
    admin.patch(&path, json!({ "role": "viewer", "max_load": 3 })).await.expect(200);
    assert_eq!(session.post("/api/labels", json!({ "title": "two" })).await.refused(403), "forbidden");
    let changed = admin.patch(&path, json!({ "role": "agent", "name": "Dora D", "team_ids": [] })).await.expect(200);
    assert_eq!(
        (&changed["name"], &changed["max_load"], &changed["team_ids"]),
        (&json!("Dora D"), &json!(3), &json!([]))
    );

    // Her open work waits for somebody else when she leaves, and her session ends.
    let (conversation, _) = office.visitor(&app).await.write("Hello?").await;
    let conversation = format!("/api/conversations/{conversation}");
    admin.post(&format!("{conversation}/assign"), json!({ "agent_id": dora["id"] })).await.expect(200);
    assert_eq!(admin.get(&path).await.expect(200)["current_load"], 1);
    admin.delete(&path).await.expect(204);
    assert_eq!(session.get("/api/me").await.refused(401), "unauthenticated");
    assert_eq!(admin.get(&path).await.refused(404), "not_found");
    assert_eq!(admin.get(&conversation).await.expect(200)["assignee"], json!(null));
    app.work().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn the_last_admin_stays(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let admin = office.admin(&app).await;
    let me = admin.get("/api/me").await.expect(200)["user"]["id"].clone();
    let own = format!("/api/agents/{me}");
    assert_eq!(admin.patch(&own, json!({ "role": "agent" })).await.refused(409), "last_admin");
    assert_eq!(admin.delete(&own).await.refused(409), "last_admin");

    // Two admins who take each other's rights away at the same moment: one of them stays.
    let anna = format!("/api/agents/{}", office.anna);
    admin.patch(&anna, json!({ "role": "admin" })).await.expect(200);
    let other = office.anna(&app).await;
    tokio::join!(admin.patch(&anna, json!({ "role": "agent" })), other.patch(&own, json!({ "role": "agent" })));
    let people = other.get("/api/agents").await.expect(200);
    let admins = people["data"].as_array().unwrap().iter().filter(|person| person["role"] == "admin").count();
    assert_eq!(admins, 1, "{people}");
}

#[sqlx::test(migrations = "../migrations")]
async fn everyone_changes_what_is_theirs_to_change(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let (admin, anna, viewer) = (office.admin(&app).await, office.anna(&app).await, office.viewer(&app).await);
    let (own, bens) = (format!("/api/agents/{}", office.anna), format!("/api/agents/{}", office.ben));

    assert_eq!(anna.patch(&own, json!({ "availability": "busy" })).await.expect(200)["availability"], "busy");
    assert_eq!(anna.patch(&bens, json!({ "availability": "busy" })).await.refused(403), "forbidden");
    for change in
        [json!({ "role": "admin" }), json!({ "max_load": 1 }), json!({ "name": "A" }), json!({ "team_ids": [] })]
    {
        assert_eq!(anna.patch(&own, change).await.refused(403), "forbidden");
    }
    let viewers = format!("/api/agents/{}", office.viewer);
    assert_eq!(viewer.patch(&viewers, json!({ "availability": "online" })).await.refused(403), "forbidden");
    viewer.get(&own).await.expect(200);

    admin.patch(&own, json!({ "role": "supervisor" })).await.expect(200);
    assert_eq!(anna.patch(&bens, json!({ "availability": "offline" })).await.expect(200)["availability"], "offline");
    assert_eq!(anna.patch(&bens, json!({ "max_load": 1 })).await.refused(403), "forbidden");
    assert_eq!(anna.delete(&bens).await.refused(403), "forbidden");
    let request = json!({ "name": "X", "email": "x@acme.test", "role": "agent", "password": PASSWORD });
    assert_eq!(anna.post("/api/agents", request).await.refused(403), "forbidden");
}

#[sqlx::test(migrations = "../migrations")]
async fn somebody_known_elsewhere_joins_with_their_own_password(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (acme, globex) = (Office::open(&app, "acme").await, Office::open(&app, "globex").await);
    let request =
        json!({ "name": "Anna", "email": "anna@globex.test", "role": "agent", "password": "another password" });
    let joined = acme.admin(&app).await.post("/api/agents", request).await.expect(201);
    assert_eq!(joined["id"], json!(globex.anna));

    let nobody = Client::nobody(&app);
    let login =
        |password: &str| json!({ "email": "anna@globex.test", "password": password, "account_id": acme.account });
    let tokens = nobody.post("/api/auth/login", login(PASSWORD)).await.expect(200);
    assert_eq!(tokens["account"]["id"], json!(acme.account));
    assert_eq!(nobody.post("/api/auth/login", login("another password")).await.refused(401), "unauthenticated");
}

#[sqlx::test(migrations = "../migrations")]
async fn what_cannot_be_is_refused_by_field(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (acme, globex) = (Office::open(&app, "acme").await, Office::open(&app, "globex").await);
    let admin = acme.admin(&app).await;
    let good = json!({ "name": "Dora", "email": "dora@acme.test", "role": "agent", "password": PASSWORD });
    for (field, value) in [
        ("name", json!("  ")),
        ("name", json!("D\u{0}")),
        ("email", json!("dora")),
        ("email", json!("anna@acme.test")),
        ("password", json!("short")),
        ("max_load", json!(-1)),
        ("team_ids", json!([globex.billing])),
    ] {
        let mut request = good.clone();
        request[field] = value;
        let answer = admin.post("/api/agents", request).await.expect(422);
        assert!(answer["error"]["fields"][field].is_string(), "{field}: {answer}");
    }
    let mut unknown = good.clone();
    unknown["superuser"] = json!(true);
    admin.post("/api/agents", unknown).await.expect(422);
    // Nothing of the refused ones stayed.
    assert_eq!(admin.get("/api/agents").await.expect(200)["data"].as_array().unwrap().len(), 4);
    admin.post("/api/agents", good).await.expect(201);

    let stranger = format!("/api/agents/{}", globex.anna);
    assert_eq!(admin.get(&stranger).await.refused(404), "not_found");
    assert_eq!(admin.patch(&stranger, json!({ "role": "viewer" })).await.refused(404), "not_found");
    assert_eq!(admin.delete(&stranger).await.refused(404), "not_found");
}
