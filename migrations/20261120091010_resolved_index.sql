-- Reports ask for the conversations resolved in a period; open ones, which change all the time, are not in the index.
create index conversations_resolved_idx on conversations (account_id, resolved_at) where resolved_at is not null;
