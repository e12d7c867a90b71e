//! The views beside the list, with counts that follow the news.

use leptos::prelude::*;
use types::conversations::{TeamCount, ViewCounts};

use super::{inbox::use_inbox, view::View};
use crate::{
    i18n::{I18n, K, use_i18n},
    ui::{Icon, icons},
};

pub fn icon(view: View) -> icondata_core::Icon {
    match view {
        View::Mine => icons::USER,
        View::Unassigned => icons::INBOX,
        View::All | View::Everything => icons::CHAT,
        View::Snoozed => icons::CLOCK,
        View::Pending => icons::HOURGLASS,
        View::Resolved => icons::CHECK,
        View::Team(_) => icons::TEAM,
    }
}

fn count(view: View, counts: &ViewCounts) -> i64 {
    match view {
        View::Mine => counts.mine,
        View::Unassigned => counts.unassigned,
        View::All => counts.all,
        View::Snoozed => counts.snoozed,
        View::Pending => counts.pending,
        View::Resolved => counts.resolved,
        View::Team(id) => counts.teams.iter().find(|team| team.team_id == id).map_or(0, |team| team.open),
        View::Everything => 0,
    }
}

/// The name of a view: a team's own, or ours.
pub fn title(view: View, i18n: I18n, counts: Option<&ViewCounts>) -> String {
    let team = |id| {
        counts.and_then(|counts| counts.teams.iter().find(|team| team.team_id == id)).map(|team| team.name.clone())
    };
    match view {
        View::Team(id) => team(id).unwrap_or_else(|| view.title(i18n).to_owned()),
        _ => view.title(i18n).to_owned(),
    }
}

/// The list of views; `item` makes a link of the sidebar or of the phone's menu.
#[component]
pub fn ViewLinks(class: &'static str) -> impl IntoView {
    let i18n = use_i18n();
    let inbox = use_inbox();
    let link = move |view: View, name: String, counts: Option<&ViewCounts>| {
        let number = counts.map(|counts| count(view, counts));
        view! {
            <a class=class href=format!("/inbox/{}", view.slug()) aria-current=move || (inbox.view.get() == view).then_some("page") on:click=move |_| crate::browser::close_menus()>
                <Icon icon=icon(view)/>
                <span class="truncate">{name}</span>
                <span class="count menu-hint">{number}</span>
            </a>
        }
    };
    let all = move || {
        let counts = inbox.counts.get().and_then(Result::ok);
        let fixed =
            View::FIXED.into_iter().map(|view| link(view, view.title(i18n).to_owned(), counts.as_ref())).collect_view();
        let teams = counts.as_ref().filter(|known| !known.teams.is_empty()).map(|known| {
            let of = |team: &TeamCount| link(View::Team(team.team_id), team.name.clone(), counts.as_ref());
            view! { <h2 class="menu-title">{i18n.t(K::Teams)}</h2> {known.teams.iter().map(of).collect_view()} }
        });
        view! { {fixed} {teams} }
    };
    view! { <Transition>{all}</Transition> }
}

#[component]
pub fn Sidebar() -> impl IntoView {
    let i18n = use_i18n();
    let commands = crate::commands::use_commands();
    view! {
        <nav class="views" aria-label=i18n.t(K::Views)>
            <div class="flex items-center gap-2 px-2 pt-0.5 pb-2.5">
                <span class="truncate font-semibold">{i18n.t(K::Inbox)}</span>
                <button type="button" class="kbd ml-auto !px-1.5 !text-[11px]" title=i18n.t(K::Commands) on:click=move |_| commands.palette.set(true)>"Ctrl K"</button>
            </div>
            <ViewLinks class="view-link"/>
        </nav>
    }
}
