//! `with-postgres`: a cluster in a temporary directory for the length of one command, and the
//! roles that tests expect in it.

use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

use crate::embedded::{Embedded, EmbeddedOptions, find_binaries};

pub(crate) const OWNER: &str = "hummdesk_owner";
pub(crate) const OWNER_PASSWORD: &str = "owner";
const RUNTIME_PASSWORD: &str = "runtime";
const TEST_DATABASE: &str = "hummdesk_test";
const PREFIX: &str = "hummdesk-postgres-";
const COMMAND_STOPS_WITHIN: Duration = Duration::from_secs(10);

/// The roles of a real installation, with passwords everybody knows, and pgvector in the template
/// so that every database a test creates has it.
const ROLES: &str = r"
set scram_iterations = 4;
select 'create role hummdesk_owner login createdb createrole password ''owner'''
 where to_regrole('hummdesk_owner') is null \gexec
select 'create role hummdesk_runtime login password ''runtime'''
 where to_regrole('hummdesk_runtime') is null \gexec
select 'create role hummdesk_dispatcher nologin'
 where to_regrole('hummdesk_dispatcher') is null \gexec
alter role hummdesk_owner password 'owner';
alter role hummdesk_runtime password 'runtime';
grant hummdesk_dispatcher to hummdesk_owner with admin true, set true, inherit false;
\connect template1
set client_min_messages = warning;
create extension if not exists vector;
";

/// Runs `command` and answers with its exit status. The server and its files are removed however
/// the command ends; after `kill -9` of this process, the next run removes them.
pub(crate) async fn run(command: &[String]) -> anyhow::Result<ExitCode> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let scratch = Scratch::new()?;
    let server = start(&scratch.0).await?;
    prepare(&server.admin_url("postgres"), TEST_DATABASE).await?;

    let mut child = Command::new(&command[0])
        .args(&command[1..])
        .env("DATABASE_URL", server.url(OWNER, OWNER_PASSWORD, TEST_DATABASE))
        .env("HUMMDESK_TEST_RUNTIME_PASSWORD", RUNTIME_PASSWORD)
        .spawn()
        .with_context(|| format!("starting {}", command[0]))?;
    let status = tokio::select! {
        status = child.wait() => status.context("waiting for the command")?,
        // A terminal sends Ctrl-C to the command as well; it only needs time to obey.
        _ = interrupt.recv() => end(&mut child, None).await?,
        _ = terminate.recv() => end(&mut child, Some("TERM")).await?,
    };
    server.stop().await?;
    Ok(exit_code(status))
}

/// A server that does not wait for the disk.
pub(crate) async fn start(data_dir: &Path) -> anyhow::Result<Embedded> {
    Embedded::start(EmbeddedOptions { data_dir: data_dir.to_owned(), binaries: find_binaries()?, durable: false }).await
}

/// Makes the roles of a real installation and a database of theirs; keeps what exists.
pub(crate) async fn prepare(admin_url: &str, database: &str) -> anyhow::Result<()> {
    let script = format!(
        "{ROLES}
select 'create database {database} owner {OWNER}'
 where not exists (select from pg_database where datname = '{database}') \\gexec
"
    );
    psql(admin_url, &script).await
}

async fn psql(admin_url: &str, script: &str) -> anyhow::Result<()> {
    use tokio::io::AsyncWriteExt;

    let mut psql = Command::new(find_binaries()?.join("bin/psql"))
        .args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"])
        .arg(admin_url)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("starting psql")?;
    if let Some(mut input) = psql.stdin.take() {
        input.write_all(script.as_bytes()).await.context("writing to psql")?;
    }
    let output = psql.wait_with_output().await.context("waiting for psql")?;
    ensure!(output.status.success(), "psql failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}

/// Passes a signal on, then insists.
async fn end(child: &mut Child, name: Option<&str>) -> anyhow::Result<ExitStatus> {
    if let (Some(name), Some(pid)) = (name, child.id()) {
        send_signal(pid, name).await?;
    }
    if let Ok(status) = tokio::time::timeout(COMMAND_STOPS_WITHIN, child.wait()).await {
        return status.context("waiting for the command");
    }
    child.start_kill().context("killing the command")?;
    child.wait().await.context("waiting for the command")
}

/// The shell's own `kill`: the standard library sends nothing but SIGKILL.
pub(crate) async fn send_signal(pid: u32, name: &str) -> anyhow::Result<()> {
    Command::new("sh")
        .args(["-c", r#"kill -"$1" "$2""#, "kill", name, &pid.to_string()])
        .stderr(Stdio::null())
        .status()
        .await
        .context("sending a signal")?;
    Ok(())
}

fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// A directory everybody may enter, because the server may run as another user.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> anyhow::Result<Self> {
        let parent = std::env::temp_dir();
        remove_abandoned(&parent);
        let path = parent.join(format!("{PREFIX}{}", std::process::id()));
        std::fs::DirBuilder::new().mode(0o755).create(&path).with_context(|| format!("creating {}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        remove(&self.0);
    }
}

/// Directories whose process is gone. A failure is no reason not to run: somebody else's
/// directory, or another run that cleans up at the same moment.
fn remove_abandoned(parent: &Path) {
    let Ok(entries) = std::fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let pid = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.parse::<u32>().ok());
        if pid.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) {
            remove(&entry.path());
        }
    }
}

/// Follows the link that root's cluster leaves when the temporary directory is private.
fn remove(scratch: &Path) {
    if let Ok(elsewhere) = std::fs::read_link(scratch.join("postgres")) {
        let _ = std::fs::remove_dir_all(elsewhere);
    }
    let _ = std::fs::remove_dir_all(scratch);
}
