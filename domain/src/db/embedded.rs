//! Embedded PostgreSQL: starts a private cluster that only this process owns, keeps it running,
//! and stops it with the product.
//!
//! The cluster listens on a Unix socket only. Everything here is standard library, tokio and
//! `tracing`, because `xtask` includes this file too and must not pull in the rest of the crate.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use place::Place;
pub use runner::cache_dir;

#[path = "embedded/place.rs"]
mod place;
#[path = "embedded/runner.rs"]
mod runner;
#[path = "embedded/settings.rs"]
mod settings;
#[cfg(test)]
#[path = "embedded/tests.rs"]
mod tests;

/// Crash recovery of a large cluster may take minutes; a server that is alive and silent for
/// longer than this is stuck.
const READY_WITHIN: Duration = Duration::from_mins(5);
/// The product promises to stop in 30 s, and gives most of that to requests in flight.
const FAST_STOP: Duration = Duration::from_secs(7);
const IMMEDIATE_STOP: Duration = Duration::from_secs(2);

/// Where the cluster lives and how careful it is with the disk.
#[derive(Clone, Debug)]
pub struct EmbeddedOptions {
    /// The product's data directory; the cluster goes to `postgres/` inside it.
    pub data_dir: PathBuf,
    /// A PostgreSQL 18 installation: the directory that holds `bin/postgres`.
    pub binaries: PathBuf,
    /// `false` trades safety for speed (no fsync); for clusters that are thrown away.
    pub durable: bool,
}

/// A running cluster. Dropping it without [`Embedded::stop`] still stops the server, a moment
/// later and unobserved.
pub struct Embedded {
    place: Arc<Place>,
    stop: oneshot::Sender<()>,
    supervisor: JoinHandle<anyhow::Result<()>>,
}

impl Embedded {
    /// Creates the cluster when it does not exist, takes exclusive ownership of it, stops a server
    /// that a killed owner left behind, starts PostgreSQL and returns when it accepts connections.
    ///
    /// Errors are single sentences for the operator; a server that does not come up is reported
    /// with the last lines of its log.
    pub async fn start(options: EmbeddedOptions) -> anyhow::Result<Self> {
        let place = tokio::task::spawn_blocking(move || Place::prepare(&options))
            .await
            .context("preparing the PostgreSQL cluster")??;
        let place = Arc::new(place);
        if let Some(pid) = place.postmaster_pid() {
            tracing::warn!(pid, "stopping the PostgreSQL a killed owner left behind");
            shut_down(&place).await?;
        }
        let guard = Guard::spawn(&place)?;
        let server = launch(&place).await?;
        let (stop, stopped) = oneshot::channel();
        let supervisor = tokio::spawn(supervise(Arc::clone(&place), server, guard, stopped));
        Ok(Self { place, stop, supervisor })
    }

    /// Connection URL of the superuser `postgres` for `database`, over the Unix socket.
    pub fn admin_url(&self, database: &str) -> String {
        self.url("postgres", &self.place.password, database)
    }

    /// Connection URL of any role for `database`, over the Unix socket.
    pub fn url(&self, user: &str, password: &str, database: &str) -> String {
        url(&self.place.socket_dir, user, password, database)
    }

    /// Process id of the running postmaster; `None` between a crash and the restart after it.
    pub fn postmaster_pid(&self) -> Option<u32> {
        self.place.postmaster_pid()
    }

    /// Stops the server: open transactions are rolled back, then everything is flushed. After
    /// 7 s it is stopped at once, and the next start recovers from the log.
    pub async fn stop(self) -> anyhow::Result<()> {
        // The receiver is gone only when the supervisor has ended, and then its result tells why.
        let _ = self.stop.send(());
        self.supervisor.await.context("stopping PostgreSQL")?
    }
}

/// A cluster that another process owns and runs: its command-line tools connect to it, because
/// only one process may own it.
pub struct Running {
    /// The process to ask when the cluster should stop.
    pub owner_pid: u32,
    socket_dir: PathBuf,
    password: String,
}

impl Running {
    /// The cluster below `data_dir`, if somebody runs it and we may read its password. Blocking,
    /// but only for a few small files.
    pub fn find(data_dir: &Path) -> Option<Self> {
        place::find_running(data_dir)
    }

    /// Connection URL of the superuser `postgres` for `database`, over the Unix socket.
    pub fn admin_url(&self, database: &str) -> String {
        self.url("postgres", &self.password, database)
    }

    /// Connection URL of any role for `database`, over the Unix socket.
    pub fn url(&self, user: &str, password: &str, database: &str) -> String {
        url(&self.socket_dir, user, password, database)
    }
}

/// Finds the PostgreSQL that `scripts/setup` installed: `HUMMDESK_POSTGRES_DIR` when set, else
/// `postgres` in the cache directory.
pub fn find_binaries() -> anyhow::Result<PathBuf> {
    let directory = match std::env::var_os("HUMMDESK_POSTGRES_DIR") {
        Some(directory) => PathBuf::from(directory),
        None => runner::cache_dir()?.join("postgres"),
    };
    if directory.join("bin/postgres").is_file() {
        return Ok(directory);
    }
    bail!("no PostgreSQL in {}: run scripts/setup, or set HUMMDESK_POSTGRES_DIR", directory.display())
}

/// Ends the postmaster when this process dies without a chance to do so: a shell waits for the
/// end of a pipe that only we hold open, and the kernel closes it even after `kill -9`.
struct Guard {
    shell: Child,
    _held_open: Option<ChildStdin>,
}

impl Guard {
    fn spawn(place: &Place) -> anyhow::Result<Self> {
        let script = r#"read -r _; read -r pid < "$1" && kill -INT "$pid""#;
        let mut command = Command::from(place.command("/bin/sh"));
        command
            .args(["-c", script, "hummdesk-postgres-guard"])
            .arg(place.pid_file())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0);
        let mut shell = command.spawn().context("starting the PostgreSQL guard")?;
        let pipe = shell.stdin.take();
        Ok(Self { shell, _held_open: pipe })
    }
}

/// Keeps PostgreSQL running until told to stop. An operator may restart the server by hand, so a
/// postmaster that is not our child is left in peace for as long as it lives.
async fn supervise(
    place: Arc<Place>,
    mut server: Child,
    mut guard: Guard,
    mut stopped: oneshot::Receiver<()>,
) -> anyhow::Result<()> {
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            status = server.wait() => {
                let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
                tracing::error!(%status, "PostgreSQL ended by itself; restarting it");
            }
        }
        match revive(&place, &mut stopped).await {
            Some(child) => server = child,
            None => break,
        }
    }
    let outcome = shut_down(&place).await;
    guard.shell.start_kill().context("ending the PostgreSQL guard")?;
    guard.shell.wait().await.context("ending the PostgreSQL guard")?;
    if outcome.is_err() {
        server.start_kill().context("killing PostgreSQL")?;
    }
    server.wait().await.context("waiting for PostgreSQL to end")?;
    outcome
}

/// Starts the server anew, for as long as it takes; `None` when told to stop meanwhile. A start
/// under way is not cut off, because nobody would then know the process.
async fn revive(place: &Place, stopped: &mut oneshot::Receiver<()>) -> Option<Child> {
    let mut pause = Duration::from_millis(500);
    loop {
        tokio::select! {
            _ = &mut *stopped => return None,
            () = sleep(pause) => {}
        }
        if place.postmaster_pid().is_some() {
            continue;
        }
        match launch(place).await {
            Ok(server) => return Some(server),
            Err(error) => {
                tracing::error!("PostgreSQL does not start again: {error:#}");
                pause = (pause * 2).min(Duration::from_secs(10));
            }
        }
    }
}

/// Starts the postmaster and waits until it accepts connections.
async fn launch(place: &Place) -> anyhow::Result<Child> {
    let deadline = Instant::now() + READY_WITHIN;
    let mut pause = Duration::from_millis(50);
    loop {
        let (mut server, log_start) = spawn_server(place).await?;
        let Err(status) = ready(place, &mut server, deadline).await? else {
            return Ok(server);
        };
        let log = log_since(&place.log_file(), log_start).await;
        // The children of a postmaster killed a moment ago need an instant to notice.
        if log.contains("pre-existing shared memory block") && pause < Duration::from_secs(4) {
            sleep(pause).await;
            pause *= 2;
            continue;
        }
        bail!("PostgreSQL did not start ({status}); its log ends with:\n{}", last_lines(&log, 12));
    }
}

async fn spawn_server(place: &Place) -> anyhow::Result<(Child, u64)> {
    let log_file = place.log_file();
    let log = tokio::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(&log_file)
        .await
        .with_context(|| format!("opening {}", log_file.display()))?;
    let log_start = log.metadata().await.context("reading the size of the PostgreSQL log")?.len();
    let log = log.into_std().await;
    let errors = log.try_clone().context("sharing the PostgreSQL log")?;
    let mut command = Command::from(place.command(place.binary("postgres")));
    command
        .arg("-D")
        .arg(place.cluster())
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors)
        // Ctrl-C in a terminal must reach the product, which then stops PostgreSQL last.
        .process_group(0);
    let server = command.spawn().context("starting PostgreSQL")?;
    Ok((server, log_start))
}

/// `Ok(Err(status))` when the server ended instead of becoming ready.
async fn ready(
    place: &Place,
    server: &mut Child,
    deadline: Instant,
) -> anyhow::Result<Result<(), std::process::ExitStatus>> {
    let mut pause = Duration::from_millis(20);
    loop {
        let probe = Command::from(place.command(place.binary("pg_isready")))
            .args(["--quiet", "--timeout=2", "--host"])
            .arg(&place.socket_dir)
            .stdin(Stdio::null())
            .status()
            .await
            .context("running pg_isready")?;
        if probe.success() {
            return Ok(Ok(()));
        }
        if Instant::now() > deadline {
            server.start_kill().context("killing PostgreSQL")?;
        }
        if let Ok(status) = timeout(pause, server.wait()).await {
            return Ok(Err(status.context("waiting for PostgreSQL")?));
        }
        pause = (pause * 2).min(Duration::from_millis(250));
    }
}

/// Fast first, immediate after a bound. Nothing to stop is success.
async fn shut_down(place: &Place) -> anyhow::Result<()> {
    for (mode, bound) in [("fast", FAST_STOP), ("immediate", IMMEDIATE_STOP)] {
        if place.postmaster_pid().is_none() {
            return Ok(());
        }
        let mut command = Command::from(place.command(place.binary("pg_ctl")));
        command
            .args(["stop", "--silent", "--wait", "--mode", mode, "--timeout"])
            .arg(bound.as_secs().to_string())
            .arg("--pgdata")
            .arg(place.cluster())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.status().await.context("running pg_ctl")?;
    }
    match place.postmaster_pid() {
        None => Ok(()),
        Some(pid) => bail!("PostgreSQL (process {pid}) does not stop"),
    }
}

/// What the server logged since `start`; empty when the log cannot be read, because this only
/// serves an error message.
async fn log_since(log_file: &Path, start: u64) -> String {
    let log = tokio::fs::read(log_file).await.unwrap_or_default();
    let start = usize::try_from(start).unwrap_or(0).min(log.len());
    String::from_utf8_lossy(&log[start..]).into_owned()
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

fn url(socket_dir: &Path, user: &str, password: &str, database: &str) -> String {
    format!(
        "postgres://{}:{}@localhost/{}?host={}",
        percent(user),
        percent(password),
        percent(database),
        percent(&socket_dir.to_string_lossy()),
    )
}

/// Percent-encodes everything outside RFC 3986's unreserved characters.
fn percent(text: &str) -> String {
    use std::fmt::Write;

    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}
