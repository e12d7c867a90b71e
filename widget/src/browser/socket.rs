//! The WebSocket: authenticates, passes frames on, and notices when the other side fell silent.

use std::rc::Rc;

use types::realtime::VisitorFrame;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{MessageEvent, WebSocket};

use super::Chat;
use crate::model::{Frame, Msg};
use crate::wire;

pub(super) struct Socket {
    inner: WebSocket,
    // Kept as long as the socket may call them.
    _opened: Closure<dyn FnMut()>,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _closed: Closure<dyn FnMut()>,
}

impl Socket {
    /// Answers with nothing when the browser refuses the address.
    pub(super) fn open(chat: &Rc<Chat>, number: u32, visitor_token: String) -> Option<Self> {
        // `http` becomes `ws`, `https` becomes `wss`.
        let url = format!("ws{}/api/widget/ws", chat.base_url.strip_prefix("http")?);
        let socket = WebSocket::new(&url).ok()?;
        let first = VisitorFrame::Authenticate { website_token: chat.website_token.clone(), visitor_token };
        let opened = Closure::new({
            let socket = socket.clone();
            move || say(&socket, &first)
        });
        let message = Closure::new({
            let chat = Rc::clone(chat);
            move |event: MessageEvent| {
                let frame = event.data().as_string().and_then(|text| wire::read(&text));
                if let Some(frame) = frame
                    && chat.sockets.get() == number
                {
                    chat.dispatch(Msg::Socket(Frame::Event(frame)));
                }
            }
        });
        let closed = Closure::new({
            let chat = Rc::clone(chat);
            move || {
                if chat.sockets.get() == number {
                    chat.dispatch(Msg::Socket(Frame::Closed));
                }
            }
        });
        socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
        Some(Self { inner: socket, _opened: opened, _message: message, _closed: closed })
    }

    pub(super) fn say(&self, frame: &VisitorFrame) {
        say(&self.inner, frame);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.inner.set_onopen(None);
        self.inner.set_onmessage(None);
        self.inner.set_onclose(None);
        let _ = self.inner.close();
    }
}

/// A frame that cannot be said is lost on purpose: typing is stale by then, resuming starts anew.
fn say(socket: &WebSocket, frame: &VisitorFrame) {
    if socket.ready_state() == WebSocket::OPEN {
        let _ = socket.send_with_str(&wire::write(frame));
    }
}
