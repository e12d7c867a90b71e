//! `hummdesk-server`: serve, migrate, seed, inspect.

mod cli;

/// A request makes thousands of short-lived strings: rows, JSON, markup.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    match cli::main() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hummdesk-server: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
