-- Automatic answers: an inbox may let drafts that are sure and fully supported answer by themselves.

-- No row: off.
create table auto_replies (
    account_id bigint not null,
    inbox_id bigint not null,
    enabled boolean not null,
    -- Calibrated confidence of a draft from which it may be sent.
    threshold double precision not null constraint auto_replies_threshold_range check (threshold between 0.5 and 1),
    -- Automatic answers in one conversation.
    max_turns smallint not null constraint auto_replies_turns_range check (max_turns between 1 and 10),
    hours text not null constraint auto_replies_hours_known check (hours in ('always', 'open', 'closed')),
    -- When people are there: [{day, opens, closes}], day 1 is Monday, times as HH:MM in the time zone.
    opening jsonb not null constraint auto_replies_opening_array check (jsonb_typeof(opening) = 'array'),
    -- A name PostgreSQL knows.
    time_zone text not null,
    -- All categories, or those of auto_reply_categories.
    every_category boolean not null,
    updated_at timestamptz not null,
    primary key (account_id, inbox_id),
    foreign key (account_id, inbox_id) references inboxes (account_id, id) on delete cascade
);
call make_tenant_table('auto_replies', 'select, insert, update');

create table auto_reply_categories (
    account_id bigint not null,
    inbox_id bigint not null,
    category_id bigint not null,
    primary key (account_id, inbox_id, category_id),
    foreign key (account_id, inbox_id) references auto_replies (account_id, inbox_id) on delete cascade,
    foreign key (account_id, category_id) references categories (account_id, id) on delete cascade
);
create index auto_reply_categories_category_idx on auto_reply_categories (account_id, category_id);
call make_tenant_table('auto_reply_categories', 'select, insert, delete');

-- The customer has asked for a person: no automatic answer from then on, for good.
alter table conversations add column handed_over_at timestamptz;

alter table drafts
    drop constraint drafts_status_known,
    add constraint drafts_status_known check (status in ('pending', 'accepted', 'edited', 'rejected', 'superseded', 'auto_sent')),
    drop constraint drafts_sent_when_accepted,
    add constraint drafts_sent_when_sent check ((status in ('accepted', 'edited', 'auto_sent')) = (sent_content is not null)),
    -- Why it was not sent by itself, in an inbox that lets drafts be.
    add column hold text constraint drafts_hold_known check (hold in ('handed_over', 'person_answered', 'turns', 'too_many', 'repeated',
        'attachment', 'hours', 'unsure', 'category', 'not_grounded', 'claims', 'confidence'));
-- What was sent by itself lately, to one customer, and in a report's period.
create index drafts_auto_sent_idx on drafts (account_id, decided_at) where status = 'auto_sent';
