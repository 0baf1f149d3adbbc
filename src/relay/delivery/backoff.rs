//! How long to wait before the next try: exponential with jitter over the upper half, so that retries spread and none
//! comes at once.

/// Milliseconds before try number `attempt` (from 1), between half and the whole of `base · 2^(attempt-1)`, at most
/// `cap`. `random` is 32 random bits.
pub fn delay(attempt: u32, base: u64, cap: u64, random: u32) -> u64 {
    let doublings = attempt.saturating_sub(1).min(32);
    let whole = (base << doublings).min(cap);
    let half = whole >> 1;
    // random / 2^32 of the upper half.
    let spread = (half.min(u64::from(u32::MAX)) * u64::from(random)) >> 32;
    half.saturating_add(spread).max(1)
}

#[cfg(test)]
mod tests {
    use super::delay;

    #[test]
    fn doubles_up_to_the_cap_and_keeps_the_lower_half_free() {
        for (attempt, least, most) in
            [(1, 500, 1_000), (2, 1_000, 2_000), (4, 4_000, 8_000), (60, 300_000, 600_000)]
        {
            assert_eq!(delay(attempt, 1_000, 600_000, 0), least);
            let longest = delay(attempt, 1_000, 600_000, u32::MAX);
            assert!(longest <= most && longest >= most - 2, "{longest} of {most}");
        }
    }
}
