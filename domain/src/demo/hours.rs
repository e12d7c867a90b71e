//! When people write and when people answer: working hours, and a seeded source of chance.

use chrono::{DateTime, Datelike as _, Days, TimeDelta, Timelike as _, Utc, Weekday};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use types::Timestamp;

/// Eight to six in Helsinki's winter, in UTC hours.
const OPENS: u32 = 6;
const CLOSES: u32 = 16;

/// The same draws for the same seed: the demo looks alike on every machine.
pub struct Dice(StdRng);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.0.random_bool(probability)
    }

    /// Seconds between the two, each order of magnitude as likely as another.
    pub fn spread(&mut self, least: f64, most: f64) -> TimeDelta {
        TimeDelta::seconds(self.0.random_range(least.ln()..most.ln()).exp() as i64)
    }

    /// An index below `count`, which is at least 1.
    pub fn below(&mut self, count: usize) -> usize {
        self.0.random_range(0..count)
    }

    /// A moment between the two at which a customer may well write: mostly on working days, seldom at night.
    pub fn moment(&mut self, from: Timestamp, to: Timestamp) -> Timestamp {
        let span = (to - from).num_seconds().max(1);
        loop {
            let at = from + TimeDelta::seconds(self.0.random_range(0..span));
            if self.chance(busyness(at)) {
                return at;
            }
        }
    }
}

/// How likely customers write, 0 to 1.
fn busyness(at: Timestamp) -> f64 {
    let hour = match at.hour() {
        6 | 14..=16 => 0.7,
        7..=10 | 12..=13 => 1.0,
        11 => 0.8,
        17..=20 => 0.35,
        5 | 21 => 0.15,
        _ => 0.05,
    };
    if is_weekend(at) { hour * 0.3 } else { hour }
}

fn is_weekend(at: Timestamp) -> bool {
    matches!(at.weekday(), Weekday::Sat | Weekday::Sun)
}

pub fn is_working(at: Timestamp) -> bool {
    !is_weekend(at) && (OPENS..CLOSES).contains(&at.hour())
}

/// The moment `effort` later, counting working hours only.
pub fn worked(from: Timestamp, effort: TimeDelta) -> Timestamp {
    let mut at = from;
    let mut left = effort;
    loop {
        if !is_working(at) {
            at = next_opening(at);
        }
        let closes = on_the_hour(at, CLOSES);
        if at + left < closes {
            return at + left;
        }
        left -= closes - at;
        at = closes;
    }
}

fn next_opening(at: Timestamp) -> Timestamp {
    let mut day = if at.hour() < OPENS { at } else { at + Days::new(1) };
    while is_weekend(day) {
        day = day + Days::new(1);
    }
    on_the_hour(day, OPENS)
}

fn on_the_hour(at: Timestamp, hour: u32) -> Timestamp {
    let midnight: DateTime<Utc> = at.date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
    midnight + TimeDelta::hours(hour.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn work_stops_in_the_evening_and_over_the_weekend() {
        // A Friday.
        assert_eq!(worked(at("2026-11-20T10:00:00Z"), TimeDelta::hours(2)), at("2026-11-20T12:00:00Z"));
        assert_eq!(worked(at("2026-11-20T15:30:00Z"), TimeDelta::hours(1)), at("2026-11-23T06:30:00Z"));
        assert_eq!(worked(at("2026-11-21T12:00:00Z"), TimeDelta::minutes(5)), at("2026-11-23T06:05:00Z"));
        assert_eq!(worked(at("2026-11-19T03:00:00Z"), TimeDelta::hours(12)), at("2026-11-20T08:00:00Z"));
        assert_eq!(worked(at("2026-11-19T23:00:00Z"), TimeDelta::minutes(1)), at("2026-11-20T06:01:00Z"));
    }

    #[test]
    fn most_customers_write_on_working_days() {
        let mut dice = Dice::new(7);
        let moments: Vec<Timestamp> =
            (0..500).map(|_| dice.moment(at("2026-09-01T00:00:00Z"), at("2026-11-01T00:00:00Z"))).collect();
        let working = moments.iter().filter(|moment| is_working(**moment)).count();
        assert!((320..450).contains(&working), "{working} of 500");
    }

    #[test]
    fn draws_repeat() {
        let draw = || {
            let mut dice = Dice::new(1);
            (dice.below(1000), dice.chance(0.5), dice.spread(10.0, 1000.0))
        };
        assert_eq!(draw(), draw());
    }
}
