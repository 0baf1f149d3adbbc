//! The world as the host of its outboxes, which are the simulation's.

use crate::account::said;
use crate::crm::Who;
use crate::outbox::{Outbox, Ticket, World as Host};
use crate::plan::Fault;
use crate::store::{Store, Stored};
use crate::world::{Call, Word, World, on_grid};
use fieldpost::delivery::outbox::{Call as Sending, Delivery, Recipe};
use fieldpost::recipe;
use fieldpost::relay::account::{Acquire, Event as Asked, Release};
use fieldpost::relay::effect::Effect;
use fieldpost::relay::run::Heard;

impl World {
    fn render(&mut self, row: usize, state: &Delivery) -> (bool, Option<String>) {
        let who = Who { email: Some(self.plan.leads[row].0), phone: None };
        let write = matches!(state.call, Sending::Write | Sending::Found);
        let record = state.record.as_ref().filter(|_| state.call == Sending::Found);
        self.rendered[row] = Some((who, record.map(|id| id.parse().unwrap()), write));
        (write, None)
    }
}

impl Host for World {
    fn store(&mut self) -> &mut Store {
        &mut self.store
    }

    fn outbox(&mut self, shard: usize) -> &mut Outbox {
        &mut self.outboxes[shard]
    }

    fn accounts(&self) -> usize {
        1
    }

    fn recipe(&self, account: usize) -> Option<&'static Recipe> {
        (account == 0).then(|| recipe(self.plan.system).expect("a system of leads"))
    }

    fn forms(&self) -> &'static [&'static str] {
        &["form"]
    }

    fn is_paid(&self) -> bool {
        true
    }

    fn clock(&self) -> u64 {
        self.now
    }

    /// One backoff is as good as another: none of them makes two moments one that are not on the grid.
    fn random(&mut self) -> u32 {
        0
    }

    fn dies(&mut self, _: usize) -> bool {
        let at = self.steps.outbox;
        self.steps.outbox += 1;
        self.befalls(Fault::OutboxDies(at))
    }

    fn is_full(&self, _: usize) -> bool {
        self.is_full
    }

    fn set_alarm(&mut self, shard: usize, at: u64) {
        assert!(at > self.now, "an alarm at or before now");
        self.alarms[shard] = Some(on_grid(at));
    }

    fn set_timer(&mut self, shard: usize, after: u64) {
        self.timers[shard] = Some((on_grid(self.now + after), self.outboxes[shard].life));
    }

    fn ask(&mut self, ticket: Ticket, effect: Effect) {
        let row = ticket.row;
        match effect {
            Effect::Acquire { lost, deadline } => {
                let Stored { persons, shard, .. } = &self.store.rows[row];
                let (id, persons, shard) = (row.to_string(), persons.clone(), shard.to_string());
                let acquire = Acquire {
                    id: &id,
                    keys: &persons,
                    shard: &shard,
                    form: "form",
                    fills: "",
                    deadline,
                    lost,
                    spare: false,
                };
                self.ask_limiter(ticket, Asked::Acquire(acquire));
            }
            Effect::Release { outcome, unsent, token, write, goes_on, landed, after, .. } => {
                let id = row.to_string();
                let release = Release {
                    id: &id,
                    form: "form",
                    fills: "",
                    token: token.as_deref().unwrap_or_default(),
                    said: outcome.as_ref().map(said).unwrap_or_default(),
                    unsent,
                    write,
                    goes_on,
                    landed,
                    left: None,
                    until: None,
                    after,
                };
                self.ask_limiter(ticket, Asked::Release(release));
            }
            Effect::Render { state, .. } => {
                let state = serde_json::from_str(&state).unwrap();
                let (write, identity) = self.render(row, &state);
                self.tell(self.now, ticket, Heard::Rendered { write, identity, stands: true });
            }
            Effect::Send { token, .. } => {
                let (who, record, write) = self.rendered[row].expect("a request that was made");
                let call = Call { write, who, record, token: token.parse().unwrap(), ticket };
                self.words.push((self.now, Word::Arrive { call }));
            }
            Effect::Sleep { after } => self.tell(on_grid(self.now + after), ticket, Heard::Slept),
            other => panic!("{other:?} is no question"),
        }
    }

    fn saw(&mut self, _: Option<usize>, _: &Effect) {}
}
