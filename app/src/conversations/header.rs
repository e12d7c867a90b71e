//! The head of the open conversation: who, who else is here, and the actions that end work on it.

use leptos::prelude::*;
use types::conversations::Status;

use super::{
    inbox::use_inbox,
    menus::{AssigneeMenu, LabelsMenu, PriorityMenu, TeamMenu},
    row::status_icon,
    snooze::SnoozeMenu,
    state::use_open,
};
use crate::{
    i18n::{K, use_i18n},
    time::use_clock,
    ui::{Icon, Kbd, icons},
};

#[component]
pub fn Header() -> impl IntoView {
    let i18n = use_i18n();
    let clock = use_clock();
    let open = use_open();
    let inbox = use_inbox();
    let conversation = open.conversation;
    let back = inbox.selected;
    let status = move || {
        conversation.with(|conversation| (conversation.status != Status::Open).then(|| {
        let until = conversation.snoozed_until.map(|until| format!(" · {}", clock.moment(i18n, until))).unwrap_or_default();
        view! { <span class="tag max-sm:hidden"><Icon icon=status_icon(conversation.status)/>{i18n.status(conversation.status)}{until}</span> }
    }))
    };
    let title = move || conversation.with(|conversation| conversation.contact.name.clone());
    view! {
        <div class="bar">
            <a class="icon-btn -ml-2 sm:!hidden" href=move || { back.track(); inbox.href(None) } aria-label=i18n.t(K::BackToList)><Icon icon=icons::BACK/></a>
            <h2 class="truncate text-[14px]">{title}</h2>
            <span class="tag num">"#"{move || conversation.with(|conversation| conversation.display_id)}</span>
            {status}
            <Lookers/>
            <span class="ml-auto"></span>
            {open.works().then(|| view! { <Actions/> })}
            <button type="button" class="icon-btn only-narrow" aria-label=i18n.t(K::Details) title=i18n.t(K::Details) aria-pressed=move || open.panel.get().to_string()
                on:click=move |_| open.panel.update(|panel| *panel = !*panel)><Icon icon=icons::PANEL/></button>
        </div>
    }
}

/// Resolve or reopen, and snooze. The form works without any script.
#[component]
fn Actions() -> impl IntoView {
    let i18n = use_i18n();
    let open = use_open();
    let is_open = Memo::new(move |_| {
        open.conversation.with(|conversation| matches!(conversation.status, Status::Open | Status::Pending))
    });
    let target = move || if is_open.get() { Status::Resolved } else { Status::Open };
    view! {
        <SnoozeMenu/>
        <form method="post" action="/api/ui/conversations/status-form" on:submit=move |event| { event.prevent_default(); open.set_status(target(), None); }>
            <input type="hidden" name="id" value=open.id.to_string()/>
            <input type="hidden" name="status" value=move || target().to_string()/>
            <button type="submit" class="btn">
                {move || if is_open.get() {
                    view! { <Icon icon=icons::CHECK/><span>{i18n.t(K::Resolve)}</span> }
                } else {
                    view! { <Icon icon=icons::REOPEN/><span>{i18n.t(K::Reopen)}</span> }
                }}
                <Kbd keys="E"/>
            </button>
        </form>
    }
}

/// Who else is looking or writing, so that two do not answer at once.
#[component]
fn Lookers() -> impl IntoView {
    let i18n = use_i18n();
    let open = use_open();
    let text = move || {
        let writing = open.typing.with(|typing| {
            typing.iter().find(|(user, _)| user.is_some()).map(|(_, name)| i18n.with(K::IsReplying, &[("name", name)]))
        });
        writing.or_else(|| {
            open.lookers.with(|lookers| {
                let names: Vec<&str> = lookers.values().map(String::as_str).collect();
                (!names.is_empty()).then(|| i18n.with(K::IsLooking, &[("name", &names.join(", "))]))
            })
        })
    };
    view! {
        <span role="status" class="min-w-0 truncate text-xs text-ink-3">
            {move || text().map(|text| view! { <span class="inline-flex items-center gap-1.5"><Icon icon=icons::EYE class="!size-[13px]"/>{text}</span> })}
        </span>
    }
}

/// Who works on it, how urgent it is, how it is labelled: each a menu.
#[component]
pub fn Strip() -> impl IntoView {
    let open = use_open();
    let subject = open.conversation.with_untracked(|conversation| conversation.subject.clone());
    view! {
        <div class="flex min-h-9 flex-none flex-wrap items-center gap-x-1 border-b border-soft bg-panel px-3.5 py-0.5">
            <AssigneeMenu/>
            <TeamMenu/>
            <PriorityMenu/>
            <LabelsMenu/>
            {subject.map(|subject| view! { <span class="ml-auto max-w-[45%] truncate pl-3 text-sm text-ink-3" title=subject.clone()>{subject.clone()}</span> })}
        </div>
    }
}
