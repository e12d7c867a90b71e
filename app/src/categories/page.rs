//! The list of categories, and below it what came of teaching them.

use leptos::prelude::*;
use leptos_meta::Title;
use types::{categories::Category, teams::Team};

use super::{api, learning::LearningSection};
use crate::{
    directory::use_directory,
    i18n::{K, use_i18n},
    layout::AdminsOnly,
    session::use_session,
    ui::{Failure, Icon, Loading, PageHead, icons},
};

#[component]
pub fn CategoriesPage() -> impl IntoView {
    let i18n = use_i18n();
    let directory = use_directory();
    let categories = Resource::new(|| (), |()| api::list());
    let content = move || {
        Suspend::new(async move {
            let teams = directory.loaded.await.map(|known| known.teams).unwrap_or_default();
            match categories.await {
                Ok(known) => view! {
                    <ul class="card overflow-hidden">{known.into_iter().map(|category| view! { <Row teams=answering(&teams, &category.name) category=category/> }).collect_view()}</ul>
                }
                .into_any(),
                Err(error) => view! { <Failure error=error/> }.into_any(),
            }
        })
    };
    if !use_session().administers() {
        return view! { <AdminsOnly title=K::Categories/> }.into_any();
    }
    view! {
        <Title text=i18n.t(K::Categories)/>
        <PageHead title=i18n.t(K::Categories) hint=i18n.t(K::CategoriesHint)>
            <a class="btn btn-primary" href="/settings/categories/new"><Icon icon=icons::PLUS/>{i18n.t(K::NewCategory)}</a>
        </PageHead>
        <Transition fallback=|| view! { <Loading rows=4/> }>{content}</Transition>
        <LearningSection/>
    }
    .into_any()
}

/// The teams that answer for the category of that name.
pub fn answering(teams: &[Team], category: &str) -> Vec<String> {
    teams.iter().filter(|team| team.category.as_deref() == Some(category)).map(|team| team.name.clone()).collect()
}

#[component]
fn Row(category: Category, teams: Vec<String>) -> impl IntoView {
    let i18n = use_i18n();
    let untaught = category.example_count + category.builtin_count + category.correction_count == 0;
    let figure = |many, one, n: i64| (n > 0).then(|| view! { <span class="tag num">{i18n.count(many, one, n)}</span> });
    view! {
        <li class="border-t border-soft first:border-t-0">
            <a class="flex items-center gap-x-4 gap-y-1.5 px-4 py-3 hover:bg-hover max-sm:flex-wrap" href=format!("/settings/categories/{}", category.id)>
                <span class="min-w-0 flex-1 max-sm:basis-full">
                    <span class="flex items-center gap-2"><span class="truncate font-medium">{i18n.category(&category.name)}</span>{teams.into_iter().map(|team| view! { <span class="tag"><Icon icon=icons::TEAM/>{team}</span> }).collect_view()}</span>
                    <span class="block truncate text-sm text-ink-3">{category.description}</span>
                </span>
                <span class="flex flex-wrap gap-1.5">
                    {figure(K::ExamplesMany, K::ExamplesOne, category.example_count)}
                    {figure(K::CorrectionsMany, K::CorrectionsOne, category.correction_count)}
                    <Builtin count=category.builtin_count/>
                    {untaught.then(|| view! { <span class="tag tag-orange"><Icon icon=icons::ALERT/>{i18n.t(K::NoExamplesYet)}</span> })}
                </span>
                <Icon icon=icons::NEXT class="text-ink-3 max-sm:hidden"/>
            </a>
        </li>
    }
}

/// How many of the product's own examples teach it.
#[component]
pub fn Builtin(count: i64) -> impl IntoView {
    let i18n = use_i18n();
    let text = i18n.with(K::BuiltinExamples, &[("n", &count.to_string())]);
    (count > 0).then(
        || view! { <span class="tag num" title=i18n.t(K::BuiltinExamplesHint)><Icon icon=icons::BOT/>{text}</span> },
    )
}
