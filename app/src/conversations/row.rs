//! One row of the list: who, what last, since when, and what the assistant made of it.

use leptos::prelude::*;
use types::{
    Language,
    classifications::Sentiment,
    conversations::{Conversation, Priority, Status},
    inboxes::Channel,
    messages::SenderType,
};

use super::{inbox::use_inbox, list::Row};
use crate::{
    i18n::{K, use_i18n},
    time::use_clock,
    ui::{Avatar, Icon, icons},
};

pub fn priority_icon(priority: Priority) -> icondata_core::Icon {
    match priority {
        Priority::Urgent => icons::PRIORITY_URGENT,
        Priority::High => icons::PRIORITY_HIGH,
        Priority::Normal => icons::PRIORITY_NORMAL,
        Priority::Low => icons::PRIORITY_LOW,
    }
}

pub fn status_icon(status: Status) -> icondata_core::Icon {
    match status {
        Status::Open => icons::DOT,
        Status::Pending => icons::HOURGLASS,
        Status::Snoozed => icons::CLOCK,
        Status::Resolved => icons::CHECK,
    }
}

#[component]
pub fn RowView(row: Row) -> impl IntoView {
    let inbox = use_inbox();
    let id = row.id;
    let data = row.data;
    let here = move || (inbox.selected.get() == Some(id)).then_some("page");
    let unread = {
        let data = data.clone();
        move || data.with(|row| row.unread_count > 0)
    };
    view! {
        <a class="row" class:is-unread=unread class:is-cursor=move || inbox.list.cursor.get() == Some(id) href=move || inbox.href(Some(id)) aria-current=here id=format!("row-{id}")>
            {move || view! { <Content conversation=data.get()/> }}
        </a>
    }
}

#[component]
fn Content(conversation: Conversation) -> impl IntoView {
    let i18n = use_i18n();
    let clock = use_clock();
    let at = conversation.last_activity_at;
    let name = conversation.contact.name.clone();
    let line = conversation.last_message.as_ref().map(|message| {
        let text = message.content.clone();
        match (message.private, message.sender_type) {
            (true, _) => format!("{}: {text}", i18n.t(K::Note)),
            (false, SenderType::User | SenderType::Ai) => format!("{}: {text}", i18n.t(K::We)),
            _ => text,
        }
    });
    let channel = match conversation.inbox.channel {
        Channel::Email => icons::MAIL,
        Channel::Web => icons::CHAT,
        Channel::Api => icons::CODE,
    };
    view! {
        <Avatar name=name.clone()><span class="channel"><Icon icon=channel/></span></Avatar>
        <span class="name">{name}</span>
        <span class="when">{move || view! { <time datetime=at.to_rfc3339() title=clock.full(i18n, at)>{clock.age(i18n, at)}</time> }}</span>
        <span class="line">{conversation.subject.clone().filter(|_| line.is_none()).or(line).unwrap_or_else(|| i18n.t(K::NoMessages).to_owned())}</span>
        <Tags conversation=conversation/>
    }
}

#[component]
fn Tags(conversation: Conversation) -> impl IntoView {
    let i18n = use_i18n();
    let clock = use_clock();
    let priority = match conversation.priority {
        Priority::Urgent => Some("tag tag-red"),
        Priority::High => Some("tag tag-orange"),
        Priority::Low => Some("tag"),
        Priority::Normal => None,
    };
    let priority = priority.map(|class| view! { <span class=class><Icon icon=priority_icon(conversation.priority)/>{i18n.priority(conversation.priority)}</span> });
    let class = conversation.classification.clone();
    let mood = class.as_ref().and_then(|class| match class.sentiment {
        Sentiment::Positive => Some("tag tag-green"),
        Sentiment::Frustrated => Some("tag tag-orange"),
        _ => None,
    });
    let mood = mood
        .zip(class.as_ref())
        .map(|(style, class)| view! { <span class=style>{i18n.sentiment(class.sentiment)}</span> });
    let category = class.as_ref().map(|class| view! { <span class="tag">{i18n.category(&class.category)}</span> });
    let language = class
        .as_ref()
        .filter(|class| class.language != Language::English)
        .map(|class| view! { <span class="tag" title=i18n.language(class.language)>{class.language.as_str()}</span> });
    let draft = (conversation.has_pending_draft && conversation.status == Status::Open)
        .then(|| view! { <span class="tag tag-accent" title=i18n.t(K::DraftReady)><Icon icon=icons::BOT/>{i18n.t(K::DraftReadyShort)}</span> });
    let waiting = conversation.waiting_since.filter(|_| conversation.status == Status::Open).map(|since| {
        let long = move || (clock.now() - since).num_minutes() >= 60;
        view! {
            <span class="tag num" class:tag-red=long title=i18n.t(K::WaitingSince)><Icon icon=icons::CLOCK/>{move || clock.age(i18n, since)}</span>
        }
    });
    let status = (conversation.status != Status::Open).then(|| view! { <span class="tag"><Icon icon=status_icon(conversation.status)/>{i18n.status(conversation.status)}</span> });
    let unread = (conversation.unread_count > 0).then(|| view! {
        <span class="unread" aria-label=i18n.count(K::UnreadMany, K::UnreadOne, conversation.unread_count)>{conversation.unread_count.min(99)}</span>
    });
    let assignee = conversation.assignee.as_ref().map(|agent| view! { <Avatar name=agent.name.clone() size=18/> });
    view! {
        <span class="tags">
            <span class="chips">{priority}{status}{category}{mood}{draft}{waiting}{language}</span>
            {unread}{assignee}
        </span>
    }
}
