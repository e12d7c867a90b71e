//! The live connection: what its frames mean, and how it comes back without losing or repeating
//! anything. Events carry a growing number; after a pause everything behind the last one seen is
//! asked for. Where no socket gets through, each attempt reads the news over HTTP instead.

use types::{messages::SenderType, realtime::VisitorFrame, widget::VisitorMessage};

use super::{
    Env,
    msg::{Effect, Event, Frame, Timer},
    outbox::backoff,
    state::{AgentTyping, Link, Load, Session, State},
};
use crate::wire::Decode;

/// Milliseconds an agent's typing mark lasts without news.
const TYPING_LASTS: u32 = 6_000;
const PING_EVERY: u32 = 25_000;
/// From this many failed connections on, news is read over HTTP.
const WITHOUT_SOCKET: u32 = 2;

impl State {
    pub(super) fn connect(&mut self, effects: &mut Vec<Effect>) {
        if self.link == Link::Off && matches!(self.session, Session::Open(_)) {
            self.link = Link::Connecting;
            effects.push(Effect::Connect);
        }
    }

    pub(super) fn socket(&mut self, frame: Frame, env: &dyn Env, effects: &mut Vec<Effect>) {
        match frame {
            Frame::Closed => {
                if self.link != Link::Off {
                    self.link = Link::Waiting;
                    self.attempts += 1;
                    self.agent_typing = None;
                    let wait = backoff(self.attempts, env.random());
                    effects.push(Effect::After(wait, Timer::Reconnect));
                }
            }
            Frame::Event(frame) => self.event(frame, env, effects),
        }
    }

    pub(super) fn reconnect(&mut self, effects: &mut Vec<Effect>) {
        if self.link != Link::Waiting {
            return;
        }
        if self.attempts >= WITHOUT_SOCKET && self.online {
            self.catch_up(effects);
        }
        self.link = Link::Off;
        self.connect(effects);
    }

    /// Reads over HTTP what may have been missed.
    fn catch_up(&mut self, effects: &mut Vec<Effect>) {
        for thread in &mut self.threads {
            thread.stale = true;
            if thread.load == Load::Failed {
                thread.load = if thread.messages.is_empty() { Load::Not } else { Load::Done };
            }
        }
        self.list(effects);
    }

    fn event(&mut self, frame: Event, env: &dyn Env, effects: &mut Vec<Effect>) {
        self.heard = true;
        if let Some(seq) = frame.seq {
            if self.seq.is_some_and(|seen| seq <= seen) {
                return;
            }
            self.seq = Some(seq);
        }
        let data = &frame.data;
        let conversation = data.get("conversation_id").number();
        match frame.name.as_str() {
            "ready" => {
                if let Some(last_seq) = data.get("last_seq").number() {
                    self.ready(last_seq, env.now(), effects);
                }
            }
            "resync" => {
                self.seq = None;
                self.catch_up(effects);
            }
            "message:new" | "message:sent" | "message:updated" => {
                if let Some(message) = VisitorMessage::decode(data) {
                    self.arrived(message, effects);
                }
            }
            "conversation:updated" => {
                let status = data.get("status").text().and_then(|text| text.parse().ok());
                if let (Some(id), Some(status)) = (data.get("id").number(), status) {
                    match self.conversation_mut(id) {
                        Some(conversation) => conversation.status = status,
                        None => self.list(effects),
                    }
                }
            }
            "message:read" => {
                if let (Some(id), Some(message)) = (conversation, data.get("message_id").number())
                    && let Some(conversation) = self.conversation_mut(id)
                {
                    conversation.agent_read_message_id = conversation.agent_read_message_id.max(Some(message.into()));
                }
            }
            "agent:typing" => {
                if let Some(id) = conversation {
                    let name = data.get("name").owned().unwrap_or_default();
                    self.agent_types(id, data.get("on").is_true(), name, env.now(), effects);
                }
            }
            _ => {}
        }
    }

    fn ready(&mut self, last_seq: i64, now: f64, effects: &mut Vec<Effect>) {
        self.link = Link::Ready;
        self.attempts = 0;
        self.held = false;
        self.ping_later(now, effects);
        self.heard = true;
        if let Some(seen) = self.seq {
            if seen < last_seq {
                effects.push(Effect::Say(VisitorFrame::Resume { after: seen }));
            }
            return;
        }
        // From here on nothing is missed; what came before is read once the stream stands.
        self.seq = Some(last_seq);
        self.catch_up(effects);
    }

    fn arrived(&mut self, message: VisitorMessage, effects: &mut Vec<Effect>) {
        let from_contact = message.sender_type == SenderType::Contact;
        let id = message.conversation_id.0;
        if self.insert(message.clone(), effects) && !from_contact {
            if self.agent_typing.as_ref().is_some_and(|typing| typing.thread == id) {
                self.agent_typing = None;
            }
            effects.push(Effect::Announce(message));
        }
    }

    fn agent_types(&mut self, thread: i64, on: bool, name: String, now: f64, effects: &mut Vec<Effect>) {
        if on {
            self.agent_typing = Some(AgentTyping { thread, name, until: now + f64::from(TYPING_LASTS) });
            effects.push(Effect::After(TYPING_LASTS, Timer::AgentQuiet));
        } else if self.agent_typing.as_ref().is_some_and(|shown| shown.thread == thread) {
            self.agent_typing = None;
        }
    }

    pub(super) fn agent_quiet(&mut self, now: f64) {
        // A little early is late enough: timers are not that exact.
        if self.agent_typing.as_ref().is_some_and(|typing| typing.until - 50.0 <= now) {
            self.agent_typing = None;
        }
    }

    /// Asks for a sign of life, and gives up a socket that gave none since the last time.
    pub(super) fn ping(&mut self, env: &dyn Env, effects: &mut Vec<Effect>) {
        // Another connection has begun its own rhythm meanwhile.
        if self.link != Link::Ready || env.now() + 50.0 < self.next_ping {
            return;
        }
        if !self.heard {
            effects.push(Effect::Disconnect);
            self.socket(Frame::Closed, env, effects);
            return;
        }
        effects.push(Effect::Say(VisitorFrame::Ping {}));
        self.ping_later(env.now(), effects);
    }

    fn ping_later(&mut self, now: f64, effects: &mut Vec<Effect>) {
        self.heard = false;
        self.next_ping = now + f64::from(PING_EVERY);
        effects.push(Effect::After(PING_EVERY, Timer::Ping));
    }

    /// The browser says whether there is a network.
    pub(super) fn network(&mut self, online: bool, effects: &mut Vec<Effect>) {
        let back = online && !self.online;
        self.online = online;
        if back {
            self.held = false;
            self.failures = 0;
            self.attempts = 0;
            match self.link {
                Link::Waiting => self.reconnect(effects),
                // The socket may be dead without knowing it.
                Link::Ready | Link::Connecting => {
                    effects.push(Effect::Disconnect);
                    self.link = Link::Off;
                    self.connect(effects);
                }
                Link::Off => {}
            }
        }
    }
}
