//! The draft in other words: shorter, friendlier, in another language, or written anew with a wish.

use leptos::{prelude::*, task::spawn_local};
use types::{
    DraftId, Language,
    drafts::{RewriteAction, RewriteDraft},
};

use super::api;
use crate::{
    browser,
    conversations::{Work, use_open},
    i18n::{K, use_i18n},
    ui::{Icon, Menu, MenuButton, icons, use_toasts},
};

#[component]
pub fn RewriteMenu(id: DraftId, language: Language) -> impl IntoView {
    let i18n = use_i18n();
    let open = use_open();
    let toasts = use_toasts();
    let ask = move |action: RewriteAction, language: Option<Language>, instruction: Option<String>| {
        browser::close_menus();
        open.start_work(Work::Drafting);
        spawn_local(async move {
            match api::rewrite(id, RewriteDraft { action, instruction, language }).await {
                Ok(draft) => _ = open.draft.try_set(Some(draft)),
                Err(error) => toasts.failed(error.text(i18n)),
            }
            open.work.try_set(None);
        });
    };
    let wish = RwSignal::new(String::new());
    let anew = move || {
        ask(RewriteAction::Regenerate, None, Some(wish.get_untracked()).filter(|wish| !wish.trim().is_empty()));
    };
    // No form of its own: it stands in the reply's, and HTML knows no form within a form.
    let on_key = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Enter" {
            event.prevent_default();
            anew();
        }
    };
    let busy = move || open.work.get() == Some(Work::Drafting);
    let others = Language::ALL.iter().copied().filter(move |other| *other != language);
    let translations = others.map(move |other| {
        let title = i18n.with(K::TranslateTo, &[("language", i18n.language(other))]);
        view! { <button type="button" class="menu-item" disabled=busy on:click=move |_| ask(RewriteAction::Translate, Some(other), None)>{title}</button> }
    });
    view! {
        <MenuButton menu="rewrite" label=i18n.t(K::Rewrite) class="btn btn-quiet !h-7"><Icon icon=icons::BOT/>{i18n.t(K::Rewrite)}</MenuButton>
        <Menu id="rewrite" label=i18n.t(K::Rewrite) class="menu-up">
            <button type="button" class="menu-item" disabled=busy on:click=move |_| ask(RewriteAction::Shorten, None, None)>{i18n.t(K::Shorten)}</button>
            <button type="button" class="menu-item" disabled=busy on:click=move |_| ask(RewriteAction::Friendlier, None, None)>{i18n.t(K::Friendlier)}</button>
            {translations.collect_view()}
            <div class="flex gap-2 p-2">
                <input class="input" maxlength="1000" autocomplete="off" aria-label=i18n.t(K::RewriteWish) placeholder=i18n.t(K::RewriteWish) prop:value=move || wish.get() on:input=move |event| wish.set(event_target_value(&event)) on:keydown=on_key/>
                <button type="button" class="btn" disabled=busy on:click=move |_| anew()>{i18n.t(K::RewriteAnew)}</button>
            </div>
        </Menu>
    }
}
