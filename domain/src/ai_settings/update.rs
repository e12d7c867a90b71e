//! What a change makes of the settings.

use serde_json::{Value, json};
use types::{
    AccountId,
    ai_settings::{Provider, UpdateAiSettings},
};
use url::Url;

use super::{KEY, Stored, models};
use crate::{Ctx, Error, Result, ai::remote::fits_a_header, contacts::input};

const LONGEST_KEY: usize = 1_000;

/// The settings after a change.
pub fn applied(ctx: &Ctx, account: AccountId, before: &Stored, request: UpdateAiSettings) -> Result<Stored> {
    let mut after = before.clone();
    if let Some(provider) = request.provider
        && provider != before.provider
    {
        after =
            Stored { provider, base_url: None, chat_model: None, embedding_model: None, api_version: None, ..after };
    }
    if let Some(address) = request.base_url {
        after.base_url = address.as_deref().map(base_url).transpose()?.flatten();
    }
    let line = |text: Option<String>, field, max| match text {
        Some(text) => input::optional_line(&text, field, max),
        None => Ok(None),
    };
    if let Some(model) = request.chat_model {
        after.chat_model = line(model, "chat_model", 200)?;
    }
    if let Some(model) = request.embedding_model {
        after.embedding_model = line(model, "embedding_model", 200)?;
    }
    if after.embedding_model.is_some() && after.provider.is_none_or(|provider| provider == Provider::Builtin) {
        return Err(Error::invalid("embedding_model", "takes a provider of the account's own"));
    }
    if let Some(version) = request.api_version {
        after.api_version = line(version, "api_version", 50)?;
    }
    // A key is shown to nobody, so it must not follow to a place that somebody else chose for it.
    if after.address() != before.address() {
        after.api_key = None;
    }
    match request.api_key {
        Some(Some(key)) => after.api_key = Some(sealed(ctx, account, &key)?),
        Some(None) => after.api_key = None,
        None => {}
    }
    if let Some(seconds) = request.timeout_seconds {
        after.timeout_seconds = within(seconds, 1, models::LONGEST_SECONDS, "timeout_seconds")?;
    }
    after.egress = request.egress.unwrap_or(after.egress);
    if let Some(budget) = request.daily_token_budget {
        after.daily_token_budget = budget.map(|n| within(n, 0, MOST, "daily_token_budget")).transpose()?;
    }
    if let Some(budget) = request.daily_spend_micros {
        after.daily_spend_micros = budget.map(|n| within(n, 0, MOST, "daily_spend_micros")).transpose()?;
    }
    if let Some(price) = request.input_price_micros {
        after.input_price_micros = within(price, 0, DEAREST, "input_price_micros")?;
    }
    if let Some(price) = request.output_price_micros {
        after.output_price_micros = within(price, 0, DEAREST, "output_price_micros")?;
    }
    if let Some(rate) = request.classifications_per_minute {
        after.classifications_per_minute = within(rate, 0, 100_000, "classifications_per_minute")?;
    }
    if let Some(rate) = request.drafts_per_minute {
        after.drafts_per_minute = within(rate, 0, 100_000, "drafts_per_minute")?;
    }
    after.rehearse_articles = request.rehearse_articles.unwrap_or(after.rehearse_articles);
    if let Some(why) = ctx.models.refuses(&after) {
        return Err(Error::invalid("base_url", why));
    }
    Ok(after)
}

const MOST: i64 = 1_000_000_000_000_000;
/// A million of the currency for a million tokens.
const DEAREST: i64 = 1_000_000_000_000;

fn within<N: PartialOrd + std::fmt::Display + Copy>(value: N, least: N, most: N, field: &'static str) -> Result<N> {
    if (least..=most).contains(&value) {
        Ok(value)
    } else {
        Err(Error::invalid(field, format!("takes {least} to {most}")))
    }
}

/// An http(s) address without name, password, query or fragment; an empty one is none.
fn base_url(text: &str) -> Result<Option<String>> {
    let Some(text) = input::optional_line(text, "base_url", 500)? else { return Ok(None) };
    let plain = Url::parse(&text).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    });
    match plain {
        Some(url) => Ok(Some(url.as_str().trim_end_matches('/').to_owned())),
        None => Err(Error::invalid(
            "base_url",
            "write an address such as https://api.example.com/v1, without anything after it",
        )),
    }
}

fn sealed(ctx: &Ctx, account: AccountId, key: &str) -> Result<String> {
    let key = key.trim();
    if key.len() > LONGEST_KEY || !fits_a_header(key) {
        return Err(Error::invalid("api_key", "takes 1 to 1,000 letters, digits and signs without spaces"));
    }
    ctx.vault.seal(ctx.entropy.as_ref(), account, KEY, key)
}

/// What changed, for the audit trail: never the key, only that there is another one or none.
pub fn difference(before: &Stored, after: &Stored, key_given: bool) -> Value {
    let mut changes = serde_json::Map::new();
    let (before_fields, after_fields) = (told(before), told(after));
    for ((name, from), (_, to)) in before_fields.into_iter().zip(after_fields) {
        if from != to {
            changes.insert(name.to_owned(), json!({ "from": from, "to": to }));
        }
    }
    if key_given {
        changes.insert("api_key".to_owned(), json!("set"));
    } else if before.api_key.is_some() && after.api_key.is_none() {
        changes.insert("api_key".to_owned(), json!("removed"));
    }
    Value::Object(changes)
}

fn told(stored: &Stored) -> [(&'static str, Value); 14] {
    [
        ("provider", json!(stored.provider.map(Provider::as_str))),
        ("base_url", json!(stored.base_url)),
        ("chat_model", json!(stored.chat_model)),
        ("embedding_model", json!(stored.embedding_model)),
        ("api_version", json!(stored.api_version)),
        ("timeout_seconds", json!(stored.timeout_seconds)),
        ("egress", json!(stored.egress)),
        ("daily_token_budget", json!(stored.daily_token_budget)),
        ("daily_spend_micros", json!(stored.daily_spend_micros)),
        ("input_price_micros", json!(stored.input_price_micros)),
        ("output_price_micros", json!(stored.output_price_micros)),
        ("classifications_per_minute", json!(stored.classifications_per_minute)),
        ("drafts_per_minute", json!(stored.drafts_per_minute)),
        ("rehearse_articles", json!(stored.rehearse_articles)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_plain() {
        assert_eq!(base_url(" https://x.test/v1/ ").unwrap().as_deref(), Some("https://x.test/v1"));
        assert_eq!(base_url(" ").unwrap(), None);
        for bad in [
            "x",
            "ftp://x",
            "https://",
            "https://a:b@x",
            "https://x/?a=b",
            "https://x/#a",
            "file:///etc",
            "https://x\n",
        ] {
            assert!(base_url(bad).is_err(), "{bad:?}");
        }
    }
}
