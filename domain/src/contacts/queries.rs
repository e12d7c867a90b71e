//! SQL of contacts.

use serde_json::{Map, Value};
use sqlx::types::Json;
use types::{ContactId, Language, Timestamp, contacts::Contact};

use crate::{Result, TenantTx};

struct Row {
    id: ContactId,
    name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    avatar_url: Option<String>,
    identifier: Option<String>,
    verified: bool,
    locale: Option<Language>,
    location: Option<String>,
    custom_attributes: Value,
    blocked: bool,
    conversation_count: i64,
    last_seen_at: Option<Timestamp>,
    created_at: Timestamp,
}

impl From<Row> for Contact {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: super::display_name(row.name, row.email.as_deref(), row.id),
            email: row.email,
            phone: row.phone,
            avatar_url: row.avatar_url,
            identifier: row.identifier,
            verified: row.verified,
            locale: row.locale,
            location: row.location,
            custom_attributes: row.custom_attributes,
            blocked: row.blocked,
            conversation_count: row.conversation_count,
            last_seen_at: row.last_seen_at,
            created_at: row.created_at,
        }
    }
}

/// Newest first, below `before`. Expects `contacts_recent_idx`, and `conversations_contact_idx` for the counts.
pub async fn list(
    tx: &mut TenantTx,
    pattern: Option<&str>,
    before: Option<ContactId>,
    limit: u32,
) -> Result<Vec<Contact>> {
    let account = tx.account_id();
    let rows = sqlx::query_as!(
        Row,
        r#"select k.id as "id: ContactId", k.name, k.email, k.phone, k.avatar_url, k.identifier, k.verified, k.locale as "locale: Language",
                  k.location, k.custom_attributes, k.blocked, k.last_seen_at, k.created_at,
                  (select count(*) from conversations c where c.account_id = k.account_id and c.contact_id = k.id) as "conversation_count!"
           from contacts k
           where k.account_id = $1 and k.id < $2
             and ($3::text is null or k.name ilike $3 or k.email ilike $3 or k.phone ilike $3 or k.identifier ilike $3)
           order by k.id desc limit $4"#,
        account.0,
        before.map_or(i64::MAX, |id| id.0),
        pattern,
        i64::from(limit)
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(Contact::from).collect())
}

pub async fn by_ids(tx: &mut TenantTx, ids: &[i64]) -> Result<Vec<Contact>> {
    let account = tx.account_id();
    let rows = sqlx::query_as!(
        Row,
        r#"select k.id as "id: ContactId", k.name, k.email, k.phone, k.avatar_url, k.identifier, k.verified, k.locale as "locale: Language",
                  k.location, k.custom_attributes, k.blocked, k.last_seen_at, k.created_at,
                  (select count(*) from conversations c where c.account_id = k.account_id and c.contact_id = k.id) as "conversation_count!"
           from contacts k where k.account_id = $1 and k.id = any($2)"#,
        account.0,
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(Contact::from).collect())
}

pub struct NewContact {
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub identifier: Option<String>,
    pub locale: Option<Language>,
    pub location: Option<String>,
    pub custom_attributes: Map<String, Value>,
}

pub async fn insert(tx: &mut TenantTx, new: &NewContact) -> Result<ContactId> {
    let (account, now) = (tx.account_id(), tx.now());
    Ok(sqlx::query_scalar!(
        r#"insert into contacts (account_id, name, email, phone, identifier, locale, location, custom_attributes, created_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id as "id: ContactId""#,
        account.0,
        new.name,
        new.email,
        new.phone,
        new.identifier,
        new.locale.map(Language::as_str),
        new.location,
        Json(&new.custom_attributes) as _,
        now
    )
    .fetch_one(tx.conn())
    .await?)
}

pub async fn verified_identifier_exists(tx: &mut TenantTx, identifier: &str) -> Result<bool> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"select exists (select from contacts where account_id = $1 and identifier = $2 and verified) as "exists!""#,
        account.0,
        identifier
    )
    .fetch_one(tx.conn())
    .await?)
}

/// What a person may change.
pub struct Editable {
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub locale: Option<Language>,
    pub location: Option<String>,
    pub custom_attributes: Map<String, Value>,
    pub blocked: bool,
}

/// The contact, held until the end of the transaction so that two changes cannot undo each other.
pub async fn lock(tx: &mut TenantTx, id: ContactId) -> Result<Editable> {
    let account = tx.account_id();
    let row = sqlx::query!(
        r#"select name, email, phone, locale as "locale: Language", location, custom_attributes as "custom_attributes: Json<Map<String, Value>>",
                  blocked
           from contacts where account_id = $1 and id = $2 for no key update"#,
        account.0,
        id.0
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(Editable {
        name: row.name,
        email: row.email,
        phone: row.phone,
        locale: row.locale,
        location: row.location,
        custom_attributes: row.custom_attributes.0,
        blocked: row.blocked,
    })
}

pub async fn update(tx: &mut TenantTx, id: ContactId, row: &Editable) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "update contacts set name = $3, email = $4, phone = $5, locale = $6, location = $7, custom_attributes = $8, blocked = $9
         where account_id = $1 and id = $2",
        account.0,
        id.0,
        row.name,
        row.email,
        row.phone,
        row.locale.map(Language::as_str),
        row.location,
        Json(&row.custom_attributes) as _,
        row.blocked
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Erases the contact and, through foreign keys, everything of theirs. Answers how many conversations went; none when
/// there was no such contact.
pub async fn delete(tx: &mut TenantTx, id: ContactId) -> Result<Option<i64>> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"delete from contacts k where k.account_id = $1 and k.id = $2
           returning (select count(*) from conversations c where c.account_id = k.account_id and c.contact_id = k.id) as "count!""#,
        account.0,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?)
}
