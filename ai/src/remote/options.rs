//! How to reach the endpoint.

use std::{fmt, time::Duration};

use reqwest::Url;

use super::address;

/// A key that no log and no debug output shows.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    pub const fn new(key: String) -> Self {
        Self(key)
    }

    /// The key itself, for the request's header.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(hidden)")
    }
}

/// How the key travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Auth {
    /// `Authorization: Bearer …`
    #[default]
    Bearer,
    /// `api-key: …`, as Azure has it.
    ApiKey,
}

/// How structured an answer the endpoint can promise, strictest first. An endpoint that refuses one is asked for the
/// next, and what it accepted is remembered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// `OpenAI`'s `json_schema`.
    #[default]
    Schema,
    /// `json_object` with the schema beside it, as llama.cpp and others had it first and some have it still.
    SchemaBeside,
    Json,
    Plain,
}

/// An OpenAI-compatible endpoint and what to ask of it.
#[derive(Clone, Debug)]
pub struct RemoteOptions {
    /// Up to and including the version, like `https://api.openai.com/v1`.
    pub base_url: String,
    /// None for a local server that asks for none.
    pub api_key: Option<ApiKey>,
    pub auth: Auth,
    /// The query `api-version`, which Azure asks for.
    pub api_version: Option<String>,
    pub chat_model: String,
    /// What is tried first.
    pub format: Format,
    /// For one question, repairs included.
    pub timeout: Duration,
    /// Refuses addresses within the operator's network, and everything but https.
    pub public_only: bool,
}

const OPENAI: &str = "https://api.openai.com/v1";
const MODEL: &str = "gpt-4o-mini";
const TIMEOUT: Duration = Duration::from_secs(20);

impl RemoteOptions {
    /// An endpoint with bearer authentication, wherever it is.
    pub fn new(base_url: impl Into<String>, chat_model: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into().trim_end_matches('/').to_owned(),
            api_key: None,
            auth: Auth::Bearer,
            api_version: None,
            chat_model: chat_model.into(),
            format: Format::Schema,
            timeout: TIMEOUT,
            public_only: false,
        }
    }

    /// From `OPENAI_BASE_URL`, `OPENAI_API_KEY`, `HUMMDESK_CHAT_MODEL` and `HUMMDESK_AI_TIMEOUT_SECONDS`. None when
    /// neither URL nor key is set: the built-in path is the product's default. An unusable value is an error that names
    /// its variable.
    pub fn from_env() -> anyhow::Result<Option<Self>> {
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    /// As [`Self::from_env`], from any source of variables.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> anyhow::Result<Option<Self>> {
        let set = |name: &str| lookup(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let (url, key) = (set("OPENAI_BASE_URL"), set("OPENAI_API_KEY"));
        if url.is_none() && key.is_none() {
            return Ok(None);
        }
        let base_url = url.unwrap_or_else(|| OPENAI.to_owned());
        anyhow::ensure!(
            parse(&base_url).is_some(),
            "OPENAI_BASE_URL: not an http(s) address, expected something like {OPENAI}"
        );
        anyhow::ensure!(
            key.as_deref().is_none_or(fits_a_header),
            "OPENAI_API_KEY: contains a character that cannot stand in a header"
        );
        let timeout = match set("HUMMDESK_AI_TIMEOUT_SECONDS") {
            None => TIMEOUT,
            Some(seconds) => match seconds.parse::<u64>() {
                Ok(seconds @ 1..=300) => Duration::from_secs(seconds),
                _ => anyhow::bail!("HUMMDESK_AI_TIMEOUT_SECONDS: expected whole seconds from 1 to 300"),
            },
        };
        let chat_model = set("HUMMDESK_CHAT_MODEL").unwrap_or_else(|| MODEL.to_owned());
        Ok(Some(Self { api_key: key.map(ApiKey::new), timeout, ..Self::new(base_url, chat_model) }))
    }

    /// Whether the endpoint may be asked at all.
    ///
    /// # Errors
    /// What is wrong with the address.
    pub fn check(&self) -> anyhow::Result<()> {
        self.chat_url().map(|_| ())
    }

    /// Where chat completions are asked for.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the address.
    pub(super) fn chat_url(&self) -> anyhow::Result<Url> {
        self.url(&self.chat_model, &["chat", "completions"])
    }

    /// Where an operation of a model is asked for.
    pub(super) fn url(&self, model: &str, operation: &[&str]) -> anyhow::Result<Url> {
        let mut url = parse(&self.base_url).ok_or_else(|| anyhow::anyhow!("not an http(s) address"))?;
        if self.public_only {
            anyhow::ensure!(url.scheme() == "https", "only https is allowed");
            anyhow::ensure!(address::may_be_public(&url), "this address is not public");
        }
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty();
            // Azure names the model in the path, unless the address has the path already.
            let named = self.base_url.contains("/deployments/") || self.base_url.contains("/openai/v1");
            if self.auth == Auth::ApiKey && !named {
                path.extend(["openai", "deployments", model]);
            }
            path.extend(operation);
        }
        if let Some(version) = &self.api_version {
            url.query_pairs_mut().append_pair("api-version", version);
        }
        Ok(url)
    }

    /// Whether the endpoint is on this machine, where no proxy belongs in between.
    pub(super) fn is_loopback(&self) -> bool {
        let host = Url::parse(&self.base_url).ok().and_then(|url| url.host_str().map(str::to_owned));
        host.is_some_and(|host| {
            host == "localhost"
                || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        })
    }
}

/// An http(s) address.
pub fn parse(base_url: &str) -> Option<Url> {
    let url = Url::parse(base_url).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.host().is_some()).then_some(url)
}

/// Whether a key can stand in a header: printable ASCII without spaces.
pub fn fits_a_header(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(variables: &[(&str, &str)]) -> anyhow::Result<Option<RemoteOptions>> {
        RemoteOptions::from_lookup(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn nothing_set_means_built_in() {
        assert!(from(&[]).unwrap().is_none());
        assert!(from(&[("OPENAI_API_KEY", " "), ("HUMMDESK_CHAT_MODEL", "x")]).unwrap().is_none());
    }

    #[test]
    fn bad_values_are_named() {
        for (name, value) in [
            ("OPENAI_BASE_URL", "ftp://x"),
            ("OPENAI_BASE_URL", "nonsense"),
            ("OPENAI_API_KEY", "a\nb"),
            ("HUMMDESK_AI_TIMEOUT_SECONDS", "soon"),
        ] {
            let error = from(&[("OPENAI_API_KEY", "k"), (name, value)].into_iter().rev().collect::<Vec<_>>())
                .unwrap_err()
                .to_string();
            assert!(error.starts_with(name), "{error}");
        }
    }

    #[test]
    fn the_key_is_never_shown() {
        let options = from(&[("OPENAI_API_KEY", "sk-very-secret"), ("OPENAI_BASE_URL", "http://127.0.0.1:1/v1/")])
            .unwrap()
            .unwrap();
        assert!(!format!("{options:?}").contains("secret"));
        assert_eq!(options.base_url, "http://127.0.0.1:1/v1");
        assert!(options.is_loopback());
    }

    #[test]
    fn every_provider_is_asked_at_its_own_address() {
        let url = |options: RemoteOptions| options.chat_url().unwrap().to_string();
        assert_eq!(url(RemoteOptions::new(OPENAI, "m")), "https://api.openai.com/v1/chat/completions");
        let azure = |base: &str| RemoteOptions {
            auth: Auth::ApiKey,
            api_version: Some("2024-10-21".to_owned()),
            ..RemoteOptions::new(base, "gpt 4/o")
        };
        assert_eq!(
            url(azure("https://desk.openai.azure.com/")),
            "https://desk.openai.azure.com/openai/deployments/gpt%204%2Fo/chat/completions?api-version=2024-10-21"
        );
        assert_eq!(
            url(azure("https://desk.openai.azure.com/openai/deployments/mine")),
            "https://desk.openai.azure.com/openai/deployments/mine/chat/completions?api-version=2024-10-21"
        );
    }

    #[test]
    fn a_guarded_endpoint_is_https_and_public() {
        for bad in
            ["http://api.example.com/v1", "https://127.0.0.1/v1", "https://localhost:8443/v1", "https://10.0.0.1"]
        {
            let options = RemoteOptions { public_only: true, ..RemoteOptions::new(bad, "m") };
            assert!(options.chat_url().is_err(), "{bad}");
        }
        let options = RemoteOptions { public_only: true, ..RemoteOptions::new("https://api.example.com/v1", "m") };
        assert!(options.chat_url().is_ok());
    }
}
