//! SQL of messages.

use sqlx::types::Json;
use types::{
    AttachmentId, ContactId, ConversationId, MessageId, Timestamp,
    attachments::Attachment,
    conversations::Status,
    messages::{Activity, ContentType, DeliveryStatus, Message, SenderType},
};

use crate::{Result, TenantTx};

pub struct NewMessage<'a> {
    pub conversation_id: ConversationId,
    pub sender_type: SenderType,
    pub sender_id: Option<i64>,
    pub sender_name: &'a str,
    pub content: &'a str,
    pub activity: Option<&'a Activity>,
    pub private: bool,
    pub client_ref: Option<&'a str>,
    pub attachment_count: i16,
    /// When given, the conversation must be this contact's.
    pub only_contact: Option<ContactId>,
}

/// Inserts into an existing conversation. None when the conversation is not there (or not this contact's), or the
/// client's reference is taken: [`by_client_ref`] tells which.
pub async fn insert(tx: &mut TenantTx, new: &NewMessage<'_>) -> Result<Option<MessageId>> {
    let (account, now) = (tx.account_id(), tx.now());
    let content_type = if new.activity.is_some() { ContentType::Activity } else { ContentType::Text };
    Ok(sqlx::query_scalar!(
        r#"insert into messages (account_id, conversation_id, sender_type, sender_id, sender_name, content, content_type, activity,
                                 private, client_ref, attachment_count, created_at)
           select c.account_id, c.id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
           from conversations c where c.account_id = $1 and c.id = $2 and ($13::bigint is null or c.contact_id = $13)
           on conflict (account_id, conversation_id, client_ref) where client_ref is not null do nothing
           returning id as "id: MessageId""#,
        account.0,
        new.conversation_id.0,
        new.sender_type.as_str(),
        new.sender_id,
        new.sender_name,
        new.content,
        content_type.as_str(),
        new.activity.map(Json) as _,
        new.private,
        new.client_ref,
        new.attachment_count,
        now,
        new.only_contact.map(|id| id.0)
    )
    .fetch_optional(tx.conn())
    .await?)
}

pub async fn by_client_ref(
    tx: &mut TenantTx,
    conversation: ConversationId,
    contact: Option<ContactId>,
    client_ref: &str,
) -> Result<Option<MessageId>> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"select m.id as "id: MessageId" from messages m
           join conversations c on c.account_id = m.account_id and c.id = m.conversation_id
           where m.account_id = $1 and m.conversation_id = $2 and m.client_ref = $3 and ($4::bigint is null or c.contact_id = $4)"#,
        account.0,
        conversation.0,
        client_ref,
        contact.map(|id| id.0)
    )
    .fetch_optional(tx.conn())
    .await?)
}

/// The conversation after a customer's message: newest, unread, waiting, open again. Answers the status it had.
pub async fn touch_received(
    tx: &mut TenantTx,
    conversation: ConversationId,
    message: MessageId,
    preview: &str,
) -> Result<Status> {
    let (account, now) = (tx.account_id(), tx.now());
    Ok(sqlx::query_scalar!(
        r#"update conversations c
           set last_message_id = $3, last_message_preview = $4, last_message_sender = 'contact', last_message_private = false,
               last_message_at = $5, last_activity_at = $5, unread_count = c.unread_count + 1,
               waiting_since = coalesce(c.waiting_since, $5), status = 'open', snoozed_until = null,
               resolved_at = null
           from (select status from conversations where account_id = $1 and id = $2 for no key update) before
           where c.account_id = $1 and c.id = $2
           returning before.status as "status: Status""#,
        account.0,
        conversation.0,
        message.0,
        preview,
        now
    )
    .fetch_one(tx.conn())
    .await?)
}

/// The message shows as the newest line and changes nothing else: people have yet to read and answer.
pub async fn touch_shown(
    tx: &mut TenantTx,
    conversation: ConversationId,
    (sender, private): (SenderType, bool),
    message: MessageId,
    preview: &str,
) -> Result<()> {
    let (account, now) = (tx.account_id(), tx.now());
    sqlx::query!(
        "update conversations set last_message_id = $3, last_message_preview = $4, last_message_sender = $6,
             last_message_private = $7, last_message_at = $5, last_activity_at = $5
         where account_id = $1 and id = $2",
        account.0,
        conversation.0,
        message.0,
        preview,
        now,
        sender.as_str(),
        private
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Gives uploaded files to a message. Answers how many were there to give.
pub async fn attach(
    tx: &mut TenantTx,
    message: MessageId,
    tokens: &[String],
    uploader_type: &str,
    uploader_id: Option<i64>,
) -> Result<u64> {
    let account = tx.account_id();
    let done = sqlx::query!(
        "update attachments set message_id = $2
         where account_id = $1 and token = any($3) and message_id is null and uploader_type = $4 and uploader_id is not distinct from $5",
        account.0,
        message.0,
        tokens,
        uploader_type,
        uploader_id
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

struct Row {
    id: MessageId,
    conversation_id: ConversationId,
    sender_type: SenderType,
    sender_id: Option<i64>,
    sender_name: String,
    content: String,
    content_type: ContentType,
    activity: Option<Json<Activity>>,
    private: bool,
    status: DeliveryStatus,
    attachment_count: i16,
    client_ref: Option<String>,
    created_at: Timestamp,
}

async fn with_attachments(tx: &mut TenantTx, rows: Vec<Row>) -> Result<Vec<Message>> {
    let carriers: Vec<MessageId> = rows.iter().filter(|row| row.attachment_count > 0).map(|row| row.id).collect();
    let mut attachments = if carriers.is_empty() { Vec::new() } else { attachments_of(tx, &carriers).await? };
    Ok(rows
        .into_iter()
        .map(|row| Message {
            attachments: attachments
                .extract_if(.., |(message, _)| *message == row.id)
                .map(|(_, attachment)| attachment)
                .collect(),
            id: row.id,
            conversation_id: row.conversation_id,
            sender_type: row.sender_type,
            sender_id: row.sender_id,
            sender_name: row.sender_name,
            content: row.content,
            content_type: row.content_type,
            activity: row.activity.map(|activity| activity.0),
            private: row.private,
            status: row.status,
            client_ref: row.client_ref,
            created_at: row.created_at,
        })
        .collect())
}

async fn attachments_of(tx: &mut TenantTx, messages: &[MessageId]) -> Result<Vec<(MessageId, Attachment)>> {
    let account = tx.account_id();
    let ids: Vec<i64> = messages.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select id as "id: AttachmentId", message_id as "message_id!: MessageId", token, file_name, content_type, size
           from attachments where account_id = $1 and message_id = any($2) order by id"#,
        account.0,
        &ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let url = crate::attachments::url(&row.token);
            (
                row.message_id,
                Attachment {
                    url,
                    token: row.token,
                    file_name: row.file_name,
                    content_type: row.content_type,
                    size: row.size,
                },
            )
        })
        .collect())
}

pub async fn by_ids(tx: &mut TenantTx, ids: &[MessageId]) -> Result<Vec<Message>> {
    let account = tx.account_id();
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id: MessageId", conversation_id as "conversation_id: ConversationId", sender_type as "sender_type: SenderType",
                  sender_id, sender_name, content, content_type as "content_type: ContentType", activity as "activity: Json<Activity>",
                  private, status as "status: DeliveryStatus", attachment_count, client_ref, created_at
           from messages where account_id = $1 and id = any($2)"#,
        account.0,
        &ids
    )
    .fetch_all(tx.conn())
    .await?;
    with_attachments(tx, rows).await
}

/// Newest first, below `before`. Expects `messages_conversation_idx` backwards.
pub async fn older(
    tx: &mut TenantTx,
    conversation: ConversationId,
    before: Option<MessageId>,
    public_only: bool,
    limit: u32,
) -> Result<Vec<Message>> {
    let account = tx.account_id();
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id: MessageId", conversation_id as "conversation_id: ConversationId", sender_type as "sender_type: SenderType",
                  sender_id, sender_name, content, content_type as "content_type: ContentType", activity as "activity: Json<Activity>",
                  private, status as "status: DeliveryStatus", attachment_count, client_ref, created_at
           from messages
           where account_id = $1 and conversation_id = $2 and id < $3 and (not $4 or (not private and content_type = 'text'))
           order by id desc limit $5"#,
        account.0,
        conversation.0,
        before.map_or(i64::MAX, |id| id.0),
        public_only,
        i64::from(limit)
    )
    .fetch_all(tx.conn())
    .await?;
    with_attachments(tx, rows).await
}

/// Oldest first, above `after`.
pub async fn newer(
    tx: &mut TenantTx,
    conversation: ConversationId,
    after: MessageId,
    public_only: bool,
    limit: u32,
) -> Result<Vec<Message>> {
    let account = tx.account_id();
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id: MessageId", conversation_id as "conversation_id: ConversationId", sender_type as "sender_type: SenderType",
                  sender_id, sender_name, content, content_type as "content_type: ContentType", activity as "activity: Json<Activity>",
                  private, status as "status: DeliveryStatus", attachment_count, client_ref, created_at
           from messages
           where account_id = $1 and conversation_id = $2 and id > $3 and (not $4 or (not private and content_type = 'text'))
           order by id limit $5"#,
        account.0,
        conversation.0,
        after.0,
        public_only,
        i64::from(limit)
    )
    .fetch_all(tx.conn())
    .await?;
    with_attachments(tx, rows).await
}

pub async fn conversation_exists(tx: &mut TenantTx, id: ConversationId) -> Result<bool> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"select exists (select from conversations where account_id = $1 and id = $2) as "exists!""#,
        account.0,
        id.0
    )
    .fetch_one(tx.conn())
    .await?)
}
