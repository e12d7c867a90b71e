//! SQL of what changes are about.

use std::collections::HashMap;

use types::{ArticleId, CategoryId, categories::DraftPolicy};

use crate::{Result, TenantTx};

/// By id: what each category is called, and what is wanted of its drafts.
pub async fn categories(tx: &mut TenantTx) -> Result<HashMap<CategoryId, (String, DraftPolicy)>> {
    let account = tx.account_id();
    let rows = sqlx::query!(
        r#"select id as "id: CategoryId", name, drafting, draft_note, draft_guidance from categories where account_id = $1"#,
        account.0
    )
    .fetch_all(tx.conn())
    .await?;
    let policy = |drafting, note, guidance| DraftPolicy { drafting, note, guidance };
    Ok(rows
        .into_iter()
        .map(|row| (row.id, (row.name, policy(row.drafting, row.draft_note, row.draft_guidance))))
        .collect())
}

/// Titles of articles, by id.
pub async fn titles(tx: &mut TenantTx, articles: &[ArticleId]) -> Result<HashMap<ArticleId, String>> {
    let account = tx.account_id();
    let articles: Vec<i64> = articles.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select id as "id: ArticleId", title from knowledge_articles where account_id = $1 and id = any ($2)"#,
        account.0,
        &articles
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.title)).collect())
}

/// Hash of everything that changes can be about, with the given articles.
pub async fn fingerprint(tx: &mut TenantTx, articles: &[ArticleId]) -> Result<String> {
    let account = tx.account_id();
    let articles: Vec<i64> = articles.iter().map(|id| id.0).collect();
    Ok(sqlx::query_scalar!(
        r#"select md5(jsonb_build_array(
               (select auto_assign_threshold from accounts where id = $1),
               (select jsonb_build_array(provider, base_url, chat_model, api_version, egress) from ai_settings where account_id = $1),
               (select jsonb_agg(jsonb_build_array(id, name, description, drafting, draft_note, draft_guidance) order by id)
                from categories where account_id = $1),
               (select jsonb_build_array(count(*), max(id)) from category_examples where account_id = $1),
               (select jsonb_agg(jsonb_build_array(id, version, status) order by id)
                from knowledge_articles where account_id = $1 and id = any ($2)))::text) as "hash!""#,
        account.0,
        &articles
    )
    .fetch_one(tx.conn())
    .await?)
}
