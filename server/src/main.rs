//! `hummdesk-server`: serve, migrate, seed, inspect.

mod cli;

fn main() -> std::process::ExitCode {
    match cli::main() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hummdesk-server: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
