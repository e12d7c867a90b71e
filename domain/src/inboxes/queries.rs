//! SQL of inboxes.

use types::{
    AccountId, InboxId, TeamId,
    inboxes::{Channel, Inbox},
};

use crate::{Db, Result, TenantTx};

/// All inboxes, or one; by name. With their HMAC keys: the caller decides who may see those.
pub async fn list(tx: &mut TenantTx, only: Option<InboxId>) -> Result<Vec<Inbox>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Inbox,
        r#"select i.id as "id: InboxId", i.name, i.channel as "channel: Channel", i.website_token, i.welcome_title, i.welcome_tagline,
                  i.identity_required, i.identity_secret as "identity_secret?", i.email_address, i.enabled, i.created_at,
                  array(select it.team_id from inbox_teams it
                        where it.account_id = i.account_id and it.inbox_id = i.id order by it.team_id) as "team_ids!: Vec<TeamId>"
           from inboxes i where i.account_id = $1 and ($2::bigint is null or i.id = $2) order by lower(i.name)"#,
        account.0,
        only.map(|id| id.0)
    )
    .fetch_all(tx.conn())
    .await?)
}

/// The enabled web inbox of a public token, asked before any account is known.
pub async fn by_token(db: &Db, website_token: &str) -> Result<Option<(AccountId, InboxId)>> {
    let mut connection = db.unscoped().await?;
    let row = sqlx::query!(
        r#"select account_id as "account_id!: AccountId", inbox_id as "inbox_id!: InboxId" from find_inbox($1)"#,
        website_token
    )
    .fetch_optional(&mut *connection)
    .await?;
    Ok(row.map(|row| (row.account_id, row.inbox_id)))
}

pub struct NewInbox<'a> {
    pub name: String,
    pub channel: Channel,
    pub website_token: Option<&'a str>,
    pub identity_secret: &'a str,
    pub identity_required: bool,
    pub welcome_title: Option<String>,
    pub welcome_tagline: Option<String>,
    pub email_address: Option<String>,
}

/// Texts that were not given are the table's defaults.
pub async fn insert(tx: &mut TenantTx, new: &NewInbox<'_>) -> Result<InboxId> {
    let (account, now) = (tx.account_id(), tx.now());
    let id = sqlx::query_scalar!(
        r#"insert into inboxes (account_id, name, channel, website_token, identity_secret, identity_required, email_address, created_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8) returning id as "id: InboxId""#,
        account.0,
        new.name,
        new.channel.as_str(),
        new.website_token,
        new.identity_secret,
        new.identity_required,
        new.email_address,
        now
    )
    .fetch_one(tx.conn())
    .await?;
    if new.welcome_title.is_some() || new.welcome_tagline.is_some() {
        sqlx::query!(
            "update inboxes set welcome_title = coalesce($3, welcome_title), welcome_tagline = coalesce($4, welcome_tagline)
             where account_id = $1 and id = $2",
            account.0,
            id.0,
            new.welcome_title,
            new.welcome_tagline
        )
        .execute(tx.conn())
        .await?;
    }
    Ok(id)
}

/// What is none stays as it is; an empty address takes it away.
pub struct Change {
    pub name: Option<String>,
    pub welcome_title: Option<String>,
    pub welcome_tagline: Option<String>,
    pub identity_required: Option<bool>,
    pub email_address: Option<String>,
    pub enabled: Option<bool>,
}

/// Answers the channel; none when there is no such inbox.
pub async fn update(tx: &mut TenantTx, id: InboxId, change: &Change) -> Result<Option<Channel>> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"update inboxes set name = coalesce($3, name), welcome_title = coalesce($4, welcome_title),
               welcome_tagline = coalesce($5, welcome_tagline), identity_required = coalesce($6, identity_required),
               email_address = nullif(coalesce($7, email_address), ''), enabled = coalesce($8, enabled)
           where account_id = $1 and id = $2 returning channel as "channel: Channel""#,
        account.0,
        id.0,
        change.name,
        change.welcome_title,
        change.welcome_tagline,
        change.identity_required,
        change.email_address,
        change.enabled
    )
    .fetch_optional(tx.conn())
    .await?)
}

/// Replaces the teams whose work arrives here. The ids are known to be the account's.
pub async fn set_teams(tx: &mut TenantTx, id: InboxId, teams: &[i64]) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "delete from inbox_teams where account_id = $1 and inbox_id = $2 and team_id <> all($3)",
        account.0,
        id.0,
        teams
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "insert into inbox_teams (account_id, inbox_id, team_id) select $1, $2, id from unnest($3::bigint[]) id on conflict do nothing",
        account.0,
        id.0,
        teams
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Holds the inbox against new conversations until the end of the transaction; answers its name.
pub async fn lock(tx: &mut TenantTx, id: InboxId) -> Result<String> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!("select name from inboxes where account_id = $1 and id = $2 for update", account.0, id.0)
        .fetch_one(tx.conn())
        .await?)
}

pub async fn has_conversations(tx: &mut TenantTx, id: InboxId) -> Result<bool> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"select exists (select from conversations where account_id = $1 and inbox_id = $2) as "exists!""#,
        account.0,
        id.0
    )
    .fetch_one(tx.conn())
    .await?)
}

pub async fn delete(tx: &mut TenantTx, id: InboxId) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!("delete from inboxes where account_id = $1 and id = $2", account.0, id.0).execute(tx.conn()).await?;
    Ok(())
}
