//! Signing in and staying signed in: sessions decide, tokens only name them.

pub mod actor;
pub mod password;
mod queries;
pub mod secrets;
mod throttle;
pub mod tokens;
pub mod vault;

use std::{collections::HashMap, time::Duration};

use chrono::TimeDelta;
use moka::future::Cache;
use sha2::{Digest as _, Sha256};
use types::{
    AccountId, SessionId,
    auth::{Login, Me, Tokens},
};

pub use actor::Credential;

use crate::{
    Actor, ActorKind, Ctx, Error, Result,
    events::{self, Audit},
};

/// How long a session lives without being refreshed.
const SESSION_LIFE: TimeDelta = TimeDelta::days(30);
const WRONG: Error = Error::Unauthenticated("E-mail or password is wrong.");
const EXPIRED: Error = Error::Unauthenticated("Please sign in again.");

/// Proven identities, remembered for a moment so that each request need not ask the database. Removal from an
/// account, a new role and log-out take effect at once in this process, and within the cache's life in the others.
#[derive(Clone)]
pub struct Identities {
    sessions: Cache<(AccountId, SessionId), Option<Actor>>,
    tokens: Cache<[u8; 32], Option<Actor>>,
}

impl Default for Identities {
    fn default() -> Self {
        const LIFE: Duration = Duration::from_secs(2);
        Self {
            sessions: Cache::builder().max_capacity(50_000).time_to_live(LIFE).build(),
            tokens: Cache::builder().max_capacity(10_000).time_to_live(LIFE).build(),
        }
    }
}

impl Identities {
    /// Forgets everything: a role changed, a person left, a token was revoked.
    pub fn forget_all(&self) {
        self.sessions.invalidate_all();
        self.tokens.invalidate_all();
    }
}

/// A fresh session: what the API answers, and the cookie's value for the browser.
pub struct SignedIn {
    pub tokens: Tokens,
    pub cookie: String,
}

/// Signs a person in. Unknown people and wrong passwords get the same answer after the same work.
///
/// # Errors
/// `Unauthenticated`, or `TooManyRequests` after too many failures.
pub async fn login(ctx: &Ctx, request: Login, address: &str, user_agent: Option<&str>) -> Result<SignedIn> {
    let attempt = throttle::Attempt::new(ctx, &request.email, address);
    attempt.admit(ctx).await?;
    let login = queries::find_login(&ctx.db, request.email.trim()).await?;
    let hash = login.as_ref().map(|login| login.password_hash.clone());
    let Some(login) = login.filter(|_| request.otp.is_none()) else {
        password::verify(request.password, None).await?;
        attempt.failed(ctx).await?;
        return Err(WRONG);
    };
    if !password::verify(request.password, hash).await? {
        attempt.failed(ctx).await?;
        return Err(WRONG);
    }
    let accounts = queries::accounts_of(&ctx.db, login.user_id).await?;
    let (account, role) = accounts
        .into_iter()
        .find(|(account, _)| request.account_id.is_none_or(|wanted| wanted == account.id))
        .ok_or(WRONG)?;
    attempt.succeeded(ctx).await?;

    let mut tx = ctx.begin_in(account.id).await?;
    let now = tx.now();
    let session = queries::insert_session(&mut tx, login.user_id, user_agent, now, now + SESSION_LIFE).await?;
    let user = queries::person(&mut tx, login.user_id).await?;
    let actor = Actor {
        account_id: account.id,
        kind: ActorKind::User { user_id: login.user_id, role, session_id: session },
        name: user.name.clone(),
    };
    events::audit(&mut tx, &actor, Audit::new("session.created", "user", login.user_id.0)).await?;
    tx.commit().await?;
    Ok(SignedIn {
        cookie: tokens::session(&ctx.secrets, account.id, session),
        tokens: Tokens {
            access_token: tokens::access(&ctx.secrets, account.id, login.user_id, session, now)?,
            refresh_token: tokens::refresh(&ctx.secrets, account.id, session, 0),
            expires_in: tokens::ACCESS_SECONDS.unsigned_abs(),
            user,
            account,
        },
    })
}

/// Exchanges a refresh token for the next pair. An older one than the present means that somebody else has a copy:
/// the whole session ends.
///
/// # Errors
/// `Unauthenticated` for anything but the present token of a live session.
pub async fn refresh(ctx: &Ctx, token: &str) -> Result<Tokens> {
    let (account_id, session, generation) = tokens::verify_refresh(&ctx.secrets, token).ok_or(EXPIRED)?;
    let mut tx = ctx.begin_in(account_id).await?;
    let now = tx.now();
    let Some(user_id) = queries::advance_session(&mut tx, session, generation, now + SESSION_LIFE).await? else {
        queries::revoke_session(&mut tx, session).await?;
        tx.commit().await?;
        ctx.identities.sessions.invalidate(&(account_id, session)).await;
        return Err(EXPIRED);
    };
    let user = queries::person(&mut tx, user_id).await?;
    let account = crate::accounts::get(&mut tx).await?;
    tx.commit().await?;
    Ok(Tokens {
        access_token: tokens::access(&ctx.secrets, account_id, user_id, session, now)?,
        refresh_token: tokens::refresh(&ctx.secrets, account_id, session, generation + 1),
        expires_in: tokens::ACCESS_SECONDS.unsigned_abs(),
        user,
        account,
    })
}

/// Ends the actor's session; its tokens and sockets end with it.
pub async fn logout(ctx: &Ctx, actor: &Actor) -> Result<()> {
    if let ActorKind::User { session_id, .. } = actor.kind {
        let mut tx = ctx.begin(actor).await?;
        queries::revoke_session(&mut tx, session_id).await?;
        events::audit(&mut tx, actor, Audit::new("session.ended", "user", actor.user_id().map_or(0, |id| id.0)))
            .await?;
        tx.commit().await?;
        ctx.identities.sessions.invalidate(&(actor.account_id, session_id)).await;
    }
    Ok(())
}

/// Who carries this bearer token: an access token of a live session, or an API token.
///
/// # Errors
/// `Unauthenticated`.
pub async fn authenticate_bearer(ctx: &Ctx, token: &str) -> Result<Actor> {
    if token.starts_with(tokens::API_PREFIX) {
        return by_api_token(ctx, token).await;
    }
    let (account, session) = tokens::verify_access(&ctx.secrets, token, ctx.now()).ok_or(EXPIRED)?;
    by_session(ctx, account, session).await
}

/// Who carries this session cookie.
///
/// # Errors
/// `Unauthenticated`.
pub async fn authenticate_cookie(ctx: &Ctx, value: &str) -> Result<Actor> {
    let (account, session) = tokens::verify_session(&ctx.secrets, value).ok_or(EXPIRED)?;
    by_session(ctx, account, session).await
}

/// Those of an account's `credentials` that hold now, with the role each has now. Long-lived sockets ask every few seconds.
pub async fn proven(ctx: &Ctx, account: AccountId, credentials: &[Credential]) -> Result<HashMap<Credential, Actor>> {
    let mut tx = ctx.begin_in(account).await?;
    let actors = queries::proven(&mut tx, credentials).await?;
    Ok(actors.into_iter().filter_map(|actor| Some((actor.credential()?, actor))).collect())
}

async fn by_session(ctx: &Ctx, account: AccountId, session: SessionId) -> Result<Actor> {
    if let Some(known) = ctx.identities.sessions.get(&(account, session)).await {
        return known.ok_or(EXPIRED);
    }
    let mut tx = ctx.begin_in(account).await?;
    let live = queries::live_session(&mut tx, session).await?;
    let actor = live.map(|live| Actor {
        account_id: account,
        kind: ActorKind::User { user_id: live.user_id, role: live.role, session_id: session },
        name: live.name,
    });
    ctx.identities.sessions.insert((account, session), actor.clone()).await;
    actor.ok_or(EXPIRED)
}

async fn by_api_token(ctx: &Ctx, token: &str) -> Result<Actor> {
    let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    if let Some(known) = ctx.identities.tokens.get(&hash).await {
        return known.ok_or(EXPIRED);
    }
    let actor = match queries::find_api_token(&ctx.db, &hash).await? {
        None => None,
        Some(row) => {
            let mut tx = ctx.begin_in(row.account).await?;
            queries::name_and_role(&mut tx, row.user).await?.map(|(name, role)| Actor {
                account_id: row.account,
                kind: ActorKind::ApiToken { token_id: row.token, user_id: row.user, role },
                name,
            })
        }
    };
    ctx.identities.tokens.insert(hash, actor.clone()).await;
    actor.ok_or(EXPIRED)
}

/// The signed-in person, their account and the others they may switch to.
///
/// # Errors
/// `NotFound` for actors that are no person.
pub async fn me(ctx: &Ctx, actor: &Actor) -> Result<Me> {
    let user_id = actor.user_id().ok_or(Error::NotFound)?;
    let mut tx = ctx.begin(actor).await?;
    let user = queries::person(&mut tx, user_id).await?;
    let account = crate::accounts::get(&mut tx).await?;
    let session_expires_at = match actor.kind {
        ActorKind::User { session_id, .. } => {
            queries::live_session(&mut tx, session_id).await?.map(|live| live.expires_at)
        }
        _ => None,
    };
    drop(tx);
    let accounts = queries::accounts_of(&ctx.db, user_id).await?.into_iter().map(|(account, _)| account).collect();
    Ok(Me { user, account, accounts, session_expires_at })
}
