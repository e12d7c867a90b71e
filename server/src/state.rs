//! What every handler may lean on.

use std::{path::PathBuf, sync::Arc};

use domain::Ctx;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;

use crate::{live::Hub, shared::Shared, web::site::Site};

#[derive(Clone)]
pub struct AppState {
    pub ctx: Ctx,
    pub hub: Hub,
    pub shared: Shared,
    pub site: Arc<Site>,
    pub metrics: PrometheusHandle,
    /// Cancelled when the server is asked to stop; sockets and long polls end with it.
    pub stop: CancellationToken,
    /// Whether the client's address is the one a proxy in front tells in `X-Forwarded-For`.
    pub trust_proxy: bool,
}

impl AppState {
    pub fn new(ctx: Ctx, site: Site, metrics: PrometheusHandle, stop: CancellationToken, trust_proxy: bool) -> Self {
        Self {
            hub: Hub::start(ctx.clone(), stop.clone()),
            shared: Shared::default(),
            ctx,
            site: Arc::new(site),
            metrics,
            stop,
            trust_proxy,
        }
    }
}

impl axum::extract::FromRef<AppState> for Ctx {
    fn from_ref(state: &AppState) -> Self {
        state.ctx.clone()
    }
}

/// Where `cargo xtask web` puts the browser's files, unless told otherwise.
pub fn default_site_root() -> PathBuf {
    PathBuf::from("target/site")
}
