//! What both kinds of sockets share: the handshake's origin check, frames, heartbeat, and the cursor over the log.

use std::{cmp::Ordering, time::Duration};

use axum::{
    extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket},
    http::{HeaderMap, header},
};
use domain::{
    Ctx,
    events::{self, Tail},
};
use futures::SinkExt as _;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use types::{AccountId, events::EventFrame};

use super::hub::{Batch, Live, text};

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
    send_all(socket, vec![text]).await
}

/// Sends frames that are at hand together in one write.
async fn send_all(socket: &mut WebSocket, texts: Vec<Utf8Bytes>) -> Step {
    if texts.is_empty() {
        return Ok(());
    }
    let writing = async {
        for text in texts {
            socket.feed(Message::Text(text)).await?;
        }
        socket.flush().await
    };
    match tokio::time::timeout(SEND_WITHIN, writing).await {
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

    /// Sends what the ring brought: numbered frames once and in order, from the log where some are missing before them.
    /// `pick` gives what of a frame this client is told, if anything.
    pub async fn deliver(
        &mut self,
        ctx: &Ctx,
        socket: &mut WebSocket,
        heard: Result<Batch, RecvError>,
        pick: impl Fn(&Live) -> Option<&Utf8Bytes>,
    ) -> Step {
        let batch = match heard {
            Ok(batch) => batch,
            // The ring has moved on: this reader is too slow for it, and the log has everything.
            Err(RecvError::Lagged(_)) => return Err(End::Refused(close::TOO_SLOW, "too_slow")),
            Err(RecvError::Closed) => return Err(End::Refused(1011, "try_again")),
        };
        let mut texts = Vec::with_capacity(batch.len());
        let mut gap = false;
        for live in &*batch {
            match live.seq.map(|seq| (seq, seq.cmp(&(self.seq + 1)))) {
                Some((_, Ordering::Less)) => continue,
                Some((_, Ordering::Greater)) => {
                    gap = true;
                    break;
                }
                Some((seq, Ordering::Equal)) => self.seq = seq,
                None => {}
            }
            texts.extend(pick(live).cloned());
        }
        send_all(socket, texts).await?;
        if gap { self.catch_up(ctx, socket, pick).await } else { Ok(()) }
    }

    /// Sends everything between here and the end of the log, page by page.
    pub async fn catch_up(
        &mut self,
        ctx: &Ctx,
        socket: &mut WebSocket,
        pick: impl Fn(&Live) -> Option<&Utf8Bytes>,
    ) -> Step {
        loop {
            let mut tx = ctx.begin_in(self.account).await?;
            let page = match events::tail(&mut tx, self.seq).await? {
                Tail::Events(page) => page,
                Tail::Resync => {
                    self.seq = events::last_seq(&mut tx).await?;
                    return send_control(socket, "resync", json!({ "last_seq": self.seq })).await;
                }
            };
            drop(tx);
            let Some(last) = page.last() else { return Ok(()) };
            self.seq = last.seq;
            let texts = page.iter().filter_map(|event| pick(&Live::logged(event)).cloned()).collect();
            send_all(socket, texts).await?;
        }
    }
}
