//! The inbox page: views, list and the open conversation side by side. What is open stands in the address.

use std::time::Duration;

use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_router::{
    NavigateOptions,
    components::Outlet,
    hooks::{use_location, use_navigate, use_params_map, use_query_map},
};
use types::{ConversationId, conversations::ViewCounts};

use super::{
    api,
    filters::{ActiveFilters, FilterMenu, Search},
    list::ListState,
    row::RowView,
    sidebar::{self, Sidebar, ViewLinks},
    view::{Filter, View, query},
};
use crate::{
    browser,
    commands::{Command, use_commands},
    error::UiResult,
    i18n::{K, use_i18n},
    live::{News, use_live},
    session::use_session,
    ui::{Empty, Failure, Icon, Kbd, Loading, Menu, MenuButton, icons, use_toasts},
};

/// What the parts of the inbox share.
#[derive(Clone, Copy)]
pub struct Inbox {
    pub view: Memo<View>,
    pub filter: Memo<Filter>,
    pub selected: Memo<Option<ConversationId>>,
    pub counts: Resource<UiResult<ViewCounts>>,
    pub list: ListState,
}

impl Inbox {
    /// The address of a conversation in this view; of the view alone without one.
    pub fn href(self, id: Option<ConversationId>) -> String {
        let query = self.filter.with(Filter::to_query);
        match id {
            Some(id) => format!("/inbox/{}/{id}{query}", self.view.get().slug()),
            None => format!("/inbox/{}{query}", self.view.get().slug()),
        }
    }
}

pub fn use_inbox() -> Inbox {
    expect_context()
}

#[component]
pub fn InboxPage() -> impl IntoView {
    let i18n = use_i18n();
    let live = use_live();
    let params = use_params_map();
    let search = use_query_map();
    let path = use_location().pathname;
    let view = Memo::new(move |_| View::parse(params.read().get_str("view").unwrap_or_default()));
    let filter = Memo::new(move |_| Filter::read(&search.read()));
    let selected = Memo::new(move |_| path.with(|path| path.split('/').nth(3)?.parse().ok()));
    let list = ListState::new(use_session().user_id());
    let loaded =
        Resource::new(move || (view.get(), filter.get()), |(view, filter)| api::list(query(view, &filter, None)));
    let counts = Resource::new(|| (), |()| api::counts());
    let inbox = Inbox { view, filter, selected, counts, list };
    provide_context(inbox);

    // Counts are asked for at most every half a second, however fast the news come.
    let due = StoredValue::new(false);
    live.on(move |news| {
        list.receive(view.get_untracked(), &filter.get_untracked(), news);
        if matches!(news, News::Resync) {
            loaded.refetch();
        }
        if (news.conversation().is_some() || matches!(news, News::Resync)) && !due.get_value() {
            due.set_value(true);
            set_timeout(
                move || {
                    // Nothing is handed back while the page is there.
                    if due.try_set_value(false).is_none() {
                        counts.refetch();
                    }
                },
                Duration::from_millis(500),
            );
        }
    });
    offer_commands(inbox);

    let title = move || sidebar::title(view.get(), i18n, counts.get().and_then(Result::ok).as_ref());
    let rows = move || {
        Suspend::new(async move {
            match loaded.await {
                Ok(data) => {
                    live.since(data.seq);
                    list.show(data);
                    Either::Left(view! { <Rows/> })
                }
                Err(error) => {
                    Either::Right(view! { <Failure error=error retry=Callback::new(move |()| loaded.refetch())/> })
                }
            }
        })
    };
    // The server writes a page's head last, when the memo may be gone.
    let first = view.get_untracked().title(i18n);
    let named = move || if cfg!(feature = "ssr") { first } else { view.get().title(i18n) };
    view! {
        <Title text=named/>
        <div class="inbox" class:has-conversation=move || selected.get().is_some()>
            <Sidebar/>
            <section class="list" aria-label=i18n.t(K::Conversations)>
                <div class="bar">
                    <MenuButton menu="views" label=i18n.t(K::Views) class="views-menu icon-btn -ml-2" named=true><Icon icon=icons::DOWN/></MenuButton>
                    <Menu id="views" label=i18n.t(K::Views)><ViewLinks class="menu-item"/></Menu>
                    <h1 class="truncate text-lg"><Transition fallback=move || view.get_untracked().title(i18n)>{title}</Transition></h1>
                    <span class="ml-auto"></span>
                    <FilterMenu/>
                </div>
                <Search/>
                <ActiveFilters/>
                <div class="rows" id="rows" tabindex="-1">
                    <Transition fallback=|| view! { <Loading rows=8/> }>{rows}</Transition>
                </div>
            </section>
            <div class="inbox-main"><Outlet/></div>
        </div>
    }
}

#[component]
fn Rows() -> impl IntoView {
    let i18n = use_i18n();
    let inbox = use_inbox();
    let toasts = use_toasts();
    let list = inbox.list;
    let narrowed = move || inbox.filter.with(|filter| filter.count() > 0 || !filter.q.is_empty());
    let nothing = move || {
        list.rows.with(Vec::is_empty).then(|| {
        if narrowed() {
            view! { <Empty icon=icons::SEARCH title=i18n.t(K::NothingFound) hint=i18n.t(K::NothingFoundHint)><a class="btn mt-2" href=format!("/inbox/{}", inbox.view.get().slug())>{i18n.t(K::ClearFilters)}</a></Empty> }.into_any()
        } else {
            view! { <Empty icon=icons::CHECK title=i18n.t(K::AllDone) hint=i18n.t(K::AllDoneHint)/> }.into_any()
        }
    })
    };
    view! {
        <For each=move || list.rows.get() key=|row| row.id let:row><RowView row=row/></For>
        {nothing}
        {move || list.more.get().map(|_| view! {
            <div class="grid place-items-center p-3">
                <button type="button" class="btn" disabled=move || list.loading.get() on:click=move |_| list.load_more(inbox.view.get_untracked(), inbox.filter.get_untracked(), toasts, i18n)>
                    {i18n.t(K::LoadMore)}
                </button>
            </div>
        })}
    }
}

/// Keys of the list: they move, open and search.
fn offer_commands(inbox: Inbox) {
    let i18n = use_i18n();
    let navigate = use_navigate();
    let step = move |by: isize| {
        let from = inbox.list.cursor.get_untracked().or(inbox.selected.get_untracked());
        if let Some(next) = inbox.list.beside(from, by) {
            inbox.list.cursor.set(Some(next));
            browser::reveal(&format!("#row-{next}"));
        }
    };
    let open = move || {
        if let Some(id) = inbox.list.cursor.get_untracked() {
            navigate(&untrack(|| inbox.href(Some(id))), NavigateOptions::default());
        }
    };
    let mut commands = vec![
        Command::new(i18n.t(K::NextConversation), "j", icons::DOWN, move || step(1)),
        Command::new(i18n.t(K::PreviousConversation), "k", icons::PRIORITY_HIGH, move || step(-1)),
        Command::new(i18n.t(K::OpenConversation), "Enter", icons::CHAT, open),
        Command::new(i18n.t(K::Search), "/", icons::SEARCH, || browser::focus("#search")),
        Command::new(i18n.t(K::Filter), "f", icons::FILTER, || _ = browser::click("#filters-button")),
    ];
    commands.extend(View::FIXED.into_iter().map(|view| {
        let navigate = use_navigate();
        Command::new(i18n.with(K::GoTo, &[("name", view.title(i18n))]), "", sidebar::icon(view), move || {
            navigate(&format!("/inbox/{}", view.slug()), NavigateOptions::default());
        })
    }));
    use_commands().offer(commands);
}

/// What stands beside the list while nothing is open.
#[component]
pub fn NothingOpen() -> impl IntoView {
    let i18n = use_i18n();
    let keys = [
        ("J", K::NextConversation),
        ("K", K::PreviousConversation),
        ("↵", K::OpenConversation),
        ("Ctrl K", K::Commands),
        ("?", K::Shortcuts),
    ];
    view! {
        <div class="grid h-full place-items-center bg-bg">
            <div class="text-center">
                <Empty icon=icons::INBOX title=i18n.t(K::NothingOpen)/>
                <ul class="-mt-8 inline-grid gap-1.5 text-sm text-ink-3">
                    {keys.into_iter().map(|(key, title)| view! { <li class="flex items-center justify-between gap-8"><span>{i18n.t(title)}</span><Kbd keys=key/></li> }).collect_view()}
                </ul>
            </div>
        </div>
    }
}
