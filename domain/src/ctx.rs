//! Everything an operation may lean on besides its arguments: database, clock, randomness, AI, secrets, file store.

use std::sync::Arc;

use object_store::ObjectStore;
use types::{AccountId, Timestamp};

use crate::{
    Actor, Db, Result, TenantTx,
    ai::Ai,
    ai_settings::models::Models,
    auth::{Identities, secrets::Secrets, vault::Vault},
    clock::{Clock, Entropy},
    drafts::Writings,
    messages::Together,
};

/// Cheap to clone; one per process.
#[derive(Clone)]
pub struct Ctx(Arc<Parts>);

pub struct Parts {
    pub db: Db,
    pub ai: Ai,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub secrets: Secrets,
    /// Keys that accounts entrust to us are encrypted by it.
    pub vault: Vault,
    /// Remote models, as the installation and its accounts chose them.
    pub models: Models,
    pub identities: Identities,
    pub together: Together,
    /// Drafts that this process is writing.
    pub writings: Writings,
    /// Attachments' bytes, by random key.
    pub store: Arc<dyn ObjectStore>,
    pub settings: Settings,
}

/// What the installation is, as its environment says.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Production refuses demo data and the ticket generator.
    pub production: bool,
    /// Where people reach the product, without a trailing slash.
    pub public_url: String,
    /// Largest upload in bytes.
    pub max_upload_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { production: false, public_url: "http://127.0.0.1:3000".to_owned(), max_upload_bytes: 10 * 1024 * 1024 }
    }
}

impl Ctx {
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Opens a transaction in the actor's account: the only door to tenant tables.
    pub async fn begin(&self, actor: &Actor) -> Result<TenantTx> {
        self.begin_in(actor.account_id).await
    }

    /// Opens a transaction in an account named by a job or a token, never by a client.
    pub async fn begin_in(&self, account: AccountId) -> Result<TenantTx> {
        self.0.db.begin(account, self.now()).await
    }
}

impl std::ops::Deref for Ctx {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
