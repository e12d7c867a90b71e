//! What customers asked and the articles do not answer: each group is an article to write. Reading that many questions
//! takes the model a moment, so the browser asks for them when the rest of the page stands.

use leptos::{prelude::*, task::spawn_local};
use types::analytics::{AnalyticsQuery, Report, SuggestedArticle, UnansweredReport};

use super::{Downloads, api, period};
use crate::{
    error::UiResult,
    i18n::{K, use_i18n},
    session::use_session,
    time::use_clock,
    ui::{Empty, Failure, Icon, Loading, icons},
    url,
};

#[component]
pub fn Unanswered(days: Memo<i64>) -> impl IntoView {
    let i18n = use_i18n();
    let period = period::use_period();
    let found = RwSignal::new(None::<UiResult<UnansweredReport>>);
    let again = RwSignal::new(0);
    Effect::new(move |_| {
        again.track();
        let wanted = days.get();
        let (from, to) = period(wanted);
        found.set(None);
        spawn_local(async move {
            let query = AnalyticsQuery { from: Some(from), to: Some(to), ..AnalyticsQuery::default() };
            let answer = api::unanswered(query).await;
            // Another period was chosen meanwhile.
            if days.try_get_untracked() == Some(wanted) {
                found.try_set(Some(answer));
            }
        });
    });
    let content = move || match found.get() {
        None => view! { <Loading rows=3/> }.into_any(),
        Some(Ok(report)) => view! { <Suggestions report=report/> }.into_any(),
        Some(Err(error)) => {
            view! { <Failure error=error retry=Callback::new(move |()| again.update(|n| *n += 1))/> }.into_any()
        }
    };
    let downloads = move || {
        let (from, to) = period(days.get());
        view! { <Downloads report=Report::AiUnanswered from=from to=to/> }
    };
    view! {
        <section class="card mt-4" aria-labelledby="unanswered-title">
            <div class="px-4 pt-4 pb-3">
                <h2 class="flex items-center text-base"><span id="unanswered-title">{i18n.t(K::UnansweredTitle)}</span>{downloads}</h2>
                <p class="mt-0.5 text-xs text-ink-3">{i18n.t(K::UnansweredHint)}</p>
            </div>
            {content}
        </section>
    }
}

#[component]
fn Suggestions(report: UnansweredReport) -> impl IntoView {
    let i18n = use_i18n();
    if report.data.is_empty() {
        return view! { <Empty icon=icons::CHECK title=i18n.t(K::NothingUnanswered) hint=i18n.t(K::NothingUnansweredHint)/> }.into_any();
    }
    let rows = report.data.into_iter().map(|article| view! { <Suggestion article=article/> }).collect_view();
    view! { <ul class="max-h-[560px] overflow-y-auto" tabindex="0" aria-labelledby="unanswered-title">{rows}</ul> }
        .into_any()
}

#[component]
fn Suggestion(article: SuggestedArticle) -> impl IntoView {
    let i18n = use_i18n();
    let clock = use_clock();
    let href = format!("/knowledge/new?title={}&language={}", url::encode(&article.title), article.language);
    let examples = article.examples.into_iter().map(|question| {
        let at = question.created_at;
        view! {
            <li class="py-1 text-sm">
                <a class="link" href=format!("/inbox/all/{}", question.conversation_id)>{format!("#{}", question.display_id)}</a>
                <span class="num ml-2 text-xs text-ink-3">{move || clock.day(i18n, at)}</span>
                <p class="text-ink-2">{question.excerpt}</p>
            </li>
        }
    });
    view! {
        <li class="flex flex-wrap items-start gap-x-3 gap-y-2 border-t border-soft px-4 py-3">
            <div class="min-w-0 flex-1 basis-[260px]">
                <h3 class="text-[13.5px] break-words">{article.title}</h3>
                <details class="mt-1">
                    <summary class="inline-block text-xs text-ink-3 underline underline-offset-2">{i18n.count(K::QuestionsMany, K::QuestionsOne, article.count)}</summary>
                    <ul class="mt-1">{examples.collect_view()}</ul>
                </details>
            </div>
            <span class="tag" title=i18n.language(article.language)>{article.language.as_str()}</span>
            {use_session().works().then(|| view! { <a class="btn" href=href><Icon icon=icons::EDIT/>{i18n.t(K::WriteArticle)}</a> })}
        </li>
    }
}
