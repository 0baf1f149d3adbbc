//! The way into an outbox: each lead once, and not more of them than there is room for.
//!
//! Leads that arrive together are written together, so they are judged together, in their order: what one of them takes, the
//! next one no longer finds. What the rows say of each is read before.

use crate::value::parts;
/// Why a lead waits for a person whose form token was another lead's.
const SPENT: &str = "token.spent";

/// One source may have a tenth of a review that it fills alone.
const PART: u64 = 9;

/// The memory of a lead that is done (hashes, id, outcome), and of what a key was promised to, goes after this long.
pub const KEEP: u64 = 8 * 24 * 60 * 60 * 1_000;

/// A token's use is remembered until it has ended by itself.
const TOKEN: u64 = 13 * 60 * 60 * 1_000;

/// A lead that is being accepted elsewhere (Turnstile) keeps its key for this long.
const RUNNING: u64 = 15_000;

/// So many leads may wait for the same write, with so many characters.
const MOST_ARRIVED: u32 = 1_000;
const MOST_CHARACTERS: u32 = 16 << 20;

/// Leads that go on arriving are waited for so long, in milliseconds.
const LONGEST_GATHER: u64 = 10;

/// What goes of a table that strangers add to, so that there is room for one more row: `nothing` where there is; of a full one what
/// has `ended`, and should that be nothing, what would end `first`. Nobody may be kept from sending by what somebody else has sent.
pub const fn frees(is_full: bool, is_tidy: bool) -> &'static str {
    match (is_full, is_tidy) {
        (false, _) => "nothing",
        (_, false) => "ended",
        _ => "first",
    }
}

/// Whether nothing can be in such a table, so that nobody looks: whoever found it empty knows of all that came.
pub const fn is_empty(knows_all: bool, counts_none: bool) -> bool {
    knows_all && counts_none
}

/// What a delivery's new phase is to its lead: nothing while it goes on; else it `counts`, for the lead may stand elsewhere now, or it
/// `ends`, and with the last one that is open the person's values go.
pub const fn turns(phase: &str) -> Option<&'static str> {
    match phase.as_bytes() {
        b"done" => Some("ends"),
        b"dead" => Some("counts"),
        _ => None,
    }
}

/// Under which name something is counted: its `own`, where that is known or there is room for one more, else one that all `others`
/// share. A name may be a system's own text.
pub const fn counts_as(is_known: bool, has_room: bool) -> &'static str {
    if is_known || has_room { "own" } else { "others" }
}

/// Whether a lead is one of the day's: a test lead is nobody's.
pub const fn is_of_the_day(is_test: bool) -> bool {
    !is_test
}

/// What is in an outbox, and what may be.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Leads that wait for a system, and how many may.
    pub queued: [u64; 2],
    /// Leads that wait for a person to let them go, and how many may.
    pub review: [u64; 2],
    /// The bytes of all of them, and how many may be.
    pub bytes: [u64; 2],
}

/// A lead on its way in.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    /// The id that it gets.
    pub id: &'a str,
    /// The key that says which lead it is.
    pub key: &'a str,
    /// The hash of what the visitor entered.
    pub body: &'a str,
    /// The form token that is spent with it, where this outbox is the token's, too.
    pub nonce: Option<&'a str>,
    /// Why a person should look first, with blanks between; empty for nearly all.
    pub review: &'a str,
    /// Where it came from, as a keyed hash; empty where nobody knows.
    pub source: &'a str,
    /// What it takes on disk.
    pub bytes: u64,
    /// What the rows say of its key.
    pub found: Found<'a>,
    /// The key of the lead that its token was good for.
    pub user: Option<&'a str>,
    /// So many leads of its source wait for a person.
    pub of_source: u64,
}

/// What the rows say of a key.
#[derive(Clone, Copy, Debug, Default)]
pub struct Found<'a> {
    /// The lead that has it.
    pub known: Option<Known<'a>>,
    /// The shard that it was promised to, where it is another one.
    pub moved: Option<&'a str>,
    /// The hash of what was entered with the lead that is being checked elsewhere under it.
    pub running: Option<&'a str>,
    /// What it was promised to under the number of shards that is asked for; the empty name is this one.
    pub promised: Option<&'a str>,
}

/// A lead that is there.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Its id.
    pub id: &'a str,
    /// The hash of what was entered then.
    pub body: &'a str,
    /// Where its deliveries stand, with blanks between, once nothing more is to be done for it. What was erased has none.
    pub phases: &'a str,
}

impl<'a> Known<'a> {
    /// What is said of it to somebody who sends this body under its key, or names the key alone.
    fn said(self, body: Option<&str>) -> Answer<'a> {
        // What was erased or discarded has been taken, and no system has it: nobody is told that one does.
        let is_everywhere =
            !self.phases.is_empty() && parts(self.phases, ' ').all(|phase| phase == "done");
        let state = if body.is_some_and(|body| body != self.body) {
            "conflict"
        } else if is_everywhere {
            "stored"
        } else {
            "queued"
        };
        Answer { id: self.id, ..Answer::of(state) }
    }
}

/// What is said of a lead or a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer<'a> {
    /// The lead's id; empty where there is none.
    pub id: &'a str,
    /// `queued`, `stored`, `conflict`, `full`, `running`, `free` or `moved`.
    pub state: &'static str,
    /// A person has to look first, or would have had to.
    pub held: bool,
    /// The shard that a key belongs to.
    pub shard: Option<&'a str>,
}

impl<'a> Answer<'a> {
    /// Nothing but a state.
    pub fn of(state: &'static str) -> Self {
        Answer { id: "", state, held: false, shard: None }
    }

    /// The key belongs elsewhere.
    fn moved(shard: &'a str) -> Self {
        Answer { shard: Some(shard), ..Answer::of("moved") }
    }
}

/// What the host does, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect<'a> {
    /// Writes the lead down, and a delivery for each of its accounts.
    Put {
        /// Why a person has to look first; empty for nearly all.
        review: String,
        /// How the lead is counted, and where its deliveries stand.
        standing: [&'static str; 2],
    },
    /// Counts it for its source.
    Took,
    /// Spends its token, which is remembered until then.
    Spend(u64),
    /// Its accounts have something to do.
    Due,
    /// Keeps a key until then for a lead that is checked elsewhere.
    Reserve(u64),
    /// Promises a key to this shard, until then.
    Promise(&'a str, u64),
    /// Tells who asked.
    Tell(Answer<'a>),
}

/// What somebody asks about a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked<'a> {
    /// What has become of it.
    Known,
    /// To keep it while its lead is checked elsewhere, so that it is checked once.
    Reserve,
    /// To promise it to a shard, this one where it is empty, and to tell to which it was promised before: whoever asks here
    /// under this number of shards, now or later, comes to the same one. What is taken here already stays here.
    Claim(&'a str),
}

/// Answers who asks about a key, with the hash of what was entered where that is known.
pub fn answer<'a>(
    asked: Asked<'a>,
    body: Option<&str>,
    found: Found<'a>,
    now: u64,
) -> Vec<Effect<'a>> {
    let mut effects = Vec::new();
    let mut told = Answer::of("free");
    match (asked, found) {
        (_, Found { known: Some(known), .. }) => told = known.said(body),
        (Asked::Claim(_), Found { promised: Some(shard), .. }) => told.shard = Some(shard),
        (Asked::Claim(shard), Found { running, .. }) => {
            // What is being checked here is taken here.
            let shard = if running.is_some() { "" } else { shard };
            told.shard = Some(shard);
            effects.push(Effect::Promise(shard, now.saturating_add(KEEP)));
        }
        (_, Found { moved: Some(shard), .. }) => told = Answer::moved(shard),
        (Asked::Known, _) => {}
        (Asked::Reserve, Found { running: Some(running), .. }) => {
            told.state = if body == Some(running) { "running" } else { "conflict" };
        }
        (Asked::Reserve, _) => effects.push(Effect::Reserve(now.saturating_add(RUNNING))),
    }
    effects.push(Effect::Tell(told));
    effects
}

/// Whether a form token was another lead's, and until when it is remembered that it is now this one's.
pub fn spend(user: Option<&str>, key: &str, now: u64) -> (bool, Option<u64>) {
    match user {
        Some(user) => (user != key, None),
        None => (false, Some(now.saturating_add(TOKEN))),
    }
}

/// Whether one more lead may wait for the next write, beside so many of so many characters.
pub fn has_place(arrived: u32, characters: u32, more: u32) -> bool {
    arrived < MOST_ARRIVED && characters.saturating_add(more) <= MOST_CHARACTERS
}

/// Whether leads that are to be written are waited for one more turn. A write to disk holds up everybody, however many share
/// it: as long as each turn of the host's brings more, they are waited for. Who comes alone is written at once.
pub fn gathers(before: u32, arrived: u32, began: u64, now: u64) -> bool {
    arrived > before && now < began.saturating_add(LONGEST_GATHER)
}

/// Leads that are written together.
#[derive(Debug)]
pub struct Batch<'a> {
    room: Room,
    now: u64,
    taken: Vec<Offer<'a>>,
    /// The tokens that are spent, with the lead of each.
    spent: Vec<(&'a str, &'a str)>,
    /// The sources of those of this batch that wait for a person.
    held: Vec<&'a str>,
}

impl<'a> Batch<'a> {
    /// None yet.
    pub fn new(room: Room, now: u64) -> Self {
        Batch { room, now, taken: Vec::new(), spent: Vec::new(), held: Vec::new() }
    }

    /// What becomes of the next one.
    pub fn take(&mut self, offer: Offer<'a>) -> Vec<Effect<'a>> {
        let mut effects = Vec::new();
        let told = self.judge(offer, &mut effects);
        effects.push(Effect::Tell(told));
        effects
    }

    fn judge(&mut self, offer: Offer<'a>, effects: &mut Vec<Effect<'a>>) -> Answer<'a> {
        let Offer { id, key, body, nonce, source, bytes, found, .. } = offer;
        let known = self.taken.iter().find(|taken| taken.key == key);
        let known = known.map(|taken| Known { id: taken.id, body: taken.body, phases: "" });
        if let Some(known) = known.or(found.known) {
            let told = known.said(Some(body));
            // Whoever wrote it may have ended before an alarm stood, and has promised nothing: this answer does.
            if told.state == "queued" && known.phases.is_empty() {
                effects.push(Effect::Due);
            }
            return told;
        }
        if let Some(shard) = found.moved {
            return Answer::moved(shard);
        }
        let user = nonce.and_then(|nonce| offer.user.or_else(|| self.user(nonce)));
        let mut review = offer.review.to_owned();
        if user.is_some_and(|user| user != key) {
            review = [SPENT, if review.is_empty() { "" } else { " " }, offer.review].concat();
        }
        let held = !review.is_empty();
        let [there, most] = if held { self.room.review } else { self.room.queued };
        let has_room = if held { self.has_room(source, offer.of_source) } else { there < most };
        let [before, most_bytes] = self.room.bytes;
        if !has_room || before.saturating_add(bytes) > most_bytes {
            return Answer { held, ..Answer::of("full") };
        }
        let [counted, _] = if held { &mut self.room.review } else { &mut self.room.queued };
        *counted = counted.saturating_add(1);
        self.room.bytes = [before.saturating_add(bytes), most_bytes];
        let standing = if held { ["review"; 2] } else { ["queued", "waiting"] };
        effects.push(Effect::Put { review, standing });
        // Where the token's nonce is the lead's key, the lead's own row says that it is used.
        if let Some(nonce) = nonce.filter(|nonce| user.is_none() && !is_own(key, nonce)) {
            self.spent.push((nonce, key));
            effects.push(Effect::Spend(self.now.saturating_add(TOKEN)));
        }
        effects.push(if held { Effect::Took } else { Effect::Due });
        if held {
            self.held.push(source);
        }
        self.taken.push(offer);
        Answer { id, held, ..Answer::of("queued") }
    }

    /// The lead of this batch that a token was good for.
    fn user(&self, nonce: &str) -> Option<&'a str> {
        let spent = self.spent.iter().find(|(spent, _)| *spent == nonce).map(|(_, user)| *user);
        let own = || self.taken.iter().find(|taken| is_own(taken.key, nonce));
        spent.or_else(|| own().map(|taken| taken.key))
    }

    /// Whatever a source sends, it never fills the review. Its share falls with the square of what is free, so that many that
    /// want more than theirs leave room for the first leads of others: a tenth of an empty review, a fortieth of one that is
    /// half full. Those of whom nobody knows where they came from are one source, which may have half.
    fn has_room(&self, source: &str, before: u64) -> bool {
        let [there, most] = self.room.review;
        // Nobody looks at more than that, and so many times its square is a number.
        let most = most.min(1 << 30);
        let free = most.saturating_sub(there);
        let here = self.held.iter().filter(|held| **held == source).count() as u64;
        let own = before.saturating_add(here);
        free > 0
            && if source.is_empty() {
                own < free
            } else {
                own.min(most) * PART * most < free * free
            }
    }
}

/// Whether a key is the name of this token.
fn is_own(key: &str, nonce: &str) -> bool {
    key.strip_prefix("k:") == Some(nonce)
}
