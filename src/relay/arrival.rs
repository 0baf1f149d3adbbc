//! The way of a request from its first line to its answer: who may send, what is a lead, which lead it is, why a person
//! should look at it, and what is said of it.
//!
//! The host asks nobody but this. It says what it has heard as bits of a number, and is told what to do next; what it holds in
//! between ([`Arrival`]) is a number, too, so that a step costs next to nothing.

use crate::code::{Code, call, operator, relay};
use crate::crm::answers::row;

/// Numbers of bits, with the names that the border knows them by.
macro_rules! bits {
    ($(#[$doc:meta])* $names:ident: $($(#[$about:meta])* $bit:ident $name:literal = $value:expr,)*) => {
        $($(#[$about])* pub const $bit: u32 = $value;)*
        $(#[$doc])*
        pub const $names: &[(&str, u32)] = &[$(($name, $bit)),*];
    };
}

bits! {
    /// What a request says before its body is read: the answer to [`Ask::Meet`].
    REQUEST:
    /// It reads what the form is.
    READS "Reads" = 1,
    /// It asks what it may send.
    PREFLIGHT "Preflight" = 1 << 1,
    /// It sends a lead.
    SENDS "Sends" = 1 << 2,
    /// Who asks is a program, not a browser that follows a form.
    PROGRAM "Program" = 1 << 3,
    /// It names an origin …
    ORIGIN "Origin" = 1 << 4,
    /// … which says nothing (`null`).
    OPAQUE "Opaque" = 1 << 5,
    /// It is one of the form's or the relay's own; so is no origin at all.
    LISTED "Listed" = 1 << 6,
    /// A browser says that its page stands at this very origin.
    OWN "Own" = 1 << 7,
    /// A browser says that its page is of this site.
    NEAR "Near" = 1 << 8,
    /// A browser says something of the kind.
    BROWSER "Browser" = 1 << 9,
    /// It waits to hear what becomes of the lead.
    WAITS "Waits" = 1 << 10,
}

bits! {
    /// What a lead is, as far as the form's check goes: the answer to [`Ask::Check`].
    CHECKED:
    /// Its page speaks another version.
    VERSION "Version" = 1 << 11,
    /// It has a key.
    KEYED "Keyed" = 1 << 12,
    /// What stands there is no key.
    KEYLESS "Keyless" = 1 << 13,
    /// The relay's own page sends it again.
    AGAIN "Again" = 1 << 14,
    /// It waited in a browser: nobody can be asked to mend it.
    SEALED "Sealed" = 1 << 15,
    /// It does not pass the check.
    WRONG "Wrong" = 1 << 16,
    /// The check did not come to its end, twice.
    STOPPED "Stopped" = 1 << 17,
    /// The field that nobody sees is filled.
    FILLED "Filled" = 1 << 18,
    /// The form asks for a challenge.
    CHALLENGED "Challenged" = 1 << 19,
    /// It has no form token.
    BARE "Bare" = 1 << 20,
}

/// What only the machine knows: one address sends too much, the key was another lead's, the token was a server's or is spent
/// with the lead, and an outbox was asked to take it.
const OVER: u32 = 1 << 21;
const REUSED: u32 = 1 << 22;
const SERVED: u32 = 1 << 23;
const TOGETHER: u32 = 1 << 24;
const OFFERED: u32 = 1 << 25;
const FACTS: u64 = (1 << 26) - 1;

bits! {
    /// What a form token says: the answer to [`Ask::Token`] and [`Ask::OwnPage`].
    TOKEN:
    /// It is ours, and of today.
    GOOD "Good" = 0,
    /// It is so, but faster than anybody reads a form: password managers fill one.
    FAST "Fast" = 1,
    /// It has come to its end.
    EXPIRED "Expired" = 2,
    /// It is not ours, or another form's.
    FORGED "Forged" = 3,
    /// Whoever asked without an origin got it.
    SERVER "Server" = 4,
    /// The relay's own page got it.
    RELAY "Relay" = 8,
}

bits! {
    /// What became of a form token: the answer to [`Ask::Spend`].
    SPENDING:
    /// It is this lead's now.
    FREE "Free" = 0,
    /// It was another lead's.
    SPENT "Spent" = 1,
    /// Nobody can tell.
    AWAY "Away" = 2,
}

bits! {
    /// What is said of a challenge: the answer to [`Ask::Challenge`].
    CHALLENGE:
    /// It was met.
    MET "Met" = 0,
    /// Nobody answered it.
    MISSING "Missing" = 1,
    /// The answer does not hold.
    FAILED "Failed" = 2,
    /// Nobody could be asked.
    UNREACHABLE "Unreachable" = 3,
}

bits! {
    /// What an outbox says of a lead: the answer to [`Ask::Look`] and all others that one is asked. An outbox that is away says
    /// nothing.
    STATES:
    /// It does not answer.
    SILENT "" = 0,
    /// Nobody has the key.
    UNKNOWN "free" = 1,
    /// Another lead has it.
    CONFLICT "conflict" = 2,
    /// The lead is being checked elsewhere.
    RUNNING "running" = 3,
    /// There is no room.
    FULL "full" = 4,
    /// It is written down.
    QUEUED "queued" = 5,
    /// Every system has it.
    STORED "stored" = 6,
    /// The key was promised to another shard.
    MOVED "moved" = 7,
    /// A person has to look first: beside a state.
    HELD "held" = 8,
    /// There is one more to ask: beside a state, and beside what became of a token.
    MORE "more" = 16,
}

/// Why a person should look at a lead, in the order of their bits.
pub const REASONS: [&Code; 14] = [
    &operator::TOKEN_FORGED,
    &operator::TOKEN_EXPIRED,
    &operator::TOKEN_SPENT,
    &operator::TOKEN_MISSING,
    &operator::TOKEN_FAST,
    &operator::TRAP,
    &operator::ORIGIN_NULL,
    &operator::ORIGIN_MISSING,
    &operator::TURNSTILE_MISSING,
    &operator::TURNSTILE_FAILED,
    &operator::TURNSTILE_UNREACHABLE,
    &call::TRAP,
    &operator::LEAD_INVALID,
    &relay::KEY_REUSED,
];

const TOKEN_FORGED: u16 = 1;
const TOKEN_EXPIRED: u16 = 1 << 1;
const TOKEN_SPENT: u16 = 1 << 2;
const TOKEN_MISSING: u16 = 1 << 3;
const TOKEN_FAST: u16 = 1 << 4;
const TRAP: u16 = 1 << 5;
const ORIGIN_NULL: u16 = 1 << 6;
const ORIGIN_MISSING: u16 = 1 << 7;
const CHALLENGE_MISSING: u16 = 1 << 8;
const CHALLENGE_FAILED: u16 = 1 << 9;
const CHALLENGE_UNREACHABLE: u16 = 1 << 10;
const CHECK_STOPPED: u16 = 1 << 11;
const LEAD_INVALID: u16 = 1 << 12;
const KEY_REUSED: u16 = 1 << 13;

macro_rules! asks {
    ($($(#[$about:meta])* $ask:ident,)*) => {
        /// What the host does next. The last ones are an answer, and the end.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub enum Ask { $($(#[$about])* $ask,)* }

        impl Ask {
            /// All of them, in the order of their numbers.
            pub const ALL: &[(&'static str, Ask)] = &[$((stringify!($ask), Ask::$ask)),*];
        }
    };
}

asks! {
    /// Says what the request says of itself.
    #[default]
    Meet,
    /// Counts the request for its address; 1 where that sends too much.
    Share,
    /// Reads the body; the answer's place in the table, counted from 1, where it cannot be read.
    Read,
    /// Looks whether the relay's own page sends it, which a proxy may show under any address: says what its token says.
    OwnPage,
    /// Takes the page's origin for the relay's own.
    Adopt,
    /// Holds the lead to the form's rules.
    Check,
    /// Finds the lead's keys, and asks who has the first one.
    Look,
    /// The same, but for the key of the window before: an acceptance looks the lead's own up by itself.
    LookBefore,
    /// Asks who has the next one.
    LookNext,
    /// Gives the lead another key, made of its entries, and asks who has that.
    LookAnew,
    /// Keeps the key while the challenge is asked about.
    Reserve,
    /// Looks at the form token.
    Token,
    /// Finds the shards that have a say about the token or the lead, and says how many they are; 0 where nobody can tell.
    Keepers,
    /// Has the one that takes the lead spend the token with it, in the same write.
    Beside,
    /// Has the next of the token's own spend it.
    Spend,
    /// Asks whether the challenge was met.
    Challenge,
    /// Asks whether a person has let its sender through; 1 for yes.
    Pass,
    /// Finds out where the lead comes from, for its share of the review.
    Source,
    /// Offers the lead's clean values to its outbox, with the reasons.
    Offer,
    /// The same with what was typed, as it came.
    OfferRaw,
    /// Waits a moment for what becomes of it.
    Wait,
    /// Says what the form is, to a program.
    Describe,
    /// The same to a person.
    DescribePage,
    /// Says what may be sent.
    Allow,
    /// Says that this page may not send.
    Forbid,
    /// Answers with this row of the table.
    Say,
    /// Says what is wrong with the values.
    Refuse,
    /// Leads to the page that says thanks.
    Thank,
    /// Says that it was taken: this row of the table.
    Took,
}

/// A request on its way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    /// What the host does next.
    pub ask: Ask,
    /// The row of the table that is answered.
    pub says: u8,
    /// Why a person should look, a bit for each of [`REASONS`].
    pub reasons: u16,
    /// All that is known of it.
    facts: u32,
}

#[allow(clippy::cast_possible_truncation, reason = "what is cut off is masked before")]
impl Arrival {
    /// As a number of 50 bits.
    pub fn packed(self) -> u64 {
        let Arrival { ask, says, reasons, facts } = self;
        ask as u64 | u64::from(says) << 5 | u64::from(reasons) << 10 | u64::from(facts) << 24
    }

    /// Back.
    pub fn unpacked(state: u64) -> Self {
        let ask = Ask::ALL.get((state & 31) as usize);
        Arrival {
            ask: ask.map_or(Ask::Meet, |(_, ask)| *ask),
            says: (state >> 5 & 31) as u8,
            reasons: (state >> 10 & 0x3FFF) as u16,
            facts: (state >> 24 & FACTS) as u32,
        }
    }

    fn is(self, fact: u32) -> bool {
        self.facts & fact != 0
    }

    /// Of a page that is not one of the form's or the relay's own. Behind a proxy nobody here knows the origin of the relay's.
    fn is_unlisted(self) -> bool {
        self.is(ORIGIN) && !self.is(OPAQUE | LISTED)
    }

    /// Whether the lead may have been taken: just now, or when it came first.
    fn is_unsure(self) -> bool {
        self.is(OFFERED | AGAIN)
    }

    /// What follows of what was heard.
    pub fn step(&mut self, heard: u32) {
        let ask = self.ask;
        self.ask = match ask {
            Ask::Meet => self.meet(heard),
            Ask::Share => {
                self.facts |= if heard > 0 { OVER } else { 0 };
                // A program that sends too much is not worth reading; a person's page keeps what was typed.
                if heard > 0 && self.is(PROGRAM) { self.say(LIMIT) } else { Ask::Read }
            }
            Ask::Read => match heard {
                0 if self.is_unlisted() => Ask::OwnPage,
                0 => self.counted(),
                _ if self.is_unlisted() => Ask::Forbid,
                _ if self.is(OVER) => self.say(LIMIT),
                row => self.say(((row - 1) & 31) as u8),
            },
            // The page brings back the token that it was given.
            Ask::OwnPage if heard & RELAY == 0 || heard & FORGED == FORGED => Ask::Forbid,
            Ask::OwnPage => Ask::Adopt,
            Ask::Adopt => self.counted(),
            Ask::Check => self.checked(heard),
            Ask::Look | Ask::LookBefore | Ask::LookNext | Ask::LookAnew => self.found(heard),
            Ask::Reserve => self.reserved(heard),
            Ask::Token => self.token(heard),
            Ask::Keepers => match heard {
                0 => self.unavailable(),
                1 => Ask::Beside,
                _ => Ask::Spend,
            },
            Ask::Beside => {
                self.facts |= TOGETHER;
                self.weighs(self.reasons)
            }
            Ask::Spend => self.spent(heard),
            Ask::Challenge => self.challenged(heard),
            Ask::Pass => {
                if heard > 0 {
                    self.reasons = 0;
                }
                self.offers()
            }
            Ask::Source => self.offer(),
            Ask::Offer | Ask::OfferRaw => self.accepted(heard),
            // It is written down, whatever else is said by then.
            Ask::Wait => self.tell(heard.max(QUEUED), false),
            end => end,
        };
    }

    fn say(&mut self, row: u8) -> Ask {
        self.says = row;
        Ask::Say
    }

    fn unavailable(&mut self) -> Ask {
        self.say(if self.is_unsure() { UNSURE } else { UNAVAILABLE })
    }

    fn meet(&mut self, heard: u32) -> Ask {
        self.facts = heard;
        match () {
            // A token is for the form's own pages; a server that renders one has no origin.
            () if self.is(READS) && !self.is(LISTED) => Ask::Forbid,
            () if self.is(READS) && self.is(PROGRAM) => Ask::Describe,
            () if self.is(READS) => Ask::DescribePage,
            () if self.is(PREFLIGHT) => Ask::Allow,
            () if !self.is(SENDS) => self.say(METHOD),
            () if self.is_unlisted() && !self.is(OWN) => Ask::Forbid,
            () => Ask::Share,
        }
    }

    fn counted(&mut self) -> Ask {
        if self.is(OVER) { self.say(LIMIT) } else { Ask::Check }
    }

    fn checked(&mut self, heard: u32) -> Ask {
        self.facts |= heard;
        match () {
            () if self.is(VERSION) => self.say(WIRE),
            () if self.is(KEYED) && self.is(KEYLESS) => self.say(KEY),
            // A native submit's key is a guess, and a form that is wrong is not worth asking for.
            () if self.is(WRONG) && !self.is(KEYED | AGAIN | SEALED) => Ask::Refuse,
            // The rules may have changed since the same lead was taken: then its answer stands.
            () if self.is(WRONG | SEALED) => Ask::Look,
            () => Ask::LookBefore,
        }
    }

    fn found(&mut self, heard: u32) -> Ask {
        match heard & !MORE {
            UNKNOWN if heard & MORE != 0 => Ask::LookNext,
            SILENT => self.unavailable(),
            UNKNOWN if self.is(WRONG) && !self.is(SEALED) => Ask::Refuse,
            UNKNOWN if self.is(CHALLENGED) => Ask::Reserve,
            UNKNOWN => self.goes_on(),
            // Of a lead that waited in a browser nobody sees any more what it was, so none of them is refused: a person looks at it.
            CONFLICT if self.is(SEALED) && !self.is(REUSED) => {
                self.facts |= REUSED;
                Ask::LookAnew
            }
            state => self.tell(state, false),
        }
    }

    fn reserved(&mut self, heard: u32) -> Ask {
        match heard {
            SILENT => self.unavailable(),
            RUNNING => self.say(MOMENT),
            UNKNOWN => self.goes_on(),
            state => self.tell(state, false),
        }
    }

    fn goes_on(&mut self) -> Ask {
        if self.is(BARE) { self.weighs(TOKEN_MISSING) } else { Ask::Token }
    }

    fn token(&mut self, heard: u32) -> Ask {
        self.facts |= if heard & SERVER == 0 { 0 } else { SERVED };
        match heard & FORGED {
            FORGED => self.is_suspect(TOKEN_FORGED),
            EXPIRED => self.is_suspect(TOKEN_EXPIRED),
            fast => {
                self.reasons = if fast == FAST { TOKEN_FAST } else { 0 };
                Ask::Keepers
            }
        }
    }

    fn spent(&mut self, heard: u32) -> Ask {
        match heard & !MORE {
            AWAY => self.unavailable(),
            SPENT => self.is_suspect(TOKEN_SPENT),
            _ if heard & MORE != 0 => Ask::Spend,
            _ => self.weighs(self.reasons),
        }
    }

    /// The signs that the request itself has, beside that of its token.
    fn weighs(&mut self, token: u16) -> Ask {
        self.reasons = token;
        if self.is(FILLED) {
            self.reasons |= TRAP;
        }
        if self.is(OPAQUE) && !self.is(NEAR) {
            // Nobody's page was given this token, and nobody's page sends it.
            if self.is(SERVED) {
                return self.is_suspect(ORIGIN_NULL);
            }
            self.reasons |= ORIGIN_NULL;
        }
        // Every browser that sends the one sends the other with a POST.
        if self.is(BROWSER) && !self.is(ORIGIN) {
            self.reasons |= ORIGIN_MISSING;
        }
        if self.is(CHALLENGED) { Ask::Challenge } else { self.adds_up() }
    }

    fn challenged(&mut self, heard: u32) -> Ask {
        match heard {
            MISSING => self.is_suspect(CHALLENGE_MISSING),
            FAILED => self.is_suspect(CHALLENGE_FAILED),
            UNREACHABLE => {
                self.reasons |= CHALLENGE_UNREACHABLE;
                self.adds_up()
            }
            _ => self.adds_up(),
        }
    }

    /// Two signs that have nothing to do with each other; one alone holds no lead.
    fn adds_up(&mut self) -> Ask {
        if self.reasons.count_ones() < 2 {
            self.reasons = 0;
            return self.offers();
        }
        self.is_suspect(self.reasons)
    }

    fn is_suspect(&mut self, reasons: u16) -> Ask {
        self.reasons = reasons;
        // Of a lead that could not be checked nobody knows who has sent it.
        if self.is(STOPPED) { self.offers() } else { Ask::Pass }
    }

    fn offers(&mut self) -> Ask {
        for (fact, reason) in
            [(STOPPED, CHECK_STOPPED), (WRONG, LEAD_INVALID), (REUSED, KEY_REUSED)]
        {
            self.reasons |= if self.is(fact) { reason } else { 0 };
        }
        // Whose token turns out to be another lead's with the write itself is a suspect, too.
        if self.reasons != 0 || self.is(TOGETHER) { Ask::Source } else { self.offer() }
    }

    fn offer(&mut self) -> Ask {
        self.facts |= OFFERED;
        if self.is(STOPPED | WRONG) { Ask::OfferRaw } else { Ask::Offer }
    }

    fn accepted(&mut self, heard: u32) -> Ask {
        let state = heard & !HELD;
        let is_suspect = self.reasons != 0 || heard & HELD != 0;
        match state {
            SILENT => self.unavailable(),
            // Nobody delivers what waits for a person.
            QUEUED if !is_suspect && self.is(WAITS) && self.is(PROGRAM) => Ask::Wait,
            state => self.tell(state, is_suspect),
        }
    }

    /// What is said of a lead that an outbox knows.
    fn tell(&mut self, state: u32, is_suspect: bool) -> Ask {
        match state {
            CONFLICT => self.say(REUSE),
            // Only suspects wait when the review is full; everybody else's outbox has its own bound.
            FULL if is_suspect => self.say(REVIEW),
            FULL => self.say(NO_ROOM),
            QUEUED | STORED if !self.is(PROGRAM) => Ask::Thank,
            QUEUED | STORED => {
                self.says = if state == STORED { TAKEN_BY_ALL } else { TAKEN };
                Ask::Took
            }
            _ => self.unavailable(),
        }
    }
}

/// Rows of the table of answers.
const TAKEN_BY_ALL: u8 = row(200, "");
const TAKEN: u8 = row(202, "");
const REUSE: u8 = row(422, relay::KEY_REUSED.name());
const WIRE: u8 = row(400, relay::WIRE_VERSION.name());
const KEY: u8 = row(400, relay::KEY_INVALID.name());
const METHOD: u8 = row(405, relay::METHOD.name());
const MOMENT: u8 = row(409, relay::KEY_RUNNING.name());
const LIMIT: u8 = row(429, relay::ADDRESS_LIMIT.name());
const REVIEW: u8 = row(429, relay::REVIEW_FULL.name());
const NO_ROOM: u8 = row(503, relay::OUTBOX_FULL.name());
const UNAVAILABLE: u8 = row(503, relay::OUTBOX_UNAVAILABLE.name());
const UNSURE: u8 = row(503, relay::OUTBOX_UNKNOWN.name());

/// The most bytes of a lead's body, as many as one value of it may have; and the most fields of one, beyond which the form's own
/// alone are read. The sentences of `body.size` and `body.fields` name them.
pub const MAX_BYTES: usize = 64 * 1024;
/// See [`MAX_BYTES`].
pub const MAX_FIELDS: usize = 100;

/// A native submit has no key; two of the same within this time are one.
pub const NATIVE_WINDOW: u64 = 10 * 60 * 1_000;

/// Whether a key is one: 8 to 64 letters, digits, `-` and `_`.
pub fn is_key(key: &str) -> bool {
    let is_sign = |sign: u8| sign.is_ascii_alphanumeric() || matches!(sign, b'-' | b'_');
    (8..=64).contains(&key.len()) && key.bytes().all(is_sign)
}
