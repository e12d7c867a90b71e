//! `hummdesk-worker`: see `--help`.

use std::process::ExitCode;

use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    // Logs go to standard error: standard output is for what a command answers.
    let filter =
        EnvFilter::try_from_env("HUMMDESK_LOG").unwrap_or_else(|_| EnvFilter::new("info,apalis_core=warn,sqlx=warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        eprintln!("hummdesk-worker: another TLS provider is installed already");
        return ExitCode::FAILURE;
    }
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(worker::cli::main(std::env::args_os())),
        Err(error) => {
            eprintln!("hummdesk-worker: cannot start: {error}");
            ExitCode::FAILURE
        }
    }
}
