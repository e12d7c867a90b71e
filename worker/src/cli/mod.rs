//! The command line of `hummdesk-worker`, and the options it shares with the server.

mod eval;
mod queues;

use std::{ffi::OsString, path::PathBuf, process::ExitCode, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::{
    Ctx,
    boot::{BootOptions, Booted, boot},
    ctx::Settings,
    jobs, knowledge,
};
use tokio_util::sync::CancellationToken;
use types::{AccountId, JobId};

use crate::WorkerOptions;

/// Between two looks at work that others do.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Runs HummDesk's background work: classification, drafts, indexing and maintenance.
#[derive(Parser, Debug)]
#[command(name = "hummdesk-worker", version, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    installation: Installation,
    #[command(flatten)]
    concurrency: Concurrency,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Work on jobs until told to stop (the default)
    Run,
    /// Show depth, pace and failures of each queue, live
    Queues(queues::QueuesArgs),
    /// Give a parked job another life
    Retry {
        /// The job's id
        job_id: i64,
    },
    /// Measure the product's own classification or retrieval on a data set
    #[command(subcommand)]
    Eval(eval::EvalCommand),
    /// Embed every passage afresh, as after a change of the embedding model
    Reembed {
        /// Of this account only
        #[arg(long, value_name = "ID")]
        account: Option<i64>,
        /// End when the workers have done it; an error when they cannot
        #[arg(long)]
        wait: bool,
    },
}

/// Where the installation is; the same for every binary.
#[derive(Args, Clone, Debug)]
pub struct Installation {
    /// Directory of the embedded database, uploads and the generated secret
    #[arg(long = "data", value_name = "DIR", env = "HUMMDESK_DATA", default_value = ".hummdesk", global = true)]
    pub data_dir: PathBuf,
    /// An external PostgreSQL 16 or newer with pgvector; the embedded one otherwise
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true, global = true)]
    pub database_url: Option<String>,
    /// At least 32 random characters; generated into the data directory outside production
    #[arg(long, value_name = "TEXT", env = "HUMMDESK_SECRET", hide_env_values = true, global = true)]
    pub secret: Option<String>,
    /// What this installation is
    #[arg(
        long = "environment",
        value_name = "NAME",
        env = "HUMMDESK_ENV",
        default_value = "development",
        global = true
    )]
    pub environment: Environment,
    /// Database connections at most
    #[arg(long, value_name = "N", env = "HUMMDESK_DB_CONNECTIONS", default_value_t = 16, value_parser = clap::value_parser!(u32).range(4..=1000), global = true)]
    pub db_connections: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Environment {
    Development,
    Production,
}

impl Installation {
    pub fn boot_options(&self, settings: Settings) -> BootOptions {
        BootOptions {
            data_dir: self.data_dir.clone(),
            database_url: self.database_url.clone().filter(|url| !url.is_empty()),
            secret: self.secret.clone().filter(|secret| !secret.is_empty()),
            max_connections: self.db_connections,
            settings: Settings { production: self.environment == Environment::Production, ..settings },
        }
    }

    async fn boot(&self) -> anyhow::Result<Booted> {
        boot(self.boot_options(Settings::default()).beside_owner()).await
    }
}

/// Jobs that run at once.
#[derive(Args, Clone, Debug)]
pub struct Concurrency {
    /// Classifications that run at once
    #[arg(long, value_name = "N", env = "HUMMDESK_WORKER_CLASSIFY", default_value_t = 4, value_parser = clap::value_parser!(u16).range(0..=256), global = true)]
    pub classify: u16,
    /// Drafts that are written at once
    #[arg(long, value_name = "N", env = "HUMMDESK_WORKER_DRAFT", default_value_t = 4, value_parser = clap::value_parser!(u16).range(0..=256), global = true)]
    pub draft: u16,
    /// Articles that are indexed at once
    #[arg(long, value_name = "N", env = "HUMMDESK_WORKER_INDEX", default_value_t = 1, value_parser = clap::value_parser!(u16).range(0..=256), global = true)]
    pub index: u16,
}

impl From<&Concurrency> for WorkerOptions {
    fn from(given: &Concurrency) -> Self {
        Self {
            classify: given.classify.into(),
            draft: given.draft.into(),
            index: given.index.into(),
            ..Self::default()
        }
    }
}

/// Parses and carries out a command line. Errors are one line on standard error.
pub async fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => {
            eprintln!("hummdesk-worker: {}", one_line(&error));
            return ExitCode::from(2);
        }
        Err(help) => {
            print!("{help}");
            return ExitCode::SUCCESS;
        }
    };
    match carry_out(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hummdesk-worker: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// clap's message without its usage and tips: one line that names the bad value.
pub fn one_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let told: Vec<&str> = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"))
        .filter(|line| !line.is_empty() && !line.starts_with("tip:"))
        .collect();
    told.join(" ").trim_start_matches("error: ").to_owned()
}

async fn carry_out(cli: Cli) -> anyhow::Result<()> {
    let installation = cli.installation;
    match cli.command.unwrap_or(Command::Run) {
        Command::Run => {
            let booted = installation.boot().await?;
            let stop = CancellationToken::new();
            tokio::spawn(stop_on_signal(stop.clone()));
            tracing::info!("hummdesk-worker works");
            let worked = crate::run(booted.ctx.clone(), WorkerOptions::from(&cli.concurrency), stop).await;
            booted.shut_down().await?;
            worked
        }
        Command::Queues(arguments) => {
            let booted = installation.boot().await?;
            let shown = queues::show(&booted.ctx, &arguments).await;
            booted.shut_down().await?;
            shown
        }
        Command::Retry { job_id } => {
            let booted = installation.boot().await?;
            let revived = jobs::unpark(&booted.ctx, JobId(job_id)).await;
            booted.shut_down().await?;
            anyhow::ensure!(revived?, "there is no parked job {job_id}");
            println!("Job {job_id} is ready again.");
            Ok(())
        }
        Command::Reembed { account, wait } => {
            let booted = installation.boot().await?;
            let done = reembed(&booted.ctx, account.map(AccountId), wait).await;
            booted.shut_down().await?;
            done
        }
        Command::Eval(command) => eval::run(&installation, command).await,
    }
}

/// Promises the work, and with `wait` looks on until it is done.
async fn reembed(ctx: &Ctx, account: Option<AccountId>, wait: bool) -> anyhow::Result<()> {
    let count = knowledge::reindex(ctx, account).await?;
    println!("{count} articles will be indexed afresh.");
    if !wait {
        return Ok(());
    }
    loop {
        let left = knowledge::indexing(ctx, account).await?;
        anyhow::ensure!(left.parked == 0, "{} jobs are parked; `hummdesk-worker queues` shows why", left.parked);
        if let Some(why) = left.failing {
            anyhow::bail!("the remote embedding model gives no vectors, and the built-in ones serve: {why}");
        }
        if left.waiting == 0 {
            println!("Done.");
            return Ok(());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Cancels on SIGTERM or Ctrl-C.
pub async fn stop_on_signal(stop: CancellationToken) {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => _ = signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = terminated => {}
        // Without a handler for Ctrl-C the system's own ends the process.
        Ok(()) = tokio::signal::ctrl_c() => {}
    }
    stop.cancel();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }

    #[test]
    fn errors_are_one_line_that_names_the_value() {
        let said = |arguments: &[&str]| one_line(&Cli::try_parse_from(arguments).unwrap_err());
        let line = said(&["hummdesk-worker", "run", "--classify", "many"]);
        assert!(line.contains("many") && line.contains("--classify") && !line.contains('\n'), "{line}");
        let line = said(&["hummdesk-worker", "retry", "abc"]);
        assert!(line.contains("abc") && !line.contains('\n'), "{line}");
        let line = said(&["hummdesk-worker", "eval", "classify", "--train", "a", "--test", "b", "--shots", "0"]);
        assert!(line.contains("'0'") && line.contains("--shots") && !line.contains('\n'), "{line}");
        let line = said(&["hummdesk-worker", "eval", "retrieval"]);
        assert!(line.contains("--articles") && line.contains("--queries") && !line.contains('\n'), "{line}");
    }
}
