//! The few things the interface asks of the browser itself. On the server each of them does nothing, so that components
//! need not know where they run.

use types::Timestamp;
#[cfg(feature = "hydrate")]
use {
    leptos::prelude::{document, window},
    wasm_bindgen::JsCast as _,
};

/// The browser's clock.
pub fn now() -> Timestamp {
    #[cfg(feature = "hydrate")]
    return Timestamp::from_timestamp_millis(js_sys::Date::now() as i64).unwrap_or_default();
    #[cfg(not(feature = "hydrate"))]
    Timestamp::default()
}

/// Minutes that the reader's wall clock is ahead of UTC at that moment.
pub fn offset_minutes(at: Timestamp) -> i32 {
    #[cfg(feature = "hydrate")]
    return -(js_sys::Date::new(&(at.timestamp_millis() as f64).into()).get_timezone_offset() as i32);
    #[cfg(not(feature = "hydrate"))]
    {
        _ = at;
        0
    }
}

/// 0 to 1.
pub fn random() -> f64 {
    #[cfg(feature = "hydrate")]
    return js_sys::Math::random();
    #[cfg(not(feature = "hydrate"))]
    0.0
}

/// A name for something this page sends, so that it recognises it when it comes back.
pub fn fresh_ref() -> String {
    format!("web-{:x}-{:x}", now().timestamp_millis(), (random() * 1e15) as u64)
}

/// Remembers a preference for a year.
pub fn set_cookie(name: &str, value: &str) {
    #[cfg(feature = "hydrate")]
    if let Ok(document) = document().dyn_into::<web_sys::HtmlDocument>() {
        _ = document.set_cookie(&format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax"));
    }
    #[cfg(not(feature = "hydrate"))]
    {
        _ = (name, value);
    }
}

/// Lights the page as chosen, at once.
pub fn apply_theme(theme: &str) {
    #[cfg(feature = "hydrate")]
    if let Some(html) = document().document_element() {
        let dark = match theme {
            "auto" => {
                window().match_media("(prefers-color-scheme: dark)").ok().flatten().is_some_and(|query| query.matches())
            }
            other => other == "dark",
        };
        _ = html.set_attribute("data-theme", theme);
        _ = html.class_list().toggle_with_force("dark", dark);
    }
    #[cfg(not(feature = "hydrate"))]
    {
        _ = theme;
    }
}

pub fn reload() {
    #[cfg(feature = "hydrate")]
    {
        _ = window().location().reload();
    }
}

/// What this browser kept under the name.
pub fn stored(name: &str) -> Option<String> {
    #[cfg(feature = "hydrate")]
    return window().local_storage().ok().flatten()?.get_item(name).ok().flatten();
    #[cfg(not(feature = "hydrate"))]
    {
        _ = name;
        None
    }
}

/// Keeps a text in this browser; an empty one is forgotten.
pub fn store(name: &str, text: &str) {
    #[cfg(feature = "hydrate")]
    if let Ok(Some(storage)) = window().local_storage() {
        _ = if text.is_empty() { storage.remove_item(name) } else { storage.set_item(name, text) };
    }
    #[cfg(not(feature = "hydrate"))]
    {
        _ = (name, text);
    }
}

#[cfg(feature = "hydrate")]
fn find(selector: &str) -> Option<web_sys::HtmlElement> {
    document().query_selector(selector).ok().flatten()?.dyn_into().ok()
}

/// Clicks what the selector finds; true when there was something.
pub fn click(selector: &str) -> bool {
    #[cfg(feature = "hydrate")]
    return find(selector).inspect(web_sys::HtmlElement::click).is_some();
    #[cfg(not(feature = "hydrate"))]
    {
        _ = selector;
        false
    }
}

pub fn focus(selector: &str) {
    #[cfg(feature = "hydrate")]
    if let Some(element) = find(selector) {
        _ = element.focus();
    }
    #[cfg(not(feature = "hydrate"))]
    {
        _ = selector;
    }
}

/// Empties the text area that the selector finds.
pub fn empty(selector: &str) {
    #[cfg(feature = "hydrate")]
    if let Some(area) = find(selector).and_then(|element| element.dyn_into::<web_sys::HtmlTextAreaElement>().ok()) {
        area.set_value("");
    }
    #[cfg(not(feature = "hydrate"))]
    {
        _ = selector;
    }
}

/// Brings the element into view with the smallest movement.
pub fn reveal(selector: &str) {
    #[cfg(feature = "hydrate")]
    if let Some(element) = find(selector) {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
    #[cfg(not(feature = "hydrate"))]
    {
        _ = selector;
    }
}

/// Closes the open menu that contains this element, or any that is open.
pub fn close_menus() {
    #[cfg(feature = "hydrate")]
    while let Some(menu) = find("[popover]:popover-open") {
        if menu.hide_popover().is_err() {
            break;
        }
    }
}

/// Puts a text on the clipboard.
pub fn copy(text: &str) {
    #[cfg(feature = "hydrate")]
    {
        _ = window().navigator().clipboard().write_text(text);
    }
    #[cfg(not(feature = "hydrate"))]
    {
        _ = text;
    }
}

/// How far the scroller stands from its end, in pixels.
pub fn distance_from_end(selector: &str) -> i32 {
    #[cfg(feature = "hydrate")]
    return find(selector).map_or(0, |el| el.scroll_height() - el.scroll_top() - el.client_height());
    #[cfg(not(feature = "hydrate"))]
    {
        _ = selector;
        0
    }
}

/// Scrolls so that the end is this many pixels away.
pub fn scroll_from_end(selector: &str, distance: i32) {
    #[cfg(feature = "hydrate")]
    if let Some(el) = find(selector) {
        el.set_scroll_top(el.scroll_height() - el.client_height() - distance);
    }
    #[cfg(not(feature = "hydrate"))]
    {
        _ = (selector, distance);
    }
}

/// Whether the event's target takes text, so that single keys are not commands.
pub fn is_typing(event: &web_sys::KeyboardEvent) -> bool {
    #[cfg(feature = "hydrate")]
    {
        let Some(element) = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlElement>().ok()) else {
            return false;
        };
        let field = ["INPUT", "TEXTAREA", "SELECT"].contains(&element.tag_name().as_str());
        let button = element
            .dyn_ref::<web_sys::HtmlInputElement>()
            .is_some_and(|input| ["checkbox", "radio"].contains(&input.type_().as_str()));
        (field && !button) || element.is_content_editable()
    }
    #[cfg(not(feature = "hydrate"))]
    {
        _ = event;
        false
    }
}

/// Whether the event's target answers to Enter by itself.
pub fn is_on_control(event: &web_sys::KeyboardEvent) -> bool {
    #[cfg(feature = "hydrate")]
    return event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        .is_some_and(|element| ["A", "BUTTON", "SUMMARY"].contains(&element.tag_name().as_str()));
    #[cfg(not(feature = "hydrate"))]
    {
        _ = event;
        false
    }
}

/// Whether a menu or a dialog lies over the page.
pub fn is_overlaid() -> bool {
    #[cfg(feature = "hydrate")]
    return find("dialog[open], [popover]:popover-open").is_some();
    #[cfg(not(feature = "hydrate"))]
    false
}

/// Takes the focus from whatever has it.
pub fn blur() {
    #[cfg(feature = "hydrate")]
    if let Some(element) =
        document().active_element().and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok())
    {
        _ = element.blur();
    }
}

/// Whether the person can see this page now.
pub fn is_visible() -> bool {
    #[cfg(feature = "hydrate")]
    return !document().hidden();
    #[cfg(not(feature = "hydrate"))]
    false
}

/// The text of a submitted form's field.
pub fn field(event: &web_sys::SubmitEvent, name: &str) -> String {
    fields(event, name).into_iter().next().unwrap_or_default()
}

/// The texts of all fields of this name in a submitted form: the ticked boxes, for instance.
pub fn fields(event: &web_sys::SubmitEvent, name: &str) -> Vec<String> {
    #[cfg(feature = "hydrate")]
    {
        let form = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlFormElement>().ok());
        let data = form.and_then(|form| web_sys::FormData::new_with_form(&form).ok());
        data.map(|data| data.get_all(name).iter().filter_map(|value| value.as_string()).collect()).unwrap_or_default()
    }
    #[cfg(not(feature = "hydrate"))]
    {
        _ = (event, name);
        Vec::new()
    }
}

/// Says in the document that the page has come to life: keys and clicks are heard from here on.
pub fn mark_alive() {
    #[cfg(feature = "hydrate")]
    if let Some(html) = document().document_element() {
        _ = html.set_attribute("data-hydrated", "");
    }
}
