//! Inboxes: the channels customers write through.

mod queries;

use serde_json::json;
use types::{
    AccountId, InboxId,
    inboxes::{Channel, CreateInbox, Inbox, UpdateInbox},
};

use crate::{
    Actor, Ctx, Error, Permission, Result, TenantTx,
    contacts::{self, input},
    events::{self, Audit},
    teams,
};

/// Every inbox, by name. The HMAC key is shown to admins only.
pub async fn list(tx: &mut TenantTx, actor: &Actor) -> Result<Vec<Inbox>> {
    actor.require(Permission::Read)?;
    let inboxes = queries::list(tx, None).await?;
    Ok(inboxes.into_iter().map(|inbox| for_eyes_of(actor, inbox)).collect())
}

/// # Errors
/// `NotFound` when it does not exist in the account.
pub async fn get(tx: &mut TenantTx, actor: &Actor, id: InboxId) -> Result<Inbox> {
    actor.require(Permission::Read)?;
    find(tx, id).await.map(|inbox| for_eyes_of(actor, inbox))
}

async fn find(tx: &mut TenantTx, id: InboxId) -> Result<Inbox> {
    queries::list(tx, Some(id)).await?.pop().ok_or(Error::NotFound)
}

fn for_eyes_of(actor: &Actor, mut inbox: Inbox) -> Inbox {
    if actor.require(Permission::Administer).is_err() {
        inbox.identity_secret = None;
    }
    inbox
}

/// The enabled web inbox of a website token, and whose it is: the widget's front door.
///
/// # Errors
/// `NotFound` for an unknown token or a disabled inbox.
pub async fn find_by_token(ctx: &Ctx, website_token: &str) -> Result<(AccountId, Inbox)> {
    let (account, id) = queries::by_token(&ctx.db, website_token).await?.ok_or(Error::NotFound)?;
    let mut tx = ctx.begin_in(account).await?;
    let inbox = find(&mut tx, id).await?;
    Ok((account, Inbox { identity_secret: None, ..inbox }))
}

/// The HMAC key with which the host site vouches for its visitors. Only to check a signature with.
///
/// # Errors
/// `NotFound` when there is no such inbox.
pub(crate) async fn identity_secret(ctx: &Ctx, account: AccountId, id: InboxId) -> Result<String> {
    let mut tx = ctx.begin_in(account).await?;
    find(&mut tx, id).await?.identity_secret.ok_or(Error::NotFound)
}

/// Opens a channel. A web inbox gets its public token here.
///
/// # Errors
/// `Forbidden` below admin; `Invalid` by field.
pub async fn create(ctx: &Ctx, tx: &mut TenantTx, actor: &Actor, request: CreateInbox) -> Result<Inbox> {
    actor.require(Permission::Administer)?;
    let website_token = (request.channel == Channel::Web).then(|| ctx.entropy.token());
    let email_address = email_address(request.email_address.as_deref())?;
    if request.channel == Channel::Email && email_address.is_none() {
        return Err(Error::invalid("email_address", "an e-mail inbox needs its address"));
    }
    let identity_secret = hex::encode(ctx.entropy.bytes());
    let new = queries::NewInbox {
        name: input::line(&request.name, "name", 100)?,
        channel: request.channel,
        website_token: website_token.as_deref(),
        identity_secret: &identity_secret,
        identity_required: request.identity_required,
        welcome_title: request.welcome_title.as_deref().map(title).transpose()?,
        welcome_tagline: request.welcome_tagline.as_deref().map(tagline).transpose()?,
        email_address,
    };
    let id = queries::insert(tx, &new).await?;
    let team_ids = teams::queries::known(tx, &request.team_ids).await?;
    queries::set_teams(tx, id, &team_ids).await?;
    let details = json!({ "name": new.name, "channel": new.channel, "team_ids": team_ids });
    events::audit(tx, actor, Audit::new("inbox.created", "inbox", id.0).details(details)).await?;
    find(tx, id).await
}

/// Changes a channel. A disabled one takes no new visitors.
///
/// # Errors
/// `Forbidden` below admin; `NotFound`; `Invalid` by field.
pub async fn update(tx: &mut TenantTx, actor: &Actor, id: InboxId, request: UpdateInbox) -> Result<Inbox> {
    actor.require(Permission::Administer)?;
    let change = queries::Change {
        name: request.name.as_deref().map(|name| input::line(name, "name", 100)).transpose()?,
        welcome_title: request.welcome_title.as_deref().map(title).transpose()?,
        welcome_tagline: request.welcome_tagline.as_deref().map(tagline).transpose()?,
        identity_required: request.identity_required,
        email_address: request
            .email_address
            .as_deref()
            .map(|text| email_address(Some(text)))
            .transpose()?
            .map(Option::unwrap_or_default),
        enabled: request.enabled,
    };
    let channel = queries::update(tx, id, &change).await?.ok_or(Error::NotFound)?;
    if channel == Channel::Email && change.email_address.as_deref() == Some("") {
        return Err(Error::invalid("email_address", "an e-mail inbox needs its address"));
    }
    if let Some(team_ids) = &request.team_ids {
        let team_ids = teams::queries::known(tx, team_ids).await?;
        queries::set_teams(tx, id, &team_ids).await?;
    }
    let details = json!({
        "name": change.name,
        "identity_required": change.identity_required,
        "enabled": change.enabled,
        "team_ids": request.team_ids,
    });
    events::audit(tx, actor, Audit::new("inbox.updated", "inbox", id.0).details(details)).await?;
    find(tx, id).await
}

/// Removes a channel nobody ever wrote through. One with conversations is disabled instead: they keep their history.
///
/// # Errors
/// `Forbidden` below admin; `NotFound`; `Conflict` (`inbox_in_use`).
pub async fn delete(tx: &mut TenantTx, actor: &Actor, id: InboxId) -> Result<()> {
    actor.require(Permission::Administer)?;
    let name = queries::lock(tx, id).await?;
    if queries::has_conversations(tx, id).await? {
        return Err(Error::Conflict {
            code: "inbox_in_use",
            message: "This inbox has conversations. Disable it instead.",
        });
    }
    queries::delete(tx, id).await?;
    events::audit(tx, actor, Audit::new("inbox.deleted", "inbox", id.0).details(json!({ "name": name }))).await
}

fn title(text: &str) -> Result<String> {
    Ok(input::optional_line(text, "welcome_title", 200)?.unwrap_or_default())
}

fn tagline(text: &str) -> Result<String> {
    input::paragraph(text, "welcome_tagline", 500)
}

fn email_address(text: Option<&str>) -> Result<Option<String>> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(|text| contacts::email(text, "email_address")).transpose()
}
