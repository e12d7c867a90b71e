//! From classifications and their corrections to accuracy, confusion and calibration. What nobody corrected stands.

use std::collections::{BTreeMap, BTreeSet};

use types::{
    analytics::{CalibrationBin, CategoryFigures, Confusion, OutcomeFigures},
    classifications::Outcome,
};

use crate::analytics::reports::share;

/// Classifications that are alike.
pub struct Judged {
    pub decided: String,
    /// What the category is now.
    pub actual: String,
    pub outcome: Outcome,
    /// Of the confidence: 0 for 0 to 0.1, 9 for 0.9 to 1.
    pub tenth: i32,
    pub count: i64,
    /// Sum of their confidences.
    pub confidence: f64,
}

impl Judged {
    fn stands(&self) -> bool {
        self.decided == self.actual
    }
}

pub fn total(judged: &[Judged]) -> i64 {
    judged.iter().map(|row| row.count).sum()
}

pub fn right(judged: &[Judged]) -> i64 {
    judged.iter().filter(|row| row.stands()).map(|row| row.count).sum()
}

/// Tenths of confidence that hold at least one classification, lowest first.
pub fn calibration(judged: &[Judged]) -> Vec<CalibrationBin> {
    let mut bins: BTreeMap<i32, (i64, f64, i64)> = BTreeMap::new();
    for row in judged {
        let (count, confidence, right) = bins.entry(row.tenth).or_default();
        *count += row.count;
        *confidence += row.confidence;
        *right += if row.stands() { row.count } else { 0 };
    }
    let bin = |(tenth, (count, confidence, right)): (i32, (i64, f64, i64))| CalibrationBin {
        from: f64::from(tenth) / 10.0,
        to: f64::from(tenth + 1) / 10.0,
        count,
        confidence: confidence / count as f64,
        accuracy: right as f64 / count as f64,
    };
    bins.into_iter().map(bin).collect()
}

/// Expected calibration error (Naeini, Cooper and Hauskrecht 2015; Guo and others 2017) over ten bins of equal width.
pub fn ece(bins: &[CalibrationBin]) -> Option<f64> {
    let total: i64 = bins.iter().map(|bin| bin.count).sum();
    let gaps: f64 = bins.iter().map(|bin| bin.count as f64 * (bin.confidence - bin.accuracy).abs()).sum();
    (total > 0).then(|| gaps / total as f64)
}

/// Every pair that occurs, by name.
pub fn confusion(judged: &[Judged]) -> Vec<Confusion> {
    let mut pairs: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for row in judged {
        *pairs.entry((&row.decided, &row.actual)).or_default() += row.count;
    }
    let pair = |((from, to), count): ((&str, &str), i64)| Confusion { from: from.to_owned(), to: to.to_owned(), count };
    pairs.into_iter().map(pair).collect()
}

/// By name; categories that were decided for, or should have been.
pub fn by_category(confusion: &[Confusion]) -> Vec<CategoryFigures> {
    let names: BTreeSet<&str> = confusion.iter().flat_map(|pair| [pair.from.as_str(), pair.to.as_str()]).collect();
    let sum = |wanted: &dyn Fn(&Confusion) -> bool| -> i64 {
        confusion.iter().filter(|pair| wanted(pair)).map(|pair| pair.count).sum()
    };
    let figures = |name: &str| {
        let decided = sum(&|pair| pair.from == name);
        let correct = sum(&|pair| pair.from == name && pair.to == name);
        CategoryFigures {
            category: name.to_owned(),
            decided,
            correct,
            precision: share(correct, decided),
            recall: share(correct, sum(&|pair| pair.to == name)),
        }
    };
    names.into_iter().map(figures).collect()
}

/// Each outcome, those that did not occur included; empty when nothing was decided.
pub fn outcomes(judged: &[Judged]) -> Vec<OutcomeFigures> {
    let total = total(judged);
    let of = |outcome: &Outcome| {
        let count = judged.iter().filter(|row| row.outcome == *outcome).map(|row| row.count).sum();
        Some(OutcomeFigures { outcome: *outcome, count, share: share(count, total)? })
    };
    Outcome::ALL.iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(decided: &str, actual: &str, outcome: Outcome, tenth: i32, count: i64, confidence: f64) -> Judged {
        Judged { decided: decided.to_owned(), actual: actual.to_owned(), outcome, tenth, count, confidence }
    }

    /// Ten classifications, worked out by hand.
    fn ten() -> Vec<Judged> {
        vec![
            row("billing", "billing", Outcome::Confident, 9, 4, 3.8),
            row("billing", "sales", Outcome::Confident, 9, 1, 0.95),
            row("billing", "billing", Outcome::Unsure, 6, 1, 0.6),
            row("sales", "sales", Outcome::Unsure, 6, 2, 1.3),
            row("sales", "technical", Outcome::Unsure, 6, 1, 0.65),
            row("general", "technical", Outcome::OutOfScope, 3, 1, 0.3),
        ]
    }

    #[test]
    fn confusion_and_categories_are_counted() {
        let confusion = confusion(&ten());
        let pairs: Vec<(&str, &str, i64)> =
            confusion.iter().map(|pair| (pair.from.as_str(), pair.to.as_str(), pair.count)).collect();
        assert_eq!(
            pairs,
            [
                ("billing", "billing", 5),
                ("billing", "sales", 1),
                ("general", "technical", 1),
                ("sales", "sales", 2),
                ("sales", "technical", 1)
            ]
        );
        let figures = by_category(&confusion);
        let of = |name: &str| figures.iter().find(|row| row.category == name).unwrap();
        assert_eq!((of("billing").decided, of("billing").correct), (6, 5));
        assert_eq!((of("billing").precision, of("billing").recall), (Some(5.0 / 6.0), Some(1.0)));
        assert_eq!((of("sales").precision, of("sales").recall), (Some(2.0 / 3.0), Some(2.0 / 3.0)));
        assert_eq!((of("technical").precision, of("technical").recall), (None, Some(0.0)));
        assert_eq!((of("general").precision, of("general").recall), (Some(0.0), None));
        assert_eq!((total(&ten()), right(&ten())), (10, 7));
    }

    #[test]
    fn calibration_and_its_error() {
        let bins = calibration(&ten());
        let figures: Vec<(i64, f64, f64)> = bins.iter().map(|bin| (bin.count, bin.confidence, bin.accuracy)).collect();
        let expected = [(1, 0.3, 0.0), (4, 0.6375, 0.75), (5, 0.95, 0.8)];
        for ((count, confidence, accuracy), (n, p, share)) in figures.into_iter().zip(expected) {
            assert!(count == n && (confidence - p).abs() < 1e-9 && (accuracy - share).abs() < 1e-9);
        }
        // (1 × 0.3 + 4 × 0.1125 + 5 × 0.15) / 10
        assert!((ece(&bins).unwrap() - 0.15).abs() < 1e-9);
        assert_eq!(ece(&[]), None);
    }

    #[test]
    fn outcomes_share_the_whole() {
        let shares: Vec<(i64, f64)> = outcomes(&ten()).iter().map(|row| (row.count, row.share)).collect();
        assert_eq!(shares, [(5, 0.5), (4, 0.4), (1, 0.1)]);
        assert!(outcomes(&[]).is_empty());
    }
}
