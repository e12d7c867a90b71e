//! Server functions of automatic answers.

#![expect(clippy::too_many_arguments, reason = "a form posts one a field")]

use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};
use types::{
    CategoryId, InboxId,
    auto_replies::{AutoReply, AutoReplyHours},
    categories::Category,
};

#[cfg(feature = "ssr")]
use crate::auth::viewer;
use crate::error::UiError;

/// What the page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Known {
    pub inbox_name: String,
    pub choice: AutoReply,
    pub categories: Vec<Category>,
}

#[server(prefix = "/api/ui", endpoint = "auto-replies/get", input = Json)]
pub async fn get(id: InboxId) -> Result<Known, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    Ok(Known {
        inbox_name: domain::inboxes::get(&mut tx, &actor, id).await?.name,
        choice: domain::auto_replies::get(&mut tx, &actor, id).await?,
        categories: domain::categories::list(&mut tx, &actor).await?,
    })
}

/// Takes plain form posts too: `percent` is the threshold, and `days`, `opens` and `closes` go together; a row without times is
/// no span.
#[server(prefix = "/api/ui", endpoint = "auto-replies/set-form")]
pub async fn set_form(
    id: InboxId,
    #[server(default)] enabled: bool,
    percent: f64,
    max_turns: i16,
    hours: AutoReplyHours,
    #[server(default)] days: Vec<i16>,
    #[server(default)] opens: Vec<String>,
    #[server(default)] closes: Vec<String>,
    time_zone: String,
    every_category: bool,
    #[server(default)] category_ids: Vec<CategoryId>,
) -> Result<AutoReply, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let request = types::auto_replies::SetAutoReply {
        enabled,
        threshold: percent / 100.0,
        max_turns,
        hours,
        opening: super::spans(days, opens, closes),
        time_zone: Some(time_zone),
        every_category,
        category_ids,
    };
    let choice = domain::auto_replies::set(&mut tx, &actor, id, request).await?;
    tx.commit().await?;
    Ok(choice)
}
