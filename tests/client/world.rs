//! Many calls of one client at once, on a host and a network that are unkind by rule: answers that are lost, late or of
//! another kind, tokens that die, events that end with whoever waited in them, words that reach nobody, clocks that jump.

use fieldpost::client::{CALL, CLIENT, Call, Client, Effect, Event, Goal, Row};
use fieldpost::systems::token::Credentials;
use fieldpost::value::Entries;
use fieldpost::{Account, Operation, Outcome, Reply, Request, System, Value, operation};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

const DAYS: u64 = 500;

/// Milliseconds after which whatever began has ended: all that a call may wait for, one after another.
const LONGEST: u64 = 24 * 3_600_000;

#[derive(Clone)]
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, most: u64) -> u64 {
        self.roll() % most
    }

    fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }
}

/// What a call is given back, and what it was asked for.
#[allow(clippy::struct_excessive_bools, reason = "each is one thing that was seen of it")]
struct One {
    operation: &'static Operation,
    goal: Goal,
    state: [u64; CALL],
    rows: Vec<Row>,
    due: usize,
    /// The numbers of its records, and how many pages it has to go through.
    records: Vec<u64>,
    pages: u64,
    effects: VecDeque<Effect>,
    next: Option<Next>,
    added: Vec<Outcome>,
    given: Vec<Outcome>,
    seen: Vec<u64>,
    files: bool,
    failed: Option<String>,
    over: bool,
    /// Its event has ended, and nobody goes on with it.
    gone: bool,
    parked: bool,
    /// Counts what it waits for, so that what comes late finds nobody.
    turn: u64,
    asks: u64,
    requests: u64,
}

#[derive(Clone)]
enum Next {
    Begin,
    Go,
    Reply(Reply),
    Failed(&'static str),
}

/// The system behind the network.
struct Vendor {
    kind: System,
    tokens: BTreeMap<String, u64>,
    made: u64,
    /// How often each record was written.
    written: BTreeMap<u64, u64>,
    /// Until when a call may ask for a token, by who asks.
    asking: BTreeMap<usize, u64>,
    export: u64,
}

struct World {
    dice: Dice,
    client: Client,
    token: Option<String>,
    shared: [u64; CLIENT],
    calls: Vec<One>,
    system: Vendor,
    now: u64,
    skew: i64,
    queue: BTreeMap<(u64, u64), (usize, u64, Next)>,
    events: u64,
}

fn body_numbers(text: &str) -> Vec<u64> {
    text.split("lead")
        .skip(1)
        .filter_map(|rest| rest.split(['@', '%']).next()?.parse().ok())
        .collect()
}

impl World {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let kind = if dice.percent(50) { System::Marketo } else { System::Pardot };
        let base = if kind == System::Marketo {
            "https://123-ABC-456.mktorest.com"
        } else {
            "https://pi.pardot.com"
        };
        let secret = |text: &str| Some(text.to_owned());
        let credentials = Credentials {
            client_id: secret("id"),
            client_secret: secret("secret"),
            login_url: secret("https://example.my.salesforce.com"),
            ..Credentials::default()
        };
        World {
            dice,
            client: Client::new(Account::new(kind, base), credentials),
            token: None,
            shared: [0; CLIENT],
            calls: Vec::new(),
            system: Vendor {
                kind,
                tokens: BTreeMap::new(),
                made: 0,
                written: BTreeMap::new(),
                asking: BTreeMap::new(),
                export: 0,
            },
            now: 1_700_000_000_000,
            skew: 0,
            queue: BTreeMap::new(),
            events: 0,
        }
    }

    /// The clock that the host shows.
    fn clock(&self) -> u64 {
        self.now.saturating_add_signed(self.skew)
    }

    fn later(&mut self, wait: u64, call: usize, next: Next) {
        self.events += 1;
        let turn = self.calls[call].turn;
        self.queue.insert((self.now + wait, self.events), (call, turn, next));
    }

    fn begin(&mut self, number: u64) {
        let lead =
            |at: u64| Value::Map(vec![("email".into(), format!("lead{at}@example.com").into())]);
        let first = number * 1_000;
        let many = match self.dice.below(40) {
            0 => 301 + self.dice.below(400),
            1..=20 => 1 + self.dice.below(3),
            _ => 0,
        };
        let pages = 1 + self.dice.below(4);
        let list = || vec![("listId".into(), Value::from("3"))];
        let (name, goal, params, records): (_, _, Entries<'static>, Vec<u64>) =
            match (self.system.kind, many) {
                (System::Marketo, 0) if self.dice.percent(50) => {
                    ("marketo.lead.byList", Goal::Pages, list(), vec![])
                }
                (System::Marketo, 0) => ("marketo.lead.byList", Goal::Records, list(), vec![]),
                (System::Marketo, many) => {
                    let records: Vec<u64> = (first..first + many).collect();
                    let input = Value::List(records.iter().copied().map(lead).collect());
                    ("marketo.lead.sync", Goal::Outcome, vec![("input".into(), input)], records)
                }
                (_, 0) if self.dice.percent(30) => {
                    let goal = Goal::Job { first: None, most: None };
                    ("pardot.export.read", goal, vec![("id".into(), "7".into())], vec![])
                }
                (_, 0) => {
                    ("pardot.prospect.read", Goal::Outcome, vec![("id".into(), "7".into())], vec![])
                }
                (_, many) if many > 3 => {
                    let records: Vec<u64> = (first..first + 51 + many % 100).collect();
                    let input = Value::List(records.iter().copied().map(lead).collect());
                    (
                        "pardot.prospect.batchCreate",
                        Goal::Outcome,
                        vec![("prospects".into(), input)],
                        records,
                    )
                }
                _ => {
                    let email = format!("lead{first}@example.com");
                    (
                        "pardot.prospect.create",
                        Goal::Outcome,
                        vec![("email".into(), email.into())],
                        vec![first],
                    )
                }
            };
        self.calls.push(One {
            operation: operation(name).unwrap(),
            goal,
            state: [0; CALL],
            rows: vec![Row::from(&params)],
            due: 0,
            records,
            pages,
            effects: VecDeque::new(),
            next: None,
            added: Vec::new(),
            given: Vec::new(),
            seen: Vec::new(),
            files: false,
            failed: None,
            over: false,
            gone: false,
            parked: false,
            turn: 0,
            asks: 0,
            requests: 0,
        });
        let call = self.calls.len() - 1;
        let wait = self.dice.below(120_000);
        self.later(wait, call, Next::Begin);
    }

    fn run(&mut self) {
        while let Some((&(at, order), _)) = self.queue.first_key_value() {
            let (call, turn, next) = self.queue.remove(&(at, order)).unwrap();
            assert!(at < 1_700_000_000_000 + LONGEST, "a call waits for ever");
            assert!(self.events < 100_000, "a call goes round and round");
            self.now = self.now.max(at);
            if self.calls[call].turn != turn || self.calls[call].gone {
                continue;
            }
            if self.dice.percent(1) {
                self.calls[call].gone = true;
                continue;
            }
            if self.dice.percent(1) {
                self.skew += i64::try_from(self.dice.below(1_200_000)).unwrap() - 600_000;
            }
            self.calls[call].next = Some(next);
            self.carry(call);
        }
    }

    /// Carries a call's effects out until it has to wait.
    fn carry(&mut self, call: usize) {
        self.calls[call].turn += 1;
        self.calls[call].parked = false;
        loop {
            let Some(effect) = self.calls[call].effects.pop_front() else {
                let Some(next) = self.calls[call].next.take() else {
                    self.calls[call].over = true;
                    return;
                };
                self.step(call, &next);
                continue;
            };
            match effect {
                Effect::Keep { rows } => self.calls[call].rows = rows,
                Effect::Go { row } => {
                    self.calls[call].due = usize::try_from(row).unwrap();
                    self.calls[call].next = Some(Next::Go);
                }
                Effect::Park { wait } => {
                    self.calls[call].parked = true;
                    return self.later(wait, call, Next::Go);
                }
                Effect::Tell => self.wake(call, &Next::Go),
                Effect::Deny(failure) => {
                    // Who is parked fails as this one does.
                    for other in 0..self.calls.len() {
                        let one = &mut self.calls[other];
                        if one.parked && !one.gone {
                            (one.parked, one.over, one.turn) = (false, true, one.turn + 1);
                            one.failed = Some(failure.code.to_string());
                        }
                    }
                    self.calls[call].failed = Some(failure.code.to_string());
                }
                Effect::Fail(failure) => self.calls[call].failed = Some(failure.code.to_string()),
                Effect::Fetch { request, deadline, head } => {
                    assert!(!head, "nothing is downloaded here");
                    let (wait, next) = self.answer(call, &request, deadline);
                    return self.later(wait, call, next);
                }
                Effect::Sleep { wait } => {
                    // What comes after it is in the effects; this only lets it go on.
                    return self.later(wait, call, Next::Go);
                }
                Effect::Add { outcomes, times } => {
                    for _ in 0..times {
                        self.calls[call].added.extend_from_slice(&outcomes);
                    }
                }
                Effect::Batch => {
                    let results = std::mem::take(&mut self.calls[call].added);
                    self.calls[call].given.push(Outcome::Batch { results });
                }
                Effect::Give { outcome } => self.calls[call].given.push(outcome),
                Effect::Records { records } => {
                    let ids =
                        records.iter().filter_map(|one| one.get("id")?.as_text()?.parse().ok());
                    self.calls[call].seen.extend(ids.collect::<Vec<u64>>());
                }
                Effect::Files { .. } => self.calls[call].files = true,
                Effect::Progress { .. } => {}
                Effect::Read { .. } | Effect::Stream { .. } => panic!("nothing is downloaded here"),
                Effect::Sign(_) | Effect::Renew { .. } => panic!("nobody has a key here"),
            }
        }
    }

    fn wake(&mut self, by: usize, next: &Next) {
        for other in 0..self.calls.len() {
            // A word that reaches nobody: the time has to do it.
            if other != by && self.calls[other].parked && !self.dice.percent(10) {
                self.later(0, other, next.clone());
            }
        }
    }

    fn step(&mut self, call: usize, next: &Next) {
        let (one, now) = (&self.calls[call], self.clock());
        let event = match next {
            Next::Begin => Event::Begin,
            Next::Go => Event::Go,
            Next::Reply(reply) => Event::Reply(reply),
            Next::Failed(code) => Event::Failed(code),
        };
        // A module that stops takes nothing with it: the step is repeated, and is the same.
        let mut steps: Vec<_> = (0..2)
            .map(|_| {
                let mut client = self.client.clone();
                client.restore(self.token.clone(), self.shared);
                let mut call = Call::restored(one.operation, one.goal, one.state);
                let effects = client.step(&mut call, &one.rows[one.due], event, now);
                let (token, shared) = client.state();
                (effects, token.map(str::to_owned), shared, call.state())
            })
            .collect();
        assert_eq!(steps[0], steps[1]);
        let (effects, token, shared, state) = steps.swap_remove(0);
        (self.token, self.shared) = (token, shared);
        self.calls[call].state = state;
        self.calls[call].effects = effects.into();
    }

    /// What comes of a request, and when.
    fn answer(&mut self, call: usize, request: &Request, deadline: u64) -> (u64, Next) {
        let latency = 20 + self.dice.below(3_000);
        let is_token = request.url.ends_with("/token");
        self.calls[call].requests += 1;
        if is_token {
            self.calls[call].asks += 1;
            // One asks at a time, as long as the clock goes on and who asked is there.
            let now = self.now;
            self.system
                .asking
                .retain(|other, until| *until > now && !self.calls[*other].gone && *other != call);
            assert!(
                self.system.asking.is_empty() || self.skew != 0,
                "two calls ask for a token at once"
            );
            self.system.asking.insert(call, now + latency.min(deadline));
        }
        let lost = self.dice.below(100);
        if lost < 4 {
            return (latency, Next::Failed("network.failed"));
        }
        let reply = if is_token { self.sign() } else { self.serve(call, request) };
        match lost {
            // It was done, and nobody hears of it.
            4..8 => (deadline, Next::Failed("network.timeout")),
            8..12 => (latency, Next::Failed("network.failed")),
            12..14 if latency * 20 < deadline => (latency * 20, Next::Reply(reply)),
            _ => (latency, Next::Reply(reply)),
        }
    }

    fn sign(&mut self) -> Reply {
        let (status, seconds) = match self.dice.below(100) {
            0..6 => (503, 0),
            6..10 => (200, 0),
            10..12 => (401, 0),
            12..20 => (200, 2),
            _ => (200, 600),
        };
        self.system.made += 1;
        let token = format!("t{}", self.system.made);
        self.system.tokens.insert(token.clone(), self.now + seconds * 1_000 + 5_000);
        let body = match status {
            200 => format!(r#"{{"access_token":"{token}","expires_in":{seconds}}}"#),
            _ => r#"{"error":"unauthorized"}"#.to_owned(),
        };
        Reply { status, headers: vec![], body }
    }

    fn serve(&mut self, call: usize, request: &Request) -> Reply {
        let bearer =
            request.headers.iter().find(|(name, _)| name == "Authorization").unwrap().1.clone();
        if self.dice.percent(3) {
            self.system.tokens.clear();
        }
        let token = bearer.trim_start_matches("Bearer ");
        let is_alive = self.system.tokens.get(token).is_some_and(|until| *until > self.now);
        let is_marketo = self.system.kind == System::Marketo;
        let ok = |body: String| Reply { status: 200, headers: vec![], body };
        if !is_alive {
            let refused =
                ok(r#"{"success":false,"errors":[{"code":"602","message":"x"}]}"#.to_owned());
            return if is_marketo { refused } else { Reply { status: 401, ..ok(String::new()) } };
        }
        if self.dice.percent(3) {
            return Reply { status: 503, ..ok(String::new()) };
        }
        if !is_marketo && !request.url.contains("/version/3/") {
            return Reply {
                status: 400,
                ..ok(r#"{"@attributes":{"stat":"fail","version":1,"err_code":89},"err":"x"}"#
                    .to_owned())
            };
        }
        let numbers = body_numbers(request.body.as_deref().unwrap_or_default());
        for number in &numbers {
            *self.system.written.entry(*number).or_default() += 1;
        }
        if !numbers.is_empty() && is_marketo {
            let result: Vec<_> =
                numbers.iter().map(|id| format!(r#"{{"id":{id},"status":"created"}}"#)).collect();
            return ok(format!(r#"{{"success":true,"result":[{}]}}"#, result.join(",")));
        }
        if is_marketo {
            let page = request
                .url
                .split("nextPageToken=p")
                .nth(1)
                .and_then(|text| text.parse().ok())
                .unwrap_or(1);
            let more = page < self.calls[call].pages;
            return ok(format!(
                r#"{{"success":true,"result":[{{"id":{page}}}],"nextPageToken":"p{}","moreResult":{more}}}"#,
                page + 1
            ));
        }
        if request.url.contains("/batchCreate") {
            return ok(r#"{"@attributes":{"stat":"ok","version":1},"errors":{}}"#.to_owned());
        }
        if request.url.contains("/export/") {
            self.system.export += 1;
            let state =
                if self.system.export.is_multiple_of(5) { "Complete" } else { "Processing" };
            return ok(format!(r#"{{"id":7,"state":"{state}","resultRefs":["https://a/1"]}}"#));
        }
        let id = numbers.first().copied().unwrap_or(7);
        ok(format!(r#"{{"@attributes":{{"stat":"ok","version":1}},"prospect":{{"id":{id}}}}}"#))
    }

    /// What holds whatever happened.
    fn judge(&self, seed: u64) {
        let mut accounted = BTreeSet::new();
        for (at, one) in self.calls.iter().enumerate() {
            let name = one.operation.name;
            let where_ = format!("day {seed}, call {at}, {name}");
            for number in &one.records {
                let times = self.system.written.get(number).copied().unwrap_or_default();
                assert!(times <= 1, "{where_}: record {number} was written {times} times");
                accounted.insert(*number);
            }
            let most = (one.records.len() as u64 / 50 + 5) * 20;
            assert!(
                one.asks <= most && one.requests <= most + 400,
                "{where_}: {} of {}",
                one.asks,
                one.requests
            );
            if one.gone {
                continue;
            }
            assert!(one.over, "{where_}: it never ends");
            if one.failed.is_some() {
                continue;
            }
            match (one.goal, one.given.as_slice()) {
                (Goal::Job { .. }, []) => assert!(one.files, "{where_}"),
                (Goal::Records, []) => {
                    assert_eq!(
                        one.seen,
                        (1..=one.pages).collect::<Vec<_>>(),
                        "{where_}: pages are left out"
                    );
                }
                (Goal::Pages, given) => {
                    let (last, before) = given.split_last().unwrap();
                    assert!(
                        before.iter().all(|page| matches!(page, Outcome::Found { .. })),
                        "{where_}"
                    );
                    let all = given.len() as u64 == one.pages;
                    assert!(
                        all || !matches!(last, Outcome::Found { .. }),
                        "{where_}: it ends before the end"
                    );
                }
                (Goal::Outcome, [outcome]) => self.judge_records(&where_, one, outcome),
                (goal, given) => panic!("{where_}: {goal:?} gave {given:?}"),
            }
        }
        assert!(
            self.system.written.keys().all(|number| accounted.contains(number)),
            "day {seed}: nobody's record"
        );
    }

    fn judge_records(&self, where_: &str, one: &One, outcome: &Outcome) {
        let all = match outcome {
            Outcome::Batch { results } => results.iter().collect(),
            single => vec![single; one.records.len()],
        };
        assert_eq!(all.len(), one.records.len(), "{where_}: each record has its outcome");
        for (number, outcome) in one.records.iter().zip(all) {
            let times = self.system.written.get(number).copied().unwrap_or_default();
            match outcome {
                Outcome::Stored { id, .. } => {
                    assert_eq!(times, 1, "{where_}: record {number} is nowhere");
                    let says = id.as_deref().is_none_or(|id| id == number.to_string());
                    assert!(says, "{where_}: record {number} has the outcome of {id:?}");
                }
                Outcome::Unknown { .. } => {}
                _ => assert_eq!(times, 0, "{where_}: record {number} is there, and {outcome:?}"),
            }
        }
    }
}

#[test]
fn whatever_happens_each_record_is_written_once_at_most_and_each_call_ends() {
    let (mut stored, mut unknown, mut failed, mut renewed) = (0_u64, 0_u64, 0_u64, 0_u64);
    for seed in 0..DAYS {
        let mut world = World::new(seed);
        for number in 1..=4 + world.dice.below(9) {
            world.begin(number);
        }
        world.run();
        world.judge(seed);
        for one in &world.calls {
            failed += u64::from(one.failed.is_some());
            renewed += u64::from(one.asks > 1);
            for outcome in &one.given {
                stored +=
                    u64::from(matches!(outcome, Outcome::Stored { .. } | Outcome::Batch { .. }));
                unknown += u64::from(matches!(outcome, Outcome::Unknown { .. }));
            }
        }
    }
    // The days are as unkind as they are meant to be.
    assert!(
        stored > 500 && unknown > 50 && failed > 50 && renewed > 50,
        "{stored} {unknown} {failed} {renewed}"
    );
}
