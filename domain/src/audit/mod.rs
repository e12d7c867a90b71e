//! The audit trail: who did what. Rows come from the event log by trigger; nobody changes or removes them.

mod queries;

use types::{AuditLogId, Page, PageQuery, audit::AuditLog};

use crate::{Actor, Permission, Result, TenantTx};

/// A page of the trail, newest first.
///
/// # Errors
/// `Forbidden` below admin.
pub async fn list(tx: &mut TenantTx, actor: &Actor, query: PageQuery) -> Result<Page<AuditLog>> {
    actor.require(Permission::Administer)?;
    let limit = crate::page::limit(query.limit)?;
    let before: Option<AuditLogId> = crate::page::decode(query.cursor.as_deref())?;
    let rows = queries::list(tx, before, limit + 1).await?;
    Ok(Page::cut(rows, limit, |row| crate::page::encode(&row.id)))
}
