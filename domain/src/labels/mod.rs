//! Labels: free tags on conversations, kept in one list so that a tag is spelled one way.

mod queries;

use serde_json::json;
use types::{
    LabelId,
    labels::{CreateLabel, Label, UpdateLabel},
};

use crate::{
    Actor, Error, Permission, Result, TenantTx,
    contacts::input,
    events::{self, Audit},
};

const DEFAULT_COLOR: &str = "#64748b";

/// Every label, by title.
pub async fn list(tx: &mut TenantTx, actor: &Actor) -> Result<Vec<Label>> {
    actor.require(Permission::Read)?;
    queries::list(tx).await
}

/// # Errors
/// `NotFound` when it does not exist in the account.
pub async fn get(tx: &mut TenantTx, actor: &Actor, id: LabelId) -> Result<Label> {
    actor.require(Permission::Read)?;
    queries::find(tx, id).await
}

/// # Errors
/// `Forbidden` for viewers; `Invalid` by field, also for a title that is taken.
pub async fn create(tx: &mut TenantTx, actor: &Actor, request: CreateLabel) -> Result<Label> {
    actor.require(Permission::Work)?;
    let title = title(&request.title)?;
    let color = color(request.color.as_deref().unwrap_or(DEFAULT_COLOR))?;
    let description = input::paragraph(&request.description, "description", 500)?;
    let label = queries::insert(tx, &title, &color, &description).await?;
    events::audit(tx, actor, Audit::new("label.created", "label", label.id.0).details(json!({ "title": label.title })))
        .await?;
    Ok(label)
}

/// Changes a label; conversations that carry it follow a new title.
///
/// # Errors
/// As [`create`], and `NotFound`.
pub async fn update(tx: &mut TenantTx, actor: &Actor, id: LabelId, request: UpdateLabel) -> Result<Label> {
    actor.require(Permission::Work)?;
    let title = request.title.as_deref().map(title).transpose()?;
    let color = request.color.as_deref().map(color).transpose()?;
    let description =
        request.description.as_deref().map(|text| input::paragraph(text, "description", 500)).transpose()?;
    let before = queries::lock(tx, id).await?;
    let label = queries::update(tx, id, title.as_deref(), color.as_deref(), description.as_deref()).await?;
    if label.title != before {
        queries::rename_on_conversations(tx, &before, &label.title).await?;
    }
    let details = json!({ "from": before, "title": label.title, "color": color });
    events::audit(tx, actor, Audit::new("label.updated", "label", id.0).details(details)).await?;
    Ok(label)
}

/// Removes a label, also from the conversations that carry it.
///
/// # Errors
/// `Forbidden` for viewers; `NotFound`.
pub async fn delete(tx: &mut TenantTx, actor: &Actor, id: LabelId) -> Result<()> {
    actor.require(Permission::Work)?;
    let title = queries::lock(tx, id).await?;
    queries::delete(tx, id).await?;
    let conversations = queries::remove_from_conversations(tx, &title).await?;
    let details = json!({ "title": title, "conversations": conversations });
    events::audit(tx, actor, Audit::new("label.deleted", "label", id.0).details(details)).await
}

fn title(text: &str) -> Result<String> {
    let title = input::line(text, "title", 50)?;
    let shaped = title.starts_with(char::is_alphanumeric)
        && title.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    if shaped {
        Ok(title)
    } else {
        Err(Error::invalid("title", "starts with a letter or digit and holds letters, digits, spaces, - and _"))
    }
}

fn color(text: &str) -> Result<String> {
    let color = text.trim().to_ascii_lowercase();
    let hex = color.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.chars().all(|c| c.is_ascii_hexdigit()));
    if hex { Ok(color) } else { Err(Error::invalid("color", "write the colour as #rrggbb")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_words() {
        assert_eq!(title(" Kiireinen-työ 2 ").unwrap(), "Kiireinen-työ 2");
        for bad in ["", " ", "-x", "a/b", "a,b", "<b>", "a\nb", &"x".repeat(51)] {
            assert!(title(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn colours_are_hex() {
        assert_eq!(color("#AABBCC").unwrap(), "#aabbcc");
        for bad in ["", "red", "#abc", "#gggggg", "aabbcc", "#aabbccd", "#ääää"] {
            assert!(color(bad).is_err(), "{bad:?}");
        }
    }
}
