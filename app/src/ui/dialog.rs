//! A modal dialog over the native element: focus stays inside, Escape closes.

use leptos::{html, prelude::*};

use super::{Icon, icons};
use crate::i18n::{K, t};

#[component]
pub fn Dialog(
    open: RwSignal<bool>,
    #[prop(into)] title: String,
    #[prop(into, optional)] class: String,
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let (Some(dialog), wanted) = (node.get(), open.get()) else { return };
        if wanted && !dialog.open() {
            _ = dialog.show_modal();
        } else if !wanted && dialog.open() {
            dialog.close();
        }
    });
    let on_click = move |event: web_sys::MouseEvent| {
        // A click on the dialog element itself can only be one on its backdrop: its content covers the rest.
        if let (Some(dialog), Some(target)) = (node.get_untracked(), event.target()) {
            let dialog: &web_sys::EventTarget = dialog.as_ref();
            if *dialog == target {
                open.set(false);
            }
        }
    };
    let titled = !class.contains("palette");
    let label = title.clone();
    view! {
        <dialog node_ref=node class=format!("dialog {class}") aria-label=label on:close=move |_| open.set(false) on:click=on_click>
            <Show when=move || open.get()>
                {titled.then(|| view! {
                    <div class="flex items-center gap-2 border-b border-soft px-4 py-3">
                        <h2 class="text-lg">{title.clone()}</h2>
                        <button type="button" class="icon-btn ml-auto" aria-label=t(K::Close) on:click=move |_| open.set(false)><Icon icon=icons::CLOSE/></button>
                    </div>
                })}
                {children()}
            </Show>
        </dialog>
    }
}
