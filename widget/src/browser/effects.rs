//! Carries out what the state asks for.

use std::rc::Rc;

use types::{
    realtime::VisitorFrame,
    widget::{VisitorCreateMessage, VisitorMessage, VisitorTyping},
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;

use super::{Chat, dom, files, http::Access, socket::Socket, storage};
use crate::model::{ContactDetails, Effect, Fetch, Field, Focus, Frame, Link, Msg, NEW, Posted, Session};
use crate::wire;

/// Messages a request.
const PAGE: u32 = 50;

impl Chat {
    pub(super) fn run(self: &Rc<Self>, effects: Vec<Effect>) {
        for effect in effects {
            self.carry_out(effect);
        }
    }

    fn access(&self) -> Access {
        let visitor_token = match &self.state.borrow().session {
            Session::Open(token) => Some(token.clone()),
            _ => None,
        };
        Access { base_url: self.base_url.clone(), website_token: self.website_token.clone(), visitor_token }
    }

    /// Runs a request and hands its answer to the state.
    fn later(self: &Rc<Self>, work: impl Future<Output = Msg> + 'static) {
        let chat = Rc::clone(self);
        spawn_local(async move {
            let msg = work.await;
            chat.dispatch(msg);
        });
    }

    fn carry_out(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::OpenSession(request) => {
                let access = self.access();
                self.later(async move { Msg::Session(access.send("POST", "session", &request, None).await) });
            }
            Effect::List => {
                let access = self.access();
                self.later(async move { Msg::Listed(access.get("conversations").await) });
            }
            Effect::Load(thread, fetch) => self.load(thread, fetch),
            Effect::Post { thread, client_ref, content, attachment_ids } => {
                self.post(thread, client_ref, content, attachment_ids);
            }
            Effect::Typing(id, on) => self.type_to(id, on),
            Effect::Read(id) => {
                let access = self.access();
                spawn_local(async move {
                    // Not worth a retry: the next reading says the same.
                    let _ = access.tell(&format!("conversations/{id}/read"), &()).await;
                });
            }
            Effect::Rate(thread, csat) => {
                let access = self.access();
                self.later(async move {
                    let answer = access.tell(&format!("conversations/{thread}/csat"), &csat).await;
                    Msg::Rated { thread, answer }
                });
            }
            Effect::SaveContact(details) => {
                let access = self.access();
                self.later(async move {
                    let answer = access.send("PATCH", "contact", &details, None).await;
                    match details {
                        ContactDetails::Reach { .. } => Msg::ContactSaved(answer),
                        ContactDetails::Attributes(_) => Msg::AttributesSaved(answer),
                    }
                });
            }
            Effect::Upload(id) => files::upload(self, &self.access(), id),
            Effect::DropFile(id) => {
                // The borrow ends first: stopping a request tells its listener at once.
                let running = self.files.borrow_mut().drop_file(id);
                if let Some(request) = running {
                    let _ = request.abort();
                }
            }
            Effect::Connect => self.connect(),
            Effect::Disconnect => {
                self.sockets.set(self.sockets.get() + 1);
                self.socket.take();
            }
            Effect::Say(frame) => self.say(&frame),
            Effect::Save(key, value) => storage::save(&self.website_token, &key, &value),
            Effect::Forget(key) => storage::forget(&self.website_token, &key),
            Effect::ForgetAll => storage::forget_all(&self.website_token),
            Effect::After(wait, timer) => self.after(wait, Msg::Timer(timer)),
            Effect::Focus(focus) => self.focus(focus),
            Effect::ScrollToEnd => dom::to_end(&self.panel),
            Effect::ChooseFiles => {
                if let Some(chooser) = dom::find(&self.panel, "[data-files]") {
                    chooser.click();
                }
            }
            Effect::Insert(text) => self.insert(&text),
            Effect::Announce(message) => self.announce(&message),
            Effect::Unread(count) => self.host.unread(count as f64),
            Effect::ClosePanel => self.host.close(),
        }
    }

    fn load(self: &Rc<Self>, thread: i64, fetch: Fetch) {
        let access = self.access();
        let query = match &fetch {
            Fetch::Newest => String::new(),
            Fetch::Older(cursor) => {
                format!("&cursor={}", String::from(js_sys::encode_uri_component(cursor)))
            }
            Fetch::After(message) => format!("&after={message}"),
        };
        self.later(async move {
            let path = format!("conversations/{thread}/messages?limit={PAGE}{query}");
            let answer = access.get(&path).await;
            Msg::Loaded { thread, fetch, answer }
        });
    }

    fn post(self: &Rc<Self>, thread: i64, client_ref: String, content: String, attachment_ids: Vec<String>) {
        let access = self.access();
        self.later(async move {
            let request = VisitorCreateMessage { content, attachment_ids, client_ref: Some(client_ref.clone()) };
            let answer = if thread == NEW {
                access.send("POST", "conversations", &request, Some(&client_ref)).await.map(Posted::Started)
            } else {
                let path = format!("conversations/{thread}/messages");
                access.send("POST", &path, &request, Some(&client_ref)).await.map(Posted::Message)
            };
            Msg::Posted { client_ref, answer }
        });
    }

    fn type_to(&self, id: i64, on: bool) {
        if self.state.borrow().link == Link::Ready {
            self.say(&VisitorFrame::Typing { conversation_id: id.into(), on });
            return;
        }
        let access = self.access();
        spawn_local(async move {
            let _ = access.tell(&format!("conversations/{id}/typing"), &VisitorTyping { on }).await;
        });
    }

    fn connect(self: &Rc<Self>) {
        let number = self.sockets.get() + 1;
        self.sockets.set(number);
        let token = self.access().visitor_token.unwrap_or_default();
        let socket = Socket::open(self, number, token);
        let refused = socket.is_none();
        self.socket.replace(socket);
        if refused {
            self.after(0, Msg::Socket(Frame::Closed));
        }
    }

    fn say(&self, frame: &VisitorFrame) {
        if let Some(socket) = self.socket.borrow().as_ref() {
            socket.say(frame);
        }
    }

    fn after(self: &Rc<Self>, wait: u32, msg: Msg) {
        let chat = Rc::clone(self);
        let callback = Closure::once_into_js(move || chat.dispatch(msg));
        if let Some(window) = web_sys::window() {
            let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(
                callback.unchecked_ref(),
                wait.try_into().unwrap_or(i32::MAX),
            );
        }
    }

    fn focus(&self, focus: Focus) {
        if !self.state.borrow().open {
            return;
        }
        let selector = match focus {
            Focus::Composer => "[data-focus=composer]",
            Focus::Start => "[data-focus=start]",
        };
        let found = dom::find(&self.panel, selector).or_else(|| dom::find(&self.panel, "button"));
        if let Some(element) = found {
            // The page must not jump to the chat.
            let options = web_sys::FocusOptions::new();
            options.set_prevent_scroll(true);
            let _ = element.focus_with_options(&options);
        }
    }

    fn insert(self: &Rc<Self>, text: &str) {
        let Some(field) = dom::find(&self.panel, "[data-focus=composer]") else {
            return;
        };
        let _ = field.focus();
        if let Ok(field) = field.dyn_into::<web_sys::HtmlTextAreaElement>() {
            let _ = field.set_range_text(text);
            let end = field.selection_start().ok().flatten().unwrap_or(0) + text.encode_utf16().count() as u32;
            let _ = field.set_selection_range(end, end);
            self.dispatch(Msg::Input(Field::Message, field.value()));
        }
    }

    fn announce(&self, message: &VisitorMessage) {
        let detail = js_sys::JSON::parse(&wire::write(message)).unwrap_or(JsValue::NULL);
        self.host.emit("on-message", &detail);
    }

    /// Empties the chooser, so that the same file can be chosen again.
    pub(super) fn clear_chooser(&self) {
        if let Some(chooser) =
            dom::find(&self.panel, "[data-files]").and_then(|chooser| chooser.dyn_into::<HtmlInputElement>().ok())
        {
            chooser.set_value("");
        }
    }
}
