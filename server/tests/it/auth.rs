//! Signing in, staying in, being thrown out.

use std::time::Duration;

use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use sqlx::{
    ConnectOptions as _,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use testkit::{Client, Office, PASSWORD, TestApp};

#[sqlx::test(migrations = "../migrations")]
async fn signing_in_answers_the_same_for_nobody_and_for_a_wrong_password(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    Office::open(&app, "acme").await;
    let nobody = Client::nobody(&app);
    let ask = async |email: &str, password: &str| {
        let body = json!({ "email": email, "password": password });
        let request =
            nobody.request(reqwest::Method::POST, "/api/auth/login").header("x-request-id", "same").json(&body);
        nobody.send(request).await
    };
    let (wrong, unknown) =
        (ask("anna@acme.test", "wrong password").await, ask("nobody@acme.test", "wrong password").await);
    assert_eq!((wrong.status.as_u16(), unknown.status.as_u16()), (401, 401));
    assert_eq!(wrong.text, unknown.text);
    let tokens = ask("ANNA@acme.test", PASSWORD).await.expect(200);
    assert_eq!(tokens["user"]["role"], "agent");
    let me = Client::with_token(&app, tokens["access_token"].as_str().unwrap()).get("/api/me").await.expect(200);
    assert_eq!(me["account"]["name"], "acme");
    assert_eq!(me["accounts"].as_array().unwrap().len(), 1);
    ask("anna@acme.test", "").await.refused(401);
    nobody.post("/api/auth/login", json!({ "email": "anna@acme.test" })).await.refused(422);
    nobody.get("/api/me").await.refused(401);
}

#[sqlx::test(migrations = "../migrations")]
async fn guessing_is_slowed_and_then_refused_without_locking_the_person_out(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let app = TestApp::start(options).await;
    Office::open(&app, "acme").await;
    let nobody = Client::nobody(&app);
    let mut statuses = Vec::new();
    for _ in 0..12 {
        statuses.push(
            nobody
                .post("/api/auth/login", json!({ "email": "anna@acme.test", "password": "guess" }))
                .await
                .status
                .as_u16(),
        );
    }
    assert_eq!(statuses[..10], [401; 10]);
    assert_eq!(statuses[10..], [429; 2]);
    // Ben, from the same address, still gets in; and Anna does once the window has passed.
    Client::sign_in(&app, "ben@acme.test", PASSWORD).await;
    app.clock.advance(TimeDelta::minutes(16));
    Client::sign_in(&app, "anna@acme.test", PASSWORD).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn forged_tokens_open_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let anna = office.anna(&app).await;
    let good = anna.token.clone().unwrap();
    let key = EncodingKey::from_secret(&app.ctx.secrets.key("jwt"));
    let now = app.ctx.now().timestamp();
    let parts: Vec<&str> = good.split('.').collect();
    let claims = |aud: &str, exp: i64| json!({ "iss": "hummdesk", "aud": aud, "sub": office.anna.0, "acc": office.account.0, "sid": 1, "iat": now, "exp": exp });
    let header =
        |algorithm: Algorithm, kid: Option<&str>| Header { kid: kid.map(str::to_owned), ..Header::new(algorithm) };
    let sign = |header: Header, aud: &str, exp: i64| encode(&header, &claims(aud, exp), &key).unwrap();
    assert_eq!(
        Client::with_token(&app, &sign(header(Algorithm::HS256, Some("1")), "hummdesk-api", now + 60))
            .get("/api/me")
            .await
            .status,
        200,
        "the test's own signing works"
    );
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIiwia2lkIjoiMSJ9";
    let forged = [
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        sign(header(Algorithm::HS512, Some("1")), "hummdesk-api", now + 60),
        sign(header(Algorithm::HS256, Some("2")), "hummdesk-api", now + 60),
        sign(header(Algorithm::HS256, None), "hummdesk-api", now + 60),
        sign(header(Algorithm::HS256, Some("1")), "another", now + 60),
        sign(header(Algorithm::HS256, Some("1")), "hummdesk-api", now - 1),
        "hda_0000".to_owned(),
        String::new(),
    ];
    for token in forged {
        assert_eq!(Client::with_token(&app, &token).get("/api/me").await.status, 401, "{token}");
    }
    app.clock.advance(TimeDelta::minutes(16));
    anna.get("/api/me").await.refused(401);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_spent_refresh_token_ends_the_session(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    Office::open(&app, "acme").await;
    let nobody = Client::nobody(&app);
    let first =
        nobody.post("/api/auth/login", json!({ "email": "anna@acme.test", "password": PASSWORD })).await.expect(200);
    let refresh =
        async |token: &serde_json::Value| nobody.post("/api/auth/refresh", json!({ "refresh_token": token })).await;
    let second = refresh(&first["refresh_token"]).await.expect(200);
    Client::with_token(&app, second["access_token"].as_str().unwrap()).get("/api/me").await.expect(200);
    refresh(&first["refresh_token"]).await.refused(401);
    refresh(&second["refresh_token"]).await.refused(401);
    Client::with_token(&app, second["access_token"].as_str().unwrap()).get("/api/me").await.refused(401);
    refresh(&json!("hdr.1.1.0.forged")).await.refused(401);
}

#[sqlx::test(migrations = "../migrations")]
async fn log_out_and_a_lower_role_end_tokens_and_sockets(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let (admin, anna, ben) = (office.admin(&app).await, office.anna(&app).await, office.ben(&app).await);
    let (conversation, _) = office.visitor(&app).await.write("Hello?").await;
    let mut socket = anna.live().await;
    assert_eq!(anna.post("/api/auth/logout", json!({})).await.status, 204);
    anna.get("/api/me").await.refused(401);
    assert_eq!(tokio::time::timeout(Duration::from_secs(5), socket.closed()).await.expect("within 5 s"), Some(4401));

    let path = format!("/api/conversations/{conversation}/messages");
    ben.post(&path, json!({ "content": "On it", "private": true })).await.expect(201);
    admin.patch(&format!("/api/agents/{}", office.ben), json!({ "role": "viewer" })).await.expect(200);
    assert_eq!(ben.post(&path, json!({ "content": "Still here" })).await.refused(403), "forbidden");
    ben.get(&path).await.expect(200);

    let mut socket = ben.live().await;
    assert_eq!(admin.delete(&format!("/api/agents/{}", office.ben)).await.status, 204);
    ben.get(&path).await.refused(401);
    assert_eq!(tokio::time::timeout(Duration::from_secs(5), socket.closed()).await.expect("within 5 s"), Some(4401));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_revoked_api_token_ends_its_sockets(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let mut runtime = app.runtime.connect().await.unwrap();
    sqlx::query("select set_config('app.account_id', $1, false)")
        .bind(office.account.0.to_string())
        .execute(&mut runtime)
        .await
        .unwrap();
    sqlx::query("insert into api_tokens (account_id, user_id, name, token_hash) values ($1, $2, 'a program', $3)")
        .bind(office.account.0)
        .bind(office.anna.0)
        .bind(Sha256::digest(b"hda_program").to_vec())
        .execute(&mut runtime)
        .await
        .unwrap();
    let program = Client::with_token(&app, "hda_program");
    let mut socket = program.live().await;
    office.visitor(&app).await.write("Hello?").await;
    assert_eq!(socket.next_of("message:new").await["data"]["content"], "Hello?");
    sqlx::query("update api_tokens set revoked_at = now()").execute(&mut runtime).await.unwrap();
    assert_eq!(tokio::time::timeout(Duration::from_secs(5), socket.closed()).await.expect("within 5 s"), Some(4401));
}

/// Every changing route of the document refuses a viewer.
#[sqlx::test(migrations = "../migrations")]
async fn a_viewer_changes_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let viewer = office.viewer(&app).await;
    let (conversation, message) = office.visitor(&app).await.write("Hello?").await;
    let at = |rest: &str| format!("/api/conversations/{conversation}{rest}");
    let attempts = [
        (at("/messages"), json!({ "content": "x" })),
        (at("/assign"), json!({ "agent_id": office.anna })),
        (at("/read"), json!({})),
        (at("/labels"), json!({ "labels": [] })),
        ("/api/conversations/bulk".to_owned(), json!({ "ids": [conversation], "action": "read" })),
        ("/api/ai/classify".to_owned(), json!({ "message_id": message })),
        ("/api/ai/draft".to_owned(), json!({ "message_id": message })),
        ("/api/knowledge-base/articles".to_owned(), json!({ "title": "x", "body": "y" })),
        ("/api/teams".to_owned(), json!({ "name": "x" })),
        ("/api/labels".to_owned(), json!({ "title": "x" })),
        ("/api/contacts".to_owned(), json!({ "name": "x" })),
    ];
    for (path, body) in attempts {
        assert_eq!(viewer.post(&path, body).await.refused(403), "forbidden", "{path}");
    }
    assert_eq!(viewer.patch(&at(""), json!({ "status": "resolved" })).await.refused(403), "forbidden");
}
