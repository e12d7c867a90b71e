//! `GET /api/widget/ws`: the customer's socket. It hears of its own conversations only.

use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, Utf8Bytes, WebSocket},
    },
    response::Response,
};
use domain::{Actor, widget};
use serde_json::json;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use types::{ContactId, realtime::VisitorFrame};

use super::{
    hub::Live,
    wire::{self, Cursor, End, Step, close, send_control, send_error},
};
use crate::state::AppState;

const MAX_FRAMES_A_SECOND: u32 = 20;

/// No cookie counts here, so any origin may come.
pub async fn upgrade(State(state): State<AppState>, upgrade: WebSocketUpgrade) -> Response {
    let upgrade = upgrade.max_message_size(wire::MAX_FRAME).read_buffer_size(wire::READ_BUFFER);
    upgrade.on_upgrade(move |mut socket| async move {
        metrics::gauge!("websocket_connections_active").increment(1);
        let end = match pump(&state, &mut socket).await {
            Ok(()) => End::Refused(close::GOING_AWAY, "server_stopping"),
            Err(end) => end,
        };
        wire::finish(socket, end).await;
        metrics::gauge!("websocket_connections_active").decrement(1);
    })
}

struct Identity {
    website_token: String,
    visitor_token: String,
    actor: Actor,
    contact: ContactId,
}

impl Identity {
    async fn prove(state: &AppState, website_token: String, visitor_token: String) -> domain::Result<Self> {
        let actor = widget::authenticate(&state.ctx, &website_token, &visitor_token).await?;
        let (contact, _) = actor.visitor()?;
        Ok(Self { website_token, visitor_token, actor, contact })
    }
}

async fn identify(state: &AppState, socket: &mut WebSocket) -> Step<Identity> {
    let refused = || End::Refused(close::UNAUTHENTICATED, "unauthenticated");
    let first = timeout(wire::AUTHENTICATE_WITHIN, socket.recv()).await.map_err(|_| refused())?;
    let Some(Ok(Message::Text(text))) = first else { return Err(refused()) };
    let Ok(VisitorFrame::Authenticate { website_token, visitor_token }) = serde_json::from_str(&text) else {
        return Err(refused());
    };
    Ok(Identity::prove(state, website_token, visitor_token).await?)
}

async fn pump(state: &AppState, socket: &mut WebSocket) -> Step {
    let mut identity = identify(state, socket).await?;
    let account = identity.actor.account_id;
    let (mut live, mut cursor) = state.hub.listen(account).await?;
    send_control(socket, "ready", json!({ "last_seq": cursor.seq() })).await?;
    let mut heartbeat = interval(wire::HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut heard, mut second, mut frames) = (Instant::now(), Instant::now(), 0);
    loop {
        tokio::select! {
            () = state.stop.cancelled() => return Ok(()),
            frame = socket.recv() => {
                heard = Instant::now();
                if heard.duration_since(second).as_secs() >= 1 {
                    (second, frames) = (heard, 0);
                }
                frames += 1;
                match frame {
                    Some(Ok(Message::Text(_))) if frames > MAX_FRAMES_A_SECOND => send_error(socket, "too_many_frames", "Slow down.").await?,
                    Some(Ok(Message::Text(text))) => answer(state, socket, &text, &identity, &mut cursor).await?,
                    Some(Ok(Message::Binary(_))) => send_error(socket, "invalid", "Send JSON text frames.").await?,
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(End::Gone),
                }
            }
            heard = live.recv() => cursor.deliver(&state.ctx, socket, heard, of(identity.contact)).await?,
            _ = heartbeat.tick() => {
                if heard.elapsed() > wire::HEARTBEAT * 2 {
                    return Err(End::Refused(close::GOING_AWAY, "silent"));
                }
                wire::ping(socket).await?;
                // Blocked or erased since: the socket ends with the identity.
                identity = Identity::prove(state, identity.website_token, identity.visitor_token).await?;
            }
        }
    }
}

/// Only what concerns this customer, as the customer may see it.
fn of(contact: ContactId) -> impl Fn(&Live) -> Option<&Utf8Bytes> {
    move |live| live.visitor.as_ref().filter(|(whose, _)| *whose == contact).map(|(_, text)| text)
}

async fn answer(
    state: &AppState,
    socket: &mut WebSocket,
    text: &str,
    identity: &Identity,
    cursor: &mut Cursor,
) -> Step {
    match serde_json::from_str(text) {
        Ok(VisitorFrame::Ping {}) => send_control(socket, "pong", json!({})).await,
        Ok(VisitorFrame::Resume { after }) if after >= 0 => {
            cursor.resume(after);
            cursor.catch_up(&state.ctx, socket, of(identity.contact)).await
        }
        Ok(VisitorFrame::Typing { conversation_id, on }) => {
            let mut tx = state.ctx.begin(&identity.actor).await?;
            if widget::owned(&mut tx, &identity.actor, conversation_id).await.is_err() {
                return send_error(socket, "forbidden", "There is no such conversation for you.").await;
            }
            state.hub.visitor_typing(&identity.actor, conversation_id, on);
            Ok(())
        }
        _ => send_error(socket, "invalid", "This frame is not understood.").await,
    }
}
