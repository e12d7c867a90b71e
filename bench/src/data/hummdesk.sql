-- Fills HummDesk's tables as the database's superuser. The numbers of accounts and conversations are the peer's, so
-- that both are asked for the same things. Triggers and foreign keys rest meanwhile: the rows are consistent as written.
set session_replication_role = replica;
set synchronous_commit = off;
set maintenance_work_mem = '512MB';

-- Built at the end: a GIN index that grows with half a million texts takes minutes.
create temp table later as select indexdef from pg_indexes where indexname = 'messages_search_idx';
drop index messages_search_idx;

-- Account 1 was made by the product's own command, with the admin who signs in.
select create_account('Bench ' || g, 'en', g) from generate_series(2, 20) g;

insert into users (id, email, name, password_hash)
select 1000 + g, 'agent' || g || '@bench.test', 'Agent ' || g, '!' from generate_series(1, 200) g;
insert into account_users (account_id, user_id, name, email, role, max_load)
select 1 + g % 20, 1000 + g, 'Agent ' || g, 'agent' || g || '@bench.test', 'agent', 1000 from generate_series(1, 200) g;

-- One program's key an account, with the rights of the account's first agent.
insert into api_tokens (account_id, user_id, name, token_hash)
select 1 + g % 20, 1000 + g, 'bench', sha256(convert_to('hda_bench_' || 1 + g % 20, 'UTF8')) from generate_series(1, 20) g;

insert into teams (id, account_id, name) select 1000 + g, 1 + g % 20, 'Team ' || g from generate_series(1, 100) g;
insert into inboxes (id, account_id, name, channel, website_token, identity_secret)
select 1000 + a, a, 'Website', 'web', 'bench-' || a, md5('bench' || a) from generate_series(1, 20) a;
insert into labels (account_id, title) select a, l from generate_series(1, 20) a, unnest(array['refund', 'vip', 'bug']) l;

insert into contacts (id, account_id, name, email, created_at)
select g, 1 + g % 20, 'Customer ' || g, 'customer' || g || '@example.test', now() - interval '30 days'
from generate_series(1, 20000) g;

insert into messages (id, account_id, conversation_id, sender_type, sender_id, sender_name, content, created_at)
select case when k <= 5 then (g - 1) * 5 + k else 500000 + (g - 1) * 95 + k - 5 end,
       1 + g % 20, g,
       case k % 2 when 1 then 'contact' else 'user' end,
       case k % 2 when 1 then 1 + (g - 1) % 20000 else 1001 + (g - 1) % 200 end,
       case k % 2 when 1 then 'Customer ' || 1 + (g - 1) % 20000 else 'Agent ' || 1 + (g - 1) % 200 end,
       t.content,
       now() - interval '3 hours' - make_interval(secs => g) + make_interval(mins => k)
from generate_series(1, 100000) g
cross join lateral generate_series(1, case when g <= 200 then 100 else 5 end) k
join texts t on t.n = 1 + (g * 7 + k * 13) % (select count(*) from texts);

insert into conversations (id, account_id, display_id, inbox_id, contact_id, status, assignee_id, team_id, assignment_source,
    assignment_reason, labels, last_message_id, last_message_preview, last_message_sender, last_message_private, last_message_at,
    unread_count, waiting_since, first_response_at, category, sentiment, language, category_confidence, ai_priority,
    last_activity_at, created_at, updated_at)
select g, 1 + g % 20, 1 + (g - 1) / 20, 1001 + g % 20, 1 + (g - 1) % 20000, 'open', 1001 + (g - 1) % 200, 1001 + (g - 1) % 100, 'ai',
       'Best fit for billing', case g % 3 when 0 then array['refund', 'vip'] when 1 then array['bug'] else '{}' end,
       m.id, left(m.content, 200), m.sender_type, false, m.created_at,
       g % 4, m.created_at, m.created_at - interval '2 minutes', 'billing', 'negative', 'en', 0.93, 'high',
       m.created_at, m.created_at - interval '5 minutes', m.created_at
from generate_series(1, 100000) g
join messages m on m.account_id = 1 + g % 20 and m.id = case when g <= 200 then 500000 + g * 95 else g * 5 end;

update account_users au set current_load = c.load
from (select account_id, assignee_id, count(*) as load from conversations group by 1, 2) c
where c.account_id = au.account_id and c.assignee_id = au.user_id;

select setval(pg_get_serial_sequence('users', 'id'), (select max(id) from users)),
       setval(pg_get_serial_sequence('teams', 'id'), (select max(id) from teams)),
       setval(pg_get_serial_sequence('inboxes', 'id'), (select max(id) from inboxes)),
       setval(pg_get_serial_sequence('contacts', 'id'), (select max(id) from contacts)),
       setval(pg_get_serial_sequence('messages', 'id'), (select max(id) from messages)),
       setval(pg_get_serial_sequence('conversations', 'id'), (select max(id) from conversations));
select setval(format('display_ids.account_%s', a)::regclass, 5000) from generate_series(1, 20) a;

do $$ begin execute (select indexdef from later); end $$;
