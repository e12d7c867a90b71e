-- Search by words: an inverted index of each account's passages, scored by BM25.
--
-- Tables of our own instead of GIN and ts_rank: `@@` is not leakproof, so row security would keep the planner from the
-- GIN index, and ts_rank knows no document frequencies, so a rare error code would weigh as much as "order". Here a
-- question reads the posting lists of its own account's lexemes, by primary key and without touching a passage.

-- The lexemes of a text, of passages and questions alike. Without its joints: PostgreSQL's parser would read the number of
-- "E-4711" as negative and "and/or" as a path.
create function search_words(language text, content text) returns tsvector
    language sql immutable parallel safe
    return to_tsvector(text_search_config(language), translate(content, '-/_', '   '));

-- The words of a passage with their share of BM25 (Robertson and Zaragoza 2009: k1 = 1.2, b = 0.75): all of it but the
-- inverse document frequency, which the question applies. The average length is a constant, so that a passage's weights
-- never change because another was written: the chunker aims at passages of one length, about 60 lexemes.
create function chunk_words(language text, title text, heading_path text, content text)
    returns table (lexeme text, weight real)
    language sql immutable parallel safe
begin atomic
    select w.lexeme, (w.tf * 2.2 / (w.tf + 1.2 * (0.25 + 0.75 * sum(w.tf) over () / 60)))::real
    from (select u.lexeme, cardinality(u.positions)::double precision as tf
          from unnest(search_words(language, title || ' ' || heading_path || ' ' || content)) as u
          -- Longer ones are encoded data, and a key must fit its page.
          where length(u.lexeme) <= 100) as w;
end;

create table knowledge_postings (
    account_id bigint not null,
    language text not null,
    lexeme text collate "C" not null,
    chunk_id bigint not null,
    weight real not null,
    primary key (account_id, language, lexeme, chunk_id) include (weight),
    foreign key (account_id, chunk_id) references knowledge_chunks (account_id, id) on delete cascade
);
create index knowledge_postings_chunk_idx on knowledge_postings (account_id, chunk_id);

-- How many passages of the account hold a lexeme; the empty lexeme stands for all passages of the language. Counting
-- the postings at each question instead would read the longest lists only to learn that they are not worth reading.
-- Written with the passages, in their transaction, under the account's index lock.
create table knowledge_lexemes (
    account_id bigint not null references accounts (id) on delete cascade,
    language text not null,
    lexeme text collate "C" not null,
    chunks integer not null constraint knowledge_lexemes_counted check (chunks > 0),
    primary key (account_id, language, lexeme)
);

-- The vectors apart from the texts: the exact search reads every one of an account, and so reads nothing else. In the
-- passages' own rows, and for long passages out of line, they cost it twice the time.
create table knowledge_vectors (
    account_id bigint not null,
    chunk_id bigint not null,
    article_id bigint not null,
    language text not null,
    -- all-MiniLM-L6-v2, unit length; half precision halves the memory and costs no recall worth naming.
    embedding halfvec(384) not null,
    -- Of accounts large enough for an approximate search, and only those stand in the graph: a small account pays
    -- nothing for it and is searched exactly.
    approximate boolean not null default false,
    primary key (account_id, chunk_id),
    foreign key (account_id, chunk_id) references knowledge_chunks (account_id, id) on delete cascade
);
alter table knowledge_vectors alter column embedding set storage plain;
create index knowledge_vectors_graph_idx on knowledge_vectors using hnsw (embedding halfvec_cosine_ops) where approximate;
create index knowledge_vectors_exact_idx on knowledge_vectors (account_id) where not approximate;

-- Existing passages. Row security binds the owner too, so filling across accounts needs policies of its own.
create policy fill on knowledge_chunks to hummdesk_owner using (true);
create policy fill on knowledge_articles for select to hummdesk_owner using (true);
-- From here on only what search may find has passages: an article that is taken back loses them in that transaction.
delete from knowledge_chunks k using knowledge_articles a
where a.account_id = k.account_id and a.id = k.article_id and (a.status <> 'published' or a.deleted_at is not null);
insert into knowledge_postings (account_id, language, lexeme, chunk_id, weight)
select k.account_id, k.language, w.lexeme, k.id, w.weight
from knowledge_chunks k
join knowledge_articles a on a.account_id = k.account_id and a.id = k.article_id
cross join lateral chunk_words(k.language, a.title, k.heading_path, k.content) as w;
insert into knowledge_vectors (account_id, chunk_id, article_id, language, embedding)
select account_id, id, article_id, language, embedding from knowledge_chunks;
insert into knowledge_lexemes (account_id, language, lexeme, chunks)
select account_id, language, lexeme, count(*) from knowledge_postings group by 1, 2, 3
union all
select account_id, language, '', count(*) from knowledge_chunks group by 1, 2;
drop policy fill on knowledge_chunks;
drop policy fill on knowledge_articles;

call make_tenant_table('knowledge_postings');
call make_tenant_table('knowledge_lexemes');
call make_tenant_table('knowledge_vectors');

-- No release has read them.
alter table knowledge_chunks drop column search, drop column embedding;
