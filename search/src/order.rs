//! Orders that need not be walked. What touches nothing that anything else can touch before it comes to the same first and
//! last, so where such a step may happen, it is the only one that is followed (partial-order reduction by ample sets of one
//! step). Each end, and each broken promise, is reached all the same: a test compares the ends with those of a full walk.
//!
//! Time stands still until everything that is due has happened, so nothing is put off for ever.

use crate::outbox::Ticket;
use crate::world::{What, Word, World};
use fieldpost::relay::run::Heard;

impl World {
    /// The step that is enough, if there is one. `touches_the_gate` tries a step.
    pub(crate) fn enough(
        &self,
        enabled: &[What],
        touches_the_limiter: impl Fn(What) -> bool,
    ) -> Option<What> {
        if enabled.len() < 2 {
            return None;
        }
        enabled.iter().copied().find(|what| {
            let What::Word(at) = *what else { return false };
            let (_, word) = &self.words[at];
            match word {
                // It writes its own row, which nobody else reads while it is under way, and makes its call.
                Word::Said { heard, .. } if matches!(**heard, Heard::Rendered { .. }) => {
                    self.may_not_die()
                }
                Word::Said { ticket, .. } => {
                    self.may_not_die()
                        && !self.left.contains(&"reply")
                        && self.is_alone(*ticket, enabled)
                        && !touches_the_limiter(*what)
                }
                Word::Arrive { call } => {
                    !["reply", "token"].iter().any(|fault| self.left.contains(fault))
                        && self.is_only_call(call.ticket, enabled)
                }
                Word::Commit { call, .. } => {
                    !self.left.contains(&"token") && self.is_only_call(call.ticket, enabled)
                }
                _ => false,
            }
        })
    }

    /// No step of an outbox's is cut short.
    fn may_not_die(&self) -> bool {
        !self.left.contains(&"crash") && !self.left.contains(&"disk")
    }

    /// Nothing else can happen to this outbox now.
    fn is_alone(&self, ticket: Ticket, enabled: &[What]) -> bool {
        let own = self.shard(ticket.row);
        let (_, mut runs) = self.outboxes[own].held();
        runs.all(|(row, _)| row == ticket.row)
            && enabled.iter().all(|what| match *what {
                What::Alarm(shard) | What::Timer(shard) => shard != own,
                What::Cron => false,
                What::Word(at) => match &self.words[at].1 {
                    Word::Accept { lead } => self.shard(*lead) != own,
                    _ => true,
                },
            })
    }

    /// Nobody else can write or read this person now.
    fn is_only_call(&self, ticket: Ticket, enabled: &[What]) -> bool {
        let leads = self.plan.leads;
        let person = leads[ticket.row].0;
        let is_other = |lead: usize| lead != ticket.row && leads[lead].0 == person;
        (0..leads.len()).all(|lead| !is_other(lead) || self.is_at_rest(lead))
            && self.hears_of(ticket)
            && enabled.iter().filter(|what| self.calls(**what) == Some(person)).count() == 1
    }

    /// Whom a call that is at the system is about.
    fn calls(&self, what: What) -> Option<usize> {
        let What::Word(at) = what else { return None };
        match &self.words[at].1 {
            Word::Arrive { call } | Word::Commit { call, .. } => {
                Some(self.plan.leads[call.ticket.row].0)
            }
            _ => None,
        }
    }
}
