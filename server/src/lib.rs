//! The HTTP door: REST, server functions, pages and sockets. Handlers extract, call the domain, convert.

pub mod api;
pub mod error;
pub mod extract;
pub mod health;
pub mod live;
pub mod once;
pub mod serve;
pub mod shared;
pub mod state;
pub mod web;

use axum::{Router, middleware, routing::get};
use tower::ServiceBuilder;
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer, trace::TraceLayer};

pub use state::AppState;

/// Everything the server answers.
pub fn router(state: AppState) -> Router {
    let layers = ServiceBuilder::new()
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(middleware::from_fn(error::render))
        .layer(middleware::from_fn(health::measure))
        .layer(CatchPanicLayer::custom(error::on_panic))
        .layer(middleware::from_fn(web::security::guard));
    Router::new()
        .merge(api::router())
        .merge(health::router())
        .route("/ws", get(live::socket::upgrade))
        .merge(web::router(&state).layer(CompressionLayer::new()))
        .layer(layers)
        .with_state(state)
}

/// Paths may hold ids, never customers' words; query strings may hold words and stay out.
fn span(request: &axum::extract::Request) -> tracing::Span {
    tracing::info_span!("server.request", method = %request.method(), path = request.uri().path())
}
