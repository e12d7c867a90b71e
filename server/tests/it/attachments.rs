//! Files in, files out: who may read which, and that a stranger's bytes stay bytes.

use chrono::TimeDelta;
use domain::attachments::purge_orphans;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Client, Office, Reply, TestApp};

fn form(request: RequestBuilder, file_name: &str, content_type: &str, bytes: &[u8]) -> RequestBuilder {
    let file_name = file_name.replace('"', "%22");
    let mut body = format!(
        "--b0\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nignored\r\n--b0\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\nContent-Type: {content_type}\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--b0--\r\n");
    request.header("content-type", "multipart/form-data; boundary=b0").body(body)
}

pub async fn upload(client: &Client, file_name: &str, content_type: &str, bytes: &[u8]) -> Reply {
    client.send(form(client.request(Method::POST, "/api/attachments"), file_name, content_type, bytes)).await
}

fn url(attachment: &Value) -> String {
    attachment["url"].as_str().unwrap().to_owned()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_file_travels_with_its_message(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let (anna, ben, nobody) = (office.anna(&app).await, office.ben(&app).await, Client::nobody(&app));
    let kim = office.visitor(&app).await;
    let (conversation, _) = kim.write("Please send me the receipt").await;
    let messages = format!("/api/conversations/{conversation}/messages");

    let file = upload(&anna, "../kuitti ä.png", "image/png", b"not really a picture").await.expect(201);
    assert_eq!(
        (&file["file_name"], &file["content_type"], &file["size"]),
        (&json!("kuitti ä.png"), &json!("image/png"), &json!(20))
    );
    // Until it is sent, it is hers alone.
    assert_eq!(anna.get(&url(&file)).await.status, 200);
    assert_eq!(ben.get(&url(&file)).await.refused(404), "not_found");
    assert_eq!(nobody.get(&url(&file)).await.refused(404), "not_found");
    let body = json!({ "content": "Here", "attachment_ids": [file["token"]] });
    ben.post(&messages, body.clone()).await.expect(422);
    let sent = anna.post(&messages, body.clone()).await.expect(201);
    assert_eq!(sent["attachments"][0], file);
    anna.post(&messages, body).await.expect(422);

    let read = nobody.get(&url(&file)).await;
    assert_eq!((read.status.as_u16(), read.text.as_str()), (200, "not really a picture"));
    assert_eq!(read.headers["content-type"], "image/png");
    assert_eq!(read.headers["x-content-type-options"], "nosniff");
    assert_eq!(read.headers["content-security-policy"], "default-src 'none'; sandbox");
    assert_eq!(
        read.headers["content-disposition"],
        "inline; filename=\"kuitti _.png\"; filename*=UTF-8''kuitti%20%C3%A4.png"
    );
    let seen = kim.get(&format!("/conversations/{conversation}/messages")).await.expect(200);
    assert_eq!(seen["data"][1]["attachments"][0]["url"], file["url"]);
    app.work().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_visitor_sends_a_file(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let (kim, other, nobody) = (office.visitor(&app).await, office.visitor(&app).await, Client::nobody(&app));
    let file = nobody
        .send(form(kim.request(Method::POST, "/attachments"), "virhe.txt", "text/plain", "hyvää".as_bytes()))
        .await
        .expect(201);
    let body = json!({ "content": "", "attachment_ids": [file["token"]] });
    other.post("/conversations", body.clone()).await.expect(422);
    let started = kim.post("/conversations", body).await.expect(201);
    assert_eq!(started["message"]["attachments"][0], file);
    let read = nobody.get(&url(&file)).await;
    assert_eq!(read.text, "hyvää");
    assert_eq!(read.headers["content-type"], "text/plain; charset=utf-8");
    app.work().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn only_harmless_types_are_believed(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let anna = office.anna(&app).await;
    for content_type in ["text/html", "image/svg+xml", "application/javascript"] {
        let file = upload(&anna, "x", content_type, b"<script>alert(1)</script>").await.expect(201);
        assert_eq!(file["content_type"], "application/octet-stream");
        let read = anna.get(&url(&file)).await;
        assert_eq!(read.headers["content-type"], "application/octet-stream");
        assert!(read.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn what_cannot_be_is_refused(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let (anna, viewer) = (office.anna(&app).await, office.viewer(&app).await);
    let large = vec![b'x'; app.ctx.settings.max_upload_bytes + 1];
    assert_eq!(upload(&anna, "large.bin", "application/pdf", &large).await.refused(413), "too_large");
    let largest = &large[..app.ctx.settings.max_upload_bytes];
    upload(&anna, "largest.bin", "application/pdf", largest).await.expect(201);
    assert_eq!(upload(&anna, "empty.txt", "text/plain", b"").await.refused(422), "invalid");
    assert_eq!(upload(&viewer, "a.txt", "text/plain", b"a").await.refused(403), "forbidden");
    assert_eq!(upload(&Client::nobody(&app), "a.txt", "text/plain", b"a").await.refused(401), "unauthenticated");
    assert_eq!(anna.post("/api/attachments", json!({})).await.refused(415), "unsupported_media_type");
    let empty = anna
        .request(Method::POST, "/api/attachments")
        .header("content-type", "multipart/form-data; boundary=b0")
        .body("--b0--\r\n");
    assert_eq!(anna.send(empty).await.refused(422), "invalid");
    let broken = anna
        .request(Method::POST, "/api/attachments")
        .header("content-type", "multipart/form-data; boundary=b0")
        .body("nonsense");
    assert_eq!(anna.send(broken).await.refused(400), "bad_request");
    assert_eq!(anna.get("/api/attachments/unknown").await.refused(404), "not_found");
}

#[sqlx::test(migrations = "../migrations")]
async fn an_upload_with_a_key_happens_once(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let anna = office.anna(&app).await;
    let send = |bytes: &'static [u8]| {
        let request = anna.request(Method::POST, "/api/attachments").header("idempotency-key", "k1");
        anna.send(form(request, "a.txt", "text/plain", bytes))
    };
    let first = send(b"a").await.expect(201);
    assert_eq!(send(b"a").await.expect(201), first);
    assert_eq!(send(b"b").await.refused(409), "idempotency_key_reused");
}

#[sqlx::test(migrations = "../migrations")]
async fn what_nobody_sent_and_what_was_erased_is_swept_away(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let (admin, anna) = (office.admin(&app).await, office.anna(&app).await);
    let (kept, _) = office.visitor(&app).await.write("Hello").await;
    let (erased, _) = office.visitor(&app).await.write("Hello").await;
    let mut files = Vec::new();
    for (name, conversation) in [("kept.txt", Some(kept)), ("erased.txt", Some(erased)), ("unsent.txt", None)] {
        let file = upload(&anna, name, "text/plain", name.as_bytes()).await.expect(201);
        if let Some(conversation) = conversation {
            let body = json!({ "content": "", "attachment_ids": [file["token"]] });
            anna.post(&format!("/api/conversations/{conversation}/messages"), body).await.expect(201);
        }
        files.push(file);
    }
    app.work().await;
    let contact = anna.get(&format!("/api/conversations/{erased}")).await.expect(200)["contact"]["id"].clone();
    admin.delete(&format!("/api/contacts/{contact}")).await.expect(204);
    assert_eq!(anna.get(&url(&files[1])).await.refused(404), "not_found");
    assert_eq!(purge_orphans(&app.ctx, office.account).await.unwrap(), 0, "an upload of today may still be sent");

    app.clock.advance(TimeDelta::days(2));
    assert_eq!(purge_orphans(&app.ctx, office.account).await.unwrap(), 2);
    assert_eq!(purge_orphans(&app.ctx, office.account).await.unwrap(), 0);
    assert_eq!(Client::nobody(&app).get(&url(&files[0])).await.text, "kept.txt");
}
