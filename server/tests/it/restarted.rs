//! PostgreSQL ends without a word under load and comes back: nothing that was answered is lost, and the service returns
//! by itself.

use std::{
    fs::Permissions,
    os::unix::fs::PermissionsExt as _,
    process::Command,
    str::FromStr as _,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use domain::{
    auth::secrets::Secrets,
    db::{
        bootstrap,
        embedded::{Embedded, EmbeddedOptions, find_binaries},
    },
};
use serde_json::json;
use sqlx::postgres::PgConnectOptions;
use testkit::{Client, Office, TestApp};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use worker::WorkerOptions;

const WRITERS: usize = 6;
/// Answers before the restart, and again after it.
const ANSWERS: usize = 150;
const RETURNS_WITHIN: Duration = Duration::from_secs(10);

/// Writes until told to stop, and reports the id of each message whose 201 has arrived.
async fn write(
    client: Client,
    conversation: i64,
    writer: usize,
    ended: &AtomicBool,
    answered: mpsc::UnboundedSender<i64>,
) {
    for n in 0.. {
        if ended.load(Ordering::Relaxed) {
            return;
        }
        let body = json!({ "content": format!("note {n} of writer {writer}"), "private": true });
        let reply = client.post(&format!("/api/conversations/{conversation}/messages"), body).await;
        match reply.status.as_u16() {
            201 => answered.send(reply.json["id"].as_i64().unwrap()).unwrap(),
            503 => assert!(reply.headers.contains_key("retry-after"), "a client is told to come back"),
            other => panic!("{other}: {}", reply.text),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_survives_an_immediate_restart() {
    // The server may run as another user, who must be able to enter.
    let data = tempfile::Builder::new().permissions(Permissions::from_mode(0o755)).tempdir().unwrap();
    let postgres =
        EmbeddedOptions { data_dir: data.path().to_owned(), binaries: find_binaries().unwrap(), durable: true };
    let postgres = Embedded::start(postgres).await.unwrap();
    let url = postgres.admin_url("postgres");
    let runtime = bootstrap::prepare(&url, &Secrets::new(vec![7; 32]).unwrap()).await.unwrap();
    let app = TestApp::start_over(PgConnectOptions::from_str(&url).unwrap(), runtime, 10).await;
    let office = Office::open(&app, "acme").await;
    let anna = office.anna(&app).await;
    let kim = office.visitor(&app).await;
    let (conversation, _) = kim.write("I was charged twice, please refund one of the payments.").await;
    let stop = CancellationToken::new();
    let worker = tokio::spawn(worker::run(app.ctx.clone(), WorkerOptions::default(), stop.clone()));

    let ended = AtomicBool::new(false);
    let (sender, mut answers) = mpsc::unbounded_channel();
    let writers = (0..WRITERS).map(|writer| write(anna.clone(), conversation, writer, &ended, sender.clone()));
    let watch = async {
        let mut answered = Vec::new();
        while answered.len() < ANSWERS {
            answered.push(answers.recv().await.unwrap());
        }
        let first = postgres.postmaster_pid().expect("it runs");
        let killed = Command::new("kill").args(["-QUIT", &first.to_string()]).status().unwrap();
        assert!(killed.success());
        let began = Instant::now();
        while postgres.postmaster_pid().is_none_or(|pid| pid == first) {
            assert!(began.elapsed() < RETURNS_WITHIN, "PostgreSQL does not come back");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // What was answered before it went down may still be on its way here.
        while let Ok(id) = answers.try_recv() {
            answered.push(id);
        }
        let again = tokio::time::timeout(RETURNS_WITHIN, answers.recv()).await.expect("the service returns by itself");
        let returned = began.elapsed();
        answered.extend(again);
        while answered.len() < 2 * ANSWERS {
            answered.push(answers.recv().await.unwrap());
        }
        ended.store(true, Ordering::Relaxed);
        (answered, returned)
    };
    let ((mut answered, returned), _) = futures::join!(watch, futures::future::join_all(writers));
    while let Ok(id) = answers.try_recv() {
        answered.push(id);
    }
    assert!(returned < RETURNS_WITHIN, "the service was away for {returned:?}");

    // Every answered message is there, and every one that is there was told in order.
    let mut kept = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = anna.get(&format!("/api/conversations/{conversation}/messages?limit=200{cursor}")).await.expect(200);
        kept.extend(page["data"].as_array().unwrap().iter().map(|message| message["id"].as_i64().unwrap()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let lost: Vec<i64> = answered.iter().copied().filter(|id| !kept.contains(id)).collect();
    assert!(lost.is_empty(), "{} of {} answered messages are gone: {lost:?}", lost.len(), answered.len());
    // The worker is back, too: a customer's next message is classified, drafted, and told to the agents.
    let (_, message) = kim.write("And how do I change the card that you charge?").await;
    app.wait_for_empty_queue().await;
    let (mut after, mut told) = (0, Vec::new());
    while !told.contains(&message) {
        let batch = anna.get(&format!("/api/events?after={after}&wait=10&limit=200")).await.expect(200);
        let frames = batch["data"].as_array().unwrap();
        assert!(!frames.is_empty(), "the draft of message {message} was never told");
        for frame in frames {
            after += 1;
            assert_eq!(frame["seq"], after, "numbers have no gap");
            if frame["event"] == "ai:draft" {
                told.push(frame["data"]["message_id"].as_i64().unwrap());
            }
        }
    }
    stop.cancel();
    worker.await.unwrap().unwrap();
    drop(app);
    postgres.stop().await.unwrap();
}
