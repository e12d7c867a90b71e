//! The customer's side: a visitor sees its own conversations, and never notes.

use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Client, Office, TestApp};

#[sqlx::test(migrations = "../migrations")]
async fn visitors_see_their_own_and_never_notes(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let (kim, eve, anna) = (office.visitor(&app).await, office.visitor(&app).await, office.anna(&app).await);
    let (conversation, _) = kim.write("My secret question").await;
    let path = format!("/conversations/{conversation}/messages");
    let agents = format!("/api/conversations/{conversation}/messages");
    let mut chat = kim.live().await;
    let mut other = eve.live().await;
    anna.post(&agents, json!({ "content": "Careful, a difficult customer", "private": true })).await.expect(201);
    anna.post(&agents, json!({ "content": "Hello Kim!" })).await.expect(201);
    assert_eq!(chat.next_of("message:sent").await["data"]["content"], "Hello Kim!", "the note is not pushed");

    let history = kim.get(&path).await.expect(200);
    let texts: Vec<_> = history["data"].as_array().unwrap().iter().map(|m| m["content"].as_str().unwrap()).collect();
    assert_eq!(texts, ["My secret question", "Hello Kim!"]);
    for (method, sub) in
        [("GET", "/messages"), ("POST", "/messages"), ("POST", "/read"), ("POST", "/typing"), ("POST", "/csat")]
    {
        let body = match sub {
            "/messages" => json!({ "content": "hi" }),
            "/typing" => json!({ "on": true }),
            _ => json!({ "rating": 5 }),
        };
        let request = eve.request(method.parse().unwrap(), &format!("/conversations/{conversation}{sub}"));
        let request = if method == "GET" || sub == "/read" { request } else { request.json(&body) };
        assert_eq!(request.send().await.unwrap().status(), 404, "{method} {sub}");
    }
    assert_eq!(eve.get("/conversations").await.expect(200)["data"], json!([]));
    other.send(&json!({ "type": "resume", "after": 0 })).await;
    other.send(&json!({ "type": "ping" })).await;
    assert_eq!(other.next().await["event"], "pong", "nothing of Kim's comes to Eve");

    let list = kim.get("/conversations").await.expect(200);
    assert_eq!(list["data"][0]["unread_count"], 1);
    assert_eq!(kim.post(&format!("/conversations/{conversation}/read"), json!({})).await.status, 204);
    assert_eq!(kim.get("/conversations").await.expect(200)["data"][0]["unread_count"], 0);
    let seen = anna.get(&agents).await.expect(200);
    let answer = seen["data"].as_array().unwrap().iter().find(|m| m["content"] == "Hello Kim!").unwrap();
    assert_eq!(answer["status"], "read");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_repeated_send_is_one_message_and_a_repeated_key_one_answer(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let kim = office.visitor(&app).await;
    let (conversation, _) = kim.write("hello").await;
    let path = format!("/conversations/{conversation}/messages");
    let first = kim.post(&path, json!({ "content": "again", "client_ref": "r1" })).await.expect(201);
    let second = kim.post(&path, json!({ "content": "again", "client_ref": "r1" })).await.expect(201);
    assert_eq!(first["id"], second["id"]);
    let keyed = async |content: &str| {
        kim.request(reqwest::Method::POST, &path)
            .header("Idempotency-Key", "k1")
            .json(&json!({ "content": content }))
            .send()
            .await
            .unwrap()
    };
    let (a, b) = (keyed("once").await.text().await.unwrap(), keyed("once").await.text().await.unwrap());
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&a).unwrap(),
        serde_json::from_str::<serde_json::Value>(&b).unwrap()
    );
    assert_eq!(keyed("another").await.status(), 409);
    let history = kim.get(&path).await.expect(200);
    assert_eq!(history["data"].as_array().unwrap().len(), 3);
}

#[sqlx::test(migrations = "../migrations")]
async fn identity_is_the_host_sites_to_vouch_for(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let admin = office.admin(&app).await;
    let inbox = admin.get(&format!("/api/inboxes/{}", office.inbox)).await.expect(200);
    let secret = inbox["identity_secret"].as_str().expect("an admin sees it").to_owned();
    let nobody = Client::nobody(&app);
    let open = async |extra: serde_json::Value| {
        let mut body = json!({ "website_token": office.website_token });
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        nobody.post("/api/widget/session", body).await
    };
    let hash = {
        use hmac::{Hmac, Mac as _};
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(b"kim-1");
        hex::encode(mac.finalize().into_bytes())
    };
    let verified = open(json!({ "identifier": "kim-1", "identifier_hash": hash, "name": "Kim" })).await.expect(200);
    assert_eq!(verified["contact"]["verified"], true);
    open(json!({ "identifier": "kim-2", "identifier_hash": hash })).await.refused(401);
    let claimed = open(json!({ "identifier": "kim-1" })).await.expect(200);
    assert_eq!(claimed["contact"]["verified"], false, "a claim is not an identity");

    let kim = office.visitor(&app).await;
    admin.patch(&format!("/api/inboxes/{}", office.inbox), json!({ "identity_required": true })).await.expect(200);
    open(json!({})).await.refused(401);
    open(json!({ "identifier": "kim-1" })).await.refused(401);
    kim.get("/conversations").await.refused(401);
    let again = open(json!({ "identifier": "kim-1", "identifier_hash": hash })).await.expect(200);
    assert_eq!(again["contact"]["name"], "Kim", "the verified person is found again");
    open(json!({ "website_token": "nonsense" })).await.refused(404);
}

#[sqlx::test(migrations = "../migrations")]
async fn difficult_text_is_kept_exactly_or_refused_clearly(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let kim = office.visitor(&app).await;
    let (conversation, _) = kim.write("hello").await;
    let path = format!("/conversations/{conversation}/messages");
    let emoji = "😀".repeat(10_000);
    for text in [
        "\u{202e}right to left\u{202c}",
        "zero\u{200b}width",
        "line\r\nbreaks\tand tabs",
        "<script>alert(1)</script>",
        "'; drop table messages; --",
        emoji.as_str(),
    ] {
        let stored = kim.post(&path, json!({ "content": text })).await.expect(201);
        assert_eq!(stored["content"].as_str().unwrap(), text);
    }
    kim.post(&path, json!({ "content": "nul \0 byte" })).await.refused(422);
    kim.post(&path, json!({ "content": "   " })).await.refused(422);
    kim.post(&path, json!({ "content": "x".repeat(50_001) })).await.refused(422);
    kim.post(&path, json!({ "content": "hi", "account_id": 2 })).await.refused(422);
    let raw = async |body: Vec<u8>| {
        kim.request(reqwest::Method::POST, &path)
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    assert_eq!(raw(b"{\"content\": \"\\ud800 lone surrogate\"}".to_vec()).await, 400);
    assert_eq!(raw(b"{\"content\": \"invalid \xff utf-8\"}".to_vec()).await, 400);
    assert_eq!(raw(vec![b'x'; 1_100_000]).await, 413);
    assert_eq!(raw(vec![b'x'; 11_000_000]).await, 413);
}
