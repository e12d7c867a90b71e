//! Lists: a page of rows and an opaque cursor to the next.

use serde::{Deserialize, Serialize};

/// One page of a list. `next_cursor` is opaque; it is absent on the last page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    pub data: Vec<T>,
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A list that always fits one page.
    pub fn whole(data: Vec<T>) -> Self {
        Self { data, next_cursor: None }
    }

    /// Cuts a fetch of `limit + 1` rows to a page; the extra row only tells that there are more.
    pub fn cut(mut rows: Vec<T>, limit: u32, cursor: impl Fn(&T) -> String) -> Self {
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next_cursor = if more { rows.last().map(cursor) } else { None };
        Self { data: rows, next_cursor }
    }
}

query! {
    /// Paging of a list: `limit` 1 to 200 (default 50).
    pub struct PageQuery {
        pub limit: Option<u32>,
        pub cursor: Option<String>,
    }
}

impl PageQuery {
    pub const DEFAULT_LIMIT: u32 = 50;
    pub const MAX_LIMIT: u32 = 200;
}
