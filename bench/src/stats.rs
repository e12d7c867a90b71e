//! Latencies of one measurement, and the random numbers that choose what it asks for.

use std::time::Duration;

/// Latencies in microseconds, with the time over which they were gathered.
#[derive(Clone, Debug, Default)]
pub struct Latencies {
    micros: Vec<u32>,
    over: Duration,
}

impl Latencies {
    pub fn push(&mut self, latency: Duration) {
        self.micros.push(u32::try_from(latency.as_micros()).unwrap_or(u32::MAX));
    }

    pub fn add(&mut self, other: Self) {
        self.micros.extend(other.micros);
    }

    pub fn gathered_over(&mut self, time: Duration) {
        self.over += time;
    }

    pub fn time(&self) -> Duration {
        self.over
    }

    pub fn count(&self) -> usize {
        self.micros.len()
    }

    pub fn per_second(&self) -> f64 {
        if self.over.is_zero() { 0.0 } else { self.micros.len() as f64 / self.over.as_secs_f64() }
    }

    /// Milliseconds at each of these shares (0 to 1), by nearest rank.
    pub fn at<const N: usize>(&self, shares: [f64; N]) -> [f64; N] {
        let mut sorted = self.micros.clone();
        sorted.sort_unstable();
        shares.map(|share| {
            let rank = (share * sorted.len() as f64).ceil() as usize;
            sorted.get(rank.saturating_sub(1)).map_or(0.0, |micros| f64::from(*micros) / 1000.0)
        })
    }
}

/// Xorshift (Marsaglia, 2003): the same choices in every run, for both systems.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number from 1 to `sides`.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) % sides + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let mut latencies = Latencies::default();
        (1..=100).for_each(|n| latencies.push(Duration::from_millis(n)));
        assert_eq!(latencies.at([0.5, 0.99, 1.0]).map(f64::to_bits), [50.0, 99.0, 100.0].map(f64::to_bits));
        assert_eq!(Latencies::default().at([0.5]).map(f64::to_bits), [0.0_f64.to_bits()]);
    }

    #[test]
    fn dice_stay_on_the_table() {
        let mut dice = Dice::new(3);
        assert!((0..1000).map(|_| dice.roll(20)).all(|n| (1..=20).contains(&n)));
    }
}
