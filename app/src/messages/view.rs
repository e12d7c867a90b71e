//! The thread on screen: stays at the end while the reader is there, and never jumps while older messages come in.

use leptos::{either::Either, prelude::*};
use types::messages::ContentType;

use super::{activity::ActivityLine, bubble::Bubble, thread::Entry};
use crate::{
    browser,
    conversations::use_open,
    i18n::{K, use_i18n},
    ui::use_toasts,
};

const SCROLLER: &str = "#messages";
/// Closer to the end than this, the reader follows the conversation.
const AT_END: i32 = 120;

#[component]
pub fn Messages() -> impl IntoView {
    let i18n = use_i18n();
    let open = use_open();
    let toasts = use_toasts();
    let thread = open.thread;
    // As the reader left it: measured only when they scroll, because what comes in moves the end itself.
    let at_end = StoredValue::new(true);
    // Runs after each change of the thread and of what takes room from it: the end stays in sight if it was.
    Effect::new(move |_| {
        let mine = thread.entries.with(|entries| entries.last().is_some_and(|entry| entry.message.id.0 == 0));
        open.typing.track();
        open.draft.track();
        open.work.track();
        if mine || at_end.get_value() {
            request_animation_frame(|| browser::scroll_from_end(SCROLLER, 0));
        }
    });
    let older = move || {
        let distance = browser::distance_from_end(SCROLLER);
        thread.load_older(
            move || browser::scroll_from_end(SCROLLER, distance),
            move |error| toasts.failed(error.text(i18n)),
        );
    };
    let draw = move |entry: Entry| {
        if entry.message.content_type == ContentType::Activity {
            Either::Left(view! { <ActivityLine message=entry.message/> })
        } else {
            Either::Right(view! { <Bubble entry=entry thread=thread/> })
        }
    };
    view! {
        <div class="messages" id="messages" role="log" aria-label=i18n.t(K::Messages) tabindex="0" on:scroll=move |_| at_end.set_value(browser::distance_from_end(SCROLLER) < AT_END)>
            <div class="grid place-items-center">
                {move || thread.older.get().map(|_| view! { <button type="button" class="btn" disabled=move || thread.loading.get() on:click=move |_| older()>{i18n.t(K::LoadOlder)}</button> })}
            </div>
            <For each=move || thread.entries.get() key=Entry::key let:entry>{draw(entry)}</For>
            <Typing/>
        </div>
    }
}

/// The customer writes.
#[component]
fn Typing() -> impl IntoView {
    let i18n = use_i18n();
    let open = use_open();
    let name = Memo::new(move |_| {
        let writes = open.typing.with(|typing| typing.contains_key(&None));
        writes.then(|| open.conversation.with(|conversation| conversation.contact.name.clone()))
    });
    view! {
        <div class="typing pl-[38px]" role="status">
            {move || name.get().map(|name| view! { <i></i><i></i><i></i><span class="ml-1">{i18n.with(K::IsTyping, &[("name", &name)])}</span> })}
        </div>
    }
}
