//! Which model an account's assistant asks, what may leave the machine for it, and what it may cost.

use chrono::{DateTime, Utc};

use crate::conversations::present;

text_enum! {
    /// Who serves the model. The last five are reached at an address of the account's own.
    Provider {
        /// Nobody: everything is done on the machine itself.
        Builtin = "builtin",
        OpenAi = "openai",
        Anthropic = "anthropic",
        Mistral = "mistral",
        Azure = "azure",
        Ollama = "ollama",
        Vllm = "vllm",
        LlamaCpp = "llama_cpp",
        /// Any other endpoint that speaks as `OpenAI`'s does.
        Compatible = "compatible",
    }
}

impl Provider {
    /// Where the provider is reached, up to the version. None where only the account can know.
    pub const fn base_url(self) -> Option<&'static str> {
        match self {
            Self::OpenAi => Some("https://api.openai.com/v1"),
            Self::Anthropic => Some("https://api.anthropic.com/v1"),
            Self::Mistral => Some("https://api.mistral.ai/v1"),
            Self::Ollama => Some("http://127.0.0.1:11434/v1"),
            Self::Vllm => Some("http://127.0.0.1:8000/v1"),
            Self::LlamaCpp => Some("http://127.0.0.1:8080/v1"),
            Self::Builtin | Self::Azure | Self::Compatible => None,
        }
    }

    /// The version of the interface, which only Azure's address carries.
    pub const fn api_version(self) -> Option<&'static str> {
        match self {
            Self::Azure => Some("2024-10-21"),
            _ => None,
        }
    }

    /// Whether the provider serves nobody without a key.
    pub const fn needs_key(self) -> bool {
        matches!(self, Self::OpenAi | Self::Anthropic | Self::Mistral | Self::Azure)
    }
}

text_enum! {
    /// Why an account's assistant asks no remote model.
    BuiltinReason {
        /// Neither the account nor the installation names a model.
        NothingChosen = "nothing_chosen",
        /// The account wants the built-in assistant.
        BuiltinChosen = "builtin_chosen",
        EgressForbidden = "egress_forbidden",
        /// The model, the address or the key is missing.
        Incomplete = "incomplete",
        /// The stored key was encrypted with a key that this server does not have.
        KeyUnreadable = "key_unreadable",
        /// The address is not one that this installation may call.
        AddressRefused = "address_refused",
    }
}

text_enum! {
    EmbeddingStatus {
        /// It has seen every passage, and sees new ones as they come.
        Active = "active",
        /// Passages are being embedded.
        Filling = "filling",
        Retired = "retired",
    }
}

response! {
    /// An account's choice. Money is in millionths of the account's currency.
    pub struct AiSettings {
        /// Absent: the installation's default.
        pub provider: Option<Provider>,
        /// Absent: the provider's own.
        pub base_url: Option<String>,
        pub chat_model: Option<String>,
        /// Absent: passages and questions are embedded by the built-in model.
        pub embedding_model: Option<String>,
        /// Absent: the provider's own.
        pub api_version: Option<String>,
        /// The key itself is never shown.
        pub has_key: bool,
        /// For one question, repairs included; then the built-in assistant answers.
        pub timeout_seconds: i32,
        /// Off: nothing leaves, whatever else is set.
        pub egress: bool,
        /// Tokens a UTC day. Absent: no limit.
        pub daily_token_budget: Option<i64>,
        pub daily_spend_micros: Option<i64>,
        /// For a million tokens.
        pub input_price_micros: i64,
        pub output_price_micros: i64,
        pub classifications_per_minute: i32,
        pub drafts_per_minute: i32,
        /// Whether what is published, and changes of it, must be rehearsed first.
        pub rehearse_articles: bool,
        /// What the assistant asks with these settings, on the server that answered.
        pub in_use: ModelInUse,
        /// The remote models of passages and questions, the one that answers first.
        pub embeddings: Vec<Embeddings>,
        /// Absent while nothing was ever set.
        pub updated_at: Option<DateTime<Utc>>,
    }

    /// How an account's passages stand at a remote model. While it has not seen all of them, the built-in vectors serve.
    pub struct Embeddings {
        pub model: String,
        pub host: String,
        /// As the endpoint's first answer had it.
        pub dimension: Option<i32>,
        pub status: EmbeddingStatus,
        /// Whether questions are put to it now.
        pub in_use: bool,
        pub passages: i64,
        /// How many of them it has seen.
        pub embedded: i64,
        /// Why it gave no vectors, the last time.
        pub error: Option<String>,
    }

    /// The remote model, or why there is none.
    pub struct ModelInUse {
        pub host: Option<String>,
        pub model: Option<String>,
        pub builtin_because: Option<BuiltinReason>,
    }

    /// What came of asking the model one tiny question.
    pub struct AiTest {
        pub ok: bool,
        pub host: Option<String>,
        pub model: Option<String>,
        pub latency_ms: i64,
        /// What went wrong, as the ledger names it or as `in_use` does.
        pub code: Option<String>,
        /// For people.
        pub message: String,
    }
}

request! {
    /// Fields left out stay as they are; `null` takes a value away.
    #[derive(Default)]
    pub struct UpdateAiSettings {
        #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
        pub provider: Option<Option<Provider>>,
        #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
        pub base_url: Option<Option<String>>,
        #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
        pub chat_model: Option<Option<String>>,
        /// Another one begins to be filled; until it has seen every passage, the one before goes on.
        #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
        pub embedding_model: Option<Option<String>>,
        #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
        pub api_version: Option<Option<String>>,
        /// Kept encrypted. When provider or address change without it, the stored key is taken away: it was meant for
        /// the old place.
        #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
        pub api_key: Option<Option<String>>,
        #[serde(default)]
        pub timeout_seconds: Option<i32>,
        #[serde(default)]
        pub egress: Option<bool>,
        #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
        pub daily_token_budget: Option<Option<i64>>,
        #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
        pub daily_spend_micros: Option<Option<i64>>,
        #[serde(default)]
        pub input_price_micros: Option<i64>,
        #[serde(default)]
        pub output_price_micros: Option<i64>,
        #[serde(default)]
        pub classifications_per_minute: Option<i32>,
        #[serde(default)]
        pub drafts_per_minute: Option<i32>,
        #[serde(default)]
        pub rehearse_articles: Option<bool>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_and_absent_are_told_apart() {
        let change: UpdateAiSettings = serde_json::from_str(r#"{"provider": null, "egress": false}"#).unwrap();
        assert_eq!(
            change,
            UpdateAiSettings { provider: Some(None), egress: Some(false), ..UpdateAiSettings::default() }
        );
        let sent = serde_json::to_value(UpdateAiSettings { chat_model: Some(None), ..change }).unwrap();
        assert_eq!(serde_json::from_value::<UpdateAiSettings>(sent).unwrap().chat_model, Some(None));
        assert!(serde_json::from_str::<UpdateAiSettings>(r#"{"account_id": 2}"#).is_err());
    }
}
