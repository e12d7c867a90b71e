//! SQL of the questions without an answer.

use types::{ConversationId, Language, MessageId, Timestamp};

use crate::{Result, TenantTx, analytics::Scope};

pub struct Asked {
    pub conversation_id: ConversationId,
    pub display_id: i64,
    pub message_id: MessageId,
    pub content: String,
    pub language: Language,
    pub created_at: Timestamp,
}

/// Customers' messages whose last draft found no answer or was rejected, newest first. Expects `drafts_created_idx`.
pub async fn unanswered(tx: &mut TenantTx, scope: &Scope, limit: i64) -> Result<Vec<Asked>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Asked,
        r#"select m.conversation_id as "conversation_id: ConversationId", c.display_id, m.id as "message_id: MessageId", m.content,
                  d.language as "language: Language", m.created_at
           from (select distinct on (d.message_id) d.message_id, d.grounded, d.status, d.language
                 from drafts d
                 where d.account_id = $1 and d.created_at >= $2 and d.created_at < $3
                 order by d.message_id, d.id desc) d
           join messages m on m.account_id = $1 and m.id = d.message_id
           join conversations c on c.account_id = m.account_id and c.id = m.conversation_id
           where (not d.grounded or d.status = 'rejected')
             and ($4::bigint is null or c.inbox_id = $4) and ($5::bigint is null or c.team_id = $5)
           order by m.id desc limit $6"#,
        account.0,
        scope.from,
        scope.to,
        scope.inbox.map(|id| id.0),
        scope.team.map(|id| id.0),
        limit
    )
    .fetch_all(tx.conn())
    .await?)
}
