//! How the assistant does: its figures, what it could not answer, and every decision it made. For supervisors and admins.

mod auto_replies;
mod confusion;
mod decision;
mod decisions;
mod figures;
mod unanswered;
mod words;

use chrono::SecondsFormat;
use leptos::prelude::*;
use leptos_meta::Title;
use types::{
    Timestamp,
    analytics::{AnalyticsQuery, ExportFormat, Report},
};

use super::{api, period};
use crate::{
    i18n::{K, use_i18n},
    session::use_session,
    ui::{Empty, Failure, Loading, PageHead, icons},
};

pub use decision::DecisionPage;

#[component]
pub fn AiPage() -> impl IntoView {
    let i18n = use_i18n();
    let days = period::use_days();
    view! {
        <Title text=i18n.t(K::AiFigures)/>
        <div class="page"><div class="page-inner">
            <PageHead title=i18n.t(K::AiFigures) hint=i18n.t(K::AiFiguresHint)>
                <period::Periods path="/analytics/ai" days=days/>
            </PageHead>
            {if use_session().supervises() { view! { <Sections days=days/> }.into_any() } else { view! { <Closed/> }.into_any() }}
        </div></div>
    }
}

/// For whoever came here by an address.
#[component]
fn Closed() -> impl IntoView {
    let i18n = use_i18n();
    view! { <div class="card"><Empty icon=icons::LOCK title=i18n.t(K::SupervisorsOnly)/></div> }
}

#[component]
fn Sections(days: Memo<i64>) -> impl IntoView {
    let period = period::use_period();
    let report = Resource::new(
        move || days.get(),
        move |days| {
            let (from, to) = period(days);
            api::ai(AnalyticsQuery { from: Some(from), to: Some(to), ..AnalyticsQuery::default() })
        },
    );
    let content = move || {
        Suspend::new(async move {
            match report.await {
                Ok(report) => view! { <figures::Figures report=report/> }.into_any(),
                Err(error) => {
                    view! { <Failure error=error retry=Callback::new(move |()| report.refetch())/> }.into_any()
                }
            }
        })
    };
    view! {
        <Transition fallback=|| view! { <Loading rows=8/> }>{content}</Transition>
        <auto_replies::AutoReplies days=days/>
        <unanswered::Unanswered days=days/>
        <decisions::Decisions days=days/>
    }
}

/// A report of the period as files.
#[component]
pub(super) fn Downloads(report: Report, from: Timestamp, to: Timestamp) -> impl IntoView {
    let i18n = use_i18n();
    let links = ExportFormat::ALL.iter().map(|format| {
        let moment = |at: Timestamp| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let href = format!(
            "/api/analytics/export?report={report}&format={format}&from={}&to={}",
            moment(from),
            moment(to)
        );
        let name = format.to_string().to_uppercase();
        view! { <a class="link text-xs" href=href download="" rel="external" aria-label=i18n.with(K::DownloadAs, &[("name", &name)])>{name.clone()}</a> }
    });
    view! { <span class="ml-auto flex items-center gap-2.5">{links.collect_view()}</span> }
}
