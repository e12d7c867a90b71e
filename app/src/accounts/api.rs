//! Server functions of the account.

use leptos::{prelude::*, server_fn::codec::Json};
use types::accounts::{Account, UpdateAccount};

#[cfg(feature = "ssr")]
use crate::auth::viewer;
use crate::error::UiError;

#[server(prefix = "/api/ui", endpoint = "accounts/update", input = Json)]
pub async fn update(change: UpdateAccount) -> Result<Account, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let account = domain::accounts::update(&mut tx, &actor, change).await?;
    tx.commit().await?;
    Ok(account)
}
