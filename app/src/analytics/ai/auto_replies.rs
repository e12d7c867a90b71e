//! What automatic answers came to, apart from the drafts that people decide on.

use leptos::prelude::*;
use types::{
    Timestamp,
    analytics::{AnalyticsQuery, Report},
    auto_replies::AutoReplyReport,
};

use super::{Downloads, api, period};
use crate::{
    auto_replies::held,
    i18n::{K, use_i18n},
    ui::{Failure, Loading},
};

#[component]
pub fn AutoReplies(days: Memo<i64>) -> impl IntoView {
    let i18n = use_i18n();
    let period = period::use_period();
    let report = Resource::new(
        move || days.get(),
        move |days| {
            let (from, to) = period(days);
            async move {
                let query = AnalyticsQuery { from: Some(from), to: Some(to), ..AnalyticsQuery::default() };
                api::auto_replies(query).await.map(|report| (report, from, to))
            }
        },
    );
    let content = move || {
        Suspend::new(async move {
            match report.await {
                Ok((report, from, to)) => view! { <Figures report=report from=from to=to/> }.into_any(),
                Err(error) => {
                    view! { <Failure error=error retry=Callback::new(move |()| report.refetch())/> }.into_any()
                }
            }
        })
    };
    view! {
        <section class="card mt-4 p-4" aria-label=i18n.t(K::AutoReply)>
            <Transition fallback=|| view! { <Loading rows=2/> }>{content}</Transition>
        </section>
    }
}

#[component]
fn Figures(report: AutoReplyReport, from: Timestamp, to: Timestamp) -> impl IntoView {
    let i18n = use_i18n();
    let rating =
        |mean: Option<f64>, count: i64| mean.map_or_else(|| "–".to_owned(), |mean| format!("{mean:.1} ({count})"));
    let figures = [
        (K::AutoSent, report.sent.to_string()),
        (K::Conversations, report.conversations.to_string()),
        (K::ThenAskedForPerson, report.handed_over.to_string()),
        (K::ResolvedAlone, format!("{} / {}", report.resolved_alone, report.resolved)),
        (K::CsatAlone, rating(report.csat_alone, report.csat_alone_count)),
        (K::CsatOthers, rating(report.csat_others, report.csat_others_count)),
    ];
    let tiles = figures.map(|(title, value)| {
        view! { <div><dt class="text-xs text-ink-3">{i18n.t(title)}</dt><dd class="num mt-0.5 text-lg font-semibold">{value}</dd></div> }
    });
    let reasons = report.held.into_iter().map(|row| {
        view! { <li class="flex justify-between gap-3 border-t border-soft py-1.5"><span>{held(i18n, row.hold)}</span><span class="num text-ink-2">{row.count}</span></li> }
    });
    let reasons: Vec<_> = reasons.collect();
    view! {
        <h2 class="flex items-center text-base">{i18n.t(K::AutoReply)}<Downloads report=Report::AiAutoReplies from=from to=to/></h2>
        <p class="mt-0.5 mb-3 text-xs text-ink-3">{i18n.t(K::AutoReplyFiguresHint)}</p>
        <dl class="grid grid-cols-2 gap-3 sm:grid-cols-3 xl:grid-cols-6">{tiles.collect_view()}</dl>
        {(!reasons.is_empty()).then(|| view! { <h3 class="mt-4 mb-1 text-sm font-medium">{i18n.t(K::NotSentBecause)}</h3><ul class="max-w-[620px] text-sm">{reasons}</ul> })}
    }
}
