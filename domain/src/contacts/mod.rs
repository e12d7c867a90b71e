//! Contacts: the customers, as agents see and keep them.

pub(crate) mod input;
mod queries;

use serde_json::{Map, Value, json};
use types::{
    ContactId, Page,
    contacts::{Contact, ContactQuery, CreateContact, UpdateContact},
    events::EventKind,
};

use crate::{
    Actor, Error, Permission, Result, TenantTx,
    events::{self, Audit, Event},
};

const MAX_ATTRIBUTES: usize = 100;
const MAX_ATTRIBUTE_BYTES: usize = 16 * 1024;

/// A page of the account's contacts, newest first.
pub async fn list(tx: &mut TenantTx, actor: &Actor, query: ContactQuery) -> Result<Page<Contact>> {
    actor.require(Permission::Read)?;
    let limit = crate::page::limit(query.limit)?;
    let before: Option<ContactId> = crate::page::decode(query.cursor.as_deref())?;
    let pattern = query.q.as_deref().map(str::trim).filter(|q| !q.is_empty()).map(contains);
    let rows = queries::list(tx, pattern.as_deref(), before, limit + 1).await?;
    Ok(Page::cut(rows, limit, |contact| crate::page::encode(&contact.id)))
}

/// A `like` pattern for "contains this text".
fn contains(text: &str) -> String {
    format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

/// # Errors
/// `NotFound` when it does not exist in the account.
pub async fn get(tx: &mut TenantTx, actor: &Actor, id: ContactId) -> Result<Contact> {
    actor.require(Permission::Read)?;
    find(tx, id).await
}

pub(crate) async fn find(tx: &mut TenantTx, id: ContactId) -> Result<Contact> {
    queries::by_ids(tx, &[id.0]).await?.pop().ok_or(Error::NotFound)
}

/// In no particular order; missing ones are left out.
pub(crate) async fn by_ids(tx: &mut TenantTx, ids: &[i64]) -> Result<Vec<Contact>> {
    if ids.is_empty() { Ok(Vec::new()) } else { queries::by_ids(tx, ids).await }
}

/// Adds a customer by hand. What an agent types is no proof of identity: the contact is not verified.
///
/// # Errors
/// `Invalid` by field; also when nothing at all tells who it is, or a verified contact has the identifier.
pub async fn create(tx: &mut TenantTx, actor: &Actor, request: CreateContact) -> Result<Contact> {
    actor.require(Permission::Work)?;
    let new = queries::NewContact {
        name: input::optional_line(&request.name, "name", 200)?,
        email: optional_email(request.email.as_deref())?,
        phone: optional_phone(request.phone.as_deref())?,
        identifier: optional(request.identifier.as_deref(), "identifier", 255)?,
        locale: request.locale,
        location: optional(request.location.as_deref(), "location", 200)?,
        custom_attributes: check_attributes(request.custom_attributes.unwrap_or_default())?,
    };
    if new.name.is_none() && new.email.is_none() && new.phone.is_none() && new.identifier.is_none() {
        return Err(Error::invalid("name", "give a name, an e-mail address, a phone number or an identifier"));
    }
    if let Some(identifier) = &new.identifier
        && queries::verified_identifier_exists(tx, identifier).await?
    {
        return Err(Error::invalid("identifier", "another contact has this identifier"));
    }
    let id = queries::insert(tx, &new).await?;
    events::audit(tx, actor, Audit::new("contact.created", "contact", id.0)).await?;
    find(tx, id).await
}

/// Changes a customer. An empty text clears the field; `custom_attributes` are merged, and a `null` removes its key.
///
/// # Errors
/// `NotFound`; `Invalid` by field.
pub async fn update(tx: &mut TenantTx, actor: &Actor, id: ContactId, request: UpdateContact) -> Result<Contact> {
    actor.require(Permission::Work)?;
    let mut row = queries::lock(tx, id).await?;
    let mut fields = Vec::new();
    let mut changed = |field: &'static str| fields.push(field);
    if let Some(name) = &request.name {
        row.name = input::optional_line(name, "name", 200)?;
        changed("name");
    }
    if let Some(email) = &request.email {
        row.email = optional_email(Some(email))?;
        changed("email");
    }
    if let Some(phone) = &request.phone {
        row.phone = optional_phone(Some(phone))?;
        changed("phone");
    }
    if let Some(locale) = request.locale {
        row.locale = Some(locale);
        changed("locale");
    }
    if let Some(location) = &request.location {
        row.location = optional(Some(location), "location", 200)?;
        changed("location");
    }
    if let Some(attributes) = request.custom_attributes {
        row.custom_attributes = check_attributes(merge_attributes(row.custom_attributes, attributes))?;
        changed("custom_attributes");
    }
    let was_blocked = row.blocked;
    if let Some(blocked) = request.blocked {
        row.blocked = blocked;
        changed("blocked");
    }
    queries::update(tx, id, &row).await?;
    let action = match (was_blocked, row.blocked) {
        (false, true) => "contact.blocked",
        (true, false) => "contact.unblocked",
        _ => "contact.updated",
    };
    // Which fields, never their values: those are a customer's.
    let audit = Audit::new(action, "contact", id.0).details(json!({ "fields": fields }));
    events::append(tx, actor, Event::new(EventKind::ContactUpdated).subject(id.0).audited(audit)).await?;
    find(tx, id).await
}

/// Erases a person: their conversations, messages and what the AI made of them go too. Files become unreachable at
/// once; their bytes are removed by [`crate::attachments::purge_orphans`].
///
/// # Errors
/// `Forbidden` below admin; `NotFound`.
pub async fn delete(tx: &mut TenantTx, actor: &Actor, id: ContactId) -> Result<()> {
    actor.require(Permission::Administer)?;
    let conversations = queries::delete(tx, id).await?.ok_or(Error::NotFound)?;
    let audit = Audit::new("contact.deleted", "contact", id.0).details(json!({ "conversations": conversations }));
    let event = Event::new(EventKind::ContactUpdated).subject(id.0).data(json!({ "deleted": true })).audited(audit);
    events::append(tx, actor, event).await
}

/// What people call a contact: the name, else the e-mail address, else a stand-in such as “Visitor 1042”.
pub fn display_name(name: Option<String>, email: Option<&str>, id: ContactId) -> String {
    name.filter(|name| !name.trim().is_empty())
        .or_else(|| email.filter(|email| !email.is_empty()).map(str::to_owned))
        .unwrap_or_else(|| format!("Visitor {id}"))
}

/// A plausible e-mail address, trimmed and in lower case.
///
/// # Errors
/// `Invalid` under the field's name.
pub fn email(text: &str, field: &'static str) -> Result<String> {
    input::email(text, field)
}

fn optional(text: Option<&str>, field: &'static str, max: usize) -> Result<Option<String>> {
    text.map_or(Ok(None), |text| input::optional_line(text, field, max))
}

fn optional_email(text: Option<&str>) -> Result<Option<String>> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(|text| email(text, "email")).transpose()
}

/// Phone numbers come in every national style; only what cannot be one is refused.
fn optional_phone(text: Option<&str>) -> Result<Option<String>> {
    let Some(phone) = optional(text, "phone", 50)? else { return Ok(None) };
    let plausible = phone.chars().filter(char::is_ascii_digit).count() >= 3
        && phone.chars().all(|c| c.is_ascii_alphanumeric() || "+-()./#*; ,".contains(c) || c == '\u{a0}');
    if plausible { Ok(Some(phone)) } else { Err(Error::invalid("phone", "is not a phone number")) }
}

fn merge_attributes(mut current: Map<String, Value>, changes: Map<String, Value>) -> Map<String, Value> {
    for (key, value) in changes {
        if value.is_null() {
            current.remove(&key);
        } else {
            current.insert(key, value);
        }
    }
    current
}

/// Custom attributes as they may be stored: at most 100 keys of at most 100 characters, 16 KiB of JSON together.
///
/// # Errors
/// `Invalid` for `custom_attributes`.
pub(crate) fn check_attributes(mut attributes: Map<String, Value>) -> Result<Map<String, Value>> {
    attributes.retain(|_, value| !value.is_null());
    let refuse = |why: String| Err(Error::invalid("custom_attributes", why));
    if attributes.len() > MAX_ATTRIBUTES {
        return refuse(format!("holds at most {MAX_ATTRIBUTES} attributes"));
    }
    if attributes
        .keys()
        .any(|key| key.trim().is_empty() || key.chars().count() > 100 || key.chars().any(char::is_control))
    {
        return refuse("an attribute's name takes 1 to 100 characters".to_owned());
    }
    // Measured as text, so that deep nesting counts as well.
    let text = serde_json::to_string(&attributes).map_err(Error::internal)?;
    if text.len() > MAX_ATTRIBUTE_BYTES {
        return refuse(format!("holds at most {} KiB", MAX_ATTRIBUTE_BYTES / 1024));
    }
    if text.contains("\\u0000") {
        return refuse("NUL characters cannot be stored".to_owned());
    }
    Ok(attributes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_always_has_something_to_be_called_by() {
        let id = ContactId(1042);
        assert_eq!(display_name(Some("Aino".to_owned()), Some("a@b.c"), id), "Aino");
        assert_eq!(display_name(Some(" ".to_owned()), Some("a@b.c"), id), "a@b.c");
        assert_eq!(display_name(None, None, id), "Visitor 1042");
    }

    #[test]
    fn phone_numbers_of_many_styles_are_taken() {
        for phone in ["+358 40 123 4567", "(030) 1234-567", "112", "+1 555 0100 ext. 12"] {
            assert_eq!(optional_phone(Some(phone)).unwrap().as_deref(), Some(phone));
        }
        for phone in ["call me", "<b>123</b>", "12"] {
            assert!(optional_phone(Some(phone)).is_err(), "{phone}");
        }
        assert_eq!(optional_phone(Some(" ")).unwrap(), None);
    }

    #[test]
    fn attributes_are_merged_and_null_removes() {
        let object = |value: Value| value.as_object().cloned().unwrap();
        let merged = merge_attributes(
            object(json!({ "plan": "pro", "seats": 3 })),
            object(json!({ "seats": null, "since": "2024" })),
        );
        assert_eq!(merged, object(json!({ "plan": "pro", "since": "2024" })));
    }

    #[test]
    fn attributes_have_bounds() {
        let one = |key: &str, value: Value| Map::from_iter([(key.to_owned(), value)]);
        assert!(check_attributes(one("plan", json!("pro"))).is_ok());
        assert!(check_attributes(one("", json!("pro"))).is_err());
        assert!(check_attributes(one("plan", json!("x".repeat(20_000)))).is_err());
        assert!(check_attributes(one("plan", json!("a\0b"))).is_err());
        assert!(check_attributes((0..101).map(|n| (n.to_string(), json!(n))).collect()).is_err());
    }

    #[test]
    fn wildcards_of_the_search_text_stand_for_themselves() {
        assert_eq!(contains("50%_\\"), "%50\\%\\_\\\\%");
    }
}
