//! The HTML document around the app: what loads, in which order, and how the page is lit before its first paint.

use leptos::{hydration::AutoReload, prelude::*};
use leptos_meta::MetaTags;

use crate::{
    i18n::I18n,
    routes::App,
    session::{self, Theme},
};

pub use leptos::config::LeptosOptions as ShellOptions;

/// Hashed addresses of what a page loads; provided by the server as context.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    pub css: String,
    pub js: String,
    pub wasm: String,
}

/// A nonce for inline scripts, where the server makes one itself.
#[derive(Clone, Debug)]
pub struct CspNonce(pub String);

/// The nonce this document's inline scripts carry, for the policy's header. The one leptos makes for each request goes
/// first, because its own scripts carry it too.
#[cfg(feature = "ssr")]
pub fn csp_nonce() -> Option<String> {
    leptos::nonce::use_nonce().map(|nonce| nonce.to_string()).or_else(|| use_context::<CspNonce>().map(|nonce| nonce.0))
}

#[cfg(not(feature = "ssr"))]
fn csp_nonce() -> Option<String> {
    None
}

/// Lights the page before its first paint, and keeps following the system where that was asked for.
const THEME_SCRIPT: &str = "(()=>{const h=document.documentElement,m=matchMedia('(prefers-color-scheme: dark)'),\
    f=()=>h.classList.toggle('dark',h.dataset.theme==='dark'||h.dataset.theme==='auto'&&m.matches);m.addEventListener('change',f);f()})()";

pub fn shell(options: ShellOptions) -> impl IntoView {
    let assets = use_context::<Assets>().unwrap_or_default();
    let nonce = csp_nonce();
    let session = session::current();
    let written = serde_json::to_string(&session).unwrap_or_default();
    let start = format!(
        "import init,{{hydrate}} from {js};init({{module_or_path:{wasm}}}).then(()=>{{hydrate();document.documentElement.dataset.hydrated=\"\"}})",
        js = quoted(&assets.js),
        wasm = quoted(&assets.wasm),
    );
    let dark = session.theme == Theme::Dark;
    provide_context(I18n(session.locale));
    view! {
        <!DOCTYPE html>
        <html lang=session.locale.as_str() class=if dark { "dark" } else { "" } data-theme=session.theme.as_str() data-session=written>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content"/>
                <meta name="color-scheme" content="light dark"/>
                <script nonce=nonce.clone()>{THEME_SCRIPT}</script>
                <link rel="stylesheet" href=assets.css/>
                <link rel="modulepreload" href=assets.js/>
                <link rel="preload" href=assets.wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
                <link rel="icon" href="/favicon.svg" r#type="image/svg+xml"/>
                <MetaTags/>
                // Nothing, unless `scripts/dev` watches.
                <AutoReload options/>
                <script type="module" nonce=nonce>{start}</script>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// A JSON string that cannot end the script it stands in.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default().replace('<', "\\u003c")
}
