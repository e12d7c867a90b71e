//! What the list shows, kept true by the news: rows change in place, come, go and move without asking the server.

use leptos::prelude::*;
use types::{
    ConversationId, UserId,
    conversations::{Conversation, Sort},
};

use super::{
    api::{self, ListData},
    view::{Filter, View, belongs, order, query},
};
use crate::{error::UiResult, i18n::I18n, live::News, ui::Toasts};

/// One row: its own signal, so that a change redraws it alone.
#[derive(Clone)]
pub struct Row {
    pub id: ConversationId,
    pub data: ArcRwSignal<Conversation>,
}

impl Row {
    fn new(conversation: Conversation) -> Self {
        Self { id: conversation.id, data: ArcRwSignal::new(conversation) }
    }
}

#[derive(Clone, Copy)]
pub struct ListState {
    pub rows: RwSignal<Vec<Row>>,
    /// The row the keyboard stands on.
    pub cursor: RwSignal<Option<ConversationId>>,
    pub more: RwSignal<Option<String>>,
    pub loading: RwSignal<bool>,
    me: Option<UserId>,
}

impl ListState {
    pub fn new(me: Option<UserId>) -> Self {
        Self {
            rows: RwSignal::new(Vec::new()),
            cursor: RwSignal::new(None),
            more: RwSignal::new(None),
            loading: RwSignal::new(false),
            me,
        }
    }

    pub fn show(self, data: ListData) {
        self.rows.set(data.page.data.into_iter().map(Row::new).collect());
        self.more.set(data.page.next_cursor);
    }

    /// The row before or after the one given (or the cursor), if there is one.
    pub fn beside(self, id: Option<ConversationId>, step: isize) -> Option<ConversationId> {
        self.rows.with_untracked(|rows| {
            let at = id.and_then(|id| rows.iter().position(|row| row.id == id));
            let next = at.map_or(if step > 0 { 0 } else { rows.len() as isize - 1 }, |at| at as isize + step);
            usize::try_from(next).ok().and_then(|next| rows.get(next)).map(|row| row.id)
        })
    }

    pub fn receive(self, view: View, filter: &Filter, news: &News) {
        if let Some(conversation) = news.conversation() {
            self.patch(view, filter, conversation);
        }
    }

    pub fn patch(self, view: View, filter: &Filter, conversation: &Conversation) {
        let row = self.rows.with_untracked(|rows| rows.iter().find(|row| row.id == conversation.id).cloned());
        match (row, belongs(view, filter, self.me, conversation)) {
            (Some(row), Some(true) | None) => {
                if row.data.with_untracked(|known| known.updated_at <= conversation.updated_at && known != conversation)
                {
                    row.data.set(conversation.clone());
                    self.sort(filter);
                }
            }
            (Some(_), Some(false)) => self.rows.update(|rows| rows.retain(|row| row.id != conversation.id)),
            (None, Some(true)) => {
                self.rows.update(|rows| rows.push(Row::new(conversation.clone())));
                self.sort(filter);
                self.cut_to_page(conversation.id);
            }
            (None, _) => {}
        }
    }

    fn sort(self, filter: &Filter) {
        let sort = filter.sort.unwrap_or(Sort::Activity);
        let sorted = |rows: &[Row]| {
            rows.is_sorted_by(|a, b| a.data.with_untracked(|a| b.data.with_untracked(|b| order(sort, a, b).is_le())))
        };
        if !self.rows.with_untracked(|rows| sorted(rows)) {
            self.rows.update(|rows| {
                rows.sort_by(|a, b| a.data.with_untracked(|a| b.data.with_untracked(|b| order(sort, a, b))));
            });
        }
    }

    /// A row that belongs below the last one loaded is left to the next page.
    fn cut_to_page(self, id: ConversationId) {
        let beyond = self.more.with_untracked(Option::is_some)
            && self.rows.with_untracked(|rows| rows.last().is_some_and(|row| row.id == id));
        if beyond {
            self.rows.update(|rows| _ = rows.pop());
        }
    }

    /// Appends the next page.
    pub fn load_more(self, view: View, filter: Filter, toasts: Toasts, i18n: I18n) {
        let Some(cursor) = self.more.get_untracked() else { return };
        if self.loading.get_untracked() {
            return;
        }
        self.loading.set(true);
        leptos::task::spawn_local(async move {
            let answer: UiResult<ListData> = api::list(query(view, &filter, Some(cursor))).await;
            self.loading.try_set(false);
            match answer {
                Ok(data) => {
                    self.more.try_set(data.page.next_cursor);
                    self.rows.try_update(|rows| {
                        for conversation in data.page.data {
                            if !rows.iter().any(|row| row.id == conversation.id) {
                                rows.push(Row::new(conversation));
                            }
                        }
                    });
                }
                Err(error) => toasts.failed(error.text(i18n)),
            }
        });
    }
}
