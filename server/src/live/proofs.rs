//! Whether those who listen may still listen: asked once for everybody of an account, not once a socket.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::{
    Actor, Ctx,
    auth::{self, Credential},
};
use tokio::{sync::watch, time::interval};
use types::AccountId;

/// How often identities are proven again; removal and log-out end sockets within 5 s.
const EVERY: Duration = Duration::from_secs(2);

/// Who a credential stands for, as last proven; None once it ended.
type Proof = watch::Sender<Option<Actor>>;
type Known = HashMap<(AccountId, Credential), Proof>;

/// The identities behind open sockets.
#[derive(Default)]
pub struct Proofs(Mutex<Known>);

impl Proofs {
    /// Follows the identity of `actor`; what is known of it counts as a change. None for actors without a credential.
    pub fn follow(&self, actor: &Actor) -> Option<watch::Receiver<Option<Actor>>> {
        let key = (actor.account_id, actor.credential()?);
        let mut known = self.known();
        let mut proof = known.entry(key).or_insert_with(|| watch::Sender::new(Some(actor.clone()))).subscribe();
        proof.mark_changed();
        Some(proof)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Proves everybody again and again. What the database cannot answer just now stays as it was.
    pub async fn run(&self, ctx: &Ctx) {
        let mut rounds = interval(EVERY);
        loop {
            rounds.tick().await;
            for (account, credentials) in self.followed() {
                match auth::proven(ctx, account, &credentials).await {
                    Ok(proven) => self.tell(account, &credentials, &proven),
                    Err(error) => tracing::warn!(%error, "server.proofs failed; trying again"),
                }
            }
        }
    }

    /// By account; what nobody follows any more is forgotten.
    fn followed(&self) -> HashMap<AccountId, Vec<Credential>> {
        let mut known = self.known();
        known.retain(|_, proof| proof.receiver_count() > 0);
        let mut followed: HashMap<AccountId, Vec<Credential>> = HashMap::new();
        for (account, credential) in known.keys() {
            followed.entry(*account).or_default().push(*credential);
        }
        followed
    }

    fn tell(&self, account: AccountId, credentials: &[Credential], proven: &HashMap<Credential, Actor>) {
        let known = self.known();
        for credential in credentials {
            if let Some(proof) = known.get(&(account, *credential)) {
                let now = proven.get(credential);
                proof.send_if_modified(|before| {
                    let changed = before.as_ref() != now;
                    *before = now.cloned();
                    changed
                });
            }
        }
    }
}
