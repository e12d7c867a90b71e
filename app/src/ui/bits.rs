//! Small pieces: keys, the confidence meter, and the states a page can be in besides full.

use icondata_core::Icon as Data;
use leptos::prelude::*;

use super::{Icon, icons};
use crate::{
    error::UiError,
    i18n::{K, use_i18n},
};

/// A key of the keyboard.
#[component]
pub fn Kbd(#[prop(into)] keys: String) -> impl IntoView {
    view! { <kbd class="kbd max-sm:hidden" aria-hidden="true">{keys}</kbd> }
}

/// The one mark of the assistant.
#[component]
pub fn Spark() -> impl IntoView {
    view! { <Icon icon=icons::BOT class="text-accent"/> }
}

/// How sure the assistant is, 0 to 1: five bars and the number.
#[component]
pub fn Confidence(share: f64) -> impl IntoView {
    let i18n = use_i18n();
    let filled = (share * 5.0).round().clamp(0.0, 5.0) as usize;
    let bars = (0..5).map(|bar| {
        let class = if bar < filled { "fill-accent" } else { "fill-line" };
        view! { <rect x=(bar * 7).to_string() y="0" width="5" height="9" rx="1.5" class=class></rect> }
    });
    view! {
        <span class="meter" role="img" aria-label=i18n.with(K::SureShare, &[("n", &i18n.percent(share))])>
            <svg viewBox="0 0 33 9" aria-hidden="true">{bars.collect_view()}</svg>
            <span aria-hidden="true">{format!("{:.0}", (share * 100.0).floor())}</span>
        </span>
    }
}

/// Nothing here, and what to do about it.
#[component]
pub fn Empty(
    icon: Data,
    #[prop(into)] title: String,
    #[prop(into, optional)] hint: String,
    /// Where nothing else on the page bears a heading.
    #[prop(optional)]
    heading: bool,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="grid place-items-center gap-2 px-6 py-14 text-center">
            <span class="grid size-10 place-items-center rounded-xl bg-sunken text-ink-3"><Icon icon=icon class="!size-[18px]"/></span>
            {if heading {
                view! { <h1 class="font-medium">{title}</h1> }.into_any()
            } else {
                view! { <p class="font-medium">{title}</p> }.into_any()
            }}
            {(!hint.is_empty()).then(|| view! { <p class="max-w-[320px] text-sm text-ink-3">{hint}</p> })}
            {children.map(|children| children())}
        </div>
    }
}

/// What went wrong, and a way on.
#[component]
pub fn Failure(error: UiError, #[prop(optional, into)] retry: Option<Callback<()>>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div role="alert" class="grid place-items-center gap-2 px-6 py-14 text-center">
            <span class="grid size-10 place-items-center rounded-xl bg-red-soft text-red"><Icon icon=icons::ALERT class="!size-[18px]"/></span>
            <p class="max-w-[360px] font-medium">{error.text(i18n)}</p>
            {retry.map(|retry| view! { <button type="button" class="btn" on:click=move |_| retry.run(())><Icon icon=icons::REDO/>{i18n.t(K::TryAgain)}</button> })}
        </div>
    }
}

/// Rows that are on their way.
#[component]
pub fn Loading(#[prop(default = 4)] rows: usize) -> impl IntoView {
    let i18n = use_i18n();
    let row = || view! { <div class="grid gap-2 px-4 py-3"><div class="skeleton h-3 w-2/5"></div><div class="skeleton h-3 w-4/5"></div></div> };
    view! { <div role="status" aria-label=i18n.t(K::Loading)>{(0..rows).map(|_| row()).collect_view()}</div> }
}

/// The head of a page: its title, what it is for, and its actions.
#[component]
pub fn PageHead(
    #[prop(into)] title: String,
    #[prop(into, optional)] hint: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <header class="mb-5 flex flex-wrap items-end gap-x-4 gap-y-3">
            <div class="min-w-0">
                <h1 class="text-xl">{title}</h1>
                {(!hint.is_empty()).then(|| view! { <p class="mt-1 max-w-[620px] text-ink-2">{hint}</p> })}
            </div>
            {children.map(|children| view! { <div class="ml-auto flex flex-wrap items-center gap-2">{children()}</div> })}
        </header>
    }
}
