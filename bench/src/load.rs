//! Closed-loop load: a fixed number of keep-alive connections, each asking again as soon as it is answered.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, bail, ensure};
use tokio::{task::JoinSet, time::Instant};

use crate::{
    http::Connection,
    run::Measurement,
    stats::{Dice, Latencies},
    system::Target,
};

/// Before the clock starts: connections, statement caches and code paths are warm.
const WARM_UP: Duration = Duration::from_secs(1);

/// What a load brought back.
#[derive(Default)]
pub struct Outcome {
    pub latencies: Latencies,
    /// Answers, those of the warm-up included.
    pub answered: u64,
    /// Bytes of a typical answer's body.
    pub bytes: usize,
}

/// # Errors
/// At the first answer that is not what was asked for: a system that refuses is not fast.
pub async fn run(target: &Target, measurement: Measurement, connections: u32, seconds: u64) -> anyhow::Result<Outcome> {
    let start = Instant::now() + WARM_UP;
    let time = Duration::from_secs(seconds);
    let target = Arc::new(target.clone());
    let mut workers = JoinSet::new();
    for number in 0..connections {
        workers.spawn(worker(Arc::clone(&target), measurement, u64::from(number) + 1, start, start + time));
    }
    let mut outcome = Outcome::default();
    while let Some(worker) = workers.join_next().await {
        let of_worker = worker?.with_context(|| format!("{measurement} of {:?}", target.kind))?;
        outcome.latencies.add(of_worker.latencies);
        outcome.answered += of_worker.answered;
        outcome.bytes = outcome.bytes.max(of_worker.bytes);
    }
    outcome.latencies.gathered_over(time);
    ensure!(outcome.latencies.count() > 0, "{measurement} of {:?}: nothing was answered in time", target.kind);
    Ok(outcome)
}

async fn worker(
    target: Arc<Target>,
    measurement: Measurement,
    seed: u64,
    start: Instant,
    end: Instant,
) -> anyhow::Result<Outcome> {
    let mut dice = Dice::new(seed);
    let mut request = Vec::with_capacity(1024);
    let mut connection = Connection::open(target.port).await?;
    let mut outcome = Outcome::default();
    loop {
        target.write(measurement, &mut dice, &mut request);
        let asked = Instant::now();
        if asked >= end {
            return Ok(outcome);
        }
        let answer = connection.exchange(&request).await?;
        let answered = Instant::now();
        outcome.answered += 1;
        // The first answer is read as a whole, the others by their status: reading is not what is measured.
        let first = outcome.answered == 1 && !target.complete(measurement, answer.status, answer.body);
        if first || !(200..300).contains(&answer.status) {
            let start = &answer.body[..answer.body.len().min(300)];
            bail!("answered {} with {}", answer.status, String::from_utf8_lossy(start));
        }
        outcome.bytes = answer.body.len();
        if asked >= start && answered <= end {
            outcome.latencies.push(answered - asked);
        }
    }
}
