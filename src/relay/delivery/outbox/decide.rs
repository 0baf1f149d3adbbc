//! What a delivery decides of its lead: whose the guard's key is, what is left out, and what the write therefore says.

use super::{CONTRADICTIONS, Call, Delivery, Effect, Key, Recipe, When};
use crate::check::report::Issue;
use crate::crm::outcome::Outcome;
use crate::relay::delivery::guard::{Guard, Held};
use crate::value::has_part;

impl Delivery {
    /// What tells this call's request from the delivery's others: version 2 knew operation and record.
    pub(super) fn kept(&self, recipe: &Recipe) -> String {
        let mut kept = self.operation(recipe).to_owned();
        let holders = (self.call == Call::Holders).then_some("holders");
        let without = (!self.without.is_empty()).then_some("without");
        let aside = self.aside.then_some("aside");
        let words = [
            self.record.as_deref(),
            holders,
            self.page.as_deref(),
            without,
            Some(&self.without),
            aside,
        ];
        for word in words.into_iter().flatten().filter(|word| !word.is_empty()) {
            kept.push(' ');
            kept.push_str(word);
        }
        kept
    }

    /// What the system does not get as the lead has it, as the warning's code.
    pub fn warning(&self, recipe: &Recipe) -> Option<&'static str> {
        let guard = recipe.guard.as_ref().map(|guard| [guard.taken, guard.kept]);
        let leaves =
            recipe.spare.iter().map(|spare| spare.leave).chain(guard.into_iter().flatten());
        leaves.into_iter().find(|leave| self.is_without(leave.param)).map(|leave| leave.warning)
    }

    fn is_without(&self, param: &str) -> bool {
        has_part(&self.without, ' ', param)
    }

    /// Where deciding what to write begins.
    pub(super) fn first(&self, recipe: &Recipe) -> Call {
        match (&recipe.guard, &recipe.look_up) {
            (Some(_), _) if self.key == Key::Asked => Call::Holders,
            (_, Some(look_up)) if look_up.when == When::Always && !self.blind => Call::LookUp,
            _ => Call::Write,
        }
    }

    pub(super) fn decide_anew(&mut self, recipe: &Recipe, now: u64) -> Effect {
        if recipe.guard.is_some() {
            self.without.clear();
            self.aside = false;
        }
        self.page = None;
        self.turn_to(self.first(recipe), now)
    }

    /// The holders of the guard's key are known, or a page of them.
    pub(super) fn listed(
        &mut self,
        guard: &Guard,
        held: Held,
        by_key: bool,
        again: u64,
        now: u64,
    ) -> Effect {
        self.outcome = Some(Outcome::Found { records: Vec::new(), total: None, next: None });
        self.renewals = 0;
        self.page = None;
        match held {
            Held::More(page) => {
                self.page = Some(page);
                self.turn_to(Call::Holders, now)
            }
            Held::Others if by_key => {
                guard.kept.param.clone_into(&mut self.without);
                self.turn_to(Call::Write, now)
            }
            // The phone would name more people than the lead's own; the e-mail names one, where it is there.
            Held::Both | Held::Others => {
                guard.taken.param.clone_into(&mut self.without);
                self.turn_to(Call::LookUp, now)
            }
            Held::Nobody | Held::Own => {
                // A lost write of this lead's is there to be seen, and finds itself.
                let uncertain_until = if held == Held::Own { None } else { self.uncertain_until };
                match self.others.max(uncertain_until) {
                    Some(until) if now < until => {
                        self.attempts = self.attempts.saturating_add(1);
                        self.wait(again.min(until).max(now.saturating_add(1)))
                    }
                    _ => {
                        self.uncertain_until = None;
                        self.turn_to(Call::Write, now)
                    }
                }
            }
        }
    }

    /// Whether the system refused the lead for something that it can do without.
    pub(super) fn can_spare(&mut self, recipe: &Recipe, issues: &[Issue]) -> bool {
        let spare =
            recipe.spare.iter().find(|spare| issues.iter().any(|issue| issue.code == spare.code));
        let Some(spare) = spare.filter(|spare| !self.is_without(spare.leave.param)) else {
            return false;
        };
        spare.leave.param.clone_into(&mut self.without);
        true
    }

    /// Whether the system refused to make a person because they are there: they are looked up again, and changed.
    pub(super) fn is_there(&self, recipe: &Recipe, issues: &[Issue]) -> bool {
        let known = recipe.look_up.as_ref().map_or(&[][..], |look_up| look_up.there);
        self.call == Call::Write
            && self.attempts < CONTRADICTIONS
            && issues.iter().any(|issue| known.contains(&issue.code.as_ref()))
    }

    /// A look-up says whether the person is there, where the write finds them by itself.
    pub(super) fn decided(&mut self, recipe: &Recipe, is_there: bool, now: u64) -> Effect {
        if let (Some(guard), Key::Asked) = (&recipe.guard, self.key) {
            // Version 2 did not ask whose the key is.
            if self.without.is_empty() {
                return self.turn_to(Call::Holders, now);
            }
            self.aside = !is_there && self.is_without(guard.taken.param);
        }
        self.turn_to(Call::Write, now)
    }
}
