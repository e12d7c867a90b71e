//! The only part that touches a browser: it feeds messages to the state, shows the view and
//! carries out effects.

mod dom;
mod effects;
mod events;
mod files;
mod host;
mod http;
mod page;
mod socket;
mod storage;
mod time;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::Element;

use crate::model::{Boot, Env, Identity, Msg, State};
use crate::text;
use crate::view::{node::Node, view};
use crate::wire;
use files::Files;
use host::Host;
use socket::Socket;

thread_local! {
    static CHAT: RefCell<Option<Rc<Chat>>> = const { RefCell::new(None) };
}

/// The running chat.
struct Chat {
    host: Host,
    panel: Element,
    base_url: String,
    website_token: String,
    state: RefCell<State>,
    shown: RefCell<Vec<Node>>,
    files: RefCell<Files>,
    socket: RefCell<Option<Socket>>,
    /// Counts sockets, so that the news of an old one is not taken for the new one's.
    sockets: Cell<u32>,
}

struct Browser;

impl Env for Browser {
    fn now(&self) -> f64 {
        js_sys::Date::now()
    }
    fn random(&self) -> f64 {
        js_sys::Math::random()
    }
}

/// Takes over the panel. Called once, by the loader.
///
/// # Errors
/// When what the loader hands over makes no sense.
#[wasm_bindgen]
pub fn mount(host: Host) -> Result<(), JsValue> {
    let website_token = host.website_token();
    let json = |value: JsValue| js_sys::JSON::stringify(&value).ok().and_then(|text| text.as_string());
    let config = json(host.config())
        .and_then(|text| wire::read(&text))
        .ok_or_else(|| JsValue::from_str("the configuration is not understood"))?;
    let (state, effects) = State::boot(Boot {
        config,
        language: text::language(&host.locale()),
        user: json(host.user()).and_then(|text| wire::read::<Identity>(&text)),
        attributes: json(host.attributes()),
        online: page::online(),
        stored: storage::load(&website_token),
        website_token: website_token.clone(),
    });
    let chat = Rc::new(Chat {
        panel: host.panel(),
        base_url: host.base_url(),
        website_token,
        state: RefCell::new(state),
        shown: RefCell::new(Vec::new()),
        files: RefCell::new(Files::default()),
        socket: RefCell::new(None),
        sockets: Cell::new(0),
        host,
    });
    dom::style(&chat.host.root(), include_str!("../style.css"));
    chat.panel.set_text_content(None);
    events::listen(&chat);
    CHAT.set(Some(chat.clone()));
    chat.render();
    chat.run(effects);
    Ok(())
}

/// What the loader tells later: `opened`, `closed`, `user`, `attributes`, `locale`, `reset`.
#[wasm_bindgen]
pub fn command(name: &str, value: JsValue) {
    let json = || js_sys::JSON::stringify(&value).ok().and_then(|text| text.as_string()).unwrap_or_default();
    let msg = match name {
        "opened" => Msg::Opened,
        "closed" => Msg::Closed,
        "reset" => Msg::Reset,
        "locale" => Msg::Locale(value.as_string().unwrap_or_default()),
        "user" => match wire::read(&json()) {
            Some(user) => Msg::User(user),
            None => return,
        },
        "attributes" => Msg::Attributes(json()),
        _ => return,
    };
    let chat = CHAT.with_borrow(Clone::clone);
    if let Some(chat) = chat {
        chat.dispatch(msg);
    }
}

impl Chat {
    fn dispatch(self: &Rc<Self>, msg: Msg) {
        let effects = self.state.borrow_mut().update(msg, &Browser);
        self.render();
        self.run(effects);
    }

    fn render(&self) {
        let tree = {
            let state = self.state.borrow();
            vec![Node::Element(view(&state, &time::Local, &self.base_url))]
        };
        let place = dom::Place::of(&self.panel, self.state.borrow().at_end);
        dom::patch(&self.panel, &self.shown.borrow(), &tree, false);
        *self.shown.borrow_mut() = tree;
        place.keep(&self.panel);
    }
}
