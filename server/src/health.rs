//! `/health`, `/ready` and `/metrics`: how the product is, for people, balancers and monitors.

use std::time::{Duration, Instant};

use axum::{
    Json, Router,
    extract::{MatchedPath, Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::get,
};
use domain::jobs;
use serde_json::{Value, json};

use crate::state::AppState;

const TIMEOUT: Duration = Duration::from_secs(2);

pub fn router() -> Router<AppState> {
    Router::new().route("/health", get(health)).route("/ready", get(ready)).route("/metrics", get(metrics_text))
}

/// Liveness plus each dependency. A process that answers is alive: 503 only when the database is not there.
/// An AI provider that is down never makes the product unhealthy.
async fn health(State(state): State<AppState>) -> Response {
    let started = Instant::now();
    let database = tokio::time::timeout(TIMEOUT, state.ctx.db.ping()).await;
    let database_up = matches!(database, Ok(Ok(())));
    let entry = |up: bool, latency: Duration| json!({ "status": if up { "up" } else { "down" }, "latency_ms": (latency.as_secs_f64() * 1e5).round() / 100.0 });
    let dependencies: Value = json!({
        "database": entry(database_up, started.elapsed()),
        "ai": entry(true, Duration::ZERO),
    });
    let status = if database_up { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let word = if database_up { "healthy" } else { "unhealthy" };
    (status, Json(json!({ "status": word, "version": env!("CARGO_PKG_VERSION"), "dependencies": dependencies })))
        .into_response()
}

/// Whether requests may be sent here now.
async fn ready(State(state): State<AppState>) -> Response {
    let up =
        !state.stop.is_cancelled() && matches!(tokio::time::timeout(TIMEOUT, state.ctx.db.ping()).await, Ok(Ok(())));
    let status = if up { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "ready": up }))).into_response()
}

/// Prometheus text, with the gauges that are read at the moment of asking.
async fn metrics_text(State(state): State<AppState>) -> Response {
    let (open, idle) = state.ctx.db.pool_figures();
    metrics::gauge!("db_pool_connections_open").set(f64::from(open));
    metrics::gauge!("db_pool_connections_idle").set(idle as f64);
    if let Ok(queues) = jobs::figures(&state.ctx).await {
        for queue in queues {
            let name = queue.queue.as_str();
            metrics::gauge!("jobs_ready", "queue" => name).set(queue.ready as f64);
            metrics::gauge!("jobs_delayed", "queue" => name).set(queue.delayed as f64);
            metrics::gauge!("jobs_running", "queue" => name).set(queue.running as f64);
            metrics::gauge!("jobs_parked", "queue" => name).set(queue.parked as f64);
            metrics::gauge!("jobs_oldest_seconds", "queue" => name).set(queue.oldest_seconds.unwrap_or(0.0));
        }
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], state.metrics.render()).into_response()
}

/// Counts and times every request by its route, so that ids do not become labels.
pub async fn measure(request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let method = request.method().as_str().to_owned();
    let started = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    metrics::counter!("http_requests_total", "method" => method.clone(), "path" => path.clone(), "status" => status)
        .increment(1);
    metrics::histogram!("http_request_duration_seconds", "method" => method, "path" => path)
        .record(started.elapsed().as_secs_f64());
    response
}

/// Installs the recorder with buckets for web requests and for AI work.
///
/// # Errors
/// When another recorder stands already.
pub fn recorder() -> anyhow::Result<metrics_exporter_prometheus::PrometheusHandle> {
    const SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
    let handle = metrics_exporter_prometheus::PrometheusBuilder::new().set_buckets(SECONDS)?.install_recorder()?;
    // Known from the start, so that a dashboard shows zero and not nothing.
    metrics::gauge!("websocket_connections_active").set(0.0);
    for work in ["ai_classification_duration_seconds", "ai_draft_duration_seconds"] {
        drop(metrics::histogram!(work));
    }
    metrics::describe_histogram!("http_request_duration_seconds", metrics::Unit::Seconds, "Time to answer a request.");
    metrics::describe_histogram!(
        "ai_classification_duration_seconds",
        metrics::Unit::Seconds,
        "Time to classify a message."
    );
    metrics::describe_histogram!("ai_draft_duration_seconds", metrics::Unit::Seconds, "Time to draft an answer.");
    Ok(handle)
}
