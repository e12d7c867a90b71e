//! The live connection: one socket a page feeds everything that changes by itself. Pages listen, and patch what they show.

mod news;
#[cfg(feature = "hydrate")]
mod socket;

use std::sync::Arc;

use leptos::prelude::*;
use types::realtime::ClientFrame;

pub use news::News;

/// How the connection stands.
#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only a browser connects"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// Not tried yet: on the server, and in the first moment of a page.
    Idle,
    Up,
    Down,
}

type Listener = Arc<dyn Fn(&News) + Send + Sync>;

#[derive(Clone, Copy)]
pub struct Live {
    connection: RwSignal<Connection>,
    listeners: StoredValue<Vec<(u64, Listener)>>,
    next: StoredValue<u64>,
    /// The last event this page has seen; everything after it is asked for when the connection opens.
    seen: StoredValue<Option<i64>>,
    rooms: StoredValue<Vec<String>>,
    #[cfg(feature = "hydrate")]
    socket: StoredValue<Option<socket::Socket>, LocalStorage>,
}

impl Live {
    pub fn new() -> Self {
        Self {
            connection: RwSignal::new(Connection::Idle),
            listeners: StoredValue::new(Vec::new()),
            next: StoredValue::new(0),
            seen: StoredValue::new(None),
            rooms: StoredValue::new(Vec::new()),
            #[cfg(feature = "hydrate")]
            socket: StoredValue::new_local(None),
        }
    }

    pub fn connection(self) -> Connection {
        self.connection.get()
    }

    /// Opens the connection once the page lives, and keeps it open.
    pub fn start(self) {
        #[cfg(feature = "hydrate")]
        Effect::new(move |_| socket::open(self, 0));
        #[cfg(not(feature = "hydrate"))]
        {
            _ = self;
        }
    }

    /// The page shows data as of this event: nothing after it may be missed.
    pub fn since(self, seq: i64) {
        if self.connection.get_untracked() == Connection::Idle {
            self.seen.update_value(|seen| *seen = Some(seen.map_or(seq, |known| known.min(seq))));
        }
    }

    /// Calls `listener` with all news until the caller's component is gone.
    pub fn on(self, listener: impl Fn(&News) + Send + Sync + 'static) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        self.listeners.update_value(|listeners| listeners.push((id, Arc::new(listener))));
        on_cleanup(move || {
            self.listeners.try_update_value(|listeners| listeners.retain(|(known, _)| *known != id));
        });
    }

    /// Joins a room until the caller's component is gone: others see who is there.
    pub fn join(self, room: String) {
        self.rooms.update_value(|rooms| rooms.push(room.clone()));
        self.send(&ClientFrame::Join { room: room.clone() });
        on_cleanup(move || {
            self.rooms.try_update_value(|rooms| rooms.retain(|known| *known != room));
            self.send(&ClientFrame::Leave { room: room.clone() });
        });
    }

    /// Says something, if there is a connection: nothing that matters goes this way.
    pub fn send(self, frame: &ClientFrame) {
        #[cfg(feature = "hydrate")]
        self.socket.try_with_value(|socket| {
            if let Some(socket) = socket {
                socket.send(frame);
            }
        });
        #[cfg(not(feature = "hydrate"))]
        {
            _ = (self, frame);
        }
    }

    #[cfg(feature = "hydrate")]
    fn publish(self, news: &News) {
        // A listener may end another one: the list is copied first.
        let listeners = self.listeners.try_get_value().unwrap_or_default();
        for (_, listener) in listeners {
            listener(news);
        }
    }
}

impl Default for Live {
    fn default() -> Self {
        Self::new()
    }
}

pub fn use_live() -> Live {
    use_context().unwrap_or_default()
}
