//! Idempotency keys: a POST that is sent twice happens once, and both senders get the same answer.
//!
//! The key is written in the transaction of the effect. A second request with the same key waits on the unique index
//! until the first one has committed (and then repeats its answer) or rolled back (and then does the work itself).

mod queries;

use chrono::TimeDelta;
use serde_json::Value;
use types::AccountId;

use crate::{Actor, Ctx, Error, Permission, Result, TenantTx};

/// How long an answer is remembered.
const KEEP: TimeDelta = TimeDelta::hours(24);
const MAX_KEY_CHARS: usize = 200;

/// The answer an earlier request with this key got.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    /// HTTP status.
    pub status: u16,
    pub body: Value,
}

/// Takes the key for this transaction, or answers what the earlier request with it got. Follow with [`finish`] before
/// the commit.
///
/// # Errors
/// `Invalid` for a key that cannot be; `Conflict` (`idempotency_key_reused`) when the key came with another request.
pub async fn begin(tx: &mut TenantTx, actor: &Actor, key: &str, request_hash: &[u8]) -> Result<Option<Replay>> {
    check(key)?;
    let owner = actor.key();
    if queries::take(tx, &owner, key, request_hash).await? {
        return Ok(None);
    }
    let known = queries::find(tx, &owner, key).await?;
    if known.request_hash != request_hash {
        return Err(Error::Conflict {
            code: "idempotency_key_reused",
            message: "This Idempotency-Key was sent with another request. Choose a new key for each request.",
        });
    }
    match known.answer {
        Some(replay) => Ok(Some(replay)),
        None => Err(Error::Conflict {
            code: "idempotency_key_unfinished",
            message: "The earlier request with this Idempotency-Key left no answer. Choose a new key.",
        }),
    }
}

/// Remembers the answer under the key that [`begin`] took.
pub async fn finish(tx: &mut TenantTx, actor: &Actor, key: &str, status: u16, body: &Value) -> Result<()> {
    queries::finish(tx, &actor.key(), key, status, body).await
}

/// Forgets one account's answers older than a day; answers how many.
pub async fn purge(ctx: &Ctx, account: AccountId) -> Result<u64> {
    let actor = Actor::system(account);
    actor.require(Permission::Administer)?;
    let mut tx = ctx.begin(&actor).await?;
    let before = tx.now() - KEEP;
    let gone = queries::purge(&mut tx, before).await?;
    tx.commit().await?;
    Ok(gone)
}

fn check(key: &str) -> Result<()> {
    let fits =
        (1..=MAX_KEY_CHARS).contains(&key.chars().count()) && key.chars().all(|c| c.is_ascii_graphic() || c == ' ');
    if fits {
        Ok(())
    } else {
        Err(Error::invalid("Idempotency-Key", format!("takes 1 to {MAX_KEY_CHARS} visible characters")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_short_and_visible() {
        assert!(check("8e03978e-40d5-43e8-bc93-6894a57f9324").is_ok());
        for bad in ["", "a\nb", "ä", &"k".repeat(201)] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
    }
}
