//! The embedded server against real clusters; `scripts/setup` provides the binaries.

use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Embedded, EmbeddedOptions, Running, find_binaries, percent, runner, settings};

/// A directory below the temporary one that the server's user may enter.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("hummdesk-test-{}-{name}", std::process::id()));
        std::fs::DirBuilder::new().mode(0o755).create(&path).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn start(data_dir: &Path) -> anyhow::Result<Embedded> {
    start_with(data_dir, false).await
}

async fn start_with(data_dir: &Path, durable: bool) -> anyhow::Result<Embedded> {
    Embedded::start(EmbeddedOptions { data_dir: data_dir.to_owned(), binaries: find_binaries().unwrap(), durable })
        .await
}

/// One statement through the bundled `psql`: this module knows no database driver.
async fn sql(server: &Embedded, statement: &str) -> String {
    let psql = find_binaries().unwrap().join("bin/psql");
    let output = tokio::process::Command::new(psql)
        .args(["-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement])
        .arg(server.admin_url("postgres"))
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

async fn signal(pid: u32, name: &str) {
    let killed = tokio::process::Command::new("sh")
        .args(["-c", r#"kill -"$1" "$2""#, "kill", name, &pid.to_string()])
        .status()
        .await
        .unwrap();
    assert!(killed.success());
}

fn alive(pid: u32) -> bool {
    // A zombie keeps its entry but has no command line.
    std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty())
}

#[tokio::test]
async fn data_survives_a_stop_and_a_start() {
    let scratch = Scratch::new("restart");
    let server = start(&scratch.0).await.unwrap();
    sql(&server, "create table kept as select 42 as answer").await;
    let pid = server.postmaster_pid().unwrap();
    server.stop().await.unwrap();
    assert!(!alive(pid));

    let server = start(&scratch.0).await.unwrap();
    assert_eq!(sql(&server, "select answer from kept").await, "42");
    assert_eq!(sql(&server, "show server_encoding").await, "UTF8");
    assert_eq!(sql(&server, "show listen_addresses").await, "");
    assert_eq!(sql(&server, "select upper('straße äö')").await, "STRAßE ÄÖ");
    server.stop().await.unwrap();
}

#[tokio::test]
async fn vectors_and_scram_are_there() {
    let scratch = Scratch::new("vector");
    let server = start(&scratch.0).await.unwrap();
    sql(&server, "create extension vector").await;
    assert_eq!(sql(&server, "select '[1,2]'::halfvec(2) <-> '[1,4]'").await, "2");
    let wrong = server.url("postgres", "guess", "postgres");
    let psql = find_binaries().unwrap().join("bin/psql");
    let refused = std::process::Command::new(psql).args(["-X", "-c", "select 1", &wrong]).output().unwrap();
    assert!(!refused.status.success());
    let password = std::fs::metadata(scratch.0.join("postgres/password")).unwrap();
    assert_eq!(password.mode() & 0o777, 0o600);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_killed_postmaster_is_started_again() {
    let scratch = Scratch::new("crash");
    let server = start_with(&scratch.0, true).await.unwrap();
    sql(&server, "create table kept as select 7 as answer").await;
    let first = server.postmaster_pid().unwrap();
    signal(first, "KILL").await;
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if server.postmaster_pid().is_some_and(|pid| pid != first) {
            break;
        }
    }
    for _ in 0..100 {
        if accepts(&server).await {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(sql(&server, "select answer from kept").await, "7");
    server.stop().await.unwrap();
}

async fn accepts(server: &Embedded) -> bool {
    let ready = find_binaries().unwrap().join("bin/pg_isready");
    tokio::process::Command::new(ready)
        .args(["-q", "-d", &server.admin_url("postgres")])
        .status()
        .await
        .unwrap()
        .success()
}

#[tokio::test]
async fn a_stale_pid_file_does_not_stop_a_start() {
    let scratch = Scratch::new("stale");
    start(&scratch.0).await.unwrap().stop().await.unwrap();
    let pid_file = scratch.0.join("postgres/data/postmaster.pid");
    // Our own number: alive, and not a postmaster.
    std::fs::write(&pid_file, format!("{}\n", std::process::id())).unwrap();
    let server = start(&scratch.0).await.unwrap();
    assert_eq!(sql(&server, "select 1").await, "1");
    server.stop().await.unwrap();
}

#[tokio::test]
async fn an_orphan_is_stopped_before_a_fresh_start() {
    let scratch = Scratch::new("orphan");
    let server = start(&scratch.0).await.unwrap();
    let orphan = server.postmaster_pid().unwrap();
    sql(&server, "create table kept as select 1 as answer").await;
    // What is left of an owner that vanished: the lock is free and nobody supervises.
    server.supervisor.abort();
    drop(server);
    tokio::time::sleep(Duration::from_millis(10)).await;

    let server = start(&scratch.0).await.unwrap();
    assert_ne!(server.postmaster_pid(), Some(orphan));
    assert!(!alive(orphan));
    assert_eq!(sql(&server, "select count(*) from kept").await, "1");
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_second_owner_is_refused() {
    let scratch = Scratch::new("owner");
    let server = start(&scratch.0).await.unwrap();
    let error = start(&scratch.0).await.err().unwrap().to_string();
    assert!(error.contains(&format!("in use by process {}", std::process::id())), "{error}");
    assert_eq!(sql(&server, "select 1").await, "1");

    // But it may connect.
    let running = Running::find(&scratch.0).unwrap();
    assert_eq!(running.owner_pid, std::process::id());
    assert_eq!(running.admin_url("postgres"), server.admin_url("postgres"));
    server.stop().await.unwrap();
    assert!(Running::find(&scratch.0).is_none());
}

#[tokio::test]
async fn a_long_path_gets_a_short_socket() {
    let scratch = Scratch::new("long");
    let deep = scratch.0.join("d".repeat(100));
    std::fs::DirBuilder::new().mode(0o755).create(&deep).unwrap();
    let server = start(&deep).await.unwrap();
    assert_eq!(sql(&server, "select 1").await, "1");
    let socket_dir = server.place.socket_dir.clone();
    server.stop().await.unwrap();
    std::fs::remove_dir(socket_dir).unwrap();
}

#[tokio::test]
async fn a_failing_start_shows_the_log() {
    let scratch = Scratch::new("failing");
    start(&scratch.0).await.unwrap().stop().await.unwrap();
    std::fs::write(scratch.0.join("postgres/local.conf"), "shared_buffers = 'lots'\n").unwrap();
    let error = start(&scratch.0).await.err().unwrap().to_string();
    assert!(error.contains("shared_buffers"), "{error}");
}

#[test]
fn addresses_are_percent_encoded() {
    assert_eq!(percent("/a b/ä@:%"), "%2Fa%20b%2F%C3%A4%40%3A%25");
    assert_eq!(percent("plain-1.2_3~"), "plain-1.2_3~");
}

#[test]
fn settings_follow_the_machine() {
    let gib = 1024 * 1024 * 1024;
    let large = settings::render(64 * gib, true, Path::new("/run/x"));
    assert!(large.contains("shared_buffers = 1024MB\n"));
    assert!(!large.contains("fsync"));
    let small = settings::render(gib, false, Path::new("/it's"));
    assert!(small.contains("shared_buffers = 128MB\n"));
    assert!(small.contains("fsync = off\n"));
    assert!(small.contains("unix_socket_directories = '\"/it''s\"'\n"));
    assert_eq!(settings::parse_meminfo("MemTotal:  2048 kB\nMemFree: 1 kB\n"), Some(2 * 1024 * 1024));
}

#[test]
fn the_servers_user_is_read_from_passwd() {
    let passwd = "root:x:0:0:root:/root:/bin/bash\nhummdesk:x:998:997::/nonexistent:/usr/sbin/nologin\n";
    let user = runner::parse_user(passwd, "hummdesk").unwrap();
    assert_eq!((user.uid, user.gid), (998, 997));
    assert!(runner::parse_user(passwd, "hummdes").is_none());
}
