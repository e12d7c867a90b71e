//! What both sides come to, and in which respects the changes are for the worse.

use types::{
    classifications::Outcome,
    rehearsals::{Measure, Measured, Tried},
};

use crate::ai::classifier::Comparison;

/// Of all conversations: more expected mistakes than that is worse.
const MISTAKES: f64 = 0.01;
/// Less likeness than that is worse.
const LIKENESS: f64 = 0.01;

/// A conversation that was tried.
pub struct Case {
    pub now: Tried,
    pub then: Tried,
    /// The category that a person corrected it to, as each side calls it; none where nobody did, or a side does not have it.
    pub settled: Option<(String, String)>,
}

/// Every measure there is something to say about.
pub fn measure(cases: &[Case], classifiers: Option<Comparison>) -> Vec<Measured> {
    if cases.is_empty() {
        return Vec::new();
    }
    let count = cases.len() as f64;
    let mut rows = Vec::new();

    let (now, then) = totals(cases, sure);
    rows.push(row(Measure::Sorted, (now, then), then < now));
    let (now, then) = totals(cases, |tried| sure(tried) * (1.0 - tried.confidence));
    rows.push(row(Measure::ExpectedMistakes, (now, then), then > now + MISTAKES * count));

    let settled: Vec<_> = cases.iter().filter_map(|case| Some((case, case.settled.as_ref()?))).collect();
    if !settled.is_empty() {
        let now = settled.iter().filter(|(case, (name, _))| case.now.category == *name).count();
        let then = settled.iter().filter(|(case, (_, name))| case.then.category == *name).count();
        rows.push(row(Measure::CorrectionsMet, (now as f64, then as f64), then < now));
    }
    if let Some(compared) = classifiers.filter(|compared| compared.shared > 0) {
        let share = |right: usize| right as f64 / compared.shared as f64;
        rows.push(row(Measure::LeftOut, (share(compared.old_right), share(compared.new_right)), compared.is_worse()));
    }

    if cases.iter().any(|case| case.now.draft.is_some() || case.then.draft.is_some()) {
        let answers = |tried: &Tried| f64::from(u8::from(tried.draft.as_ref().is_some_and(|draft| draft.grounded)));
        let (now, then) = totals(cases, answers);
        rows.push(row(Measure::Answered, (now, then), then < now));
    }
    // Where both sides answer and an agent did: the same conversations on both sides.
    let likeness = |case: &Case| case.now.draft.as_ref()?.likeness.zip(case.then.draft.as_ref()?.likeness);
    let alike: Vec<(f64, f64)> = cases.iter().filter_map(likeness).collect();
    if !alike.is_empty() {
        let (now, then) = mean(alike.iter().copied());
        rows.push(row(Measure::Likeness, (now, then), then < now - LIKENESS));
    }

    let (now, then) = totals(cases, |tried| tried.failures.into());
    let tokens = totals(cases, |tried| tried.tokens as f64);
    if now + then + tokens.0 + tokens.1 > 0.0 {
        rows.push(row(Measure::Failures, (now, then), then > now));
        rows.push(row(Measure::Tokens, tokens, false));
        rows.push(row(Measure::CostMicros, totals(cases, |tried| tried.cost_micros as f64), false));
    }
    let latency = mean(cases.iter().map(|case| (case.now.latency_ms as f64, case.then.latency_ms as f64)));
    rows.push(row(Measure::LatencyMs, latency, false));
    rows
}

fn row(measure: Measure, (now, then): (f64, f64), worse: bool) -> Measured {
    Measured { measure, now, then, worse }
}

fn totals(cases: &[Case], of: impl Fn(&Tried) -> f64) -> (f64, f64) {
    cases.iter().fold((0.0, 0.0), |(now, then), case| (now + of(&case.now), then + of(&case.then)))
}

/// Of at least one pair.
fn mean(pairs: impl ExactSizeIterator<Item = (f64, f64)>) -> (f64, f64) {
    let count = pairs.len() as f64;
    let (now, then) = pairs.fold((0.0, 0.0), |(now, then), pair| (now + pair.0, then + pair.1));
    (now / count, then / count)
}

/// 1 where the assistant would sort it without a person.
fn sure(tried: &Tried) -> f64 {
    f64::from(u8::from(tried.outcome == Outcome::Confident))
}

#[cfg(test)]
mod tests {
    use types::{conversations::Priority, rehearsals::TriedDraft};

    use super::*;

    fn tried(category: &str, confidence: f64, threshold: f64) -> Tried {
        Tried {
            category: category.to_owned(),
            confidence,
            outcome: if confidence >= threshold { Outcome::Confident } else { Outcome::Unsure },
            priority: Priority::Normal,
            model: "builtin".to_owned(),
            draft: None,
            failures: 0,
            tokens: 0,
            cost_micros: 0,
            latency_ms: 10,
        }
    }

    fn case(now: Tried, then: Tried) -> Case {
        Case { now, then, settled: None }
    }

    fn worse(rows: &[Measured]) -> Vec<Measure> {
        rows.iter().filter(|row| row.worse).map(|row| row.measure).collect()
    }

    #[test]
    fn a_lower_threshold_trades_work_for_mistakes_and_a_higher_one_the_other_way() {
        let lower = [case(tried("billing", 0.6, 0.85), tried("billing", 0.6, 0.5))];
        assert_eq!(worse(&measure(&lower, None)), [Measure::ExpectedMistakes]);
        let higher = [case(tried("billing", 0.6, 0.5), tried("billing", 0.6, 0.85))];
        assert_eq!(worse(&measure(&higher, None)), [Measure::Sorted]);
        let same = [case(tried("billing", 0.9, 0.5), tried("billing", 0.9, 0.85))];
        assert_eq!(worse(&measure(&same, None)), []);
    }

    #[test]
    fn what_people_decided_is_lost_only_where_both_sides_know_it() {
        let mut lost = case(tried("billing", 0.9, 0.5), tried("sales", 0.9, 0.5));
        assert_eq!(worse(&measure(&[lost], None)), []);
        lost = case(tried("billing", 0.9, 0.5), tried("sales", 0.9, 0.5));
        lost.settled = Some(("billing".to_owned(), "billing".to_owned()));
        assert_eq!(worse(&measure(&[lost], None)), [Measure::CorrectionsMet]);
        let mut renamed = case(tried("billing", 0.9, 0.5), tried("money", 0.9, 0.5));
        renamed.settled = Some(("billing".to_owned(), "money".to_owned()));
        assert_eq!(worse(&measure(&[renamed], None)), []);
    }

    #[test]
    fn drafts_that_answer_less_or_otherwise_than_people_are_worse_and_price_alone_is_not() {
        let draft = |grounded, likeness| {
            Some(TriedDraft { content: String::new(), grounded, confidence: 0.5, model: "m".to_owned(), likeness })
        };
        let of = |now, then, tokens| {
            let mut case = case(tried("billing", 0.9, 0.5), tried("billing", 0.9, 0.5));
            (case.now.draft, case.then.draft) = (now, then);
            (case.then.tokens, case.then.cost_micros, case.then.latency_ms) = (tokens, tokens, 10 + tokens);
            worse(&measure(&[case], None))
        };
        assert_eq!(of(draft(true, None), draft(false, None), 0), [Measure::Answered]);
        assert_eq!(of(draft(true, Some(0.8)), draft(true, Some(0.7)), 0), [Measure::Likeness]);
        assert_eq!(of(draft(true, Some(0.8)), draft(true, Some(0.795)), 9_000), []);
        assert_eq!(of(draft(true, Some(0.8)), draft(true, None), 0), []);
    }

    #[test]
    fn a_model_that_does_not_answer_is_worse() {
        let mut failing = case(tried("billing", 0.9, 0.5), tried("billing", 0.9, 0.5));
        failing.then.failures = 2;
        assert_eq!(worse(&measure(&[failing], None)), [Measure::Failures]);
        let compared = Comparison { shared: 100, new_right: 60, old_right: 90, lost: 30, won: 0 };
        let rows = measure(&[case(tried("a", 0.9, 0.5), tried("a", 0.9, 0.5))], Some(compared));
        assert_eq!(worse(&rows), [Measure::LeftOut]);
        assert_eq!(measure(&[], Some(compared)), []);
    }
}
