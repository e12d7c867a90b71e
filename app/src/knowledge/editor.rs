//! The editor of an article: Markdown on one side, what readers will see on the other.

use leptos::{either::Either, prelude::*, task::spawn_local};
use leptos_meta::Title;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_params_map, use_query_map},
};
use types::{
    ArticleId, Language,
    knowledge::{Article, ArticleStatus, SaveArticle},
};

use super::{api, list::status, markdown::to_html};
use crate::{
    browser,
    form::{Refusal, use_form},
    i18n::{K, use_i18n},
    rehearsals,
    session::use_session,
    time::use_clock,
    ui::{Dialog, Failure, Field, Icon, Loading, Select, icons, use_toasts},
};

#[component]
pub fn NewArticlePage() -> impl IntoView {
    // Whoever leads here may say what the article is to be about.
    let asked = use_query_map().read_untracked().clone();
    let language = asked.get("language").and_then(|language| language.parse().ok());
    view! { <Editor article=None title=asked.get("title").unwrap_or_default() language=language/> }
}

#[component]
pub fn ArticlePage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get_str("id").and_then(|id| id.parse().ok()).unwrap_or(ArticleId(0)));
    let article = Resource::new(move || id.get(), api::get);
    let content = move || {
        Suspend::new(async move {
            match article.await {
                Ok(api::Opened { article, waits, proposed }) => {
                    Either::Left(view! { <Editor article=Some(article) waits=waits proposed=proposed/> })
                }
                Err(error) => Either::Right(view! { <Failure error=error/> }),
            }
        })
    };
    view! { <Transition fallback=|| view! { <Loading rows=6/> }>{content}</Transition> }
}

/// `title` and `language` are what a new article begins with; `proposed` is what an article is to become, while it waits.
#[component]
fn Editor(
    article: Option<Article>,
    #[prop(optional)] waits: bool,
    #[prop(optional_no_strip)] proposed: Option<SaveArticle>,
    #[prop(optional)] title: String,
    #[prop(optional_no_strip)] language: Option<Language>,
) -> impl IntoView {
    let i18n = use_i18n();
    let clock = use_clock();
    let navigate = use_navigate();
    let form = use_form();
    let toasts = use_toasts();
    let id = article.as_ref().map(|article| article.id);
    let works = use_session().works();
    let administers = use_session().administers();
    let rehearses = administers && article.as_ref().is_some_and(|article| article.status != ArticleStatus::Published);
    let heading = article.as_ref().map_or_else(|| i18n.t(K::NewArticle).to_owned(), |article| article.title.clone());
    let foot = article.as_ref().map(|article| {
        let (at, author) = (article.updated_at, article.author_name.clone());
        view! { <p class="text-xs text-ink-3">{move || i18n.with(K::UpdatedAt, &[("when", &clock.full(i18n, at))])}{author.map(|author| format!(" · {author}"))}</p> }
    });
    let waits = RwSignal::new(waits);
    let shown = proposed.or_else(|| article.map(as_saved));
    let title = shown.as_ref().map_or(title, |shown| shown.title.clone());
    let start = shown.as_ref().map(|shown| shown.body.clone()).unwrap_or_default();
    let body = RwSignal::new(start.clone());
    let preview_only = RwSignal::new(false);
    let removing = RwSignal::new(false);
    let why = move |name: &'static str| form.why(name);
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let article = SaveArticle {
            title: browser::field(&event, "title"),
            body: body.get_untracked(),
            language: browser::field(&event, "language").parse().ok(),
            collection: Some(browser::field(&event, "collection")).filter(|name| !name.trim().is_empty()),
            status: browser::field(&event, "status").parse().ok(),
        };
        let navigate = navigate.clone();
        form.run(api::save(id, article), move |(saved, to_be_tried)| {
            toasts.done(i18n.t(if to_be_tried { K::ToBeTried } else { K::Saved }));
            waits.try_set(to_be_tried);
            if id.is_none() {
                let instead = NavigateOptions { replace: true, ..NavigateOptions::default() };
                navigate(&format!("/knowledge/{saved}"), instead);
            }
        });
    };
    let languages =
        Language::ALL.iter().map(|language| (language.to_string(), i18n.language(*language).to_owned())).collect();
    let statuses =
        ArticleStatus::ALL.iter().map(|choice| (choice.to_string(), status(i18n, *choice).to_owned())).collect();
    let language = shown.as_ref().and_then(|shown| shown.language).or(language).unwrap_or(i18n.0).to_string();
    let current = shown.as_ref().and_then(|shown| shown.status).unwrap_or(ArticleStatus::Published).to_string();
    let collection = shown.and_then(|shown| shown.collection).unwrap_or_default();
    let notice = move || {
        waits.get().then(|| {
            let link = administers.then(|| view! { " "<a class="link" href=rehearsals::PATH>{i18n.t(K::Rehearsal)}</a> });
            view! { <p class="flex items-start gap-1.5 text-sm text-ink-2" role="status"><Icon icon=icons::HOURGLASS class="mt-0.5 shrink-0"/><span>{i18n.t(K::ArticleWaits)}{link}</span></p> }
        })
    };
    let confirm = title.clone();
    view! {
        <Title text=heading.clone()/>
        <form class="flex h-full min-h-0 flex-col" on:submit=save>
            <div class="bar bg-panel">
                <a class="icon-btn -ml-2" href="/knowledge" aria-label=i18n.t(K::Knowledge)><Icon icon=icons::BACK/></a>
                <h1 class="truncate text-lg">{heading}</h1>
                <span class="ml-auto"></span>
                <button type="button" class="btn lg:!hidden" aria-pressed=move || preview_only.get().to_string() on:click=move |_| preview_only.update(|on| *on = !*on)><Icon icon=icons::EYE/><span class="max-sm:sr-only">{i18n.t(K::Preview)}</span></button>
                {id.filter(|_| rehearses).map(|id| view! { <button type="button" class="btn" title=i18n.t(K::RehearsePublishing) disabled=move || form.busy() on:click=move |_| form.run(rehearsals::api::publish(id), |()| ())><Icon icon=icons::FLASK/><span class="max-sm:sr-only">{i18n.t(K::RehearsePublishing)}</span></button> })}
                {(works && id.is_some()).then(|| view! { <button type="button" class="icon-btn" aria-label=i18n.t(K::DeleteArticle) title=i18n.t(K::DeleteArticle) on:click=move |_| removing.set(true)><Icon icon=icons::TRASH/></button> })}
                {works.then(|| view! { <button type="submit" class="btn btn-primary" disabled=move || form.busy()><Icon icon=icons::CHECK/>{i18n.t(K::Save)}</button> })}
            </div>
            <div class="grid min-h-0 flex-1 lg:grid-cols-2">
                <div class="flex min-h-0 flex-col gap-3.5 overflow-auto bg-panel p-5" class=("max-lg:hidden", move || preview_only.get())>
                    {notice}
                    <Field name="title" label=i18n.t(K::ArticleTitle) value=title required=true error=why("title")/>
                    <div class="grid gap-3.5 sm:grid-cols-3">
                        <Field name="collection" label=i18n.t(K::Collection) value=collection error=why("collection")/>
                        <Select name="language" label=i18n.t(K::Language) options=languages value=language/>
                        <Select name="status" label=i18n.t(K::Status) options=statuses value=current/>
                    </div>
                    <div class="field flex-1 !grid-rows-[auto_minmax(240px,1fr)_auto]">
                        <label for="article-body">{i18n.t(K::ArticleBody)}</label>
                        <textarea id="article-body" class="input !h-full !resize-none font-mono !text-[13px] !leading-relaxed" name="body" required spellcheck="true" on:input=move |event| body.set(event_target_value(&event))
                            aria-invalid=move || why("body").get().is_some().to_string()>{start}</textarea>
                        {move || why("body").get().map(|why| view! { <span class="field-error" role="alert">{why}</span> })}
                    </div>
                    <Refusal form=form/>
                    {foot}
                </div>
                <section class="min-h-0 overflow-auto border-line px-7 py-6 lg:border-l" class=("max-lg:hidden", move || !preview_only.get()) aria-label=i18n.t(K::Preview) tabindex="0">
                    <p class="mx-auto max-w-[640px] text-sm text-ink-3" class:hidden=move || body.with(|body| !body.trim().is_empty())>{i18n.t(K::Preview)}</p>
                    <div class="prose mx-auto max-w-[640px]" inner_html=move || to_html(&body.get())></div>
                </section>
            </div>
        </form>
        {id.map(|id| view! { <Remove id=id title=confirm open=removing/> })}
    }
}

/// What saving an article as it stands would send.
fn as_saved(article: Article) -> SaveArticle {
    SaveArticle {
        title: article.title,
        body: article.body,
        language: Some(article.language),
        collection: Some(article.collection),
        status: Some(article.status),
    }
}

/// Deleting is confirmed by naming the article.
#[component]
fn Remove(id: ArticleId, title: String, open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let navigate = StoredValue::new(use_navigate());
    let remove = move |_| {
        let navigate = navigate.get_value();
        spawn_local(async move {
            match api::delete(id).await {
                Ok(()) => {
                    open.set(false);
                    toasts.done(i18n.t(K::ArticleDeleted));
                    navigate("/knowledge", NavigateOptions::default());
                }
                Err(error) => toasts.failed(error.text(i18n)),
            }
        });
    };
    view! {
        <Dialog open=open title=i18n.t(K::DeleteArticle)>
            <div class="p-4">
                <p>{i18n.with(K::DeleteArticleSure, &[("name", &title)])}</p>
                <div class="mt-4 flex justify-end gap-2">
                    <button type="button" class="btn" on:click=move |_| open.set(false)>{i18n.t(K::Cancel)}</button>
                    <button type="button" class="btn btn-danger" on:click=remove><Icon icon=icons::TRASH/>{i18n.t(K::Delete)}</button>
                </div>
            </div>
        </Dialog>
    }
}
