//! Filters, orders and cursors of the inbox list.

use serde::{Deserialize, Serialize};
use sqlx::{Postgres, QueryBuilder};
use types::{
    ConversationId, TeamId, Timestamp, UserId,
    conversations::{Conversation, ConversationQuery, Priority, Sort},
};

use crate::{Actor, Error, Result};

/// Most conversations a text search looks at, newest matches first.
const SEARCH_LIMIT: i32 = 2_000;

/// A checked [`ConversationQuery`].
pub struct Filter {
    query: ConversationQuery,
    assignee: Option<Option<UserId>>,
    team: Option<Option<TeamId>>,
    search: Option<Search>,
}

struct Search {
    /// For names and addresses: a `like` pattern.
    pattern: String,
    number: Option<i64>,
    /// For messages: every word, the last one as a prefix.
    words: Option<String>,
}

impl Filter {
    pub fn new(actor: &Actor, query: ConversationQuery) -> Result<Self> {
        let assignee = match query.assignee_id.as_deref() {
            None => None,
            Some("none") => Some(None),
            Some("me") => Some(Some(actor.user_id().ok_or(Error::NotFound)?)),
            Some(id) => Some(Some(id.parse().map_err(|_| Error::invalid("assignee_id", "takes an id, me or none"))?)),
        };
        let team = match query.team_id.as_deref() {
            None => None,
            Some("none") => Some(None),
            Some(id) => Some(Some(id.parse().map_err(|_| Error::invalid("team_id", "takes an id or none"))?)),
        };
        let search = query.q.as_deref().map(str::trim).filter(|q| !q.is_empty()).map(Search::new);
        Ok(Self { query, assignee, team, search })
    }

    pub(super) fn push(&self, sql: &mut QueryBuilder<Postgres>) {
        let query = &self.query;
        if let Some(status) = query.status {
            // One of four words of ours. Written out, so that a kept plan knows which one it is for.
            sql.push(format_args!(" and c.status = '{}'", status.as_str()));
        }
        if let Some(priority) = query.priority {
            sql.push(" and c.priority = ").push_bind(priority.as_str());
        }
        match self.assignee {
            Some(Some(id)) => _ = sql.push(" and c.assignee_id = ").push_bind(id.0),
            Some(None) => _ = sql.push(" and c.assignee_id is null"),
            None => {}
        }
        match self.team {
            Some(Some(id)) => _ = sql.push(" and c.team_id = ").push_bind(id.0),
            Some(None) => _ = sql.push(" and c.team_id is null"),
            None => {}
        }
        if let Some(id) = query.inbox_id {
            sql.push(" and c.inbox_id = ").push_bind(id.0);
        }
        if let Some(id) = query.contact_id {
            sql.push(" and c.contact_id = ").push_bind(id.0);
        }
        if let Some(label) = &query.label {
            sql.push(" and c.labels @> array[").push_bind(label.clone()).push("]");
        }
        if let Some(category) = &query.category {
            sql.push(" and c.category = ").push_bind(category.clone());
        }
        if let Some(sentiment) = query.sentiment {
            sql.push(" and c.sentiment = ").push_bind(sentiment.as_str());
        }
        if let Some(unread) = query.unread {
            sql.push(if unread { " and c.unread_count > 0" } else { " and c.unread_count = 0" });
        }
        if let Some(search) = &self.search {
            search.push(sql);
        }
    }
}

impl Search {
    fn new(text: &str) -> Self {
        let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let words: Vec<String> = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .take(12)
            .map(|word| format!("'{word}':*"))
            .collect();
        Self {
            pattern: format!("%{escaped}%"),
            number: text.trim_start_matches('#').parse().ok(),
            words: (!words.is_empty()).then(|| words.join(" & ")),
        }
    }

    fn push(&self, sql: &mut QueryBuilder<Postgres>) {
        sql.push(" and (k.name ilike ").push_bind(self.pattern.clone());
        sql.push(" or k.email ilike ").push_bind(self.pattern.clone());
        sql.push(" or c.subject ilike ").push_bind(self.pattern.clone());
        if let Some(number) = self.number {
            sql.push(" or c.display_id = ").push_bind(number);
        }
        if let Some(words) = &self.words {
            sql.push(" or c.id in (select search_conversations(")
                .push_bind(words.clone())
                .push(", ")
                .push_bind(SEARCH_LIMIT)
                .push("))");
        }
        sql.push(")");
    }
}

/// Where a page ended: enough of the sort key to go on exactly there, whatever has moved since.
#[derive(Serialize, Deserialize)]
pub struct Key {
    sort: Sort,
    rank: i32,
    at: Option<Timestamp>,
    id: ConversationId,
}

const PRIORITY_RANK: &str = "(case c.priority when 'urgent' then 0 when 'high' then 1 when 'normal' then 2 else 3 end)";

impl Key {
    pub fn of(sort: Sort, row: &Conversation) -> Self {
        let rank = match row.priority {
            Priority::Urgent => 0,
            Priority::High => 1,
            Priority::Normal => 2,
            Priority::Low => 3,
        };
        let at = match sort {
            Sort::Activity | Sort::Priority => Some(row.last_activity_at),
            Sort::Newest | Sort::Oldest => Some(row.created_at),
            Sort::Waiting => row.waiting_since,
        };
        Self { sort, rank, at, id: row.id }
    }

    pub fn decode(sort: Sort, cursor: Option<&str>) -> Result<Option<Self>> {
        let key: Option<Self> = crate::page::decode(cursor)?;
        match key {
            Some(key) if key.sort != sort => Err(Error::invalid("cursor", "belongs to another order")),
            key => Ok(key),
        }
    }

    pub(super) fn push(sql: &mut QueryBuilder<Postgres>, sort: Sort, after: Option<&Self>) {
        let (expression, direction, comparison) = match sort {
            Sort::Activity | Sort::Priority => ("c.last_activity_at", "desc", "<"),
            Sort::Newest => ("c.created_at", "desc", "<"),
            Sort::Oldest => ("c.created_at", "asc", ">"),
            Sort::Waiting => ("coalesce(c.waiting_since, 'infinity')", "asc", ">"),
        };
        if let Some(key) = after {
            if sort == Sort::Priority {
                sql.push(format_args!(" and ({PRIORITY_RANK} > ")).push_bind(key.rank);
                sql.push(format_args!(" or ({PRIORITY_RANK} = ")).push_bind(key.rank).push(" and ");
            } else {
                sql.push(" and ((");
            }
            sql.push(format_args!("({expression}, c.id) {comparison} (coalesce(")).push_bind(key.at);
            sql.push(", 'infinity'), ").push_bind(key.id.0).push(")))");
        }
        if sort == Sort::Priority {
            sql.push(format_args!(" order by {PRIORITY_RANK}, {expression} desc, c.id desc"));
        } else {
            sql.push(format_args!(" order by {expression} {direction}, c.id {direction}"));
        }
    }
}
