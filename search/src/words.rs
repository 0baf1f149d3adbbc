//! What each word does where it arrives: at an outbox, at the limiter, at the system.

use crate::account::{Fate, Task, said};
use crate::crm::{LONGEST, lost};
use crate::outbox::{Ticket, arrives, hears};
use crate::plan::Fault;
use crate::world::{Call, Word, World};
use fieldpost::relay::acceptance::{Batch, Effect as Does, Found, Known, Offer, Room};
use fieldpost::relay::account::{Event as Asked, Reply};
use fieldpost::relay::delivering::{DEADLINE, LIMITER_DEADLINE};
use fieldpost::relay::outbox::Event;
use fieldpost::relay::run::{Failure, Heard};

/// A page sends again what was not acknowledged.
const AGAIN: u64 = 10_000;

impl World {
    pub(crate) fn hear(&mut self, word: Word) {
        match word {
            Word::Accept { lead } => self.accept(lead),
            Word::Said { ticket, heard, by_limiter } => {
                if by_limiter && self.befalls(Fault::Unanswered) {
                    return self.unanswered(ticket);
                }
                hears(self, ticket, *heard);
            }
            Word::Signed { number, .. } => {
                let token = self.crm.token.to_string();
                self.limiter_hears(number, Asked::Signed(&token, 3_540_000));
            }
            Word::Looked { number, token, .. } => {
                let outcome = self.crm.look(token, self.now);
                self.limiter_hears(number, Asked::Looked(said(&outcome)));
            }
            Word::Arrive { call } => self.arrive(call),
            Word::Commit { call, until, is_heard } => {
                let outcome = self.crm.commit(call.who, call.ticket.row, until);
                if is_heard {
                    self.tell(self.now, call.ticket, came_to(outcome));
                }
            }
        }
    }

    fn accept(&mut self, lead: usize) {
        let shard = self.shard(lead);
        if self.is_full {
            return self.words.push((self.now + AGAIN, Word::Accept { lead }));
        }
        let (now, id) = (self.now, lead.to_string());
        let is_there = self.store.rows[lead].phase != "away";
        let known = is_there.then_some(Known { id: &id, body: "", phases: "" });
        let room = Room { queued: [0, u64::MAX], review: [0, 0], bytes: [0, u64::MAX] };
        let effects = Batch::new(room, now).take(Offer {
            id: &id,
            key: &id,
            body: "",
            nonce: None,
            review: "",
            source: "",
            bytes: 0,
            found: Found { known, ..Found::default() },
            user: None,
            of_source: 0,
        });
        for effect in effects {
            if let Does::Put { standing: [_, phase], .. } = effect {
                self.store.change(lead, |row| (row.phase, row.next) = (phase, now));
            }
        }
        let life = self.outboxes[shard].life;
        arrives(self, shard, Event::Arrived(vec!["0".to_owned()]));
        if self.outboxes[shard].life == life {
            assert!(
                self.alarms[shard].is_some(),
                "lead {lead} is acknowledged, and no alarm stands"
            );
            self.acknowledged[lead] = true;
        } else {
            self.words.push((self.now + AGAIN, Word::Accept { lead }));
        }
    }

    pub(crate) fn tell(&mut self, time: u64, ticket: Ticket, heard: Heard) {
        self.words.push((time, Word::Said { ticket, heard: Box::new(heard), by_limiter: false }));
    }

    fn unanswered(&mut self, ticket: Ticket) {
        let failure = Failure { code: "gate.failed".to_owned(), ..Failure::default() };
        self.tell(self.now + LIMITER_DEADLINE, ticket, Heard::Failed(failure));
    }

    /// A call reaches the system.
    fn arrive(&mut self, call: Call) {
        if self.befalls(Fault::Dropped) {
            return self.tell(self.now + DEADLINE, call.ticket, came_to(lost()));
        }
        if self.befalls(Fault::NoToken) {
            self.crm.token += 1;
        }
        if let Some(outcome) = self.crm.knock(call.token, false, (0, call.write), self.now) {
            return self.tell(self.now, call.ticket, came_to(outcome));
        }
        let is_unheard = self.befalls(Fault::Unheard);
        let is_broken = self.befalls(Fault::Broken);
        if is_unheard || is_broken {
            let after = if is_broken { 0 } else { DEADLINE };
            self.tell(self.now + after, call.ticket, came_to(lost()));
        }
        let is_heard = !is_unheard && !is_broken;
        if !call.write {
            if is_heard {
                let outcome = self.crm.read(call.who, self.now);
                self.tell(self.now, call.ticket, came_to(outcome));
            }
            return;
        }
        // Between its beginning and its end anything may happen; what the connection has left takes as long as it may.
        let (time, until) = if is_broken {
            (self.now + LONGEST, self.now + LONGEST)
        } else {
            (self.now, self.now + 1)
        };
        self.crm.begin(call.who, call.record, until, self.now);
        self.words.push((time, Word::Commit { call, until, is_heard }));
    }

    /// What befalls the limiter at this question.
    fn fate(&mut self) -> Fate {
        let full = self.befalls(Fault::LimiterFull(self.steps.asked));
        self.steps.asked += 1;
        let dies = match self.fault {
            Some(Fault::LimiterDies(at)) => at.checked_sub(self.host.steps),
            _ => None,
        };
        Fate { traps: false, full, dies }
    }

    pub(crate) fn ask_limiter(&mut self, ticket: Ticket, event: Asked<'_>) {
        if self.befalls(Fault::Unasked(self.steps.asked)) {
            self.steps.asked += 1;
            return self.unanswered(ticket);
        }
        let (fate, life) = (self.fate(), self.host.life);
        let tasks = self.host.ask(ticket, event, self.now, fate);
        self.carry_out(tasks, life);
    }

    fn limiter_hears(&mut self, number: u64, event: Asked<'_>) {
        let (fate, life) = (self.fate(), self.host.life);
        let tasks = self.host.heard(number, event, self.now, fate);
        self.carry_out(tasks, life);
    }

    fn carry_out(&mut self, tasks: Vec<Task<Ticket>>, before: u64) {
        let life = self.host.life;
        if life != before {
            self.fault = None;
        }
        for task in tasks {
            match task {
                Task::Answer(ticket, reply) => self.answer(ticket, reply),
                Task::SignIn { number, .. } => {
                    self.words.push((self.now, Word::Signed { life, number }));
                }
                Task::Look { number, token } => {
                    let token = token.parse().unwrap();
                    self.words.push((self.now, Word::Looked { life, number, token }));
                }
                Task::Midnight { .. } => panic!("no quota here is used up"),
                Task::Log(_) => {}
            }
        }
    }

    fn answer(&mut self, ticket: Ticket, reply: Option<Reply>) {
        let heard = match reply {
            None => Heard::Failed(Failure { code: "gate.failed".to_owned(), ..Failure::default() }),
            Some(Reply::Wait { until, scope, target }) => {
                Heard::Held { until, scope: scope.name().to_owned(), target }
            }
            Some(Reply::Granted { uncertain_until, others, kept, probe, version, token }) => {
                let out = self.host.limiter().leases.len();
                assert!(out <= self.plan.at_once as usize, "{out} leases at once");
                Heard::Granted {
                    asked: self.now,
                    uncertain_until,
                    others,
                    kept,
                    probe,
                    version,
                    token,
                    stands: true,
                }
            }
            Some(Reply::Released { hold, until, opened, blamed }) => {
                Heard::Released { hold, until, blamed, opened }
            }
        };
        self.words
            .push((self.now, Word::Said { ticket, heard: Box::new(heard), by_limiter: true }));
    }
}

fn came_to(outcome: fieldpost::Outcome) -> Heard {
    Heard::Called { outcome, pace: None, after: None }
}
