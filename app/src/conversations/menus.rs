//! The menus of a conversation's properties, and its commands.

use leptos::prelude::*;
use types::{
    agents::{AgentRef, Role},
    conversations::{Priority, Status},
    teams::TeamRef,
};

use super::{
    inbox::use_inbox,
    row::priority_icon,
    state::{OpenConversation, use_open},
};
use crate::{
    browser,
    commands::{Command, use_commands},
    directory::use_directory,
    i18n::{K, use_i18n},
    layout::PresenceDot,
    session::Session,
    ui::{Avatar, Icon, Kbd, Menu, MenuButton, icons},
};

fn tick(chosen: bool) -> Option<impl IntoView> {
    chosen.then(|| view! { <span class="menu-hint"><Icon icon=icons::CHECK/></span> })
}

#[component]
pub fn AssigneeMenu() -> impl IntoView {
    let i18n = use_i18n();
    let open = use_open();
    let directory = use_directory();
    let assignee = Memo::new(move |_| open.conversation.with(|conversation| conversation.assignee.clone()));
    let me = open.session.with_value(Session::user_id);
    // Every item is a form that posts without any script too.
    let item = move |agent: Option<AgentRef>, load: Option<String>| {
        let chosen = assignee.get().map(|agent| agent.id) == agent.as_ref().map(|agent| agent.id);
        let id = agent.as_ref().map_or(0, |agent| agent.id.0);
        let name = agent.as_ref().map_or_else(|| i18n.t(K::Nobody).to_owned(), |agent| agent.name.clone());
        let picture = match &agent {
            Some(agent) => view! { <Avatar name=agent.name.clone() size=18/> }.into_any(),
            None => view! { <Icon icon=icons::USER class="text-ink-3"/> }.into_any(),
        };
        view! {
            <form method="post" action="/api/ui/conversations/assign-form" on:submit=move |event| { event.prevent_default(); open.assign_agent(agent.clone()); }>
                <input type="hidden" name="id" value=open.id.to_string()/>
                <input type="hidden" name="agent_id" value=id/>
                <button type="submit" class="menu-item">
                    {picture}
                    <span class="truncate">{name}</span>
                    {match load { Some(load) if !chosen => view! { <span class="menu-hint num">{load}</span> }.into_any(), _ => tick(chosen).into_any() }}
                </button>
            </form>
        }
    };
    let items = move || {
        let mut agents = directory.get().agents;
        agents.retain(|agent| agent.role != Role::Viewer);
        // The person first, then whoever is online.
        agents.sort_by_key(|agent| (Some(agent.id) != me, agent.availability, agent.name.clone()));
        let agents = agents.into_iter().map(|agent| {
            item(
                Some(AgentRef { id: agent.id, name: agent.name }),
                Some(format!("{}/{}", agent.current_load, agent.max_load)),
            )
        });
        view! { {item(None, None)} {agents.collect_view()} }
    };
    let current = move || match assignee.get() {
        Some(agent) => {
            view! { <Avatar name=agent.name.clone() size=18/><span class="truncate">{agent.name}</span> }.into_any()
        }
        None => {
            view! { <Icon icon=icons::USER_PLUS class="text-ink-3"/><span>{i18n.t(K::Unassigned)}</span> }.into_any()
        }
    };
    view! {
        <MenuButton menu="assign" label=i18n.t(K::Assignee) class="pick !ml-0">{current}<Icon icon=icons::DOWN/></MenuButton>
        <Menu id="assign" label=i18n.t(K::Assignee)>
            <p class="menu-title flex items-center gap-2">{i18n.t(K::Assignee)}<span class="ml-auto"><Kbd keys="A"/></span></p>
            <Transition>{items}</Transition>
        </Menu>
        {move || assignee.get().map(|agent| view! { <span class="relative -ml-1 size-2.5"><PresenceDot agent=agent.id/></span> })}
    }
}

#[component]
pub fn TeamMenu() -> impl IntoView {
    let i18n = use_i18n();
    let open = use_open();
    let directory = use_directory();
    let team = Memo::new(move |_| open.conversation.with(|conversation| conversation.team.clone()));
    let item = move |choice: Option<TeamRef>| {
        let chosen = team.get().map(|team| team.id) == choice.as_ref().map(|team| team.id);
        let name = choice.as_ref().map_or_else(|| i18n.t(K::NoTeam).to_owned(), |team| team.name.clone());
        view! { <button type="button" class="menu-item" on:click=move |_| open.assign_team(choice.clone())><Icon icon=icons::TEAM class="text-ink-3"/>{name}{tick(chosen)}</button> }
    };
    let items = move || {
        let teams = directory.get().teams.into_iter().map(|team| item(Some(TeamRef { id: team.id, name: team.name })));
        view! { {item(None)} {teams.collect_view()} }
    };
    view! {
        <MenuButton menu="team" label=i18n.t(K::Team) class="pick !ml-0">
            <Icon icon=icons::TEAM class="text-ink-3"/>
            <span class="truncate">{move || team.get().map_or_else(|| i18n.t(K::NoTeam).to_owned(), |team| team.name)}</span>
            <Icon icon=icons::DOWN/>
        </MenuButton>
        <Menu id="team" label=i18n.t(K::Team)><p class="menu-title">{i18n.t(K::Team)}</p><Transition>{items}</Transition></Menu>
    }
}

#[component]
pub fn PriorityMenu() -> impl IntoView {
    let i18n = use_i18n();
    let open = use_open();
    let priority = Memo::new(move |_| open.conversation.with(|conversation| conversation.priority));
    let items = move || {
        Priority::ALL.iter().map(|&choice| view! {
        <button type="button" class="menu-item" on:click=move |_| open.set_priority(choice)>
            <Icon icon=priority_icon(choice) class="text-ink-3"/>{i18n.priority(choice)}{tick(priority.get() == choice)}
        </button>
    }).collect_view()
    };
    view! {
        <MenuButton menu="priority" label=i18n.t(K::Priority) class="pick !ml-0">
            {move || view! { <Icon icon=priority_icon(priority.get()) class=tone(priority.get())/><span>{i18n.priority(priority.get())}</span> }}
            <Icon icon=icons::DOWN/>
        </MenuButton>
        <Menu id="priority" label=i18n.t(K::Priority)>
            <p class="menu-title flex items-center gap-2">{i18n.t(K::Priority)}<span class="ml-auto"><Kbd keys="P"/></span></p>
            {items}
        </Menu>
    }
}

fn tone(priority: Priority) -> &'static str {
    match priority {
        Priority::Urgent => "text-red",
        Priority::High => "text-orange",
        _ => "text-ink-3",
    }
}

/// The label's own colour.
#[component]
pub fn Swatch(color: String) -> impl IntoView {
    view! { <svg viewBox="0 0 10 10" class="size-2.5 flex-none" aria-hidden="true"><rect width="10" height="10" rx="3" fill=color></rect></svg> }
}

#[component]
pub fn LabelsMenu() -> impl IntoView {
    let i18n = use_i18n();
    let open = use_open();
    let directory = use_directory();
    let labels = Memo::new(move |_| open.conversation.with(|conversation| conversation.labels.clone()));
    let items = move || {
        let all = directory.get().labels;
        if all.is_empty() {
            return view! { <p class="px-2 py-1.5 text-sm text-ink-3">{i18n.t(K::NoLabels)}</p> }.into_any();
        }
        all.into_iter().map(|label| {
            let title = label.title.clone();
            let chosen = labels.with(|labels| labels.contains(&title));
            view! {
                <button type="button" class="menu-item" aria-pressed=chosen.to_string() on:click=move |_| open.toggle_label(&title)><Swatch color=label.color/>{label.title}{tick(chosen)}</button>
            }
        }).collect_view().into_any()
    };
    let current = move || {
        let colors = directory.get().labels;
        labels
            .get()
            .into_iter()
            .map(|title| {
                let color = colors
                    .iter()
                    .find(|label| label.title == title)
                    .map(|label| label.color.clone())
                    .unwrap_or_default();
                view! { <span class="inline-flex items-center gap-1.5"><Swatch color=color/>{title}</span> }
            })
            .collect_view()
    };
    view! {
        <MenuButton menu="labels" label=i18n.t(K::Labels) class="pick !ml-0">
            {move || labels.with(Vec::is_empty).then(|| view! { <Icon icon=icons::LABEL class="text-ink-3"/><span class="text-ink-2">{i18n.t(K::Labels)}</span> })}
            <Transition>{current}</Transition>
            <Icon icon=icons::DOWN/>
        </MenuButton>
        <Menu id="labels" label=i18n.t(K::Labels)>
            <p class="menu-title flex items-center gap-2">{i18n.t(K::Labels)}<span class="ml-auto"><Kbd keys="L"/></span></p>
            <Transition>{items}</Transition>
        </Menu>
    }
}

/// Keys of the open conversation.
pub fn offer_commands(open: OpenConversation) {
    let i18n = use_i18n();
    let inbox = use_inbox();
    if !open.works() {
        return;
    }
    let toggle = move || {
        let resolved = open
            .conversation
            .with_untracked(|conversation| matches!(conversation.status, Status::Resolved | Status::Snoozed));
        open.set_status(if resolved { Status::Open } else { Status::Resolved }, None);
    };
    let menu = |selector: &'static str| move || _ = browser::click(selector);
    let close = move || inbox.list.cursor.set(Some(open.id));
    use_commands().offer(vec![
        Command::new(i18n.t(K::Reply), "r", icons::SEND, || _ = browser::click("#reply-tab")),
        Command::new(i18n.t(K::PrivateNote), "n", icons::NOTE, || _ = browser::click("#note-tab")),
        Command::new(i18n.t(K::ResolveOrReopen), "e", icons::CHECK, toggle),
        Command::new(i18n.t(K::Assign), "a", icons::USER_CHECK, menu("#assign-button")),
        Command::new(i18n.t(K::AssignToMe), "m", icons::USER, move || {
            close();
            open.assign_to_me();
        }),
        Command::new(i18n.t(K::SetPriority), "p", icons::PRIORITY_HIGH, menu("#priority-button")),
        Command::new(i18n.t(K::SetLabels), "l", icons::LABEL, menu("#labels-button")),
        Command::new(i18n.t(K::Snooze), "s", icons::CLOCK, menu("#snooze-button")),
        Command::new(i18n.t(K::MarkPending), "", icons::HOURGLASS, move || open.set_status(Status::Pending, None)),
        Command::new(i18n.t(K::Details), "i", icons::PANEL, move || open.panel.update(|panel| *panel = !*panel)),
    ]);
}
