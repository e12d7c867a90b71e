//! `hummdesk-bench`: HummDesk, and a peer where one is given, under the same load on one PostgreSQL.
//!
//! The load generator is one thread of this process and is the same for both systems. Each measurement runs on one
//! system and then on the other before the next begins, so that neither gets the machine's better minutes.

mod data;
mod drafts;
mod fanout;
mod http;
mod install;
mod load;
mod machine;
mod report;
mod run;
mod sockets;
mod stats;
mod system;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

/// A run that takes longer hangs: loading and building are minutes, not an hour.
const BOUND: Duration = Duration::from_mins(40);

#[derive(Parser)]
#[command(name = "hummdesk-bench", version, about = "Measures HummDesk, beside a peer where one is given")]
pub struct Options {
    /// The `hummdesk-server` to measure: a release build.
    #[arg(long)]
    server: PathBuf,
    /// What `cargo xtask web` built.
    #[arg(long, default_value = "target/site")]
    site: PathBuf,
    /// The peer's directory; its README and schema say what it must hold.
    #[arg(long, env = "HUMMDESK_PEER")]
    peer: Option<PathBuf>,
    /// Seconds of load a measurement and round.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=300))]
    seconds: u64,
    /// Times every measurement is taken; figures are of all rounds together.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=20))]
    rounds: u32,
    /// Connections of the load generator.
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=512))]
    connections: u32,
    /// Measurements to take, by name; all of them unless given.
    #[arg(long, value_delimiter = ',')]
    only: Vec<run::Measurement>,
    /// Where results go; the database lives below it while the run lasts.
    #[arg(long, default_value = "target/bench")]
    output: PathBuf,
    /// Print the results as JSON instead of a table.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let filter = tracing_subscriber::EnvFilter::new("warn,sqlx=error");
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let outcome = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(anyhow::Error::from);
    match outcome.and_then(|runtime| runtime.block_on(bounded(options))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hummdesk-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs until done, asked to stop, or out of time; whatever was started is stopped in each case.
async fn bounded(options: Options) -> anyhow::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut bench = install::Bench::prepare(&options).await?;
    let outcome = tokio::select! {
        outcome = run::run(&mut bench, &options) => outcome,
        _ = interrupt.recv() => Err(anyhow::anyhow!("interrupted")),
        _ = terminate.recv() => Err(anyhow::anyhow!("terminated")),
        () = tokio::time::sleep(BOUND) => Err(anyhow::anyhow!("not done after {} minutes", BOUND.as_secs() / 60)),
    };
    bench.stop().await?;
    report::write(&outcome?, &options)
}
