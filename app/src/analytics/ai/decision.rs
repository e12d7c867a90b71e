//! One decision: what it was, by whom, from what, and what people made of it.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use types::{
    DecisionId,
    decisions::{DecisionDetail, DecisionInput, DecisionPassage, Review},
    egress::EgressEntry,
    messages::SenderType,
};

use super::{api, words};
use crate::{
    ai_settings::{ledger, numbers},
    i18n::{I18n, K, use_i18n},
    time::use_clock,
    ui::{Confidence, Failure, Icon, Loading, icons},
};

#[component]
pub fn DecisionPage() -> impl IntoView {
    let i18n = use_i18n();
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get_str("id").and_then(|id| id.parse().ok()).unwrap_or(DecisionId(0)));
    let detail = Resource::new(move || id.get(), api::ledger_line);
    let content = move || {
        Suspend::new(async move {
            match detail.await {
                Ok(detail) => view! { <Detail detail=detail/> }.into_any(),
                Err(error) => view! { <Failure error=error/> }.into_any(),
            }
        })
    };
    let title = move || i18n.with(K::DecisionN, &[("n", &id.get().to_string())]);
    view! {
        <Title text=title()/>
        <div class="page"><div class="page-inner">
            <header class="mb-5 flex items-center gap-2">
                <a class="icon-btn -ml-2" href="/analytics/ai" aria-label=i18n.t(K::AiFigures)><Icon icon=icons::BACK/></a>
                <h1 class="text-xl">{title}</h1>
            </header>
            <Transition fallback=|| view! { <Loading rows=6/> }>{content}</Transition>
        </div></div>
    }
}

#[component]
fn Detail(detail: DecisionDetail) -> impl IntoView {
    view! {
        <Facts detail=detail.clone()/>
        <div class="mt-4 grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
            <Inputs inputs=detail.inputs.clone() from=detail.from_draft_id.is_some()/>
            <People detail=detail.clone()/>
        </div>
        <Passages passages=detail.passages/>
        <Requests requests=detail.requests/>
    }
}

#[component]
fn Facts(detail: DecisionDetail) -> impl IntoView {
    let i18n = use_i18n();
    let clock = use_clock();
    let decision = detail.decision;
    let at = decision.created_at;
    let model = match decision.model_version {
        Some(version) => i18n.with(K::ModelVersion, &[("model", &decision.model), ("n", &version.to_string())]),
        None => decision.model.clone(),
    };
    let tokens = decision.tokens_in + decision.tokens_out;
    let fact = |title: K, value: AnyView| view! { <div class="min-w-0"><dt class="text-xs text-ink-3">{i18n.t(title)}</dt><dd class="mt-0.5 break-words">{value}</dd></div> };
    let text = |text: String| text.into_any();
    view! {
        <section class="card p-4">
            <dl class="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-3 lg:grid-cols-4">
                {fact(K::What, text(format!("{} · {}", words::kind(i18n, decision.kind), words::matter(i18n, &decision))))}
                {fact(K::Outcome, text(words::outcome(i18n, decision.outcome).to_owned()))}
                {fact(K::Confidence, view! { <span class="inline-flex"><Confidence share=decision.confidence/></span> }.into_any())}
                {fact(K::Conversation, view! { <a class="link" href=format!("/inbox/all/{}", decision.conversation_id)>{format!("#{}", decision.display_id)}</a> }.into_any())}
                {fact(K::When, view! { <span class="num">{move || clock.full(i18n, at)}</span> }.into_any())}
                {fact(K::Model, text(model))}
                {fact(K::TimeTaken, text(words::milliseconds(i18n, Some(decision.latency_ms as f64))))}
                {fact(K::Cost, text(format!("{} · {}", numbers::amount(decision.cost_micros), i18n.with(K::TokensNote, &[("n", &tokens.to_string())]))))}
            </dl>
            <p class="mt-4 text-xs text-ink-3">{i18n.t(K::PromptHash)}" "<code class="font-mono break-all">{detail.prompt_hash}</code></p>
        </section>
    }
}

fn sender(i18n: I18n, sender: SenderType) -> &'static str {
    i18n.t(if sender == SenderType::Contact { K::Customer } else { K::We })
}

#[component]
fn Inputs(inputs: Vec<DecisionInput>, from: bool) -> impl IntoView {
    let i18n = use_i18n();
    let rows = inputs.into_iter().map(|input| {
        let who = input.sender_type.map(|who| sender(i18n, who));
        view! {
            <li class="border-t border-soft py-2 text-sm first:border-t-0 first:pt-0">
                <span class="text-xs text-ink-3">{who}</span>
                <p class="break-words">{input.excerpt.unwrap_or_else(|| i18n.t(K::MessageGone).to_owned())}</p>
            </li>
        }
    });
    view! {
        <section class="card p-4">
            <h2 class="mb-2 text-base">{i18n.t(K::InputsRead)}</h2>
            {from.then(|| view! { <p class="text-sm text-ink-2">{i18n.t(K::MadeFromDraft)}</p> })}
            <ol>{rows.collect_view()}</ol>
        </section>
    }
}

#[component]
fn People(detail: DecisionDetail) -> impl IntoView {
    let i18n = use_i18n();
    let clock = use_clock();
    let review = detail.decision.review;
    let by = detail.reviewed_by.map(|agent| agent.name);
    let at = detail.reviewed_at.filter(|_| review != Review::Pending);
    let changed = detail.decision.edit_distance.filter(|_| review == Review::Edited);
    let corrections = detail.corrections.into_iter().map(|correction| {
        let field = match correction.field.as_str() {
            "category" => i18n.t(K::Category),
            "priority" => i18n.t(K::Priority),
            "sentiment" => i18n.t(K::Sentiment),
            _ => i18n.t(K::Language),
        };
        let named = |value: &str| match correction.field.as_str() {
            "category" => i18n.category(value),
            "priority" => value.parse().map_or_else(|_| value.to_owned(), |value| i18n.priority(value).to_owned()),
            "sentiment" => value.parse().map_or_else(|_| value.to_owned(), |value| i18n.sentiment(value).to_owned()),
            _ => value.parse().map_or_else(|_| value.to_owned(), |value| i18n.language(value).to_owned()),
        };
        let change = format!("{field}: {} → {}", named(&correction.from), named(&correction.to));
        let (who, when) = (correction.by.map(|agent| agent.name), correction.created_at);
        view! { <li class="border-t border-soft py-2 text-sm">{change}<p class="num text-xs text-ink-3">{who.map(|who| format!("{who} · "))}{move || clock.full(i18n, when)}</p></li> }
    });
    view! {
        <section class="card p-4">
            <h2 class="mb-2 text-base">{i18n.t(K::PeopleDid)}</h2>
            <p class="flex flex-wrap items-center gap-x-2 gap-y-1 pb-2 text-sm">
                <span class=words::review_tag(review)>{words::review(i18n, review)}</span>
                {changed.map(|n| i18n.with(K::CharactersChanged, &[("n", &n.to_string())]))}
                <span class="num text-xs text-ink-3">{by.map(|name| format!("{name} "))}{at.map(|at| move || clock.full(i18n, at))}</span>
            </p>
            {detail.rejection_reason.map(|reason| view! { <p class="pb-2 text-sm text-ink-2">{format!("“{reason}”")}</p> })}
            <ul>{corrections.collect_view()}</ul>
        </section>
    }
}

#[component]
fn Passages(passages: Vec<DecisionPassage>) -> impl IntoView {
    let i18n = use_i18n();
    if passages.is_empty() {
        return ().into_any();
    }
    let rows = passages.into_iter().map(|passage| {
        let title = match passage.title {
            Some(title) => view! { <a class="link" href=format!("/knowledge/{}", passage.article_id)>{title}</a> }.into_any(),
            None => i18n.t(K::ArticleGone).into_any(),
        };
        let number = format!("{} {}", i18n.t(K::Passage), passage.chunk_id);
        view! {
            <tr>
                <td class="min-w-[180px]">{title}<p class="line-clamp-3 text-xs text-ink-3">{passage.excerpt.unwrap_or_else(|| i18n.t(K::PassageGone).to_owned())}</p><p class="num text-xs text-ink-3">{number}</p></td>
                <td class="num">{format!("{:.3}", passage.score)}</td>
                <td class="num max-sm:hidden">{format!("{:.3}", passage.similarity)}</td>
                <td>{passage.used.then(|| view! { <span class="tag tag-green"><Icon icon=icons::CHECK/>{i18n.t(K::Quoted)}</span> })}</td>
            </tr>
        }
    });
    view! {
        <section class="card mt-4" aria-labelledby="passages-title">
            <h2 id="passages-title" class="px-4 pt-4 text-base">{i18n.t(K::Passages)}</h2>
            <div class="mt-2 overflow-x-auto" tabindex="0" role="region" aria-labelledby="passages-title">
                <table class="table">
                    <thead><tr><th scope="col">{i18n.t(K::Passage)}</th><th scope="col">{i18n.t(K::Score)}</th><th scope="col" class="max-sm:hidden" title=i18n.t(K::Similarity)>{i18n.t(K::SimilarityShort)}</th><th scope="col">{i18n.t(K::Quoted)}</th></tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Requests(requests: Vec<EgressEntry>) -> impl IntoView {
    let i18n = use_i18n();
    if requests.is_empty() {
        return ().into_any();
    }
    let rows = requests.into_iter().map(|line| view! { <ledger::Line line=line/> }).collect_view();
    view! {
        <section class="card mt-4" aria-labelledby="requests-title">
            <h2 id="requests-title" class="px-4 pt-4 text-base">{i18n.t(K::Requests)}</h2>
            <div class="mt-2 overflow-x-auto" tabindex="0" role="region" aria-labelledby="requests-title">
                <table class="table">
                    <thead><tr><th scope="col">{i18n.t(K::When)}</th><th scope="col">{i18n.t(K::What)}</th><th scope="col" class="max-sm:hidden">{i18n.t(K::Where)}</th><th scope="col" class="max-md:hidden">{i18n.t(K::Hidden)}</th><th scope="col" class="max-sm:hidden">{i18n.t(K::Tokens)}</th><th scope="col">{i18n.t(K::Outcome)}</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}
