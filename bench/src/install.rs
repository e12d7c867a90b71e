//! A run's installations: one fresh PostgreSQL, HummDesk on it, and the peer beside it where it can run.

use std::{
    fs,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, ensure};
use domain::db::embedded::{Embedded, EmbeddedOptions, find_binaries};
use sqlx::PgConnection;
use tokio::process::Command;

use crate::{
    Options, data,
    data::queries,
    http::{self, Connection},
    machine::{self, Process},
    system::{Kind, Target},
};

pub mod peer;

pub const ADMIN: &str = "admin@bench.test";
const PASSWORD: &str = "hummdesk-bench-only";
const READY_WITHIN: Duration = Duration::from_mins(3);

/// A product that runs.
pub struct Installed {
    pub target: Target,
    pub database: PgConnection,
    /// Its processes, in the order of stopping.
    pub processes: Vec<Process>,
}

pub struct Bench {
    pub cluster: Embedded,
    pub systems: Vec<Installed>,
    pub scratch: Scratch,
}

impl Bench {
    /// Starts the database server with the settings and the care for the disk that a real installation has.
    pub async fn prepare(options: &Options) -> anyhow::Result<Self> {
        ensure!(options.server.is_file(), "{} is missing: build it, or use scripts/bench", options.server.display());
        let scratch = Scratch::new(&options.output)?;
        let embedded = EmbeddedOptions { data_dir: scratch.0.clone(), binaries: find_binaries()?, durable: true };
        Ok(Self { cluster: Embedded::start(embedded).await?, systems: Vec::new(), scratch })
    }

    /// Installs HummDesk with its data.
    pub async fn install(&mut self, options: &Options) -> anyhow::Result<()> {
        let mut admin = queries::connect(&self.cluster.admin_url("postgres")).await?;
        queries::create_database(&mut admin, "hummdesk").await?;
        queries::close(admin).await?;
        let url = self.cluster.admin_url("hummdesk");
        let home = self.scratch.0.join("hummdesk");
        let command = || {
            let mut command = Command::new(&options.server);
            command.env("DATABASE_URL", &url).env("HUMMDESK_DATA", &home).env("HUMMDESK_ADMIN_PASSWORD", PASSWORD);
            command
        };
        let mut founding = command();
        founding.args(["create-account", "--name", "Bench 1", "--admin-name", "Ada Admin", "--admin-email", ADMIN]);
        machine::finish(founding, "making the first account", READY_WITHIN).await?;

        let mut database = queries::connect(&url).await?;
        queries::bring_texts(&mut database, &data::texts()?).await?;
        queries::run(&mut database, include_str!("data/hummdesk.sql")).await.context("filling HummDesk's tables")?;
        queries::settle(&mut database).await?;

        let port = machine::free_port().await?;
        let mut serving = command();
        serving.args(["serve", "--all-in-one", "--port", &port.to_string()]).arg("--site-root").arg(&options.site);
        let mut server = Process::start("hummdesk-server", serving, &self.scratch.0)?;
        server.ready(port, "/ready", READY_WITHIN).await?;
        let tokens = (1..=data::ACCOUNTS).map(|account| format!("hda_bench_{account}")).collect();
        let mut target = Target { kind: Kind::HummDesk, port, tokens, cookie: None };
        target.cookie = Some(sign_in(port).await?);
        self.systems.push(Installed { target, database, processes: vec![server] });
        Ok(())
    }

    /// Stops everything, the database last.
    pub async fn stop(self) -> anyhow::Result<()> {
        for system in self.systems {
            for process in system.processes {
                process.stop().await?;
            }
        }
        self.cluster.stop().await
    }
}

/// The browser's way in: a form post, answered with the session's cookie.
async fn sign_in(port: u16) -> anyhow::Result<String> {
    let form = format!("email={}&password={PASSWORD}", ADMIN.replace('@', "%40"));
    let headers = format!(
        "sec-fetch-site: same-origin\r\norigin: http://127.0.0.1\r\naccept: text/html\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n",
        form.len()
    );
    let mut request = Vec::new();
    http::write(&mut request, "POST", "/api/ui/auth/login", &headers, None);
    request.extend_from_slice(form.as_bytes());
    let mut connection = Connection::open(port).await?;
    let answer = connection.exchange(&request).await?;
    let head = String::from_utf8_lossy(answer.head).into_owned();
    let cookie = head
        .lines()
        .filter(|line| line.get(..11).is_some_and(|name| name.eq_ignore_ascii_case("set-cookie:")))
        .find_map(|line| line[11..].trim().split(';').next().filter(|pair| pair.starts_with("hummdesk_session=")));
    cookie.map(str::to_owned).with_context(|| format!("no session came back: {head}"))
}

/// The run's directory, gone at its end. Everybody may enter it, because the database may run as another user.
pub struct Scratch(pub PathBuf);

impl Scratch {
    fn new(output: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(output).with_context(|| format!("creating {}", output.display()))?;
        let path = output.canonicalize()?.join(format!("run-{}", std::process::id()));
        fs::DirBuilder::new().mode(0o755).create(&path).with_context(|| format!("creating {}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Where the database's user cannot reach us, the cluster lives elsewhere behind a link.
        if let Ok(elsewhere) = fs::read_link(self.0.join("postgres")) {
            let _ = fs::remove_dir_all(elsewhere);
        }
        let _ = fs::remove_dir_all(&self.0);
    }
}
