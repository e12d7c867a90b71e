//! The panel beside the conversation: four decisions with their confidence, and the evidence behind them.

use leptos::{prelude::*, task::spawn_local};
use types::classifications::{Classification, EvidenceKind};

use super::{api, outcome::Verdict, picks::Picks};
use crate::{
    conversations::{OpenConversation, Work, use_open},
    i18n::{K, use_i18n},
    ui::{Icon, Spark, Toasts, icons, use_toasts},
};

#[component]
pub fn AssistantPanel() -> impl IntoView {
    let i18n = use_i18n();
    let open = use_open();
    let toasts = use_toasts();
    let busy = move || open.work.get() == Some(Work::Classifying);
    let time = move || open.classification.with(|seen| seen.as_ref().map(|seen| format!("{} ms", seen.processing_ms)));
    let content = move || match open.classification.get() {
        Some(seen) => view! { <Verdict seen=seen.clone()/> <Picks seen=seen.clone()/> <Why seen=seen/> }.into_any(),
        None if busy() => view! { <p class="text-sm text-ink-3" role="status">{i18n.t(K::Classifying)}</p> }.into_any(),
        None => view! { <p class="text-sm text-ink-3">{i18n.t(K::NotClassified)}</p> }.into_any(),
    };
    view! {
        <section class="sec" aria-label=i18n.t(K::AssistantSees)>
            <h3 class="sec-title">
                <Spark/>{i18n.t(K::AssistantSees)}
                <span class="aside num">{time}</span>
                {open.works().then(|| view! {
                    <button type="button" class="icon-btn !-my-1.5 !size-6" title=i18n.t(K::ClassifyAgain) aria-label=i18n.t(K::ClassifyAgain) disabled=busy on:click=move |_| again(open, toasts)>
                        {move || view! { <Icon icon=icons::REDO class=if busy() { "!size-3.5 spin" } else { "!size-3.5" }/> }}
                    </button>
                })}
            </h3>
            {content}
        </section>
    }
}

fn again(open: OpenConversation, toasts: Toasts) {
    let Some(message) = crate::drafts::newest_question(open) else { return };
    open.start_work(Work::Classifying);
    spawn_local(async move {
        if let Err(error) = api::request(message).await {
            open.work.try_set(None);
            toasts.failed(error.text(open.i18n()));
        }
    });
}

/// The words that weighed and the nearest example; a model that names none says it in a sentence.
#[component]
fn Why(seen: Classification) -> impl IntoView {
    let i18n = use_i18n();
    let words: Vec<_> =
        seen.evidence.iter().filter(|evidence| evidence.kind == EvidenceKind::Words).take(6).cloned().collect();
    let example = seen.evidence.iter().find(|evidence| evidence.kind == EvidenceKind::Example).cloned();
    let marks = words
        .iter()
        .enumerate()
        .map(|(at, word)| {
            let title = format!("{}: {}", i18n.category(&word.label), i18n.percent(word.weight));
            view! { {(at > 0).then_some(", ")}<mark title=title>{word.text.clone()}</mark> }
        })
        .collect_view();
    view! {
        <div class="why">
            {(!words.is_empty()).then(|| view! { <p>{i18n.t(K::BecauseOf)}" "{marks}</p> })}
            {example.map(|example| view! {
                <p class="mt-1.5">{i18n.with(K::LikeExample, &[("category", &i18n.category(&example.label))])}" “"{example.text}"”"</p>
            })}
            {seen.evidence.is_empty().then(|| view! { <p>{seen.reasoning}</p> })}
        </div>
    }
}
