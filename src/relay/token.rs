//! How long a token is used: until shortly before it ends. When the system refuses it earlier, the host drops it.

/// A token is no longer used this many milliseconds before it ends: a call takes time to arrive.
const MARGIN: u64 = 60_000;

/// How long a token is used whose system does not say when it ends.
const UNSAID: u64 = 3_600_000;

/// For how many milliseconds a token may be used, by its lifetime where the system says it.
pub fn usable(lifetime: Option<u64>) -> u64 {
    let lifetime = lifetime.unwrap_or(UNSAID);
    // A short life is used for at least half of it.
    lifetime.saturating_sub(MARGIN).max(lifetime >> 1)
}

#[cfg(test)]
mod tests {
    use super::usable;

    #[test]
    fn ends_a_minute_early() {
        assert_eq!(usable(Some(3_600_000)), 3_540_000);
        assert_eq!(usable(None), 3_540_000);
    }

    #[test]
    fn a_short_life_is_not_thrown_away() {
        assert_eq!(usable(Some(60_000)), 30_000);
        assert_eq!(usable(Some(0)), 0);
    }
}
