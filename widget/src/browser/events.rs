//! One listener for everything the customer does in the panel; elements name what they mean.

use std::rc::Rc;

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{
    ClipboardEvent, DataTransfer, DragEvent, Element, Event, EventTarget, HtmlInputElement, HtmlTextAreaElement,
    KeyboardEvent,
};

use super::{Chat, dom, page};
use crate::model::{Act, Field, Msg};

const IN_PANEL: [&str; 9] = ["click", "input", "keydown", "submit", "change", "paste", "dragover", "dragleave", "drop"];

pub(super) fn listen(chat: &Rc<Chat>) {
    // `Fn`: opening the file chooser is itself a click, inside the click that asked for it.
    let handler = Closure::<dyn Fn(Event)>::new({
        let chat = Rc::clone(chat);
        move |event: Event| handle(&chat, &event)
    })
    .into_js_value();
    let handler = handler.unchecked_ref::<js_sys::Function>();
    let add = |target: &EventTarget, name: &str| {
        let _ = target.add_event_listener_with_callback(name, handler);
    };
    for name in IN_PANEL {
        add(&chat.panel, name);
    }
    // It does not bubble.
    let _ = chat.panel.add_event_listener_with_callback_and_bool("scroll", handler, true);
    if let Some(window) = web_sys::window() {
        add(&window, "online");
        add(&window, "offline");
    }
    if let Some(document) = dom::document() {
        add(&document, "visibilitychange");
    }
}

fn handle(chat: &Rc<Chat>, event: &Event) {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    match event.type_().as_str() {
        "click" => click(chat, target),
        "input" => input(chat, target),
        "keydown" => key(chat, event, target),
        "submit" => {
            event.prevent_default();
            let act = target.and_then(|form| form.get_attribute("data-submit"));
            perform(chat, act);
        }
        "change" => {
            let chooser = target.and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            if let Some(list) = chooser.and_then(|chooser| chooser.files()) {
                let picked = chat.files.borrow_mut().take(&list);
                chat.clear_chooser();
                if !picked.is_empty() {
                    chat.dispatch(Msg::Files(picked));
                }
            }
        }
        "paste" => {
            let data = event.dyn_ref::<ClipboardEvent>().and_then(ClipboardEvent::clipboard_data);
            if take_files(chat, data) {
                event.prevent_default();
            }
        }
        "dragover" => {
            event.prevent_default();
            let _ = chat.panel.class_list().add_1("dragging");
        }
        "dragleave" => {
            let _ = chat.panel.class_list().remove_1("dragging");
        }
        "drop" => {
            event.prevent_default();
            let _ = chat.panel.class_list().remove_1("dragging");
            take_files(chat, event.dyn_ref::<DragEvent>().and_then(DragEvent::data_transfer));
        }
        "scroll" => {
            if let Some(log) = target.filter(|target| target.class_name() == "log") {
                let above = f64::from(log.scroll_top());
                let below = f64::from(log.scroll_height() - log.client_height()) - above;
                chat.dispatch(Msg::Scrolled { above, below });
            }
        }
        "online" | "offline" => chat.dispatch(Msg::Network(page::online())),
        "visibilitychange" => chat.dispatch(Msg::Visible(page::visible())),
        _ => {}
    }
}

fn perform(chat: &Rc<Chat>, act: Option<String>) {
    if let Some(act) = act.and_then(|act| Act::parse(&act)) {
        chat.dispatch(Msg::Act(act));
    }
}

fn click(chat: &Rc<Chat>, target: Option<Element>) {
    let button = target.and_then(|target| target.closest("[data-act]").ok().flatten());
    perform(chat, button.and_then(|button| button.get_attribute("data-act")));
}

fn input(chat: &Rc<Chat>, target: Option<Element>) {
    let Some(target) = target else { return };
    let Some(field) = target.get_attribute("data-field").and_then(|name| Field::parse(&name)) else {
        return;
    };
    let text = if let Some(area) = target.dyn_ref::<HtmlTextAreaElement>() {
        area.value()
    } else if let Some(line) = target.dyn_ref::<HtmlInputElement>() {
        line.value()
    } else {
        return;
    };
    chat.dispatch(Msg::Input(field, text));
}

/// Enter sends, Shift+Enter begins a new line, and while a word is being composed it does neither.
fn key(chat: &Rc<Chat>, event: &Event, target: Option<Element>) {
    let Some(pressed) = event.dyn_ref::<KeyboardEvent>() else {
        return;
    };
    let in_composer = target
        .and_then(|target| target.get_attribute("data-field"))
        .is_some_and(|name| name == Field::Message.as_str());
    if in_composer && pressed.key() == "Enter" && !pressed.shift_key() && !pressed.is_composing() {
        event.prevent_default();
        chat.dispatch(Msg::Act(Act::Send));
    }
}

/// Whether there were files.
fn take_files(chat: &Rc<Chat>, data: Option<DataTransfer>) -> bool {
    let Some(list) = data.and_then(|data| data.files()) else {
        return false;
    };
    let picked = chat.files.borrow_mut().take(&list);
    let some = !picked.is_empty();
    if some {
        chat.dispatch(Msg::Files(picked));
    }
    some
}
