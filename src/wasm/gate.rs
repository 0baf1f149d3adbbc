//! The gates' limiters. They stay here between two calls, so that a call crosses with what concerns it and not with all
//! that the account is about; the host keeps their rows, and gives them back where a fresh instance knows nothing.
//!
//! What crosses is text and numbers, for it is hot, and types with serde weigh more than the limiter does. A text has
//! rows (U+0002 between) of words (U+0001 between); a number that is not there is not a number.

use super::edge::{failure, whole};
use crate::catalogue::{PACE, recipe};
use crate::delivery::limiter::{
    Answer, Ask, By, Keep, Limiter, Limits, Looked, PROBE_EVERY, Part, Settled, Told,
};
use crate::outcome::Fault;
use crate::request::System;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;

const ROW: char = '\u{2}';
const WORD: char = '\u{1}';

struct Gate {
    account: String,
    limits: Limits,
    limiter: Limiter,
}

thread_local! {
    /// One for each of the relay's accounts.
    static GATES: RefCell<Vec<Gate>> = const { RefCell::new(Vec::new()) };
}

type Text = Result<String, JsValue>;

fn with<T>(account: &str, act: impl FnOnce(&mut Gate) -> T) -> Result<T, JsValue> {
    GATES.with_borrow_mut(|gates| {
        let gate = gates.iter_mut().find(|gate| gate.account == account);
        gate.map(act).ok_or_else(|| failure("state.missing", &[]))
    })
}

/// The words and numbers that a call brings, in their order.
struct Given<'a> {
    words: std::str::Split<'a, char>,
    numbers: std::slice::Iter<'a, f64>,
}

impl<'a> Given<'a> {
    fn of(words: &'a str, numbers: &'a [f64]) -> Self {
        Given { words: words.split(WORD), numbers: numbers.iter() }
    }

    fn word(&mut self) -> &'a str {
        self.words.next().unwrap_or_default()
    }

    fn maybe(&mut self) -> Option<u64> {
        self.numbers.next().filter(|number| !number.is_nan()).map(|number| whole(*number))
    }

    fn number(&mut self) -> u64 {
        self.maybe().unwrap_or_default()
    }

    fn yes(&mut self) -> bool {
        self.number() > 0
    }
}

fn put(out: &mut String, before: char, words: &[&str]) {
    for (at, word) in words.iter().enumerate() {
        out.push(if at == 0 { before } else { WORD });
        out.push_str(word);
    }
}

/// The rows to write down; one without a text goes.
fn put_changes(out: &mut String, parts: &[Part]) {
    for (name, text) in parts {
        match text {
            Some(text) => put(out, ROW, &[name, text]),
            None => put(out, ROW, &[name]),
        }
    }
}

/// Takes an account's rows in. The account's own limits, calls, window and calls at once, take the place of the system's.
///
/// # Errors
/// `account.invalid` for a system that takes no leads.
#[wasm_bindgen(js_name = gateLoad)]
pub fn load(account: &str, system: &str, limits: &[f64], rows: &str) -> Result<(), JsValue> {
    let named = System::from_name(system);
    let few = |number: &f64| u32::try_from(whole(*number)).unwrap_or(u32::MAX);
    let limits = match limits {
        [calls, window, at_once] => {
            Limits { calls: few(calls), window: whole(*window), at_once: few(at_once) }
        }
        _ => named
            .and_then(|system| PACE.iter().find(|(known, _)| *known == system))
            .map(|(_, limits)| *limits)
            .ok_or_else(|| failure("account.invalid", &[]))?,
    };
    let mut limiter = Limiter::from_parts(rows.split(ROW).filter_map(|row| row.split_once(WORD)));
    limiter.kinds = named.and_then(recipe).map_or("", crate::delivery::outbox::Recipe::kinds);
    GATES.with_borrow_mut(|gates| {
        gates.retain(|gate| gate.account != account);
        gates.push(Gate { account: account.to_owned(), limits, limiter });
    });
    Ok(())
}

/// What stands before the next call: 0 nothing, 1 a wait, 2 a token, 3 the harmless read.
///
/// # Errors
/// `state.missing` where the account's rows have to be loaded.
#[wasm_bindgen(js_name = gateDoor)]
pub fn door(account: &str, now: f64) -> Result<u8, JsValue> {
    with(account, |gate| gate.limiter.door(whole(now)) as u8)
}

/// Asks for a place. Words: id, keys, shard, form, fills. Numbers: now, deadline, lag, lost, every. The answer's words:
/// `granted`, doubt, kept, probe, version, others; or `account`, `target` or `person`, until when, the target. Then what changed.
///
/// # Errors
/// `state.missing` where the account's rows have to be loaded.
#[wasm_bindgen(js_name = gateAcquire)]
pub fn acquire(account: &str, words: &str, numbers: &[f64]) -> Text {
    let mut given = Given::of(words, numbers);
    let now = given.number();
    let ask = Ask {
        id: given.word(),
        keys: given.word(),
        shard: given.word(),
        form: given.word(),
        fills: given.word(),
        deadline: given.number(),
        lag: given.number(),
        lost: given.yes(),
        every: given.number(),
    };
    with(account, |Gate { limits, limiter, .. }| {
        let mut out = String::new();
        let or_nothing = |number: Option<u64>| number.map(|n| n.to_string()).unwrap_or_default();
        match limiter.acquire(*limits, ask, now) {
            Answer::Granted { doubt, others, kept, probe } => {
                let others = or_nothing(others);
                let (doubt, version) = (or_nothing(doubt), or_nothing(limiter.version.map(u64::from)));
                let (kept, probe) = (if kept { "1" } else { "" }, if probe { "1" } else { "" });
                out.push_str("granted");
                put(&mut out, WORD, &[&doubt, kept, probe, &version, &others]);
            }
            Answer::Wait { until, scope, target } => {
                out.push_str(scope.name());
                put(&mut out, WORD, &[&until.to_string(), target.as_deref().unwrap_or_default()]);
            }
        }
        put_changes(&mut out, &limiter.changes());
        out
    })
}

/// The target that this delivery waits for, and until when; then the log's lines, each behind a `!`; then what changed.
fn after(settled: &Settled, limiter: &mut Limiter) -> String {
    let mut out = settled.hold.clone().unwrap_or_default();
    put(&mut out, WORD, &[&settled.until.to_string()]);
    for (event, form, code) in &settled.events {
        put(&mut out, ROW, &["!", event, form, code]);
    }
    put_changes(&mut out, &limiter.changes());
    out
}

/// Gives a place back, with what the reply said of the account. Words: id, `no`, `goeson` or `lost`, form, fills, the
/// fault or `unsent`, the parameter that the system named, code, message. Numbers: now, when a lost call can no longer run, whether the
/// call went through, whether it was a write that the system has, the lag of reads where it was, until when the system
/// wants no calls, the quota's reset, what its probes' time is divided by, how many calls the headers leave, until when, the
/// version that the account speaks, how often what is closed is asked.
///
/// # Errors
/// `state.missing` where the account's rows have to be loaded.
#[wasm_bindgen(js_name = gateRelease)]
pub fn release(account: &str, words: &str, numbers: &[f64]) -> Text {
    let mut given = Given::of(words, numbers);
    let now = given.number();
    let id = given.word();
    let keep = match given.word() {
        "goeson" => Keep::GoesOn,
        "lost" => Keep::Lost,
        _ => Keep::No,
    };
    let (landed, went_through, stored) = (given.maybe(), given.yes(), given.yes());
    let (lag, quiet, reset, scale) = (given.maybe(), given.maybe(), given.maybe(), given.number());
    let (left, until, version) = (given.maybe(), given.maybe(), given.maybe());
    let (form, fills, fault) = (given.word(), given.word(), given.word());
    let told = Told {
        id,
        form,
        fills,
        unsent: fault == "unsent",
        fault: Fault::from_name(fault),
        param: given.word(),
        code: given.word(),
        message: given.word(),
        stored,
        every: given.number(),
    };
    with(account, |Gate { limiter, .. }| {
        if let Some(lag) = lag {
            limiter.stored(id, lag, now);
        }
        let settled = limiter.settle(told, now);
        limiter.release(id, keep, landed);
        if went_through {
            limiter.opened();
        }
        if let (Some(left), Some(until)) = (left, until) {
            limiter.heard(u32::try_from(left).unwrap_or(u32::MAX), until);
        }
        if let Some(quiet) = quiet {
            limiter.quiet(quiet);
        }
        if let Some(reset) = reset {
            limiter.spent(reset, PROBE_EVERY.checked_div(scale).unwrap_or(PROBE_EVERY), now);
        }
        if let Some(version) = version.and_then(|version| u8::try_from(version).ok()) {
            limiter.speaks(version);
        }
        after(&settled, limiter)
    })
}

/// What the host found out by itself: `token` there is none, `signed` there is one; of the harmless read `good`, `refused`,
/// `forbidden` or `unknown`. Answers as [`release`] does.
///
/// # Errors
/// `state.missing` where the account's rows have to be loaded.
#[wasm_bindgen(js_name = gateFound)]
pub fn found(account: &str, what: &str, code: &str, message: &str, every: f64, now: f64) -> Text {
    let (every, now) = (whole(every), whole(now));
    with(account, |Gate { limiter, limits, .. }| {
        let looked = match what {
            "token" => {
                let settled = limiter.close(By::Token, code, message, every, now);
                return after(&settled, limiter);
            }
            "signed" => {
                let settled = limiter.signed_in();
                return after(&settled, limiter);
            }
            "good" => Looked::Good,
            "refused" => Looked::Refused,
            "forbidden" => Looked::Forbidden,
            _ => Looked::Unknown,
        };
        limiter.called(*limits, now);
        let settled = limiter.looked(looked, code, message, every, now);
        after(&settled, limiter)
    })
}

/// What an operator may see. Words: calls that are out, calls of the window, until when it is quiet, the quota's reset, the
/// version; then the rows of what is closed, as they are kept.
///
/// # Errors
/// `state.missing` where the account's rows have to be loaded.
#[wasm_bindgen(js_name = gateStatus)]
pub fn status(account: &str) -> Text {
    with(account, |Gate { limiter, .. }| {
        let mut out = limiter.leases.len().to_string();
        let quota = limiter.quota.map(|quota| quota.reset.to_string()).unwrap_or_default();
        let version = limiter.version.map(|version| version.to_string()).unwrap_or_default();
        let (calls, quiet) = (limiter.calls.len().to_string(), limiter.quiet_until.to_string());
        put(&mut out, WORD, &[&calls, &quiet, &quota, &version]);
        put_changes(&mut out, &limiter.shut());
        out
    })
}
