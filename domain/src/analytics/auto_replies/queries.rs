//! SQL of the report on automatic answers.

use types::auto_replies::{AutoReplyHold, HeldCount};

use crate::{Result, TenantTx, analytics::Scope};

pub struct Answered {
    pub sent: i64,
    pub conversations: i64,
    pub handed_over: i64,
    pub resolved: i64,
    pub resolved_alone: i64,
}

/// The period's automatic answers, and the conversations that had their first one in it. Expects `drafts_auto_sent_idx`.
pub async fn answered(tx: &mut TenantTx, scope: &Scope) -> Result<Answered> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Answered,
        r#"with sent as (
               select d.conversation_id, count(*) as answers, min(d.decided_at) as since
               from drafts d join conversations c on c.account_id = d.account_id and c.id = d.conversation_id
               where d.account_id = $1 and d.status = 'auto_sent' and d.decided_at >= $2 and d.decided_at < $3
                 and ($4::bigint is null or c.inbox_id = $4) and ($5::bigint is null or c.team_id = $5)
               group by 1
           ), first as (
               select s.* from sent s
               where not exists (select from drafts e where e.account_id = $1 and e.conversation_id = s.conversation_id
                                 and e.status = 'auto_sent' and e.decided_at < $2)
           )
           select (select coalesce(sum(answers), 0)::bigint from sent) as "sent!", count(*) as "conversations!",
                  count(*) filter (where c.handed_over_at > f.since) as "handed_over!",
                  count(*) filter (where c.status = 'resolved') as "resolved!",
                  count(*) filter (where c.status = 'resolved' and not exists (
                      select from messages m where m.account_id = $1 and m.conversation_id = c.id and m.sender_type = 'user'
                        and not m.private and m.content_type = 'text')) as "resolved_alone!"
           from first f join conversations c on c.account_id = $1 and c.id = f.conversation_id"#,
        account.0,
        scope.from,
        scope.to,
        scope.inbox.map(|id| id.0),
        scope.team.map(|id| id.0)
    )
    .fetch_one(tx.conn())
    .await?)
}

pub struct Csat {
    pub alone: Option<f64>,
    pub alone_count: i64,
    pub others: Option<f64>,
    pub others_count: i64,
}

/// Ratings given in the period, apart for conversations that nobody but the assistant answered.
pub async fn csat(tx: &mut TenantTx, scope: &Scope) -> Result<Csat> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Csat,
        r#"with rated as (
               select r.rating,
                      exists (select from drafts d where d.account_id = $1 and d.conversation_id = c.id and d.status = 'auto_sent')
                      and not exists (select from messages m where m.account_id = $1 and m.conversation_id = c.id
                                      and m.sender_type = 'user' and not m.private and m.content_type = 'text') as alone
               from csat_responses r join conversations c on c.account_id = r.account_id and c.id = r.conversation_id
               where r.account_id = $1 and r.created_at >= $2 and r.created_at < $3
                 and ($4::bigint is null or c.inbox_id = $4) and ($5::bigint is null or c.team_id = $5)
           )
           select (avg(rating) filter (where alone))::double precision as alone, count(*) filter (where alone) as "alone_count!",
                  (avg(rating) filter (where not alone))::double precision as others, count(*) filter (where not alone) as "others_count!"
           from rated"#,
        account.0,
        scope.from,
        scope.to,
        scope.inbox.map(|id| id.0),
        scope.team.map(|id| id.0)
    )
    .fetch_one(tx.conn())
    .await?)
}

/// Expects `drafts_created_idx`.
pub async fn held(tx: &mut TenantTx, scope: &Scope) -> Result<Vec<HeldCount>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        HeldCount,
        r#"select d.hold as "hold!: AutoReplyHold", count(*) as "count!"
           from drafts d join conversations c on c.account_id = d.account_id and c.id = d.conversation_id
           where d.account_id = $1 and d.created_at >= $2 and d.created_at < $3 and d.hold is not null
             and ($4::bigint is null or c.inbox_id = $4) and ($5::bigint is null or c.team_id = $5)
           group by 1 order by 2 desc, 1"#,
        account.0,
        scope.from,
        scope.to,
        scope.inbox.map(|id| id.0),
        scope.team.map(|id| id.0)
    )
    .fetch_all(tx.conn())
    .await?)
}
