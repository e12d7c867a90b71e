//! How to reach the endpoint.

use std::{fmt, time::Duration};

/// A key that no log and no debug output shows.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    pub const fn new(key: String) -> Self {
        Self(key)
    }

    /// The key itself, for the Authorization header.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(hidden)")
    }
}

/// An OpenAI-compatible endpoint and what to ask of it.
#[derive(Clone, Debug)]
pub struct RemoteOptions {
    /// Up to and including the version, like `https://api.openai.com/v1`.
    pub base_url: String,
    /// None for a local server that asks for none.
    pub api_key: Option<ApiKey>,
    pub chat_model: String,
    /// For one question, repairs included.
    pub timeout: Duration,
}

const OPENAI: &str = "https://api.openai.com/v1";
const MODEL: &str = "gpt-4o-mini";
const TIMEOUT: Duration = Duration::from_secs(20);

impl RemoteOptions {
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
        let base_url = url.unwrap_or_else(|| OPENAI.to_owned()).trim_end_matches('/').to_owned();
        let parsed = reqwest::Url::parse(&base_url);
        anyhow::ensure!(
            parsed.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some()),
            "OPENAI_BASE_URL: not an http(s) address, expected something like {OPENAI}"
        );
        anyhow::ensure!(
            key.as_ref().is_none_or(|key| key.chars().all(|c| c.is_ascii_graphic())),
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
        Ok(Some(Self { base_url, api_key: key.map(ApiKey::new), chat_model, timeout }))
    }

    /// Whether the endpoint is on this machine, where no proxy belongs in between.
    pub(super) fn is_loopback(&self) -> bool {
        let host = reqwest::Url::parse(&self.base_url).ok().and_then(|url| url.host_str().map(str::to_owned));
        host.is_some_and(|host| {
            host == "localhost"
                || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        })
    }
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
}
