//! Rehearsals as people see them.

use std::collections::HashMap;

use sqlx::types::Json;
use types::{
    ArticleId, CategoryId,
    categories::DraftPolicy,
    rehearsals::{Change, Proposed, Rehearsal, RehearsalStatus},
};

use super::{
    change,
    queries::{self, Row},
};
use crate::{Result, TenantTx};

/// In the order given.
pub async fn of(tx: &mut TenantTx, rows: Vec<Row>) -> Result<Vec<Rehearsal>> {
    let subjects = Subjects::of(tx, rows.iter().flat_map(|row| &row.changes.0)).await?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut flips = queries::cases::flips(tx, &ids).await?;
    let mut rehearsals = Vec::with_capacity(rows.len());
    for row in rows {
        // One at most is done and not decided.
        let stale = row.status == RehearsalStatus::Done
            && row.fingerprint != Some(queries::subjects::fingerprint(tx, &articles(&row.changes.0)).await?);
        rehearsals.push(Rehearsal {
            id: row.id,
            status: row.status,
            flips: flips.remove(&row.id).unwrap_or_default(),
            changes: subjects.proposed(row.changes.0, &row.names),
            conversations: row.conversations,
            tried: row.tried,
            measures: row.measures.0,
            stale,
            error: row.error,
            created_by: row.created_by,
            created_at: row.created_at,
            finished_at: row.finished_at,
            live_at: row.live_at,
        });
    }
    Ok(rehearsals)
}

/// What each change is about, to be kept.
pub async fn names(tx: &mut TenantTx, row: &Row) -> Result<Vec<String>> {
    let Json(changes) = &row.changes;
    let subjects = Subjects::of(tx, changes).await?;
    Ok(changes.iter().map(|change| subjects.name(change).unwrap_or_default()).collect())
}

/// The articles that the changes are about.
pub fn articles<'a>(changes: impl IntoIterator<Item = &'a Change>) -> Vec<ArticleId> {
    let mut ids: Vec<ArticleId> = changes.into_iter().filter_map(Change::article).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// What changes can be about.
struct Subjects {
    categories: HashMap<CategoryId, (String, DraftPolicy)>,
    titles: HashMap<ArticleId, String>,
}

impl Subjects {
    async fn of<'a>(tx: &mut TenantTx, changes: impl IntoIterator<Item = &'a Change>) -> Result<Self> {
        Ok(Self {
            categories: queries::subjects::categories(tx).await?,
            titles: queries::subjects::titles(tx, &articles(changes)).await?,
        })
    }

    fn name(&self, change: &Change) -> Option<String> {
        match change {
            Change::Threshold { .. } | Change::Model { .. } | Change::CreateCategory { .. } => None,
            Change::UpdateCategory { category_id, .. }
            | Change::DeleteCategory { category_id }
            | Change::DraftPolicy { category_id, .. } => self.categories.get(category_id).map(|(name, _)| name.clone()),
            Change::Publish { article_id } | Change::UpdateArticle { article_id, .. } => {
                self.titles.get(article_id).cloned()
            }
        }
    }

    /// `kept` is what the changes were about when they were decided.
    fn proposed(&self, changes: Vec<Change>, kept: &[String]) -> Vec<Proposed> {
        let proposed = changes.into_iter().enumerate().map(|(place, change)| {
            let then = kept.get(place).filter(|name| !name.is_empty()).cloned();
            Proposed { name: then.or_else(|| self.name(&change)), change: change::shown(change) }
        });
        proposed.collect()
    }
}
