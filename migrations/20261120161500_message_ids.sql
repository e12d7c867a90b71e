-- Answers that share a transaction are stored by one statement, which must know each message's number beforehand to
-- tell which answer became which message.
grant usage on sequence messages_id_seq to hummdesk_runtime;
