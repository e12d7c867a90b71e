-- Search over the full history.
--
-- Row security would keep the planner from using a GIN index: `@@` is not leakproof, so it may not run before the
-- tenant check. The account is therefore a lexeme of its own, and the one function that searches may see every row
-- but asks for the current account's lexeme, and checks the account again.

create function message_vector(account_id bigint, content text) returns tsvector
    language sql immutable parallel safe
    return array_to_tsvector(array['account:' || account_id]) || to_tsvector('simple', left(content, 20000));

create index messages_search_idx on messages using gin (message_vector(account_id, content)) where content_type = 'text';

-- Conversations of the current account with a message that matches, newest matches first.
create function search_conversations(p_query text, p_limit integer) returns setof bigint
    language sql stable security definer set search_path = public, pg_temp as $$
    select m.conversation_id from messages m
    where message_vector(m.account_id, m.content)
            @@ (format('''account:%s''', current_account_id())::tsquery && to_tsquery('simple', p_query))
      and m.content_type = 'text'
      and m.account_id = current_account_id()
    order by m.id desc limit p_limit
$$;
grant select on messages to hummdesk_dispatcher;
create policy dispatch on messages for select to hummdesk_dispatcher using (true);
grant execute on function current_account_id, message_vector to hummdesk_dispatcher;
revoke execute on function search_conversations from public;
grant execute on function search_conversations to hummdesk_runtime;
alter function search_conversations owner to hummdesk_dispatcher;
