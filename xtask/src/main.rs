//! Build tasks that need more than a shell: the browser crates and styles, and throw-away
//! PostgreSQL servers for tests and development. Run as `cargo xtask`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};

mod dev_postgres;
#[path = "../../domain/src/db/embedded.rs"]
mod embedded;
mod test_postgres;
mod web;

#[derive(Parser)]
#[command(name = "cargo xtask", version, about = "Build tasks of HummDesk")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the browser crates, the styles and the static files into target/site
    Web {
        /// Smallest output instead of the quickest build
        #[arg(long)]
        release: bool,
    },
    /// Run a command with a throw-away PostgreSQL, whose address is in `DATABASE_URL`
    WithPostgres {
        #[arg(trailing_var_arg = true, required = true, value_name = "COMMAND")]
        command: Vec<String>,
    },
    /// A PostgreSQL that stays up while you develop
    DevPostgres {
        #[command(subcommand)]
        action: dev_postgres::Action,
    },
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().task {
        Task::Web { release } => clone_root().and_then(|root| web::build(&root, release)).map(|()| ExitCode::SUCCESS),
        Task::WithPostgres { command } => block_on(test_postgres::run(&command)),
        Task::DevPostgres { action } => block_on(dev_postgres::run(action)).map(|()| ExitCode::SUCCESS),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("xtask: {error:#}");
        ExitCode::FAILURE
    })
}

/// The directory of this clone. cargo names the package it runs, which matters because clones
/// share one build directory and so may share one xtask program.
fn clone_root() -> anyhow::Result<PathBuf> {
    let package =
        std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    let root = package.parent().context("xtask has no parent directory")?;
    Ok(root.to_owned())
}

fn block_on<T>(task: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().context("starting the runtime")?.block_on(task)
}
