//! Which conversations a list shows: the view of its address, narrowed by the filters of its query string. The same rules
//! decide on the server (as a query) and in the browser (whether a changed conversation still belongs).

use std::cmp::Ordering;

use leptos_router::params::ParamsMap;
use types::{
    TeamId, UserId,
    classifications::Sentiment,
    conversations::{Conversation, ConversationQuery, Priority, Sort, Status},
};

use crate::{
    i18n::{I18n, K},
    url::encode,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    Mine,
    Unassigned,
    All,
    Snoozed,
    Pending,
    Resolved,
    Team(TeamId),
    /// Every status: where searches look.
    Everything,
}

impl View {
    /// The lists that every account has.
    pub const FIXED: [Self; 6] =
        [Self::Mine, Self::Unassigned, Self::All, Self::Pending, Self::Snoozed, Self::Resolved];

    pub fn parse(slug: &str) -> Self {
        match slug {
            "unassigned" => Self::Unassigned,
            "all" => Self::All,
            "snoozed" => Self::Snoozed,
            "pending" => Self::Pending,
            "resolved" => Self::Resolved,
            "everything" => Self::Everything,
            other => other.strip_prefix("team-").and_then(|id| id.parse().ok()).map_or(Self::Mine, Self::Team),
        }
    }

    pub fn slug(self) -> String {
        match self {
            Self::Mine => "mine".to_owned(),
            Self::Unassigned => "unassigned".to_owned(),
            Self::All => "all".to_owned(),
            Self::Snoozed => "snoozed".to_owned(),
            Self::Pending => "pending".to_owned(),
            Self::Resolved => "resolved".to_owned(),
            Self::Everything => "everything".to_owned(),
            Self::Team(id) => format!("team-{id}"),
        }
    }

    pub fn title(self, i18n: I18n) -> &'static str {
        i18n.t(match self {
            Self::Mine => K::Mine,
            Self::Unassigned => K::Unassigned,
            Self::All => K::AllOpen,
            Self::Snoozed => K::StatusSnoozed,
            Self::Pending => K::StatusPending,
            Self::Resolved => K::StatusResolved,
            Self::Everything => K::Everything,
            Self::Team(_) => K::Team,
        })
    }

    fn status(self) -> Option<Status> {
        match self {
            Self::Mine | Self::Unassigned | Self::All | Self::Team(_) => Some(Status::Open),
            Self::Snoozed => Some(Status::Snoozed),
            Self::Pending => Some(Status::Pending),
            Self::Resolved => Some(Status::Resolved),
            Self::Everything => None,
        }
    }
}

/// What narrows a view; all of it stands in the address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub q: String,
    pub priority: Option<Priority>,
    pub category: Option<String>,
    pub sentiment: Option<Sentiment>,
    pub label: Option<String>,
    pub unread: bool,
    pub sort: Option<Sort>,
}

impl Filter {
    pub fn read(query: &ParamsMap) -> Self {
        let text = |name| query.get_str(name).map(str::to_owned).filter(|value| !value.is_empty());
        Self {
            q: text("q").unwrap_or_default(),
            priority: query.get_str("priority").and_then(|value| value.parse().ok()),
            category: text("category"),
            sentiment: query.get_str("sentiment").and_then(|value| value.parse().ok()),
            label: text("label"),
            unread: query.get_str("unread") == Some("true"),
            sort: query.get_str("sort").and_then(|value| value.parse().ok()),
        }
    }

    /// As a query string with its question mark; empty when nothing narrows.
    pub fn to_query(&self) -> String {
        let pairs = [
            ("q", Some(self.q.clone()).filter(|q| !q.is_empty())),
            ("priority", self.priority.map(|value| value.to_string())),
            ("category", self.category.clone()),
            ("sentiment", self.sentiment.map(|value| value.to_string())),
            ("label", self.label.clone()),
            ("unread", self.unread.then(|| "true".to_owned())),
            ("sort", self.sort.map(|value| value.to_string())),
        ];
        let pairs: Vec<String> =
            pairs.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", encode(&value?)))).collect();
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    }

    /// How many filters are set, search and order aside.
    pub fn count(&self) -> usize {
        [self.priority.is_some(), self.category.is_some(), self.sentiment.is_some(), self.label.is_some(), self.unread]
            .into_iter()
            .filter(|set| *set)
            .count()
    }
}

/// The query that lists a view.
pub fn query(view: View, filter: &Filter, cursor: Option<String>) -> ConversationQuery {
    ConversationQuery {
        status: view.status(),
        assignee_id: match view {
            View::Mine => Some("me".to_owned()),
            View::Unassigned => Some("none".to_owned()),
            _ => None,
        },
        team_id: if let View::Team(id) = view { Some(id.to_string()) } else { None },
        priority: filter.priority,
        category: filter.category.clone(),
        sentiment: filter.sentiment,
        label: filter.label.clone(),
        unread: filter.unread.then_some(true),
        q: Some(filter.q.clone()).filter(|q| !q.is_empty()),
        sort: filter.sort,
        limit: Some(40),
        cursor,
        ..ConversationQuery::default()
    }
}

/// Whether the conversation belongs to the view now; None when only the server can tell, because of a text search.
pub fn belongs(view: View, filter: &Filter, me: Option<UserId>, conversation: &Conversation) -> Option<bool> {
    let assignee = conversation.assignee.as_ref().map(|agent| agent.id);
    let mine = match view {
        View::Mine => assignee.is_some() && assignee == me,
        View::Unassigned => assignee.is_none(),
        View::Team(id) => conversation.team.as_ref().is_some_and(|team| team.id == id),
        _ => true,
    };
    let class = conversation.classification.as_ref();
    let fits = mine
        && conversation.merged_into.is_none()
        && view.status().is_none_or(|status| status == conversation.status)
        && filter.priority.is_none_or(|priority| priority == conversation.priority)
        && filter.category.as_ref().is_none_or(|category| class.is_some_and(|class| class.category == *category))
        && filter.sentiment.is_none_or(|sentiment| class.is_some_and(|class| class.sentiment == sentiment))
        && filter.label.as_ref().is_none_or(|label| conversation.labels.contains(label))
        && (!filter.unread || conversation.unread_count > 0);
    if fits && !filter.q.is_empty() { None } else { Some(fits) }
}

/// The order of the list, first one first.
pub fn order(sort: Sort, a: &Conversation, b: &Conversation) -> Ordering {
    let by = match sort {
        Sort::Activity => b.last_activity_at.cmp(&a.last_activity_at),
        Sort::Newest => b.created_at.cmp(&a.created_at),
        Sort::Oldest => return a.created_at.cmp(&b.created_at).then(a.id.cmp(&b.id)),
        Sort::Priority => a.priority.cmp(&b.priority).then(b.last_activity_at.cmp(&a.last_activity_at)),
        Sort::Waiting => match (a.waiting_since, b.waiting_since) {
            (Some(a), Some(b)) => a.cmp(&b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => b.last_activity_at.cmp(&a.last_activity_at),
        },
    };
    by.then(b.id.cmp(&a.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_lead_back_to_their_views() {
        for view in View::FIXED.into_iter().chain([View::Team(TeamId(7)), View::Everything]) {
            assert_eq!(View::parse(&view.slug()), view);
        }
        assert_eq!(View::parse("team-x"), View::Mine);
    }

    #[test]
    fn filters_survive_the_address() {
        let filter =
            Filter { q: "a&b ä".to_owned(), priority: Some(Priority::Urgent), unread: true, ..Filter::default() };
        assert_eq!(filter.to_query(), "?q=a%26b%20%C3%A4&priority=urgent&unread=true");
        assert_eq!(filter.count(), 2);
        assert_eq!(Filter::default().to_query(), "");
    }
}
