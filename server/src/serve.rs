//! Serving: listens, runs the sequencer (and the worker, all in one), and stops gracefully.

use std::{net::SocketAddr, time::Duration};

use anyhow::Context as _;
use axum::Router;
use domain::{Ctx, events::sequencer};
use tokio::{net::TcpListener, signal};
use tokio_util::sync::CancellationToken;

/// Requests in flight get this long after the server was asked to stop.
const GRACE: Duration = Duration::from_secs(20);

/// Cancelled by SIGINT or SIGTERM.
pub fn stop_on_signal() -> CancellationToken {
    let stop = CancellationToken::new();
    let token = stop.clone();
    tokio::spawn(async move {
        let mut terminate = match signal::unix::signal(signal::unix::SignalKind::terminate()) {
            Ok(signal) => signal,
            Err(error) => {
                tracing::error!(%error, "cannot listen for SIGTERM");
                return;
            }
        };
        tokio::select! {
            _ = signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("server.stop asked for");
        token.cancel();
    });
    stop
}

/// # Errors
/// When the address is taken.
pub async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; is another server running? Choose another with --port"))
}

/// Serves until cancelled, then lets requests in flight finish.
pub async fn run(listener: TcpListener, router: Router, ctx: Ctx, stop: CancellationToken) -> anyhow::Result<()> {
    let sequencer = tokio::spawn(sequencer::run(ctx.db.clone(), stop.clone()));
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let asked = stop.clone();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move { asked.cancelled().await });
    tokio::select! {
        ended = async { server.await } => ended?,
        () = async { stop.cancelled().await; tokio::time::sleep(GRACE).await } => tracing::warn!("server.stop: some requests did not finish in time"),
    }
    sequencer.await?;
    Ok(())
}
