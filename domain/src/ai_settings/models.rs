//! Prepared connections to the models that accounts chose.

use std::{sync::Arc, time::Duration};

use moka::future::Cache;
use types::{
    AccountId,
    ai_settings::{BuiltinReason, Provider},
};

use super::{KEY, Stored};
use crate::{
    Ctx,
    ai::remote::{ApiKey, Auth, Format, Remote, RemoteOptions},
};

/// Longest that a question may take: a job that asks must end within its own minute, with the built-in answer if need
/// be.
pub const LONGEST_SECONDS: i32 = 45;

type Prepared = Result<Remote, BuiltinReason>;

/// Cheap to clone; one per process.
#[derive(Clone)]
pub struct Models(Arc<Inner>);

struct Inner {
    /// For accounts that chose nothing.
    default: Option<Remote>,
    public_only: bool,
    /// By account, version of its settings and the chat model: a change begins with a fresh breaker.
    prepared: Cache<(AccountId, i64, Option<String>), Prepared>,
}

impl Models {
    /// `default` is the installation's own model. With `public_only`, accounts may name https endpoints at public
    /// addresses only.
    pub fn new(default: Option<Remote>, public_only: bool) -> Self {
        let prepared = Cache::builder().max_capacity(1_000).time_to_idle(Duration::from_hours(1)).build();
        Self(Arc::new(Inner { default, public_only, prepared }))
    }

    /// The installation's own model, as its environment says.
    ///
    /// # Errors
    /// One line that names the variable.
    pub fn default_from_env() -> anyhow::Result<Option<Remote>> {
        let Some(mut options) = RemoteOptions::from_env()? else { return Ok(None) };
        options.timeout = options.timeout.min(Duration::from_secs(LONGEST_SECONDS.unsigned_abs().into()));
        Remote::new(options).map(Some)
    }

    /// What the account asks, or why it asks nobody.
    pub(crate) async fn of(&self, ctx: &Ctx, account: AccountId, stored: &Stored) -> Prepared {
        if !stored.egress {
            return Err(BuiltinReason::EgressForbidden);
        }
        if stored.provider.is_none() {
            return self.fresh(ctx, account, stored);
        }
        let prepare = async { self.fresh(ctx, account, stored) };
        self.0.prepared.get_with((account, stored.version, stored.chat_model.clone()), prepare).await
    }

    /// As [`Self::of`], for embeddings: an account may have these made elsewhere and nothing else.
    pub(crate) async fn embedder(&self, ctx: &Ctx, account: AccountId, stored: &Stored) -> Prepared {
        self.of(ctx, account, &stored.for_embeddings()).await
    }

    /// What the account would ask if something might leave: prepared for this one purpose, also from settings that were
    /// never stored.
    pub(crate) fn fresh(&self, ctx: &Ctx, account: AccountId, stored: &Stored) -> Prepared {
        match stored.provider {
            None => self.0.default.clone().ok_or(BuiltinReason::NothingChosen),
            Some(Provider::Builtin) => Err(BuiltinReason::BuiltinChosen),
            Some(provider) => self.prepare(ctx, account, provider, stored),
        }
    }

    /// Why these settings' address may not be called; none when it may, or when there is none yet.
    pub(super) fn refuses(&self, stored: &Stored) -> Option<String> {
        let (provider, address) = (stored.provider?, stored.address()?);
        self.options(provider, address, "any").check().err().map(|error| error.to_string())
    }

    fn options(&self, provider: Provider, address: &str, model: &str) -> RemoteOptions {
        let (auth, format) = match provider {
            Provider::Azure => (Auth::ApiKey, Format::Schema),
            // Its compatible interface takes no structured output.
            Provider::Anthropic => (Auth::Bearer, Format::Plain),
            _ => (Auth::Bearer, Format::Schema),
        };
        RemoteOptions { auth, format, public_only: self.0.public_only, ..RemoteOptions::new(address, model) }
    }

    fn prepare(&self, ctx: &Ctx, account: AccountId, provider: Provider, stored: &Stored) -> Prepared {
        let (Some(address), Some(model)) = (stored.address(), &stored.chat_model) else {
            return Err(BuiltinReason::Incomplete);
        };
        let api_key = match &stored.api_key {
            Some(sealed) => Some(ctx.vault.open(account, KEY, sealed).ok_or(BuiltinReason::KeyUnreadable)?),
            None if provider.needs_key() => return Err(BuiltinReason::Incomplete),
            None => None,
        };
        let options = RemoteOptions {
            api_key: api_key.map(ApiKey::new),
            api_version: stored.api_version.clone().or_else(|| provider.api_version().map(str::to_owned)),
            timeout: Duration::from_secs(stored.timeout_seconds.unsigned_abs().into()),
            ..self.options(provider, address, model)
        };
        Remote::new(options).map_err(|error| {
            tracing::warn!(%account, %error, "ai_settings.model.refused");
            BuiltinReason::AddressRefused
        })
    }
}
