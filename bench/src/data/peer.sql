-- After the peer's own schema.sql: the same texts and the same long conversations as HummDesk has.
set synchronous_commit = off;
alter role peer_app password 'peer_app';
truncate messages restart identity;
insert into messages (account_id, conversation_id, sender_type, sender_id, content, created_at)
select c.account_id, c.id, case k % 2 when 1 then 'Contact' else 'User' end, 1, t.content, c.created_at + make_interval(mins => k)
from conversations c
cross join lateral generate_series(1, case when c.id <= 200 then 100 else 5 end) k
join texts t on t.n = 1 + (c.id * 7 + k * 13) % (select count(*) from texts);
