//! Pages and server functions: who asks is proven first, then the app renders.

use app::auth::Viewer;
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use domain::auth;
use leptos::prelude::{expect_context, provide_context, use_context};
use leptos_axum::ResponseOptions;

use crate::{
    error::Result,
    extract::{ClientAddress, client_address, session_cookie},
    state::AppState,
};

/// Renders a page to its end before it is sent: it is whole without scripts. It is rendered to its end even when the
/// client leaves meanwhile: a reactive system taken down half-way leaves effects behind that panic.
pub async fn page(State(state): State<AppState>, request: Request) -> Result<Response> {
    let request = identified(&state, request).await?;
    let provide = provider(state);
    let handler = leptos_axum::render_app_async_with_context(provide, || {
        app::shell(app::ShellOptions::builder().output_name("frontend").build())
    });
    tokio::spawn(handler(request)).await.map_err(|error| domain::Error::internal(error).into())
}

pub async fn server_function(State(state): State<AppState>, request: Request) -> Result<Response> {
    let request = identified(&state, request).await?;
    Ok(leptos_axum::handle_server_fns_with_context(provider(state), request).await.into_response())
}

/// The request with who asks. A database that cannot tell just now makes nobody a stranger: they are asked to try again.
async fn identified(state: &AppState, request: Request) -> Result<Request<Body>> {
    let (mut parts, body) = request.into_parts();
    let actor = match session_cookie(&parts.headers) {
        None => None,
        Some(cookie) => match auth::authenticate_cookie(&state.ctx, &cookie).await {
            Ok(actor) => Some(actor),
            Err(domain::Error::Unauthenticated(_)) => None,
            Err(error) => return Err(error.into()),
        },
    };
    let address = client_address(&parts, state.trust_proxy);
    parts.extensions.insert(Viewer(actor));
    parts.extensions.insert(std::sync::Arc::new(ClientAddress(address)));
    Ok(Request::from_parts(parts, body))
}

fn provider(state: AppState) -> impl Fn() + Clone + Send + Sync + 'static {
    move || {
        let parts = use_context::<Parts>();
        let viewer = parts.as_ref().and_then(|parts| parts.extensions.get::<Viewer>().cloned()).unwrap_or(Viewer(None));
        let address = parts
            .as_ref()
            .and_then(|parts| parts.extensions.get::<std::sync::Arc<ClientAddress>>().map(|address| address.0.clone()));
        provide_context(state.ctx.clone());
        provide_context(viewer);
        provide_context(app::auth::ClientAddress(address.unwrap_or_default()));
        provide_context(app::Assets {
            css: state.site.path("main.css"),
            js: state.site.path("frontend.js"),
            wasm: state.site.path("frontend.wasm"),
        });
        let response = expect_context::<ResponseOptions>();
        if let Some(nonce) = app::csp_nonce()
            && let Ok(policy) = HeaderValue::from_str(&super::security::page_policy(&nonce))
        {
            response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        }
        response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}
