//! The live stream: nothing skipped, nothing twice, nothing foreign.

use domain::{Actor, conversations};
use serde_json::{Value, json};
use sqlx::{
    ConnectOptions as _,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use testkit::{Client, Office, Socket, TestApp};
use types::ConversationId;

/// Every numbered frame after `after`, by long poll.
async fn log_after(client: &Client, after: i64) -> Vec<(i64, String)> {
    let batch = client.get(&format!("/api/events?after={after}&limit=200")).await.expect(200);
    let frames = batch["data"].as_array().unwrap();
    frames.iter().map(|frame| (frame["seq"].as_i64().unwrap(), frame["event"].as_str().unwrap().to_owned())).collect()
}

async fn end_of_log(client: &Client) -> i64 {
    client.get("/api/events").await.expect(200)["last_seq"].as_i64().unwrap()
}

/// Waits until the log has this event after `after`; answers its number.
async fn wait_for(client: &Client, after: i64, event: &str) -> i64 {
    let mut cursor = after;
    loop {
        let batch = client.get(&format!("/api/events?after={cursor}&wait=20")).await.expect(200);
        let frames = batch["data"].as_array().unwrap();
        assert!(!frames.is_empty(), "{event} never came");
        if let Some(found) = frames.iter().find(|frame| frame["event"] == event) {
            return found["seq"].as_i64().unwrap();
        }
        cursor = batch["last_seq"].as_i64().unwrap();
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_late_commit_is_never_skipped_and_delays_nobody(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let anna = office.anna(&app).await;
    let (early, _) = office.visitor(&app).await.write("first").await;
    let (late, _) = office.visitor(&app).await.write("second").await;
    wait_for(&anna, 0, "message:new").await;
    let actor = Actor::system(office.account);

    // The first writes and stays open; the second writes after it and commits at once.
    let mut open = app.ctx.begin(&actor).await.unwrap();
    conversations::mark_read(&mut open, &actor, ConversationId(early)).await.unwrap();
    let before = {
        let mut quick = app.ctx.begin(&actor).await.unwrap();
        let before = end_of_log(&anna).await;
        conversations::mark_read(&mut quick, &actor, ConversationId(late)).await.unwrap();
        quick.commit().await.unwrap();
        before
    };
    let quick_seq = wait_for(&anna, before, "conversation:updated").await;
    open.commit().await.unwrap();
    let open_seq = wait_for(&anna, quick_seq, "conversation:updated").await;
    assert!(open_seq > quick_seq, "the late commit hid behind the cursor");
    let all = log_after(&anna, 0).await;
    let numbers: Vec<i64> = all.iter().map(|(seq, _)| *seq).collect();
    assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>(), "numbers have no gap");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_lost_wake_up_only_delays(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options.clone()).await;
    let office = Office::open(&app, "acme").await;
    let mut socket = office.anna(&app).await.live().await;
    // A process that dies between its commit and its wake-up leaves exactly this behind.
    let mut owner = options.connect().await.unwrap();
    let statement = format!(
        "begin; set local app.account_id = '{0}'; insert into events (account_id, kind, actor_type) values ({0}, 'notification:new', 'system'); commit",
        office.account
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut owner).await.unwrap();
    assert!(socket.next_of("notification:new").await["seq"].as_i64().unwrap() > 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn another_server_takes_over_the_numbering(_: PgPoolOptions, options: PgConnectOptions) {
    let first = TestApp::start(options.clone()).await;
    let office = Office::open(&first, "acme").await;
    let second = TestApp::start(options).await;
    let anna = office.anna(&second).await;
    let (conversation, _) = office.visitor(&first).await.write("numbered by the first").await;
    let seq = wait_for(&anna, 0, "message:new").await;
    drop(first);
    let path = format!("/api/conversations/{conversation}/messages");
    anna.post(&path, json!({ "content": "numbered by the second" })).await.expect(201);
    assert!(wait_for(&anna, seq, "message:sent").await > seq);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_client_that_was_away_gets_everything_once_and_in_order(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let anna = office.anna(&app).await;
    let kim = office.visitor(&app).await;
    let (conversation, _) = kim.write("message 0").await;
    let after = wait_for(&anna, 0, "message:new").await;
    // Away: more than a page of events passes.
    for n in 1..=230 {
        kim.post(&format!("/conversations/{conversation}/messages"), json!({ "content": format!("message {n}") }))
            .await
            .expect(201);
    }
    let mut socket = anna.live().await;
    socket.send(&json!({ "type": "resume", "after": after })).await;
    let (mut expected, mut next) = (1, after + 1);
    while expected <= 230 {
        let frame = socket.next().await;
        let Some(seq) = frame["seq"].as_i64() else { continue };
        assert_eq!(seq, next, "{frame}");
        next += 1;
        if frame["event"] == "message:new" {
            assert_eq!(frame["data"]["content"], format!("message {expected}"));
            expected += 1;
        }
    }
    // Live goes on right behind it.
    kim.post(&format!("/conversations/{conversation}/messages"), json!({ "content": "live again" })).await.expect(201);
    let frame = socket.next_of("message:new").await;
    assert_eq!(frame["data"]["content"], "live again");
    assert_eq!(frame["seq"], next);
    socket.send(&json!({ "type": "resume", "after": 99_999_999 })).await;
    assert_eq!(socket.next_of("resync").await["event"], "resync");
}

#[sqlx::test(migrations = "../migrations")]
async fn bad_frames_are_answered_and_foreign_rooms_forbidden(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let (office, globex) = (Office::open(&app, "acme").await, Office::open(&app, "globex").await);
    let (own, _) = office.visitor(&app).await.write("ours").await;
    let (foreign, _) = globex.visitor(&app).await.write("theirs").await;
    let mut socket = office.anna(&app).await.live().await;
    let code = async |socket: &mut Socket, frame: &str| -> Value {
        socket.send_text(frame).await;
        socket.next_of("error").await["data"]["code"].clone()
    };
    for bad in [
        "",
        "nonsense",
        "[]",
        "{}",
        r#"{"type":"unknown"}"#,
        r#"{"type":"ping","extra":1}"#,
        r#"{"type":"resume","after":"x"}"#,
        r#"{"type":"resume","after":-1}"#,
    ] {
        assert_eq!(code(&mut socket, bad).await, "invalid", "{bad}");
    }
    for room in [
        format!("conversation:{foreign}"),
        format!("conversation: {own}"),
        format!("conversation:{own}:x"),
        "account:1".to_owned(),
        String::new(),
    ] {
        assert_eq!(
            code(&mut socket, &json!({ "type": "join", "room": room }).to_string()).await,
            "forbidden",
            "{room}"
        );
    }
    assert_eq!(
        code(&mut socket, &json!({ "type": "typing", "conversation_id": foreign, "on": true }).to_string()).await,
        "forbidden"
    );
    socket.send_binary(vec![0, 159, 146]).await;
    assert_eq!(socket.next_of("error").await["data"]["code"], "invalid");
    socket.send(&json!({ "type": "ping" })).await;
    socket.next_of("pong").await;
}

#[sqlx::test(migrations = "../migrations")]
async fn colleagues_see_who_looks_and_types_and_the_customer_sees_typing(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    let office = Office::open(&app, "acme").await;
    let kim = office.visitor(&app).await;
    let (conversation, _) = kim.write("anyone there?").await;
    let (mut anna, mut ben, mut chat) =
        (office.anna(&app).await.live().await, office.ben(&app).await.live().await, kim.live().await);
    let room = json!({ "type": "join", "room": format!("conversation:{conversation}") });
    anna.send(&room).await;
    let seen = ben.next_of("agent:presence").await;
    assert_eq!((&seen["data"]["user_id"], &seen["data"]["viewing"]), (&json!(office.anna), &json!(true)));
    anna.next_of("agent:presence").await;
    ben.send(&room).await;
    let already = ben.next_of("agent:presence").await;
    assert_eq!(already["data"]["user_id"], json!(office.anna), "who was there before is told");
    anna.send(&json!({ "type": "typing", "conversation_id": conversation, "on": true })).await;
    assert_eq!(ben.next_of("agent:typing").await["data"]["user_id"], json!(office.anna));
    assert_eq!(chat.next_of("agent:typing").await["data"]["name"], "Anna");
    assert_eq!(kim.post(&format!("/conversations/{conversation}/typing"), json!({ "on": true })).await.status, 204);
    drop(anna);
    loop {
        let frame = ben.next_of("agent:presence").await;
        if frame["data"]["viewing"] == false {
            assert_eq!(frame["data"]["user_id"], json!(office.anna));
            break;
        }
    }
    ben.send(&json!({ "type": "presence", "status": "busy" })).await;
    loop {
        let frame = ben.next_of("agent:presence").await;
        if frame["data"]["status"] == "busy" {
            break;
        }
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn the_socket_opens_for_the_right_people_only(_: PgPoolOptions, options: PgConnectOptions) {
    let app = TestApp::start(options).await;
    Office::open(&app, "acme").await;
    let url = format!("ws://{}/ws", app.address);
    let login = types::auth::Login {
        email: "anna@acme.test".to_owned(),
        password: testkit::PASSWORD.to_owned(),
        account_id: None,
        otp: None,
    };
    let cookie = format!("hummdesk_session={}", domain::auth::login(&app.ctx, login, "", None).await.unwrap().cookie);

    let foreign = Socket::connect(&url, &[("cookie", &cookie), ("origin", "https://evil.example")]).await;
    assert!(
        matches!(foreign, Err(tokio_tungstenite::tungstenite::Error::Http(ref response)) if response.status() == 403)
    );
    let own = format!("http://{}", app.address);
    let mut socket = Socket::connect(&url, &[("cookie", &cookie), ("origin", &own)]).await.unwrap();
    assert_eq!(socket.next().await["event"], "ready");

    let mut wrong = Socket::connect(&url, &[]).await.unwrap();
    wrong.send(&json!({ "type": "authenticate", "token": "nonsense" })).await;
    assert_eq!(wrong.closed().await, Some(4401));
    let mut silent = Socket::connect(&url, &[]).await.unwrap();
    assert_eq!(silent.closed().await, Some(4401), "who says nothing for 5 s is shown out");
}
