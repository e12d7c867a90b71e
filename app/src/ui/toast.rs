//! Short news at the foot of the page, with an undo where there is one.

use std::time::Duration;

use icondata_core::Icon as Data;
use leptos::prelude::*;

use super::{Icon, icons};
use crate::i18n::{K, t};

#[derive(Clone)]
struct Toast {
    id: u64,
    icon: Data,
    text: String,
    action: Option<(String, Callback<()>)>,
}

/// The news on show.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    next: StoredValue<u64>,
}

impl Default for Toasts {
    fn default() -> Self {
        Self { shown: RwSignal::new(Vec::new()), next: StoredValue::new(0) }
    }
}

pub fn use_toasts() -> Toasts {
    use_context().unwrap_or_default()
}

impl Toasts {
    /// Something went as wanted.
    pub fn done(self, text: impl Into<String>) {
        self.push(icons::CHECK, text.into(), None, Some(4));
    }

    /// Done, and it can be taken back for a while.
    pub fn undoable(self, text: impl Into<String>, undo: Callback<()>) {
        self.push(icons::CHECK, text.into(), Some((t(K::Undo).to_owned(), undo)), Some(8));
    }

    pub fn failed(self, text: impl Into<String>) {
        self.push(icons::ALERT, text.into(), None, Some(8));
    }

    /// Stays until it is taken away; answers its id.
    pub fn hold(self, icon: Data, text: impl Into<String>) -> u64 {
        self.push(icon, text.into(), None, None)
    }

    pub fn drop(self, id: u64) {
        self.shown.try_update(|shown| shown.retain(|toast| toast.id != id));
    }

    fn push(self, icon: Data, text: String, action: Option<(String, Callback<()>)>, seconds: Option<u64>) -> u64 {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        self.shown.update(|shown| {
            shown.push(Toast { id, icon, text, action });
            if shown.len() > 4 {
                shown.remove(0);
            }
        });
        if let Some(seconds) = seconds {
            set_timeout(move || self.drop(id), Duration::from_secs(seconds));
        }
        id
    }
}

#[component]
pub fn Toaster() -> impl IntoView {
    let toasts = use_toasts();
    view! {
        <div role="status" aria-live="polite" class="pointer-events-none fixed inset-x-3 bottom-16 z-50 grid justify-items-center gap-2 sm:bottom-4">
            <For each=move || toasts.shown.get() key=|toast| toast.id let:toast>
                <div class="toast">
                    <Icon icon=toast.icon/>
                    <span>{toast.text.clone()}</span>
                    {toast.action.clone().map(|(label, action)| view! {
                        <button type="button" on:click=move |_| { action.run(()); toasts.drop(toast.id); }>{label}</button>
                    })}
                </div>
            </For>
        </div>
    }
}
