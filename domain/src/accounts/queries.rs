//! SQL of accounts.

use types::{AccountId, Language, UserId, accounts::Account, agents::Role};

use crate::{Db, Result, TenantTx};

pub async fn get(tx: &mut TenantTx) -> Result<Account> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Account,
        r#"select id as "id: AccountId", name, locale as "locale: Language", auto_assign_threshold from accounts where id = $1"#,
        account.0
    )
    .fetch_one(tx.conn())
    .await?)
}

pub async fn update(
    tx: &mut TenantTx,
    name: Option<&str>,
    locale: Option<Language>,
    threshold: Option<f64>,
) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "update accounts set name = coalesce($2, name), locale = coalesce($3, locale),
             auto_assign_threshold = coalesce($4, auto_assign_threshold) where id = $1",
        account.0,
        name,
        locale.map(Language::as_str),
        threshold
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn create(db: &Db, name: &str, locale: Language, id: Option<AccountId>) -> Result<AccountId> {
    let mut connection = db.unscoped().await?;
    Ok(sqlx::query_scalar!(
        r#"select create_account($1, $2, $3) as "id!: AccountId""#,
        name,
        locale.as_str(),
        id.map(|id| id.0)
    )
    .fetch_one(&mut *connection)
    .await?)
}

/// The person of an e-mail address, made when new.
pub async fn ensure_user(
    db: &Db,
    email: &str,
    name: &str,
    password_hash: &str,
    locale: Option<Language>,
) -> Result<UserId> {
    let mut connection = db.unscoped().await?;
    Ok(sqlx::query_scalar!(
        r#"select ensure_user($1, $2, $3, $4) as "id!: UserId""#,
        email,
        name,
        password_hash,
        locale.map(Language::as_str)
    )
    .fetch_one(&mut *connection)
    .await?)
}

pub async fn join(tx: &mut TenantTx, user: UserId, name: &str, email: &str, role: Role, max_load: i32) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "insert into account_users (account_id, user_id, name, email, role, max_load) values ($1, $2, $3, $4, $5, $6)",
        account.0,
        user.0,
        name,
        email,
        role.as_str(),
        max_load
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
