//! The limiter's rows as the gate keeps them: what a restart begins with.

use fieldpost::delivery::limiter::Limiter;
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default)]
pub(crate) struct Rows(BTreeMap<String, String>);

impl Rows {
    /// Writes down what a call has changed.
    pub(crate) fn write(&mut self, limiter: &mut Limiter) {
        for (name, text) in limiter.changes() {
            match text {
                Some(text) => self.0.insert(name, text),
                None => self.0.remove(&name),
            };
        }
    }

    pub(crate) fn read(&self) -> Limiter {
        Limiter::from_parts(self.0.iter().map(|(name, text)| (name.as_str(), text.as_str())))
    }
}
