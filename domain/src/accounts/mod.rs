//! Accounts: the tenants, and how a new one begins.

pub(crate) mod queries;

use serde_json::json;
use types::{
    AccountId, Language,
    accounts::{Account, UpdateAccount},
    agents::Role,
};

use crate::{
    Actor, Ctx, Error, Permission, Result, TenantTx,
    auth::password,
    categories,
    events::{self, Audit},
    rehearsals,
};

/// The current account.
pub async fn get(tx: &mut TenantTx) -> Result<Account> {
    queries::get(tx).await
}

/// # Errors
/// `Forbidden` below admin; `Invalid` for a threshold outside 0 to 1 or an empty name; `Conflict` for another threshold that
/// must be rehearsed first.
pub async fn update(tx: &mut TenantTx, actor: &Actor, request: UpdateAccount) -> Result<Account> {
    actor.require(Permission::Administer)?;
    if request.auto_assign_threshold.is_some_and(|t| !(0.0..=1.0).contains(&t)) {
        return Err(Error::invalid("auto_assign_threshold", "takes 0 to 1"));
    }
    if request.name.as_deref().is_some_and(|name| name.trim().is_empty() || name.chars().count() > 200) {
        return Err(Error::invalid("name", "takes 1 to 200 characters"));
    }
    if let Some(threshold) = request.auto_assign_threshold
        && (threshold - get(tx).await?.auto_assign_threshold).abs() > f64::EPSILON
    {
        rehearsals::gate(tx, actor).await?;
    }
    queries::update(tx, request.name.as_deref().map(str::trim), request.locale, request.auto_assign_threshold).await?;
    let audit = Audit::new("account.updated", "account", tx.account_id().0)
        .details(json!({ "auto_assign_threshold": request.auto_assign_threshold, "locale": request.locale }));
    events::audit(tx, actor, audit).await?;
    get(tx).await
}

/// A new tenant and its first admin.
pub struct Founding {
    pub name: String,
    pub locale: Language,
    pub admin_name: String,
    pub admin_email: String,
    pub password: String,
    /// For the demo accounts, whose ids are promised.
    pub id: Option<AccountId>,
}

/// Makes an account with its first admin.
///
/// # Errors
/// `Invalid` for an e-mail address or password that cannot be.
pub async fn create(ctx: &Ctx, founding: Founding) -> Result<AccountId> {
    let email = crate::contacts::email(&founding.admin_email, "email")?;
    let hash = password::hash(founding.password).await?;
    let account = queries::create(&ctx.db, &founding.name, founding.locale, founding.id).await?;
    let user = queries::ensure_user(&ctx.db, &email, &founding.admin_name, &hash, Some(founding.locale)).await?;
    let actor = Actor::system(account);
    let mut tx = ctx.begin(&actor).await?;
    queries::join(&mut tx, user, &founding.admin_name, &email, Role::Admin, 10).await?;
    categories::begin(&mut tx).await?;
    events::audit(&mut tx, &actor, Audit::new("account.created", "account", account.0)).await?;
    tx.commit().await?;
    Ok(account)
}
