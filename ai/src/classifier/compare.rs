//! Whether a newly trained classifier is worse than the one that judges now.

use std::{collections::HashMap, fmt};

use super::{
    Classifier,
    category::{CategoryModel, Held},
};

/// One-sided 95 % of the normal distribution.
const CERTAIN: f64 = 1.645;

/// Two classifiers on the examples both have learned, each judged by itself with the example left out. An example that one of
/// them would rather give to a category which the other does not have says nothing about who knows better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Comparison {
    /// Examples with the same label in both, which both have the same categories to choose between.
    pub shared: usize,
    pub new_right: usize,
    pub old_right: usize,
    /// Of those, where only the old one was right, and only the new one.
    pub lost: usize,
    pub won: usize,
}

impl Comparison {
    pub fn of(new: &Classifier, old: &Classifier) -> Self {
        let (new, old) = (Candidate::of(&new.category, &old.category), Candidate::of(&old.category, &new.category));
        let before: HashMap<u64, bool> = old.judged().collect();
        let mut comparison = Self { shared: 0, new_right: 0, old_right: 0, lost: 0, won: 0 };
        for (key, new) in new.judged() {
            let Some(&old) = before.get(&key) else { continue };
            comparison.shared += 1;
            comparison.new_right += usize::from(new);
            comparison.old_right += usize::from(old);
            comparison.lost += usize::from(old && !new);
            comparison.won += usize::from(new && !old);
        }
        comparison
    }

    /// Whether the new one loses more than chance explains (the test of `McNemar` 1947, one-sided at 5 %).
    pub fn is_worse(&self) -> bool {
        let (lost, won) = (self.lost as f64, self.won as f64);
        lost - won > CERTAIN * (lost + won).sqrt()
    }
}

/// A classifier beside another.
struct Candidate<'a> {
    held: &'a [Held],
    /// Of each of its labels, whether the other has it, too.
    common: Vec<bool>,
}

impl<'a> Candidate<'a> {
    fn of(model: &'a CategoryModel, other: &CategoryModel) -> Self {
        let common = model.labels.iter().map(|label| other.labels.binary_search(label).is_ok()).collect();
        Self { held: &model.judgement.held, common }
    }

    /// Of each example that can be compared, whether it would be right.
    fn judged(&self) -> impl Iterator<Item = (u64, bool)> + '_ {
        let comparable = |held: &&Held| held.ahead.iter().all(|&label| self.common[usize::from(label)]);
        self.held.iter().filter(comparable).map(|held| (held.key, held.ahead.is_empty()))
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.shared == 0 {
            return f.write_str("Nothing to compare with: no example is shared.");
        }
        let share = |right: usize| 100.0 * right as f64 / self.shared as f64;
        write!(
            f,
            "On {} shared examples, each left out in turn, it is right {:.1} % of the time; the one before {:.1} %.",
            self.shared,
            share(self.new_right),
            share(self.old_right)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worse_is_more_than_chance() {
        let of = |lost, won| Comparison { shared: 1000, new_right: 800 + won, old_right: 800 + lost, lost, won };
        assert!(of(30, 10).is_worse() && of(4, 0).is_worse());
        assert!(!of(20, 16).is_worse() && !of(2, 0).is_worse() && !of(10, 30).is_worse() && !of(0, 0).is_worse());
        assert_eq!(
            of(0, 50).to_string(),
            "On 1000 shared examples, each left out in turn, it is right 85.0 % of the time; the one before 80.0 %."
        );
    }
}
