-- The event log: append-only, written in the transaction of the change, numbered in commit order.
--
-- A writer inserts with seq null and takes no lock. One sequencer (elected by advisory lock) sees committed rows
-- only and numbers them in small transactions, one after another; so numbers become visible in order, and a
-- transaction that commits late gets a late number instead of hiding behind a cursor.

create table events (
    id bigint generated always as identity,
    account_id bigint not null,
    seq bigint,
    kind text not null,
    conversation_id bigint,
    message_id bigint,
    -- Id of what `kind` speaks of: a classification, a draft, a contact, an agent.
    subject_id bigint,
    actor_type text not null constraint events_actor_known check (actor_type in ('user', 'api_token', 'contact', 'ai', 'system')),
    actor_id bigint,
    actor_name text,
    -- Small facts only. Text of messages is read from messages, so that erasing it there erases it.
    data jsonb not null default '{}',
    -- {action, subject_type, subject_id, details}: copied to the audit trail by trigger.
    audit jsonb,
    created_at timestamptz not null default now(),
    primary key (id, created_at),
    foreign key (account_id) references accounts (id) on delete cascade
) partition by range (created_at);
create index events_seq_idx on events (account_id, seq) where seq is not null;
-- Records that only feed the audit trail are never numbered: clients see a gapless sequence.
create index events_unnumbered_idx on events (id) where seq is null and kind <> 'audit';
call make_tenant_table('events', 'select, insert');
create table events_default partition of events default;
call make_tenant_table('events_default', 'select');

-- The last number given per account, and the oldest still kept.
create table event_heads (
    account_id bigint primary key references accounts (id) on delete cascade,
    last_seq bigint not null default 0,
    -- A cursor below this one may have missed purged events and must resync.
    purged_seq bigint not null default 0
);
call make_tenant_table('event_heads', 'select');

-- Numbers up to p_limit committed events; answers each account touched with its new head.
create function number_events(p_limit integer) returns table (account_id bigint, last_seq bigint)
    language sql security definer set search_path = public, pg_temp as $$
    with batch as (
        select e.id, e.created_at, e.account_id, row_number() over (partition by e.account_id order by e.id) as place
        from (select id, created_at, account_id from events where seq is null and kind <> 'audit' order by id limit p_limit) e
    ), heads as (
        insert into event_heads as h (account_id, last_seq)
        select b.account_id, count(*) from batch b group by b.account_id
        on conflict (account_id) do update set last_seq = h.last_seq + excluded.last_seq
        returning h.account_id, h.last_seq
    ), numbered as (
        update events e
        set seq = h.last_seq - (select count(*) from batch c where c.account_id = b.account_id) + b.place
        from batch b join heads h on h.account_id = b.account_id
        where e.id = b.id and e.created_at = b.created_at
    )
    select h.account_id, h.last_seq from heads h
$$;

-- The heads of the accounts a server has sockets for, in one round trip. Numbers only.
create function heads_of(p_accounts bigint[]) returns table (account_id bigint, last_seq bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select h.account_id, h.last_seq from event_heads h where h.account_id = any (p_accounts)
$$;

-- Partitions by month: made ahead, dropped whole when older than the retention.
create function maintain_event_partitions(p_now timestamptz, p_keep_months integer) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    month date;
    part text;
    victim record;
begin
    for i in 0..2 loop
        month := (date_trunc('month', p_now at time zone 'utc') + make_interval(months => i))::date;
        part := format('events_%s', to_char(month, 'YYYYMM'));
        if to_regclass(part) is null
            and not exists (select from events_default
                            where created_at >= month and created_at < month + interval '1 month') then
            execute format('create table %I partition of events for values from (%L) to (%L)',
                part, month::timestamp at time zone 'utc', (month + interval '1 month')::timestamp at time zone 'utc');
            execute format('call make_tenant_table(%L, ''select'')', part);
        end if;
    end loop;
    for victim in
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'events'::regclass and c.relname ~ '^events_[0-9]{6}$'
          and to_date(right(c.relname, 6), 'YYYYMM') < date_trunc('month', p_now) - make_interval(months => p_keep_months)
    loop
        execute format('lock table %I in access exclusive mode', victim.relname);
        execute format('insert into event_heads as h (account_id, purged_seq) select account_id, max(seq) from %I where seq is not null group by account_id
            on conflict (account_id) do update set purged_seq = greatest(h.purged_seq, excluded.purged_seq)', victim.relname);
        execute format('drop table %I', victim.relname);
    end loop;
end $$;
-- Owned by the owner of the tables (DDL needs it); row security hides other accounts' rows from it,
-- so the purge needs a policy of its own.
create policy maintenance on events for select to hummdesk_owner using (true);
create policy maintenance on event_heads to hummdesk_owner using (true) with check (true);
create policy maintenance on events_default for select to hummdesk_owner using (true);
revoke execute on function maintain_event_partitions from public;
grant execute on function maintain_event_partitions to hummdesk_runtime;

grant select, update (seq) on events to hummdesk_dispatcher;
grant select, insert, update on event_heads to hummdesk_dispatcher;
create policy dispatch on events to hummdesk_dispatcher using (true) with check (true);
create policy dispatch on event_heads to hummdesk_dispatcher using (true) with check (true);
revoke execute on function number_events, heads_of from public;
grant execute on function number_events, heads_of to hummdesk_runtime;
alter function number_events owner to hummdesk_dispatcher;
alter function heads_of owner to hummdesk_dispatcher;

-- The audit trail: a projection of the events that name an action. Nobody changes or removes rows at run time.
create table audit_logs (
    id bigint generated always as identity,
    account_id bigint not null references accounts (id) on delete cascade,
    actor_type text not null,
    actor_id bigint,
    actor_name text,
    action text not null,
    subject_type text not null,
    subject_id bigint,
    details jsonb not null default '{}',
    created_at timestamptz not null,
    primary key (account_id, id)
);
create index audit_logs_recent_idx on audit_logs (account_id, id desc);
call make_tenant_table('audit_logs', 'select, insert');

create function record_audit() returns trigger language plpgsql as $$
begin
    insert into audit_logs (account_id, actor_type, actor_id, actor_name, action, subject_type, subject_id, details, created_at)
    values (new.account_id, new.actor_type, new.actor_id, new.actor_name, new.audit ->> 'action', new.audit ->> 'subject_type',
            (new.audit ->> 'subject_id')::bigint, coalesce(new.audit -> 'details', '{}'), new.created_at);
    return null;
end $$;
create trigger audit after insert on events for each row when (new.audit is not null) execute function record_audit();

select maintain_event_partitions(now(), 1200);
