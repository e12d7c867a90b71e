//! Categories: what an account sorts messages into. Whatever changes here is learned by the account's classifier.

pub mod jobs;
pub mod policy;
pub(crate) mod queries;

use serde_json::json;
use types::{
    CategoryExampleId, CategoryId, Page, PageQuery,
    categories::{AddExamples, Category, CategoryExample, CreateCategory, UpdateCategory},
};

use crate::{
    Actor, Error, Permission, Result, TenantTx,
    classifications::routing::BUILTIN_CATEGORIES,
    contacts::input,
    events::{self, Audit},
    jobs::{NewJob, enqueue},
    page, rehearsals,
};
use jobs::TrainClassifier;

pub(crate) const MAX_NAME_CHARS: usize = 50;
const MAX_DESCRIPTION_CHARS: usize = 500;
const MAX_EXAMPLE_CHARS: usize = 2_000;
/// Examples in one request.
const MAX_ADDED: usize = 500;
/// Examples of one category.
const MAX_EXAMPLES: i64 = 5_000;
/// A decision needs two answers to choose from; beyond this many nobody finds the right one in a menu.
const FEWEST: i64 = 2;
const MOST: i64 = 200;

/// Gives a new account the categories that the product knows by itself.
pub(crate) async fn begin(tx: &mut TenantTx) -> Result<()> {
    queries::insert_builtin(tx, &BUILTIN_CATEGORIES.map(str::to_owned)).await
}

/// Every category, by name.
pub async fn list(tx: &mut TenantTx, actor: &Actor) -> Result<Vec<Category>> {
    actor.require(Permission::Read)?;
    queries::list(tx, None).await
}

/// What the categories are called, by name: for menus, which every page has.
pub async fn names(tx: &mut TenantTx, actor: &Actor) -> Result<Vec<String>> {
    actor.require(Permission::Read)?;
    queries::names(tx).await
}

/// # Errors
/// `NotFound` when it does not exist in the account.
pub async fn get(tx: &mut TenantTx, actor: &Actor, id: CategoryId) -> Result<Category> {
    actor.require(Permission::Read)?;
    find(tx, id).await
}

async fn find(tx: &mut TenantTx, id: CategoryId) -> Result<Category> {
    queries::list(tx, Some(id)).await?.pop().ok_or(Error::NotFound)
}

/// # Errors
/// `Forbidden` below admin; `Invalid` by field, also for a name that is taken; `Conflict` when there are 200, and when it
/// must be rehearsed first.
pub async fn create(tx: &mut TenantTx, actor: &Actor, request: CreateCategory) -> Result<Category> {
    actor.require(Permission::Administer)?;
    let name = name(&request.name)?;
    let description = input::paragraph(&request.description, "description", MAX_DESCRIPTION_CHARS)?;
    let examples = texts(&request.examples, "examples")?;
    rehearsals::gate(tx, actor).await?;
    if queries::lock_and_count(tx).await? >= MOST {
        return Err(Error::Conflict { code: "too_many_categories", message: "An account has at most 200 categories." });
    }
    let id = queries::insert(tx, &name, &description).await?;
    queries::insert_examples(tx, id, &examples).await?;
    let audit =
        Audit::new("category.created", "category", id.0).details(json!({ "name": name, "examples": examples.len() }));
    events::audit(tx, actor, audit).await?;
    learn(tx).await?;
    find(tx, id).await
}

/// Changes a category. Teams, conversations, classifications and corrections follow a new name.
///
/// # Errors
/// As [`create`], and `NotFound`.
pub async fn update(tx: &mut TenantTx, actor: &Actor, id: CategoryId, request: UpdateCategory) -> Result<Category> {
    actor.require(Permission::Administer)?;
    let renamed = request.name.as_deref().map(name).transpose()?;
    let description = request
        .description
        .as_deref()
        .map(|text| input::paragraph(text, "description", MAX_DESCRIPTION_CHARS))
        .transpose()?;
    rehearsals::gate(tx, actor).await?;
    let before = queries::lock(tx, id).await?;
    queries::update(tx, id, renamed.as_deref(), description.as_deref()).await?;
    if let Some(after) = renamed.as_deref().filter(|after| *after != before) {
        queries::rename_everywhere(tx, &before, after).await?;
    }
    let details = json!({ "from": before, "name": renamed, "description": description.is_some() });
    events::audit(tx, actor, Audit::new("category.updated", "category", id.0).details(details)).await?;
    learn(tx).await?;
    find(tx, id).await
}

/// Removes a category with its examples. What was classified keeps its name; a team that answered for it answers for none.
///
/// # Errors
/// `Forbidden` below admin; `NotFound`; `Conflict` when only two are left, and when it must be rehearsed first.
pub async fn delete(tx: &mut TenantTx, actor: &Actor, id: CategoryId) -> Result<()> {
    actor.require(Permission::Administer)?;
    rehearsals::gate(tx, actor).await?;
    let count = queries::lock_and_count(tx).await?;
    let name = queries::lock(tx, id).await?;
    if count <= FEWEST {
        return Err(Error::Conflict {
            code: "too_few_categories",
            message: "An account keeps at least two categories.",
        });
    }
    queries::delete(tx, id).await?;
    let teams = queries::forget_in_teams(tx, &name).await?;
    let details = json!({ "name": name, "teams": teams });
    events::audit(tx, actor, Audit::new("category.deleted", "category", id.0).details(details)).await?;
    learn(tx).await
}

/// A page of the account's own examples of a category, newest first.
///
/// # Errors
/// `NotFound`; `Invalid` for a limit or cursor that cannot be.
pub async fn examples(
    tx: &mut TenantTx,
    actor: &Actor,
    id: CategoryId,
    query: PageQuery,
) -> Result<Page<CategoryExample>> {
    actor.require(Permission::Read)?;
    find(tx, id).await?;
    let limit = page::limit(query.limit)?;
    let before: Option<i64> = page::decode(query.cursor.as_deref())?;
    let rows = queries::examples(tx, id, before, i64::from(limit) + 1).await?;
    Ok(Page::cut(rows, limit, |example| page::encode(&example.id.0)))
}

/// Adds examples; a text that is an example already moves here.
///
/// # Errors
/// `Forbidden` below admin; `NotFound`; `Invalid` for texts that cannot be; `Conflict` beyond 5,000.
pub async fn add_examples(tx: &mut TenantTx, actor: &Actor, id: CategoryId, request: AddExamples) -> Result<Category> {
    actor.require(Permission::Administer)?;
    let examples = texts(&request.texts, "texts")?;
    if examples.is_empty() {
        return Err(Error::invalid("texts", "give at least one text"));
    }
    queries::lock(tx, id).await?;
    queries::insert_examples(tx, id, &examples).await?;
    let category = find(tx, id).await?;
    if category.example_count > MAX_EXAMPLES {
        return Err(Error::Conflict { code: "too_many_examples", message: "A category has at most 5,000 examples." });
    }
    let audit = Audit::new("category.examples_added", "category", id.0).details(json!({ "count": examples.len() }));
    events::audit(tx, actor, audit).await?;
    learn(tx).await?;
    Ok(category)
}

/// # Errors
/// `Forbidden` below admin; `NotFound`.
pub async fn delete_example(
    tx: &mut TenantTx,
    actor: &Actor,
    id: CategoryId,
    example: CategoryExampleId,
) -> Result<()> {
    actor.require(Permission::Administer)?;
    if !queries::delete_example(tx, id, example).await? {
        return Err(Error::NotFound);
    }
    events::audit(tx, actor, Audit::new("category.example_deleted", "category", id.0)).await?;
    learn(tx).await
}

/// Promises that the classifier learns what has changed. One that finds nothing new does nothing, so many are no harm.
async fn learn(tx: &mut TenantTx) -> Result<()> {
    enqueue(tx, NewJob::of(&TrainClassifier { anyway: true })?).await.map(drop)
}

/// The category as the account spells it.
///
/// # Errors
/// `Invalid` under `field` when it has none of that name.
pub(crate) async fn known(tx: &mut TenantTx, category: &str, field: &'static str) -> Result<String> {
    let category = category.trim();
    if category.is_empty() || category.chars().count() > MAX_NAME_CHARS {
        return Err(Error::invalid(field, format!("takes 1 to {MAX_NAME_CHARS} characters")));
    }
    let spelled = queries::spelling(tx, category).await?;
    spelled.ok_or_else(|| Error::invalid(field, format!("there is no category “{category}”: make it first")))
}

fn name(text: &str) -> Result<String> {
    input::line(text, "name", MAX_NAME_CHARS)
}

fn texts(given: &[String], field: &'static str) -> Result<Vec<String>> {
    if given.len() > MAX_ADDED {
        return Err(Error::invalid(field, format!("takes at most {MAX_ADDED} texts at once")));
    }
    let mut texts = given
        .iter()
        .map(|text| match input::paragraph(text, field, MAX_EXAMPLE_CHARS)? {
            text if text.is_empty() => Err(Error::invalid(field, "contains an empty text")),
            text => Ok(text),
        })
        .collect::<Result<Vec<String>>>()?;
    texts.sort();
    texts.dedup();
    Ok(texts)
}
