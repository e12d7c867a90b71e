//! The frame around every page of a signed-in person: rail, bottom bar on phones, palette, connection news.

mod availability;
mod connection;
mod nav;
mod settings;

use leptos::prelude::*;
use leptos_router::{NavigateOptions, components::Outlet, hooks::use_navigate};

pub use availability::{PresenceDot, PresenceMark};
pub use settings::{AdminsOnly, SettingsLayout};

use crate::{
    commands::{Command, Palette, Shortcuts, use_commands},
    directory::provide_directory,
    i18n::{K, use_i18n},
    live::use_live,
    session::use_session,
};

/// Whoever is not signed in is sent to the sign-in page, and comes back here after it.
#[component]
pub fn Layout() -> impl IntoView {
    if use_session().person.is_none() {
        #[cfg(feature = "ssr")]
        {
            let path = use_context::<http::request::Parts>()
                .and_then(|parts| parts.uri.path_and_query().map(ToString::to_string))
                .unwrap_or_default();
            leptos_axum::redirect(&format!("/login?next={}", crate::url::encode(&path)));
        }
        return ().into_any();
    }
    use_live().start();
    provide_directory();
    connection::announce();
    offer_places();
    use_commands().listen();
    view! {
        <div class="shell">
            <nav::Rail/>
            <main class="min-h-0 min-w-0" id="main"><Outlet/></main>
            <nav::BottomBar/>
        </div>
        <Palette/>
        <Shortcuts/>
    }
    .into_any()
}

/// The pages, as commands.
fn offer_places() {
    let i18n = use_i18n();
    let navigate = use_navigate();
    let places = nav::PLACES.iter().map(|place| {
        let navigate = navigate.clone();
        let href = place.href;
        Command::new(i18n.t(place.title), "", place.icon, move || navigate(href, NavigateOptions::default()))
    });
    let figures = use_session().supervises().then(|| {
        let navigate = navigate.clone();
        let go = move || navigate("/analytics/ai", NavigateOptions::default());
        Command::new(i18n.t(K::AiFigures), "", crate::ui::icons::CHART, go)
    });
    use_commands().offer(places.chain(figures).collect());
}
