//! [`TestApp`]: server, sequencer and, on request, worker over one fresh database, as the runtime role.

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use domain::{
    Ctx, Db,
    ai::{Ai, AiOptions, Remote},
    ai_settings::models::Models,
    auth::{Identities, secrets::Secrets, vault::Vault},
    clock::SystemEntropy,
    ctx::{Parts, Settings},
    db::wake::Topic,
    drafts::Writings,
    jobs,
    messages::Together,
};
use metrics_exporter_prometheus::PrometheusHandle;
use object_store::memory::InMemory;
use server::{AppState, web::site::Site};
use sqlx::postgres::PgConnectOptions;
use tokio_util::sync::CancellationToken;
use worker::WorkerOptions;

use crate::TestClock;

/// How long a test waits for something that must happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
const SECRET: &[u8] = &[42; 32];
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The database's other roles are made by the test run; see `cargo xtask with-postgres`.
fn as_runtime(options: &PgConnectOptions) -> PgConnectOptions {
    let password = std::env::var("HUMMDESK_TEST_RUNTIME_PASSWORD").unwrap_or_else(|_| "runtime".to_owned());
    options.clone().username("hummdesk_runtime").password(&password)
}

/// The model is loaded and the heads are trained once a test binary; the heads are kept between runs.
fn ai() -> Ai {
    static AI: OnceLock<Ai> = OnceLock::new();
    AI.get_or_init(|| {
        let cache = domain::db::embedded::cache_dir().map(|dir| dir.join("test-ai"));
        let cache_dir = cache.ok().filter(|dir| std::fs::create_dir_all(dir).is_ok());
        Ai::load(AiOptions { model_dir: domain::ai::find_model().expect("run scripts/setup"), cache_dir })
            .expect("the model loads")
    })
    .clone()
}

/// One recorder a process, so figures are of all its tests together.
fn metrics() -> PrometheusHandle {
    static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();
    METRICS.get_or_init(|| server::health::recorder().expect("the first recorder")).clone()
}

pub struct TestApp {
    pub ctx: Ctx,
    pub clock: Arc<TestClock>,
    pub address: SocketAddr,
    /// What `address` serves, for requests that need no network.
    pub router: axum::Router,
    /// Connects as the schema's owner, to look behind the curtain.
    pub owner: PgConnectOptions,
    pub runtime: PgConnectOptions,
    stop: CancellationToken,
}

impl TestApp {
    /// What the vault encrypts with.
    pub const ENCRYPTION_KEY: &str = "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1";

    /// Over the database that `#[sqlx::test]` made.
    pub async fn start(options: PgConnectOptions) -> Self {
        Self::start_with(options, 10).await
    }

    pub async fn start_with(options: PgConnectOptions, max_connections: u32) -> Self {
        let runtime = as_runtime(&options);
        Self::start_over(options, runtime, max_connections).await
    }

    /// Over any database that is prepared: as its owner (or an administrator) and as the runtime role.
    pub async fn start_over(owner: PgConnectOptions, runtime: PgConnectOptions, max_connections: u32) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let db = Db::connect(runtime.clone(), max_connections).await.expect("the runtime role connects");
        let clock = Arc::new(TestClock::default());
        let ctx = Ctx::new(Parts {
            db,
            ai: tokio::task::spawn_blocking(ai).await.expect("the model loads"),
            clock: clock.clone(),
            entropy: Arc::new(SystemEntropy),
            secrets: Secrets::new(SECRET.to_vec()).expect("long enough"),
            vault: Vault::new(Some(Self::ENCRYPTION_KEY), "").expect("a key"),
            models: Models::new(None, false),
            identities: Identities::default(),
            together: Together::default(),
            writings: Writings::default(),
            store: Arc::new(InMemory::new()),
            settings: Settings::default(),
        });
        let stop = CancellationToken::new();
        let listener = server::serve::listen(([127, 0, 0, 1], 0).into()).await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let site = std::env::var("HUMMDESK_SITE_ROOT")
            .ok()
            .and_then(|root| Site::open(root.as_ref()).ok())
            .unwrap_or_else(Site::empty);
        let state = AppState::new(ctx.clone(), site, metrics(), stop.clone(), false);
        let router = server::router(state);
        tokio::spawn(server::serve::run(listener, router.clone(), ctx.clone(), stop.clone()));
        Self { ctx, clock, address, router, owner, runtime, stop }
    }

    /// A context in which this remote model decides first where an account chose none.
    pub fn with_remote(&self, remote: Remote) -> Ctx {
        self.with_models(Models::new(Some(remote), false), self.ctx.vault.clone())
    }

    /// A context of another process: with its own models and its own encryption keys.
    pub fn with_models(&self, models: Models, vault: Vault) -> Ctx {
        Ctx::new(Parts {
            db: self.ctx.db.clone(),
            ai: self.ctx.ai.clone(),
            clock: self.ctx.clock.clone(),
            entropy: self.ctx.entropy.clone(),
            secrets: Secrets::new(SECRET.to_vec()).expect("long enough"),
            vault,
            models,
            identities: self.ctx.identities.clone(),
            together: Together::default(),
            writings: Writings::default(),
            store: self.ctx.store.clone(),
            settings: self.ctx.settings.clone(),
        })
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Runs a worker until nothing is left to do, now or later.
    ///
    /// # Panics
    /// When a job is parked, or the queue does not empty in time.
    pub async fn work(&self) {
        self.work_as(self.ctx.clone()).await;
    }

    /// As [`work`](Self::work), by a worker with a context of its own.
    pub async fn work_as(&self, ctx: Ctx) {
        let stop = CancellationToken::new();
        let worker = tokio::spawn(worker::run(ctx, WorkerOptions::default(), stop.clone()));
        self.wait_for_empty_queue().await;
        stop.cancel();
        worker.await.expect("the worker does not panic").expect("the worker ends well");
    }

    /// Waits until every job is done.
    pub async fn wait_for_empty_queue(&self) {
        let deadline = Instant::now() + PATIENCE;
        let wake = self.ctx.db.wake();
        let (mut told, mut promised) = (wake.subscribe(Topic::Events), wake.subscribe(Topic::Jobs));
        loop {
            let figures = jobs::figures(&self.ctx).await.expect("figures");
            assert!(figures.iter().all(|queue| queue.parked == 0), "a job was parked: {figures:?}");
            if figures.iter().all(|queue| queue.ready + queue.delayed + queue.running == 0) {
                return;
            }
            assert!(Instant::now() < deadline, "the queue does not empty: {figures:?}");
            // What a job does is announced; only an effect without news, or one of another process, is looked for.
            tokio::select! {
                _ = told.changed() => {}
                _ = promised.changed() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
