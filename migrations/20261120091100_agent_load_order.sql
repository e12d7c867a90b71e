-- Two people who hand conversations to each other at the same moment change the same two agents' loads: rows are locked
-- in the order of their ids, so that neither waits for the other.
create or replace function keep_agent_load() returns trigger language plpgsql as $$
declare
    was bigint := case when tg_op <> 'INSERT' and old.status = 'open' then old.assignee_id end;
    is_now bigint := case when tg_op <> 'DELETE' and new.status = 'open' then new.assignee_id end;
    account bigint := case when tg_op = 'DELETE' then old.account_id else new.account_id end;
begin
    if was is not distinct from is_now then
        return null;
    end if;
    perform from account_users au
    where au.account_id = account and (au.user_id = was or au.user_id = is_now)
    order by au.user_id for no key update;
    update account_users au
    set current_load = greatest(0, au.current_load + case when au.user_id = is_now then 1 else -1 end)
    where au.account_id = account and (au.user_id = was or au.user_id = is_now);
    return null;
end $$;
