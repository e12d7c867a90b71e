//! SQL of attachments.

use types::{AccountId, AttachmentId, Timestamp, attachments::Attachment};

use crate::{Db, Result, TenantTx};

pub struct NewAttachment<'a> {
    pub token: &'a str,
    pub file_name: &'a str,
    pub content_type: &'a str,
    pub size: i64,
    pub storage_key: &'a str,
    pub sha256: &'a [u8],
    pub uploader_type: &'a str,
    pub uploader_id: Option<i64>,
}

pub async fn insert(tx: &mut TenantTx, new: &NewAttachment<'_>) -> Result<()> {
    let (account, now) = (tx.account_id(), tx.now());
    sqlx::query!(
        "insert into attachments (account_id, token, file_name, content_type, size, storage_key, sha256, uploader_type, uploader_id, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        account.0,
        new.token,
        new.file_name,
        new.content_type,
        new.size,
        new.storage_key,
        new.sha256,
        new.uploader_type,
        new.uploader_id,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Files of one uploader that no message carries yet. Expects `attachments_orphan_idx`.
pub async fn waiting(tx: &mut TenantTx, uploader_type: &str, uploader_id: Option<i64>) -> Result<i64> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from attachments
           where account_id = $1 and message_id is null and uploader_type = $2 and uploader_id is not distinct from $3"#,
        account.0,
        uploader_type,
        uploader_id
    )
    .fetch_one(tx.conn())
    .await?)
}

/// Whose file a token names, asked before any account is known.
pub async fn by_token(db: &Db, token: &str) -> Result<Option<(AccountId, AttachmentId)>> {
    let mut connection = db.unscoped().await?;
    let row = sqlx::query!(
        r#"select account_id as "account_id!: AccountId", attachment_id as "attachment_id!: AttachmentId" from find_attachment($1)"#,
        token
    )
    .fetch_optional(&mut *connection)
    .await?;
    Ok(row.map(|row| (row.account_id, row.attachment_id)))
}

pub struct Stored {
    pub attachment: Attachment,
    pub storage_key: String,
    /// Whether a message carries it.
    pub sent: bool,
    pub uploader_type: String,
    pub uploader_id: Option<i64>,
}

pub async fn find(tx: &mut TenantTx, id: AttachmentId) -> Result<Stored> {
    let account = tx.account_id();
    let row = sqlx::query!(
        r#"select token, file_name, content_type, size, storage_key, message_id is not null as "sent!", uploader_type, uploader_id
           from attachments where account_id = $1 and id = $2"#,
        account.0,
        id.0
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(Stored {
        attachment: Attachment {
            url: super::url(&row.token),
            token: row.token,
            file_name: row.file_name,
            content_type: row.content_type,
            size: row.size,
        },
        storage_key: row.storage_key,
        sent: row.sent,
        uploader_type: row.uploader_type,
        uploader_id: row.uploader_id,
    })
}

/// Expects `attachments_orphan_idx`.
pub async fn delete_orphans(tx: &mut TenantTx, before: Timestamp) -> Result<u64> {
    let account = tx.account_id();
    let done = sqlx::query!(
        "delete from attachments where account_id = $1 and message_id is null and created_at < $2",
        account.0,
        before
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

/// Which of these storage keys a row names.
pub async fn known_keys(tx: &mut TenantTx, keys: &[String]) -> Result<Vec<String>> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        "select storage_key from attachments where account_id = $1 and storage_key = any($2)",
        account.0,
        keys
    )
    .fetch_all(tx.conn())
    .await?)
}
