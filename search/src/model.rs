//! The world as a model: which steps there are, and what must hold after each.

use crate::plan::{Fault, Plan};
use crate::world::{What, World};
use stateright::{Model, Property};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

/// A search: the world, and the faults that strike once.
pub(crate) struct Search {
    pub(crate) plan: Plan,
    pub(crate) faults: Vec<&'static str>,
    pub(crate) orders: Orders,
    /// Where ways ended.
    pub(crate) ends: Arc<Mutex<BTreeSet<u64>>>,
}

/// Which orders are walked.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Orders {
    /// Those that come to the same, too.
    #[allow(dead_code, reason = "a test compares the two")]
    All,
    /// Each that may come to something else.
    Enough,
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
    Some(next)
}

impl Model for Search {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World::new(self.plan, &self.faults)]
    }

    fn actions(&self, state: &World, actions: &mut Vec<Action>) {
        if state.broken.is_some() {
            return;
        }
        if state.is_over() {
            self.ends.lock().unwrap_or_else(PoisonError::into_inner).insert(state.sum);
            return;
        }
        let enabled = state.enabled();
        let touches_the_limiter = |what| {
            let next = taken(state, (what, None));
            next.is_none_or(|next| next.broken.is_some() || next.steps.asked > 0)
        };
        if self.orders == Orders::Enough
            && let Some(what) = state.enough(&enabled, touches_the_limiter)
        {
            return actions.push((what, None));
        }
        for what in enabled {
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
        let mut next = taken(last, action)?;
        next.sum_up();
        Some(next)
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
