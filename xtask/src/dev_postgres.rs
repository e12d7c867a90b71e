//! `dev-postgres`: one long-lived, non-durable server per machine, in the cache directory, for
//! compile-time checked queries and for looking at data. A background process of this program
//! owns it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use clap::Subcommand;
use tokio::signal::unix::{SignalKind, signal};

use crate::embedded::{Running, cache_dir};
use crate::test_postgres::{OWNER, OWNER_PASSWORD, prepare, send_signal, start};

const DATABASE: &str = "hummdesk_dev";
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
        Action::Start => {
            let running = match Running::find(&directory) {
                Some(running) => running,
                None => start_in_background(&directory)?,
            };
            prepare(&running.admin_url("postgres"), DATABASE).await?;
            print_url(&running);
            Ok(())
        }
        Action::Stop => stop(&directory).await,
        Action::Url => {
            let running = Running::find(&directory)
                .context("the development server does not run: cargo xtask dev-postgres start")?;
            print_url(&running);
            Ok(())
        }
        Action::Serve => serve(&directory).await,
    }
}

fn print_url(running: &Running) {
    println!("{}", running.url(OWNER, OWNER_PASSWORD, DATABASE));
}

/// Answers when the server accepts connections.
fn start_in_background(directory: &Path) -> anyhow::Result<Running> {
    fs::create_dir_all(directory).with_context(|| format!("creating {}", directory.display()))?;
    let log_file = directory.join("serve.log");
    let log = fs::File::create(&log_file).with_context(|| format!("creating {}", log_file.display()))?;
    let mut server = Command::new(std::env::current_exe().context("finding this program")?)
        .args(["dev-postgres", "serve"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log)
        .process_group(0)
        .spawn()
        .context("starting the background process")?;
    // It says one line when it is ready, and nothing when it fails.
    let mut line = String::new();
    let output = server.stdout.take().context("reading from the background process")?;
    BufReader::new(output).read_line(&mut line).context("reading from the background process")?;
    match Running::find(directory) {
        Some(running) if !line.is_empty() => Ok(running),
        _ => {
            let log = fs::read_to_string(&log_file).unwrap_or_default();
            bail!("the development server did not start: {}", log.trim())
        }
    }
}

async fn serve(directory: &Path) -> anyhow::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let server = start(directory).await?;
    let pid = server.postmaster_pid().context("PostgreSQL ended during its start")?;
    println!("PostgreSQL is process {pid}");
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    server.stop().await
}

async fn stop(directory: &Path) -> anyhow::Result<()> {
    let Some(Running { owner_pid, .. }) = Running::find(directory) else {
        return Ok(());
    };
    send_signal(owner_pid, "TERM").await?;
    let deadline = Instant::now() + STOPS_WITHIN;
    while Running::find(directory).is_some() {
        ensure!(Instant::now() < deadline, "process {owner_pid} does not stop");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}
