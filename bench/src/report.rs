//! What was measured: a table for people, JSON for programs.

use std::{fmt::Write as _, fs};

use anyhow::Context as _;
use domain::clock::{Clock as _, SystemClock};
use serde::Serialize;

use crate::{Options, load::Outcome, run::Measurement, system::Kind};

#[derive(Default)]
pub struct Results {
    pub figures: Vec<Figure>,
}

/// One measurement of one system.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    pub measurement: String,
    pub system: &'static str,
    /// Answers (deliveries, for sockets) a second; absent where the pace was ours.
    pub per_second: Option<f64>,
    pub p50_ms: Option<f64>,
    pub p99_ms: Option<f64>,
    /// Size of an answer's body.
    pub bytes: Option<usize>,
    pub megabytes: Option<f64>,
}

impl Figure {
    pub fn of(measurement: Measurement, kind: Kind, outcome: &Outcome) -> Self {
        let [p50, p99] = outcome.latencies.at([0.5, 0.99]);
        let paced = matches!(measurement, Measurement::Fanout | Measurement::Draft);
        Self {
            measurement: measurement.to_string(),
            system: name(kind),
            per_second: (!paced).then(|| outcome.latencies.per_second()),
            p50_ms: Some(p50),
            p99_ms: Some(p99),
            bytes: (outcome.bytes > 0).then_some(outcome.bytes),
            megabytes: None,
        }
    }

    pub fn memory(kind: Kind, bytes: u64) -> Self {
        Self {
            measurement: Measurement::Memory.to_string(),
            system: name(kind),
            per_second: None,
            p50_ms: None,
            p99_ms: None,
            bytes: None,
            megabytes: Some(bytes as f64 / 1e6),
        }
    }
}

const fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::HummDesk => "hummdesk",
        Kind::Peer => "peer",
    }
}

#[derive(Serialize)]
struct Document<'a> {
    at: String,
    seconds: u64,
    rounds: u32,
    connections: u32,
    figures: &'a [Figure],
}

/// Writes the JSON file and prints the table, or the JSON when that is asked for.
pub fn write(results: &Results, options: &Options) -> anyhow::Result<()> {
    let now = SystemClock.now();
    let document = Document {
        at: now.to_rfc3339(),
        seconds: options.seconds,
        rounds: options.rounds,
        connections: options.connections,
        figures: &results.figures,
    };
    let text = serde_json::to_string_pretty(&document)?;
    let file = options.output.join(format!("{}.json", now.format("%Y%m%dT%H%M%SZ")));
    fs::write(&file, &text).with_context(|| format!("writing {}", file.display()))?;
    if options.json {
        println!("{text}");
    } else {
        print!("{}", table(&results.figures));
        eprintln!("\nWritten to {}", file.display());
    }
    Ok(())
}

fn table(figures: &[Figure]) -> String {
    let mut text = format!(
        "{:<32} {:<9} {:>10} {:>9} {:>9} {:>9}  {}\n",
        "", "", "per second", "p50 ms", "p99 ms", "bytes", "HummDesk / peer"
    );
    for figure in figures {
        let peer = figures.iter().find(|other| other.measurement == figure.measurement && other.system == "peer");
        let ratio = peer.filter(|_| figure.system == "hummdesk").map(|peer| ratio(figure, peer)).unwrap_or_default();
        let number = |value: Option<f64>, digits: usize| value.map_or(String::new(), |v| format!("{v:.digits$}"));
        let size = match (figure.bytes, figure.megabytes) {
            (Some(bytes), _) => bytes.to_string(),
            (None, Some(megabytes)) => format!("{megabytes:.0} MB"),
            (None, None) => String::new(),
        };
        _ = writeln!(
            text,
            "{:<32} {:<9} {:>10} {:>9} {:>9} {size:>9}  {ratio}",
            figure.measurement,
            figure.system,
            number(figure.per_second, 0),
            number(figure.p50_ms, 1),
            number(figure.p99_ms, 1),
        );
    }
    text
}

/// Rate against rate, then slowest against slowest; memory against memory.
fn ratio(ours: &Figure, peer: &Figure) -> String {
    let against = |ours: Option<f64>, peer: Option<f64>| ours.zip(peer).map(|(ours, peer)| ours / peer.max(0.001));
    let rate = against(ours.per_second, peer.per_second).map(|times| format!("{times:.2}x the rate"));
    let p99 = against(ours.p99_ms, peer.p99_ms).map(|times| format!("{times:.2}x the p99"));
    let memory = against(ours.megabytes, peer.megabytes).map(|times| format!("{times:.2}x the memory"));
    [rate, p99, memory].into_iter().flatten().collect::<Vec<_>>().join(", ")
}
