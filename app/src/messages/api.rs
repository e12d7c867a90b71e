//! Server functions of messages.

use leptos::{prelude::*, server_fn::codec::Json};
use types::{
    ConversationId, Page,
    messages::{CreateMessage, Message},
};

#[cfg(feature = "ssr")]
use crate::auth::viewer;
use crate::error::UiError;

/// The page before `cursor`, oldest first.
#[server(prefix = "/api/ui", endpoint = "messages/older", input = Json)]
pub async fn older(conversation: ConversationId, cursor: String) -> Result<Page<Message>, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let query = types::messages::MessageQuery { cursor: Some(cursor), ..Default::default() };
    Ok(domain::messages::list(&mut tx, &actor, conversation, query).await?)
}

#[server(prefix = "/api/ui", endpoint = "messages/send", input = Json)]
pub async fn post(conversation: ConversationId, message: CreateMessage) -> Result<Message, UiError> {
    let (ctx, actor) = viewer()?;
    Ok(domain::messages::post(&ctx, &actor, conversation, message).await?)
}

/// Sends a reply from a plain form, then goes back to where the form stood.
#[server(prefix = "/api/ui", endpoint = "messages/reply-form")]
pub async fn reply_form(conversation: ConversationId, content: String, private: Option<bool>) -> Result<(), UiError> {
    let private = private.unwrap_or(false);
    post(
        conversation,
        CreateMessage { content, private, attachment_ids: Vec::new(), content_type: None, client_ref: None },
    )
    .await?;
    Ok(())
}
