//! The person's own menu: availability, light, language, sign-out. Presence is a shape as well as a colour.

use leptos::prelude::*;
use types::{Language, UserId, agents::Availability};

use crate::{
    agents::api::set_availability,
    browser,
    directory::use_directory,
    i18n::{K, use_i18n},
    live::use_live,
    session::{Theme, use_session},
    ui::{Avatar, Icon, Menu, MenuButton, icons, use_toasts},
};

/// Online is full, busy is half, offline is hollow.
#[component]
pub fn PresenceMark(availability: Availability) -> impl IntoView {
    let (class, full) = match availability {
        Availability::Online => ("text-green", true),
        Availability::Busy => ("text-orange", false),
        Availability::Offline => ("text-ink-3", false),
    };
    let half = availability == Availability::Busy;
    view! {
        <svg viewBox="0 0 10 10" class=format!("size-2.5 flex-none {class}") aria-hidden="true">
            <circle cx="5" cy="5" r="3.6" fill=if full { "currentColor" } else { "none" } stroke="currentColor" stroke-width="1.8"></circle>
            {half.then(|| view! { <path d="M5 1.4a3.6 3.6 0 0 1 0 7.2z" fill="currentColor"></path> })}
        </svg>
    }
}

/// An agent's presence, on the corner of their picture.
#[component]
pub fn PresenceDot(agent: UserId) -> impl IntoView {
    let directory = use_directory();
    view! {
        <Suspense>
            {move || directory.availability(agent).map(|availability| view! { <span class="presence"><PresenceMark availability=availability/></span> })}
        </Suspense>
    }
}

#[component]
pub fn PersonMenu(id: &'static str) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let Some(person) = session.person.clone() else { return ().into_any() };
    let name = person.name.clone();
    view! {
        <MenuButton menu=id label=i18n.t(K::YourMenu) class="mt-1.5 rounded-full max-sm:!min-w-[56px]" named=true>
            <Avatar name=person.name size=28><PresenceDot agent=person.id/></Avatar>
        </MenuButton>
        <Menu id=id label=i18n.t(K::YourMenu) class="menu-side">
            <p class="px-2 pt-1 pb-0.5 font-semibold">{name}</p>
            <p class="px-2 pb-1 text-xs text-ink-3">{i18n.role(person.role)}</p>
            <div class="menu-line"></div>
            {session.works().then(|| view! { <AvailabilityItems agent=person.id/> <div class="menu-line"></div> })}
            <ThemeItems/>
            <div class="menu-line"></div>
            <LanguageItems/>
            <div class="menu-line"></div>
            <form method="post" action="/api/ui/auth/logout">
                <button type="submit" class="menu-item"><Icon icon=icons::LOG_OUT class="text-ink-3"/>{i18n.t(K::SignOut)}</button>
            </form>
        </Menu>
    }
    .into_any()
}

#[component]
fn AvailabilityItems(agent: UserId) -> impl IntoView {
    let i18n = use_i18n();
    let directory = use_directory();
    let live = use_live();
    let toasts = use_toasts();
    let choose = move |availability: Availability| {
        let before = untrack(|| directory.availability(agent));
        directory.heard(agent, availability);
        browser::close_menus();
        live.send(&types::realtime::ClientFrame::Presence { status: availability });
        leptos::task::spawn_local(async move {
            if let Err(error) = set_availability(availability).await {
                if let Some(before) = before {
                    directory.heard(agent, before);
                }
                toasts.failed(error.text(i18n));
            }
        });
    };
    let item = move |availability: Availability| {
        view! {
            <button type="button" class="menu-item" on:click=move |_| choose(availability)>
                <span class="grid w-4 place-items-center"><PresenceMark availability=availability/></span>
                {i18n.availability(availability)}
                <Suspense>{move || (directory.availability(agent) == Some(availability)).then(|| view! { <span class="menu-hint"><Icon icon=icons::CHECK/></span> })}</Suspense>
            </button>
        }
    };
    view! { {Availability::ALL.iter().copied().map(item).collect_view()} }
}

#[component]
fn ThemeItems() -> impl IntoView {
    let i18n = use_i18n();
    let chosen = RwSignal::new(use_session().theme);
    let item = move |theme: Theme| {
        let (icon, title) = match theme {
            Theme::Auto => (icons::SYSTEM, K::ThemeAuto),
            Theme::Light => (icons::SUN, K::ThemeLight),
            Theme::Dark => (icons::MOON, K::ThemeDark),
        };
        view! {
            <button type="button" class="icon-btn flex-1" title=i18n.t(title) aria-label=i18n.t(title) aria-pressed=move || (chosen.get() == theme).to_string()
                on:click=move |_| { chosen.set(theme); browser::set_cookie("theme", theme.as_str()); browser::apply_theme(theme.as_str()); }>
                <Icon icon=icon/>
            </button>
        }
    };
    view! { <div class="flex gap-1 p-0.5">{Theme::ALL.into_iter().map(item).collect_view()}</div> }
}

#[component]
fn LanguageItems() -> impl IntoView {
    let i18n = use_i18n();
    let item = move |language: Language| {
        view! {
            <button type="button" class="menu-item" lang=language.as_str() on:click=move |_| { browser::set_cookie("locale", language.as_str()); browser::reload(); }>
                <Icon icon=icons::GLOBE class="text-ink-3"/>
                {language.endonym()}
                {(i18n.0 == language).then(|| view! { <span class="menu-hint"><Icon icon=icons::CHECK/></span> })}
            </button>
        }
    };
    view! { {Language::ALL.iter().copied().map(item).collect_view()} }
}
