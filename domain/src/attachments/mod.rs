//! Attachments: files that go with messages. Their rows are the tenant's, their bytes lie in the file store under
//! random keys, and the world names them by unguessable tokens.

mod names;
mod queries;

use std::collections::HashSet;

use bytes::Bytes;
use chrono::TimeDelta;
use futures::TryStreamExt as _;
use object_store::{ObjectStoreExt as _, path::Path};
use sha2::{Digest as _, Sha256};
use types::{AccountId, attachments::Attachment};

use crate::{Actor, ActorKind, Ctx, Error, Permission, Result};

/// How long an upload waits for its message.
const ORPHAN_LIFE: TimeDelta = TimeDelta::days(1);
/// Uploads of one person that may wait for a message at a time.
const MAX_WAITING: i64 = 50;

/// Where a file is downloaded.
pub fn url(token: &str) -> String {
    format!("/api/attachments/{token}")
}

/// As rows name who uploaded a file: type and id. A program uploads for its person.
pub(crate) fn uploader(actor: &Actor) -> (&'static str, Option<i64>) {
    match actor.kind {
        ActorKind::User { user_id, .. } | ActorKind::ApiToken { user_id, .. } => ("user", Some(user_id.0)),
        ActorKind::Visitor { contact_id, .. } => ("contact", Some(contact_id.0)),
        ActorKind::Ai | ActorKind::System => ("system", None),
    }
}

/// Keeps an uploaded file until a message carries it. The name is cleaned, the type believed only when it is harmless.
///
/// # Errors
/// `Forbidden` for viewers; `Invalid` for an empty or too large file; `TooManyRequests` with 50 files unsent.
pub async fn store(ctx: &Ctx, actor: &Actor, file_name: &str, content_type: &str, bytes: Bytes) -> Result<Attachment> {
    if actor.visitor().is_err() {
        actor.require(Permission::Work)?;
    }
    if bytes.is_empty() {
        return Err(Error::invalid("file", "is empty"));
    }
    let limit = ctx.settings.max_upload_bytes;
    if bytes.len() > limit {
        return Err(Error::invalid("file", format!("is larger than {} MiB", limit / (1024 * 1024))));
    }
    let (uploader_type, uploader_id) = uploader(actor);
    let mut tx = ctx.begin(actor).await?;
    if queries::waiting(&mut tx, uploader_type, uploader_id).await? >= MAX_WAITING {
        return Err(Error::TooManyRequests { retry_after: std::time::Duration::from_hours(1) });
    }
    // No connection is held while the bytes travel.
    drop(tx);

    // Bytes first: a row without bytes would be a broken promise, bytes without a row are swept away.
    let storage_key = format!("{}/{}", actor.account_id, ctx.entropy.token());
    let size = bytes.len() as i64;
    let sha256 = Sha256::digest(&bytes);
    ctx.store
        .put(&Path::from(storage_key.as_str()), bytes.into())
        .await
        .map_err(|error| Error::Unavailable(error.into()))?;

    let token = ctx.entropy.token();
    let file_name = names::clean(file_name);
    let content_type = names::content_type(content_type);
    let mut tx = ctx.begin(actor).await?;
    let new = queries::NewAttachment {
        token: &token,
        file_name: &file_name,
        content_type,
        size,
        storage_key: &storage_key,
        sha256: &sha256,
        uploader_type,
        uploader_id,
    };
    queries::insert(&mut tx, &new).await?;
    tx.commit().await?;
    Ok(Attachment { url: url(&token), token, file_name, content_type: content_type.to_owned(), size })
}

/// A file and its bytes. The token is the key: whoever was given it may read a sent file. One that is not sent yet is
/// for its uploader alone.
///
/// # Errors
/// `NotFound`; `Unavailable` when the file store does not answer.
pub async fn open(ctx: &Ctx, token: &str, actor: Option<&Actor>) -> Result<(Attachment, Bytes)> {
    let (account, id) = queries::by_token(&ctx.db, token).await?.ok_or(Error::NotFound)?;
    let mut tx = ctx.begin_in(account).await?;
    let stored = queries::find(&mut tx, id).await?;
    drop(tx);
    let own = actor.is_some_and(|actor| {
        actor.account_id == account && uploader(actor) == (stored.uploader_type.as_str(), stored.uploader_id)
    });
    if !stored.sent && !own {
        return Err(Error::NotFound);
    }
    let bytes = match ctx.store.get(&Path::from(stored.storage_key.as_str())).await {
        Ok(object) => object.bytes().await,
        Err(error) => Err(error),
    };
    match bytes {
        Ok(bytes) => Ok((stored.attachment, bytes)),
        Err(object_store::Error::NotFound { .. }) => {
            tracing::error!(
                attachment = id.0,
                account = account.0,
                "attachments.open: the file store has lost the bytes of attachment {id}"
            );
            Err(Error::NotFound)
        }
        Err(error) => Err(Error::Unavailable(error.into())),
    }
}

/// Removes one account's uploads that no message took within a day, and bytes that no row names any more: those of
/// erased contacts and of uploads that broke off. Answers how many files went.
pub async fn purge_orphans(ctx: &Ctx, account: AccountId) -> Result<usize> {
    let before = ctx.now() - ORPHAN_LIFE;
    let mut tx = ctx.begin_in(account).await?;
    queries::delete_orphans(&mut tx, before).await?;
    tx.commit().await?;

    // Objects are listed before rows are read: an upload that lands in between is younger than `before` anyway.
    let prefix = Path::from(account.to_string());
    let unavailable = |error: object_store::Error| Error::Unavailable(error.into());
    let old: Vec<Path> = ctx
        .store
        .list(Some(&prefix))
        .try_filter_map(|object| async move { Ok((object.last_modified < before).then_some(object.location)) })
        .try_collect()
        .await
        .map_err(unavailable)?;
    let mut gone = 0;
    for batch in old.chunks(1000) {
        let keys: Vec<String> = batch.iter().map(ToString::to_string).collect();
        let mut tx = ctx.begin_in(account).await?;
        let known: HashSet<String> = queries::known_keys(&mut tx, &keys).await?.into_iter().collect();
        drop(tx);
        for location in batch.iter().filter(|location| !known.contains(location.as_ref())) {
            ctx.store.delete(location).await.map_err(unavailable)?;
            gone += 1;
        }
    }
    Ok(gone)
}
