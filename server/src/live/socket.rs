//! `GET /ws`: the agents' socket.

use std::pin::pin;

use axum::{
    extract::{
        FromRequestParts as _, Request, State, WebSocketUpgrade,
        ws::{Message, Utf8Bytes, WebSocket},
    },
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use domain::{Actor, Permission, agents, auth, conversations};
use serde_json::json;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use types::{ConversationId, events::EventKind, realtime::ClientFrame};

use super::{
    hub::{Hub, Live},
    wire::{self, Cursor, End, Step, close, send_control, send_error},
};
use crate::{
    error::{Failure, Result},
    extract::session_cookie,
    state::AppState,
};

/// Rooms a socket may stand in.
const MAX_ROOMS: usize = 100;
/// Frames a client may send in a second.
const MAX_FRAMES_A_SECOND: u32 = 50;

/// Upgrades to the live stream. A cookie counts only from a page of ours; everybody else authenticates by first frame.
pub async fn upgrade(State(state): State<AppState>, request: Request) -> Result<Response> {
    let (mut parts, _) = request.into_parts();
    let cookie = session_cookie(&parts.headers);
    if cookie.is_some() && !wire::same_origin(&parts.headers) {
        return Err(Failure::new(
            StatusCode::FORBIDDEN,
            "foreign_origin",
            "The live stream opens from our own pages only.",
        ));
    }
    let actor = match cookie {
        Some(cookie) => Some(auth::authenticate_cookie(&state.ctx, &cookie).await?),
        None => None,
    };
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &state).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => return Ok(rejection.into_response()),
    };
    let upgrade = upgrade.max_message_size(wire::MAX_FRAME).read_buffer_size(wire::READ_BUFFER);
    Ok(upgrade.on_upgrade(move |socket| serve(state, socket, actor)))
}

async fn serve(state: AppState, mut socket: WebSocket, actor: Option<Actor>) {
    metrics::gauge!("websocket_connections_active").increment(1);
    let end = match identify(&state, &mut socket, actor).await {
        Ok(actor) => {
            let mut session = Session::new(&state, actor);
            let end = session.run(&mut socket).await;
            session.leave_all();
            end
        }
        Err(end) => end,
    };
    wire::finish(socket, end).await;
    metrics::gauge!("websocket_connections_active").decrement(1);
}

async fn identify(state: &AppState, socket: &mut WebSocket, actor: Option<Actor>) -> Step<Actor> {
    let actor = if let Some(actor) = actor {
        actor
    } else {
        let refused = || End::Refused(close::UNAUTHENTICATED, "unauthenticated");
        let first = timeout(wire::AUTHENTICATE_WITHIN, socket.recv()).await.map_err(|_| refused())?;
        let Some(Ok(Message::Text(text))) = first else { return Err(refused()) };
        let Ok(ClientFrame::Authenticate { token }) = serde_json::from_str(&text) else { return Err(refused()) };
        auth::authenticate_bearer(&state.ctx, &token).await?
    };
    actor.require(Permission::Read).map_err(|_| End::Refused(close::UNAUTHENTICATED, "unauthenticated"))?;
    Ok(actor)
}

struct Session<'a> {
    hub: &'a Hub,
    state: &'a AppState,
    actor: Actor,
    rooms: Vec<ConversationId>,
}

impl<'a> Session<'a> {
    fn new(state: &'a AppState, actor: Actor) -> Self {
        Self { hub: &state.hub, state, actor, rooms: Vec::new() }
    }

    async fn run(&mut self, socket: &mut WebSocket) -> End {
        match self.pump(socket).await {
            Ok(()) => End::Refused(close::GOING_AWAY, "server_stopping"),
            Err(end) => end,
        }
    }

    /// Ends with `Ok` only when the server stops.
    async fn pump(&mut self, socket: &mut WebSocket) -> Step {
        let unauthenticated = || End::Refused(close::UNAUTHENTICATED, "unauthenticated");
        let mut proof = self.hub.proofs().follow(&self.actor).ok_or_else(unauthenticated)?;
        let (mut live, mut cursor) = self.hub.listen(self.actor.account_id).await?;
        send_control(
            socket,
            "ready",
            json!({ "last_seq": cursor.seq(), "account_id": self.actor.account_id, "user_id": self.actor.user_id() }),
        )
        .await?;
        let mut heartbeat = interval(wire::HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut heard, mut second, mut frames) = (Instant::now(), Instant::now(), 0);
        let mut stopped = pin!(self.state.stop.cancelled());
        loop {
            // In this order: an ended identity and the heartbeat before all else, and a frame for the client without a look
            // for one of its own. A reader too slow for what comes leaves the ring, so it cannot keep itself unread for ever.
            tokio::select! {
                biased;
                () = &mut stopped => return Ok(()),
                Ok(()) = proof.changed() => self.actor = proof.borrow_and_update().clone().ok_or_else(unauthenticated)?,
                _ = heartbeat.tick() => {
                    if heard.elapsed() > wire::HEARTBEAT * 2 {
                        return Err(End::Refused(close::GOING_AWAY, "silent"));
                    }
                    wire::ping(socket).await?;
                }
                heard = live.recv() => cursor.deliver(self.hub.ctx(), socket, heard, for_agents).await?,
                frame = socket.recv() => {
                    heard = Instant::now();
                    if heard.duration_since(second).as_secs() >= 1 {
                        (second, frames) = (heard, 0);
                    }
                    frames += 1;
                    match frame {
                        Some(Ok(Message::Text(_))) if frames > MAX_FRAMES_A_SECOND => send_error(socket, "too_many_frames", "Slow down.").await?,
                        Some(Ok(Message::Text(text))) => self.answer(socket, &text, &mut cursor).await?,
                        Some(Ok(Message::Binary(_))) => send_error(socket, "invalid", "Send JSON text frames.").await?,
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                        Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(End::Gone),
                    }
                }
            }
        }
    }

    async fn answer(&mut self, socket: &mut WebSocket, text: &str, cursor: &mut Cursor) -> Step {
        let frame: ClientFrame = match serde_json::from_str(text) {
            Ok(frame) => frame,
            Err(_) => return send_error(socket, "invalid", "This frame is not understood.").await,
        };
        match frame {
            ClientFrame::Authenticate { .. } => send_error(socket, "invalid", "Already authenticated.").await,
            ClientFrame::Ping {} => send_control(socket, "pong", json!({})).await,
            ClientFrame::Resume { after } if after < 0 => {
                send_error(socket, "invalid", "`after` is not a sequence number.").await
            }
            ClientFrame::Resume { after } => {
                cursor.resume(after);
                cursor.catch_up(self.hub.ctx(), socket, for_agents).await
            }
            ClientFrame::Join { room } => self.join(socket, &room).await,
            ClientFrame::Leave { room } => {
                if let Some(id) = conversation_of(&room).filter(|id| self.rooms.contains(id)) {
                    self.rooms.retain(|room| *room != id);
                    self.left(id);
                }
                Ok(())
            }
            ClientFrame::Typing { conversation_id, on } => self.typing(socket, conversation_id, on).await,
            ClientFrame::Presence { status } => {
                let mut tx = self.hub.ctx().begin(&self.actor).await?;
                if agents::set_availability(&mut tx, &self.actor, status).await.is_err() {
                    return send_error(socket, "forbidden", "Your role has no availability.").await;
                }
                tx.commit().await?;
                let data = json!({ "user_id": self.actor.user_id(), "name": self.actor.name, "status": status });
                self.hub.tell(self.actor.account_id, EventKind::AgentPresence, &data);
                Ok(())
            }
        }
    }

    async fn join(&mut self, socket: &mut WebSocket, room: &str) -> Step {
        let forbidden = "There is no such room for you.";
        let Some(id) = conversation_of(room) else { return send_error(socket, "forbidden", forbidden).await };
        let mut tx = self.hub.ctx().begin(&self.actor).await?;
        if conversations::get(&mut tx, &self.actor, id).await.is_err() {
            return send_error(socket, "forbidden", forbidden).await;
        }
        drop(tx);
        if self.rooms.len() >= MAX_ROOMS {
            return send_error(socket, "too_many_rooms", "Leave a room first.").await;
        }
        if self.rooms.contains(&id) {
            return Ok(());
        }
        let (account, key) = (self.actor.account_id, (self.actor.account_id, id));
        for (user, name) in self.hub.rooms().people(key) {
            if Some(user) != self.actor.user_id() {
                send_control(
                    socket,
                    EventKind::AgentPresence.as_str(),
                    json!({ "conversation_id": id, "user_id": user, "name": name, "viewing": true }),
                )
                .await?;
            }
        }
        self.rooms.push(id);
        if let Some(user) = self.actor.user_id()
            && self.hub.rooms().enter(key, user, &self.actor.name)
        {
            let data = json!({ "conversation_id": id, "user_id": user, "name": self.actor.name, "viewing": true });
            self.hub.tell(account, EventKind::AgentPresence, &data);
        }
        Ok(())
    }

    async fn typing(&self, socket: &mut WebSocket, id: ConversationId, on: bool) -> Step {
        let mut tx = self.hub.ctx().begin(&self.actor).await?;
        let conversation = conversations::get(&mut tx, &self.actor, id).await;
        match (conversation, self.actor.require(Permission::Work)) {
            (Ok(conversation), Ok(())) => {
                self.hub.agent_typing(&self.actor, id, conversation.contact.id, on);
                Ok(())
            }
            _ => send_error(socket, "forbidden", "There is no such conversation for you.").await,
        }
    }

    fn left(&self, id: ConversationId) {
        if let Some(user) = self.actor.user_id()
            && self.hub.rooms().leave((self.actor.account_id, id), user)
        {
            let data = json!({ "conversation_id": id, "user_id": user, "name": self.actor.name, "viewing": false });
            self.hub.tell(self.actor.account_id, EventKind::AgentPresence, &data);
        }
    }

    fn leave_all(&mut self) {
        for id in std::mem::take(&mut self.rooms) {
            self.left(id);
        }
    }
}

fn for_agents(live: &Live) -> Option<&Utf8Bytes> {
    live.agents.as_ref()
}

/// The conversation of a room's exact name; no prefix, sign or space passes.
fn conversation_of(room: &str) -> Option<ConversationId> {
    let digits = room.strip_prefix("conversation:")?;
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
    plain.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_name_of_a_room_opens_it() {
        assert_eq!(conversation_of("conversation:42"), Some(ConversationId(42)));
        for trick in [
            "conversation:",
            "conversation:+42",
            "conversation: 42",
            "conversation:42 ",
            "conversation:042",
            "conversation:42:1",
            "Conversation:42",
            "account:1",
            "conversation:9999999999999999999999",
        ] {
            assert_eq!(conversation_of(trick), None, "{trick}");
        }
    }
}
