//! SQL of the model's settings.

use types::ai_settings::Provider;

use super::Stored;
use crate::{Result, TenantTx};

/// What is stored; the defaults where nothing is.
pub async fn find(tx: &mut TenantTx) -> Result<Stored> {
    let account = tx.account_id();
    let stored = sqlx::query_as!(
        Stored,
        r#"select version, provider as "provider: Provider", base_url, chat_model, embedding_model, api_version, api_key, timeout_seconds, egress,
                  daily_token_budget, daily_spend_micros, input_price_micros, output_price_micros, classifications_per_minute,
                  drafts_per_minute, rehearse_articles, updated_at as "updated_at?"
           from ai_settings where account_id = $1"#,
        account.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(stored.unwrap_or_default())
}

/// As [`find`], made when missing and held until the end of the transaction.
pub async fn lock(tx: &mut TenantTx) -> Result<Stored> {
    let account = tx.account_id();
    sqlx::query!("insert into ai_settings (account_id, version) values ($1, 0) on conflict do nothing", account.0)
        .execute(tx.conn())
        .await?;
    sqlx::query!("select 1 as one from ai_settings where account_id = $1 for update", account.0)
        .fetch_one(tx.conn())
        .await?;
    find(tx).await
}

/// Stores all of it as the next version.
pub async fn save(tx: &mut TenantTx, after: &Stored) -> Result<()> {
    let (account, now) = (tx.account_id(), tx.now());
    sqlx::query!(
        "update ai_settings
         set version = version + 1, provider = $2, base_url = $3, chat_model = $4, api_version = $5, api_key = $6, timeout_seconds = $7,
             egress = $8, daily_token_budget = $9, daily_spend_micros = $10, input_price_micros = $11, output_price_micros = $12,
             classifications_per_minute = $13, drafts_per_minute = $14, updated_at = $15, embedding_model = $16,
             rehearse_articles = $17
         where account_id = $1",
        account.0,
        after.provider.map(Provider::as_str),
        after.base_url,
        after.chat_model,
        after.api_version,
        after.api_key,
        after.timeout_seconds,
        after.egress,
        after.daily_token_budget,
        after.daily_spend_micros,
        after.input_price_micros,
        after.output_price_micros,
        after.classifications_per_minute,
        after.drafts_per_minute,
        now,
        after.embedding_model,
        after.rehearse_articles
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The sealed key, held until the end of the transaction.
pub async fn lock_key(tx: &mut TenantTx) -> Result<Option<String>> {
    let account = tx.account_id();
    let key = sqlx::query_scalar!("select api_key from ai_settings where account_id = $1 for update", account.0)
        .fetch_optional(tx.conn())
        .await?;
    Ok(key.flatten())
}

/// The same key in another seal, as the next version: who could not read the old one looks again.
pub async fn set_key(tx: &mut TenantTx, sealed: &str) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!("update ai_settings set api_key = $2, version = version + 1 where account_id = $1", account.0, sealed)
        .execute(tx.conn())
        .await?;
    Ok(())
}
