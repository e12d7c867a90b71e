//! Server functions of categories and of the classifiers they teach. Those named `…_form` serve plain form posts too.

use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};
use types::{
    CategoryExampleId, CategoryId, ClassifierModelId, Page,
    categories::{self, Category, CategoryExample, DraftPolicy},
};

#[cfg(feature = "ssr")]
use crate::auth::viewer;
use crate::error::UiError;

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
pub async fn create_form(name: String, description: String, examples: String) -> Result<Category, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let request = categories::CreateCategory { name, description, examples: super::examples::lines(&examples) };
    let category = domain::categories::create(&mut tx, &actor, request).await?;
    tx.commit().await?;
    leptos_axum::redirect(&format!("/settings/categories/{}", category.id));
    Ok(category)
}

#[server(prefix = "/api/ui", endpoint = "categories/update-form")]
pub async fn update_form(id: CategoryId, name: String, description: String) -> Result<Category, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let change = categories::UpdateCategory { name: Some(name), description: Some(description) };
    let category = domain::categories::update(&mut tx, &actor, id, change).await?;
    tx.commit().await?;
    Ok(category)
}

/// Says what is wanted of the drafts in a category.
#[server(prefix = "/api/ui", endpoint = "categories/set-policy-form")]
pub async fn set_policy_form(
    id: CategoryId,
    drafting: bool,
    note: String,
    guidance: String,
) -> Result<DraftPolicy, UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    let policy = categories::SetDraftPolicy { drafting, note: Some(note), guidance: Some(guidance) };
    let policy = domain::categories::policy::set(&mut tx, &actor, id, policy).await?;
    tx.commit().await?;
    Ok(policy)
}

/// Removes a category; then shows those that are left.
#[server(prefix = "/api/ui", endpoint = "categories/delete-form")]
pub async fn delete_form(id: CategoryId) -> Result<(), UiError> {
    let (ctx, actor) = viewer()?;
    let mut tx = ctx.begin(&actor).await?;
    domain::categories::delete(&mut tx, &actor, id).await?;
    tx.commit().await?;
    leptos_axum::redirect("/settings/categories");
    Ok(())
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
