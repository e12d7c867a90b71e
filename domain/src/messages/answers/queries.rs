//! SQL of agents' answers.

use types::MessageId;

use super::Answer;
use crate::{Result, TenantTx};

/// Stores answers with all that follows from them: the conversation's row (nobody waits, the agents have read it, a
/// pending draft is overtaken; a snooze "until the next reply" is the customer's reply, so it stays), overtaken drafts,
/// the first response in the agent's figures, the event. One statement, so that an answer costs one round trip and
/// many of them cost little more. Conversations are locked in order, so that two of these never wait for each other.
///
/// Answers the new ids, each with its place in `answers`. One that is missing has no conversation in this account, or
/// a client's reference that is taken. Expects index scans by primary key on conversations.
pub async fn store(tx: &mut TenantTx, answers: &[Answer<'_>]) -> Result<Vec<(usize, MessageId)>> {
    let (account, now) = (tx.account_id(), tx.now());
    let conversations: Vec<i64> = answers.iter().map(|answer| answer.conversation.0).collect();
    let sender_types: Vec<&str> = answers.iter().map(|answer| answer.sender_type().as_str()).collect();
    let sender_ids: Vec<Option<i64>> = answers.iter().map(|answer| answer.actor.user_id().map(|id| id.0)).collect();
    let names: Vec<&str> = answers.iter().map(|answer| answer.actor.name.as_str()).collect();
    let contents: Vec<&str> = answers.iter().map(|answer| answer.request.content.as_str()).collect();
    let previews: Vec<String> = answers.iter().map(|answer| super::super::preview(&answer.request.content)).collect();
    let client_refs: Vec<Option<&str>> = answers.iter().map(|answer| answer.request.client_ref.as_deref()).collect();
    let attachments: Vec<i16> = answers.iter().map(|answer| answer.request.attachment_ids.len() as i16).collect();
    let (actor_types, actor_ids): (Vec<&str>, Vec<Option<i64>>) =
        answers.iter().map(|answer| answer.actor.for_log()).unzip();
    let rows = sqlx::query!(
        r#"with asked as (
             select nextval('messages_id_seq') as id, a.*
             from unnest($2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::smallint[], $10::text[], $11::bigint[])
                  with ordinality as a (conversation_id, sender_type, sender_id, sender_name, content, preview, client_ref,
                                        attachment_count, actor_type, actor_id, place)
           ), locked as (
             select id, first_response_at, created_at from conversations
             where account_id = $1 and id = any($2) order by id for no key update
           ), stored as (
             insert into messages (id, account_id, conversation_id, sender_type, sender_id, sender_name, content, client_ref,
                                   attachment_count, created_at)
             select a.id, $1, l.id, a.sender_type, a.sender_id, a.sender_name, a.content, a.client_ref, a.attachment_count, $12
             from asked a join locked l on l.id = a.conversation_id
             on conflict (account_id, conversation_id, client_ref) where client_ref is not null do nothing
             returning id
           ), kept as (
             select a.*, l.first_response_at, l.created_at
             from stored s join asked a on a.id = s.id join locked l on l.id = a.conversation_id
           ), touched as (
             update conversations c
             set last_message_id = n.id, last_message_preview = n.preview, last_message_sender = 'user', last_message_private = false,
                 last_message_at = $12, last_activity_at = $12, unread_count = 0, agent_read_message_id = n.id, waiting_since = null,
                 first_response_at = coalesce(c.first_response_at, $12), pending_draft_id = null
             from (select distinct on (conversation_id) conversation_id, id, preview from kept order by conversation_id, id desc) n
             where c.account_id = $1 and c.id = n.conversation_id
           ), superseded as (
             update drafts set status = 'superseded', decided_at = $12
             where account_id = $1 and conversation_id in (select conversation_id from kept) and status = 'pending'
           ), responded as (
             update account_users u
             set first_response_count = u.first_response_count + f.answers, first_response_seconds = u.first_response_seconds + f.seconds
             from (select sender_id, count(*) as answers, sum(extract(epoch from $12 - created_at)::bigint) as seconds
                   from (select distinct on (conversation_id) sender_id, created_at
                         from kept where first_response_at is null order by conversation_id, id) first
                   group by sender_id) f
             where u.account_id = $1 and u.user_id = f.sender_id
           ), told as (
             insert into events (account_id, kind, conversation_id, message_id, actor_type, actor_id, actor_name, created_at)
             select $1, 'message:sent', conversation_id, id, actor_type, actor_id, sender_name, $12 from kept order by id
           )
           select place as "place!", id as "id!: MessageId" from kept"#,
        account.0,
        &conversations,
        &sender_types as &[&str],
        &sender_ids as &[Option<i64>],
        &names as &[&str],
        &contents as &[&str],
        &previews,
        &client_refs as &[Option<&str>],
        &attachments,
        &actor_types as &[&str],
        &actor_ids as &[Option<i64>],
        now
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.place as usize - 1, row.id)).collect())
}
