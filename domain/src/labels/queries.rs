//! SQL of labels. Conversations carry titles, so a label's new title and its end reach them here.

use types::{LabelId, labels::Label};

use crate::{Result, TenantTx};

pub async fn list(tx: &mut TenantTx) -> Result<Vec<Label>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Label,
        r#"select id as "id: LabelId", title, color, description, created_at from labels where account_id = $1 order by lower(title)"#,
        account.0
    )
    .fetch_all(tx.conn())
    .await?)
}

pub async fn find(tx: &mut TenantTx, id: LabelId) -> Result<Label> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Label,
        r#"select id as "id: LabelId", title, color, description, created_at from labels where account_id = $1 and id = $2"#,
        account.0,
        id.0
    )
    .fetch_one(tx.conn())
    .await?)
}

pub async fn insert(tx: &mut TenantTx, title: &str, color: &str, description: &str) -> Result<Label> {
    let (account, now) = (tx.account_id(), tx.now());
    Ok(sqlx::query_as!(
        Label,
        r#"insert into labels (account_id, title, color, description, created_at) values ($1, $2, $3, $4, $5)
           returning id as "id: LabelId", title, color, description, created_at"#,
        account.0,
        title,
        color,
        description,
        now
    )
    .fetch_one(tx.conn())
    .await?)
}

/// The label's title, held until the end of the transaction.
pub async fn lock(tx: &mut TenantTx, id: LabelId) -> Result<String> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!("select title from labels where account_id = $1 and id = $2 for update", account.0, id.0)
        .fetch_one(tx.conn())
        .await?)
}

pub async fn update(
    tx: &mut TenantTx,
    id: LabelId,
    title: Option<&str>,
    color: Option<&str>,
    description: Option<&str>,
) -> Result<Label> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Label,
        r#"update labels set title = coalesce($3, title), color = coalesce($4, color), description = coalesce($5, description)
           where account_id = $1 and id = $2
           returning id as "id: LabelId", title, color, description, created_at"#,
        account.0,
        id.0,
        title,
        color,
        description
    )
    .fetch_one(tx.conn())
    .await?)
}

pub async fn delete(tx: &mut TenantTx, id: LabelId) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!("delete from labels where account_id = $1 and id = $2", account.0, id.0).execute(tx.conn()).await?;
    Ok(())
}

/// Reads the account's conversations once: renaming is rare, an index for it would cost every write.
pub async fn rename_on_conversations(tx: &mut TenantTx, from: &str, to: &str) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "update conversations set labels = array_replace(labels, $2, $3) where account_id = $1 and labels @> array[$2]",
        account.0,
        from,
        to
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Answers how many conversations carried it.
pub async fn remove_from_conversations(tx: &mut TenantTx, title: &str) -> Result<u64> {
    let account = tx.account_id();
    let done = sqlx::query!(
        "update conversations set labels = array_remove(labels, $2) where account_id = $1 and labels @> array[$2]",
        account.0,
        title
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}
