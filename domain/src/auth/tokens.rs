//! The tokens a person or program carries: a signed cookie, a short-lived JWT, a rotating refresh token, an API token.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use types::{AccountId, SessionId, Timestamp, UserId};

use super::secrets::Secrets;
use crate::{Error, Result};

/// Seconds an access token lives.
pub const ACCESS_SECONDS: i64 = 900;
const KEY_ID: &str = "1";
const AUDIENCE: &str = "hummdesk-api";
const ISSUER: &str = "hummdesk";
const SESSION: &str = "hds";
const REFRESH: &str = "hdr";
const VISITOR: &str = "hdv";
pub const API_PREFIX: &str = "hda_";

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: i64,
    acc: i64,
    sid: i64,
    iat: i64,
    exp: i64,
}

pub fn access(
    secrets: &Secrets,
    account: AccountId,
    user: UserId,
    session: SessionId,
    now: Timestamp,
) -> Result<String> {
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: user.0,
        acc: account.0,
        sid: session.0,
        iat: now.timestamp(),
        exp: now.timestamp() + ACCESS_SECONDS,
    };
    let header = Header { kid: Some(KEY_ID.to_owned()), ..Header::new(Algorithm::HS256) };
    encode(&header, &claims, &EncodingKey::from_secret(&secrets.key("jwt"))).map_err(Error::internal)
}

/// Account and session of a valid access token: one algorithm, one key, our audience, not expired (RFC 8725).
pub fn verify_access(secrets: &Secrets, token: &str, now: Timestamp) -> Option<(AccountId, SessionId)> {
    if decode_header(token).ok()?.kid.as_deref() != Some(KEY_ID) {
        return None;
    }
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_audience(&[AUDIENCE]);
    validation.set_issuer(&[ISSUER]);
    // Checked below against the clock we were given.
    validation.validate_exp = false;
    let claims = decode::<Claims>(token, &DecodingKey::from_secret(&secrets.key("jwt")), &validation).ok()?.claims;
    (claims.exp > now.timestamp()).then_some((AccountId(claims.acc), SessionId(claims.sid)))
}

/// The value of the session cookie.
pub fn session(secrets: &Secrets, account: AccountId, session: SessionId) -> String {
    secrets.sign(SESSION, &[account.0, session.0])
}

pub fn verify_session(secrets: &Secrets, token: &str) -> Option<(AccountId, SessionId)> {
    let [account, session] = secrets.verify(SESSION, token)?;
    Some((AccountId(account), SessionId(session)))
}

pub fn refresh(secrets: &Secrets, account: AccountId, session: SessionId, generation: i32) -> String {
    secrets.sign(REFRESH, &[account.0, session.0, i64::from(generation)])
}

pub fn verify_refresh(secrets: &Secrets, token: &str) -> Option<(AccountId, SessionId, i32)> {
    let [account, session, generation] = secrets.verify(REFRESH, token)?;
    Some((AccountId(account), SessionId(session), i32::try_from(generation).ok()?))
}

/// Names a visitor of an inbox.
pub fn visitor(secrets: &Secrets, account: AccountId, inbox: types::InboxId, contact: types::ContactId) -> String {
    secrets.sign(VISITOR, &[account.0, inbox.0, contact.0])
}

pub fn verify_visitor(secrets: &Secrets, token: &str) -> Option<(AccountId, types::InboxId, types::ContactId)> {
    let [account, inbox, contact] = secrets.verify(VISITOR, token)?;
    Some((AccountId(account), types::InboxId(inbox), types::ContactId(contact)))
}
