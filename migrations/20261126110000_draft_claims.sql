-- What a draft states, sentence by sentence, and how that compares with its sources; how sure its author was before past
-- decisions were heeded; and what an account wants of the drafts in a category.

alter table drafts
    -- [{text, sources, support, verdict, issue, detail}], in the order of the draft. Read with the draft and never searched.
    add column claims jsonb not null default '[]',
    -- Confidence as its author stated it; `confidence` is what that came to with the account's agents.
    add column stated_confidence double precision
        constraint drafts_stated_confidence_range check (stated_confidence between 0 and 1);
-- The newest decisions on one author's drafts, which say what its confidence is worth.
create index drafts_decided_idx on drafts (account_id, model, id desc) where grounded and status in ('accepted', 'edited', 'rejected');

alter table categories
    -- Whether drafts are written unasked.
    add column drafting boolean not null default true,
    -- Said word for word in each draft.
    add column draft_note text constraint categories_draft_note_length check (char_length(draft_note) between 1 and 600),
    -- Rules for a model.
    add column draft_guidance text constraint categories_draft_guidance_length check (char_length(draft_guidance) between 1 and 2000);
