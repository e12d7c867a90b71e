-- An account may want articles to be tried, too, before they go live.

alter table ai_settings add column rehearse_articles boolean not null default false;
