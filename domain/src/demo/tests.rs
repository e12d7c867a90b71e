//! The seed against a fresh database: complete, consistent, repeatable, and refused where it must not be.

use std::sync::{Arc, LazyLock};

use sqlx::{AssertSqlSafe, PgPool, SqlSafeStr as _};
use types::{AccountId, Timestamp};

use super::{generate_ticket, seed};
use crate::{
    Actor, Ctx, Db, Error,
    ai::{Ai, AiOptions, find_model},
    ai_settings::models::Models,
    auth::{Identities, secrets::Secrets, vault::Vault},
    clock::{FixedClock, SystemEntropy},
    ctx::{Parts, Settings},
    drafts::Writings,
    knowledge,
    messages::Together,
};

const ACME: AccountId = AccountId(1);
const GLOBEX: AccountId = AccountId(2);

static AI: LazyLock<Ai> = LazyLock::new(|| {
    Ai::load(AiOptions { model_dir: find_model().unwrap(), cache_dir: Some(std::env::temp_dir()) }).unwrap()
});

async fn ctx(pool: &PgPool, production: bool) -> Ctx {
    let now: Timestamp = "2026-11-20T12:34:56.789Z".parse().unwrap();
    let password = std::env::var("HUMMDESK_TEST_RUNTIME_PASSWORD").unwrap_or_else(|_| "runtime".to_owned());
    let options = (*pool.connect_options()).clone().username(crate::db::bootstrap::RUNTIME).password(&password);
    Ctx::new(Parts {
        db: Db::connect(options, 5).await.unwrap(),
        ai: tokio::task::spawn_blocking(|| AI.clone()).await.unwrap(),
        clock: Arc::new(FixedClock::new(now)),
        entropy: Arc::new(SystemEntropy),
        secrets: Secrets::new("a secret of the tests, long enough for it").unwrap(),
        vault: Vault::default(),
        models: Models::new(None, production),
        identities: Identities::default(),
        together: Together::default(),
        writings: Writings::default(),
        store: Arc::new(object_store::memory::InMemory::new()),
        settings: Settings { production, ..Settings::default() },
    })
}

async fn number(ctx: &Ctx, account: AccountId, statement: &str) -> i64 {
    let mut tx = ctx.begin_in(account).await.unwrap();
    sqlx::query_scalar(AssertSqlSafe(statement).into_sql_str())
        .fetch_one(tx.conn())
        .await
        .unwrap_or_else(|error| panic!("{statement}: {error}"))
}

async fn count(ctx: &Ctx, account: AccountId, what: &str) -> i64 {
    number(ctx, account, &format!("select count(*) from {what}")).await
}

/// Statements that count what must not be, each with what it would mean.
const CONTRADICTIONS: &[(&str, &str)] = &[
    (
        "an unread count that is not the count of unread messages",
        "conversations c where unread_count <> (select count(*) from messages m where m.conversation_id = c.id
             and m.sender_type = 'contact' and m.id > coalesce(c.agent_read_message_id, 0))",
    ),
    (
        "a last message that is not the last one",
        "conversations c left join lateral (select * from messages m where m.conversation_id = c.id and m.content_type = 'text' order by m.id desc limit 1) m on true
         where (c.last_message_id, c.last_message_sender, c.last_message_private, c.last_message_at)
               is distinct from (m.id, m.sender_type, m.private, m.created_at)
            or c.last_message_preview is distinct from left(regexp_replace(m.content, '\\s+', ' ', 'g'), 200)",
    ),
    (
        "a load that is not the number of open conversations",
        "account_users u where current_load <> (select count(*) from conversations c where c.assignee_id = u.user_id and c.status = 'open')",
    ),
    (
        "somebody waiting, or not, against the messages",
        "conversations c where (waiting_since is not null) <> (status <> 'resolved' and (select sender_type = 'contact' from messages m
             where m.conversation_id = c.id and not m.private order by m.id desc limit 1))
            or waiting_since <> (select min(created_at) from messages m where m.conversation_id = c.id and m.sender_type = 'contact'
                and m.id > coalesce((select max(a.id) from messages a where a.conversation_id = c.id and a.sender_type = 'user' and not a.private), 0))",
    ),
    (
        "a first response that is not the first answer",
        "conversations c where first_response_at is distinct from (select min(created_at) from messages m
             where m.conversation_id = c.id and m.sender_type = 'user' and not m.private)",
    ),
    (
        "a category that is not the latest classification's",
        "conversations c left join lateral (select * from classifications f where f.conversation_id = c.id order by message_id desc, id desc limit 1) f on true
         where (c.category, c.sentiment, c.language, c.category_confidence, c.ai_priority)
               is distinct from (f.category, f.sentiment, f.language, f.confidence, f.priority)
            or (not c.priority_manual and c.priority <> f.priority)",
    ),
    (
        "a category that was corrected to something else, or is said to be corrected and was not",
        "classifications f left join corrections r on r.classification_id = f.id
         where (f.corrected = '{category}') <> (r.id is not null) or r.to_value <> f.category or r.from_value = f.category
            or r.message_id <> f.message_id or r.created_at < f.created_at",
    ),
    (
        "a pending draft that the conversation does not show, or shows wrongly",
        "conversations c where pending_draft_id is distinct from (select id from drafts d where d.conversation_id = c.id and d.status = 'pending')",
    ),
    ("a pending draft of an answered message", "drafts d where status = 'pending' and exists (select from messages m
         where m.conversation_id = d.conversation_id and m.id > d.message_id and m.sender_type = 'user' and not m.private)"),
    (
        "a sent draft that is not the message",
        "drafts d left join messages m on m.id = d.sent_message_id
         where (d.status in ('accepted', 'edited')) <> (m.id is not null) or m.content <> d.sent_content or (d.status = 'accepted' and d.edit_distance <> 0)
            or m.sender_id <> d.decided_by or m.created_at <> d.decided_at",
    ),
    (
        "a decision that the ledger does not have, or has otherwise",
        "(select 'classification' as kind, id, message_id, model, confidence, outcome, processing_ms as ms, created_at from classifications
          union all
          select 'draft', id, message_id, model, confidence, case when grounded then 'grounded' else 'abstained' end, generation_ms, created_at
          from drafts) made
         full join ai_decisions e on e.kind = made.kind and coalesce(e.classification_id, e.draft_id) = made.id
         where (e.message_id, e.model, e.confidence, e.outcome, e.latency_ms, e.created_at)
               is distinct from (made.message_id, made.model, made.confidence, made.outcome, made.ms, made.created_at)
            or e.inputs[cardinality(e.inputs)] <> made.message_id",
    ),
    (
        "an input from another conversation, a private one, or one in the future",
        "ai_decisions e join messages m on m.id = e.message_id cross join unnest(e.inputs) input
         left join messages i on i.id = input and i.conversation_id = m.conversation_id and i.id <= m.id and not i.private
         where i.id is null",
    ),
    (
        "a source that the ledger does not call used, or the reverse",
        "drafts d join ai_decisions e on e.draft_id = d.id
         where array(select distinct article_id from draft_sources s where s.draft_id = d.id order by 1)
               <> array(select distinct (p ->> 'article_id')::bigint from jsonb_array_elements(e.passages) p where (p ->> 'used')::boolean order by 1)",
    ),
    (
        "a passage that is not the knowledge base's",
        "ai_decisions e cross join jsonb_array_elements(e.passages) p
         left join knowledge_chunks k on k.id = (p ->> 'chunk_id')::bigint and k.article_id = (p ->> 'article_id')::bigint where k.id is null",
    ),
    ("a grounded draft without sources", "drafts d where grounded <> exists (select from draft_sources s where s.draft_id = d.id)"),
    (
        "a resolved conversation without its moment, or the reverse",
        "conversations where (status = 'resolved') <> (resolved_at is not null) or (snoozed_until is not null and snoozed_until <= now_of_test)",
    ),
    (
        "figures of an agent that the rows do not give",
        "account_users u where csat_count <> (select count(*) from csat_responses r where r.agent_id = u.user_id)
             or csat_sum <> (select coalesce(sum(rating), 0) from csat_responses r where r.agent_id = u.user_id)
             or (select sum(first_response_count) from account_users) <> (select count(first_response_at) from conversations)
             or (select sum(first_response_seconds) from account_users)
                <> (select sum(extract(epoch from first_response_at - created_at)::bigint) from conversations)",
    ),
    ("something from the future", "messages where created_at > now_of_test"),
    ("something from the future", "csat_responses where created_at > now_of_test"),
    ("something from the future", "conversations where last_activity_at > now_of_test or resolved_at > now_of_test"),
    ("something too old", "conversations where created_at < now_of_test - interval '60 days'"),
    (
        "ids against the order of time",
        "(select created_at, lag(created_at) over (order by id) as before from messages) m where created_at < before",
    ),
    (
        "numbers against the order of time",
        "(select created_at, lag(created_at) over (order by display_id) as before from conversations) c where created_at < before",
    ),
    ("a label that does not exist", "conversations c, unnest(c.labels) l where l not in (select title from labels)"),
    ("an article that is not searchable", "knowledge_articles a where indexed_version <> version or not exists (select from knowledge_chunks k where k.article_id = a.id)"),
    (
        "an activity line that differs from its structured form",
        "messages where content_type = 'activity' and (activity ->> 'kind' = 'status') <> (content like 'Status set to %')",
    ),
    ("a message that says nothing", "messages where content = ''"),
    ("a job", "jobs"),
    ("an announced event", "events where kind <> 'audit'"),
];

async fn nothing_contradicts(ctx: &Ctx, account: AccountId) {
    for (meaning, what) in CONTRADICTIONS {
        let what = what.replace("now_of_test", &format!("timestamptz '{}'", ctx.now().to_rfc3339()));
        assert_eq!(count(ctx, account, &what).await, 0, "account {account}: {meaning}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn the_seed_is_complete_and_consistent_and_happens_once(pool: PgPool) {
    let ctx = ctx(&pool, false).await;
    seed(&ctx).await.unwrap();

    for (account, conversations, teams, people) in [(ACME, 200, 4, 6), (GLOBEX, 30, 4, 2)] {
        assert_eq!(count(&ctx, account, "conversations").await, conversations);
        assert_eq!(number(&ctx, account, "select max(display_id) from conversations").await, conversations);
        assert_eq!(count(&ctx, account, "teams").await, teams);
        assert_eq!(count(&ctx, account, "account_users").await, people);
        assert_eq!(number(&ctx, account, "select count(distinct channel) from inboxes").await, 3);
        assert_eq!(count(&ctx, account, "canned_responses").await, 12);
        nothing_contradicts(&ctx, account).await;
    }
    assert!(count(&ctx, ACME, "knowledge_articles").await >= 25);
    assert_eq!(number(&ctx, ACME, "select count(distinct language) from knowledge_articles").await, 5);
    assert!(count(&ctx, ACME, "classifications").await >= 200);
    for status in ["pending", "accepted", "edited", "rejected"] {
        assert!(count(&ctx, ACME, &format!("drafts where status = '{status}'")).await > 0, "{status} drafts");
    }
    for status in ["open", "pending", "snoozed", "resolved"] {
        assert!(
            count(&ctx, ACME, &format!("conversations where status = '{status}'")).await > 3,
            "{status} conversations"
        );
    }
    let unsure = "classifications where outcome = 'unsure' and jsonb_array_length(alternatives) > 0";
    assert!(count(&ctx, ACME, unsure).await > 3, "doubts to be settled in a click");
    assert!(count(&ctx, ACME, "classifications where outcome = 'out_of_scope'").await > 0);
    let wrong = count(&ctx, ACME, "corrections").await;
    assert!((4..60).contains(&wrong), "{wrong} corrections: some to be seen, few of 200");
    assert!(count(&ctx, ACME, "csat_responses").await > 50);
    assert!(count(&ctx, ACME, "conversations where waiting_since is not null and status = 'open'").await > 10);

    let rows = "select (select count(*) from messages) * 1000000 + (select count(*) from drafts) * 1000 + (select count(*) from contacts)";
    let before = number(&ctx, ACME, rows).await;
    seed(&ctx).await.unwrap();
    assert_eq!(number(&ctx, ACME, rows).await, before, "a second seed changes nothing");

    let query = types::knowledge::SearchQuery { q: "charged twice".to_owned(), limit: None };
    assert!(!knowledge::search(&ctx, &Actor::system(ACME), query).await.unwrap().is_empty());

    let ticket = generate_ticket(&ctx).await.unwrap();
    let of_ticket =
        format!("conversations where id = {} and unread_count = 1 and display_id = 201", ticket.conversation_id);
    assert_eq!(count(&ctx, ACME, &of_ticket).await, 1);
    assert_eq!(count(&ctx, ACME, "jobs where queue = 'classify'").await, 1);
    assert!(!ticket.message.content.is_empty());
}

#[sqlx::test(migrations = "../migrations")]
async fn an_interrupted_seed_is_finished_and_a_strangers_account_left_alone(pool: PgPool) {
    let ctx = ctx(&pool, false).await;
    // The moment between the account and its first row.
    crate::accounts::queries::create(&ctx.db, "Globex", types::Language::English, Some(GLOBEX)).await.unwrap();
    super::foundation::lay(&ctx, &super::company::COMPANIES[1]).await.unwrap();
    assert_eq!(count(&ctx, GLOBEX, "conversations").await, 0);
    super::history::write(&ctx, &super::company::COMPANIES[1]).await.unwrap();
    assert_eq!(count(&ctx, GLOBEX, "conversations").await, 30);
    nothing_contradicts(&ctx, GLOBEX).await;

    let founding = crate::accounts::Founding {
        name: "Acme".to_owned(),
        locale: types::Language::English,
        admin_name: "Somebody".to_owned(),
        admin_email: "somebody@example.test".to_owned(),
        password: "a long password".to_owned(),
        id: Some(ACME),
    };
    crate::accounts::create(&ctx, founding).await.unwrap();
    assert!(matches!(seed(&ctx).await, Err(Error::Conflict { code: "account_exists", .. })));
    assert_eq!(count(&ctx, ACME, "teams").await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn production_has_no_demo(pool: PgPool) {
    let ctx = ctx(&pool, true).await;
    assert!(matches!(seed(&ctx).await, Err(Error::Conflict { code: "production", .. })));
    assert!(matches!(generate_ticket(&ctx).await, Err(Error::NotFound)));
    assert_eq!(count(&ctx, ACME, "accounts").await, 0);
}
