//! `queues`: depth, pace and failures of each queue.

use std::{
    fmt::Write as _,
    io::{IsTerminal as _, Write as _},
    time::Duration,
};

use clap::Args;
use domain::{Ctx, jobs};
use tokio_util::sync::CancellationToken;
use types::jobs::QueueFigures;

const EVERY: Duration = Duration::from_secs(1);

#[derive(Args, Debug)]
pub struct QueuesArgs {
    /// Show once and end
    #[arg(long)]
    once: bool,
    /// One JSON document instead of a table; with --once
    #[arg(long, requires = "once")]
    json: bool,
}

pub async fn show(ctx: &Ctx, arguments: &QueuesArgs) -> anyhow::Result<()> {
    if arguments.once {
        let figures = jobs::figures(ctx).await?;
        if arguments.json {
            println!("{}", serde_json::to_string(&figures)?);
        } else {
            print!("{}", table(&figures));
        }
        return Ok(());
    }
    let stop = CancellationToken::new();
    tokio::spawn(super::stop_on_signal(stop.clone()));
    let redraw = std::io::stdout().is_terminal();
    while !stop.is_cancelled() {
        let text = table(&jobs::figures(ctx).await?);
        // Clears the screen: the table takes the place of the one before.
        print!("{}{text}", if redraw { "\x1b[2J\x1b[H" } else { "" });
        std::io::stdout().flush()?;
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
    Ok(())
}

fn table(figures: &[QueueFigures]) -> String {
    let mut text = format!(
        "{:<10}{:>8}{:>9}{:>9}{:>8}{:>11}{:>11}\n",
        "queue", "ready", "delayed", "running", "parked", "done/min", "oldest"
    );
    for row in figures {
        let oldest = row.oldest_seconds.map_or_else(|| "-".to_owned(), age);
        _ = writeln!(
            text,
            "{:<10}{:>8}{:>9}{:>9}{:>8}{:>11}{:>11}",
            row.queue.as_str(),
            row.ready,
            row.delayed,
            row.running,
            row.parked,
            row.done_last_minute,
            oldest
        );
    }
    text
}

fn age(seconds: f64) -> String {
    match seconds {
        s if s < 1.0 => format!("{:.0} ms", s * 1_000.0),
        s if s < 120.0 => format!("{s:.0} s"),
        s if s < 7_200.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.0} h", s / 3_600.0),
    }
}

#[cfg(test)]
mod tests {
    use types::jobs::Queue;

    use super::*;

    #[test]
    fn the_table_lines_up() {
        let row = |queue, ready, oldest_seconds| QueueFigures {
            queue,
            ready,
            delayed: 0,
            running: 1,
            parked: 0,
            done_last_minute: 12,
            oldest_seconds,
        };
        let text = table(&[row(Queue::Classify, 10_000, Some(90.4)), row(Queue::Draft, 0, None)]);
        let lengths: Vec<usize> = text.lines().map(str::len).collect();
        assert_eq!(lengths, [66, 66, 66]);
        assert!(text.contains("90 s"));
        assert_eq!((age(0.25), age(3_600.0), age(86_400.0)), ("250 ms".into(), "60 min".into(), "24 h".into()));
    }
}
