//! The web door: pages rendered by the server, their server functions, the browser's files, the demo page.

mod demo;
mod pages;
pub mod security;
pub mod site;

use axum::{
    Router,
    http::{HeaderValue, header},
    routing::{any, get},
};
use tower::ServiceBuilder;
use tower_http::{services::ServeDir, set_header::SetResponseHeaderLayer};

use crate::state::AppState;

pub fn router(state: &AppState) -> Router<AppState> {
    // Rendering spawns on this; a second router in the same process finds it there already.
    let _ = any_spawner::Executor::init_tokio();
    let files = |sub: &str| {
        ServeDir::new(state.site.root().join(sub))
            .precompressed_br()
            .precompressed_gzip()
            .append_index_html_on_directories(false)
    };
    // Hashed names never change their content.
    let forever = SetResponseHeaderLayer::overriding(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    let shortly =
        SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    // The widget's files load from customers' sites.
    let anywhere =
        SetResponseHeaderLayer::overriding(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let shared = SetResponseHeaderLayer::overriding(
        "cross-origin-resource-policy".parse().unwrap_or(header::VARY),
        HeaderValue::from_static("cross-origin"),
    );
    let public = ServiceBuilder::new().layer(shortly).layer(anywhere.clone()).layer(shared.clone()).service(files(""));
    let mut router = Router::new()
        .nest_service("/pkg", ServiceBuilder::new().layer(forever).layer(anywhere).layer(shared).service(files("pkg")))
        .route("/api/ui/{*function}", any(pages::server_function))
        .route("/demo", get(demo::page))
        .fallback(get(pages::page));
    // What `scripts/dev` builds anew under the same name must never come out of a cache.
    let afresh = SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    let live = ServiceBuilder::new().layer(afresh).service(files(""));
    for file in state.site.public_files() {
        let path = format!("/{file}");
        router = if file.starts_with("live/") {
            router.route_service(&path, live.clone())
        } else {
            router.route_service(&path, public.clone())
        };
    }
    router
}
