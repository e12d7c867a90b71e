//! The HTTP API: routes grouped by noun, described by one OpenAPI document.

mod agents;
mod ai;
mod ai_settings;
mod analytics;
mod attachments;
mod audit;
mod auth;
mod categories;
mod classifications;
mod contacts;
mod conversations;
mod decisions;
mod demo;
mod drafts;
mod egress;
mod events;
mod inboxes;
mod knowledge;
mod labels;
mod messages;
mod rehearsals;
mod teams;
mod widget;

use axum::{Json, Router, extract::DefaultBodyLimit, routing::get};
use tower_http::cors::{Any, CorsLayer};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};
use utoipa_axum::router::OpenApiRouter;

use crate::{error::Failure, state::AppState};

/// Bytes of a JSON body. Uploads have a limit of their own.
const MAX_BODY: usize = 1024 * 1024;

#[derive(OpenApi)]
#[openapi(
    info(title = "HummDesk", description = "The API of an AI-native help desk.", license(name = "Apache-2.0")),
    components(schemas(types::error::ErrorBody, types::ApiError)),
    modifiers(&Security),
    security(("bearer" = []))
)]
struct Document;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        document.components.get_or_insert_default().add_security_scheme("bearer", scheme);
    }
}

fn described() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(auth::routes())
        .merge(conversations::routes())
        .merge(messages::routes())
        .merge(classifications::routes())
        .merge(drafts::routes())
        .merge(ai::routes())
        .merge(ai_settings::routes())
        .merge(egress::routes())
        .merge(decisions::routes())
        .merge(rehearsals::routes())
        .merge(knowledge::routes())
        .merge(teams::routes())
        .merge(agents::routes())
        .merge(inboxes::routes())
        .merge(contacts::routes())
        .merge(labels::routes())
        .merge(categories::routes())
        .merge(analytics::routes())
        .merge(audit::routes())
        .merge(events::routes())
        .merge(demo::routes())
        .merge(attachments::routes())
        .merge(widget::routes())
}

/// The document that `/api/openapi.json` serves and `hummdesk-server openapi` prints.
pub fn document() -> utoipa::openapi::OpenApi {
    described().split_for_parts().1
}

pub fn router() -> Router<AppState> {
    let (routes, document) = described().split_for_parts();
    let docs = utoipa_swagger_ui::SwaggerUi::new("/docs").config(utoipa_swagger_ui::Config::from("/api/openapi.json"));
    routes
        .route("/api/openapi.json", get(|| async move { Json(document) }))
        .route("/api/{*rest}", axum::routing::any(|| async { Failure::not_found() }))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .merge(docs)
}

/// The widget lives on customers' sites: any origin may call it, none may send our cookies.
fn widget_cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods(Any)
        .allow_headers(Any)
        .max_age(std::time::Duration::from_hours(24))
}
