//! The reply box: an answer or a private note, with the assistant's draft on offer. What is typed is kept in this browser
//! for each conversation until it is sent.

use leptos::{html, prelude::*};

use super::attach::{Attached, Uploads};
use crate::{
    browser,
    conversations::{OpenConversation, use_open},
    drafts::{self, Offer},
    i18n::{K, use_i18n},
    ui::{Icon, Kbd, icons, use_toasts},
};

/// What is being written.
#[derive(Clone, Copy)]
pub struct Writing {
    pub note: RwSignal<bool>,
    pub text: RwSignal<String>,
    /// The text began as this draft: sending it accepts the draft.
    pub from_draft: RwSignal<Option<types::DraftId>>,
    pub busy: RwSignal<bool>,
    uploads: Uploads,
    said_typing: StoredValue<f64>,
}

impl Writing {
    fn key(open: OpenConversation, note: bool) -> String {
        format!("hummdesk:{}:{}", if note { "note" } else { "reply" }, open.id)
    }

    /// Keeps what stands in the box.
    fn keep(self, open: OpenConversation) {
        browser::store(&Self::key(open, self.note.get_untracked()), &self.text.get_untracked());
    }

    fn switch(self, open: OpenConversation, note: bool) {
        if self.note.get_untracked() != note {
            self.keep(open);
            self.note.set(note);
            self.from_draft.set(None);
            self.text.set(browser::stored(&Self::key(open, note)).unwrap_or_default());
        }
        browser::focus("#reply-text");
    }

    fn typed(self, open: OpenConversation, text: String) {
        let has_text = !text.is_empty();
        self.text.set(text);
        self.keep(open);
        // Said again every few seconds while it goes on; a note is nobody's business outside.
        let now = browser::now().timestamp_millis() as f64;
        if has_text && now - self.said_typing.get_value() > 3_000.0 && !self.note.get_untracked() {
            self.said_typing.set_value(now);
            open.say_typing(true);
        }
    }

    pub fn clear(self, open: OpenConversation) {
        self.text.set(String::new());
        self.from_draft.set(None);
        self.said_typing.set_value(0.0);
        self.keep(open);
        open.say_typing(false);
    }

    fn send(self, open: OpenConversation) {
        let text = self.text.get_untracked();
        let attachments = self.uploads.done.with_untracked(Vec::len);
        if self.busy.get_untracked()
            || self.uploads.pending.get_untracked() > 0
            || (text.trim().is_empty() && attachments == 0)
        {
            return;
        }
        if let Some(draft) = self.from_draft.get_untracked().filter(|_| !self.note.get_untracked() && attachments == 0)
        {
            drafts::accept(open, self, draft, Some(text));
            return;
        }
        if let Some(person) = open.session.with_value(|session| session.person.clone()) {
            open.thread.send(person, text.trim().to_owned(), self.note.get_untracked(), self.uploads.take());
            self.clear(open);
            browser::focus("#reply-text");
        }
    }
}

#[component]
pub fn ReplyBox() -> impl IntoView {
    let i18n = use_i18n();
    let open = use_open();
    let toasts = use_toasts();
    let writing = Writing {
        note: RwSignal::new(false),
        text: RwSignal::new(String::new()),
        from_draft: RwSignal::new(None),
        busy: RwSignal::new(false),
        uploads: Uploads::new(toasts),
        said_typing: StoredValue::new(0.0),
    };
    let file = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(kept) = browser::stored(&Writing::key(open, false)) {
            writing.text.set(kept);
        }
    });
    on_cleanup(move || {
        if writing.text.try_with_untracked(|text| !text.is_empty()) == Some(true) {
            open.say_typing(false);
        }
    });
    let on_key = move |event: web_sys::KeyboardEvent| match event.key().as_str() {
        "Enter" if event.ctrl_key() || event.meta_key() => {
            event.prevent_default();
            writing.send(open);
        }
        "Escape" => browser::blur(),
        _ => {}
    };
    let on_paste = move |event: web_sys::ClipboardEvent| {
        let files = event.clipboard_data().and_then(|data| data.files()).filter(|files| files.length() > 0);
        if files.is_some() {
            event.prevent_default();
            writing.uploads.add(files);
        }
    };
    let on_drop = move |event: web_sys::DragEvent| {
        event.prevent_default();
        writing.uploads.add(event.data_transfer().and_then(|data| data.files()));
    };
    let hint = move || {
        if writing.note.get() {
            i18n.t(K::NotePlaceholder).to_owned()
        } else {
            open.conversation
                .with(|conversation| i18n.with(K::ReplyPlaceholder, &[("name", &conversation.contact.name)]))
        }
    };
    view! {
        <form class="reply" class:is-note=move || writing.note.get() method="post" action="/api/ui/messages/reply-form" aria-label=i18n.t(K::Reply)
            on:submit=move |event| { event.prevent_default(); writing.send(open); } on:dragover=|event| event.prevent_default() on:drop=on_drop>
            <input type="hidden" name="conversation" value=open.id.to_string()/>
            <div class="flex items-center gap-0.5 px-2 pt-2" role="tablist" aria-label=i18n.t(K::KindOfMessage)>
                <button type="button" id="reply-tab" class="reply-tab" role="tab" aria-selected=move || (!writing.note.get()).to_string() on:click=move |_| writing.switch(open, false)>{i18n.t(K::Reply)}</button>
                <button type="button" id="note-tab" class="reply-tab" role="tab" aria-selected=move || writing.note.get().to_string() on:click=move |_| writing.switch(open, true)>{i18n.t(K::PrivateNote)}</button>
                {move || writing.from_draft.get().map(|_| view! { <span class="tag tag-accent ml-auto mr-1"><Icon icon=icons::BOT/>{i18n.t(K::FromDraft)}</span> })}
            </div>
            <Offer writing=writing/>
            <textarea id="reply-text" name="content" required rows="2" placeholder=hint aria-label=i18n.t(K::YourMessage) prop:value=move || writing.text.get()
                on:input=move |event| writing.typed(open, event_target_value(&event)) on:keydown=on_key on:paste=on_paste></textarea>
            <Attached uploads=writing.uploads/>
            <div class="flex items-center gap-1 px-2 pt-1 pb-2">
                <input type="file" multiple class="hidden" node_ref=file tabindex="-1" aria-hidden="true" on:change=move |_| if let Some(input) = file.get() { writing.uploads.add(input.files()); input.set_value(""); }/>
                <button type="button" class="icon-btn" title=i18n.t(K::AttachFile) aria-label=i18n.t(K::AttachFile) on:click=move |_| if let Some(input) = file.get() { input.click(); }><Icon icon=icons::PAPERCLIP/></button>
                <drafts::AskButton/>
                <span class="ml-auto"></span>
                <button type="submit" class="btn btn-primary" disabled=move || writing.busy.get()>
                    {move || if writing.note.get() { i18n.t(K::AddNote) } else { i18n.t(K::Send) }}<Kbd keys="Ctrl ↵"/>
                </button>
            </div>
        </form>
    }
}
