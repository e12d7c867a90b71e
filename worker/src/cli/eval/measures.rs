//! Measures that the evaluations share.

/// Probability that a positive scores above a negative; ties count half, and one class alone is 0.5.
pub fn auroc(scores: &[(f64, bool)]) -> f64 {
    let of = |class: bool| scores.iter().filter(move |(_, positive)| *positive == class).map(|(score, _)| *score);
    let (mut won, mut pairs) = (0.0, 0.0);
    for positive in of(true) {
        for negative in of(false) {
            pairs += 1.0;
            won += match positive.total_cmp(&negative) {
                std::cmp::Ordering::Greater => 1.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Less => 0.0,
            };
        }
    }
    if pairs > 0.0 { won / pairs } else { 0.5 }
}

/// Nearest rank; 0 for no values.
pub fn quantile(sorted: &[f64], q: f64) -> f64 {
    let rank = (q * sorted.len() as f64).ceil().max(1.0) as usize;
    sorted.get(rank - 1).copied().unwrap_or_default()
}

/// To four decimals.
pub fn round(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separation() {
        assert!((auroc(&[(0.9, true), (0.1, false)]) - 1.0).abs() < 1e-9);
        assert!((auroc(&[(0.5, true), (0.5, false)]) - 0.5).abs() < 1e-9);
        assert!((auroc(&[(0.5, true)]) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn quantiles() {
        let values = [1.0, 2.0, 3.0, 4.0];
        assert!((quantile(&values, 0.5) - 2.0).abs() < 1e-9);
        assert!((quantile(&values, 0.95) - 4.0).abs() < 1e-9);
        assert!(quantile(&[], 0.5).abs() < 1e-9);
    }
}
