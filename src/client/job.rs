//! A job that takes its time is asked about politely: each question counts against the account's calls.

use super::{Effect, LONGEST, Step};
use crate::check::report::said;
use crate::crm::operation::States;
use crate::crm::outcome::Outcome;
use crate::value::Value;
use std::borrow::Cow;

impl Step<'_> {
    /// Takes an answer. The next question waits half as long again, or as long as the system says.
    pub(super) fn progressed(&mut self, states: &States, most: Option<u64>, outcome: Outcome) {
        let most = most.unwrap_or(states.most).min(LONGEST);
        let longer = self.call.wait.wrapping_add(self.call.wait >> 1);
        let asked = self.call.asked.wrapping_add(1);
        self.call.asked = asked;
        let mut wait = longer.min(most);
        if let Outcome::Retry { after, .. } = outcome {
            wait = longer.max(after.unwrap_or_default()).min(most);
        } else {
            let record = match &outcome {
                Outcome::Found { records, .. } => records.first(),
                _ => None,
            };
            let Some(state) =
                record.and_then(|record| record.get(states.state)).and_then(Value::as_text)
            else {
                return self.without(outcome, "The export's state could not be read.");
            };
            let is_done = state == states.done;
            let expired = record.and_then(|record| record.get(states.expired));
            let wrong = match expired {
                // XML has no flags.
                Some(flag)
                    if matches!(flag, Value::Bool(true)) || flag.as_text() == Some("true") =>
                {
                    Some(states.gone)
                }
                _ if states.over.contains(&state) => Some(states.code),
                _ => None,
            };
            if is_done || wrong.is_some() {
                wait = 0;
            }
            self.say(Effect::Progress { state: state.to_owned(), asked, wait });
            if let Some(code) = wrong {
                return self.fail(Cow::Borrowed(code.name), said(code), Vec::new());
            }
            if is_done {
                let mut refs = Vec::new();
                if let Some(Value::List(given)) = record.and_then(|record| record.get(states.refs))
                {
                    for text in given.iter().filter_map(Value::as_text) {
                        refs.push(text.to_owned());
                    }
                }
                return self.say(Effect::Files { refs });
            }
        }
        self.call.wait = wait;
        self.say(Effect::Sleep { wait });
        self.say(Effect::Go { row: 0 });
    }
}
