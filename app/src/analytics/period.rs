//! What the pages of figures share: their period, and the way between them.

use chrono::Duration;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use types::Timestamp;

use crate::{
    i18n::{K, use_i18n},
    session::use_session,
    time::use_clock,
};

const PERIODS: [i64; 3] = [7, 30, 90];

/// The days that the address asks for.
pub fn use_days() -> Memo<i64> {
    let query = use_query_map();
    Memo::new(move |_| {
        query
            .read()
            .get_str("days")
            .and_then(|days| days.parse().ok())
            .filter(|days| PERIODS.contains(days))
            .unwrap_or(30)
    })
}

/// From when to when, for so many days. The page's first figures are as of its rendering; later ones as of the moment
/// they are asked for.
pub fn use_period() -> impl Fn(i64) -> (Timestamp, Timestamp) + Copy + Send + Sync + 'static {
    let clock = use_clock();
    let now = use_session().now;
    move |days| {
        let to = untrack(|| clock.now()).max(now);
        (to - Duration::days(days), to)
    }
}

/// The pages of figures, for those who may see both, and the periods of this one.
#[component]
pub fn Periods(path: &'static str, days: Memo<i64>) -> impl IntoView {
    let i18n = use_i18n();
    let pages = use_session().supervises().then(|| {
        let link = |href: &'static str, title: K| {
            view! { <a class="btn aria-[current=page]:bg-accent-soft aria-[current=page]:text-accent-ink" href=move || format!("{href}?days={}", days.get()) aria-current=(href == path).then_some("page")>{i18n.t(title)}</a> }
        };
        view! {
            <nav class="flex gap-1" aria-label=i18n.t(K::FiguresOf)>{link("/overview", K::Conversations)}{link("/analytics/ai", K::Assistant)}</nav>
        }
    });
    let periods = PERIODS.into_iter().map(|choice| {
        view! {
            <a class="btn aria-[current=page]:bg-accent-soft aria-[current=page]:text-accent-ink" href=format!("{path}?days={choice}") aria-current=move || (days.get() == choice).then_some("page")>{i18n.with(K::LastDays, &[("n", &choice.to_string())])}</a>
        }
    });
    view! {
        {pages}
        <nav class="flex gap-1" aria-label=i18n.t(K::Period)>{periods.collect_view()}</nav>
    }
}
