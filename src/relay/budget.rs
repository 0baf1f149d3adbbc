//! What an outbox takes of what the platform allows one event, as Cloudflare's pages have it (2026-11). workerd on one
//! machine holds nobody to it, so the relay keeps to it by itself.

/// A delivery's round: it asks for its lease, makes its call, and says what came of it.
const ROUND: u32 = 3;

/// What one event may still do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// Which event, in the host's count.
    pub event: u32,
    /// Calls of other objects. The platform allows 1,000 and 10,000; the rest is for what is under way.
    pub calls: u32,
    /// Deliveries that begin, for their time on the CPU: 10 ms and 30 s.
    pub deliveries: u32,
    /// Rows of a backlog that are changed at once, for the same reason.
    pub rows: u32,
}

/// The budgets of the events that still have something under way.
///
/// Cloudflare counts "per invocation", and does not say what that is in an object whose requests overlap. So what an event
/// has set off counts for that event and for the newest one too: both stay below.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Budgets {
    /// Whether the owner's plan is the paid one.
    pub is_paid: bool,
    /// The newest event.
    pub newest: u32,
    /// By event; one that is not here has begun nothing yet.
    pub all: Vec<Budget>,
}

impl Budgets {
    fn whole(&self, event: u32) -> Budget {
        let (calls, deliveries, rows) =
            if self.is_paid { (6_000, 1_000, 2_000) } else { (600, 5, 200) };
        Budget { event, calls, deliveries, rows }
    }

    fn of(&mut self, event: u32) -> &mut Budget {
        let at = self.all.iter().position(|one| one.event == event).unwrap_or_else(|| {
            self.all.push(self.whole(event));
            self.all.len() - 1
        });
        &mut self.all[at]
    }

    /// This event's and the newest one's.
    fn each(&mut self, event: u32, mut act: impl FnMut(&mut Budget)) {
        let newest = self.newest;
        act(self.of(event));
        if newest != event {
            act(self.of(newest));
        }
    }

    fn least(&mut self, event: u32, of: impl Fn(&Budget) -> u32) -> u32 {
        let mut least = u32::MAX;
        self.each(event, |one| least = least.min(of(one)));
        least
    }

    /// Nothing more begins before the next event.
    pub fn is_spent(&mut self, event: u32) -> bool {
        self.least(event, |one| one.calls) < ROUND
            || self.least(event, |one| one.deliveries.min(one.rows)) < 1
    }

    /// Room for one more delivery.
    pub fn begin(&mut self, event: u32) -> bool {
        if self.is_spent(event) {
            return false;
        }
        self.each(event, |one| one.deliveries -= 1);
        self.go_on(event)
    }

    /// Room for one more round of a delivery that has begun.
    pub fn go_on(&mut self, event: u32) -> bool {
        if self.least(event, |one| one.calls) < ROUND {
            return false;
        }
        self.each(event, |one| one.calls -= ROUND);
        true
    }

    /// So many rows of a backlog may still be changed.
    pub fn rows(&mut self, event: u32) -> u32 {
        self.least(event, |one| one.rows)
    }

    /// So many rows were changed.
    pub fn change(&mut self, event: u32, rows: u32) {
        self.each(event, |one| one.rows = one.rows.saturating_sub(rows));
    }

    /// Nothing more in this event, whatever was counted here.
    pub fn spend(&mut self, event: u32) {
        self.each(event, |one| one.calls = 0);
    }

    /// Forgets the events of which nothing goes on.
    pub fn forget(&mut self, goes_on: impl Fn(u32) -> bool) {
        let newest = self.newest;
        self.all.retain(|one| one.event == newest || goes_on(one.event));
    }
}
