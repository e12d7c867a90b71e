//! Cursors: what a list needs to go on where the last page ended, opaque to the caller.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};
use types::PageQuery;

use crate::{Error, Result};

/// Encodes the sort key of a page's last row.
pub fn encode<T: Serialize>(key: &T) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default())
}

pub fn decode<T: DeserializeOwned>(cursor: Option<&str>) -> Result<Option<T>> {
    let Some(cursor) = cursor else { return Ok(None) };
    URL_SAFE_NO_PAD
        .decode(cursor)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .map(Some)
        .ok_or_else(|| Error::invalid("cursor", "is not one this list gave out"))
}

/// Rows of a page: 50 unless asked, 1 to 200.
pub fn limit(asked: Option<u32>) -> Result<u32> {
    match asked {
        None => Ok(PageQuery::DEFAULT_LIMIT),
        Some(n) if (1..=PageQuery::MAX_LIMIT).contains(&n) => Ok(n),
        Some(_) => Err(Error::invalid("limit", "takes 1 to 200")),
    }
}
