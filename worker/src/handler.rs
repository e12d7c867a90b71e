//! From a job to the domain, and from the domain's answer to a verdict.

use std::time::{Duration, Instant};

use apalis_core::{error::BoxDynError, task::data::Data};
use domain::{
    Ctx, Error, Result,
    categories::jobs::TrainClassifier,
    classifications, drafts,
    embeddings::{self, jobs::EmbedPassages},
    jobs::{Claimed, Verdict},
    knowledge::{self, jobs::IndexArticle},
    messages::jobs::{ClassifyMessage, DraftReply},
    rehearsals::{self, jobs::Rehearse},
};
use tokio::task::JoinError;
use types::jobs::Queue;

use crate::{
    Runner,
    lease::{Lease, given_back},
};

/// A job that takes longer hangs.
const TIMEOUT: Duration = Duration::from_mins(1);
/// Training on thousands of texts takes minutes.
const TRAINING_TIMEOUT: Duration = Duration::from_mins(15);
/// Attempts at a job whose error we do not understand: most are bugs, some are weather.
const PUZZLING_TRIES: i32 = 3;

/// apalis's handler. Never an error: the verdict is written down here, with its own pause and its own end.
pub async fn handle(lease: Lease, runner: Data<Runner>) -> Result<(), BoxDynError> {
    let Some(job) = lease.job().cloned() else { return Ok(()) };
    let queue = lease.queue;
    let started = Instant::now();
    let timeout = if queue == Queue::Maintain { TRAINING_TIMEOUT } else { TIMEOUT };
    // A task of its own: a panic ends it and nothing else, and its work does not share a thread with its neighbours'.
    let mut work = runner.tracker.spawn(perform(runner.ctx.clone(), queue, job.clone()));
    let ended = tokio::select! {
        ended = &mut work => Some(ended),
        () = tokio::time::sleep(timeout) => None,
        () = lease.lost.cancelled() => {
            work.abort();
            tracing::warn!(job = %job.id, "worker.job.lost: the connection that held it is gone");
            lease.forget();
            return Ok(());
        }
        () = runner.hurry.cancelled() => {
            work.abort();
            lease.settle(given_back()).await;
            return Ok(());
        }
    };
    let outcome = match ended {
        Some(Ok(Ok(()))) => None,
        Some(Ok(Err(error))) => verdict(queue, &job, error),
        Some(Err(error)) => Some(Verdict::Retry { error: panicked(error), after: None }),
        None => {
            work.abort();
            Some(Verdict::Retry { error: format!("took longer than {} s", timeout.as_secs()), after: None })
        }
    };
    record(queue, started.elapsed(), outcome.as_ref());
    match outcome {
        Some(verdict) => lease.settle(verdict).await,
        // Marked done in the transaction of its effect.
        None => lease.forget(),
    }
    Ok(())
}

/// The domain's work for a job, by its queue.
async fn perform(ctx: Ctx, queue: Queue, job: Claimed) -> Result<()> {
    match queue {
        Queue::Classify => classifications::classify(&ctx, &job).await,
        Queue::Draft => drafts::generate(&ctx, &job).await,
        Queue::Index if job.payload::<EmbedPassages>().is_ok() => embeddings::fill(&ctx, &job).await,
        Queue::Index => knowledge::index(&ctx, &job).await,
        Queue::Maintain if job.payload::<Rehearse>().is_ok() => rehearsals::rehearse(&ctx, &job).await,
        Queue::Maintain => classifications::train(&ctx, &job).await,
    }
}

/// Whether the job can be read at all: no attempt mends a payload.
fn readable(queue: Queue, job: &Claimed) -> bool {
    match queue {
        Queue::Classify => job.payload::<ClassifyMessage>().is_ok(),
        Queue::Draft => job.payload::<DraftReply>().is_ok(),
        Queue::Index => job.payload::<IndexArticle>().is_ok() || job.payload::<EmbedPassages>().is_ok(),
        Queue::Maintain => job.payload::<TrainClassifier>().is_ok() || job.payload::<Rehearse>().is_ok(),
    }
}

/// None when the job is no longer ours, so that nothing is ours to say.
fn verdict(queue: Queue, job: &Claimed, error: Error) -> Option<Verdict> {
    let text = describe(&error);
    match error {
        Error::Conflict { code: "job_lost", .. } => None,
        Error::TooManyRequests { retry_after } => Some(Verdict::Retry { error: text, after: Some(retry_after) }),
        error if error.is_transient() => Some(Verdict::Retry { error: text, after: None }),
        Error::Internal(_) if readable(queue, job) && job.attempts < PUZZLING_TRIES => {
            Some(Verdict::Retry { error: text, after: None })
        }
        _ => Some(Verdict::Park { error: text }),
    }
}

/// The error and what it stands on, in one line.
fn describe(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

fn panicked(error: JoinError) -> String {
    let Ok(panic) = error.try_into_panic() else { return "the job was cut short".to_owned() };
    let text =
        panic.downcast_ref::<&str>().map(ToString::to_string).or_else(|| panic.downcast_ref::<String>().cloned());
    format!("panicked: {}", text.unwrap_or_else(|| "without a word".to_owned()))
}

fn record(queue: Queue, took: Duration, verdict: Option<&Verdict>) {
    let outcome = match verdict {
        None | Some(Verdict::Done) => "done",
        Some(Verdict::Retry { .. }) => "retry",
        Some(Verdict::Park { .. }) => "parked",
    };
    metrics::counter!("jobs_handled_total", "queue" => queue.as_str(), "outcome" => outcome).increment(1);
    let name = match queue {
        Queue::Classify => "ai_classification_duration_seconds",
        Queue::Draft => "ai_draft_duration_seconds",
        Queue::Index | Queue::Maintain => "jobs_duration_seconds",
    };
    metrics::histogram!(name).record(took.as_secs_f64());
}

#[cfg(test)]
mod tests {
    use types::{AccountId, JobId, Timestamp};

    use super::*;

    fn job(attempts: i32, payload: serde_json::Value) -> Claimed {
        Claimed {
            id: JobId(1),
            account_id: AccountId(1),
            payload,
            attempts,
            worker: 1,
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn good(attempts: i32) -> Claimed {
        job(attempts, serde_json::json!({ "message_id": 1 }))
    }

    #[test]
    fn weather_is_retried_and_bugs_are_parked() {
        let puzzling = || Error::internal(anyhow::anyhow!("what"));
        let retry = |verdict| matches!(verdict, Some(Verdict::Retry { .. }));
        let park = |verdict| matches!(verdict, Some(Verdict::Park { .. }));
        assert!(retry(verdict(Queue::Classify, &good(7), Error::Unavailable(anyhow::anyhow!("down")))));
        assert!(retry(verdict(Queue::Classify, &good(1), puzzling())));
        assert!(park(verdict(Queue::Classify, &good(3), puzzling())));
        assert!(park(verdict(Queue::Classify, &job(1, serde_json::json!({})), puzzling())));
        assert!(park(verdict(Queue::Classify, &good(1), Error::NotFound)));
        assert!(park(verdict(Queue::Maintain, &good(1), puzzling())));
    }

    #[test]
    fn a_job_in_other_hands_is_left_alone() {
        assert!(verdict(Queue::Draft, &good(1), Error::Conflict { code: "job_lost", message: "" }).is_none());
    }

    #[test]
    fn errors_are_told_with_their_causes() {
        let error = Error::Unavailable(anyhow::anyhow!("refused").context("connecting"));
        assert_eq!(describe(&error), "temporarily unavailable: connecting: refused");
    }
}
