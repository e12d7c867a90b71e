-- Tenancy is the database's: three roles and one procedure that makes a table a tenant's.
--
-- hummdesk_owner      owns the schema and runs migrations; subject to row security like everyone (FORCE).
-- hummdesk_runtime    what server and worker connect as: owns nothing, cannot bypass row security.
-- hummdesk_dispatcher cannot log in; owns the few SECURITY DEFINER functions that must look across accounts
--                     (find who signs in, claim jobs, number events) and holds only the rights they need.
-- The roles are made by bootstrap (they belong to the cluster, not to this database).

grant usage on schema public to hummdesk_runtime, hummdesk_dispatcher;
-- Owning a function in a schema takes CREATE on it; the role cannot log in, so nobody can use the right by hand.
grant create on schema public to hummdesk_dispatcher;

-- The account of the current transaction, or null; set by TenantTx with set_config(…, true).
create function current_account_id() returns bigint
    language sql stable parallel safe
    return nullif(current_setting('app.account_id', true), '')::bigint;

-- Makes a table a tenant's: row security for everyone, the owner included, and the runtime's rights.
-- The sub-select makes the setting an InitPlan: read once a statement, not once a row.
create procedure make_tenant_table(target regclass, rights text default 'select, insert, update, delete')
    language plpgsql as $$
begin
    execute format('alter table %s enable row level security', target);
    execute format('alter table %s force row level security', target);
    execute format(
        'create policy tenant on %s using (account_id = (select nullif(current_setting(''app.account_id'', true), '''')::bigint))',
        target);
    execute format('grant %s on %s to hummdesk_runtime', rights, target);
end $$;
revoke execute on procedure make_tenant_table from public;

-- Keeps updated_at true whoever writes.
create function touch_updated_at() returns trigger language plpgsql as $$
begin
    new.updated_at := now();
    return new;
end $$;
