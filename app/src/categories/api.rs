//! Server functions of categories and of the classifiers they teach. Those named `…_form` serve plain form posts too.

use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};
use types::{
    CategoryExampleId, CategoryId, ClassifierModelId, Page,
    categories::{self, Category, CategoryExample, DraftPolicy},
};

use crate::error::UiError;
#[cfg(feature = "ssr")]
use crate::{auth::viewer, rehearsals::api::settled};
#[cfg(feature = "ssr")]
use types::rehearsals::Change;

#[server(prefix = "/api/ui", endpoint = "categories/list", input = Json)]
pub async fn list() -> Result<Vec<Category>, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    Ok(domain::categories::list(&mut tx, &actor).await?)
}

#[server(prefix = "/api/ui", endpoint = "categories/learning", input = Json)]
pub async fn learning() -> Result<categories::Learning, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    Ok(domain::classifications::models::learning(&ctx, &mut tx, &actor).await?)
}

/// A category with what is wanted of its drafts, and a page of its examples, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Taught {
    pub category: Category,
    pub policy: DraftPolicy,
    pub examples: Page<CategoryExample>,
}

#[server(prefix = "/api/ui", endpoint = "categories/get", input = Json)]
pub async fn get(id: CategoryId, cursor: Option<String>) -> Result<Taught, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let category = domain::categories::get(&mut tx, &actor, id).await?;
    let policy = domain::categories::policy::get(&mut tx, &actor, id).await?;
    let query = types::PageQuery { limit: None, cursor };
    Ok(Taught { category, policy, examples: domain::categories::examples(&mut tx, &actor, id, query).await? })
}

/// Makes a category, taught by `examples`, one a line; then shows it.
#[server(prefix = "/api/ui", endpoint = "categories/create-form")]
pub async fn create_form(name: String, description: String, examples: String) -> Result<Option<Category>, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let request = categories::CreateCategory { name, description, examples: super::examples::lines(&examples) };
    let made = domain::categories::create(&mut tx, &actor, request.clone()).await;
    let made = settled(&ctx, tx, &actor, made, Change::CreateCategory { category: request }).await?;
    if let Some(category) = &made {
        leptos_axum::redirect(&format!("/settings/categories/{}", category.id));
    }
    Ok(made)
}

#[server(prefix = "/api/ui", endpoint = "categories/update-form")]
pub async fn update_form(id: CategoryId, name: String, description: String) -> Result<Option<Category>, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let request = categories::UpdateCategory { name: Some(name), description: Some(description) };
    let changed = domain::categories::update(&mut tx, &actor, id, request.clone()).await;
    settled(&ctx, tx, &actor, changed, Change::UpdateCategory { category_id: id, category: request }).await
}

/// Says what is wanted of the drafts in a category.
#[server(prefix = "/api/ui", endpoint = "categories/set-policy-form")]
pub async fn set_policy_form(
    id: CategoryId,
    drafting: bool,
    note: String,
    guidance: String,
) -> Result<Option<DraftPolicy>, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let policy = categories::SetDraftPolicy { drafting, note: Some(note), guidance: Some(guidance) };
    let set = domain::categories::policy::set(&mut tx, &actor, id, policy.clone()).await;
    settled(&ctx, tx, &actor, set, Change::DraftPolicy { category_id: id, policy }).await
}

/// Removes a category; then shows those that are left.
#[server(prefix = "/api/ui", endpoint = "categories/delete-form")]
pub async fn delete_form(id: CategoryId) -> Result<Option<()>, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let deleted = domain::categories::delete(&mut tx, &actor, id).await;
    let deleted = settled(&ctx, tx, &actor, deleted, Change::DeleteCategory { category_id: id }).await?;
    if deleted.is_some() {
        leptos_axum::redirect("/settings/categories");
    }
    Ok(deleted)
}

#[server(prefix = "/api/ui", endpoint = "categories/add-examples", input = Json)]
pub async fn add_examples(id: CategoryId, examples: categories::AddExamples) -> Result<Category, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let category = domain::categories::add_examples(&mut tx, &actor, id, examples).await?;
    tx.commit().await?;
    Ok(category)
}

/// Adds examples, one a line.
#[server(prefix = "/api/ui", endpoint = "categories/add-examples-form")]
pub async fn add_examples_form(id: CategoryId, texts: String) -> Result<Category, UiError> {
    add_examples(id, categories::AddExamples { texts: super::examples::lines(&texts) }).await
}

#[server(prefix = "/api/ui", endpoint = "categories/delete-example-form")]
pub async fn delete_example_form(id: CategoryId, example: CategoryExampleId) -> Result<(), UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    domain::categories::delete_example(&mut tx, &actor, id, example).await?;
    Ok(tx.commit().await?)
}

/// Lets an earlier classifier judge again.
#[server(prefix = "/api/ui", endpoint = "categories/activate-form")]
pub async fn activate_form(id: ClassifierModelId) -> Result<(), UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    domain::classifications::models::activate(&mut tx, &actor, id).await?;
    Ok(tx.commit().await?)
}
