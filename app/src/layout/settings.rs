//! The frame of the settings pages: their list beside them.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{components::Outlet, hooks::use_location};

use crate::{
    i18n::{K, t},
    session::use_session,
    ui::{Empty, Icon, icons},
};

/// For whoever came to an admins' page by an address.
#[component]
pub fn AdminsOnly(title: K) -> impl IntoView {
    view! {
        <Title text=t(title)/>
        <Empty icon=icons::LOCK title=t(title) heading=true hint=t(K::AdminsOnly)/>
    }
}

/// Pages below a list belong to it; every page is below the first one.
fn is_here(path: &str, href: &str) -> bool {
    let below = path.strip_prefix(href).and_then(|rest| rest.strip_prefix('/'));
    path == href || below.is_some_and(|rest| rest.is_empty() || href != "/settings")
}

#[component]
pub fn SettingsLayout() -> impl IntoView {
    let path = use_location().pathname;
    let link = move |href: &'static str, title: K, icon: icondata_core::Icon, class: &'static str| {
        let here = move || path.with(|path| is_here(path, href)).then_some("page");
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
                {administers.then(|| link(crate::rehearsals::PATH, K::Rehearsal, icons::FLASK, ""))}
                {administers.then(|| link("/settings/categories", K::Categories, icons::CATEGORIES, ""))}
                {administers.then(|| link("/settings/audit", K::AuditLog, icons::HISTORY, ""))}
            </nav>
            <div class="page"><div class="page-inner"><Outlet/></div></div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::is_here;

    #[test]
    fn a_page_below_a_list_belongs_to_it() {
        assert!(is_here("/settings", "/settings") && is_here("/settings/", "/settings"));
        assert!(is_here("/settings/categories/7", "/settings/categories"));
        assert!(!is_here("/settings/categories", "/settings") && !is_here("/settings/categories", "/settings/ai"));
    }
}
