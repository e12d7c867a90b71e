//! What both kinds of sockets share: the handshake's origin check, frames, heartbeat, and the cursor over the log.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket},
    http::{HeaderMap, header},
};
use domain::{
    Ctx,
    events::{self, Tail},
};
use serde_json::{Value, json};
use types::{AccountId, events::EventFrame};

use super::hub::{Live, text};

/// Bytes of a client's frame.
pub const MAX_FRAME: usize = 64 * 1024;
/// Bytes read at a time. Cleared at each look for a frame and kept by every socket, so the library's 128 kB would be most
/// of what a socket costs.
pub const READ_BUFFER: usize = 4 * 1024;
/// How long a client may take to say who it is.
pub const AUTHENTICATE_WITHIN: Duration = Duration::from_secs(5);
/// A ping goes out this often; a client silent for two of them is gone.
pub const HEARTBEAT: Duration = Duration::from_secs(25);
/// A client that cannot take a frame within this time is too slow.
const SEND_WITHIN: Duration = Duration::from_secs(10);

pub mod close {
    //! Close codes of our own (RFC 6455 section 7.4.2 leaves 4000 to 4999 to applications).
    pub const UNAUTHENTICATED: u16 = 4401;
    pub const TOO_SLOW: u16 = 4408;
    pub const GOING_AWAY: u16 = 1001;
}

/// Whether the handshake comes from a page of ours. A program sends no `Origin`.
pub fn same_origin(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    origin
        .to_str()
        .ok()
        .and_then(|origin| origin.split_once("://"))
        .is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host))
}

/// Why a socket ends.
pub enum End {
    /// The client went away.
    Gone,
    Refused(u16, &'static str),
}

pub type Step<T = ()> = Result<T, End>;

impl From<domain::Error> for End {
    fn from(error: domain::Error) -> Self {
        match error {
            domain::Error::Unauthenticated(_) => Self::Refused(close::UNAUTHENTICATED, "unauthenticated"),
            error => {
                tracing::warn!(%error, "server.socket.failed");
                Self::Refused(1011, "try_again")
            }
        }
    }
}

pub async fn send(socket: &mut WebSocket, text: Utf8Bytes) -> Step {
    match tokio::time::timeout(SEND_WITHIN, socket.send(Message::Text(text))).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(End::Gone),
        Err(_) => Err(End::Refused(close::TOO_SLOW, "too_slow")),
    }
}

pub async fn send_control(socket: &mut WebSocket, event: &str, data: Value) -> Step {
    send(socket, text(&EventFrame { event: event.to_owned(), seq: None, account_id: None, data })).await
}

pub async fn send_error(socket: &mut WebSocket, code: &str, message: &str) -> Step {
    send_control(socket, "error", json!({ "code": code, "message": message })).await
}

pub async fn ping(socket: &mut WebSocket) -> Step {
    socket.send(Message::Ping(bytes::Bytes::new())).await.map_err(|_| End::Gone)
}

/// Tells the client why, where it still listens.
pub async fn finish(mut socket: WebSocket, end: End) {
    if let End::Refused(code, reason) = end {
        let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
        let _ = tokio::time::timeout(Duration::from_secs(1), socket.send(Message::Close(Some(frame)))).await;
    }
}

/// A socket's place in the log: everything up to it has been sent, nothing after it.
pub struct Cursor {
    account: AccountId,
    seq: i64,
}

/// What a socket is to send next from the log.
pub enum Missed {
    Frames(Vec<Arc<Live>>),
    Resync,
}

impl Cursor {
    /// At the end of the log.
    pub async fn at_end(ctx: &Ctx, account: AccountId) -> domain::Result<Self> {
        let mut tx = ctx.begin_in(account).await?;
        Ok(Self { account, seq: events::last_seq(&mut tx).await? })
    }

    pub fn seq(&self) -> i64 {
        self.seq
    }

    /// Goes back to where a client left off.
    pub fn resume(&mut self, after: i64) {
        self.seq = after;
    }

    /// Whether this frame is the very next one. An older one was sent already; a later one means that some are missing.
    pub fn next_is(&self, seq: i64) -> std::cmp::Ordering {
        seq.cmp(&(self.seq + 1))
    }

    pub fn sent(&mut self, seq: i64) {
        self.seq = seq;
    }

    /// A page of what is missing, from the log. Moves to the end on resync.
    pub async fn missed(&mut self, ctx: &Ctx) -> domain::Result<Missed> {
        let mut tx = ctx.begin_in(self.account).await?;
        match events::tail(&mut tx, self.seq).await? {
            Tail::Events(page) => Ok(Missed::Frames(page.iter().map(|event| Arc::new(Live::logged(event))).collect())),
            Tail::Resync => {
                self.seq = events::last_seq(&mut tx).await?;
                Ok(Missed::Resync)
            }
        }
    }
}
