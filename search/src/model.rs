//! The world as a model: which steps there are, and what must hold after each.

use crate::world::{Fault, Plan, What, World};
use stateright::{Model, Property};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A search: the world, and the faults that strike once.
pub(crate) struct Search {
    pub(crate) plan: Plan,
    pub(crate) faults: Vec<&'static str>,
}

/// What every world comes to, one way or another.
pub(crate) const ENDS: &str = "all leads come to rest";

/// A step: what happens, and what befalls it.
pub(crate) type Action = (What, Option<Fault>);

fn taken(last: &World, (what, fault): Action) -> Option<World> {
    let mut next = last.clone();
    // What panics in there has broken a promise, and says which.
    match catch_unwind(AssertUnwindSafe(|| next.take(what, fault))) {
        Ok(true) => {}
        Ok(false) => return None,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            next.broken = Some(text.unwrap_or_else(|| "a panic".to_owned()));
        }
    }
    next.sum_up();
    Some(next)
}

impl Model for Search {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World::new(self.plan, &self.faults)]
    }

    fn actions(&self, state: &World, actions: &mut Vec<Action>) {
        if state.broken.is_some() || state.is_over() {
            return;
        }
        for what in state.enabled() {
            actions.push((what, None));
            if state.is_spent() {
                continue;
            }
            // How many effects it has, to die before each.
            let steps = taken(state, (what, None)).map(|next| next.steps).unwrap_or_default();
            actions.extend(state.faults(what, steps).into_iter().map(|fault| (what, Some(fault))));
        }
    }

    fn next_state(&self, last: &World, action: Action) -> Option<World> {
        taken(last, action)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("nothing breaks", |_, state: &World| state.broken.is_none()),
            // Every way ends, since the clock goes on and never passes an hour or two; and where it ends all is well.
            Property::always("whoever stops is at rest", |_, state: &World| {
                !state.enabled().is_empty() || state.is_over()
            }),
            Property::always("who is at rest is told the truth", |_, state: &World| {
                !state.is_over() || state.is_well()
            }),
            Property::sometimes(ENDS, |_, state: &World| state.is_over()),
        ]
    }
}
