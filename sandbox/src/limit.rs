//! Call limits: per window, at once, per day.

use std::collections::VecDeque;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::clock;

/// The limits of one system; a missing figure is no limit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Limits {
    /// Calls in any window.
    pub(crate) calls: Option<usize>,
    /// Milliseconds.
    pub(crate) window: u64,
    /// Calls at once.
    pub(crate) concurrent: Option<usize>,
    /// Calls per calendar day of the account.
    pub(crate) daily: Option<u64>,
}

/// The limit that a call ran into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    Rate,
    Concurrent,
    Daily,
}

/// The counters of one system. They live in memory: the vendor forgets nothing when we restart, but a person who
/// restarts the sandbox wants a fresh one.
#[derive(Debug, Default)]
pub(crate) struct Usage {
    running: usize,
    recent: VecDeque<i64>,
    day: Date,
    today: u64,
}

impl Usage {
    /// Lets a call in and counts it, or says which limit it ran into. A refused call is not counted.
    pub(crate) fn enter(
        &mut self,
        limits: &Limits,
        now: i64,
        utc_offset: i32,
    ) -> Result<(), Limit> {
        let day = clock::day(now, utc_offset);
        if day != self.day {
            self.day = day;
            self.today = 0;
        }
        self.forget_before(now, limits.window);
        if limits.concurrent.is_some_and(|most| self.running >= most) {
            return Err(Limit::Concurrent);
        }
        if limits.daily.is_some_and(|most| self.today >= most) {
            return Err(Limit::Daily);
        }
        if limits.calls.is_some_and(|most| self.recent.len() >= most) {
            return Err(Limit::Rate);
        }
        self.running = self.running.saturating_add(1);
        self.today = self.today.saturating_add(1);
        self.recent.push_back(now);
        Ok(())
    }

    pub(crate) fn leave(&mut self) {
        self.running = self.running.saturating_sub(1);
    }

    /// Forgets what was counted; running calls stay counted until they leave.
    pub(crate) fn reset(&mut self) {
        self.recent.clear();
        self.today = 0;
    }

    /// How many calls the window still has room for.
    pub(crate) fn remaining(&self, limits: &Limits) -> Option<usize> {
        limits.calls.map(|most| most.saturating_sub(self.recent.len()))
    }

    /// Seconds, rounded up, until the oldest call leaves the window.
    pub(crate) fn reset_after(&self, limits: &Limits, now: i64) -> u64 {
        let age = self.recent.front().map_or(0, |oldest| now.saturating_sub(*oldest));
        limits.window.saturating_sub(u64::try_from(age).unwrap_or(0)).div_ceil(1000)
    }

    fn forget_before(&mut self, now: i64, window: u64) {
        let start = now.saturating_sub(i64::try_from(window).unwrap_or(i64::MAX));
        while self.recent.front().is_some_and(|at| *at <= start) {
            self.recent.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Limit, Limits, Usage};

    #[test]
    fn a_window_slides() {
        let limits = Limits { calls: Some(2), window: 20_000, concurrent: None, daily: None };
        let mut usage = Usage::default();
        assert_eq!(usage.enter(&limits, 0, 0), Ok(()));
        assert_eq!(usage.enter(&limits, 10_000, 0), Ok(()));
        assert_eq!(usage.enter(&limits, 19_999, 0), Err(Limit::Rate));
        assert_eq!(usage.reset_after(&limits, 19_999), 1);
        assert_eq!(usage.enter(&limits, 20_000, 0), Ok(()));
        assert_eq!(usage.enter(&limits, 20_001, 0), Err(Limit::Rate));
    }

    #[test]
    fn a_day_turns() {
        let limits = Limits { calls: None, window: 1000, concurrent: Some(1), daily: Some(1) };
        let mut usage = Usage::default();
        assert_eq!(usage.enter(&limits, 0, 0), Ok(()));
        assert_eq!(usage.enter(&limits, 1, 0), Err(Limit::Concurrent));
        usage.leave();
        assert_eq!(usage.enter(&limits, 2, 0), Err(Limit::Daily));
        assert_eq!(usage.enter(&limits, 86_400_000, 0), Ok(()));
    }
}
