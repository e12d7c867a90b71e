//! SQL of the conversations that a rehearsal tries.

use std::collections::HashMap;

use sqlx::types::Json;
use types::{
    ConversationId, MessageId, RehearsalId,
    rehearsals::{Flip, FlipCount, RehearsalCase, Tried},
};

use crate::{Result, TenantTx};

/// A conversation that has not been tried, by its message.
pub async fn untried(tx: &mut TenantTx, id: RehearsalId) -> Result<Option<MessageId>> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        r#"select message_id as "id: MessageId" from ai_rehearsal_cases
           where account_id = $1 and rehearsal_id = $2 and before is null order by message_id desc limit 1"#,
        account.0,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?)
}

/// False when the rehearsal is not under way any more.
pub async fn save(
    tx: &mut TenantTx,
    id: RehearsalId,
    message: MessageId,
    now: &Tried,
    then: &Tried,
    flips: &[Flip],
) -> Result<bool> {
    let account = tx.account_id();
    let running = sqlx::query_scalar!(
        r#"select exists (select from ai_rehearsals where account_id = $1 and id = $2 and status = 'running') as "running!""#,
        account.0,
        id.0
    )
    .fetch_one(tx.conn())
    .await?;
    let flips: Vec<String> = flips.iter().map(ToString::to_string).collect();
    sqlx::query!(
        "update ai_rehearsal_cases set before = $4, after = $5, flips = $6
         where account_id = $1 and rehearsal_id = $2 and message_id = $3",
        account.0,
        id.0,
        message.0,
        Json(now) as _,
        Json(then) as _,
        &flips
    )
    .execute(tx.conn())
    .await?;
    Ok(running)
}

/// What both sides made of every conversation.
pub async fn tried(tx: &mut TenantTx, id: RehearsalId) -> Result<Vec<(MessageId, Tried, Tried)>> {
    let account = tx.account_id();
    let rows = sqlx::query!(
        r#"select message_id as "message_id: MessageId", before as "before!: Json<Tried>", after as "after!: Json<Tried>"
           from ai_rehearsal_cases where account_id = $1 and rehearsal_id = $2 and before is not null"#,
        account.0,
        id.0
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.message_id, row.before.0, row.after.0)).collect())
}

/// The categories that people have corrected the messages to.
pub async fn settled(tx: &mut TenantTx, id: RehearsalId) -> Result<Vec<(MessageId, String)>> {
    let account = tx.account_id();
    let rows = sqlx::query!(
        r#"select c.message_id as "message_id: MessageId", f.category
           from ai_rehearsal_cases c
           cross join lateral (
               select f.category from classifications f
               where f.account_id = $1 and f.message_id = c.message_id and 'category' = any (f.corrected)
               order by f.id desc limit 1) f
           where c.account_id = $1 and c.rehearsal_id = $2"#,
        account.0,
        id.0
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.message_id, row.category)).collect())
}

/// What an agent then wrote to the customer; none when that was a draft.
pub async fn answered_by_person(
    tx: &mut TenantTx,
    conversation: ConversationId,
    message: MessageId,
) -> Result<Option<String>> {
    let account = tx.account_id();
    let first = sqlx::query!(
        r#"select m.content, exists (select from drafts d where d.account_id = $1 and d.sent_message_id = m.id) as "drafted!"
           from messages m
           where m.account_id = $1 and m.conversation_id = $2 and m.id > $3 and m.sender_type = 'user' and not m.private
             and m.content_type = 'text'
           order by m.id limit 1"#,
        account.0,
        conversation.0,
        message.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(first.filter(|row| !row.drafted).map(|row| row.content))
}

/// How many conversations flip in which way, of each of `rehearsals`.
pub async fn flips(tx: &mut TenantTx, rehearsals: &[RehearsalId]) -> Result<HashMap<RehearsalId, Vec<FlipCount>>> {
    let account = tx.account_id();
    let ids: Vec<i64> = rehearsals.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select c.rehearsal_id as "rehearsal_id: RehearsalId", flip as "flip!: Flip", count(*) as "count!"
           from ai_rehearsal_cases c cross join unnest(c.flips) flip
           where c.account_id = $1 and c.rehearsal_id = any ($2) group by 1, 2 order by 1, 2"#,
        account.0,
        &ids
    )
    .fetch_all(tx.conn())
    .await?;
    let mut counts: HashMap<RehearsalId, Vec<FlipCount>> = HashMap::new();
    for row in rows {
        counts.entry(row.rehearsal_id).or_default().push(FlipCount { flip: row.flip, count: row.count });
    }
    Ok(counts)
}

/// Newest first, those that were tried.
pub async fn list(
    tx: &mut TenantTx,
    id: RehearsalId,
    changed: bool,
    before: Option<MessageId>,
    limit: i64,
) -> Result<Vec<RehearsalCase>> {
    let account = tx.account_id();
    let rows = sqlx::query!(
        r#"select m.conversation_id as "conversation_id: ConversationId", c.message_id as "message_id: MessageId", left(m.content, 500) as "text!",
                  c.before as "before!: Json<Tried>", c.after as "after!: Json<Tried>", c.flips
           from ai_rehearsal_cases c join messages m on m.account_id = c.account_id and m.id = c.message_id
           where c.account_id = $1 and c.rehearsal_id = $2 and c.before is not null and (not $3 or c.flips <> '{}') and c.message_id < $4
           order by c.message_id desc limit $5"#,
        account.0,
        id.0,
        changed,
        before.map_or(i64::MAX, |id| id.0),
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| RehearsalCase {
            conversation_id: row.conversation_id,
            message_id: row.message_id,
            text: row.text,
            now: row.before.0,
            then: row.after.0,
            flips: row.flips.iter().filter_map(|flip| flip.parse().ok()).collect(),
        })
        .collect())
}
