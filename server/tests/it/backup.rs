//! `backup` and `restore`: the commands themselves, from one installation to another.

use std::{
    collections::BTreeMap,
    fs::Permissions,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output},
    str::FromStr as _,
};

use domain::{
    auth::secrets::Secrets,
    db::{
        bootstrap,
        embedded::{Embedded, EmbeddedOptions, find_binaries},
    },
};
use serde_json::json;
use sqlx::{AssertSqlSafe, ConnectOptions as _, postgres::PgConnectOptions};
use testkit::{Client, Office, PASSWORD, TestApp};

const SECRET: &str = "the secret of an installation that is backed up";

/// A data directory that the server's own user may enter.
fn data_dir() -> tempfile::TempDir {
    tempfile::Builder::new().permissions(Permissions::from_mode(0o755)).tempdir().unwrap()
}

async fn start(data: &Path) -> Embedded {
    let options = EmbeddedOptions { data_dir: data.to_owned(), binaries: find_binaries().unwrap(), durable: false };
    Embedded::start(options).await.unwrap()
}

/// The installation whose database this is.
async fn app(postgres: &Embedded) -> TestApp {
    let url = postgres.admin_url("postgres");
    let runtime = bootstrap::prepare(&url, &Secrets::new(SECRET).unwrap()).await.unwrap();
    TestApp::start_over(PgConnectOptions::from_str(&url).unwrap(), runtime, 5).await
}

fn command(name: &str, directory: &Path, data: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hummdesk-server"));
    command.arg(name).arg(directory).arg("--data").arg(data).env_remove("DATABASE_URL").env("HUMMDESK_LOG", "off");
    command.output().unwrap()
}

fn done(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The one line with which it refused.
fn refused(output: &Output) -> String {
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    assert_eq!(said.lines().count(), 1, "{said}");
    said
}

/// Rows of every table, and how each is guarded.
async fn contents(owner: &PgConnectOptions) -> BTreeMap<String, (i64, bool, String)> {
    let mut owner = owner.connect().await.unwrap();
    let tables: Vec<(String, bool, String)> = sqlx::query_as(
        "select c.relname::text, c.relforcerowsecurity, pg_get_userbyid(c.relowner)::text
         from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by 1",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    let mut found = BTreeMap::new();
    for (table, forced, belongs_to) in tables {
        let statement = AssertSqlSafe(format!("select count(*) from public.\"{table}\""));
        let rows: i64 = sqlx::query_scalar(statement).fetch_one(&mut owner).await.unwrap();
        found.insert(table, (rows, forced, belongs_to));
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_installation_comes_back_from_its_backup() {
    let (old, new, elsewhere) = (data_dir(), data_dir(), data_dir());
    let postgres = start(old.path()).await;
    let running = app(&postgres).await;
    let office = Office::open(&running, "acme").await;
    let (conversation, _) = office.visitor(&running).await.write("Please keep this: päivää 🙂").await;
    let note = json!({ "content": "A note for the archive", "private": true });
    office.anna(&running).await.post(&format!("/api/conversations/{conversation}/messages"), note).await.expect(201);
    running.work().await;
    std::fs::create_dir_all(old.path().join("uploads/1")).unwrap();
    std::fs::write(old.path().join("uploads/1/key"), b"a customer's file").unwrap();
    std::fs::write(old.path().join("secret"), SECRET).unwrap();

    // While it runs.
    let backup: PathBuf = elsewhere.path().join("monday");
    done(&command("backup", &backup, old.path()));
    assert!(refused(&command("backup", &backup, old.path())).contains("exists already"));
    let mode = std::fs::metadata(&backup).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "only its owner may look into it");
    let before = contents(&running.owner).await;
    assert!(before.len() > 25 && before["messages"].0 >= 2, "{before:?}");
    drop(running);
    postgres.stop().await.unwrap();

    done(&command("restore", &backup, new.path()));
    assert_eq!(std::fs::read(new.path().join("uploads/1/key")).unwrap(), b"a customer's file");
    assert_eq!(std::fs::read_to_string(new.path().join("secret")).unwrap(), SECRET);
    let postgres = start(new.path()).await;
    let restored = app(&postgres).await;
    assert_eq!(contents(&restored.owner).await, before);
    let anna = Client::sign_in(&restored, "anna@acme.test", PASSWORD).await;
    let page = anna.get(&format!("/api/conversations/{conversation}/messages")).await.expect(200);
    assert_eq!(page["data"][0]["content"], "Please keep this: päivää 🙂");
    // Life goes on: numbers and ids continue behind those that were kept.
    let (next, _) = office.visitor(&restored).await.write("Another question").await;
    assert!(next > conversation);
    restored.work().await;
    drop(restored);
    postgres.stop().await.unwrap();

    assert!(refused(&command("restore", &backup, new.path())).contains("restore into a new installation"));
    std::fs::remove_dir_all(new.path().join("uploads")).unwrap();
    assert!(refused(&command("restore", &backup, new.path())).contains("the database is not empty"));
    assert!(refused(&command("restore", elsewhere.path(), new.path())).contains("is not a backup"));
}
