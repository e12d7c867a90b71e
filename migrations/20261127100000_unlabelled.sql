-- Self-training: how many messages that nobody labelled a classifier learned from beside its examples.

alter table classifier_models add column unlabelled integer not null default 0;
