//! The two systems as the load generator sees them: where they listen and how the same thing is asked of each.

use serde_json::Value;

use crate::{
    data::{ACCOUNTS, HOT_CONVERSATION, LONG_CONVERSATIONS, POSTED, account_of},
    http,
    run::Measurement,
    stats::Dice,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    HummDesk,
    Peer,
}

/// What a request needs to be written: cheap to share between the connections.
#[derive(Clone, Debug)]
pub struct Target {
    pub kind: Kind,
    pub port: u16,
    /// Bearer tokens, by account: the first is account 1's.
    pub tokens: Vec<String>,
    /// The browser's session, for pages.
    pub cookie: Option<String>,
}

impl Target {
    /// Headers that say who asks.
    pub fn authorization(&self, account: u64) -> String {
        let token = self.tokens.get(account as usize - 1).map_or("", String::as_str);
        format!("authorization: Bearer {token}\r\n")
    }

    /// Writes the next request of a measurement.
    pub fn write(&self, measurement: Measurement, dice: &mut Dice, out: &mut Vec<u8>) {
        let ours = self.kind == Kind::HummDesk;
        match measurement {
            Measurement::Health => http::write(out, "GET", "/health", "", None),
            Measurement::List => {
                let path = if ours { "/api/conversations?status=open" } else { "/api/conversations" };
                http::write(out, "GET", path, &self.authorization(dice.roll(ACCOUNTS)), None);
            }
            Measurement::Messages => {
                let id = dice.roll(LONG_CONVERSATIONS);
                let limit = if ours { "?limit=100" } else { "" };
                let path = format!("/api/conversations/{id}/messages{limit}");
                http::write(out, "GET", &path, &self.authorization(account_of(id)), None);
            }
            Measurement::Post => self.write_post(dice.roll(POSTED) * ACCOUNTS, dice.roll(1 << 20), out),
            Measurement::SpreadPost => self.write_post(dice.roll(POSTED), dice.roll(1 << 20), out),
            Measurement::HotPost => self.write_post(HOT_CONVERSATION, dice.roll(1 << 20), out),
            Measurement::Page => {
                let cookie = format!("cookie: {}\r\n", self.cookie.as_deref().unwrap_or_default());
                http::write(out, "GET", "/inbox/all", &cookie, None);
            }
            Measurement::Fanout | Measurement::Draft | Measurement::Memory => out.clear(),
        }
    }

    /// An agent's answer through the API, the one way of posting that both systems have.
    pub fn write_post(&self, conversation: u64, number: u64, out: &mut Vec<u8>) {
        let body = format!(
            r#"{{"content":"Thanks for waiting! I have looked at order {number}: the second charge was a pending one and your bank releases it within seven days."}}"#
        );
        let path = format!("/api/conversations/{conversation}/messages");
        http::write(out, "POST", &path, &self.authorization(account_of(conversation)), Some(&body));
    }

    /// Whether one answer holds what the measurement is about, so that nothing is compared with an empty page.
    pub fn complete(&self, measurement: Measurement, status: u16, body: &[u8]) -> bool {
        if status != if measurement.posts() { 201 } else { 200 } {
            return false;
        }
        let rows = |field: &str| {
            let answer: Value = serde_json::from_slice(body).unwrap_or_default();
            answer[field].as_array().map_or(0, Vec::len)
        };
        match (measurement, self.kind) {
            (Measurement::List, Kind::HummDesk) => rows("data") == 50,
            (Measurement::List, Kind::Peer) => rows("conversations") == 50,
            (Measurement::Messages, Kind::HummDesk) => rows("data") == 100,
            (Measurement::Messages, Kind::Peer) => rows("messages") == 100,
            (Measurement::Page, _) => String::from_utf8_lossy(body).contains("Customer "),
            _ => true,
        }
    }
}
