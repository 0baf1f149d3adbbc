//! What is around the outboxes of a day: their rows, one alarm each, limiters, senders, and what befalls all of them.

use super::*;
use crate::outbox::World;

impl Day {
    /// A delivery hears something then.
    pub(super) fn said(&mut self, time: u64, ticket: Ticket, heard: Heard) {
        self.at(time, Happening::Said { ticket, heard });
    }
}

impl World for Day {
    fn store(&mut self) -> &mut Store {
        &mut self.store
    }

    fn outbox(&mut self, shard: usize) -> &mut Outbox {
        &mut self.outboxes[shard]
    }

    fn accounts(&self) -> usize {
        self.accounts.len()
    }

    fn recipe(&self, account: usize) -> Option<&'static Recipe> {
        self.accounts.get(account).map(|account| account.recipe)
    }

    fn forms(&self) -> &'static [&'static str] {
        &FORMS
    }

    fn is_paid(&self) -> bool {
        self.is_paid
    }

    fn clock(&self) -> u64 {
        self.now.saturating_add_signed(self.skew)
    }

    fn random(&mut self) -> u32 {
        self.bits() as u32
    }

    /// Between two effects.
    fn dies(&mut self, _: usize) -> bool {
        let dies = self.mortal > 0 && self.below(self.mortal) == 0;
        self.seen.died += u64::from(dies);
        dies
    }

    fn is_full(&self, shard: usize) -> bool {
        self.now < self.full[shard]
    }

    /// It rings then, or late, or twice, or never.
    fn set_alarm(&mut self, shard: usize, at: u64) {
        assert!(at > self.clock(), "an alarm at or before now");
        self.stands[shard] = true;
        let late = if self.below(20) == 0 { self.below(30_000) } else { self.below(20) };
        let time = self.when(at) + late;
        if let Some(set) = self.alarms[shard].take() {
            self.next.remove(&set);
        }
        if self.below(50) == 0 {
            self.seen.alarms += 1;
            return;
        }
        self.alarms[shard] = Some((time, self.count + 1));
        self.at(time, Happening::Alarm { shard });
        if self.below(50) == 0 {
            let again = time + 1 + self.below(1_000);
            self.at(again, Happening::Alarm { shard });
        }
    }

    fn set_timer(&mut self, shard: usize, after: u64) {
        if let Some(set) = self.timers[shard].replace((self.now + after, self.count + 1)) {
            self.next.remove(&set);
        }
        let life = self.outboxes[shard].life;
        self.at(self.now + after, Happening::Ring { shard, life });
    }

    fn ask(&mut self, ticket: Ticket, effect: Effect) {
        let row = ticket.row;
        match &effect {
            Effect::Acquire { lost, deadline } => self.acquire(ticket, *lost, *deadline),
            // One word in a thousand never comes.
            Effect::Release { .. } if self.below(1_000) == 0 => {
                self.seen.unanswered += 1;
                let failure = Failure { code: "network.timeout".to_owned(), ..Failure::default() };
                self.said(self.now + LIMITER_DEADLINE, ticket, Heard::Failed(failure));
            }
            Effect::Release { .. } => self.release(ticket, &effect),
            Effect::Render { state, .. } => {
                let state = serde_json::from_str(state).unwrap();
                let heard = match self.render(row, &state) {
                    Some((write, identity)) => Heard::Rendered { write, identity, stands: true },
                    None => Heard::Failed(Failure {
                        code: "lookup.blind".to_owned(),
                        ..Failure::default()
                    }),
                };
                self.said(self.now, ticket, heard);
            }
            Effect::Send { token, deadline, ends, .. } => {
                self.send(ticket, token.parse().unwrap(), *deadline, *ends);
            }
            Effect::Sleep { after } => self.said(self.now + after, ticket, Heard::Slept),
            other => panic!("{other:?} is no question"),
        }
    }

    fn saw(&mut self, _: Option<usize>, effect: &Effect) {
        if let Effect::Write { phase: "waiting", next, state, .. } = effect {
            assert!(*next <= self.clock() + 25 * 60 * 60 * 1_000, "{state} waits for ever");
        }
    }
}
