//! The token of an account: used until shortly before it ends, dropped when the system no longer takes it.

/// A cached token.
#[derive(Clone, Debug, Default)]
pub struct Cache {
    held: Option<(String, u64)>,
}

/// A token is no longer used this many milliseconds before it ends: a call takes time to arrive.
const MARGIN: u64 = 60_000;

/// How long a token is used whose system does not say when it ends; a refusal ends it earlier.
const UNSAID: u64 = 3_600_000;

impl Cache {
    /// The token, while it can be used.
    pub fn usable(&self, now: u64) -> Option<&str> {
        self.held.as_ref().filter(|(_, until)| *until > now).map(|(token, _)| token.as_str())
    }

    /// A new token, with its lifetime in milliseconds where the system says it.
    pub fn arrived(&mut self, token: String, lifetime: Option<u64>, now: u64) {
        let lifetime = lifetime.unwrap_or(UNSAID);
        // A short life is used for at least half of it.
        let usable = lifetime.saturating_sub(MARGIN).max(lifetime >> 1);
        self.held = Some((token, now.saturating_add(usable)));
    }

    /// The system refused `token`. A newer one stays: many calls may report the same old one.
    pub fn refused(&mut self, token: &str) {
        if self.held.as_ref().is_some_and(|(held, _)| held == token) {
            self.held = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cache;

    #[test]
    fn is_used_until_a_minute_before_its_end() {
        let mut cache = Cache::default();
        cache.arrived("a".to_owned(), Some(3_600_000), 0);
        assert_eq!(cache.usable(3_539_999), Some("a"));
        assert_eq!(cache.usable(3_540_000), None);
    }

    #[test]
    fn a_late_refusal_of_an_old_token_keeps_the_new_one() {
        let mut cache = Cache::default();
        cache.arrived("new".to_owned(), None, 0);
        cache.refused("old");
        assert_eq!(cache.usable(1), Some("new"));
        cache.refused("new");
        assert_eq!(cache.usable(1), None);
    }
}
