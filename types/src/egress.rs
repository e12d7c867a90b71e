//! The egress ledger: what left the machine for a remote model, and what was held back.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use crate::{ConversationId, EgressId, MessageId};

text_enum! {
    Purpose { Classify = "classify", Draft = "draft", Rewrite = "rewrite", Embed = "embed", Test = "test", Rehearse = "rehearse" }
}

text_enum! {
    EgressOutcome {
        /// Sent and not yet answered; of a process that died in between, for ever.
        Pending = "pending",
        Accepted = "accepted",
        /// The answer could not be used.
        Invalid = "invalid",
        Busy = "busy",
        /// Another status than success.
        Refused = "refused",
        Timeout = "timeout",
        Unreachable = "unreachable",
        /// The name led to an address within the operator's network.
        NotPublic = "not_public",
        // From here on nothing was sent.
        OverRate = "over_rate",
        OverTokens = "over_tokens",
        OverSpend = "over_spend",
        Forbidden = "forbidden",
        BreakerOpen = "breaker_open",
    }
}

impl EgressOutcome {
    /// Whether anything left.
    pub const fn was_sent(self) -> bool {
        !matches!(self, Self::OverRate | Self::OverTokens | Self::OverSpend | Self::Forbidden | Self::BreakerOpen)
    }
}

response! {
    /// One request. Money is in millionths of the account's currency.
    pub struct EgressEntry {
        pub id: EgressId,
        pub purpose: Purpose,
        pub host: String,
        pub model: String,
        pub conversation_id: Option<ConversationId>,
        pub message_id: Option<MessageId>,
        /// Counts a question's requests from 1: repairs are requests of their own.
        pub attempt: i32,
        /// Hex SHA-256 of what was sent, placeholders and all.
        pub prompt_hash: String,
        /// How many values were hidden, by kind: `email`, `phone`, `card`, `iban`, `national_id`, `quoted`.
        pub masked: BTreeMap<String, u32>,
        pub tokens_in: i64,
        pub tokens_out: i64,
        /// Whether the tokens are ours by estimate and not the endpoint's by count.
        pub estimated: bool,
        pub cost_micros: i64,
        pub outcome: EgressOutcome,
        pub latency_ms: Option<i64>,
        pub created_at: DateTime<Utc>,
        pub completed_at: Option<DateTime<Utc>>,
    }

    /// What left on one UTC day.
    pub struct EgressTotals {
        pub day: NaiveDate,
        pub requests: i64,
        pub tokens: i64,
        pub cost_micros: i64,
        /// Questions that were not sent.
        pub held_back: i64,
    }

    /// A page of the ledger, newest first, with what left today.
    pub struct EgressPage {
        pub data: Vec<EgressEntry>,
        pub next_cursor: Option<String>,
        pub today: EgressTotals,
    }
}
