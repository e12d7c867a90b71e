//! The ticket generator: one more customer writes to Acme, through the same door as every visitor.

use types::{
    demo::{GeneratedMessage, GeneratedTicket},
    widget::{OpenVisitorSession, StartConversation},
};

use super::{company::ACME_WIDGET, files};
use crate::{Ctx, Error, Result, widget};

/// Lets a customer write a realistic message into Acme's web inbox; everything that follows is the product's work.
///
/// # Errors
/// `NotFound` in production, and before the demo data is there.
pub async fn generate_ticket(ctx: &Ctx) -> Result<GeneratedTicket> {
    if ctx.settings.production {
        return Err(Error::NotFound);
    }
    let mut tickets = files::tickets()?;
    let draw = u64::from_le_bytes(ctx.entropy.bytes().first_chunk().copied().unwrap_or_default());
    let ticket = tickets.swap_remove((draw % tickets.len() as u64) as usize);
    let session = OpenVisitorSession {
        website_token: ACME_WIDGET.to_owned(),
        visitor_token: None,
        identifier: None,
        identifier_hash: None,
        name: Some(ticket.name),
        email: Some(ticket.email),
        avatar_url: None,
        locale: Some(ticket.language),
    };
    let visitor = widget::open_session(ctx, session).await?;
    let actor = widget::authenticate(ctx, ACME_WIDGET, &visitor.visitor_token).await?;
    let mut tx = ctx.begin(&actor).await?;
    let request = StartConversation { content: ticket.text, attachment_ids: Vec::new(), client_ref: None };
    let started = widget::start(&mut tx, &actor, request).await?;
    tx.commit().await?;
    Ok(GeneratedTicket {
        conversation_id: started.message.conversation_id,
        message: GeneratedMessage {
            id: started.message.id,
            content: started.message.content,
            language: ticket.language,
            created_at: started.message.created_at,
        },
    })
}
