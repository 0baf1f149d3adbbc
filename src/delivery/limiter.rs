//! What one account may do at a time: so many calls in a window, so many at once, and one at a time for each person.

use serde::{Deserialize, Serialize};

/// An account's limits; a row for each system is in [`crate::systems`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Calls that may begin within `window`.
    pub calls: u32,
    /// Milliseconds.
    pub window: u64,
    /// Calls that may run at once.
    pub at_once: u32,
}

/// Who is using the account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Limiter {
    /// When the calls of the current window began.
    pub calls: Vec<u64>,
    /// The calls that are running.
    pub leases: Vec<Lease>,
    /// The system has asked for quiet until then.
    pub quiet_until: u64,
}

/// One running call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lease {
    /// Whose it is.
    pub id: String,
    /// The person it is about, as a hash.
    pub key: String,
    /// When it ends by itself: after the call's deadline.
    pub until: u64,
}

/// The limiter's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "answer", rename_all = "lowercase")]
pub enum Answer {
    /// Go.
    Granted,
    /// Not before then.
    Wait {
        /// When to ask again.
        until: u64,
    },
}

impl Limiter {
    /// Asks for a place for a call about the person `key`.
    pub fn acquire(&mut self, limits: Limits, id: &str, key: &str, deadline: u64, now: u64) -> Answer {
        self.leases.retain(|lease| lease.until > now && lease.id != id);
        self.calls.retain(|began| began.saturating_add(limits.window) > now);
        let ends = |leases: &mut dyn Iterator<Item = &Lease>| leases.map(|lease| lease.until).min();
        let person = ends(&mut self.leases.iter().filter(|lease| lease.key == key));
        let full = || ends(&mut self.leases.iter());
        let until = if self.quiet_until > now {
            Some(self.quiet_until)
        } else if person.is_some() {
            person
        } else if self.leases.len() >= usize::try_from(limits.at_once).unwrap_or(usize::MAX) {
            full()
        } else if self.calls.len() >= usize::try_from(limits.calls).unwrap_or(usize::MAX) {
            self.calls.first().map(|began| began.saturating_add(limits.window))
        } else {
            None
        };
        // A place is given back long before its lease ends: ask again soon.
        if let Some(until) = until {
            let soon = now.saturating_add(if self.quiet_until > now { 5_000 } else { 100 });
            return Answer::Wait { until: until.min(soon).max(now.saturating_add(1)) };
        }
        self.calls.push(now);
        self.leases.push(Lease {
            id: id.to_owned(),
            key: key.to_owned(),
            until: now.saturating_add(deadline),
        });
        Answer::Granted
    }

    /// Gives the place back. After a lost reply the person's place is kept: the call may still be running.
    pub fn release(&mut self, id: &str, keep: bool) {
        if !keep {
            self.leases.retain(|lease| lease.id != id);
        }
    }

    /// The system wants no calls before `until`.
    pub fn quiet(&mut self, until: u64) {
        self.quiet_until = self.quiet_until.max(until);
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Limiter, Limits};

    const LIMITS: Limits = Limits { calls: 3, window: 20_000, at_once: 2 };

    #[test]
    fn one_call_at_a_time_for_each_person() {
        let mut gate = Limiter::default();
        assert_eq!(gate.acquire(LIMITS, "1", "ann", 1_000, 0), Answer::Granted);
        assert_eq!(gate.acquire(LIMITS, "2", "ann", 1_000, 10), Answer::Wait { until: 110 });
        gate.release("1", false);
        assert_eq!(gate.acquire(LIMITS, "2", "ann", 1_000, 20), Answer::Granted);
    }

    #[test]
    fn a_lost_call_keeps_its_place_until_its_deadline() {
        let mut gate = Limiter::default();
        assert_eq!(gate.acquire(LIMITS, "1", "ann", 1_000, 0), Answer::Granted);
        gate.release("1", true);
        assert!(matches!(gate.acquire(LIMITS, "2", "ann", 1_000, 999), Answer::Wait { .. }));
        assert_eq!(gate.acquire(LIMITS, "2", "ann", 1_000, 1_000), Answer::Granted);
    }

    #[test]
    fn never_over_a_limit() {
        let mut gate = Limiter::default();
        assert_eq!(gate.acquire(LIMITS, "1", "a", 1_000, 0), Answer::Granted);
        assert_eq!(gate.acquire(LIMITS, "2", "b", 1_000, 0), Answer::Granted);
        assert!(matches!(gate.acquire(LIMITS, "3", "c", 1_000, 0), Answer::Wait { .. }), "two at once");
        gate.release("1", false);
        gate.release("2", false);
        assert_eq!(gate.acquire(LIMITS, "3", "c", 1_000, 1), Answer::Granted);
        gate.release("3", false);
        assert!(
            matches!(gate.acquire(LIMITS, "4", "d", 1_000, 19_999), Answer::Wait { .. }),
            "three in the window"
        );
        assert_eq!(gate.acquire(LIMITS, "4", "d", 1_000, 20_000), Answer::Granted);
    }
}
