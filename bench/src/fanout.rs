//! One message to a thousand sockets: from the moment it is posted to the moment each socket has it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, ensure};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use tokio::{
    sync::mpsc::{UnboundedSender, unbounded_channel},
    task::JoinSet,
    time::{Instant, interval, timeout},
};

use crate::{http::Connection, load::Outcome, sockets::Listener, system::Target};

const SOCKETS: usize = 1_000;
const ACCOUNT: u64 = 1;
/// A conversation of that account.
const CONVERSATION: u64 = 20;
/// Slow enough that each message is out before the next one comes.
const PACE: Duration = Duration::from_millis(200);
/// For the last deliveries.
const PATIENCE: Duration = Duration::from_secs(10);
/// Posts carry numbers from here on, so that a frame tells which post it is.
const FIRST_NUMBER: u64 = 5_000_000;

pub async fn run(target: &Target, seconds: u64) -> anyhow::Result<Outcome> {
    let listeners: Vec<Listener> = stream::iter(0..SOCKETS)
        .map(|_| Listener::open(target, ACCOUNT))
        .buffer_unordered(32)
        .try_collect()
        .await
        .context("opening a thousand sockets; `ulimit -n` must allow a few thousand files")?;
    let sent: Arc<Mutex<Vec<Instant>>> = Arc::default();
    let (deliver, mut delivered) = unbounded_channel();
    let mut readers = JoinSet::new();
    for listener in listeners {
        readers.spawn(read(listener, Arc::clone(&sent), deliver.clone()));
    }
    drop(deliver);

    let mut outcome = Outcome::default();
    let posts = seconds * 1_000 / PACE.as_millis() as u64;
    let began = Instant::now();
    let posting = post(target, &sent, posts);
    let gathering = async {
        while outcome.latencies.count() < posts as usize * SOCKETS {
            let Ok(Some(latency)) = timeout(PATIENCE, delivered.recv()).await else { break };
            outcome.latencies.push(latency);
        }
    };
    let (posted, ()) = tokio::join!(posting, gathering);
    posted?;
    outcome.latencies.gathered_over(began.elapsed());
    outcome.answered = posts;
    readers.shutdown().await;
    let expected = posts as usize * SOCKETS;
    ensure!(
        outcome.latencies.count() == expected,
        "{:?} delivered {} of {expected} frames",
        target.kind,
        outcome.latencies.count()
    );
    Ok(outcome)
}

async fn post(target: &Target, sent: &Mutex<Vec<Instant>>, posts: u64) -> anyhow::Result<()> {
    let mut connection = Connection::open(target.port).await?;
    let mut pace = interval(PACE);
    let mut request = Vec::new();
    for number in 0..posts {
        pace.tick().await;
        target.write_post(CONVERSATION, FIRST_NUMBER + number, &mut request);
        sent.lock().unwrap_or_else(PoisonError::into_inner).push(Instant::now());
        let answer = connection.exchange(&request).await?;
        ensure!(answer.status == 201, "a post was answered {}", answer.status);
    }
    Ok(())
}

async fn read(mut listener: Listener, sent: Arc<Mutex<Vec<Instant>>>, deliver: UnboundedSender<Duration>) {
    while let Ok(frame) = listener.next().await {
        let now = Instant::now();
        let Some(number) = number(&frame) else { continue };
        let posted = sent.lock().unwrap_or_else(PoisonError::into_inner).get(number).copied();
        if let Some(posted) = posted
            && deliver.send(now - posted).is_err()
        {
            return;
        }
    }
}

/// Which post a frame tells of.
fn number(frame: &str) -> Option<usize> {
    let (_, rest) = frame.split_once("looked at order ")?;
    let digits = rest.split_once(':')?.0;
    usize::try_from(digits.parse::<u64>().ok()?.checked_sub(FIRST_NUMBER)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_tells_which_post_it_is() {
        assert_eq!(number(r#"{"content":"I have looked at order 5000012: the second"}"#), Some(12));
        assert_eq!(number(r#"{"content":"I have looked at order 17: the second"}"#), None);
        assert_eq!(number("{}"), None);
    }
}
