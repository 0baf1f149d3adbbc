//! The calls of one outbox to one account leave from an object of their own: its sender.

/// So many calls of an object may wait for their heads at once on Cloudflare (2026-11). A seventh waits inside the platform,
/// without a word, while its deadline runs.
pub const CONNECTIONS: u32 = 6;

/// Whether a call leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaves {
    /// It does, and may take so many milliseconds.
    Within(u64),
    /// It was held up on its way. What would be given up in the middle is not begun.
    Late,
    /// So many are out that it would wait. An outbox that begins anew does not know what is still out.
    Full,
}

/// Whether one more call leaves beside those that are `out`. It may take `deadline` milliseconds, and must have ended at
/// `ends` whatever happened on its way here.
pub fn leaves(out: u32, deadline: u64, ends: u64, now: u64) -> Leaves {
    let left = deadline.min(ends.saturating_sub(now));
    if left < deadline.div_ceil(2) {
        Leaves::Late
    } else if out >= CONNECTIONS {
        Leaves::Full
    } else {
        Leaves::Within(left)
    }
}
