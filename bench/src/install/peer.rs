//! The peer: copied, its packages installed, its schema loaded into a database beside ours, its processes started.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context as _, bail};
use serde_json::Value;
use sqlx::postgres::PgConnectOptions;
use tokio::process::Command;

use super::{Bench, Installed};
use crate::{
    data,
    data::queries,
    http::Connection,
    machine::{self, Process},
    system::{Kind, Target},
};

const PACKAGES_WITHIN: Duration = Duration::from_mins(5);
const READY_WITHIN: Duration = Duration::from_mins(1);

/// Why the peer cannot run here; nothing when it can.
pub fn missing(directory: &Path) -> Option<String> {
    let files = ["package.json", "schema.sql", "server.js", "worker.js"];
    if let Some(file) = files.iter().find(|file| !directory.join(file).is_file()) {
        return Some(format!("{} holds no {file}", directory.display()));
    }
    let programs = ["node", "npm", "redis-server"];
    programs.iter().find(|name| machine::program(name).is_none()).map(|name| format!("{name} is not installed"))
}

pub async fn install(bench: &mut Bench, directory: &Path) -> anyhow::Result<()> {
    let home = bench.scratch.0.join("peer");
    copy(directory, &home)?;
    packages(&home).await?;

    let admin_url = bench.cluster.admin_url("postgres");
    let mut admin = queries::connect(&admin_url).await?;
    queries::create_database(&mut admin, "peer").await?;
    queries::close(admin).await?;
    let mut database = queries::connect(&bench.cluster.admin_url("peer")).await?;
    let schema = fs::read_to_string(home.join("schema.sql"))?;
    queries::run(&mut database, &schema).await.context("the peer's schema.sql")?;
    queries::bring_texts(&mut database, &data::texts()?).await?;
    queries::run(&mut database, include_str!("../data/peer.sql")).await.context("the peer's texts")?;
    queries::settle(&mut database).await?;

    let redis_port = machine::free_port().await?;
    let mut redis = Command::new("redis-server");
    redis
        .args(["--port", &redis_port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"])
        .arg(&home);
    let redis = Process::start("redis-server", redis, &bench.scratch.0)?;

    // The same Unix socket that HummDesk uses.
    let options: PgConnectOptions = admin_url.parse()?;
    let socket = options.get_socket().context("the cluster has no socket")?.clone();
    let port = machine::free_port().await?;
    let node = |script: &str| {
        let mut command = Command::new("node");
        command
            .arg(script)
            .current_dir(&home)
            .env("NODE_ENV", "production")
            .env("DATABASE_URL", "postgres:///peer")
            .env("PGHOST", &socket)
            .env("PGUSER", "peer_app")
            .env("PGPASSWORD", "peer_app")
            .env("REDIS_URL", format!("redis://127.0.0.1:{redis_port}"))
            .env("PORT", port.to_string());
        command
    };
    let mut server = Process::start("peer-server", node("server.js"), &bench.scratch.0)?;
    let worker = Process::start("peer-worker", node("worker.js"), &bench.scratch.0)?;
    server.ready(port, "/health", READY_WITHIN).await?;
    let mut tokens = Vec::new();
    let mut connection = Connection::open(port).await?;
    for account in 1..=data::ACCOUNTS {
        let request = format!("GET /token/{account} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
        let answer: Value = serde_json::from_slice(connection.exchange(request.as_bytes()).await?.body)?;
        tokens.push(answer["token"].as_str().context("the peer gave no token")?.to_owned());
    }
    let target = Target { kind: Kind::Peer, port, tokens, cookie: None };
    bench.systems.push(Installed { target, database, processes: vec![server, worker, redis] });
    Ok(())
}

/// The peer's own files: no packages, nothing it wrote elsewhere.
fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            // By content: the original may be read-only, and npm writes its lock.
            fs::write(to.join(entry.file_name()), fs::read(entry.path())?)?;
        }
    }
    Ok(())
}

/// `npm ci`; a newer npm than the one that wrote the lock may refuse it, and then installs by it.
async fn packages(home: &Path) -> anyhow::Result<()> {
    let mut last = None;
    for action in ["ci", "install"] {
        let mut npm = Command::new("npm");
        npm.args([action, "--no-audit", "--no-fund", "--omit=dev"]).current_dir(home);
        match machine::finish(npm, &format!("npm {action} for the peer"), PACKAGES_WITHIN).await {
            Ok(()) => return Ok(()),
            Err(error) => last = Some(error),
        }
    }
    match last {
        Some(error) => Err(error),
        None => bail!("npm was not run"),
    }
}
