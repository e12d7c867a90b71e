-- Jobs: committed with the state they belong to, claimed fairly, never lost.
--
-- A job is running only while its worker holds the advisory lock of its worker id on a live connection.
-- When the process dies the lock goes with the connection, and anyone may give its jobs back at once.

create sequence worker_ids;
grant usage on sequence worker_ids to hummdesk_runtime;

create table jobs (
    id bigint generated always as identity,
    account_id bigint not null references accounts (id) on delete cascade,
    queue text not null constraint jobs_queue_known check (queue in ('classify', 'draft', 'index', 'maintain')),
    -- 0 runs before 1, within an account.
    priority smallint not null default 1,
    payload jsonb not null,
    -- At most one job of a key, ever: enqueueing twice is enqueueing once.
    unique_key text,
    status text not null default 'ready'
        constraint jobs_status_known check (status in ('ready', 'scheduled', 'running', 'done', 'parked')),
    run_at timestamptz not null default now(),
    -- Counted when claimed, so that an attempt that never came back is an attempt.
    attempts integer not null default 0,
    max_attempts integer not null default 8,
    -- Times the worker died with this job in hand.
    crashes integer not null default 0,
    worker_id bigint,
    claimed_at timestamptz,
    finished_at timestamptz,
    last_error text,
    result jsonb,
    created_at timestamptz not null default now(),
    primary key (account_id, id)
);
create unique index jobs_unique_key on jobs (account_id, unique_key) where unique_key is not null;
create index jobs_ready_idx on jobs (queue, account_id, priority, id) where status = 'ready';
create index jobs_scheduled_idx on jobs (queue, run_at) where status = 'scheduled';
create index jobs_running_idx on jobs (worker_id) where status = 'running';
create index jobs_finished_idx on jobs (finished_at) where status = 'done';
call make_tenant_table('jobs', 'select, insert');
-- In its own transaction a job's effect may mark the job done; nothing else is the runtime's to change.
grant update (status, finished_at, result, worker_id) on jobs to hummdesk_runtime;

grant select, update, delete on jobs to hummdesk_dispatcher;
create policy dispatch on jobs to hummdesk_dispatcher using (true) with check (true);

-- Claims up to p_limit jobs of a queue, one account after another in a ring that starts after p_after,
-- so that an account with 10,000 jobs delays another's single job by one claim at most.
create function claim_jobs(p_queue text, p_worker bigint, p_after bigint, p_limit integer, p_now timestamptz)
    returns setof jobs
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    place bigint := p_after;
    next_account bigint;
    job jobs;
    claimed integer := 0;
    since_wrap integer := 0;
    wraps integer := 0;
begin
    update jobs set status = 'ready'
    where (account_id, id) in (
        select s.account_id, s.id from jobs s
        where s.queue = p_queue and s.status = 'scheduled' and s.run_at <= p_now
        order by s.run_at limit 500 for update skip locked);
    while claimed < p_limit loop
        select j.account_id into next_account from jobs j
        where j.queue = p_queue and j.status = 'ready' and j.account_id > place
        order by j.account_id limit 1;
        if not found then
            -- A whole round without a claim: what is left is in other workers' hands.
            exit when wraps > 0 and since_wrap = 0;
            place := 0;
            wraps := wraps + 1;
            since_wrap := 0;
            continue;
        end if;
        place := next_account;
        update jobs j
        set status = 'running', attempts = j.attempts + 1, worker_id = p_worker, claimed_at = p_now
        where (j.account_id, j.id) in (
            select c.account_id, c.id from jobs c
            where c.queue = p_queue and c.account_id = next_account and c.status = 'ready'
            order by c.priority, c.id limit 1 for update skip locked)
        returning j.* into job;
        if found then
            claimed := claimed + 1;
            since_wrap := since_wrap + 1;
            return next job;
        end if;
    end loop;
end $$;

-- Marks a running job done, or plans its next attempt, or parks it. Only its own worker may.
create function finish_job(p_account bigint, p_id bigint, p_worker bigint, p_now timestamptz) returns boolean
    language sql security definer set search_path = public, pg_temp as $$
    update jobs set status = 'done', finished_at = p_now, worker_id = null
    where account_id = p_account and id = p_id and worker_id = p_worker and status = 'running'
    returning true
$$;

create function retry_job(p_account bigint, p_id bigint, p_worker bigint, p_run_at timestamptz, p_error text) returns text
    language sql security definer set search_path = public, pg_temp as $$
    update jobs
    set status = case when attempts >= max_attempts then 'parked' else 'scheduled' end,
        run_at = p_run_at, worker_id = null, last_error = left(p_error, 2000)
    where account_id = p_account and id = p_id and worker_id = p_worker and status = 'running'
    returning status
$$;

create function park_job(p_account bigint, p_id bigint, p_worker bigint, p_error text) returns boolean
    language sql security definer set search_path = public, pg_temp as $$
    update jobs set status = 'parked', worker_id = null, last_error = left(p_error, 2000)
    where account_id = p_account and id = p_id and worker_id = p_worker and status = 'running'
    returning true
$$;

-- Gives back the jobs of workers that are no more. The lock can be had only when its holder's connection is gone.
-- The first crash is retried at once-ish, the later ones after a pause, so that a bystander of another job's
-- crash does not stand in the same crash again; the third parks the job.
create function reap_jobs(p_now timestamptz) returns table (account_id bigint, id bigint, status text)
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    dead bigint;
begin
    for dead in select distinct j.worker_id from jobs j where j.status = 'running' and j.worker_id is not null loop
        if pg_try_advisory_xact_lock(4854, dead::integer) then
            return query
            update jobs j
            set crashes = j.crashes + 1,
                status = case when j.crashes + 1 >= 3 then 'parked' else 'scheduled' end,
                run_at = p_now + make_interval(secs => case j.crashes when 0 then 0.2 else 3 end),
                worker_id = null,
                last_error = 'the worker died while it ran this job'
            where j.status = 'running' and j.worker_id = dead
            returning j.account_id, j.id, j.status;
        end if;
    end loop;
end $$;

-- A person gives a parked job another life.
create function unpark_job(p_id bigint, p_now timestamptz) returns boolean
    language sql security definer set search_path = public, pg_temp as $$
    update jobs set status = 'ready', attempts = 0, crashes = 0, run_at = p_now, last_error = null
    where id = p_id and status = 'parked'
    returning true
$$;

create function purge_jobs(p_before timestamptz) returns bigint
    language sql security definer set search_path = public, pg_temp as $$
    with gone as (delete from jobs where status = 'done' and finished_at < p_before returning 1)
    select count(*) from gone
$$;

-- Depth and pace of every queue, without any account's data.
create function queue_figures(p_now timestamptz)
    returns table (queue text, ready bigint, delayed bigint, running bigint, parked bigint, done_last_minute bigint, oldest_seconds double precision)
    language sql stable security definer set search_path = public, pg_temp as $$
    select q.queue,
           count(*) filter (where j.status = 'ready'),
           count(*) filter (where j.status = 'scheduled'),
           count(*) filter (where j.status = 'running'),
           count(*) filter (where j.status = 'parked'),
           count(*) filter (where j.status = 'done' and j.finished_at > p_now - interval '1 minute'),
           extract(epoch from p_now - min(j.created_at) filter (where j.status = 'ready'))::double precision
    from unnest(array['classify', 'draft', 'index', 'maintain']) as q (queue)
    left join jobs j on j.queue = q.queue
    group by q.queue
$$;

do $$
declare f text;
begin
    foreach f in array array['claim_jobs', 'finish_job', 'retry_job', 'park_job', 'reap_jobs', 'unpark_job', 'purge_jobs', 'queue_figures'] loop
        execute format('revoke execute on function %I from public', f);
        execute format('grant execute on function %I to hummdesk_runtime', f);
        execute format('alter function %I owner to hummdesk_dispatcher', f);
    end loop;
end $$;
