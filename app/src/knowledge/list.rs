//! The articles by collection, and the search.

use std::collections::BTreeMap;

use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_router::{components::Form, hooks::use_query_map};
use types::knowledge::{ArticleQuery, ArticleStatus, ArticleSummary, SearchHit};

use super::api;
use crate::{
    i18n::{I18n, K, use_i18n},
    session::use_session,
    time::use_clock,
    ui::{Empty, Failure, Icon, Loading, PageHead, icons},
};

pub fn status(i18n: I18n, status: ArticleStatus) -> &'static str {
    i18n.t(match status {
        ArticleStatus::Draft => K::ArticleDraft,
        ArticleStatus::Published => K::ArticlePublished,
        ArticleStatus::Archived => K::ArticleArchived,
    })
}

#[component]
pub fn KnowledgePage() -> impl IntoView {
    let i18n = use_i18n();
    let query = use_query_map();
    let q = Memo::new(move |_| query.read().get("q").unwrap_or_default());
    let articles = Resource::new(|| (), |()| api::list(ArticleQuery { limit: Some(200), ..ArticleQuery::default() }));
    let hits = Resource::new(
        move || q.get(),
        |q| async move { if q.trim().is_empty() { Ok(None) } else { api::search(q).await.map(Some) } },
    );
    let content = move || {
        Suspend::new(async move {
            match hits.await {
                Ok(Some(hits)) => view! { <Hits hits=hits/> }.into_any(),
                Ok(None) => match articles.await {
                    Ok(page) => view! { <Articles articles=page.data/> }.into_any(),
                    Err(error) => view! { <Failure error=error/> }.into_any(),
                },
                Err(error) => view! { <Failure error=error/> }.into_any(),
            }
        })
    };
    view! {
        <Title text=i18n.t(K::Knowledge)/>
        <div class="page"><div class="page-inner">
            <PageHead title=i18n.t(K::Knowledge) hint=i18n.t(K::KnowledgeHint)>
                {use_session().works().then(|| view! { <a class="btn btn-primary" href="/knowledge/new"><Icon icon=icons::PLUS/>{i18n.t(K::NewArticle)}</a> })}
            </PageHead>
            <Form method="get" action="" attr:class="relative mb-5 max-w-[560px]" attr:role="search">
                <Icon icon=icons::SEARCH class="pointer-events-none absolute top-[11px] left-3 text-ink-3"/>
                <input class="input !h-[38px] !pl-9" type="search" name="q" value=q.get_untracked() prop:value=move || q.get() placeholder=i18n.t(K::KnowledgeSearch) aria-label=i18n.t(K::KnowledgeSearch)/>
            </Form>
            <Transition fallback=|| view! { <Loading rows=6/> }>{content}</Transition>
        </div></div>
    }
}

#[component]
fn Articles(articles: Vec<ArticleSummary>) -> impl IntoView {
    let i18n = use_i18n();
    let clock = use_clock();
    if articles.is_empty() {
        return Either::Left(
            view! { <Empty icon=icons::BOOK title=i18n.t(K::NoArticles) hint=i18n.t(K::NoArticlesHint)/> },
        );
    }
    let mut collections: BTreeMap<String, Vec<ArticleSummary>> = BTreeMap::new();
    for article in articles {
        collections.entry(article.collection.clone()).or_default().push(article);
    }
    let sections = collections.into_iter().map(|(name, articles)| {
        let count = articles.len();
        let rows = articles.into_iter().map(|article| {
            let at = article.updated_at;
            let tone = if article.status == ArticleStatus::Published { "tag tag-green" } else { "tag" };
            view! {
                <li class="border-t border-soft first:border-t-0">
                    <a class="flex items-center gap-3 px-4 py-2.5 hover:bg-hover" href=format!("/knowledge/{}", article.id)>
                        <Icon icon=icons::FILE class="text-ink-3"/>
                        <span class="min-w-0 flex-1 truncate font-medium">{article.title}</span>
                        {(!article.indexed && article.status == ArticleStatus::Published).then(|| view! { <span class="tag tag-orange max-sm:hidden">{i18n.t(K::NotIndexed)}</span> })}
                        <span class=format!("{tone} max-sm:hidden")>{status(i18n, article.status)}</span>
                        <span class="tag" title=i18n.language(article.language)>{article.language.as_str()}</span>
                        <time class="w-16 text-right text-xs text-ink-3 max-sm:hidden" datetime=at.to_rfc3339()>{move || clock.day(i18n, at)}</time>
                    </a>
                </li>
            }
        });
        let name = if name.is_empty() { i18n.t(K::NoCollection).to_owned() } else { name };
        view! {
            <section class="mb-5">
                <h2 class="mb-2 flex items-baseline gap-2 text-sm">{name}<span class="num font-normal text-ink-3">{count}</span></h2>
                <ul class="card overflow-hidden">{rows.collect_view()}</ul>
            </section>
        }
    });
    Either::Right(sections.collect_view())
}

#[component]
fn Hits(hits: Vec<SearchHit>) -> impl IntoView {
    let i18n = use_i18n();
    if hits.is_empty() {
        return Either::Left(
            view! { <Empty icon=icons::SEARCH title=i18n.t(K::NothingFound) hint=i18n.t(K::KnowledgeNothing)/> },
        );
    }
    let rows = hits.into_iter().enumerate().map(|(at, hit)| view! {
        <li class="border-t border-soft first:border-t-0">
            <a class="grid grid-cols-[18px_minmax(0,1fr)_auto] gap-x-3 gap-y-1 px-4 py-3 hover:bg-hover" href=format!("/knowledge/{}", hit.article_id)>
                <span class="src-n mt-0.5">{at + 1}</span>
                <span class="font-medium">{hit.title}</span>
                <span class="tag num" title=i18n.t(K::Similarity)>{format!("{:.2}", hit.similarity)}</span>
                <span class="col-span-2 col-start-2 line-clamp-3 text-sm text-ink-2">{hit.excerpt}</span>
            </a>
        </li>
    });
    Either::Right(view! {
        <p class="mb-2 text-sm text-ink-3">{i18n.t(K::KnowledgeHits)}" "<a class="link" href="/knowledge">{i18n.t(K::ShowAll)}</a></p>
        <ol class="card overflow-hidden">{rows.collect_view()}</ol>
    })
}
