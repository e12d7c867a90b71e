//! Server functions of the account.

use leptos::{prelude::*, server_fn::codec::Json};
use types::accounts::{Account, UpdateAccount};

use crate::error::UiError;
#[cfg(feature = "ssr")]
use crate::{auth::viewer, rehearsals::api::settled};

#[server(prefix = "/api/ui", endpoint = "accounts/update", input = Json)]
pub async fn update(change: UpdateAccount) -> Result<Option<Account>, UiError> {
    let (ctx, actor) = viewer()?;
    let mut change = change;
    let mut tx = ctx.begin(&actor).await?;
    let threshold = change.auto_assign_threshold.take();
    let account = domain::accounts::update(&mut tx, &actor, change).await?;
    let Some(auto_assign_threshold) = threshold else {
        tx.commit().await?;
        return Ok(Some(account));
    };
    let only = UpdateAccount { name: None, locale: None, auto_assign_threshold: threshold };
    let updated = domain::accounts::update(&mut tx, &actor, only).await;
    settled(&ctx, tx, &actor, updated, types::rehearsals::Change::Threshold { auto_assign_threshold }).await
}
