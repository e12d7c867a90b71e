//! Who wrote which conversation, and when each line was said.

use std::collections::HashMap;

use chrono::{TimeDelta, Timelike as _};
use types::{
    Language, Timestamp,
    conversations::{Priority, Status},
    inboxes::Channel,
};
use unicode_segmentation::UnicodeSegmentation as _;

use super::{
    files::{From, Script},
    hours::{Dice, worked},
};

/// Days back to the first conversation.
const PERIOD_DAYS: i64 = 60;
/// Draws of a beginning until the conversation fits its place in time.
const TRIES: usize = 300;

pub struct Customer {
    pub name: String,
    pub email: String,
    pub language: Language,
    pub location: &'static str,
    busy: bool,
}

/// The customers, and for each script which of them wrote it. A conversation in which somebody is called by name stays
/// with its writer; the others are given to people who write anyway, because customers come back.
pub fn cast(scripts: &[Script], dice: &mut Dice) -> (Vec<Customer>, Vec<usize>) {
    let mut customers: Vec<Customer> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    let mut writers = vec![None; scripts.len()];
    for (writer, script) in writers.iter_mut().zip(scripts).filter(|(_, script)| calls_by_name(script)) {
        *writer = Some(*known.entry(&script.contact.email).or_insert_with(|| introduce(&mut customers, script, dice)));
    }
    for (writer, script) in writers.iter().zip(scripts) {
        if let (Some(writer), true) = (writer, script.status != Status::Resolved) {
            customers[*writer].busy = true;
        }
    }
    for (writer, script) in writers.iter_mut().zip(scripts).filter(|(writer, _)| writer.is_none()) {
        let open = script.status != Status::Resolved;
        let fitting: Vec<usize> = (0..customers.len())
            .filter(|&index| customers[index].language == script.language && !(open && customers[index].busy))
            .collect();
        let chosen = if fitting.is_empty() {
            introduce(&mut customers, script, dice)
        } else {
            // Some write often, most once or twice.
            fitting[dice.below(fitting.len()).min(dice.below(fitting.len()))]
        };
        customers[chosen].busy |= open;
        *writer = Some(chosen);
    }
    (customers, writers.into_iter().flatten().collect())
}

fn introduce(customers: &mut Vec<Customer>, script: &Script, dice: &mut Dice) -> usize {
    let places = match script.language {
        Language::English => ["London, United Kingdom", "Dublin, Ireland", "Leeds, United Kingdom", "Cork, Ireland"],
        Language::Finnish => ["Helsinki, Finland", "Tampere, Finland", "Oulu, Finland", "Turku, Finland"],
        Language::Swedish => ["Stockholm, Sweden", "Malmö, Sweden", "Vaasa, Finland", "Uppsala, Sweden"],
        Language::German => ["Berlin, Germany", "Hamburg, Germany", "Wien, Austria", "Zürich, Switzerland"],
        Language::French => ["Lyon, France", "Nantes, France", "Bruxelles, Belgium", "Lille, France"],
    };
    customers.push(Customer {
        name: script.contact.name.clone(),
        email: script.contact.email.clone(),
        language: script.language,
        location: places[dice.below(places.len())],
        busy: false,
    });
    customers.len() - 1
}

/// Whether somebody says the customer's first or last name, also with an ending ("Rachelin").
fn calls_by_name(script: &Script) -> bool {
    let names: Vec<String> =
        script.contact.name.unicode_words().filter(|name| name.chars().count() > 1).map(str::to_lowercase).collect();
    script.messages.iter().any(|said| {
        let text = said.text.to_lowercase();
        text.unicode_words().any(|word| {
            names.iter().any(|name| word.strip_prefix(name.as_str()).is_some_and(|ending| ending.chars().count() <= 3))
        })
    })
}

/// When each message of a script was written, and when the conversation was set to its status.
#[derive(Debug)]
pub struct Times {
    pub lines: Vec<Timestamp>,
    /// None for open ones.
    pub closed_at: Option<Timestamp>,
}

impl Times {
    fn end(&self) -> Timestamp {
        self.closed_at.or(self.lines.last().copied()).unwrap_or_default()
    }
}

/// Places a conversation in the last 60 days: resolved ones anywhere, those that still go on near their end.
pub fn place(script: &Script, now: Timestamp, dice: &mut Dice) -> Times {
    let last = script.messages.iter().rev().find(|said| said.from != From::Note).map(|said| said.from);
    let (oldest, youngest) = match script.status {
        Status::Resolved => (TimeDelta::days(PERIOD_DAYS) - TimeDelta::hours(2), TimeDelta::minutes(30)),
        Status::Pending => (TimeDelta::days(12), TimeDelta::hours(2)),
        Status::Snoozed => (TimeDelta::days(8), TimeDelta::hours(6)),
        Status::Open if script.messages.len() == 1 => return waiting(now, dice),
        Status::Open => (TimeDelta::days(5), TimeDelta::hours(2)),
    };
    let mut fallback = None;
    for _ in 0..TRIES {
        let start = dice.moment(now - oldest, now - youngest);
        let times = times(script, start, dice);
        if times.end() > now - TimeDelta::seconds(30) {
            continue;
        }
        // Who waits has not waited for days.
        let neglected =
            script.status == Status::Open && last == Some(From::Customer) && now - times.end() > TimeDelta::hours(30);
        if !neglected {
            return times;
        }
        fallback = Some(times);
    }
    fallback.unwrap_or_else(|| times(script, now - TimeDelta::days(PERIOD_DAYS / 2), dice))
}

/// A first message nobody has answered: most came in today.
fn waiting(now: Timestamp, dice: &mut Dice) -> Times {
    let mut at = now - dice.spread(150.0, 30.0 * 3600.0);
    // At night fewer people write.
    for _ in 0..3 {
        if (6..20).contains(&at.hour()) {
            break;
        }
        at = now - dice.spread(150.0, 30.0 * 3600.0);
    }
    Times { lines: vec![at], closed_at: None }
}

fn times(script: &Script, start: Timestamp, dice: &mut Dice) -> Times {
    let mut lines = vec![start];
    let mut at = start;
    let mut answered = false;
    for pair in script.messages.windows(2) {
        at = match (pair[0].from, pair[1].from) {
            (From::Agent, From::Customer) if script.channel == Channel::Email => at + dice.spread(600.0, 50_000.0),
            (_, From::Customer) => at + dice.spread(70.0, 9_000.0),
            (_, From::Note) => worked(at, dice.spread(180.0, 2_400.0)),
            (From::Customer, From::Agent) if !answered => first_answer(script, at, dice),
            (_, From::Agent) if script.priority == Priority::Urgent => at + dice.spread(90.0, 900.0),
            (_, From::Agent) => worked(at, dice.spread(120.0, 5_400.0)),
        };
        answered |= pair[1].from == From::Agent;
        lines.push(at);
    }
    let last = script.messages.last().map(|said| said.from);
    let closed_at = match (script.status, last) {
        (Status::Open, _) => None,
        (_, Some(From::Customer)) => Some(worked(at, dice.spread(180.0, 10_000.0))),
        _ => Some(at + dice.spread(40.0, 600.0)),
    };
    Times { lines, closed_at }
}

/// Minutes to hours, by priority and channel; urgent ones are answered at any hour.
fn first_answer(script: &Script, at: Timestamp, dice: &mut Dice) -> Timestamp {
    let delay = match script.priority {
        Priority::Urgent => return at + dice.spread(120.0, 1_500.0),
        Priority::High => dice.spread(240.0, 7_200.0),
        Priority::Normal => dice.spread(420.0, 16_000.0),
        Priority::Low => dice.spread(1_200.0, 29_000.0),
    };
    worked(at, if script.channel == Channel::Web { delay / 2 } else { delay })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::{company::COMPANIES, files};

    fn scripts() -> Vec<Script> {
        let mut scripts: Vec<Script> = files::parse(COMPANIES[0].conversations).unwrap();
        scripts.truncate(COMPANIES[0].wanted);
        scripts
    }

    #[test]
    fn customers_come_back_and_nobody_is_called_by_anothers_name() {
        let scripts = scripts();
        let (customers, writers) = cast(&scripts, &mut Dice::new(1));
        assert_eq!(writers.len(), scripts.len());
        assert!((80..130).contains(&customers.len()), "{} customers", customers.len());
        for (script, writer) in scripts.iter().zip(&writers) {
            assert_eq!(customers[*writer].language, script.language);
            assert!(!calls_by_name(script) || customers[*writer].email == script.contact.email);
        }
        for (index, customer) in customers.iter().enumerate() {
            let going_on = scripts
                .iter()
                .zip(&writers)
                .filter(|(script, writer)| **writer == index && script.status != Status::Resolved)
                .count();
            assert!(going_on <= 1 || customer.busy, "{}", customer.email);
        }
    }

    #[test]
    fn everything_has_happened_within_sixty_days() {
        // A Monday before work, a Friday at noon, a Sunday night.
        for now in ["2026-11-16T04:10:00Z", "2026-11-20T12:00:00Z", "2026-11-22T23:59:00Z"] {
            let now: Timestamp = now.parse().unwrap();
            let mut dice = Dice::new(1);
            for script in scripts() {
                let times = place(&script, now, &mut dice);
                assert_eq!(times.lines.len(), script.messages.len());
                assert!(times.lines.is_sorted_by(|a, b| a < b), "{times:?}");
                assert!(
                    times.lines[0] > now - TimeDelta::days(PERIOD_DAYS) && times.end() <= now,
                    "{:?}: {times:?}",
                    script.status
                );
                assert!(times.closed_at.is_none_or(|closed| closed > *times.lines.last().unwrap()));
                assert_eq!(times.closed_at.is_none(), script.status == Status::Open);
            }
        }
    }
}
