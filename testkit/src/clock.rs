//! A clock that goes with the machine's, and can be pushed ahead.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::TimeDelta;
use domain::clock::{Clock, SystemClock};
use types::Timestamp;

#[derive(Default)]
pub struct TestClock {
    ahead_milliseconds: AtomicI64,
}

impl TestClock {
    pub fn advance(&self, by: TimeDelta) {
        self.ahead_milliseconds.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        SystemClock.now() + TimeDelta::milliseconds(self.ahead_milliseconds.load(Ordering::SeqCst))
    }
}
