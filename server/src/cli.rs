//! The command line: every setting is a flag and a `HUMMDESK_*` variable; a bad value is refused with one line.

use std::{net::IpAddr, path::PathBuf};

use anyhow::{Context as _, ensure};
use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::{
    accounts::{self, Founding},
    ai_settings, backup,
    boot::{BootOptions, Booted, boot},
    ctx::Settings,
    db::bootstrap,
    demo,
};
use server::{AppState, health, serve, state::default_site_root, web::site::Site};
use types::Language;

#[derive(Parser)]
#[command(name = "hummdesk-server", version, about = "HummDesk: web, API and real time")]
struct Cli {
    #[command(flatten)]
    installation: Installation,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Args, Clone)]
struct Installation {
    /// Holds the embedded database, uploads and the generated secret.
    #[arg(long = "data", env = "HUMMDESK_DATA", default_value = ".hummdesk", global = true)]
    data: PathBuf,
    /// An external PostgreSQL 16+ with pgvector 0.8+; the embedded one otherwise.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, global = true)]
    database_url: Option<String>,
    /// At least 32 random characters; generated into the data directory in development.
    #[arg(long, env = "HUMMDESK_SECRET", hide_env_values = true, global = true)]
    secret: Option<String>,
    /// Production refuses demo data and requires a secret.
    #[arg(long = "environment", env = "HUMMDESK_ENV", default_value = "development", global = true)]
    environment: Environment,
    /// Where people reach the product.
    #[arg(long, env = "HUMMDESK_PUBLIC_URL", global = true)]
    public_url: Option<String>,
    /// Database connections.
    #[arg(long, env = "HUMMDESK_DB_CONNECTIONS", default_value_t = 20, value_parser = clap::value_parser!(u32).range(4..=500), global = true)]
    db_connections: u32,
    /// Largest upload, in megabytes.
    #[arg(long, env = "HUMMDESK_MAX_UPLOAD_MB", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100), global = true)]
    max_upload_mb: u32,
    /// Log filter, such as `info` or `server=debug`.
    #[arg(
        long,
        env = "HUMMDESK_LOG",
        default_value = "info,apalis_core=warn,sqlx=warn,tower_http=warn",
        global = true
    )]
    log: String,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Environment {
    Development,
    Production,
}

#[derive(Subcommand)]
enum Command {
    /// Serve (the default).
    Serve(Serve),
    /// Prepare the database: roles, extension, schema.
    Migrate,
    /// Make the demo accounts, once. Development only.
    SeedDemo,
    /// Make an account with its first admin; reads the password from `HUMMDESK_ADMIN_PASSWORD`.
    CreateAccount(CreateAccount),
    /// Encrypt every account's model key anew with `HUMMDESK_ENCRYPTION_KEY`.
    RotateKeys,
    /// Print the OpenAPI document.
    Openapi,
    /// Write database, uploads and secrets to a new directory; the product may go on running.
    Backup {
        /// A directory that does not exist yet
        directory: PathBuf,
    },
    /// Bring a backup back into an installation that holds nothing yet.
    Restore {
        /// What `backup` wrote
        directory: PathBuf,
    },
}

#[derive(Args)]
struct Serve {
    #[arg(long, env = "HUMMDESK_HOST", default_value = "127.0.0.1")]
    host: IpAddr,
    #[arg(long, env = "HUMMDESK_PORT", default_value_t = 3000)]
    port: u16,
    /// Run the worker in this process, too.
    #[arg(long, env = "HUMMDESK_ALL_IN_ONE")]
    all_in_one: bool,
    /// Make the demo accounts before serving. Development only.
    #[arg(long)]
    seed_demo: bool,
    /// What `cargo xtask web` built.
    #[arg(long, env = "HUMMDESK_SITE_ROOT", default_value_os_t = default_site_root())]
    site_root: PathBuf,
    /// Take the client's address from `X-Forwarded-For`: only behind a proxy that sets it.
    #[arg(long, env = "HUMMDESK_TRUST_PROXY")]
    trust_proxy: bool,
}

#[derive(Args)]
struct CreateAccount {
    #[arg(long)]
    name: String,
    #[arg(long)]
    admin_name: String,
    #[arg(long)]
    admin_email: String,
    #[arg(long, default_value = "en")]
    locale: String,
}

impl Installation {
    fn boot_options(&self, default_url: String) -> BootOptions {
        BootOptions {
            data_dir: self.data.clone(),
            database_url: self.database_url.clone().filter(|url| !url.is_empty()),
            secret: self.secret.clone().filter(|secret| !secret.is_empty()),
            max_connections: self.db_connections,
            settings: Settings {
                production: self.environment == Environment::Production,
                public_url: self.public_url.clone().unwrap_or(default_url).trim_end_matches('/').to_owned(),
                max_upload_bytes: self.max_upload_mb as usize * 1024 * 1024,
            },
        }
    }

    fn place(&self) -> backup::Installation {
        let options = self.boot_options(String::new());
        backup::Installation {
            data_dir: options.data_dir,
            database_url: options.database_url,
            secret: options.secret,
            production: options.settings.production,
        }
    }

    /// For a command that does one thing, whether or not the product runs.
    async fn boot_beside(&self) -> anyhow::Result<Booted> {
        boot(self.boot_options("http://127.0.0.1:3000".to_owned()).beside_owner()).await
    }
}

pub fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    if matches!(cli.command, Some(Command::Openapi)) {
        println!("{}", server::api::document().to_pretty_json()?);
        return Ok(());
    }
    let filter = tracing_subscriber::EnvFilter::try_new(&cli.installation.log).context("HUMMDESK_LOG")?;
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    // One TLS implementation for everything that dials out.
    let _ = rustls::crypto::ring::default_provider().install_default();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run(cli))
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    let installation = cli.installation;
    let default = || Serve {
        host: IpAddr::from([127, 0, 0, 1]),
        port: 3000,
        all_in_one: false,
        seed_demo: false,
        site_root: default_site_root(),
        trust_proxy: false,
    };
    match cli.command {
        None => serve(installation, default()).await,
        Some(Command::Serve(options)) => serve(installation, options).await,
        Some(Command::Openapi) => Ok(()),
        Some(Command::Migrate) => {
            // Booting migrates; nothing else is wanted.
            installation.boot_beside().await?.shut_down().await?;
            eprintln!("hummdesk-server: the database is ready ({} and {} exist)", bootstrap::OWNER, bootstrap::RUNTIME);
            Ok(())
        }
        Some(Command::SeedDemo) => {
            let booted = installation.boot_beside().await?;
            let seeded = demo::seed(&booted.ctx).await;
            booted.shut_down().await?;
            Ok(seeded?)
        }
        Some(Command::RotateKeys) => {
            let booted = installation.boot_beside().await?;
            let done = rotate_keys(&booted).await;
            booted.shut_down().await?;
            done
        }
        Some(Command::Backup { directory }) => {
            backup::backup(&installation.place(), &directory).await?;
            eprintln!("hummdesk-server: {} holds the backup", directory.display());
            Ok(())
        }
        Some(Command::Restore { directory }) => {
            backup::restore(&installation.place(), &directory).await?;
            eprintln!("hummdesk-server: {} is restored", directory.display());
            Ok(())
        }
        Some(Command::CreateAccount(options)) => {
            let booted = installation.boot_beside().await?;
            let created = create_account(&booted, options).await;
            booted.shut_down().await?;
            println!("{}", created?);
            Ok(())
        }
    }
}

async fn rotate_keys(booted: &Booted) -> anyhow::Result<()> {
    ensure!(booted.ctx.vault.has_key(), "HUMMDESK_ENCRYPTION_KEY is not set");
    let done = ai_settings::rotate(&booted.ctx).await?;
    println!("{} keys were encrypted anew.", done.rotated);
    ensure!(
        done.unreadable == 0,
        "{} keys were encrypted with none of HUMMDESK_ENCRYPTION_KEY and HUMMDESK_ENCRYPTION_KEYS_OLD",
        done.unreadable
    );
    Ok(())
}

async fn create_account(booted: &Booted, options: CreateAccount) -> anyhow::Result<types::AccountId> {
    let password = std::env::var("HUMMDESK_ADMIN_PASSWORD").context("set HUMMDESK_ADMIN_PASSWORD")?;
    let locale: Language = options.locale.parse().context("--locale")?;
    let founding = Founding {
        name: options.name,
        locale,
        admin_name: options.admin_name,
        admin_email: options.admin_email,
        password,
        id: None,
    };
    Ok(accounts::create(&booted.ctx, founding).await?)
}

async fn serve(installation: Installation, options: Serve) -> anyhow::Result<()> {
    ensure!(
        options.all_in_one || installation.database_url.is_some(),
        "DATABASE_URL is not set; give one, or use --all-in-one to run everything with the embedded PostgreSQL"
    );
    let site = Site::open(&options.site_root)?;
    let listener = serve::listen((options.host, options.port).into()).await?;
    let address = listener.local_addr()?;
    let stop = serve::stop_on_signal();
    let booted = boot(installation.boot_options(format!("http://{address}"))).await?;
    let served = run_booted(&booted, options, listener, site, stop.clone()).await;
    stop.cancel();
    booted.shut_down().await?;
    served
}

async fn run_booted(
    booted: &Booted,
    options: Serve,
    listener: tokio::net::TcpListener,
    site: Site,
    stop: tokio_util::sync::CancellationToken,
) -> anyhow::Result<()> {
    let ctx = booted.ctx.clone();
    if options.seed_demo {
        tokio::select! {
            seeded = demo::seed(&ctx) => seeded?,
            () = stop.cancelled() => return Ok(()),
        }
    }
    let worker = options
        .all_in_one
        .then(|| tokio::spawn(worker::run(ctx.clone(), worker::WorkerOptions::default(), stop.clone())));
    let state = AppState::new(ctx.clone(), site, health::recorder()?, stop.clone(), options.trust_proxy);
    tracing::info!(url = ctx.settings.public_url, "server.ready");
    serve::run(listener, server::router(state), ctx, stop).await?;
    if let Some(worker) = worker {
        worker.await??;
    }
    Ok(())
}
