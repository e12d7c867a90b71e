//! Whether a newly trained classifier is worse than the one that judges now.

use std::{collections::HashMap, fmt};

use super::Classifier;

/// One-sided 95 % of the normal distribution.
const CERTAIN: f64 = 1.645;

/// Two classifiers on the examples both have learned, each judged by itself with the example left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Comparison {
    /// Examples with the same label in both.
    pub shared: usize,
    pub new_right: usize,
    pub old_right: usize,
    /// Of those, where only the old one was right, and only the new one.
    pub lost: usize,
    pub won: usize,
}

impl Comparison {
    pub fn of(new: &Classifier, old: &Classifier) -> Self {
        let before: HashMap<u64, bool> = old.category.judgement.held.iter().copied().collect();
        let mut comparison = Self { shared: 0, new_right: 0, old_right: 0, lost: 0, won: 0 };
        for (key, new) in &new.category.judgement.held {
            let Some(old) = before.get(key) else { continue };
            comparison.shared += 1;
            comparison.new_right += usize::from(*new);
            comparison.old_right += usize::from(*old);
            comparison.lost += usize::from(*old && !new);
            comparison.won += usize::from(*new && !old);
        }
        comparison
    }

    /// Whether the new one loses more than chance explains (the test of `McNemar` 1947, one-sided at 5 %).
    pub fn is_worse(&self) -> bool {
        let (lost, won) = (self.lost as f64, self.won as f64);
        lost - won > CERTAIN * (lost + won).sqrt()
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
