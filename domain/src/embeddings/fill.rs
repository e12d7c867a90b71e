//! The job that embeds passages: batch by batch outside any transaction, and a model that has seen them all answers from
//! then on.

use chrono::{Days, NaiveTime, TimeDelta};
use tokio::time::{Duration, Instant};
use types::{AccountId, EmbeddingModelId, Timestamp, ai_settings::EmbeddingStatus, egress::Purpose};

use super::{
    jobs::EmbedPassages,
    place,
    queries::{self, Pairs, Row},
};
use crate::{
    Ctx, Result, TenantTx,
    ai::{
        RemoteError,
        remote::{EMBEDDED_AT_ONCE, Refusal},
    },
    ai_settings::{self, Stored},
    egress::{About, Books},
    jobs::{self, Claimed, NewJob, enqueue},
};

/// A job's share; then whatever else waits has its turn.
const SLICE: Duration = Duration::from_secs(10);
/// For a batch; a job has a minute.
const BATCH_WITHIN: Duration = Duration::from_secs(30);
/// Vectors of a retired model that go in a transaction.
const PURGED: i64 = 5_000;
/// Passages whose pairs put a model's cosines on the built-in scale.
const SAMPLE: i64 = 64;
/// Fewer pairs tell nothing about a scale.
const FEWEST_PAIRS: i64 = 28;

enum Step {
    More,
    Done,
    Later(TimeDelta),
}

/// Carries out [`EmbedPassages`].
pub async fn fill(ctx: &Ctx, job: &Claimed) -> Result<()> {
    let until = Instant::now() + SLICE;
    let next = loop {
        match step(ctx, job.account_id).await? {
            Step::More if Instant::now() < until => {}
            Step::More => break Some(TimeDelta::zero()),
            Step::Done => break None,
            Step::Later(after) => break Some(after),
        }
    };
    let mut tx = ctx.begin_in(job.account_id).await?;
    if let Some(after) = next {
        let again = NewJob::of(&EmbedPassages { embed: true })?;
        let again = if after.is_zero() { again } else { again.at(tx.now() + after) };
        enqueue(&mut tx, again).await?;
    }
    jobs::done_in(&mut tx, job).await?;
    tx.commit().await
}

async fn step(ctx: &Ctx, account: AccountId) -> Result<Step> {
    let mut tx = ctx.begin_in(account).await?;
    if queries::purge(&mut tx, PURGED).await? {
        tx.commit().await?;
        return Ok(Step::More);
    }
    let stored = ai_settings::queries::find(&mut tx).await?;
    let Some(model) = next_model(&mut tx, &stored).await? else {
        tx.commit().await?;
        return Ok(Step::Done);
    };
    let (chunks, texts): (Vec<_>, Vec<_>) =
        queries::unseen(&mut tx, model.id, EMBEDDED_AT_ONCE as i64).await?.into_iter().unzip();
    if chunks.is_empty() {
        // An account without passages has nothing to answer from; the first one promises a job.
        let done = if model.dimension.is_none() { Step::Done } else { Step::More };
        if model.dimension.is_some() {
            complete(&mut tx, &model).await?;
        }
        tx.commit().await?;
        return Ok(done);
    }
    tx.commit().await?;
    let remote = match ctx.models.embedder(ctx, account, &stored).await {
        Ok(remote) => remote,
        // The settings promise another job when they change.
        Err(because) => {
            note(ctx, account, model.id, &because.to_string()).await?;
            return Ok(Step::Done);
        }
    };
    let books = Books::new(ctx, account, About::nothing(ctx, Purpose::Embed));
    let vectors = match remote.embed(&model.name, &texts, BATCH_WITHIN, &books).await {
        Ok(vectors) => vectors,
        Err(error) => {
            note(ctx, account, model.id, &error.to_string()).await?;
            return Ok(Step::Later(pause(&error, ctx.now())));
        }
    };
    let mut tx = ctx.begin_in(account).await?;
    let dimension = vectors.first().map_or(0, Vec::len) as i32;
    match queries::lock(&mut tx, model.id).await? {
        // Retired while the endpoint thought.
        None => return Ok(Step::More),
        Some(None) => queries::set_dimension(&mut tx, model.id, dimension).await?,
        Some(Some(known)) if known == dimension => {}
        Some(Some(known)) => {
            let why = format!("vectors of {dimension} dimensions came where there were {known}");
            queries::set_error(&mut tx, model.id, Some(&why)).await?;
            tx.commit().await?;
            return Ok(Step::Later(TimeDelta::hours(1)));
        }
    }
    queries::insert_vectors(&mut tx, model.id, &chunks, &vectors).await?;
    queries::set_error(&mut tx, model.id, None).await?;
    tx.commit().await?;
    Ok(Step::More)
}

/// The model that lacks passages: the one being filled before the one that answers.
async fn next_model(tx: &mut TenantTx, stored: &Stored) -> Result<Option<Row>> {
    let standing = queries::standing(tx).await?;
    Ok(standing.into_iter().rev().find(|row| {
        let here = Stored { embedding_model: Some(row.name.clone()), ..stored.clone() };
        !row.complete && place(&here).as_deref() == Some(row.place.as_str())
    }))
}

/// The model has seen every passage: it answers from here on, and the one before does not.
async fn complete(tx: &mut TenantTx, model: &Row) -> Result<()> {
    if model.status == EmbeddingStatus::Filling {
        queries::retire(tx, EmbeddingStatus::Active).await?;
    }
    let (slope, shift) = scale(&queries::pairs(tx, model.id, SAMPLE).await?);
    queries::set_complete(tx, model.id, slope, shift).await
}

/// The line that gives the model's cosines the mean and the spread of the built-in one's.
fn scale(pairs: &Pairs) -> (f64, f64) {
    if pairs.count < FEWEST_PAIRS || pairs.theirs_spread < 1e-6 {
        return (1.0, 0.0);
    }
    let slope = (pairs.ours_spread / pairs.theirs_spread).clamp(0.2, 5.0);
    (slope, pairs.ours - slope * pairs.theirs)
}

async fn note(ctx: &Ctx, account: AccountId, model: EmbeddingModelId, why: &str) -> Result<()> {
    tracing::warn!(%account, why, "embeddings.fill waits; the built-in vectors serve");
    let mut tx = ctx.begin_in(account).await?;
    queries::set_error(&mut tx, model, Some(why)).await?;
    tx.commit().await
}

/// When to try again.
fn pause(error: &RemoteError, now: Timestamp) -> TimeDelta {
    match error {
        RemoteError::Busy { retry_after } => {
            let asked = retry_after.and_then(|after| TimeDelta::from_std(after).ok()).unwrap_or(TimeDelta::seconds(5));
            asked.clamp(TimeDelta::seconds(1), TimeDelta::minutes(10))
        }
        RemoteError::Timeout | RemoteError::Unreachable | RemoteError::Open | RemoteError::Unrecorded => {
            TimeDelta::minutes(1)
        }
        RemoteError::Refused(Refusal::OverTokens | Refusal::OverSpend) => {
            let tomorrow = (now.date_naive() + Days::new(1)).and_time(NaiveTime::MIN).and_utc();
            tomorrow - now
        }
        RemoteError::Refused(Refusal::OverRate) => TimeDelta::minutes(1),
        RemoteError::Status(_)
        | RemoteError::Invalid(_)
        | RemoteError::NotPublic
        | RemoteError::Refused(Refusal::Forbidden) => TimeDelta::hours(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosines_are_put_on_the_built_in_scale() {
        let pairs = |count, theirs, theirs_spread| Pairs { count, theirs, theirs_spread, ours: 0.2, ours_spread: 0.15 };
        let (slope, shift) = scale(&pairs(100, 0.8, 0.05));
        assert!((slope - 3.0).abs() < 1e-9);
        assert!((slope * 0.8 + shift - 0.2).abs() < 1e-9, "the mean is the mean");
        assert_eq!(scale(&pairs(27, 0.8, 0.05)), (1.0, 0.0));
        assert_eq!(scale(&pairs(100, 0.8, 0.0)), (1.0, 0.0));
        assert!(scale(&pairs(100, 0.8, 0.001)).0 <= 5.0);
    }

    #[test]
    fn a_spent_budget_waits_for_the_next_day() {
        let noon = "2026-11-26T12:00:00Z".parse().unwrap();
        assert_eq!(pause(&RemoteError::Refused(Refusal::OverTokens), noon), TimeDelta::hours(12));
        assert_eq!(pause(&RemoteError::Status(401), noon), TimeDelta::hours(1));
        let busy = RemoteError::Busy { retry_after: Some(Duration::from_secs(7)) };
        assert_eq!(pause(&busy, noon), TimeDelta::seconds(7));
    }
}
