//! The overview: what came in, what was solved, how fast, and how well the assistant did.

mod ai;
mod api;
mod period;

use chrono::Datelike as _;
use leptos::prelude::*;
use leptos_meta::Title;
use types::analytics::{AnalyticsQuery, NamedCount, Overview};

use crate::{
    i18n::{I18n, K, use_i18n},
    time::{date, span},
    ui::{
        Failure, Loading, PageHead,
        chart::{BarChart, LineChart, Series},
    },
};

pub use ai::{AiPage, DecisionPage};

#[component]
pub fn OverviewPage() -> impl IntoView {
    let i18n = use_i18n();
    let (days, period) = (period::use_days(), period::use_period());
    let overview = Resource::new(
        move || days.get(),
        move |days| {
            let (from, to) = period(days);
            api::overview(AnalyticsQuery { from: Some(from), to: Some(to), ..AnalyticsQuery::default() })
        },
    );
    let content = move || {
        Suspend::new(async move {
            match overview.await {
                Ok(figures) => view! { <Figures figures=figures/> }.into_any(),
                Err(error) => {
                    view! { <Failure error=error retry=Callback::new(move |()| overview.refetch())/> }.into_any()
                }
            }
        })
    };
    view! {
        <Title text=i18n.t(K::Overview)/>
        <div class="page"><div class="page-inner">
            <PageHead title=i18n.t(K::Overview)>
                <period::Periods path="/overview" days=days/>
            </PageHead>
            <Transition fallback=|| view! { <Loading rows=8/> }>{content}</Transition>
        </div></div>
    }
}

fn share(i18n: I18n, part: i64, whole: i64) -> String {
    if whole == 0 { "–".to_owned() } else { i18n.percent(part as f64 / whole as f64) }
}

#[component]
fn Figures(figures: Overview) -> impl IntoView {
    let i18n = use_i18n();
    let time = |seconds: Option<f64>| seconds.map_or_else(|| "–".to_owned(), |seconds| span(i18n, seconds));
    let tile = |title: K, value: String, note: String| {
        view! {
            <div class="card px-4 py-3.5"><dt class="text-sm text-ink-2">{i18n.t(title)}</dt><dd class="num mt-1 text-2xl font-semibold tracking-tight">{value}</dd><dd class="mt-0.5 min-h-[17px] text-xs text-ink-3">{note}</dd></div>
        }
    };
    let csat = figures.csat_average.map_or_else(|| "–".to_owned(), |mean| format!("{mean:.1}"));
    let right = figures.classifications - figures.classifications_corrected;
    let places: Vec<String> =
        figures.daily.iter().map(|row| date(i18n.0, row.day.day(), row.day.month0(), None)).collect();
    let line = |name: K, class, value: fn(&types::analytics::DayFigures) -> i64| Series {
        name: i18n.t(name).to_owned(),
        class,
        values: figures.daily.iter().map(|row| value(row) as f64).collect(),
    };
    let series = vec![
        line(K::Created, "text-accent", |row| row.created),
        line(K::StatusResolved, "text-ink-3", |row| row.resolved),
    ];
    let bars = |rows: &[NamedCount], name: &dyn Fn(&str) -> String| {
        rows.iter().map(|row| (name(&row.name), row.count)).collect::<Vec<_>>()
    };
    let sentiment =
        |name: &str| name.parse().map_or_else(|_| name.to_owned(), |sentiment| i18n.sentiment(sentiment).to_owned());
    let box_of = |title: K, rows: Vec<(String, i64)>| view! { <section class="card p-4"><h2 class="mb-2 text-base">{i18n.t(title)}</h2>{if rows.is_empty() { view! { <p class="text-sm text-ink-3">{i18n.t(K::NoFigures)}</p> }.into_any() } else { view! { <BarChart rows=rows/> }.into_any() }}</section> };
    view! {
        <dl class="grid grid-cols-2 gap-3 lg:grid-cols-4">
            {tile(K::OpenNow, figures.open_now.to_string(), i18n.with(K::UnassignedNow, &[("n", &figures.unassigned_now.to_string())]))}
            {tile(K::WaitingNow, figures.waiting_now.to_string(), i18n.t(K::WaitingNote).to_owned())}
            {tile(K::FirstResponse, time(figures.first_response_median_seconds), i18n.t(K::Median).to_owned())}
            {tile(K::Resolution, time(figures.resolution_median_seconds), i18n.t(K::Median).to_owned())}
            {tile(K::Created, figures.conversations_created.to_string(), i18n.with(K::ResolvedNote, &[("n", &figures.conversations_resolved.to_string())]))}
            {tile(K::Csat, csat, i18n.count(K::AnswersMany, K::AnswersOne, figures.csat_responses))}
            {tile(K::DraftsAccepted, share(i18n, figures.drafts_accepted, figures.drafts_generated), i18n.with(K::OfN, &[("part", &figures.drafts_accepted.to_string()), ("n", &figures.drafts_generated.to_string())]))}
            {tile(K::ClassifiedRight, share(i18n, right, figures.classifications), i18n.with(K::CorrectedNote, &[("n", &figures.classifications_corrected.to_string())]))}
        </dl>
        <section class="card mt-4 p-4"><h2 class="mb-3 text-base">{i18n.t(K::Volume)}</h2><LineChart title=i18n.t(K::Volume) place_name=i18n.t(K::Day) places=places series=series/></section>
        <div class="mt-4 grid gap-4 md:grid-cols-2">
            {box_of(K::ByCategory, bars(&figures.by_category, &|name| i18n.category(name)))}
            {box_of(K::BySentiment, bars(&figures.by_sentiment, &sentiment))}
            {box_of(K::ByTeam, bars(&figures.by_team, &|name| name.to_owned()))}
            {box_of(K::ByInbox, bars(&figures.by_inbox, &|name| name.to_owned()))}
        </div>
    }
}
