-- Front doors: the only questions that may be asked before an account is known, each answered narrowly.

grant select, insert, update on users to hummdesk_dispatcher;
grant select, insert on accounts to hummdesk_dispatcher;
grant select, insert, update on account_users to hummdesk_dispatcher;
grant select on inboxes, api_tokens, attachments to hummdesk_dispatcher;
create policy dispatch on users to hummdesk_dispatcher using (true) with check (true);
create policy dispatch on accounts to hummdesk_dispatcher using (true) with check (true);
create policy dispatch on account_users to hummdesk_dispatcher using (true) with check (true);
create policy dispatch on inboxes for select to hummdesk_dispatcher using (true);
create policy dispatch on api_tokens for select to hummdesk_dispatcher using (true);
create policy dispatch on attachments for select to hummdesk_dispatcher using (true);
-- Making an account makes its conversation numbers.
grant usage, create on schema display_ids to hummdesk_dispatcher;

create function find_login(p_email text) returns table (user_id bigint, password_hash text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select id, password_hash from users where lower(email) = lower(p_email)
$$;

create function accounts_of_user(p_user bigint)
    returns table (id bigint, name text, locale text, auto_assign_threshold double precision, role text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select a.id, a.name, a.locale, a.auto_assign_threshold, au.role
    from account_users au join accounts a on a.id = au.account_id
    where au.user_id = p_user order by a.id
$$;

create function find_api_token(p_hash bytea) returns table (account_id bigint, token_id bigint, user_id bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select account_id, id, user_id from api_tokens where token_hash = p_hash and revoked_at is null
$$;

create function find_inbox(p_website_token text) returns table (account_id bigint, inbox_id bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select account_id, id from inboxes where website_token = p_website_token and channel = 'web' and enabled
$$;

create function find_attachment(p_token text) returns table (account_id bigint, attachment_id bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select account_id, id from attachments where token = p_token
$$;

-- Finds or makes the person of an e-mail address. An existing person keeps name and password:
-- being invited to another account must not change how one signs in.
create function ensure_user(p_email text, p_name text, p_password_hash text, p_locale text) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    found_id bigint;
begin
    insert into users (email, name, password_hash, locale) values (p_email, p_name, p_password_hash, p_locale)
    on conflict (lower(email)) do nothing returning id into found_id;
    if found_id is null then
        select id into found_id from users where lower(email) = lower(p_email);
    end if;
    return found_id;
end $$;

-- Explicit ids are for the demo accounts; the sequence is moved past them.
create function create_account(p_name text, p_locale text, p_id bigint default null) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    new_id bigint;
begin
    if p_id is null then
        insert into accounts (name, locale) values (p_name, p_locale) returning id into new_id;
    else
        insert into accounts (id, name, locale) values (p_id, p_name, p_locale) returning id into new_id;
        perform setval(pg_get_serial_sequence('accounts', 'id'), greatest(p_id, (select max(id) from accounts)));
    end if;
    execute format('create sequence display_ids.account_%s', new_id);
    execute format('grant usage on sequence display_ids.account_%s to hummdesk_runtime', new_id);
    return new_id;
end $$;
grant usage, select, update on sequence accounts_id_seq, users_id_seq to hummdesk_dispatcher;

-- Which accounts exist: for maintenance that visits each in turn, inside each one's own scope.
create function all_account_ids() returns setof bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select id from accounts order by id
$$;

do $$
declare f text;
begin
    foreach f in array array['find_login', 'accounts_of_user', 'find_api_token', 'find_inbox', 'find_attachment', 'ensure_user', 'create_account', 'all_account_ids'] loop
        execute format('revoke execute on function %I from public', f);
        execute format('grant execute on function %I to hummdesk_runtime', f);
        execute format('alter function %I owner to hummdesk_dispatcher', f);
    end loop;
end $$;
revoke execute on function record_audit, keep_agent_load, touch_updated_at from public;
