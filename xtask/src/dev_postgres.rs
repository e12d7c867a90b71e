//! `dev-postgres`: one long-lived, non-durable server per machine, in the cache directory, for
//! compile-time checked queries and for looking at data. A background process of this program
//! owns it.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use clap::Subcommand;
use tokio::signal::unix::{SignalKind, signal};

use crate::embedded::{cache_dir, find_binaries};
use crate::test_postgres::{OWNER, OWNER_PASSWORD, create_database, send_signal, start};

const DATABASE: &str = "hummdesk_dev";
const STARTS_WITHIN: Duration = Duration::from_mins(1);
const STOPS_WITHIN: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Subcommand)]
pub(crate) enum Action {
    /// Start it unless it runs, and print its address
    Start,
    /// Stop it; its data stays
    Stop,
    /// Print the address of its database
    Url,
    /// Own the server until stopped
    #[command(hide = true)]
    Serve,
}

pub(crate) async fn run(action: Action) -> anyhow::Result<()> {
    let directory = cache_dir()?.join("dev-postgres");
    match action {
        Action::Start => start_in_background(&directory).await,
        Action::Stop => stop(&directory).await,
        Action::Url => match running_url(&directory) {
            Some(url) => {
                println!("{url}");
                Ok(())
            }
            None => bail!("the development server does not run: cargo xtask dev-postgres start"),
        },
        Action::Serve => serve(&directory).await,
    }
}

async fn start_in_background(directory: &Path) -> anyhow::Result<()> {
    if let Some(url) = running_url(directory) {
        println!("{url}");
        return Ok(());
    }
    fs::create_dir_all(directory).with_context(|| format!("creating {}", directory.display()))?;
    let log_file = directory.join("serve.log");
    let log =
        fs::File::create(&log_file).with_context(|| format!("creating {}", log_file.display()))?;
    let errors = log.try_clone().context("sharing the log")?;
    let mut server = Command::new(std::env::current_exe().context("finding this program")?)
        .args(["dev-postgres", "serve"])
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors)
        .process_group(0)
        .spawn()
        .context("starting the background process")?;
    let deadline = Instant::now() + STARTS_WITHIN;
    loop {
        if let Some(url) = running_url(directory) {
            println!("{url}");
            return Ok(());
        }
        let ended = server
            .try_wait()
            .context("watching the background process")?;
        if ended.is_some() || Instant::now() > deadline {
            let log = fs::read_to_string(&log_file).unwrap_or_default();
            bail!("the development server did not start: {}", log.trim());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn serve(directory: &Path) -> anyhow::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let server = start(directory).await?;
    create_database(&server, DATABASE).await?;
    let pid = server
        .postmaster_pid()
        .context("PostgreSQL ended during the start")?;
    println!("PostgreSQL runs as process {pid}");
    let state = format!(
        "{}\n{}\n",
        std::process::id(),
        server.url(OWNER, OWNER_PASSWORD, DATABASE)
    );
    let fresh = directory.join("state.new");
    fs::write(&fresh, state)
        .and_then(|()| fs::rename(&fresh, state_file(directory)))
        .context("writing the address")?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    server.stop().await
}

async fn stop(directory: &Path) -> anyhow::Result<()> {
    let Some((pid, _)) = read_state(directory) else {
        return Ok(());
    };
    send_signal(pid, "TERM").await?;
    let deadline = Instant::now() + STOPS_WITHIN;
    while is_ours(pid) {
        ensure!(Instant::now() < deadline, "process {pid} does not stop");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

/// The address, if the owner lives and the server answers.
fn running_url(directory: &Path) -> Option<String> {
    let (_, url) = read_state(directory)?;
    let answers = Command::new(find_binaries().ok()?.join("bin/pg_isready"))
        .args(["--quiet", "--dbname", &url])
        .status()
        .is_ok_and(|status| status.success());
    answers.then_some(url)
}

/// Process id of the live owner and the address it announced.
fn read_state(directory: &Path) -> Option<(u32, String)> {
    let state = fs::read_to_string(state_file(directory)).ok()?;
    let (pid, url) = state.trim().split_once('\n')?;
    let pid = pid.parse().ok()?;
    is_ours(pid).then(|| (pid, url.to_owned()))
}

/// Numbers are reused: the process must also be an owner of this kind.
fn is_ours(pid: u32) -> bool {
    fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| {
        line.split(|byte| *byte == 0)
            .any(|argument| argument == b"dev-postgres")
    })
}

fn state_file(directory: &Path) -> PathBuf {
    directory.join("state")
}
