//! The assistant's figures: tiles, what was taken for what, how honest its confidence is, drafts, time and money.

use chrono::Datelike as _;
use leptos::prelude::*;
use types::{
    analytics::{AiReport, ModelFigures, Report},
    classifications::Outcome,
};

use super::{Downloads, confusion::Confusion, words};
use crate::{
    ai_settings::numbers,
    i18n::{I18n, K, use_i18n},
    time::date,
    ui::{
        Empty,
        chart::{LineChart, Reliability, ReliabilityDiagram, ReliabilityNames, Series},
        icons,
    },
};

const MILLION: f64 = 1_000_000.0;

fn percent(i18n: I18n, share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| i18n.percent(share))
}

#[component]
pub fn Figures(report: AiReport) -> impl IntoView {
    let i18n = use_i18n();
    let (from, to) = (report.from, report.to);
    let pairs = report.confusion.clone();
    view! {
        <Tiles report=report.clone()/>
        <div class="mt-4 grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
            <section class="card p-4">
                <h2 class="flex items-center text-base">{i18n.t(K::ConfusionTitle)}<Downloads report=Report::AiConfusion from=from to=to/></h2>
                <p class="mt-0.5 mb-3 text-xs text-ink-3">{i18n.t(K::ConfusionHint)}</p>
                <Confusion pairs=pairs categories=report.by_category.clone()/>
            </section>
            <section class="card p-4">
                <h2 class="flex items-center text-base">{i18n.t(K::Calibration)}<Downloads report=Report::AiCalibration from=from to=to/></h2>
                <p class="mt-0.5 mb-3 text-xs text-ink-3">{i18n.t(K::CalibrationHint)}</p>
                <Calibration report=report.clone()/>
            </section>
        </div>
        <Drafts report=report.clone()/>
        <Spending report=report/>
    }
}

#[component]
fn Tiles(report: AiReport) -> impl IntoView {
    let i18n = use_i18n();
    let tile = |title: K, value: String, note: String| {
        view! {
            <div class="card px-4 py-3.5"><dt class="text-sm text-ink-2">{i18n.t(title)}</dt><dd class="num mt-1 text-2xl font-semibold tracking-tight">{value}</dd><dd class="mt-0.5 min-h-[17px] text-xs text-ink-3">{note}</dd></div>
        }
    };
    let n = |key: K, n: i64| i18n.with(key, &[("n", &n.to_string())]);
    let corrected = report.corrections.iter().find(|row| row.name == "category").map_or(0, |row| row.count);
    let status = |wanted: &[&str]| -> i64 {
        report.drafts_by_status.iter().filter(|row| wanted.contains(&row.name.as_str())).map(|row| row.count).sum()
    };
    let left: i64 = report.outcomes.iter().filter(|row| row.outcome != Outcome::Confident).map(|row| row.count).sum();
    let abstained = (report.classifications > 0).then(|| left as f64 / report.classifications as f64);
    let tokens: i64 = report.spend_daily.iter().map(|day| day.tokens).sum();
    let cost: i64 = report.spend_daily.iter().map(|day| day.cost_micros).sum();
    view! {
        <dl class="grid grid-cols-2 gap-3 lg:grid-cols-3 xl:grid-cols-6">
            {tile(K::Decisions, (report.classifications + report.drafts).to_string(), n(K::DraftsAmong, report.drafts))}
            {tile(K::ClassifiedRight, percent(i18n, report.category_accuracy), n(K::CorrectedNote, corrected))}
            {tile(K::Ece, words::small_percent(report.ece), i18n.t(K::EceNote).to_owned())}
            {tile(K::DraftsSent, percent(i18n, report.draft_acceptance), n(K::OfDecided, status(&["accepted", "edited", "rejected"])))}
            {tile(K::LeftToPeople, percent(i18n, abstained), n(K::WithoutAnswerNote, report.drafts_ungrounded))}
            {tile(K::Cost, numbers::amount(cost), n(K::TokensNote, tokens))}
        </dl>
    }
}

#[component]
fn Calibration(report: AiReport) -> impl IntoView {
    let i18n = use_i18n();
    if report.calibration.is_empty() {
        return view! { <Empty icon=icons::CHART title=i18n.t(K::NoFigures)/> }.into_any();
    }
    let bin = |bin: types::analytics::CalibrationBin| Reliability {
        name: format!("{:.0}–{}", bin.from * 100.0, i18n.percent(bin.to)),
        count: bin.count,
        confidence: bin.confidence,
        accuracy: bin.accuracy,
    };
    let names = ReliabilityNames {
        bin: i18n.t(K::Confidence),
        count: i18n.t(K::Decisions),
        confidence: i18n.t(K::ConfidenceStated),
        accuracy: i18n.t(K::ShareRight),
    };
    let bins = report.calibration.into_iter().map(bin).collect();
    view! { <ReliabilityDiagram title=i18n.t(K::Calibration) bins=bins names=names/> }.into_any()
}

/// The days of the report, as the charts write them.
fn days(i18n: I18n, report: &AiReport) -> Vec<String> {
    report.drafts_daily.iter().map(|row| date(i18n.0, row.day.day(), row.day.month0(), None)).collect()
}

#[component]
fn Drafts(report: AiReport) -> impl IntoView {
    let i18n = use_i18n();
    let line = |name: K, class, value: fn(&types::analytics::DraftDay) -> f64| Series {
        name: i18n.t(name).to_owned(),
        class,
        values: report.drafts_daily.iter().map(value).collect(),
    };
    let written = vec![
        line(K::Written, "text-accent", |day| day.drafts as f64),
        line(K::ReviewAccepted, "text-green", |day| (day.accepted + day.edited) as f64),
        line(K::DecidedAbstained, "text-orange", |day| day.ungrounded as f64),
    ];
    let distance =
        vec![line(K::EditDistance, "text-accent", |day| day.edit_distance_mean.map_or(f64::NAN, f64::round))];
    let places = days(i18n, &report);
    view! {
        <div class="charts mt-4 grid grid-cols-1 gap-4 lg:grid-cols-2">
            <section class="card p-4"><h2 class="mb-3 text-base">{i18n.t(K::DraftsByDay)}</h2><LineChart title=i18n.t(K::DraftsByDay) place_name=i18n.t(K::Day) places=places.clone() series=written/></section>
            <section class="card p-4"><h2 class="mb-3 text-base">{i18n.t(K::EditDistance)}</h2><LineChart title=i18n.t(K::EditDistance) place_name=i18n.t(K::Day) places=places series=distance/></section>
        </div>
    }
}

#[component]
fn Spending(report: AiReport) -> impl IntoView {
    let i18n = use_i18n();
    let places = days(i18n, &report);
    let spent = report.spend_daily.iter().any(|day| day.tokens > 0 || day.cost_micros > 0);
    let line = |name: K, value: fn(&types::analytics::SpendDay) -> f64| {
        let values = report.spend_daily.iter().map(value).collect();
        vec![Series { name: i18n.t(name).to_owned(), class: "text-accent", values }]
    };
    let charts = if spent {
        view! {
            <div class="charts mt-4 grid grid-cols-1 gap-4 lg:grid-cols-2">
                <div><h3 class="mb-2 text-sm">{i18n.t(K::TokensByDay)}</h3><LineChart title=i18n.t(K::TokensByDay) place_name=i18n.t(K::Day) places=places.clone() series=line(K::Tokens, |day| day.tokens as f64)/></div>
                <div><h3 class="mb-2 text-sm">{i18n.t(K::CostByDay)}</h3><LineChart title=i18n.t(K::CostByDay) place_name=i18n.t(K::Day) places=places series=line(K::Cost, |day| day.cost_micros as f64 / MILLION) least=0.000_001/></div>
            </div>
        }
        .into_any()
    } else {
        view! { <p class="mt-3 text-sm text-ink-3">{i18n.t(K::NothingSpent)}</p> }.into_any()
    };
    let time = |name: K, median: Option<f64>, p95: Option<f64>| {
        view! {
            <div><dt class="text-xs text-ink-3">{i18n.t(name)}</dt><dd class="num text-lg font-semibold">{words::milliseconds(i18n, median)}</dd><dd class="num text-xs text-ink-3">{i18n.with(K::P95Note, &[("time", &words::milliseconds(i18n, p95))])}</dd></div>
        }
    };
    view! {
        <section class="card mt-4 p-4" aria-labelledby="spending-title">
            <h2 class="flex items-center text-base"><span id="spending-title">{i18n.t(K::TimeAndCost)}</span><Downloads report=Report::Ai from=report.from to=report.to/></h2>
            <dl class="mt-3 flex flex-wrap gap-x-10 gap-y-3">
                {time(K::PurposeClassify, report.classification_median_ms, report.classification_p95_ms)}
                {time(K::Draft, report.draft_median_ms, report.draft_p95_ms)}
            </dl>
            {charts}
            <Models models=report.by_model/>
        </section>
    }
}

#[component]
fn Models(models: Vec<ModelFigures>) -> impl IntoView {
    let i18n = use_i18n();
    if models.is_empty() {
        return ().into_any();
    }
    let rows = models.into_iter().map(|row| {
        view! {
            <tr>
                <th scope="row" class="!text-[13px] !text-ink !whitespace-normal break-all">{row.model}</th>
                <td class="num">{row.decisions}</td>
                <td class="num whitespace-nowrap max-sm:hidden">{words::milliseconds(i18n, row.latency_median_ms)}</td>
                <td class="num max-sm:hidden">{row.requests}</td>
                <td class="num">{row.tokens}</td>
                <td class="num">{numbers::amount(row.cost_micros)}</td>
            </tr>
        }
    });
    view! {
        <div class="mt-4 overflow-x-auto" tabindex="0" role="region" aria-label=i18n.t(K::ByModel)>
            <table class="table">
                <caption class="sr-only">{i18n.t(K::ByModel)}</caption>
                <thead><tr><th scope="col">{i18n.t(K::Model)}</th><th scope="col">{i18n.t(K::Decisions)}</th><th scope="col" class="max-sm:hidden">{i18n.t(K::TimeMedian)}</th><th scope="col" class="max-sm:hidden">{i18n.t(K::Requests)}</th><th scope="col">{i18n.t(K::Tokens)}</th><th scope="col">{i18n.t(K::Cost)}</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
