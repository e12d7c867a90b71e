//! Processes of a run: started with a log of their own, stopped however this process ends, weighed in between.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, bail};
use tokio::{
    net::TcpListener,
    process::{Child, ChildStdin, Command},
    time::{Instant, sleep, timeout},
};

/// What a product may take to stop when asked politely.
const STOPS_WITHIN: Duration = Duration::from_secs(35);

/// A running program. A small shell beside it waits for the end of a pipe that only we hold open and then asks the
/// program to stop; the pipe ends when we want it to, and when we are killed.
pub struct Process {
    name: &'static str,
    child: Child,
    pipe: Option<ChildStdin>,
    guard: Child,
    log: PathBuf,
}

impl Process {
    pub fn start(name: &'static str, mut command: Command, logs: &Path) -> anyhow::Result<Self> {
        let log = logs.join(format!("{name}.log"));
        let file = File::create(&log).with_context(|| format!("creating {}", log.display()))?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("starting {name}"))?;
        let pid = child.id().with_context(|| format!("{name} ended at once"))?;
        let guard = Command::new("sh")
            .args(["-c", r#"read -r _; kill -TERM "$1""#, "hummdesk-bench-guard", &pid.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
        match guard {
            Ok(mut guard) => Ok(Self { name, pipe: guard.stdin.take(), child, guard, log }),
            Err(error) => {
                child.start_kill()?;
                Err(error).context("starting the guard")
            }
        }
    }

    /// Waits until it answers 200 on `path`.
    pub async fn ready(&mut self, port: u16, path: &str, within: Duration) -> anyhow::Result<()> {
        let deadline = Instant::now() + within;
        let request = format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
        loop {
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended ({status}); its log ends with:\n{}", self.name, tail(&self.log));
            }
            if let Ok(mut connection) = crate::http::Connection::open(port).await
                && let Ok(Ok(answer)) = timeout(Duration::from_secs(2), connection.exchange(request.as_bytes())).await
                && answer.status == 200
            {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!("{} is not ready after {within:?}; its log ends with:\n{}", self.name, tail(&self.log));
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// Resident memory in bytes.
    pub fn resident(&self) -> u64 {
        let status = self.child.id().and_then(|pid| std::fs::read_to_string(format!("/proc/{pid}/status")).ok());
        let line = status.as_deref().and_then(|text| text.lines().find(|line| line.starts_with("VmRSS:")));
        let kib: Option<u64> = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
        kib.unwrap_or_default() * 1024
    }

    /// Asks it to stop, then insists.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        drop(self.pipe.take());
        if timeout(STOPS_WITHIN, self.child.wait()).await.is_err() {
            self.child.kill().await.with_context(|| format!("killing {}", self.name))?;
        }
        self.guard.wait().await.context("ending the guard")?;
        Ok(())
    }
}

fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}

/// Runs a command to its end; its output is told only when it fails.
pub async fn finish(mut command: Command, what: &str, within: Duration) -> anyhow::Result<()> {
    let running = command.stdin(Stdio::null()).kill_on_drop(true).output();
    let output = timeout(within, running).await.with_context(|| format!("{what}: not done after {within:?}"))?;
    let output = output.with_context(|| what.to_owned())?;
    if !output.status.success() {
        bail!("{what} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

/// A port nobody listens on now.
pub async fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0)).await?.local_addr()?.port())
}

/// Where a program is found in `PATH`.
pub fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|directory| directory.join(name)).find(|candidate| candidate.is_file())
}
