//! SQL of sessions, sign-in and API tokens.

use types::{AccountId, ApiTokenId, SessionId, Timestamp, UserId, accounts::Account, agents::Role};

use super::{Actor, ActorKind, Credential};
use crate::{Db, Result, TenantTx};

pub struct LoginRow {
    pub user_id: UserId,
    pub password_hash: String,
}

pub async fn find_login(db: &Db, email: &str) -> Result<Option<LoginRow>> {
    let mut connection = db.unscoped().await?;
    Ok(sqlx::query_as!(
        LoginRow,
        r#"select user_id as "user_id!: UserId", password_hash as "password_hash!" from find_login($1)"#,
        email
    )
    .fetch_optional(&mut *connection)
    .await?)
}

pub async fn accounts_of(db: &Db, user: UserId) -> Result<Vec<(Account, Role)>> {
    let mut connection = db.unscoped().await?;
    let rows = sqlx::query!(
        r#"select id as "id!: AccountId", name as "name!", locale as "locale!: types::Language",
                  auto_assign_threshold as "auto_assign_threshold!", role as "role!: Role"
           from accounts_of_user($1)"#,
        user.0
    )
    .fetch_all(&mut *connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            (
                Account {
                    id: row.id,
                    name: row.name,
                    locale: row.locale,
                    auto_assign_threshold: row.auto_assign_threshold,
                },
                row.role,
            )
        })
        .collect())
}

pub async fn insert_session(
    tx: &mut TenantTx,
    user: UserId,
    user_agent: Option<&str>,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<SessionId> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"insert into sessions (account_id, user_id, user_agent, created_at, last_seen_at, expires_at)
           values ($1, $2, $3, $4, $4, $5) returning id as "id: SessionId""#,
        account.0,
        user.0,
        user_agent,
        now,
        expires_at
    )
    .fetch_one(tx.conn())
    .await?)
}

pub struct LiveSession {
    pub user_id: UserId,
    pub name: String,
    pub role: Role,
    pub expires_at: Timestamp,
}

/// The session with the person's present role; none when revoked, expired, or the person left the account.
pub async fn live_session(tx: &mut TenantTx, id: SessionId) -> Result<Option<LiveSession>> {
    let (account, now) = (tx.account_id(), tx.now());
    Ok(sqlx::query_as!(
        LiveSession,
        r#"select s.user_id as "user_id: UserId", au.name, au.role as "role: Role", s.expires_at
           from sessions s join account_users au on au.account_id = s.account_id and au.user_id = s.user_id
           where s.account_id = $1 and s.id = $2 and s.revoked_at is null and s.expires_at > $3"#,
        account.0,
        id.0,
        now
    )
    .fetch_optional(tx.conn())
    .await?)
}

/// Those of `credentials` that are neither revoked nor expired and whose person is still in the account.
pub async fn proven(tx: &mut TenantTx, credentials: &[Credential]) -> Result<Vec<Actor>> {
    let (account_id, now) = (tx.account_id(), tx.now());
    let (mut sessions, mut tokens) = (Vec::new(), Vec::new());
    for credential in credentials {
        match credential {
            Credential::Session(id) => sessions.push(id.0),
            Credential::ApiToken(id) => tokens.push(id.0),
        }
    }
    let rows = sqlx::query!(
        r#"select proof.session_id as "session_id?: SessionId", proof.token_id as "token_id?: ApiTokenId",
                  au.user_id as "user_id: UserId", au.name, au.role as "role: Role"
           from (select id as session_id, null::bigint as token_id, user_id from sessions
                 where account_id = $1 and id = any($2) and revoked_at is null and expires_at > $4
                 union all
                 select null, id, user_id from api_tokens
                 where account_id = $1 and id = any($3) and revoked_at is null) proof
           join account_users au on au.account_id = $1 and au.user_id = proof.user_id"#,
        account_id.0,
        &sessions,
        &tokens,
        now
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let (user_id, role) = (row.user_id, row.role);
            let kind = match row.session_id {
                Some(session_id) => ActorKind::User { user_id, role, session_id },
                None => ActorKind::ApiToken { token_id: row.token_id?, user_id, role },
            };
            Some(Actor { account_id, kind, name: row.name })
        })
        .collect())
}

/// Moves a session to its next generation when `generation` is the present one.
pub async fn advance_session(
    tx: &mut TenantTx,
    id: SessionId,
    generation: i32,
    expires_at: Timestamp,
) -> Result<Option<UserId>> {
    let (account, now) = (tx.account_id(), tx.now());
    Ok(sqlx::query_scalar!(
        r#"update sessions set generation = generation + 1, last_seen_at = $4, expires_at = $5
           where account_id = $1 and id = $2 and generation = $3 and revoked_at is null and expires_at > $4
           returning user_id as "user_id: UserId""#,
        account.0,
        id.0,
        generation,
        now,
        expires_at
    )
    .fetch_optional(tx.conn())
    .await?)
}

pub async fn revoke_session(tx: &mut TenantTx, id: SessionId) -> Result<()> {
    let (account, now) = (tx.account_id(), tx.now());
    sqlx::query!(
        "update sessions set revoked_at = $3 where account_id = $1 and id = $2 and revoked_at is null",
        account.0,
        id.0,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The person, as the account knows them.
pub async fn person(tx: &mut TenantTx, user: UserId) -> Result<types::auth::User> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        types::auth::User,
        r#"select user_id as "id: UserId", name, email, role as "role: Role", null as "locale: types::Language"
           from account_users where account_id = $1 and user_id = $2"#,
        account.0,
        user.0
    )
    .fetch_one(tx.conn())
    .await?)
}

pub struct TokenRow {
    pub account: AccountId,
    pub token: ApiTokenId,
    pub user: UserId,
}

pub async fn find_api_token(db: &Db, hash: &[u8]) -> Result<Option<TokenRow>> {
    let mut connection = db.unscoped().await?;
    Ok(sqlx::query_as!(
        TokenRow,
        r#"select account_id as "account!: AccountId", token_id as "token!: ApiTokenId", user_id as "user!: UserId"
           from find_api_token($1)"#,
        hash
    )
    .fetch_optional(&mut *connection)
    .await?)
}

pub async fn name_and_role(tx: &mut TenantTx, user: UserId) -> Result<Option<(String, Role)>> {
    let account = tx.account_id();
    let row = sqlx::query!(
        r#"select name, role as "role: Role" from account_users where account_id = $1 and user_id = $2"#,
        account.0,
        user.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| (row.name, row.role)))
}

/// Failures counted for a key in its present window.
pub async fn failures(db: &Db, key: &[u8], window_start: Timestamp) -> Result<i32> {
    let mut connection = db.unscoped().await?;
    Ok(sqlx::query_scalar!(
        "select failures from login_attempts where key = $1 and window_started_at > $2",
        key,
        window_start
    )
    .fetch_optional(&mut *connection)
    .await?
    .unwrap_or(0))
}

pub async fn count_failure(db: &Db, key: &[u8], now: Timestamp, window_start: Timestamp) -> Result<()> {
    let mut connection = db.unscoped().await?;
    sqlx::query!(
        "insert into login_attempts as l (key, failures, window_started_at) values ($1, 1, $2)
         on conflict (key) do update
         set failures = case when l.window_started_at > $3 then l.failures + 1 else 1 end,
             window_started_at = case when l.window_started_at > $3 then l.window_started_at else $2 end",
        key,
        now,
        window_start
    )
    .execute(&mut *connection)
    .await?;
    Ok(())
}

pub async fn forget_failures(db: &Db, key: &[u8]) -> Result<()> {
    let mut connection = db.unscoped().await?;
    sqlx::query!("delete from login_attempts where key = $1", key).execute(&mut *connection).await?;
    Ok(())
}
