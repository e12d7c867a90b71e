//! SQL of trained classifiers and of what they are taught.

use types::{
    ClassifierModelId, Timestamp,
    categories::{ClassifierModel, ModelStatus},
};

use crate::{
    Result, TenantTx,
    ai::{Example, classifier::Subject},
    classifications::models::{NewModel, Standing},
};

/// Newest first; one when given.
pub async fn list(tx: &mut TenantTx, only: Option<ClassifierModelId>) -> Result<Vec<ClassifierModel>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        ClassifierModel,
        r#"select id as "id: ClassifierModelId", version, status as "status: ModelStatus", categories, examples, corrections, unlabelled, accuracy, ece,
                  reason, training_ms, created_at
           from classifier_models where account_id = $1 and ($2::bigint is null or id = $2) order by version desc"#,
        account.0,
        only.map(|id| id.0)
    )
    .fetch_all(tx.conn())
    .await?)
}

pub async fn newest(tx: &mut TenantTx) -> Result<Option<Standing>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Standing,
        r#"select id as "id: ClassifierModelId", version, fingerprint, corrections
           from classifier_models where account_id = $1 order by version desc limit 1"#,
        account.0
    )
    .fetch_optional(tx.conn())
    .await?)
}

/// The one that judges; none while the product's own does.
pub async fn live(tx: &mut TenantTx) -> Result<Option<Standing>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Standing,
        r#"select id as "id: ClassifierModelId", version, fingerprint, corrections
           from classifier_models where account_id = $1 and status = 'live'"#,
        account.0
    )
    .fetch_optional(tx.conn())
    .await?)
}

/// When the next training begins. A part for each status, so that each
/// has its partial index: an account's finished jobs are many.
pub async fn training_at(tx: &mut TenantTx) -> Result<Option<Timestamp>> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        "select min(run_at) from (
             select run_at from jobs where account_id = $1 and queue = 'maintain' and payload ? 'anyway' and status = 'ready'
             union all select run_at from jobs where account_id = $1 and queue = 'maintain' and payload ? 'anyway' and status = 'scheduled'
             union all select run_at from jobs where account_id = $1 and queue = 'maintain' and payload ? 'anyway' and status = 'running'
         ) due",
        account.0
    )
    .fetch_one(tx.conn())
    .await?)
}

pub async fn weights(tx: &mut TenantTx, id: ClassifierModelId) -> Result<Vec<u8>> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!("select weights from classifier_models where account_id = $1 and id = $2", account.0, id.0)
        .fetch_one(tx.conn())
        .await?)
}

/// This one judges, and no other; none at all without one.
pub async fn set_live(tx: &mut TenantTx, id: Option<ClassifierModelId>) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "update classifier_models set status = 'previous' where account_id = $1 and status = 'live' and id is distinct from $2",
        account.0,
        id.map(|id| id.0)
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "update classifier_models set status = 'live' where account_id = $1 and id = $2",
        account.0,
        id.map(|id| id.0)
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn insert(tx: &mut TenantTx, model: &NewModel<'_>) -> Result<ClassifierModelId> {
    let (account, now) = (tx.account_id(), tx.now());
    let quality = model.classifier.quality();
    Ok(sqlx::query_scalar!(
        r#"insert into classifier_models (account_id, version, status, fingerprint, categories, examples, corrections, unlabelled, accuracy, ece,
                                          reason, training_ms, weights, created_at)
           values ($1, (select coalesce(max(version), 0) + 1 from classifier_models where account_id = $1), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
           returning id as "id: ClassifierModelId""#,
        account.0,
        model.status.as_str(),
        model.fingerprint,
        model.classifier.categories(),
        model.classifier.examples() as i32,
        model.corrections,
        model.classifier.unlabelled() as i32,
        quality.accuracy,
        quality.ece,
        model.reason,
        model.training_ms,
        model.weights,
        now
    )
    .fetch_one(tx.conn())
    .await?)
}

/// All but the live one and the newest `kept`.
pub async fn delete_oldest(tx: &mut TenantTx, kept: i64) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "delete from classifier_models where account_id = $1 and status <> 'live'
           and id not in (select id from classifier_models where account_id = $1 order by version desc limit $2)",
        account.0,
        kept
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The account's categories, by name.
pub async fn subjects(tx: &mut TenantTx) -> Result<Vec<Subject>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        Subject,
        "select name, description, builtin from categories where account_id = $1 order by name",
        account.0
    )
    .fetch_all(tx.conn())
    .await?)
}

/// The account's own examples, newest first.
pub async fn examples(tx: &mut TenantTx, limit: i64) -> Result<Vec<Example>> {
    let account = tx.account_id();
    let rows = sqlx::query!(
        "select e.text, c.name from category_examples e join categories c on c.account_id = e.account_id and c.id = e.category_id
         where e.account_id = $1 order by e.id desc limit $2",
        account.0,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    let example = |text, category| Example { text, category: Some(category), ..Example::default() };
    Ok(rows.into_iter().map(|row| example(row.text, row.name)).collect())
}
