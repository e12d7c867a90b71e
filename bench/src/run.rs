//! The measurements, in order, and what is checked after each.

use std::{fmt, time::Duration};

use anyhow::ensure;
use clap::ValueEnum;
use tokio::time::{Instant, sleep};

use crate::{
    Options,
    data::queries,
    drafts, fanout,
    install::{Bench, Installed, peer},
    load::{self, Outcome},
    report::{Figure, Results},
    system::Kind,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Measurement {
    Health,
    List,
    Messages,
    Post,
    SpreadPost,
    HotPost,
    Fanout,
    Draft,
    Page,
    Memory,
}

impl fmt::Display for Measurement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Health => "health",
            Self::List => "conversation list, 50 rows",
            Self::Messages => "messages, 100 rows",
            Self::Post => "post, one account",
            Self::SpreadPost => "post, 20 accounts",
            Self::HotPost => "post, one conversation",
            Self::Fanout => "one message to 1,000 sockets",
            Self::Draft => "customer's message to draft",
            Self::Page => "inbox page, rendered",
            Self::Memory => "resident memory after all loads",
        })
    }
}

impl Measurement {
    /// Whether each answer leaves a message behind.
    pub const fn posts(self) -> bool {
        matches!(self, Self::Post | Self::SpreadPost | Self::HotPost | Self::Fanout)
    }

    /// Whether the peer has the thing that is measured.
    const fn of_both(self) -> bool {
        !matches!(self, Self::Draft | Self::Page)
    }
}

/// How long committed work may take to be finished after a load.
const FINISHED_WITHIN: Duration = Duration::from_mins(3);

pub async fn run(bench: &mut Bench, options: &Options) -> anyhow::Result<Results> {
    eprintln!("==> HummDesk: 20 accounts, 100,000 conversations, 519,000 messages");
    bench.install(options).await?;
    match options.peer.as_deref().map(|directory| (directory, peer::missing(directory))) {
        None => eprintln!("==> no peer: give its directory with --peer"),
        Some((_, Some(why))) => eprintln!("==> no peer: {why}"),
        Some((directory, None)) => {
            eprintln!("==> the peer: the same data");
            peer::install(bench, directory).await?;
        }
    }
    let mut results = Results::default();
    for measurement in Measurement::value_variants() {
        let wanted = options.only.is_empty() || options.only.contains(measurement);
        if wanted && *measurement != Measurement::Memory {
            eprintln!("==> {measurement}");
            measure(bench, options, *measurement, &mut results).await?;
        }
    }
    for system in &bench.systems {
        let resident: u64 = system.processes.iter().map(crate::machine::Process::resident).sum();
        results.figures.push(Figure::memory(system.target.kind, resident));
    }
    Ok(results)
}

async fn measure(
    bench: &mut Bench,
    options: &Options,
    measurement: Measurement,
    results: &mut Results,
) -> anyhow::Result<()> {
    let mut outcomes: Vec<Outcome> = bench.systems.iter().map(|_| Outcome::default()).collect();
    // What a person waits for is measured once; rates are measured in rounds, the systems taking turns to be first.
    let rounds = if measurement == Measurement::Draft { 1 } else { options.rounds };
    for round in 0..rounds {
        let mut order: Vec<usize> = (0..bench.systems.len()).collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for index in order {
            let system = &mut bench.systems[index];
            if system.target.kind == Kind::HummDesk || measurement.of_both() {
                let outcome = one(system, options, measurement).await?;
                let sum = &mut outcomes[index];
                sum.latencies.gathered_over(outcome.latencies.time());
                sum.latencies.add(outcome.latencies);
                sum.answered += outcome.answered;
                sum.bytes = outcome.bytes;
            }
        }
    }
    for (system, outcome) in bench.systems.iter().zip(outcomes) {
        if outcome.answered > 0 {
            results.figures.push(Figure::of(measurement, system.target.kind, &outcome));
        }
    }
    Ok(())
}

/// One load on one system; returns when nothing of it is left to do.
async fn one(system: &mut Installed, options: &Options, measurement: Measurement) -> anyhow::Result<Outcome> {
    let before = Stored::of(system).await?;
    let outcome = match measurement {
        Measurement::Fanout => fanout::run(&system.target, options.seconds).await?,
        Measurement::Draft => drafts::run(&system.target).await?,
        _ => load::run(&system.target, measurement, options.connections, options.seconds).await?,
    };
    finished(system).await?;
    let after = Stored::of(system).await?;
    if measurement.posts() {
        let (answered, kind) = (outcome.answered as i64, system.target.kind);
        let stored = after.messages - before.messages;
        ensure!(stored == answered, "{kind:?} answered {answered} posts and stored {stored}");
        // An event each for HummDesk, a job's result each for the peer.
        let followed = after.followed - before.followed;
        ensure!(followed == answered, "{kind:?} answered {answered} posts and followed up {followed}");
    }
    Ok(outcome)
}

struct Stored {
    messages: i64,
    followed: i64,
}

impl Stored {
    async fn of(system: &mut Installed) -> anyhow::Result<Self> {
        let database = &mut system.database;
        Ok(Self {
            messages: queries::messages(database).await?,
            followed: match system.target.kind {
                Kind::HummDesk => queries::events(database).await?,
                Kind::Peer => queries::peer_classified(database).await?,
            },
        })
    }
}

/// Waits until a system has done what its answers promised, so that it does not disturb the next one measured.
async fn finished(system: &mut Installed) -> anyhow::Result<()> {
    let deadline = Instant::now() + FINISHED_WITHIN;
    let mut last = -1;
    loop {
        let done = match system.target.kind {
            Kind::HummDesk => queries::unfinished(&mut system.database).await? == 0,
            // Its queue is in Redis: it has ended when its results no longer grow.
            Kind::Peer => {
                let classified = queries::peer_classified(&mut system.database).await?;
                std::mem::replace(&mut last, classified) == classified
            }
        };
        if done {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "{:?} still works after {FINISHED_WITHIN:?}", system.target.kind);
        sleep(Duration::from_millis(500)).await;
    }
}
