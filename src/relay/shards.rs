//! Which shards are asked about a key, and in which order. A key's shard follows from the number of shards, so it has one for
//! each number that was in use before ours, and ours, where it is kept if nobody has taken it: its homes. Nobody needs to know
//! of numbers that came later: whoever uses one of those asks at our shard, too.
//!
//! With one number a lead is taken by one call. While others are remembered, each number's shard promises the key to one shard
//! for good, the oldest number's first. Whoever comes with whatever number passes the shard of the oldest one in use, so all
//! of them come to the same end.

use super::acceptance::KEEP;
use super::arrival::{MOVED, UNKNOWN};

/// A walk's lowest three bits: what is asked next, or with which purpose it begins.
pub const ASKS: &[(&str, u32)] = &[
    ("Told", TOLD),
    ("Look", LOOK),
    ("There", THERE),
    ("Take", TAKE),
    ("Claim", CLAIM),
    ("Finds", FINDS),
    ("Takes", TAKES),
    ("Keep", KEEP_HERE),
];

/// Nobody: what was heard last is the answer.
pub const TOLD: u32 = 0;
/// A home, under its own number, whether it knows the key.
pub const LOOK: u32 = 1;
/// The same of the shard that a home has promised it to.
pub const THERE: u32 = 2;
/// A shard to take the key, under the numbers of all homes from this one on.
pub const TAKE: u32 = 3;
/// A home to promise the key to a shard.
pub const CLAIM: u32 = 4;
/// The walk begins, to find who has the key …
pub const FINDS: u32 = 5;
/// … or to have it taken.
pub const TAKES: u32 = 6;
/// A home to promise the key to itself.
pub const KEEP_HERE: u32 = 7;

/// What is asked, of which home, and which shard it is about.
#[allow(
    clippy::cast_possible_truncation,
    reason = "there are no more homes than shards, and of those 200"
)]
pub const fn packed(ask: u32, home: usize, shard: u32) -> u32 {
    ask | (home as u32 & 0xFF) << 3 | shard << 11
}

/// The way back.
pub const fn unpacked(walk: u32) -> (u32, usize, u32) {
    (walk & 7, (walk >> 3 & 0xFF) as usize, walk >> 11)
}

/// What is asked next, once a shard has said this, and named that shard (counted from 1; 0 where it named none, as the
/// release before does).
pub fn next(homes: &[u32], walk: u32, said: u32, named: u32) -> u32 {
    let (ask, home, shard) = unpacked(walk);
    let to = if named == 0 { shard } else { named - 1 };
    let (home, to) = match (ask, said) {
        (FINDS | TAKES, _) => (0, homes.last().copied().unwrap_or_default()),
        (LOOK | THERE | CLAIM | KEEP_HERE, UNKNOWN) => (home + 1, to),
        (LOOK | TAKE, MOVED) => (home, to),
        _ => return TOLD,
    };
    let is_here = homes.iter().skip(home).all(|shard| *shard == to);
    let (ask, shard) = match (ask, homes.get(home)) {
        (LOOK, _) if said == MOVED => (THERE, to),
        (FINDS | LOOK | THERE, Some(own)) => (LOOK, *own),
        // Where the rest is in one shard that has no promise to another, taking it is the promise.
        (TAKES | CLAIM | KEEP_HERE, _) if is_here => (TAKE, to),
        (TAKES | TAKE | CLAIM | KEEP_HERE, Some(own)) => {
            (if *own == to { KEEP_HERE } else { CLAIM }, to)
        }
        _ => return TOLD,
    };
    packed(ask, home, shard)
}

/// A number that nobody has used for this long has no keys left: the memory of a lead, and what an isolate may not have said.
pub const REMEMBERED: u64 = KEEP + DAY;

/// The registry looks for shards that a release before has used once in this time.
pub const DAY: u64 = 24 * 60 * 60 * 1_000;

/// A number is written down again after this long.
pub const AGAIN: u64 = 10 * 60 * 1_000;

/// For so long an isolate goes by what the registry said. That it has not heard of a newer number does no harm.
pub const BELIEVED: u64 = 60 * 60 * 1_000;

/// What an isolate does that was told once: it asks (0), it asks and goes by that where the registry is away (1), or it goes by
/// that (2). Whether it was for the same number of shards, and whether that is not long ago.
pub const fn believes(is_own: bool, is_new: bool) -> u8 {
    match (is_own, is_new) {
        (false, _) => 0,
        (_, false) => 1,
        _ => 2,
    }
}

/// How an outbox says that a key is elsewhere ("Misdirected Request"): a Worker of the release before takes that for an outbox
/// that is away, and its page comes again.
pub const MISDIRECTED: u16 = 421;

/// What a shard's status says: its `answer`, or that it runs the release `before`, which has no such call. Nothing else is an
/// answer.
pub const fn says(status: u16) -> Option<&'static str> {
    match status {
        200 | MISDIRECTED => Some("answer"),
        404 => Some("before"),
        _ => None,
    }
}

/// So many shards above the last known one are looked at, until none of them was ever in use; no more at once than one object
/// may have out.
pub const ABOVE: u32 = 8;
/// See [`ABOVE`].
pub const AT_ONCE: u32 = 4;
