//! Wake-ups: hints that something was committed. They carry no data, are coalesced over a few milliseconds, go out
//! after the writing transaction, and may be lost without harm because every listener also looks by itself now and then.

use std::{sync::Arc, time::Duration};

use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
};
use tokio::sync::watch;

/// How long signals are gathered before one `NOTIFY` speaks for all of them.
const COALESCE: Duration = Duration::from_millis(3);

#[derive(Clone, Copy, Debug)]
pub enum Topic {
    /// Committed events wait for a number.
    Events,
    /// Numbers were given.
    Numbered,
    /// Jobs wait.
    Jobs,
}

impl Topic {
    const ALL: [Self; 3] = [Self::Events, Self::Numbered, Self::Jobs];

    const fn channel(self) -> &'static str {
        match self {
            Self::Events => "hummdesk_events",
            Self::Numbered => "hummdesk_numbered",
            Self::Jobs => "hummdesk_jobs",
        }
    }
}

#[derive(Clone)]
pub struct Wake(Arc<Inner>);

struct Inner {
    /// Counts this process's own signals, to be announced to the others.
    own: [watch::Sender<u64>; 3],
    /// Counts everybody's signals.
    any: [watch::Sender<u64>; 3],
}

impl Wake {
    /// Announces over `pool`. Listening has a connection of its own: it would keep one of the requests' for ever.
    pub(super) fn start(pool: PgPool, options: PgConnectOptions) -> Self {
        let channels = || Topic::ALL.map(|_| watch::Sender::new(0));
        let wake = Self(Arc::new(Inner { own: channels(), any: channels() }));
        for topic in Topic::ALL {
            tokio::spawn(announce(wake.0.own[topic as usize].subscribe(), topic, pool.clone()));
        }
        tokio::spawn(listen(Arc::downgrade(&wake.0), pool, options));
        wake
    }

    pub fn signal(&self, topic: Topic) {
        self.0.own[topic as usize].send_modify(|n| *n += 1);
        self.0.any[topic as usize].send_modify(|n| *n += 1);
    }

    /// Changes whenever anyone, in any process, signals the topic.
    pub fn subscribe(&self, topic: Topic) -> watch::Receiver<u64> {
        self.0.any[topic as usize].subscribe()
    }
}

/// Ends when the last [`Wake`] is dropped.
async fn announce(mut own: watch::Receiver<u64>, topic: Topic, pool: PgPool) {
    while own.changed().await.is_ok() {
        tokio::time::sleep(COALESCE).await;
        own.mark_unchanged();
        if let Err(error) = sqlx::query!("select pg_notify($1, '')", topic.channel()).execute(&pool).await {
            tracing::debug!(%error, channel = topic.channel(), "wake-up not announced; listeners look by themselves");
        }
    }
}

async fn listen(wake: std::sync::Weak<Inner>, pool: PgPool, options: PgConnectOptions) {
    let own = PgPoolOptions::new().max_connections(1).connect_lazy_with(options);
    while wake.strong_count() > 0 && !pool.is_closed() {
        let Ok(mut listener) = PgListener::connect_with(&own).await else {
            tokio::time::sleep(Duration::from_millis(500)).await;
            continue;
        };
        if listener.listen_all(Topic::ALL.map(Topic::channel)).await.is_err() {
            continue;
        }
        // The connection may have been away: whatever was missed is looked for now.
        if let Some(wake) = wake.upgrade() {
            wake.any.iter().for_each(|sender| sender.send_modify(|n| *n += 1));
        }
        while let Ok(notification) = listener.recv().await {
            let Some(wake) = wake.upgrade() else { return };
            if let Some(topic) = Topic::ALL.into_iter().find(|topic| topic.channel() == notification.channel()) {
                wake.any[topic as usize].send_modify(|n| *n += 1);
            }
        }
    }
}
