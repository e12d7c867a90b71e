//! The ledger: every decision of the period, newest first, each leading to what it was made from.

use leptos::{prelude::*, task::spawn_local};
use leptos_router::{components::Form, hooks::use_query_map};
use types::{
    Page,
    analytics::Report,
    decisions::{Decision, DecisionKind, DecisionOutcome, DecisionQuery},
};

use super::{Downloads, api, period, words};
use crate::{
    i18n::{K, use_i18n},
    time::use_clock,
    ui::{Confidence, Empty, Failure, Icon, Loading, icons, use_toasts},
};

/// What the address asks for.
#[derive(Clone, Copy, PartialEq)]
struct Wanted {
    days: i64,
    kind: Option<DecisionKind>,
    outcome: Option<DecisionOutcome>,
}

#[component]
pub fn Decisions(days: Memo<i64>) -> impl IntoView {
    let i18n = use_i18n();
    let query = use_query_map();
    let period = period::use_period();
    let wanted = Memo::new(move |_| {
        let named = |name: &str| query.read().get(name).unwrap_or_default();
        Wanted { days: days.get(), kind: named("kind").parse().ok(), outcome: named("outcome").parse().ok() }
    });
    let first = Resource::new(
        move || wanted.get(),
        move |wanted| {
            let (from, to) = period(wanted.days);
            let query = DecisionQuery {
                kind: wanted.kind,
                outcome: wanted.outcome,
                from: Some(from),
                to: Some(to),
                ..DecisionQuery::default()
            };
            async move { api::ledger(query.clone()).await.map(|page| (query, page)) }
        },
    );
    let content = move || {
        Suspend::new(async move {
            match first.await {
                Ok((query, page)) => view! { <List query=query page=page/> }.into_any(),
                Err(error) => view! { <Failure error=error/> }.into_any(),
            }
        })
    };
    let downloads = move || {
        let (from, to) = period(days.get());
        view! { <Downloads report=Report::AiDecisions from=from to=to/> }
    };
    view! {
        <section class="card mt-4" aria-labelledby="decisions-title">
            <div class="px-4 pt-4">
                <h2 class="flex items-center text-base"><span id="decisions-title">{i18n.t(K::Decisions)}</span>{downloads}</h2>
                <p class="mt-0.5 text-xs text-ink-3">{i18n.t(K::DecisionsHint)}</p>
                {move || view! { <Narrow wanted=wanted.get()/> }}
            </div>
            <Transition fallback=|| view! { <Loading rows=6/> }>{content}</Transition>
        </section>
    }
}

/// A plain form: what narrows the list stands in the address.
#[component]
fn Narrow(wanted: Wanted) -> impl IntoView {
    let i18n = use_i18n();
    let option = |value: &'static str, name: &'static str, chosen: bool| view! { <option value=value selected=chosen>{name}</option> };
    let kinds: Vec<_> = DecisionKind::ALL
        .iter()
        .map(|kind| option(kind.as_str(), words::kind(i18n, *kind), wanted.kind == Some(*kind)))
        .collect();
    let outcomes: Vec<_> = DecisionOutcome::ALL
        .iter()
        .map(|outcome| option(outcome.as_str(), words::outcome(i18n, *outcome), wanted.outcome == Some(*outcome)))
        .collect();
    view! {
        <Form method="get" action="" attr:class="mt-3 flex flex-wrap gap-2">
            <input type="hidden" name="days" value=wanted.days.to_string()/>
            <select class="input !w-auto" name="kind" aria-label=i18n.t(K::What)><option value="">{i18n.t(K::What)}</option>{kinds}</select>
            <select class="input !w-auto" name="outcome" aria-label=i18n.t(K::Outcome)><option value="">{i18n.t(K::Outcome)}</option>{outcomes}</select>
            <button type="submit" class="btn !h-[34px]"><Icon icon=icons::FILTER/>{i18n.t(K::Filter)}</button>
        </Form>
    }
}

#[component]
fn List(query: DecisionQuery, page: Page<Decision>) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let rows = RwSignal::new(page.data);
    let next = RwSignal::new(page.next_cursor);
    let query = StoredValue::new(query);
    let more = move |_| {
        let query = DecisionQuery { cursor: next.get_untracked(), ..query.get_value() };
        spawn_local(async move {
            match api::ledger(query).await {
                Ok(page) => {
                    rows.try_update(|rows| rows.extend(page.data));
                    next.try_set(page.next_cursor);
                }
                Err(error) => toasts.failed(error.text(i18n)),
            }
        });
    };
    view! {
        <div class="mt-3 overflow-x-auto" tabindex="0" role="region" aria-labelledby="decisions-title">
            <table class="table">
                <thead><tr><th scope="col">{i18n.t(K::When)}</th><th scope="col">{i18n.t(K::What)}</th><th scope="col" class="max-sm:hidden">{i18n.t(K::Confidence)}</th><th scope="col" class="max-md:hidden">{i18n.t(K::Conversation)}</th><th scope="col" class="max-md:hidden">{i18n.t(K::Model)}</th><th scope="col">{i18n.t(K::PeopleDid)}</th></tr></thead>
                <tbody><For each=move || rows.get() key=|row| row.id let:row><Line row=row/></For></tbody>
            </table>
            {move || rows.with(Vec::is_empty).then(|| view! { <Empty icon=icons::BOT title=i18n.t(K::NoDecisions) hint=i18n.t(K::NoDecisionsHint)/> })}
        </div>
        {move || next.get().map(|_| view! { <div class="grid place-items-center p-4"><button type="button" class="btn" on:click=more>{i18n.t(K::LoadMore)}</button></div> })}
    }
}

#[component]
fn Line(row: Decision) -> impl IntoView {
    let i18n = use_i18n();
    let clock = use_clock();
    let at = row.created_at;
    view! {
        <tr>
            <td class="num whitespace-nowrap"><a class="link" href=format!("/analytics/ai/decisions/{}", row.id)>{move || clock.moment(i18n, at)}</a></td>
            <td>{words::matter(i18n, &row)}<p class="text-xs text-ink-3">{words::kind(i18n, row.kind)}</p></td>
            <td class="max-sm:hidden"><span class="inline-flex"><Confidence share=row.confidence/></span></td>
            <td class="num max-md:hidden"><a class="link" href=format!("/inbox/all/{}", row.conversation_id)>{format!("#{}", row.display_id)}</a></td>
            <td class="max-w-[200px] truncate text-xs text-ink-3 max-md:hidden" title=row.model.clone()>{row.model.clone()}</td>
            <td><span class=words::review_tag(row.review)>{words::review(i18n, row.review)}</span></td>
        </tr>
    }
}
