//! The pages of a day: they send their leads until one is acknowledged, some of them again after that, and the outbox takes
//! those that arrive together in one write. What follows of each request, `fieldpost::relay::arrival` says, and what becomes
//! of each lead, `fieldpost::relay::acceptance`.

use super::*;
use fieldpost::relay::acceptance::{
    Answer, Asked as AsksFor, Batch, Effect as Does, Found, Known, Offer, Room, answer, gathers,
    has_place,
};
use fieldpost::relay::arrival::{self, Arrival, Ask, REASONS};
use fieldpost::systems::relay::answers::{ANSWERS, State, row};

/// A lead that is written down.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    /// The token that it came with, and that it has spent.
    token: String,
    spent: bool,
    /// A person has to let it go.
    pub(super) held: bool,
}

/// A page that sends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page {
    lead: usize,
    /// Something else was typed in the meantime.
    other: bool,
    /// How far its request is.
    arrival: Arrival,
    /// The outbox spends its token with the lead.
    spends: bool,
    /// Its lead was taken before.
    known: bool,
}

impl Page {
    pub(super) fn of(lead: usize) -> Self {
        let arrival = Arrival::default();
        Page { lead, other: false, arrival, spends: false, known: false }
    }

    pub(super) fn number(self) -> u64 {
        self.lead as u64
    }
}

/// Who waits for the write that an outbox will make.
#[derive(Clone, Debug, Default)]
pub(super) struct Gathered {
    life: u64,
    began: u64,
    pages: Vec<Page>,
}

const BODIES: [&str; 2] = ["as it was", "something else"];

/// What a request hears of a state.
fn heard(state: &str) -> u32 {
    arrival::STATES.iter().find(|(name, _)| *name == state).map_or(arrival::SILENT, |(_, bit)| *bit)
}

impl Day {
    /// Another stream of chances, so that who comes how changes nothing else of a day.
    pub(super) fn chance(&mut self, most: u64) -> u64 {
        let random = std::mem::replace(&mut self.random, self.pages);
        let drawn = self.below(most);
        self.pages = std::mem::replace(&mut self.random, random);
        drawn
    }

    /// What a page does with an answer that it did not get, or that says later.
    fn again(&mut self, page: Page, after: u64) {
        self.at(self.now + after, Happening::Accept { page });
    }

    /// The token of a lead's page: some take the one of another page of the same outbox.
    fn token(lead: usize) -> String {
        let of = if matches!(lead % 12, 8 | 11) { lead - 6 } else { lead };
        format!("token-{of}")
    }

    /// Its key: of some pages the name of their own token.
    fn key(lead: usize) -> String {
        format!("k:{}{lead}", if lead.is_multiple_of(2) { "token-" } else { "" })
    }

    /// A page's request arrives, and its lead is written with those that come in the same moment.
    pub(super) fn accept(&mut self, mut page: Page) {
        if !self.up {
            // The page keeps what was not acknowledged.
            return self.again(page, 10_000);
        }
        page = Page {
            known: self.taken[page.lead].is_some(),
            other: page.other,
            ..Page::of(page.lead)
        };
        while !matches!(page.arrival.ask, Ask::Offer | Ask::OfferRaw) {
            let Some(said) = self.says(&mut page) else { return self.told(page, [false; 3]) };
            page.arrival.step(said);
            assert_eq!(Arrival::unpacked(page.arrival.packed()), page.arrival);
        }
        let shard = page.lead % SHARDS;
        if self.is_full(shard) {
            return self.hear(page, "", [false; 3]);
        }
        wakes(self, shard);
        let (life, now) = (self.outboxes[shard].life, self.clock());
        let gathered = &mut self.gathered[shard];
        let arrived = u32::try_from(gathered.pages.len()).unwrap();
        if !has_place(arrived, arrived, 1) {
            return self.hear(page, "full", [false, false, true]);
        }
        gathered.pages.push(page);
        if arrived == 0 {
            (gathered.life, gathered.began) = (life, now);
            self.at(self.now + 1, Happening::Gather { shard, before: 1 });
        }
    }

    /// What the world says to a request that asks; nothing where the request has its answer.
    fn says(&mut self, page: &mut Page) -> Option<u32> {
        use arrival::*;
        let mut once_in = |most| self.chance(most) == 0;
        Some(match page.arrival.ask {
            Ask::Meet => {
                let named = if once_in(12) { LISTED } else { ORIGIN | LISTED };
                SENDS | PROGRAM | BROWSER | if once_in(12) { ORIGIN | OPAQUE } else { named }
            }
            Ask::Share => u32::from(once_in(40)),
            Ask::Read if once_in(50) => 1 + u32::from(row(400, "body.cut")),
            Ask::Check => {
                let mut is = |most, bit| if once_in(most) { bit } else { 0 };
                let verdict = is(20, WRONG);
                let stops = if verdict == 0 { is(40, STOPPED) } else { 0 };
                let waited = page.lead % 10 == 9 && !page.other;
                KEYED | verdict | stops | is(12, FILLED) | if waited { SEALED } else { 0 }
            }
            // Nobody answers.
            Ask::Look | Ask::Keepers if once_in(40) => 0,
            Ask::Look => self.looked_up(*page),
            Ask::LookBefore => UNKNOWN,
            Ask::Token => [GOOD, GOOD, GOOD, GOOD, FAST, FAST, EXPIRED, FORGED | SERVER]
                [self.chance(8) as usize],
            // Token and lead are of one shard here.
            Ask::Keepers => 1,
            Ask::Beside => {
                page.spends = true;
                0
            }
            Ask::Pass => u32::from(once_in(3)),
            Ask::Read | Ask::Source => 0,
            Ask::Say | Ask::Refuse | Ask::Took => return None,
            other => panic!("nobody asks for {other:?} here"),
        })
    }

    fn looked_up(&self, Page { lead, other, .. }: Page) -> u32 {
        let (id, phases) = (lead.to_string(), self.phases(lead));
        let known =
            self.taken[lead].as_ref().map(|_| Known { id: &id, body: BODIES[0], phases: &phases });
        let found = Found { known, ..Found::default() };
        let said = answer(AsksFor::Known, Some(BODIES[usize::from(other)]), found, self.now);
        let [Does::Tell(Answer { state, .. })] = said[..] else { panic!("{said:?}") };
        heard(state)
    }

    /// One turn of the host's is over.
    pub(super) fn gather(&mut self, shard: usize, before: u32) {
        let gathered = &self.gathered[shard];
        let arrived = u32::try_from(gathered.pages.len()).unwrap();
        if gathers(before, arrived, gathered.began, self.clock()) {
            return self.at(self.now + 1, Happening::Gather { shard, before: arrived });
        }
        let Gathered { life, pages, .. } = std::mem::take(&mut self.gathered[shard]);
        // Who waited for an object that is gone hears nothing.
        if !self.up || self.is_full(shard) || self.outboxes[shard].life != life {
            for page in pages {
                self.hear(page, "", [false; 3]);
            }
            return;
        }
        self.seen.together += u64::from(pages.len() > 1);
        self.write_all(shard, &pages);
    }

    fn rows_of(&self, lead: usize) -> impl Iterator<Item = &Stored> {
        let own = self.lead_of.iter().zip(&self.store.rows);
        own.filter(move |(of, _)| **of == lead).map(|(_, row)| row)
    }

    /// Where its deliveries stand, once nothing more is to be done for it.
    fn phases(&self, lead: usize) -> String {
        let phases: Vec<&str> = self.rows_of(lead).map(|row| row.phase).collect();
        if phases.iter().all(|phase| *phase == "done") { phases.join(" ") } else { String::new() }
    }

    /// So many leads wait for a system, and so many for a person to let them go.
    fn standing(&self, shard: usize) -> [u64; 2] {
        let mut standing = [0, 0];
        for (lead, taken) in
            self.taken.iter().enumerate().filter(|(lead, _)| lead % SHARDS == shard)
        {
            let Some(taken) = taken else { continue };
            let is_open = self.rows_of(lead).any(|row| matches!(row.phase, "waiting" | "sent"));
            let is_dead = self.rows_of(lead).any(|row| row.phase == "dead");
            standing[usize::from(taken.held)] += u64::from(taken.held || is_open && !is_dead);
        }
        standing
    }

    /// All of them in one write, then what is due, then the answers.
    fn write_all(&mut self, shard: usize, pages: &[Page]) {
        let now = self.clock();
        let [queued, review] = self.standing(shard);
        let most = self.most_queued;
        let room = Room { queued: [queued, most], review: [review, 1_000], bytes: [0, u64::MAX] };
        let given: Vec<_> = pages
            .iter()
            .map(|page| {
                let (lead, token) = (page.lead, Self::token(page.lead));
                let known =
                    self.taken[lead].as_ref().map(|_| (lead.to_string(), self.phases(lead)));
                let user = (0..LEADS).find(|other| {
                    other % SHARDS == shard
                        && self.taken[*other].as_ref().is_some_and(|taken| {
                            taken.spent && taken.token == token
                                || Self::key(*other) == format!("k:{token}")
                        })
                });
                let reasons: Vec<&str> = REASONS
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| page.arrival.reasons >> at & 1 == 1)
                    .map(|(_, reason)| reason.name)
                    .collect();
                let review = reasons.join(" ");
                (lead.to_string(), Self::key(lead), token, known, user.map(Self::key), review)
            })
            .collect();
        let mut batch = Batch::new(room, now);
        let mut told = Vec::new();
        let mut is_due = false;
        for (page, (id, key, token, known, user, review)) in pages.iter().zip(&given) {
            let known = known.as_ref().map(|(id, phases)| Known { id, body: BODIES[0], phases });
            let effects = batch.take(Offer {
                id,
                key,
                body: BODIES[usize::from(page.other)],
                nonce: page.spends.then_some(token),
                review,
                source: "",
                bytes: 0,
                found: Found { known, ..Found::default() },
                user: user.as_deref().filter(|_| page.spends),
                of_source: 0,
            });
            let is_new = effects.iter().any(|effect| matches!(effect, Does::Put { .. }));
            for effect in effects {
                match effect {
                    Does::Put { standing: [standing, phase], .. } => {
                        self.put(*page, standing == "review", phase, now);
                    }
                    Does::Spend(_) => self.taken[page.lead].as_mut().unwrap().spent = true,
                    Does::Took => self.seen.held += 1,
                    Does::Due => is_due = true,
                    Does::Tell(Answer { state, held, .. }) => {
                        told.push((*page, state, held, is_new));
                    }
                    other => panic!("{other:?} is nothing that a write does"),
                }
            }
        }
        let life = self.outboxes[shard].life;
        if is_due {
            let names = (0..self.accounts.len()).map(|account| account.to_string()).collect();
            happens(self, shard, Event::Arrived(names));
        }
        let is_there = self.outboxes[shard].life == life && self.outboxes[shard].is_up();
        for (page, state, held, is_new) in told {
            self.hear(page, state, [held, is_new, is_there || !is_due]);
        }
    }

    fn put(&mut self, page: Page, held: bool, phase: &'static str, now: u64) {
        let lead = page.lead;
        assert!(self.taken[lead].is_none(), "lead {lead} is taken twice");
        // A token that was not good is not spent: a person has let its sender through.
        let token = if page.spends { Self::token(lead) } else { format!("none of {lead}") };
        self.taken[lead] = Some(Taken { token, spent: false, held });
        for account in 0..self.accounts.len() {
            let state = Delivery::new(self.accounts[account].recipe, now);
            self.lead_of.push(lead);
            self.store.add(Stored {
                shard: lead % SHARDS,
                account,
                form: FORMS[lead % 2],
                persons: self.keys(lead, account),
                fills: if lead.is_multiple_of(3) { EXTRA } else { "email" },
                state: serde_json::to_string(&state).unwrap(),
                phase,
                next: now,
                code: None,
                hold: None,
                trouble: None,
                maybe_repeated: false,
            });
        }
        let [queued, _] = self.standing(lead % SHARDS);
        assert!(queued <= self.most_queued, "{queued} leads wait, {} may", self.most_queued);
    }

    /// The request hears what its outbox says.
    fn hear(&mut self, mut page: Page, state: &str, [held, is_new, is_there]: [bool; 3]) {
        let beside = if held { arrival::HELD } else { 0 };
        page.arrival.step(if is_there { heard(state) | beside } else { arrival::SILENT });
        self.told(page, [held, is_new, is_there]);
    }

    /// A page hears what became of its lead, unless the answer is lost.
    fn told(&mut self, page: Page, [held, is_new, is_there]: [bool; 3]) {
        let Page { lead, other, arrival, known, .. } = page;
        let shard = lead % SHARDS;
        let row = &ANSWERS[usize::from(arrival.says)];
        let is_taken = self.taken[lead].is_some();
        match arrival.ask {
            Ask::Refuse => {
                assert!(!is_taken, "lead {lead} is here, and its values are refused");
                self.seen.refused += 1;
                return self.again(page, 60_000);
            }
            Ask::Say if row.code == "key.reused" => {
                assert!(other, "lead {lead} is told that it is another one");
            }
            Ask::Say => {
                // Who is told that it was not taken knows so: only where nobody does it may have been.
                assert!(row.state == State::Unknown || is_taken == known, "lead {lead}: {row:?}");
                let is_full = row.code == "outbox.full";
                assert!(!is_full || !held && !is_taken, "lead {lead} has its place");
                self.seen.turned_away += u64::from(is_full);
                self.seen.unsure += u64::from(row.state == State::Unknown);
                return self.again(page, if is_full { 60_000 } else { 10_000 });
            }
            _ if self.chance(20) == 0 => return self.again(page, 10_000),
            Ask::Took if row.state == State::Stored => {
                let is_done = self.rows_of(lead).all(|row| row.phase == "done");
                assert!(is_done && !other, "lead {lead} is said to be delivered");
            }
            Ask::Took => {
                let taken = self.taken[lead].as_ref().unwrap();
                assert!(!other, "what was typed later is lost with lead {lead}");
                assert!(taken.held || !held, "lead {lead} waits for a person, it is said");
                let goes = |row: &Stored| row.phase == "waiting" && row.hold.is_none();
                // What is under way sets the next one when it is over.
                let is_busy = !self.outboxes[shard].is_idle();
                assert!(
                    !is_there
                        || self.stands[shard]
                        || is_busy && !is_new
                        || !self.rows_of(lead).any(goes),
                    "lead {lead} is acknowledged, and no alarm stands"
                );
            }
            ask => panic!("lead {lead} is told {ask:?}"),
        }
        // Some pages are loaded once more, and some people write something else into them.
        if self.chance(12) == 0 {
            let after = self.chance(2 * 60 * 60 * 1_000);
            let other = self.chance(2) == 0;
            self.again(Page { other, ..Page::of(lead) }, after);
        }
    }

    /// Of the leads that came with one token, one goes on by itself; and no key is free whose lead is here.
    pub(super) fn judge_tokens(&self) {
        let mut first = BTreeSet::new();
        for (lead, taken) in self.taken.iter().enumerate() {
            let taken = taken.as_ref().unwrap_or_else(|| panic!("lead {lead} was never taken"));
            let of = (lead % SHARDS, taken.token.clone());
            assert!(
                taken.held || first.insert(of),
                "two leads went on with one token, the second is {lead}"
            );
            let (id, phases) = (lead.to_string(), self.phases(lead));
            let known = Known { id: &id, body: BODIES[0], phases: &phases };
            let found = Found { known: Some(known), ..Found::default() };
            for asked in [AsksFor::Known, AsksFor::Reserve, AsksFor::Claim("elsewhere")] {
                let [Does::Tell(said)] = answer(asked, None, found, self.now)[..] else {
                    panic!("the key of lead {lead} is given away")
                };
                assert_eq!(said.state, if phases.is_empty() { "queued" } else { "stored" });
            }
        }
    }
}
