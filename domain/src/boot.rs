//! Boot: from an installation's environment to a [`Ctx`]. Server, worker and command-line tools start alike.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use object_store::local::LocalFileSystem;

use crate::{
    Ctx, Db,
    ai::{Ai, AiOptions},
    ai_settings::models::Models,
    auth::{Identities, secrets::Secrets, vault::Vault},
    clock::{Entropy as _, SystemClock, SystemEntropy},
    ctx::{Parts, Settings},
    db::{
        bootstrap,
        embedded::{Embedded, EmbeddedOptions, Running, find_binaries},
        graph,
    },
    drafts::Writings,
    messages::Together,
};

pub struct BootOptions {
    /// Holds the embedded database, uploads, the generated secrets and the classifier's cache.
    pub data_dir: PathBuf,
    /// An external PostgreSQL; the embedded one otherwise.
    pub database_url: Option<String>,
    /// At least 32 characters; generated into the data directory when absent, except in production.
    pub secret: Option<String>,
    pub max_connections: u32,
    pub settings: Settings,
}

impl BootOptions {
    /// Joins whoever owns the embedded database now, when somebody does: only one process may own it.
    #[must_use]
    pub fn beside_owner(mut self) -> Self {
        if self.database_url.is_none() {
            self.database_url = Running::find(&self.data_dir).map(|running| running.admin_url("postgres"));
        }
        self
    }
}

/// A running installation. Dropping it does not stop the embedded database: call [`shut_down`](Self::shut_down).
pub struct Booted {
    pub ctx: Ctx,
    embedded: Option<Embedded>,
}

impl Booted {
    /// Readies the database for measurements after passages were copied: with `graph`, every passage joins a graph that is built
    /// anew ([`graph::rebuild`]); and what would be done later in the background is done.
    ///
    /// # Errors
    /// Where a graph is wanted and the database is not the embedded one, which an external one's owner vacuums.
    pub async fn settle(&self, graph: bool) -> anyhow::Result<()> {
        let Some(embedded) = &self.embedded else {
            anyhow::ensure!(!graph, "only the embedded database is measured so; unset DATABASE_URL");
            return Ok(());
        };
        let admin = embedded.admin_url("postgres");
        if graph {
            graph::rebuild(&admin).await?;
        }
        graph::settle(&admin).await
    }

    /// Closes the pool and stops the embedded database.
    pub async fn shut_down(self) -> anyhow::Result<()> {
        self.ctx.db.close().await;
        match self.embedded {
            Some(embedded) => embedded.stop().await,
            None => Ok(()),
        }
    }
}

/// Starts (or finds) the database, brings its schema up to date, loads the AI and connects as the runtime role.
///
/// # Errors
/// One line that names what is missing or wrong.
pub async fn boot(options: BootOptions) -> anyhow::Result<Booted> {
    std::fs::create_dir_all(&options.data_dir)
        .with_context(|| format!("cannot create {}", options.data_dir.display()))?;
    let data_dir = options.data_dir.canonicalize()?;
    let production = options.settings.production;
    let secrets = secrets(options.secret, &data_dir, production)?;
    let variable = |name: &str| std::env::var(name).ok();
    let vault = Vault::find(variable, &data_dir, production, &SystemEntropy)?;
    let models = Models::new(Models::default_from_env()?, production && !allow_private(variable)?);
    // Loading the model takes a moment and needs nothing of the database.
    let ai_cache = data_dir.join("ai");
    let ai = tokio::task::spawn_blocking(move || -> anyhow::Result<Ai> { load_ai(ai_cache) });
    let (url, embedded) = if let Some(url) = options.database_url {
        (url, None)
    } else {
        let embedded =
            Embedded::start(EmbeddedOptions { data_dir: data_dir.clone(), binaries: find_binaries()?, durable: true })
                .await?;
        (embedded.admin_url("postgres"), Some(embedded))
    };
    let connected = async {
        let runtime = bootstrap::prepare(&url, &secrets).await?;
        anyhow::Ok(Db::connect(runtime, options.max_connections).await?)
    };
    let (db, ai) = match (connected.await, ai.await?) {
        (Ok(db), Ok(ai)) => (db, ai),
        (Err(error), _) | (_, Err(error)) => {
            if let Some(embedded) = embedded {
                embedded.stop().await.ok();
            }
            return Err(error);
        }
    };
    let uploads = data_dir.join("uploads");
    std::fs::create_dir_all(&uploads)?;
    let ctx = Ctx::new(Parts {
        db,
        ai,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        secrets,
        vault,
        models,
        identities: Identities::default(),
        together: Together::default(),
        writings: Writings::default(),
        store: Arc::new(LocalFileSystem::new_with_prefix(uploads)?),
        settings: options.settings,
    });
    Ok(Booted { ctx, embedded })
}

fn load_ai(cache: PathBuf) -> anyhow::Result<Ai> {
    std::fs::create_dir_all(&cache)?;
    Ai::load(AiOptions { model_dir: crate::ai::find_model()?, cache_dir: Some(cache) })
}

/// Whether accounts may name endpoints within the operator's network, in production.
fn allow_private(lookup: impl Fn(&str) -> Option<String>) -> anyhow::Result<bool> {
    match lookup("HUMMDESK_AI_ALLOW_PRIVATE").as_deref().map(str::trim) {
        None | Some("" | "off" | "false" | "0") => Ok(false),
        Some("on" | "true" | "1") => Ok(true),
        Some(_) => anyhow::bail!("HUMMDESK_AI_ALLOW_PRIVATE: expected on or off"),
    }
}

pub(crate) fn secrets(given: Option<String>, data_dir: &Path, production: bool) -> anyhow::Result<Secrets> {
    if let Some(secret) = given {
        return Secrets::new(secret).context("HUMMDESK_SECRET");
    }
    let file = data_dir.join("secret");
    if let Ok(secret) = std::fs::read_to_string(&file) {
        return Secrets::new(secret.trim()).with_context(|| file.display().to_string());
    }
    anyhow::ensure!(!production, "HUMMDESK_SECRET must be set in production: at least 32 random characters");
    let secret = hex::encode(SystemEntropy.bytes());
    write_private(&file, &secret).with_context(|| format!("cannot write {}", file.display()))?;
    Secrets::new(secret)
}

#[cfg(unix)]
pub(crate) fn write_private(file: &Path, text: &str) -> std::io::Result<()> {
    use std::{io::Write as _, os::unix::fs::OpenOptionsExt as _};
    std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?.write_all(text.as_bytes())
}
