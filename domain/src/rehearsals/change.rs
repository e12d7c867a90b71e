//! Changes as they are carried out: by the operations that anybody else would use, whether for good or to be taken back.

use types::{AccountId, accounts::UpdateAccount, rehearsals::Change};

use super::queries;
use crate::{
    Actor, Ctx, Error, Result, TenantTx, accounts,
    ai_settings::{self, KEY},
    categories, knowledge,
};

const MOST: usize = 50;

/// Carries the changes out, past the gate. The caller decides whether they stay.
pub async fn carry_out(ctx: &Ctx, tx: &mut TenantTx, actor: &Actor, changes: &[Change]) -> Result<()> {
    tx.mark_rehearsed();
    for change in changes {
        one(ctx, tx, actor, unsealed(ctx, tx.account_id(), change.clone())?).await?;
    }
    Ok(())
}

/// Whether they can be carried out as things stand.
///
/// # Errors
/// What the operation itself would answer.
pub async fn check(ctx: &Ctx, tx: &mut TenantTx, changes: &[Change]) -> Result<()> {
    if changes.is_empty() || changes.len() > MOST {
        return Err(Error::invalid("changes", format!("takes 1 to {MOST} changes")));
    }
    if changes.iter().any(|change| matches!(change, Change::Model { settings } if settings.egress.is_some())) {
        return Err(Error::invalid(
            "changes",
            "whether anything may leave is for people to say, at once: set it by itself",
        ));
    }
    queries::savepoint(tx).await?;
    // Who proposes one change need not be allowed the others.
    let outcome = carry_out(ctx, tx, &Actor::system(tx.account_id()), changes).await;
    tx.forget_rehearsed();
    queries::take_back(tx).await?;
    outcome
}

/// One change by the operation it stands for.
async fn one(ctx: &Ctx, tx: &mut TenantTx, actor: &Actor, change: Change) -> Result<()> {
    match change {
        Change::Threshold { auto_assign_threshold } => {
            let request =
                UpdateAccount { name: None, locale: None, auto_assign_threshold: Some(auto_assign_threshold) };
            accounts::update(tx, actor, request).await.map(drop)
        }
        Change::Model { settings } => ai_settings::update(ctx, tx, actor, settings).await.map(drop),
        Change::CreateCategory { category } => categories::create(tx, actor, category).await.map(drop),
        Change::UpdateCategory { category_id, category } => {
            categories::update(tx, actor, category_id, category).await.map(drop)
        }
        Change::DeleteCategory { category_id } => categories::delete(tx, actor, category_id).await,
        Change::DraftPolicy { category_id, policy } => {
            categories::policy::set(tx, actor, category_id, policy).await.map(drop)
        }
        Change::Publish { article_id } => knowledge::publish(tx, actor, article_id).await.map(drop),
        Change::UpdateArticle { article_id, article } => {
            knowledge::replace(tx, actor, article_id, article).await.map(drop)
        }
    }
}

/// For the audit trail.
pub fn kinds(changes: &[Change]) -> Vec<&'static str> {
    changes
        .iter()
        .map(|change| match change {
            Change::Threshold { .. } => "threshold",
            Change::Model { .. } => "model",
            Change::CreateCategory { .. } => "create_category",
            Change::UpdateCategory { .. } => "update_category",
            Change::DeleteCategory { .. } => "delete_category",
            Change::DraftPolicy { .. } => "draft_policy",
            Change::Publish { .. } => "publish",
            Change::UpdateArticle { .. } => "update_article",
        })
        .collect()
}

/// As it is stored: a key is encrypted.
pub fn sealed(ctx: &Ctx, account: AccountId, change: Change) -> Result<Change> {
    with_key(change, |key| ctx.vault.seal(ctx.entropy.as_ref(), account, KEY, key))
}

fn unsealed(ctx: &Ctx, account: AccountId, change: Change) -> Result<Change> {
    with_key(change, |sealed| {
        ctx.vault.open(account, KEY, sealed).ok_or(Error::Conflict {
            code: "key_unreadable",
            message: "The key in these changes was encrypted with a key that is gone. Discard them and enter it again.",
        })
    })
}

/// As it is shown: a key is left out.
pub fn shown(mut change: Change) -> Change {
    if let Change::Model { settings } = &mut change {
        settings.api_key = None;
    }
    change
}

fn with_key(mut change: Change, turn: impl FnOnce(&str) -> Result<String>) -> Result<Change> {
    if let Change::Model { settings } = &mut change
        && let Some(Some(key)) = &mut settings.api_key
    {
        *key = turn(key)?;
    }
    Ok(change)
}
