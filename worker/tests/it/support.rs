//! What these tests share.

use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use domain::{
    Actor, ActorKind, Ctx, contacts, conversations,
    jobs::{self, Claimed, WorkerLife},
    messages,
};
use sqlx::{ConnectOptions as _, PgConnection, Row as _};
use testkit::{Office, TestApp};
use types::{
    AccountId, ConversationId, InboxId, MessageId,
    contacts::CreateContact,
    conversations::CreateConversation,
    jobs::Queue,
    messages::{CreateMessage, SenderType},
};

/// How long something that must happen may take.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// A connection that looks behind the curtain.
pub async fn owner(app: &TestApp) -> PgConnection {
    app.owner.connect().await.expect("the owner connects")
}

/// A conversation with one customer's message.
pub async fn write(app: &TestApp, office: &Office, text: &str) -> (ConversationId, MessageId) {
    start(&app.ctx, office.account, office.inbox, text).await
}

pub async fn start(ctx: &Ctx, account: AccountId, inbox: InboxId, text: &str) -> (ConversationId, MessageId) {
    let actor = Actor::system(account);
    let mut tx = ctx.begin(&actor).await.expect("a transaction");
    let contact = CreateContact {
        name: "Kim Virtanen".to_owned(),
        email: None,
        phone: None,
        identifier: None,
        locale: None,
        location: None,
        custom_attributes: None,
    };
    let request = CreateConversation {
        inbox_id: inbox,
        contact_id: None,
        contact: Some(contact),
        subject: None,
        content: text.to_owned(),
        from: None,
        priority: None,
    };
    let conversation = conversations::create(&mut tx, &actor, request).await.expect("a conversation");
    let message = conversation.last_message.expect("the first message").id;
    tx.commit().await.expect("committed");
    (conversation.id, message)
}

/// Another message of the same customer.
pub async fn write_again(app: &TestApp, office: &Office, conversation: ConversationId, text: &str) -> MessageId {
    let system = Actor::system(office.account);
    let mut tx = app.ctx.begin(&system).await.expect("a transaction");
    let contact = conversations::get(&mut tx, &system, conversation).await.expect("the conversation").contact;
    let name = contacts::get(&mut tx, &system, contact.id).await.expect("the contact").name;
    let visitor = Actor {
        account_id: office.account,
        kind: ActorKind::Visitor { contact_id: contact.id, inbox_id: office.inbox },
        name,
    };
    let request = CreateMessage {
        content: text.to_owned(),
        private: false,
        attachment_ids: Vec::new(),
        content_type: None,
        client_ref: None,
    };
    let message = messages::receive(&mut tx, &visitor, conversation, request).await.expect("a message");
    assert_eq!(message.sender_type, SenderType::Contact);
    tx.commit().await.expect("committed");
    message.id
}

/// Claims from the classify queue.
pub async fn claim(ctx: &Ctx, life: &WorkerLife, after: AccountId, limit: i32) -> Vec<Claimed> {
    jobs::claim(ctx, Queue::Classify, life.worker, after, limit).await.expect("a claim")
}

/// Reaps until what dead workers held is back; the server notices an ended connection a moment later.
pub async fn reap(ctx: &Ctx) {
    let deadline = Instant::now() + PATIENCE;
    while jobs::reap(ctx).await.expect("a reap") == 0 {
        assert!(Instant::now() < deadline, "nothing was given back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Status, attempts and crashes of each job, oldest first.
pub async fn standing(owner: &mut PgConnection) -> Vec<(String, i32, i32)> {
    let rows =
        sqlx::query("select status, attempts, crashes from jobs order by id").fetch_all(owner).await.expect("the jobs");
    rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
}

pub async fn count(owner: &mut PgConnection, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(owner).await.expect("a count")
}

/// How to start the real binary over a test's database.
pub struct Process {
    url: String,
    data: tempfile::TempDir,
}

impl Process {
    /// `owner` grants what bootstrap would.
    pub async fn prepare(app: &TestApp, owner: &mut PgConnection) -> Self {
        sqlx::query("grant select on _sqlx_migrations to hummdesk_runtime").execute(owner).await.expect("a grant");
        let data = tempfile::tempdir().expect("a directory");
        // The heads that the test run has trained, so that the binary need not train its own.
        if let Ok(cache) = domain::db::embedded::cache_dir() {
            std::os::unix::fs::symlink(cache.join("test-ai"), data.path().join("ai")).expect("a link");
        }
        Self { url: app.runtime.to_url_lossy().to_string(), data }
    }

    pub fn spawn(&self, settings: &[(&str, &str)]) -> Worker {
        self.spawn_telling(settings, Stdio::inherit())
    }

    /// As [`Self::spawn`], with its log somewhere else.
    pub fn spawn_telling(&self, settings: &[(&str, &str)], log: impl Into<Stdio>) -> Worker {
        let worker = self
            .command(&["run"])
            .envs(settings.iter().copied())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the worker starts");
        Worker(worker)
    }

    /// The binary with `arguments`, over the test's database.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hummdesk-worker"));
        command
            .args(arguments)
            .env("DATABASE_URL", &self.url)
            .env("HUMMDESK_DATA", self.data.path())
            .env("HUMMDESK_SECRET", "a secret that is long enough for a test")
            .env("HUMMDESK_LOG", "error")
            .stdin(Stdio::null());
        command
    }
}

/// A worker's process; dropped, it is killed without warning.
pub struct Worker(pub Child);

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
