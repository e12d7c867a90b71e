//! Slows password guessing down, then refuses it, without letting a stranger lock a person out from elsewhere.

use std::time::Duration;

use chrono::TimeDelta;
use sha2::{Digest as _, Sha256};

use super::queries;
use crate::{Ctx, Error, Result};

/// Failures are forgotten after this time.
const WINDOW: TimeDelta = TimeDelta::minutes(15);
/// From one address for one e-mail.
const REFUSE_PAIR: i32 = 10;
/// From one address for any e-mail, and from anywhere for one e-mail.
const REFUSE_ANY: i32 = 50;
const SLOW_FROM: i32 = 5;
const MAX_DELAY: Duration = Duration::from_secs(2);

/// The three keys of an attempt. Hashed: the table must not tell who tried to sign in.
pub struct Attempt {
    pair: Vec<u8>,
    email: Vec<u8>,
    address: Vec<u8>,
}

impl Attempt {
    pub fn new(ctx: &Ctx, email: &str, address: &str) -> Self {
        let salt = ctx.secrets.key("login-throttle");
        let hash = |kind: &str, a: &str, b: &str| {
            let mut hasher = Sha256::new();
            for part in [&salt[..], kind.as_bytes(), a.as_bytes(), b"\0", b.as_bytes()] {
                hasher.update(part);
            }
            hasher.finalize().to_vec()
        };
        let email = email.to_lowercase();
        Self {
            pair: hash("pair", &email, address),
            email: hash("email", &email, ""),
            address: hash("address", "", address),
        }
    }

    /// # Errors
    /// `TooManyRequests` once the limits are passed. Below them the answer is delayed more and more.
    pub async fn admit(&self, ctx: &Ctx) -> Result<()> {
        let since = ctx.now() - WINDOW;
        let pair = queries::failures(&ctx.db, &self.pair, since).await?;
        let email = queries::failures(&ctx.db, &self.email, since).await?;
        let address = queries::failures(&ctx.db, &self.address, since).await?;
        if pair >= REFUSE_PAIR || email >= REFUSE_ANY || address >= REFUSE_ANY {
            return Err(Error::TooManyRequests {
                retry_after: Duration::from_secs(WINDOW.num_seconds().unsigned_abs()),
            });
        }
        let excess = pair.max(address / 4) - SLOW_FROM;
        if excess >= 0 {
            tokio::time::sleep((Duration::from_millis(100) * 2u32.pow(excess.min(5) as u32)).min(MAX_DELAY)).await;
        }
        Ok(())
    }

    pub async fn failed(&self, ctx: &Ctx) -> Result<()> {
        let now = ctx.now();
        for key in [&self.pair, &self.email, &self.address] {
            queries::count_failure(&ctx.db, key, now, now - WINDOW).await?;
        }
        Ok(())
    }

    pub async fn succeeded(&self, ctx: &Ctx) -> Result<()> {
        queries::forget_failures(&ctx.db, &self.pair).await
    }
}
