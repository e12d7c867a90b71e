//! A menu: a button and a native popover. It opens and closes before the wasm arrives, closes on Escape and on a click
//! outside by itself, and moves between its items with the arrow keys afterwards.

use leptos::prelude::*;
#[cfg(feature = "hydrate")]
use wasm_bindgen::JsCast as _;

/// The popover. `id` must be unique on the page; `class` places it (`menu-end`, `menu-up`, `menu-side`).
#[component]
pub fn Menu(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    #[prop(into, optional)] class: String,
    children: Children,
) -> impl IntoView {
    view! {
        <div popover="auto" id=id class=format!("menu {class}") role="dialog" aria-label=label on:keydown=on_key on:toggle=on_toggle>
            {children()}
        </div>
    }
}

/// The button that opens the menu with this id.
#[component]
pub fn MenuButton(
    #[prop(into)] menu: String,
    #[prop(into)] label: String,
    #[prop(into)] class: String,
    /// Whether the label is only read out, because the content does not say it.
    #[prop(optional)]
    named: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <button type="button" id=format!("{menu}-button") class=class popovertarget=menu title=label.clone() aria-label=named.then_some(label) aria-haspopup="dialog">
            {children()}
        </button>
    }
}

fn on_key(event: web_sys::KeyboardEvent) {
    let step = match event.key().as_str() {
        "ArrowDown" => 1,
        "ArrowUp" => -1,
        _ => return,
    };
    event.prevent_default();
    move_focus(&event, step);
}

#[cfg(feature = "hydrate")]
fn items(menu: &web_sys::Element) -> Vec<web_sys::HtmlElement> {
    let Ok(found) = menu.query_selector_all(".menu-item:not([hidden]), input:not([type=hidden])") else {
        return Vec::new();
    };
    (0..found.length()).filter_map(|at| found.get(at)?.dyn_into().ok()).collect()
}

#[cfg(feature = "hydrate")]
fn move_focus(event: &web_sys::KeyboardEvent, step: i32) {
    let Some(menu) = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) else {
        return;
    };
    let items = items(&menu);
    let active = document().active_element();
    let at = items.iter().position(|item| active.as_ref() == Some(item.as_ref()));
    let count = items.len() as i32;
    let next = at.map_or(if step > 0 { 0 } else { count - 1 }, |at| (at as i32 + step).rem_euclid(count.max(1)));
    if let Some(item) = items.get(next as usize) {
        _ = item.focus();
    }
}

#[cfg(not(feature = "hydrate"))]
fn move_focus(_event: &web_sys::KeyboardEvent, _step: i32) {}

/// An opened menu takes the focus, so that the next key is meant for it.
#[cfg(feature = "hydrate")]
fn on_toggle(event: web_sys::Event) {
    let Some(menu) = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlElement>().ok()) else { return };
    if menu.matches(":popover-open").unwrap_or(false)
        && let Some(first) = items(&menu).first()
    {
        _ = first.focus();
    }
}

#[cfg(not(feature = "hydrate"))]
fn on_toggle(_event: web_sys::Event) {}
