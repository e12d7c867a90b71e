//! The job that tries a rehearsal: both sides judge and answer the same messages with the product's own code, and nothing
//! of it is written but what they made of them. It goes on where it was interrupted.

use std::{collections::HashMap, sync::Arc};

use serde_json::json;
use tokio::time::{Duration, Instant};
use types::{
    AccountId, ArticleId, MessageId, RehearsalId,
    messages::Message,
    rehearsals::{Change, Flip, RehearsalStatus, Tried},
};

use super::{
    change,
    jobs::Rehearse,
    measure::{self, Case},
    queries::{self, Row, Trained},
    side::{Side, Standing},
};
use crate::{
    Actor, Ctx, Error, Result,
    ai::{
        Classifier,
        classifier::{Comparison, Lesson},
    },
    classifications::{self, models, training},
    events::{self, Audit},
    jobs::{self, Claimed, NewJob, enqueue},
    knowledge::{Prepared, Seen},
    messages,
};

/// A job's share; then the next one goes on, after whatever else waits.
const SLICE: Duration = Duration::from_secs(20);

struct Plan {
    id: RehearsalId,
    now: Side,
    then: Side,
    /// Whether anything but the threshold changes: what nobody touches need not be written twice.
    drafts: bool,
    comparison: Option<Comparison>,
}

/// Carries out [`Rehearse`]. One that was discarded or replaced meanwhile needs nothing.
pub async fn rehearse(ctx: &Ctx, job: &Claimed) -> Result<()> {
    let wanted: Rehearse = job.payload()?;
    let outcome = match Box::pin(slice(ctx, job.account_id, wanted.rehearsal_id)).await {
        Err(error) if error.is_transient() => return Err(error),
        outcome => outcome,
    };
    let mut tx = ctx.begin_in(job.account_id).await?;
    match outcome {
        Ok(Some(plan)) => finish(&mut tx, &plan).await?,
        Ok(None) => {
            if queries::find(&mut tx, wanted.rehearsal_id).await?.is_some_and(|row| row.is_running()) {
                enqueue(&mut tx, NewJob::of(&wanted)?).await?;
            }
        }
        // The changes cannot be carried out any more: that is an answer, too.
        Err(error) => queries::fail(&mut tx, wanted.rehearsal_id, &super::told(&error)).await?,
    }
    jobs::done_in(&mut tx, job).await?;
    tx.commit().await
}

/// Tries conversations for a while. The plan, when none is left; nothing when there are more, or it is not to be tried.
async fn slice(ctx: &Ctx, account: AccountId, id: RehearsalId) -> Result<Option<Plan>> {
    let Some(plan) = plan(ctx, account, id).await? else { return Ok(None) };
    let until = Instant::now() + SLICE;
    while Instant::now() < until {
        let mut tx = ctx.begin_in(account).await?;
        let Some(message) = queries::cases::untried(&mut tx, id).await? else { return Ok(Some(plan)) };
        let message = match messages::find(&mut tx, message).await {
            Ok(message) => message,
            // Erased a moment ago, and its case with it.
            Err(Error::NotFound) => continue,
            Err(error) => return Err(error),
        };
        let (text, _) = classifications::read_together(&mut tx, &message).await?;
        let reference = queries::cases::answered_by_person(&mut tx, message.conversation_id, message.id).await?;
        drop(tx);
        let (now, then, flips) = try_out(ctx, account, &plan, &message, &text, reference.as_deref()).await?;
        let mut tx = ctx.begin_in(account).await?;
        if !queries::cases::save(&mut tx, id, message.id, &now, &then, &flips).await? {
            return Ok(None);
        }
        tx.commit().await?;
    }
    Ok(None)
}

async fn plan(ctx: &Ctx, account: AccountId, id: RehearsalId) -> Result<Option<Plan>> {
    let actor = Actor::system(account);
    let mut tx = ctx.begin_in(account).await?;
    let Some(row) = queries::find(&mut tx, id).await?.filter(Row::is_running) else { return Ok(None) };
    let now = Standing::read(&mut tx).await?;
    let live = classifications::queries::models::live(&mut tx).await?;
    let taught = training::curriculum(&mut tx).await?;
    let touched = super::shown::articles(&row.changes.0);
    let articles = seen(&mut tx, &touched).await?;
    change::carry_out(ctx, &mut tx, &actor, &row.changes.0).await?;
    let then = Standing::read(&mut tx).await?;
    let teaching = training::curriculum(&mut tx).await?;
    let other_articles = seen(&mut tx, &touched).await?;
    // Nothing of the changes stays.
    drop(tx);

    let classifier = models::classifier(ctx, account, live.as_ref()).await?;
    let other = if teaching.fingerprint == taught.fingerprint {
        None
    } else if teaching.plain {
        Some((ctx.ai.classifier(), None))
    } else {
        Some(trained(ctx, account, id, teaching, &classifier).await?)
    };
    let (other, comparison) = other.unwrap_or_else(|| (Arc::clone(&classifier), None));
    Ok(Some(Plan {
        id,
        now: Side::new(ctx, account, now, classifier, prepared(ctx, articles).await?),
        then: Side::new(ctx, account, then, other, prepared(ctx, other_articles).await?),
        drafts: row.changes.0.iter().any(|change| !matches!(change, Change::Threshold { .. })),
        comparison,
    }))
}

/// The articles that changes are about, as the transaction sees them.
async fn seen(tx: &mut crate::TenantTx, touched: &[ArticleId]) -> Result<Vec<Seen>> {
    let mut articles = Vec::with_capacity(touched.len());
    for id in touched {
        articles.push(Seen::read(tx, *id).await?);
    }
    Ok(articles)
}

async fn prepared(ctx: &Ctx, seen: Vec<Seen>) -> Result<Vec<Prepared>> {
    let mut articles = Vec::with_capacity(seen.len());
    for seen in seen {
        articles.push(Prepared::of(ctx, seen).await?);
    }
    Ok(articles)
}

/// The classifier of the changed categories: trained once, and kept for going live.
async fn trained(
    ctx: &Ctx,
    account: AccountId,
    id: RehearsalId,
    teaching: training::Curriculum,
    present: &Classifier,
) -> Result<(Arc<Classifier>, Option<Comparison>)> {
    let mut tx = ctx.begin_in(account).await?;
    let kept = queries::trained(&mut tx, id).await?.filter(|kept| kept.curriculum == teaching.fingerprint);
    if let Some(kept) = kept
        && let Some(classifier) = ctx.ai.read_classifier(&kept.weights)
    {
        return Ok((Arc::new(classifier), Some(kept.comparison.0)));
    }
    let lesson = Lesson { unlabelled: training::unlabelled(&mut tx).await?, ..teaching.lesson };
    drop(tx);
    let started = ctx.now();
    let classifier = ctx.ai.learn(lesson).await.map_err(|error| Error::Unavailable(error.into()))?;
    let comparison = Comparison::of(&classifier, present);
    let mut tx = ctx.begin_in(account).await?;
    let kept = Trained {
        curriculum: teaching.fingerprint,
        comparison: sqlx::types::Json(comparison),
        corrections: teaching.corrections,
        training_ms: (ctx.now() - started).num_milliseconds(),
        weights: ctx.ai.write_classifier(&classifier),
    };
    queries::keep_trained(&mut tx, id, &kept).await?;
    tx.commit().await?;
    Ok((Arc::new(classifier), Some(comparison)))
}

async fn try_out(
    ctx: &Ctx,
    account: AccountId,
    plan: &Plan,
    message: &Message,
    text: &str,
    reference: Option<&str>,
) -> Result<(Tried, Tried, Vec<Flip>)> {
    let (seen, mut now) = plan.now.judge(ctx, account, message, text).await?;
    let (seen_then, mut then) = if plan.now.judges_as(&plan.then) {
        let mut then = plan.then.seen(&seen);
        (then.failures, then.tokens, then.cost_micros) = (now.failures, now.tokens, now.cost_micros);
        (seen.clone(), then)
    } else {
        plan.then.judge(ctx, account, message, text).await?
    };
    if plan.drafts && !plan.now.answers_as(&seen, &plan.then, &seen_then) {
        plan.now.answer(ctx, account, message, &seen, reference, &mut now).await?;
        plan.then.answer(ctx, account, message, &seen_then, reference, &mut then).await?;
    }
    let names = renamed(plan);
    let content = |tried: &Tried| tried.draft.as_ref().map(|draft| draft.content.clone());
    let category = names.get(now.category.as_str()).map_or(now.category.as_str(), |name| *name);
    let flips = [
        (Flip::Category, category != then.category),
        (Flip::Outcome, now.outcome != then.outcome),
        (Flip::Priority, now.priority != then.priority),
        (Flip::Draft, content(&now) != content(&then)),
    ];
    let flips = flips.into_iter().filter(|(_, flipped)| *flipped).map(|(flip, _)| flip).collect();
    Ok((now, then, flips))
}

/// What each category that both sides have is called by the changed side.
fn renamed(plan: &Plan) -> HashMap<&str, &str> {
    let after: HashMap<_, _> = plan.then.names().collect();
    plan.now.names().filter_map(|(id, name)| Some((name, *after.get(&id)?))).collect()
}

async fn finish(tx: &mut crate::TenantTx, plan: &Plan) -> Result<()> {
    let names = renamed(plan);
    let settled: HashMap<MessageId, String> = queries::cases::settled(tx, plan.id).await?.into_iter().collect();
    let cases: Vec<Case> = queries::cases::tried(tx, plan.id)
        .await?
        .into_iter()
        .map(|(message, now, then)| {
            let settled = settled
                .get(&message)
                .and_then(|name| names.get(name.as_str()).map(|then| (name.clone(), (*then).to_owned())));
            Case { now, then, settled }
        })
        .collect();
    let measures = measure::measure(&cases, plan.comparison);
    if !queries::finish(tx, plan.id, &measures).await? {
        return Ok(());
    }
    let worse: Vec<_> = measures.iter().filter(|row| row.worse).map(|row| row.measure).collect();
    let actor = Actor::system(tx.account_id());
    let audit = Audit::new("rehearsal.finished", "rehearsal", plan.id.0)
        .details(json!({ "status": RehearsalStatus::Done, "conversations": cases.len(), "worse": worse }));
    events::audit(tx, &actor, audit).await
}
