//! Search and filters of the list. They are plain links and a plain form: what narrows the list stands in its address.

use leptos::prelude::*;
use leptos_router::components::Form;
use types::{
    classifications::Sentiment,
    conversations::{Priority, Sort},
};

use super::{inbox::use_inbox, row::priority_icon, view::Filter};
use crate::{
    directory::use_directory,
    i18n::{K, use_i18n},
    ui::{Icon, Kbd, Menu, MenuButton, icons},
};

/// The search field; searching within a view keeps the view.
#[component]
pub fn Search() -> impl IntoView {
    let i18n = use_i18n();
    let inbox = use_inbox();
    let filter = inbox.filter;
    let hidden = move || {
        let Filter { priority, category, sentiment, label, unread, sort, .. } = filter.get();
        let kept = [
            ("priority", priority.map(|v| v.to_string())),
            ("category", category),
            ("sentiment", sentiment.map(|v| v.to_string())),
            ("label", label),
            ("unread", unread.then(|| "true".to_owned())),
            ("sort", sort.map(|v| v.to_string())),
        ];
        kept.into_iter()
            .filter_map(|(name, value)| value.map(|value| view! { <input type="hidden" name=name value=value/> }))
            .collect_view()
    };
    view! {
        <div class="border-b border-soft px-3 py-2" role="search">
            <Form method="get" action="" attr:class="relative">
                {hidden}
                <Icon icon=icons::SEARCH class="pointer-events-none absolute top-2 left-2.5 text-ink-3"/>
                <input id="search" class="input !h-8 !bg-sunken !pr-8 !pl-8" type="search" name="q" placeholder=i18n.t(K::SearchHint) aria-label=i18n.t(K::SearchHint)
                    value=filter.read_untracked().q.clone() prop:value=move || filter.get().q autocomplete="off"
                    on:keydown=move |event| if event.key() == "Escape" { crate::browser::blur(); }/>
                <span class="pointer-events-none absolute top-[7px] right-2"><Kbd keys="/"/></span>
            </Form>
        </div>
    }
}

/// The filter menu, and the order of the list.
#[component]
pub fn FilterMenu() -> impl IntoView {
    let i18n = use_i18n();
    let inbox = use_inbox();
    let directory = use_directory();
    let link = move |chosen: bool, next: Filter, icon: Option<icondata_core::Icon>, text: String| {
        view! {
            <a class="menu-item" href=format!("/inbox/{}{}", inbox.view.get().slug(), next.to_query()) aria-current=chosen.then_some("true") on:click=move |_| crate::browser::close_menus()>
                {icon.map(|icon| view! { <Icon icon=icon class="text-ink-3"/> })}
                {text}
                {chosen.then(|| view! { <span class="menu-hint"><Icon icon=icons::CHECK/></span> })}
            </a>
        }
    };
    let content = move || {
        let now = inbox.filter.get();
        let priorities = Priority::ALL.iter().map(|&priority| {
            let chosen = now.priority == Some(priority);
            link(
                chosen,
                Filter { priority: (!chosen).then_some(priority), ..now.clone() },
                Some(priority_icon(priority)),
                i18n.priority(priority).to_owned(),
            )
        });
        let categories = directory.categories(i18n).into_iter().map(|(category, title)| {
            let chosen = now.category.as_ref() == Some(&category);
            link(chosen, Filter { category: (!chosen).then_some(category), ..now.clone() }, None, title)
        });
        let sentiments = Sentiment::ALL.iter().map(|&sentiment| {
            let chosen = now.sentiment == Some(sentiment);
            link(
                chosen,
                Filter { sentiment: (!chosen).then_some(sentiment), ..now.clone() },
                None,
                i18n.sentiment(sentiment).to_owned(),
            )
        });
        let labels = directory.get().labels.into_iter().map(|label| {
            let chosen = now.label.as_ref() == Some(&label.title);
            link(
                chosen,
                Filter { label: (!chosen).then(|| label.title.clone()), ..now.clone() },
                Some(icons::LABEL),
                label.title,
            )
        });
        let sorts = Sort::ALL.iter().map(|&sort| {
            let chosen = now.sort.unwrap_or(Sort::Activity) == sort;
            let title = i18n.t(match sort {
                Sort::Activity => K::SortActivity,
                Sort::Newest => K::SortNewest,
                Sort::Oldest => K::SortOldest,
                Sort::Priority => K::SortPriority,
                Sort::Waiting => K::SortWaiting,
            });
            link(
                chosen,
                Filter { sort: (sort != Sort::Activity).then_some(sort), ..now.clone() },
                None,
                title.to_owned(),
            )
        });
        view! {
            {link(now.unread, Filter { unread: !now.unread, ..now.clone() }, Some(icons::DOT), i18n.t(K::OnlyUnread).to_owned())}
            <p class="menu-title">{i18n.t(K::Priority)}</p>{priorities.collect_view()}
            <p class="menu-title">{i18n.t(K::Category)}</p>{categories.collect_view()}
            <p class="menu-title">{i18n.t(K::Sentiment)}</p>{sentiments.collect_view()}
            <p class="menu-title">{i18n.t(K::Labels)}</p>{labels.collect_view()}
            <p class="menu-title">{i18n.t(K::Order)}</p>{sorts.collect_view()}
        }
    };
    view! {
        <MenuButton menu="filters" label=i18n.t(K::Filter) class="icon-btn relative" named=true>
            <Icon icon=icons::FILTER/>
            {move || (inbox.filter.with(Filter::count) > 0).then(|| view! { <span class="absolute top-1 right-1 size-[7px] rounded-full bg-accent"></span> })}
        </MenuButton>
        <Menu id="filters" label=i18n.t(K::Filter) class="menu-end"><Transition>{content}</Transition></Menu>
    }
}

/// The filters that are set, each a click from being unset.
#[component]
pub fn ActiveFilters() -> impl IntoView {
    let i18n = use_i18n();
    let inbox = use_inbox();
    let chips = move || {
        let now = inbox.filter.get();
        let chip = |text: String, next: Filter| {
            view! {
                <a class="tag tag-accent" href=format!("/inbox/{}{}", inbox.view.get().slug(), next.to_query()) aria-label=i18n.with(K::RemoveFilter, &[("name", &text)])>{text.clone()}<Icon icon=icons::CLOSE/></a>
            }
        };
        let chips = [
            (!now.q.is_empty()).then(|| chip(format!("“{}”", now.q), Filter { q: String::new(), ..now.clone() })),
            now.unread.then(|| chip(i18n.t(K::OnlyUnread).to_owned(), Filter { unread: false, ..now.clone() })),
            now.priority
                .map(|priority| chip(i18n.priority(priority).to_owned(), Filter { priority: None, ..now.clone() })),
            now.category
                .as_ref()
                .map(|category| chip(i18n.category(category), Filter { category: None, ..now.clone() })),
            now.sentiment
                .map(|sentiment| chip(i18n.sentiment(sentiment).to_owned(), Filter { sentiment: None, ..now.clone() })),
            now.label.as_ref().map(|label| chip(label.clone(), Filter { label: None, ..now.clone() })),
        ];
        let chips: Vec<_> = chips.into_iter().flatten().collect();
        (!chips.is_empty())
            .then(|| view! { <div class="flex flex-wrap gap-1.5 border-b border-soft px-3 py-2">{chips}</div> })
    };
    view! { {chips} }
}
