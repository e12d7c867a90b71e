//! What came of trying changes: the measures side by side, and the conversations that come out otherwise.

use leptos::prelude::*;
use types::rehearsals::{Measured, Rehearsal, RehearsalCase, Tried};

use super::words;
use crate::{
    i18n::{I18n, K, use_i18n},
    ui::{Icon, icons},
};

#[component]
pub fn Measures(rehearsal: Rehearsal) -> impl IntoView {
    let i18n = use_i18n();
    let row = |measured: Measured| {
        let [now, then] = words::values(&measured);
        let worse = measured.worse.then(|| {
            view! { <span class="tag tag-red ml-2"><Icon icon=icons::ALERT/>{i18n.t(K::Worse)}</span> }
        });
        view! {
            <tr><th scope="row" class="!font-normal !whitespace-normal">{i18n.t(words::measure(measured.measure))}{worse}</th><td class="num text-right">{now}</td><td class="num text-right font-medium">{then}</td></tr>
        }
    };
    let flips: Vec<String> = rehearsal
        .flips
        .iter()
        .map(|flip| format!("{} {}", i18n.t(words::flip(flip.flip)).to_lowercase(), flip.count))
        .collect();
    let flips = if flips.is_empty() {
        i18n.t(K::FlipsNone).to_owned()
    } else {
        i18n.with(K::Flips, &[("what", &flips.join(", "))])
    };
    view! {
        <div>
            <table class="table w-full" id="measures">
                <thead><tr><th scope="col">{i18n.count(K::TriedMany, K::TriedOne, rehearsal.tried)}</th><th scope="col" class="!text-right !whitespace-normal">{i18n.t(K::AsItIs)}</th><th scope="col" class="!text-right !whitespace-normal">{i18n.t(K::WithChanges)}</th></tr></thead>
                <tbody>{rehearsal.measures.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
        <p class="text-sm text-ink-2">{flips}</p>
    }
}

#[component]
pub fn Flipped(cases: Vec<RehearsalCase>) -> impl IntoView {
    let i18n = use_i18n();
    let item = |case: RehearsalCase| {
        let flips = case
            .flips
            .iter()
            .map(|flip| view! { <span class="tag">{i18n.t(words::flip(*flip))}</span> })
            .collect_view();
        let href = format!("/inbox/all/{}", case.conversation_id);
        view! {
            <li class="border-t border-soft first:border-t-0">
                <details class="px-4 py-3">
                    <summary class="cursor-pointer"><Icon icon=icons::DOWN class="float-right mt-1 ml-2 text-ink-3"/><span class="line-clamp-2 inline align-middle">{case.text}</span> <span class="inline-flex flex-wrap gap-1 align-middle">{flips}</span></summary>
                    <div class="mt-3 grid grid-cols-1 gap-3 sm:grid-cols-2">
                        <Made title=i18n.t(K::AsItIs) tried=case.now/>
                        <Made title=i18n.t(K::WithChanges) tried=case.then/>
                    </div>
                    <a class="link mt-3 inline-block text-sm" href=href>{i18n.t(K::OpenConversation)}</a>
                </details>
            </li>
        }
    };
    view! {
        <section class="mt-8" aria-labelledby="flipped-title">
            <h2 id="flipped-title" class="mb-3 text-base">{i18n.t(K::Flipped)}</h2>
            <ul class="card overflow-hidden">{cases.into_iter().map(item).collect_view()}</ul>
        </section>
    }
}

/// What one side made of it.
#[component]
fn Made(title: &'static str, tried: Tried) -> impl IntoView {
    let i18n = use_i18n();
    let draft = tried.draft.map(|draft| {
        view! { <p class="mt-2 max-h-64 overflow-auto whitespace-pre-line break-words border-t border-soft pt-2 text-sm" tabindex="0">{draft.content}</p> }
    });
    view! {
        <div class="min-w-0 rounded-lg bg-sunken p-3">
            <h3 class="text-xs font-medium text-ink-3">{title}</h3>
            <p class="mt-1 text-sm font-medium">{sorted(i18n, &tried.category, tried.confidence)}</p>
            <p class="text-sm text-ink-2">{i18n.t(words::outcome(tried.outcome))}", "{i18n.priority(tried.priority)}</p>
            {draft}
        </div>
    }
}

fn sorted(i18n: I18n, category: &str, confidence: f64) -> String {
    format!("{}, {}", i18n.category(category), i18n.percent(confidence))
}
