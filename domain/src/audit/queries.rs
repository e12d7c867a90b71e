//! SQL of the audit trail.

use types::{AuditLogId, audit::AuditLog};

use crate::{Result, TenantTx};

/// Newest first, below `before`. Expects `audit_logs_recent_idx`.
pub async fn list(tx: &mut TenantTx, before: Option<AuditLogId>, limit: u32) -> Result<Vec<AuditLog>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        AuditLog,
        r#"select id as "id: AuditLogId", actor_type, actor_id, actor_name, action, subject_type, subject_id, details, created_at
           from audit_logs where account_id = $1 and id < $2 order by id desc limit $3"#,
        account.0,
        before.map_or(i64::MAX, |id| id.0),
        i64::from(limit)
    )
    .fetch_all(tx.conn())
    .await?)
}
