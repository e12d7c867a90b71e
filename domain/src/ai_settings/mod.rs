//! An account's settings of the model: whom its assistant asks, what may leave the machine, and what it may cost.

pub mod models;
pub(crate) mod queries;
mod update;

use std::{sync::Arc, time::Instant};

use serde_json::json;
use types::{
    AccountId, ConversationId, Timestamp,
    ai_settings::{AiSettings, AiTest, BuiltinReason, ModelInUse, Provider, UpdateAiSettings},
    egress::Purpose,
};

use crate::{
    Actor, Ctx, Permission, Result, TenantTx,
    ai::{Door, remote::Progress},
    drafts::Writing,
    egress::{self, About, Books},
    embeddings,
    events::{self, Audit},
    jobs, rehearsals,
};

/// What the vault binds an account's key to.
pub(crate) const KEY: &str = "ai_settings.api_key";

/// The settings as they are stored; [`Default`] is what an account has that never chose anything.
#[derive(Clone, Debug)]
pub struct Stored {
    /// 0 while nothing was ever set.
    pub version: i64,
    pub provider: Option<Provider>,
    pub base_url: Option<String>,
    pub chat_model: Option<String>,
    /// None: the built-in vectors.
    pub embedding_model: Option<String>,
    pub api_version: Option<String>,
    /// Sealed by the vault.
    pub api_key: Option<String>,
    pub timeout_seconds: i32,
    pub egress: bool,
    pub daily_token_budget: Option<i64>,
    pub daily_spend_micros: Option<i64>,
    pub input_price_micros: i64,
    pub output_price_micros: i64,
    pub classifications_per_minute: i32,
    pub drafts_per_minute: i32,
    pub rehearse_articles: bool,
    pub updated_at: Option<Timestamp>,
}

impl Default for Stored {
    fn default() -> Self {
        Self {
            version: 0,
            provider: None,
            base_url: None,
            chat_model: None,
            embedding_model: None,
            api_version: None,
            api_key: None,
            timeout_seconds: 20,
            egress: true,
            daily_token_budget: None,
            daily_spend_micros: None,
            input_price_micros: 0,
            output_price_micros: 0,
            classifications_per_minute: 100,
            drafts_per_minute: 50,
            rehearse_articles: false,
            updated_at: None,
        }
    }
}

impl Stored {
    /// Which model is asked where: another one of these is another model.
    pub fn place(&self) -> (Option<Provider>, Option<&str>, Option<&str>, Option<&str>) {
        (self.provider, self.address(), self.chat_model.as_deref(), self.api_version.as_deref())
    }

    /// Settings that name a model for embeddings alone name one all the same.
    #[must_use]
    pub fn for_embeddings(&self) -> Self {
        Self { chat_model: self.chat_model.clone().or_else(|| self.embedding_model.clone()), ..self.clone() }
    }

    /// Where the chosen provider is asked.
    pub fn address(&self) -> Option<&str> {
        self.base_url.as_deref().or_else(|| self.provider.and_then(Provider::base_url))
    }
}

/// # Errors
/// `Forbidden` below admin.
pub async fn get(ctx: &Ctx, tx: &mut TenantTx, actor: &Actor) -> Result<AiSettings> {
    actor.require(Permission::Administer)?;
    let stored = queries::find(tx).await?;
    shown(ctx, tx, stored).await
}

/// Changes what is given. A new provider begins with its own address, model and version unless the request brings
/// others; a key goes with the place it was meant for.
///
/// # Errors
/// `Forbidden` below admin; `Invalid` by field; `Conflict` when the installation cannot encrypt a key, and for another
/// model that must be rehearsed first.
pub async fn update(ctx: &Ctx, tx: &mut TenantTx, actor: &Actor, request: UpdateAiSettings) -> Result<AiSettings> {
    actor.require(Permission::Administer)?;
    let before = queries::lock(tx).await?;
    let key_given = matches!(request.api_key, Some(Some(_)));
    let after = update::applied(ctx, tx.account_id(), &before, request)?;
    if asks_another(ctx, tx.account_id(), &before, &after) {
        rehearsals::gate(tx, actor).await?;
    }
    queries::save(tx, &after).await?;
    embeddings::follow(ctx, tx, &after).await?;
    let audit = Audit::new("ai_settings.updated", "account", tx.account_id().0)
        .details(update::difference(&before, &after, key_given));
    events::audit(tx, actor, audit).await?;
    get(ctx, tx, actor).await
}

/// Whether another remote model answers after a change than before, egress aside: what takes one away, or limits it, is none.
fn asks_another(ctx: &Ctx, account: AccountId, before: &Stored, after: &Stored) -> bool {
    ctx.models.fresh(ctx, account, after).is_ok()
        && (before.place() != after.place() || ctx.models.fresh(ctx, account, before).is_err())
}

/// Asks the model one tiny question, through the same door and the same books as everything else.
///
/// # Errors
/// `Forbidden` below admin. What goes wrong with the model is an answer and no error.
pub async fn test(ctx: &Ctx, actor: &Actor) -> Result<AiTest> {
    actor.require(Permission::Administer)?;
    let mut tx = ctx.begin(actor).await?;
    let stored = queries::find(&mut tx).await?;
    drop(tx);
    let remote = match ctx.models.of(ctx, actor.account_id, &stored).await {
        Ok(remote) => remote,
        Err(because) => {
            return Ok(AiTest {
                ok: false,
                host: None,
                model: None,
                latency_ms: 0,
                code: Some(because.to_string()),
                message: explained(because).to_owned(),
            });
        }
    };
    let about = About::nothing(ctx, Purpose::Test);
    let books = Books::new(ctx, actor.account_id, about);
    let started = Instant::now();
    let outcome = remote.try_out(&books).await;
    Ok(AiTest {
        ok: outcome.is_ok(),
        host: Some(remote.host().to_owned()),
        model: Some(remote.model().to_owned()),
        latency_ms: started.elapsed().as_millis() as i64,
        code: outcome.as_ref().err().map(|error| egress::outcome(Some(error)).to_string()),
        message: outcome.err().map_or_else(|| "The model answers.".to_owned(), |error| sentence(&error.to_string())),
    })
}

/// The account's way to a remote model, for one question; none when it is to be answered here.
pub async fn door(ctx: &Ctx, tx: &mut TenantTx, about: About) -> Result<Option<Door>> {
    let stored = queries::find(tx).await?;
    let account = tx.account_id();
    match ctx.models.of(ctx, account, &stored).await {
        Ok(remote) => {
            let progress = about.conversation_id.filter(|_| matches!(about.purpose, Purpose::Draft | Purpose::Rewrite));
            let progress = progress.map(|conversation| watched(ctx, account, conversation));
            Ok(Some(Door { remote, ledger: Arc::new(Books::new(ctx, account, about)), progress }))
        }
        Err(because) => {
            if matches!(because, BuiltinReason::KeyUnreadable | BuiltinReason::AddressRefused) {
                tracing::warn!(%account, %because, "ai_settings.model.unusable: the built-in assistant answers");
            }
            Ok(None)
        }
    }
}

/// Lets whoever watches the account see a draft while it is written.
fn watched(ctx: &Ctx, account_id: AccountId, conversation_id: ConversationId) -> Arc<Progress> {
    let writings = ctx.writings.clone();
    Arc::new(move |text: &str| writings.tell(Writing { account_id, conversation_id, text: text.to_owned() }))
}

/// Name of the remote model that the account's assistant asks, if it asks one.
pub(crate) async fn remote_model(ctx: &Ctx, tx: &mut TenantTx) -> Result<Option<String>> {
    let stored = queries::find(tx).await?;
    Ok(ctx.models.of(ctx, tx.account_id(), &stored).await.ok().map(|remote| remote.model().to_owned()))
}

/// What [`rotate`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rotation {
    pub rotated: usize,
    /// Encrypted with a key that is not here.
    pub unreadable: usize,
}

/// Encrypts every account's key anew where it was not encrypted with the newest key.
pub async fn rotate(ctx: &Ctx) -> Result<Rotation> {
    let mut done = Rotation::default();
    for account in jobs::all_accounts(&ctx.db).await? {
        let mut tx = ctx.begin_in(account).await?;
        let Some(sealed) = queries::lock_key(&mut tx).await?.filter(|sealed| !ctx.vault.is_current(sealed)) else {
            continue;
        };
        let Some(key) = ctx.vault.open(account, KEY, &sealed) else {
            tracing::error!(%account, "ai_settings.key.unreadable: its encryption key is not among those given");
            done.unreadable += 1;
            continue;
        };
        let sealed = ctx.vault.seal(ctx.entropy.as_ref(), account, KEY, &key)?;
        queries::set_key(&mut tx, &sealed).await?;
        let audit = Audit::new("ai_settings.key_rotated", "account", account.0).details(json!({}));
        events::audit(&mut tx, &Actor::system(account), audit).await?;
        tx.commit().await?;
        done.rotated += 1;
    }
    Ok(done)
}

async fn shown(ctx: &Ctx, tx: &mut TenantTx, stored: Stored) -> Result<AiSettings> {
    let embeddings = embeddings::shown(tx).await?;
    let in_use = match ctx.models.of(ctx, tx.account_id(), &stored).await {
        Ok(remote) => ModelInUse {
            host: Some(remote.host().to_owned()),
            model: Some(remote.model().to_owned()),
            builtin_because: None,
        },
        Err(because) => ModelInUse { host: None, model: None, builtin_because: Some(because) },
    };
    Ok(AiSettings {
        provider: stored.provider,
        base_url: stored.base_url,
        chat_model: stored.chat_model,
        embedding_model: stored.embedding_model,
        api_version: stored.api_version,
        has_key: stored.api_key.is_some(),
        timeout_seconds: stored.timeout_seconds,
        egress: stored.egress,
        daily_token_budget: stored.daily_token_budget,
        daily_spend_micros: stored.daily_spend_micros,
        input_price_micros: stored.input_price_micros,
        output_price_micros: stored.output_price_micros,
        classifications_per_minute: stored.classifications_per_minute,
        drafts_per_minute: stored.drafts_per_minute,
        rehearse_articles: stored.rehearse_articles,
        in_use,
        embeddings,
        updated_at: stored.updated_at,
    })
}

const fn explained(because: BuiltinReason) -> &'static str {
    match because {
        BuiltinReason::NothingChosen => "No model is chosen, here or for the installation.",
        BuiltinReason::BuiltinChosen => "The built-in assistant is chosen; it needs no connection.",
        BuiltinReason::EgressForbidden => "This account lets nothing leave, so no model is asked.",
        BuiltinReason::Incomplete => "The model's name, its address or its key is missing.",
        BuiltinReason::KeyUnreadable => "The stored key cannot be read on this server. Enter it again.",
        BuiltinReason::AddressRefused => "This installation does not call that address.",
    }
}

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).chain(['.']).collect()).unwrap_or_default()
}
