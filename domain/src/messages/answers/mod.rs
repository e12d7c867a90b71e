//! Agents' public answers: stored one statement at a time, however many there are of them.

mod queries;
pub(super) mod together;

use types::{
    ConversationId, MessageId,
    messages::{ContentType, CreateMessage, DeliveryStatus, Message, SenderType},
};

use crate::{Actor, Result, TenantTx};

/// A checked answer on its way into its conversation.
pub(super) struct Answer<'a> {
    pub actor: &'a Actor,
    pub conversation: ConversationId,
    pub request: &'a CreateMessage,
}

impl Answer<'_> {
    fn sender_type(&self) -> SenderType {
        if self.actor.user_id().is_some() { SenderType::User } else { SenderType::System }
    }
}

/// Stores and announces each; the new ids come back in the answers' order. None for one that has no conversation here,
/// or whose client's reference is taken.
pub(super) async fn store(tx: &mut TenantTx, answers: &[Answer<'_>]) -> Result<Vec<Option<MessageId>>> {
    let mut ids = vec![None; answers.len()];
    for (place, id) in queries::store(tx, answers).await? {
        ids[place] = Some(id);
    }
    tx.mark_appended();
    Ok(ids)
}

/// The message as it was stored, without asking for it again. Not for one with attachments.
pub(super) fn message(tx: &TenantTx, answer: &Answer<'_>, id: MessageId) -> Message {
    Message {
        id,
        conversation_id: answer.conversation,
        sender_type: answer.sender_type(),
        sender_id: answer.actor.user_id().map(|id| id.0),
        sender_name: answer.actor.name.clone(),
        content: answer.request.content.clone(),
        content_type: ContentType::Text,
        activity: None,
        private: false,
        status: DeliveryStatus::Sent,
        attachments: Vec::new(),
        client_ref: answer.request.client_ref.clone(),
        created_at: tx.now(),
    }
}
