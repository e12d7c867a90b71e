//! Rehearsals: a change of what the assistant decides or writes is tried on conversations that are over, beside how it is
//! now, before it goes live.

pub mod articles;
mod change;
pub mod jobs;
mod measure;
mod queries;
mod run;
mod shown;
mod side;

use serde_json::json;
use types::{
    MessageId, Page, PageQuery, RehearsalId,
    categories::ModelStatus,
    rehearsals::{Change, CreateRehearsal, GoLive, Rehearsal, RehearsalCase, RehearsalCaseQuery, RehearsalStatus},
};

use crate::{
    Actor, ActorKind, Ctx, Error, Permission, Result, TenantTx, accounts,
    classifications::{
        models::{self, NewModel},
        training,
    },
    events::{self, Audit},
    jobs::{NewJob, enqueue},
    page,
};
use change::kinds;
use jobs::Rehearse;
use queries::Row;

pub use run::rehearse;

/// Resolved conversations from which on changes must be tried first; with fewer there is nothing to learn from.
pub const ENOUGH: i64 = 10;
const DEFAULT_CONVERSATIONS: u32 = 50;
const MOST_CONVERSATIONS: u32 = 100;
/// Decided ones that are kept.
const KEPT: i64 = 20;

/// Whether a person may change the assistant at once. The product itself may, and so may whoever carries out what was tried.
///
/// # Errors
/// `Conflict` when it must be tried first.
pub async fn gate(tx: &mut TenantTx, actor: &Actor) -> Result<()> {
    let person = matches!(actor.kind, ActorKind::User { .. } | ActorKind::ApiToken { .. });
    if !person || tx.is_rehearsed() || !queries::has_resolved(tx, ENOUGH).await? {
        return Ok(());
    }
    Err(Error::Conflict {
        code: NEEDED,
        message: "This must be tried on past conversations first: POST /api/ai/rehearsals.",
    })
}

const NEEDED: &str = "rehearsal_needed";

/// A page of them, newest first.
///
/// # Errors
/// `Forbidden` below admin.
pub async fn list(tx: &mut TenantTx, actor: &Actor, query: PageQuery) -> Result<Page<Rehearsal>> {
    actor.require(Permission::Administer)?;
    let limit = page::limit(query.limit)?;
    let before: Option<RehearsalId> = page::decode(query.cursor.as_deref())?;
    let rows = queries::list(tx, None, before, i64::from(limit) + 1).await?;
    let rehearsals = shown::of(tx, rows).await?;
    Ok(Page::cut(rehearsals, limit, |rehearsal: &Rehearsal| page::encode(&rehearsal.id)))
}

/// # Errors
/// `Forbidden` below admin; `NotFound`.
pub async fn get(tx: &mut TenantTx, actor: &Actor, id: RehearsalId) -> Result<Rehearsal> {
    actor.require(Permission::Administer)?;
    let row = find(tx, id).await?;
    shown::of(tx, vec![row]).await?.pop().ok_or(Error::NotFound)
}

/// A page of what was tried, newest conversations first.
///
/// # Errors
/// As [`get`].
pub async fn cases(
    tx: &mut TenantTx,
    actor: &Actor,
    id: RehearsalId,
    query: RehearsalCaseQuery,
) -> Result<Page<RehearsalCase>> {
    actor.require(Permission::Administer)?;
    find(tx, id).await?;
    let limit = page::limit(query.limit)?;
    let before: Option<MessageId> = page::decode(query.cursor.as_deref())?;
    let rows = queries::cases::list(tx, id, query.changed.unwrap_or(false), before, i64::from(limit) + 1).await?;
    Ok(Page::cut(rows, limit, |case| page::encode(&case.message_id)))
}

/// Tries changes; whatever was proposed before is discarded.
///
/// # Errors
/// What the changes themselves would answer; `Invalid` for their number or that of the conversations; `Conflict` when no
/// conversation is resolved.
pub async fn create(ctx: &Ctx, tx: &mut TenantTx, actor: &Actor, request: CreateRehearsal) -> Result<Rehearsal> {
    actor.require(Permission::Administer)?;
    let changes = sealed(ctx, tx, request.changes)?;
    change::check(ctx, tx, &changes).await?;
    if let Some(current) = queries::lock_current(tx).await? {
        let row = find(tx, current).await?;
        put_aside(tx, &row).await?;
    }
    let id = queries::insert(tx, &changes, actor.user_id()).await?;
    run(ctx, tx, actor, id, request.conversations).await
}

/// Tries what has been proposed.
///
/// # Errors
/// As [`create`]; `NotFound`.
pub async fn run(
    ctx: &Ctx,
    tx: &mut TenantTx,
    actor: &Actor,
    id: RehearsalId,
    conversations: Option<u32>,
) -> Result<Rehearsal> {
    actor.require(Permission::Administer)?;
    let wanted = conversations.unwrap_or(DEFAULT_CONVERSATIONS);
    if !(1..=MOST_CONVERSATIONS).contains(&wanted) {
        return Err(Error::invalid("conversations", format!("takes 1 to {MOST_CONVERSATIONS}")));
    }
    let row = undecided(tx, id).await?;
    change::check(ctx, tx, &row.changes.0).await?;
    queries::reopen(tx, id, &row.changes.0).await?;
    let fingerprint = queries::subjects::fingerprint(tx, &shown::articles(&row.changes.0)).await?;
    if queries::start(tx, id, wanted.into(), &fingerprint).await? == 0 {
        return Err(Error::Conflict {
            code: "nothing_resolved",
            message: "No conversation is resolved yet to try it on.",
        });
    }
    enqueue(tx, NewJob::of(&Rehearse { rehearsal_id: id })?).await?;
    queries::delete_oldest(tx, KEPT).await?;
    let audit = Audit::new("rehearsal.started", "rehearsal", id.0).details(json!({ "changes": kinds(&row.changes.0) }));
    events::audit(tx, actor, audit).await?;
    get(tx, actor, id).await
}

const DECIDED: Error =
    Error::Conflict { code: "rehearsal_decided", message: "These changes went live, or were discarded or replaced." };

/// What a change came to; none when it must be tried first, and has been put with what is to be tried.
///
/// # Errors
/// What the change itself answered.
pub async fn or_propose<T>(
    ctx: &Ctx,
    tx: &mut TenantTx,
    actor: &Actor,
    outcome: Result<T>,
    change: Change,
) -> Result<Option<T>> {
    match outcome {
        Err(Error::Conflict { code: NEEDED, .. }) => propose(ctx, tx, actor, change).await.map(|()| None),
        outcome => outcome.map(Some),
    }
}

/// Puts a change with those that are to be tried; of an article, the last one counts.
///
/// # Errors
/// What the change itself would answer.
pub async fn propose(ctx: &Ctx, tx: &mut TenantTx, actor: &Actor, change: Change) -> Result<()> {
    actor.require(if change.article().is_some() { Permission::Work } else { Permission::Administer })?;
    let current = queries::lock_current(tx).await?;
    let mut changes = match current {
        Some(id) => find(tx, id).await?.changes.0,
        None => Vec::new(),
    };
    if let Some(article) = change.article() {
        changes.retain(|known| known.article() != Some(article));
    }
    let added = kinds(std::slice::from_ref(&change));
    changes.extend(sealed(ctx, tx, vec![change])?);
    change::check(ctx, tx, &changes).await?;
    let id = match current {
        Some(id) => {
            queries::reopen(tx, id, &changes).await?;
            id
        }
        None => queries::insert(tx, &changes, actor.user_id()).await?,
    };
    events::audit(tx, actor, Audit::new("rehearsal.proposed", "rehearsal", id.0).details(json!({ "changes": added })))
        .await
}

/// Carries out what was tried.
///
/// # Errors
/// `Forbidden` below admin; `NotFound`; `Conflict` when it has not been tried, or things have changed since; `Invalid` when
/// something got worse and `confirm` is not the account's name.
pub async fn go_live(
    ctx: &Ctx,
    tx: &mut TenantTx,
    actor: &Actor,
    id: RehearsalId,
    request: GoLive,
) -> Result<Rehearsal> {
    actor.require(Permission::Administer)?;
    let row = undecided(tx, id).await?;
    let rehearsal = get(tx, actor, id).await?;
    if rehearsal.status != RehearsalStatus::Done {
        return Err(Error::Conflict { code: "rehearsal_not_done", message: "These changes have not been tried yet." });
    }
    if rehearsal.stale {
        return Err(Error::Conflict {
            code: "rehearsal_stale",
            message: "Something else has changed since these changes were tried. Try them again.",
        });
    }
    let worse: Vec<_> = rehearsal.worse().collect();
    let confirmed = request.confirm.as_deref().map(str::trim) == Some(accounts::get(tx).await?.name.as_str());
    if !worse.is_empty() && !confirmed {
        let worse: Vec<&str> = worse.iter().map(|measure| measure.as_str()).collect();
        return Err(Error::invalid(
            "confirm",
            format!("this makes worse: {}; write the account's name to do it all the same", worse.join(", ")),
        ));
    }
    let names = shown::names(tx, &row).await?;
    let changes = row.changes.0;
    change::carry_out(ctx, tx, actor, &changes).await?;
    let trained = adopt(ctx, tx, id).await?;
    queries::decide(tx, id, RehearsalStatus::Live, &names).await?;
    let details = json!({ "changes": kinds(&changes), "worse": worse, "classifier": trained });
    events::audit(tx, actor, Audit::new("rehearsal.went_live", "rehearsal", id.0).details(details)).await?;
    get(tx, actor, id).await
}

/// Lets the classifier that was trained for it judge, unless the account has been taught something else since: then the
/// training that the changes have promised comes first. True when it judges.
async fn adopt(ctx: &Ctx, tx: &mut TenantTx, id: RehearsalId) -> Result<bool> {
    let Some(trained) = queries::trained(tx, id).await? else { return Ok(false) };
    if training::curriculum(tx).await?.fingerprint != trained.curriculum {
        return Ok(false);
    }
    let Some(classifier) = ctx.ai.read_classifier(&trained.weights) else { return Ok(false) };
    let model = NewModel {
        status: ModelStatus::Live,
        fingerprint: &trained.curriculum,
        corrections: trained.corrections,
        reason: trained.comparison.to_string(),
        training_ms: trained.training_ms,
        classifier: &classifier,
        weights: trained.weights,
    };
    models::insert(tx, &model).await?;
    Ok(true)
}

/// Lets go of changes that were not to be.
///
/// # Errors
/// `Forbidden` below admin; `NotFound`; `Conflict` when they are decided.
pub async fn discard(tx: &mut TenantTx, actor: &Actor, id: RehearsalId) -> Result<()> {
    actor.require(Permission::Administer)?;
    let row = undecided(tx, id).await?;
    put_aside(tx, &row).await?;
    events::audit(tx, actor, Audit::new("rehearsal.discarded", "rehearsal", id.0)).await
}

/// Takes one of the changes out, by its place from 0 on; the others are to be tried again. With the last one they are discarded.
///
/// # Errors
/// As [`discard`]; `NotFound` for a place where there is none.
pub async fn take_out(tx: &mut TenantTx, actor: &Actor, id: RehearsalId, place: u32) -> Result<()> {
    actor.require(Permission::Administer)?;
    let row = undecided(tx, id).await?;
    let mut left = row.changes.0.clone();
    let place = place as usize;
    if place >= left.len() {
        return Err(Error::NotFound);
    }
    let taken = kinds(&[left.remove(place)]);
    keep(tx, &row, &left).await?;
    let audit = Audit::new("rehearsal.taken_out", "rehearsal", id.0).details(json!({ "changes": taken }));
    events::audit(tx, actor, audit).await
}

/// Goes on with what is left of the changes.
async fn keep(tx: &mut TenantTx, row: &Row, left: &[Change]) -> Result<()> {
    if left.is_empty() {
        put_aside(tx, row).await
    } else if left.len() < row.changes.0.len() {
        queries::reopen(tx, row.id, left).await
    } else {
        Ok(())
    }
}

async fn put_aside(tx: &mut TenantTx, row: &Row) -> Result<()> {
    let names = shown::names(tx, row).await?;
    queries::decide(tx, row.id, RehearsalStatus::Discarded, &names).await
}

/// Held until the transaction ends.
async fn undecided(tx: &mut TenantTx, id: RehearsalId) -> Result<Row> {
    let row = find(tx, id).await?;
    if queries::lock_current(tx).await? == Some(id) { Ok(row) } else { Err(DECIDED) }
}

async fn find(tx: &mut TenantTx, id: RehearsalId) -> Result<Row> {
    queries::find(tx, id).await?.ok_or(Error::NotFound)
}

fn sealed(ctx: &Ctx, tx: &TenantTx, changes: Vec<Change>) -> Result<Vec<Change>> {
    changes.into_iter().map(|change| change::sealed(ctx, tx.account_id(), change)).collect()
}

/// What a person is told of why changes cannot be tried.
fn told(error: &Error) -> String {
    match error {
        Error::Invalid { field, why } => format!("{field}: {why}"),
        Error::Conflict { message, .. } => (*message).to_owned(),
        Error::NotFound => "Something that these changes are about is gone.".to_owned(),
        _ => "These changes could not be tried.".to_owned(),
    }
}
