//! The draft in the reply box: read, then sent as it stands, edited, or rejected with a reason.

use leptos::{prelude::*, task::spawn_local};
use types::{
    DraftId, MessageId,
    drafts::Draft,
    messages::{ContentType, SenderType},
};

use super::{
    api,
    claims::{Claims, runs},
    rewrite::RewriteMenu,
};
use crate::{
    auto_replies::not_sent,
    browser,
    conversations::{OpenConversation, Work, use_open},
    i18n::{I18n, K, use_i18n},
    messages::Writing,
    ui::{Icon, Menu, MenuButton, Toasts, icons, use_toasts},
};

/// Sends the draft, edited where `content` is given; the box is busy meanwhile and keeps its text if it fails.
pub fn accept(open: OpenConversation, writing: Writing, id: DraftId, content: Option<String>) {
    let toasts = open.toasts();
    let i18n = open.i18n();
    writing.busy.set(true);
    spawn_local(async move {
        match api::accept(id, content).await {
            Ok(_) if open.draft.is_disposed() => {}
            Ok(accepted) => {
                open.draft.set(None);
                open.thread.receive(&accepted.message);
                writing.clear(open);
            }
            Err(error) => toasts.failed(error.text(i18n)),
        }
        writing.busy.try_set(false);
    });
}

/// The text with its `[1]` as marks of the sources and what needs a look underlined.
fn marked(draft: &Draft) -> Vec<AnyView> {
    let mut views = Vec::new();
    for (text, doubtful) in runs(&draft.content, &draft.claims) {
        if doubtful {
            views.push(view! { <span class="underline decoration-orange decoration-dotted decoration-2 underline-offset-4">{with_marks(text, draft.sources.len())}</span> }.into_any());
        } else {
            views.extend(with_marks(text, draft.sources.len()));
        }
    }
    views
}

fn with_marks(text: &str, sources: usize) -> Vec<AnyView> {
    let mut views = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('[') {
        let (before, mark) = rest.split_at(at);
        let number = mark[1..].split_once(']').and_then(|(inside, after)| Some((inside.parse::<usize>().ok()?, after)));
        match number {
            Some((number, after)) if (1..=sources).contains(&number) => {
                views.push(before.trim_end_matches(' ').to_owned().into_any());
                views.push(view! { <sup class="ml-0.5 rounded bg-accent-soft px-1 text-[10px] font-semibold text-accent-ink">{number}</sup> }.into_any());
                rest = after;
            }
            _ => {
                views.push(format!("{before}[").into_any());
                rest = &mark[1..];
            }
        }
    }
    views.push(rest.to_owned().into_any());
    views
}

/// The draft above the text field, as long as nothing has been typed.
#[component]
pub fn Offer(writing: Writing) -> impl IntoView {
    let open = use_open();
    let i18n = use_i18n();
    let drafting = move || open.work.get() == Some(Work::Drafting);
    let written = move || open.being_written.get().filter(|_| drafting());
    let offered = Memo::new(move |_| {
        let hidden = writing.note.get() || writing.from_draft.get().is_some() || written().is_some();
        open.draft.get().filter(|_| !hidden)
    });
    view! {
        {move || offered.get().map(|draft| view! { <Proposal draft=draft writing=writing/> })}
        {move || drafting().then(|| view! {
            <p role="status" class="flex items-center gap-2 px-4 pt-2 text-sm text-ink-3"><Icon icon=icons::SPINNER class="spin text-accent"/>{i18n.t(K::Drafting)}</p>
        })}
        {move || written().map(|text| view! {
            <div class="mx-2 mt-2 max-h-[30vh] overflow-auto rounded-lg border border-soft bg-sunken px-3 py-1.5 whitespace-pre-wrap text-ink-2" tabindex="0" role="region" aria-label=i18n.t(K::Drafting) dir="auto">{text}</div>
        })}
    }
}

#[component]
fn Proposal(draft: Draft, writing: Writing) -> impl IntoView {
    let i18n = use_i18n();
    let open = use_open();
    let toasts = use_toasts();
    let id = draft.id;
    let content = draft.content.clone();
    let edit = move |_| {
        writing.from_draft.set(Some(id));
        writing.text.set(content.clone());
        browser::focus("#reply-text");
    };
    let head = if draft.grounded {
        i18n.with(K::DraftSure, &[("n", &i18n.percent(draft.confidence))])
    } else {
        i18n.t(K::DraftUngrounded).to_owned()
    };
    let reasons = [K::RejectWrong, K::RejectTone, K::RejectOffTopic, K::RejectOther];
    let reject = move |reason: Option<String>| reject(open, toasts, i18n, id, reason);
    view! {
        <section class="mx-2 mt-2 rounded-lg border border-soft bg-sunken" aria-label=i18n.t(K::Draft)>
            <p class="flex items-center gap-1.5 px-3 pt-2 text-xs text-ink-2"><Icon icon=icons::BOT class="text-accent !size-[13px]"/>{head}</p>
            {draft.hold.map(|hold| view! { <p class="px-3 pt-1 text-xs text-ink-3">{not_sent(i18n, hold)}</p> })}
            <Claims claims=draft.claims.clone()/>
            <div class="max-h-[30vh] overflow-auto border-b border-soft px-3 py-1.5 whitespace-pre-wrap" tabindex="0" role="region" aria-label=i18n.t(K::Draft) dir="auto" lang=draft.language.as_str()>{marked(&draft)}</div>
            <div class="flex flex-wrap items-center gap-2 p-2">
                <button type="button" class="btn btn-primary !h-7" disabled=move || writing.busy.get() on:click=move |_| accept(open, writing, id, None)><Icon icon=icons::SEND/>{i18n.t(K::SendDraft)}</button>
                <button type="button" class="btn !h-7" on:click=edit><Icon icon=icons::EDIT/>{i18n.t(K::EditDraft)}</button>
                <RewriteMenu id=id language=draft.language/>
                <MenuButton menu="reject" label=i18n.t(K::RejectDraft) class="btn btn-quiet !h-7"><Icon icon=icons::THUMB_DOWN/>{i18n.t(K::RejectDraft)}</MenuButton>
                <Menu id="reject" label=i18n.t(K::RejectDraft) class="menu-up">
                    <p class="menu-title">{i18n.t(K::RejectWhy)}</p>
                    {reasons.into_iter().map(|reason| view! { <button type="button" class="menu-item" on:click=move |_| reject((reason != K::RejectOther).then(|| i18n.t(reason).to_owned()))>{i18n.t(reason)}</button> }).collect_view()}
                </Menu>
            </div>
        </section>
    }
}

fn reject(open: OpenConversation, toasts: Toasts, i18n: I18n, id: DraftId, reason: Option<String>) {
    browser::close_menus();
    let before = open.draft.get_untracked();
    open.draft.set(None);
    spawn_local(async move {
        match api::reject(id, reason).await {
            Ok(_) => toasts.done(i18n.t(K::DraftRejected)),
            Err(error) => {
                open.draft.try_set(before);
                toasts.failed(error.text(i18n));
            }
        }
    });
}

/// The customer's newest message, the one an answer is for.
pub fn newest_question(open: OpenConversation) -> Option<MessageId> {
    open.thread.entries.with_untracked(|entries| {
        let theirs = |entry: &&crate::messages::Entry| {
            entry.message.sender_type == SenderType::Contact && entry.message.content_type == ContentType::Text
        };
        entries.iter().rev().find(theirs).map(|entry| entry.message.id)
    })
}

/// Asks the assistant for a draft, or for another one.
#[component]
pub fn AskButton() -> impl IntoView {
    let i18n = use_i18n();
    let open = use_open();
    let toasts = use_toasts();
    let ask = move |_| {
        let Some(message) = newest_question(open) else { return };
        open.start_work(Work::Drafting);
        spawn_local(async move {
            if let Err(error) = api::request(message).await {
                open.work.try_set(None);
                toasts.failed(error.text(i18n));
            }
        });
    };
    let title = move || if open.draft.with(Option::is_some) { i18n.t(K::DraftAgain) } else { i18n.t(K::DraftNow) };
    view! {
        <button type="button" class="icon-btn" title=title aria-label=title disabled=move || open.work.get().is_some() on:click=ask>
            {move || if open.work.get() == Some(Work::Drafting) { view! { <Icon icon=icons::SPINNER class="spin"/> } } else { view! { <Icon icon=icons::BOT/> } }}
        </button>
    }
}
