//! A circuit breaker: an endpoint that keeps failing is left alone for a while, so that it slows nobody down.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::RemoteError;

/// A source of the present moment.
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// Failures in a row that open it.
const FAILURES: u32 = 5;
/// How long it stays open before one question may try again.
const PAUSE: Duration = Duration::from_secs(30);
/// Longest that a `Retry-After` is believed.
const LONGEST: Duration = Duration::from_mins(10);

/// Shared by all questions to one endpoint.
pub struct Breaker {
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    failures: u32,
    /// Nothing is asked before this.
    closed_until: Option<Instant>,
}

impl Breaker {
    pub fn new(clock: Clock) -> Self {
        Self { clock, state: Mutex::default() }
    }

    /// Whether a question may be asked now. When the pause is over, one caller is let through and the pause begins
    /// again, so that a trial that never comes back blocks nothing.
    pub fn admit(&self) -> Result<(), RemoteError> {
        let now = (self.clock)();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match state.closed_until {
            Some(until) if now < until => Err(RemoteError::Open),
            Some(_) => {
                state.closed_until = Some(now + PAUSE);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Learns from an outcome.
    pub fn record(&self, outcome: &Result<(), RemoteError>) {
        let now = (self.clock)();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Ok(()) => *state = State::default(),
            Err(RemoteError::Busy { retry_after }) => {
                let pause = retry_after.unwrap_or(Duration::from_secs(1)).min(LONGEST);
                state.closed_until = state.closed_until.max(Some(now + pause));
            }
            Err(_) => {
                state.failures += 1;
                if state.failures >= FAILURES {
                    state.closed_until = Some(now + PAUSE);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker() -> (Breaker, Arc<Mutex<Instant>>) {
        let now = Arc::new(Mutex::new(Instant::now()));
        let clock = Arc::clone(&now);
        (Breaker::new(Arc::new(move || *clock.lock().unwrap())), now)
    }

    #[test]
    fn opens_after_five_failures_and_tries_once_after_thirty_seconds() {
        let (breaker, now) = breaker();
        for _ in 0..5 {
            breaker.admit().unwrap();
            breaker.record(&Err(RemoteError::Timeout));
        }
        assert_eq!(breaker.admit(), Err(RemoteError::Open));
        *now.lock().unwrap() += Duration::from_secs(31);
        breaker.admit().unwrap();
        assert_eq!(breaker.admit(), Err(RemoteError::Open), "only one trial at a time");
        breaker.record(&Ok(()));
        breaker.admit().unwrap();
        breaker.record(&Err(RemoteError::Timeout));
        breaker.admit().unwrap();
    }

    #[test]
    fn a_busy_endpoint_is_left_alone_as_long_as_it_asks() {
        let (breaker, now) = breaker();
        breaker.record(&Err(RemoteError::Busy { retry_after: Some(Duration::from_secs(7)) }));
        *now.lock().unwrap() += Duration::from_secs(6);
        assert_eq!(breaker.admit(), Err(RemoteError::Open));
        *now.lock().unwrap() += Duration::from_secs(2);
        breaker.admit().unwrap();
    }
}
