//! The section of what left the machine: today's sums, and every request, newest first.

use leptos::{prelude::*, task::spawn_local};
use types::egress::{EgressEntry, EgressOutcome, EgressPage, EgressTotals, Purpose};

use super::{api, numbers};
use crate::{
    i18n::{I18n, K, use_i18n},
    time::use_clock,
    ui::{Empty, Failure, Loading, icons, use_toasts},
};

fn purpose(i18n: I18n, purpose: Purpose) -> &'static str {
    i18n.t(match purpose {
        Purpose::Classify => K::PurposeClassify,
        Purpose::Draft => K::Draft,
        Purpose::Rewrite => K::PurposeRewrite,
        Purpose::Embed => K::PurposeEmbed,
        Purpose::Test => K::PurposeTest,
        Purpose::Rehearse => K::Rehearsal,
    })
}

fn outcome(i18n: I18n, outcome: EgressOutcome) -> &'static str {
    i18n.t(match outcome {
        EgressOutcome::Pending => K::OutcomePending,
        EgressOutcome::Accepted => K::OutcomeAccepted,
        EgressOutcome::Invalid => K::OutcomeInvalid,
        EgressOutcome::Busy => K::OutcomeBusy,
        EgressOutcome::Refused => K::OutcomeRefused,
        EgressOutcome::Timeout => K::OutcomeTimeout,
        EgressOutcome::Unreachable | EgressOutcome::NotPublic => K::OutcomeUnreachable,
        EgressOutcome::OverRate => K::OutcomeOverRate,
        EgressOutcome::OverTokens => K::OutcomeOverTokens,
        EgressOutcome::OverSpend => K::OutcomeOverSpend,
        EgressOutcome::Forbidden => K::OutcomeForbidden,
        EgressOutcome::BreakerOpen => K::OutcomeBreakerOpen,
    })
}

#[component]
pub fn LedgerSection() -> impl IntoView {
    let i18n = use_i18n();
    let first = Resource::new(|| (), |()| api::ledger(None));
    let content = move || {
        Suspend::new(async move {
            match first.await {
                Ok(page) => view! { <Ledger page=page/> }.into_any(),
                Err(error) => view! { <Failure error=error/> }.into_any(),
            }
        })
    };
    view! {
        <section class="mt-8" aria-labelledby="ledger-title">
            <h2 id="ledger-title" class="text-base">{i18n.t(K::LeftMachine)}</h2>
            <p class="mt-1 max-w-[620px] text-sm text-ink-2">{i18n.t(K::LeftMachineHint)}</p>
            <Transition fallback=|| view! { <Loading rows=4/> }>{content}</Transition>
        </section>
    }
}

#[component]
fn Ledger(page: EgressPage) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let rows = RwSignal::new(page.data);
    let next = RwSignal::new(page.next_cursor);
    let more = move |_| {
        let cursor = next.get_untracked();
        spawn_local(async move {
            match api::ledger(cursor).await {
                Ok(page) => {
                    rows.try_update(|rows| rows.extend(page.data));
                    next.try_set(page.next_cursor);
                }
                Err(error) => toasts.failed(error.text(i18n)),
            }
        });
    };
    view! {
        <Today totals=page.today/>
        <div class="card mt-3 overflow-x-auto" tabindex="0" role="region" aria-labelledby="ledger-title">
            <table class="table">
                <thead><tr><th scope="col">{i18n.t(K::When)}</th><th scope="col">{i18n.t(K::What)}</th><th scope="col" class="max-sm:hidden">{i18n.t(K::Where)}</th><th scope="col" class="max-md:hidden">{i18n.t(K::Hidden)}</th><th scope="col" class="max-sm:hidden">{i18n.t(K::Tokens)}</th><th scope="col">{i18n.t(K::Outcome)}</th></tr></thead>
                <tbody><For each=move || rows.get() key=|line| line.id let:line><Line line=line/></For></tbody>
            </table>
            {move || rows.with(Vec::is_empty).then(|| view! { <Empty icon=icons::LOCK title=i18n.t(K::NothingLeft)/> })}
        </div>
        {move || next.get().map(|_| view! { <div class="grid place-items-center p-4"><button type="button" class="btn" on:click=more>{i18n.t(K::LoadMore)}</button></div> })}
    }
}

#[component]
fn Today(totals: EgressTotals) -> impl IntoView {
    let i18n = use_i18n();
    let figure = |title: K, value: String| view! { <div><dt class="text-xs text-ink-3">{i18n.t(title)}</dt><dd class="num text-lg font-semibold">{value}</dd></div> };
    view! {
        <dl class="mt-3 flex flex-wrap gap-x-8 gap-y-3">
            {figure(K::RequestsToday, totals.requests.to_string())}
            {figure(K::TokensToday, totals.tokens.to_string())}
            {figure(K::CostToday, numbers::amount(totals.cost_micros))}
            {figure(K::HeldBackToday, totals.held_back.to_string())}
        </dl>
    }
}

/// One request.
#[component]
pub fn Line(line: EgressEntry) -> impl IntoView {
    let i18n = use_i18n();
    let clock = use_clock();
    let at = line.created_at;
    let hidden: u32 = line.masked.values().sum();
    let kinds: Vec<String> = line.masked.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
    let tokens = format!("{}{} + {}", if line.estimated { "≈ " } else { "" }, line.tokens_in, line.tokens_out);
    let sent = line.outcome.was_sent();
    view! {
        <tr>
            <td class="num whitespace-nowrap text-ink-3">{move || clock.moment(i18n, at)}</td>
            <td>{purpose(i18n, line.purpose)}</td>
            <td class="max-sm:hidden">{line.model}<p class="text-xs text-ink-3">{line.host}</p></td>
            <td class="num max-md:hidden" title=kinds.join(", ")>{hidden}</td>
            <td class="num whitespace-nowrap max-sm:hidden">{if sent { tokens } else { "–".to_owned() }}</td>
            <td><span class=if line.outcome == EgressOutcome::Accepted { "tag" } else { "tag tag-orange" }>{outcome(i18n, line.outcome)}</span></td>
        </tr>
    }
}
