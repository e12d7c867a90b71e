//! SQL of categories and their examples.

use types::{
    CategoryExampleId, CategoryId,
    categories::{Category, CategoryExample, DraftPolicy},
};

use crate::{Result, TenantTx, ai};

/// By name; of one when given.
pub async fn list(tx: &mut TenantTx, only: Option<CategoryId>) -> Result<Vec<Category>> {
    struct Row {
        id: CategoryId,
        name: String,
        description: String,
        builtin: Option<String>,
        example_count: i64,
        correction_count: i64,
        created_at: types::Timestamp,
    }
    let account = tx.account_id();
    let rows = sqlx::query_as!(
        Row,
        r#"select c.id as "id: CategoryId", c.name, c.description, c.builtin, c.created_at,
                  (select count(*) from category_examples e where e.account_id = $1 and e.category_id = c.id) as "example_count!",
                  (select count(*) from corrections k where k.account_id = $1 and k.field = 'category' and k.to_value = c.name) as "correction_count!"
           from categories c where c.account_id = $1 and ($2::bigint is null or c.id = $2) order by lower(c.name)"#,
        account.0,
        only.map(|id| id.0)
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Category {
            id: row.id,
            name: row.name,
            description: row.description,
            builtin_count: row.builtin.map_or(0, |category| ai::classifier::builtin_count(&category) as i64),
            example_count: row.example_count,
            correction_count: row.correction_count,
            created_at: row.created_at,
        })
        .collect())
}

pub async fn names(tx: &mut TenantTx) -> Result<Vec<String>> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!("select name from categories where account_id = $1 order by lower(name)", account.0)
        .fetch_all(tx.conn())
        .await?)
}

/// How many there are, with no other change of their number until the transaction ends.
pub async fn lock_and_count(tx: &mut TenantTx) -> Result<i64> {
    let account = tx.account_id();
    sqlx::query!("select from accounts where id = $1 for no key update", account.0).fetch_one(tx.conn()).await?;
    Ok(sqlx::query_scalar!(r#"select count(*) as "count!" from categories where account_id = $1"#, account.0)
        .fetch_one(tx.conn())
        .await?)
}

/// The four that the product's own examples teach; for a new account.
pub async fn insert_builtin(tx: &mut TenantTx, names: &[String]) -> Result<()> {
    let (account, now) = (tx.account_id(), tx.now());
    sqlx::query!(
        "insert into categories (account_id, name, builtin, created_at, updated_at) select $1, name, name, $3, $3 from unnest($2::text[]) name",
        account.0,
        names,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn insert(tx: &mut TenantTx, name: &str, description: &str) -> Result<CategoryId> {
    let (account, now) = (tx.account_id(), tx.now());
    Ok(sqlx::query_scalar!(
        r#"insert into categories (account_id, name, description, created_at, updated_at) values ($1, $2, $3, $4, $4)
           returning id as "id: CategoryId""#,
        account.0,
        name,
        description,
        now
    )
    .fetch_one(tx.conn())
    .await?)
}

/// The category's name, held until the end of the transaction.
pub async fn lock(tx: &mut TenantTx, id: CategoryId) -> Result<String> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!("select name from categories where account_id = $1 and id = $2 for update", account.0, id.0)
        .fetch_one(tx.conn())
        .await?)
}

pub async fn update(tx: &mut TenantTx, id: CategoryId, name: Option<&str>, description: Option<&str>) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "update categories set name = coalesce($3, name), description = coalesce($4, description) where account_id = $1 and id = $2",
        account.0,
        id.0,
        name,
        description
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The other tables carry the name, so that lists and reports read one table.
pub async fn rename_everywhere(tx: &mut TenantTx, before: &str, after: &str) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!(
        "with teams_ as (update teams set category = $3 where account_id = $1 and category = $2),
              conversations_ as (update conversations set category = $3 where account_id = $1 and category = $2),
              corrections_ as (update corrections set to_value = case to_value when $2 then $3 else to_value end,
                                                      from_value = case from_value when $2 then $3 else from_value end
                               where account_id = $1 and field = 'category' and $2 in (from_value, to_value))
         update classifications set category = $3 where account_id = $1 and category = $2",
        account.0,
        before,
        after
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn delete(tx: &mut TenantTx, id: CategoryId) -> Result<()> {
    let account = tx.account_id();
    sqlx::query!("delete from categories where account_id = $1 and id = $2", account.0, id.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Answers how many teams answered for it.
pub async fn forget_in_teams(tx: &mut TenantTx, name: &str) -> Result<u64> {
    let account = tx.account_id();
    let done =
        sqlx::query!("update teams set category = null where account_id = $1 and category = $2", account.0, name)
            .execute(tx.conn())
            .await?;
    Ok(done.rows_affected())
}

/// How the account spells the category of that name.
pub async fn spelling(tx: &mut TenantTx, name: &str) -> Result<Option<String>> {
    let account = tx.account_id();
    Ok(sqlx::query_scalar!(
        "select name from categories where account_id = $1 and lower(name) = lower($2)",
        account.0,
        name
    )
    .fetch_optional(tx.conn())
    .await?)
}

/// Newest first, those older than `before`.
pub async fn examples(
    tx: &mut TenantTx,
    id: CategoryId,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<CategoryExample>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        CategoryExample,
        r#"select id as "id: CategoryExampleId", text, created_at from category_examples
           where account_id = $1 and category_id = $2 and ($3::bigint is null or id < $3) order by id desc limit $4"#,
        account.0,
        id.0,
        before,
        limit
    )
    .fetch_all(tx.conn())
    .await?)
}

/// A text that is an example of another category moves.
pub async fn insert_examples(tx: &mut TenantTx, id: CategoryId, texts: &[String]) -> Result<()> {
    let (account, now) = (tx.account_id(), tx.now());
    sqlx::query!(
        "insert into category_examples (account_id, category_id, text, created_at) select $1, $2, text, $4 from unnest($3::text[]) text
         on conflict (account_id, md5(text)) do update set category_id = excluded.category_id",
        account.0,
        id.0,
        texts,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn delete_example(tx: &mut TenantTx, id: CategoryId, example: CategoryExampleId) -> Result<bool> {
    let account = tx.account_id();
    let done = sqlx::query!(
        "delete from category_examples where account_id = $1 and category_id = $2 and id = $3",
        account.0,
        id.0,
        example.0
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn policy(tx: &mut TenantTx, id: CategoryId) -> Result<DraftPolicy> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        DraftPolicy,
        "select drafting, draft_note as note, draft_guidance as guidance from categories where account_id = $1 and id = $2",
        account.0,
        id.0
    )
    .fetch_one(tx.conn())
    .await?)
}

pub async fn policy_by_name(tx: &mut TenantTx, name: &str) -> Result<Option<DraftPolicy>> {
    let account = tx.account_id();
    Ok(sqlx::query_as!(
        DraftPolicy,
        "select drafting, draft_note as note, draft_guidance as guidance from categories
         where account_id = $1 and lower(name) = lower($2)",
        account.0,
        name
    )
    .fetch_optional(tx.conn())
    .await?)
}

/// `NotFound` when there is no such category.
pub async fn set_policy(tx: &mut TenantTx, id: CategoryId, policy: &DraftPolicy) -> Result<()> {
    let account = tx.account_id();
    sqlx::query_scalar!(
        "update categories set drafting = $3, draft_note = $4, draft_guidance = $5 where account_id = $1 and id = $2 returning id",
        account.0,
        id.0,
        policy.drafting,
        policy.note,
        policy.guidance
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(())
}
