//! Where one can go: the rail beside the page, the bar below it on phones.

use icondata_core::Icon as Data;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::availability::PersonMenu;
use crate::{
    i18n::{K, t},
    ui::{Icon, icons},
};

pub struct Place {
    pub href: &'static str,
    /// Addresses that belong to it.
    prefixes: &'static [&'static str],
    pub title: K,
    pub icon: Data,
}

pub static PLACES: [Place; 6] = [
    Place { href: "/inbox/mine", prefixes: &["/inbox"], title: K::Inbox, icon: icons::INBOX },
    Place { href: "/people", prefixes: &["/people"], title: K::People, icon: icons::USER },
    Place { href: "/teams", prefixes: &["/teams"], title: K::Teams, icon: icons::TEAM },
    Place { href: "/knowledge", prefixes: &["/knowledge"], title: K::Knowledge, icon: icons::BOOK },
    Place { href: "/overview", prefixes: &["/overview", "/analytics"], title: K::Overview, icon: icons::CHART },
    Place { href: "/settings", prefixes: &["/settings"], title: K::Settings, icon: icons::SETTINGS },
];

fn is_here(place: &'static Place) -> impl Fn() -> Option<&'static str> + Copy {
    let path = use_location().pathname;
    move || path.with(|path| place.prefixes.iter().any(|prefix| path.starts_with(prefix))).then_some("page")
}

#[component]
pub fn Rail() -> impl IntoView {
    let link = |place: &'static Place| {
        let here = is_here(place);
        view! { <a class="rail-link" href=place.href aria-label=t(place.title) title=t(place.title) aria-current=here><Icon icon=place.icon class="!size-[17px]"/></a> }
    };
    let (last, first) = PLACES.split_last().unzip();
    view! {
        <nav class="rail" aria-label=t(K::MainMenu)>
            <a href="/inbox/mine" class="logo mb-2" aria-label="HummDesk">"h"</a>
            {first.unwrap_or_default().iter().map(link).collect_view()}
            <span class="mt-auto"></span>
            {last.map(link)}
            <PersonMenu id="person"/>
        </nav>
    }
}

#[component]
pub fn BottomBar() -> impl IntoView {
    let link = |place: &'static Place| {
        let here = is_here(place);
        view! { <a href=place.href aria-current=here><Icon icon=place.icon class="!size-[19px]"/><span>{t(place.title)}</span></a> }
    };
    view! {
        <nav class="bottom-nav" aria-label=t(K::MainMenu)>
            {PLACES.iter().filter(|place| place.href != "/teams" && place.href != "/people").map(link).collect_view()}
            <PersonMenu id="person-below"/>
        </nav>
    }
}
