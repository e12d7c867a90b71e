//! The frame of the settings pages: their list beside them.

use leptos::prelude::*;
use leptos_router::{components::Outlet, hooks::use_location};

use crate::{
    i18n::{K, t},
    session::use_session,
    ui::{Icon, icons},
};

#[component]
pub fn SettingsLayout() -> impl IntoView {
    let path = use_location().pathname;
    let link = move |href: &'static str, title: K, icon: icondata_core::Icon, class: &'static str| {
        let here = move || path.with(|path| path.trim_end_matches('/') == href).then_some("page");
        view! { <a class=format!("view-link {class}") href=href aria-current=here><Icon icon=icon class="text-ink-3"/>{t(title)}</a> }
    };
    let administers = use_session().administers();
    view! {
        <div class="grid h-full min-h-0 max-md:grid-rows-[auto_minmax(0,1fr)] md:grid-cols-[204px_minmax(0,1fr)]">
            <nav class="views max-md:!flex-row max-md:!overflow-x-auto max-md:border-r-0 max-md:border-b max-md:!py-2" aria-label=t(K::Settings)>
                <h2 class="max-md:hidden !pt-1">{t(K::Settings)}</h2>
                {link("/settings", K::General, icons::SETTINGS, "")}
                // A phone's bar has no room for these two.
                {link("/people", K::People, icons::USER, "sm:!hidden")}
                {link("/teams", K::Teams, icons::TEAM, "sm:!hidden")}
                {link("/settings/inboxes", K::Inboxes, icons::INBOX, "")}
                {link("/settings/labels", K::Labels, icons::LABEL, "")}
                {administers.then(|| link("/settings/ai", K::Assistant, icons::BOT, ""))}
                {administers.then(|| link("/settings/audit", K::AuditLog, icons::HISTORY, ""))}
            </nav>
            <div class="page"><div class="page-inner"><Outlet/></div></div>
        </div>
    }
}
