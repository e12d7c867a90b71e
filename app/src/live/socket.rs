//! The socket itself: opens, resumes after the last event seen, and comes back after a longer and longer while.

use std::time::Duration;

use leptos::prelude::*;
use types::{events::EventFrame, realtime::ClientFrame};
use wasm_bindgen::{JsCast as _, closure::Closure};
use web_sys::{CloseEvent, MessageEvent, WebSocket};

use super::{Connection, Live, News};

/// The longest pause between two attempts.
const PATIENCE_MS: f64 = 20_000.0;

pub(super) struct Socket {
    inner: WebSocket,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_close: Closure<dyn Fn(CloseEvent)>,
}

impl Socket {
    pub(super) fn send(&self, frame: &ClientFrame) {
        if self.inner.ready_state() == WebSocket::OPEN
            && let Ok(text) = serde_json::to_string(frame)
        {
            _ = self.inner.send_with_str(&text);
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.inner.set_onmessage(None);
        self.inner.set_onclose(None);
        _ = self.inner.close();
    }
}

/// `attempt` counts the failures since it last worked.
pub(super) fn open(live: Live, attempt: u32) {
    let location = window().location();
    let scheme = if location.protocol().as_deref() == Ok("https:") { "wss" } else { "ws" };
    let Ok(socket) = WebSocket::new(&format!("{scheme}://{}/ws", location.host().unwrap_or_default())) else { return };
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some(frame) = event.data().as_string().and_then(|text| serde_json::from_str(&text).ok()) {
            receive(live, frame);
        }
    });
    let on_close = Closure::<dyn Fn(CloseEvent)>::new(move |_: CloseEvent| {
        // The count starts anew once a connection has worked.
        let failures = if live.connection.try_get_untracked() == Some(Connection::Up) { 0 } else { attempt };
        live.connection.try_set(Connection::Down);
        retry(live, failures + 1);
    });
    socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
    live.socket.try_set_value(Some(Socket { inner: socket, _on_message: on_message, _on_close: on_close }));
}

fn retry(live: Live, attempt: u32) {
    let pause = (400.0 * 2_f64.powi(attempt.min(10) as i32)).min(PATIENCE_MS);
    let jittered = pause * (0.5 + js_sys::Math::random() / 2.0);
    set_timeout(
        move || {
            // The page's owner is gone: so is the need for news.
            if live.connection.try_get_untracked().is_some() {
                open(live, attempt);
            }
        },
        Duration::from_millis(jittered as u64),
    );
}

fn receive(live: Live, frame: EventFrame) {
    match frame.event.as_str() {
        "ready" => ready(live, frame.data.get("last_seq").and_then(serde_json::Value::as_i64)),
        "resync" => {
            live.seen.set_value(frame.data.get("last_seq").and_then(serde_json::Value::as_i64));
            live.publish(&News::Resync);
        }
        _ => {
            if let Some(seq) = frame.seq {
                if live.seen.get_value().is_some_and(|seen| seq <= seen) {
                    return;
                }
                live.seen.set_value(Some(seq));
            }
            if let Some(news) = News::read(frame) {
                live.publish(&news);
            }
        }
    }
}

fn ready(live: Live, last_seq: Option<i64>) {
    live.connection.set(Connection::Up);
    match live.seen.get_value() {
        Some(after) if last_seq.is_none_or(|last| last != after) => live.send(&ClientFrame::Resume { after }),
        Some(_) => {}
        None => live.seen.set_value(last_seq),
    }
    for room in live.rooms.get_value() {
        live.send(&ClientFrame::Join { room });
    }
}
