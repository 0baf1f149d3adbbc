//! The limiters of the accounts. They stay here between two events, so that an event crosses with what concerns it and not with
//! all that the account is about; the host keeps their pieces, and gives them back where a fresh instance knows nothing.
//!
//! What crosses is text and numbers, for it is hot, and types with serde weigh more than the limiter does. A text has
//! rows (U+0002 between) of words (U+0001 between); a number that is not there is not a number.

use super::edge::{failure, whole};
use crate::catalogue::{EXPIRED, PACE, QUOTA, VERSIONS, recipe, zone};
use crate::crm::outcome::{Fault, Reason};
use crate::crm::request::System;
use crate::crm::systems::token::is_keyed;
use crate::crossing::{Crossing, Members, members, written};
use crate::relay::account::{
    AccountLimiter, Acquire, Effect, Event, Kind, Release, Reply, Said, Settings, Wrong,
};
use crate::relay::delivery::outbox::Recipe;
use crate::relay::limiter::Limits;
use crate::relay::words::{ROW, WORD, Words};
use crate::value::decimal;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;

/// The share of a day's calls that looking after stored leads takes, where the owner says nothing.
const SHARE: f64 = 0.01;
/// The rest is for leads, whatever the owner says.
const MOST_SHARE: f64 = 0.5;

thread_local! {
    /// One for each of the relay's accounts, by name.
    static ACCOUNTS: RefCell<Vec<(String, AccountLimiter)>> = const { RefCell::new(Vec::new()) };
}

type Text = Result<String, JsValue>;

fn with<T>(account: &str, act: impl FnOnce(&mut AccountLimiter) -> T) -> Result<T, JsValue> {
    ACCOUNTS.with_borrow_mut(|accounts| {
        let found = accounts.iter_mut().find(|(name, _)| name == account);
        found.map(|(_, limiter)| act(limiter)).ok_or_else(|| failure("state.missing", &[]))
    })
}

/// The words and numbers that an event brings, in their order.
struct Given<'a> {
    words: Words<'a>,
    numbers: std::slice::Iter<'a, f64>,
}

impl<'a> Given<'a> {
    fn word(&mut self) -> &'a str {
        self.words.read()
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

    /// Kind, fault, reason, code, then the first issue's field, code and sentence; and a number, how long to wait.
    fn said(&mut self) -> Said<'a> {
        Said {
            kind: Kind::from_name(self.word()),
            fault: Fault::from_name(self.word()),
            reason: Reason::from_name(self.word()),
            code: self.word(),
            field: self.word(),
            issue: self.word(),
            message: self.word(),
            after: self.maybe(),
        }
    }

    fn event(&mut self, name: &str) -> Option<Event<'a>> {
        Some(match name {
            "acquire" => Event::Acquire(Acquire {
                id: self.word(),
                keys: self.word(),
                shard: self.word(),
                form: self.word(),
                fills: self.word(),
                deadline: self.number(),
                lost: self.yes(),
                spare: self.yes(),
            }),
            "release" => Event::Release(Release {
                said: self.said(),
                id: self.word(),
                form: self.word(),
                fills: self.word(),
                token: self.word(),
                unsent: self.yes(),
                write: self.yes(),
                goes_on: self.yes(),
                landed: self.maybe(),
                left: self.maybe(),
                until: self.maybe(),
                after: self.maybe(),
            }),
            "signed" => {
                let said = self.said();
                match self.word() {
                    "" => Event::NotSigned(said),
                    token => Event::Signed(token, self.number()),
                }
            }
            "looked" => Event::Looked(self.said()),
            "midnight" => Event::Midnight(self.number()),
            _ => return None,
        })
    }
}

/// What an account lets through, as the options and the system's tables say it. `own`: its system, and the zone of its day
/// where the owner says it. `ways`: the forms that go to it, a row each, with their parameters. Numbers: now, what times are divided by, the
/// share of a day's calls for those that nobody waits for where the owner says it, and the account's own limits, calls, window and calls at once, where it has some: they take the place of the system's. `parts` is what was
/// stored and remembered. `wrong` is what the options have closed by themselves, a row each: form, parameter, code and sentence.
/// Gives effects, as [`step`] does.
///
/// # Errors
/// `account.invalid` for a system that takes no leads.
#[wasm_bindgen(js_name = limiterLoad)]
pub fn load(
    account: &str,
    own: &str,
    ways: &str,
    numbers: &[f64],
    parts: &str,
    wrong: &str,
) -> Text {
    let invalid = || failure("account.invalid", &[]);
    let (system, own_zone) = own.split_once(WORD).unwrap_or((own, ""));
    let named = System::from_name(system).ok_or_else(invalid)?;
    let few = |number: &f64| u32::try_from(whole(*number)).unwrap_or(u32::MAX);
    let (now, scale, share, own) = match numbers {
        [now, scale, share, own @ ..] => (whole(*now), whole(*scale), *share, own),
        _ => return Err(invalid()),
    };
    let limits = match own {
        [calls, window, at_once] => {
            Limits { calls: few(calls), window: whole(*window), at_once: few(at_once) }
        }
        _ => PACE
            .iter()
            .find(|(known, _)| *known == named)
            .map(|(_, limits)| *limits)
            .ok_or_else(invalid)?,
    };
    let recipe = recipe(named);
    let mut closed = Vec::new();
    for row in wrong.split(ROW).filter(|row| !row.is_empty()) {
        let mut words = Words::of(row, WORD);
        let mut word = || words.read().to_owned();
        closed.push(Wrong {
            form: word(),
            param: word(),
            code: word(),
            message: word(),
            since: now,
        });
    }
    let settings = Settings {
        limits,
        lag: recipe.map_or(0, Recipe::lag),
        kinds: recipe.map_or("", Recipe::kinds),
        keyed: is_keyed(named),
        zone: if own_zone.is_empty() { zone(named) } else { own_zone }.to_owned(),
        share: {
            let day = QUOTA.iter().find(|(known, _)| *known == named).map_or(0, |(_, day)| *day);
            few(&(f64::from(day) * if share.is_nan() { SHARE } else { share.min(MOST_SHARE) }))
        },
        scale,
        expired: EXPIRED,
        versions: VERSIONS,
        wrong: closed,
    };
    let rows = parts.split(ROW).filter_map(|row| row.split_once(WORD));
    let mut limiter = AccountLimiter::new(settings, rows);
    let goes = |form: &str, param: Option<&str>| {
        ways.split(ROW).any(|way| {
            let mut words = way.split(WORD);
            words.next() == Some(form) && param.is_none_or(|param| words.any(|word| word == param))
        })
    };
    let out = text(&limiter.prune(goes, now));
    ACCOUNTS.with_borrow_mut(|accounts| {
        accounts.retain(|(name, _)| name != account);
        accounts.push((account.to_owned(), limiter));
    });
    super::ALLOCATOR.keep();
    Ok(out)
}

/// Takes what happened: `acquire`, `release`, `signed`, `looked` or `midnight`, with its words and numbers, see
/// [`Given::event`]; the first two numbers are now and the event's own. Gives what the host has to do, a row each, see [`put`].
///
/// # Errors
/// `state.missing` where the account's pieces have to be loaded.
#[wasm_bindgen(js_name = limiterStep)]
pub fn step(account: &str, event: &str, words: &str, numbers: &[f64]) -> Text {
    let mut given = Given { words: Words::of(words, WORD), numbers: numbers.iter() };
    let (now, number) = (given.number(), given.number());
    let event = given.event(event).ok_or_else(|| failure("event.unknown", &[]))?;
    with(account, |limiter| text(&limiter.step(number, event, now)))
}

fn text(effects: &[Effect]) -> String {
    let mut out = String::new();
    for effect in effects {
        put(&mut out, effect);
    }
    out
}

/// A row: what to do, and with what.
fn put(out: &mut String, effect: &Effect) {
    let mut row = |words: &[&str]| {
        if !out.is_empty() {
            out.push(ROW);
        }
        for (at, word) in words.iter().enumerate() {
            if at > 0 {
                out.push(WORD);
            }
            // What a system said may hold anything, and must not begin another row.
            word.split([ROW, WORD]).for_each(|piece| out.push_str(piece));
        }
    };
    match effect {
        Effect::Store((name, Some(text))) => row(&["put", name, text]),
        Effect::Store((name, None)) => row(&["drop", name]),
        Effect::Remember((name, Some(text))) => row(&["keep", name, text]),
        Effect::Remember((name, None)) => row(&["lose", name]),
        Effect::SignIn(number, deadline) => {
            row(&["signIn", &decimal(*number), &decimal(*deadline)]);
        }
        Effect::Look { number, token, version, deadline } => {
            let version = version.map(decimal).unwrap_or_default();
            row(&["look", &decimal(*number), &decimal(*deadline), token, &version]);
        }
        Effect::Midnight(number, zone) => row(&["midnight", &decimal(*number), zone]),
        Effect::Answer(number, reply) => row(&["answer", &decimal(*number), &json(reply)]),
        Effect::Log(event, form, code) => row(&["log", event, form, code]),
    }
}

#[inline(never)]
fn object(names: &'static str, members: &mut [&mut dyn Crossing]) -> String {
    written(&mut Members(names, members))
}

/// An answer as the outbox reads it.
fn json(reply: &Reply) -> String {
    match reply.clone() {
        Reply::Granted {
            mut uncertain_until,
            mut others,
            mut kept,
            mut probe,
            mut version,
            mut token,
        } => object(
            "answer doubt others kept probe version token",
            &mut [
                &mut "granted",
                &mut uncertain_until,
                &mut others,
                &mut kept,
                &mut probe,
                &mut version,
                &mut token,
            ],
        ),
        Reply::Wait { mut until, scope, mut target } => object(
            "answer until scope target",
            &mut [&mut "wait", &mut until, &mut scope.name(), &mut target],
        ),
        Reply::Released { mut hold, mut until, mut opened, mut blamed } => object(
            "hold until opened blamed",
            &mut [&mut hold, &mut until, &mut opened, &mut blamed],
        ),
    }
}

/// What an operator may see, as JSON text.
///
/// # Errors
/// `state.missing` where the account's pieces have to be loaded.
#[wasm_bindgen(js_name = limiterStatus)]
pub fn status(account: &str, now: f64) -> Text {
    struct Closed<'a> {
        code: &'a str,
        message: &'a str,
        since: u64,
        probe: u64,
        form: Option<&'a str>,
        #[allow(
            clippy::option_option,
            reason = "absent, `null` for all leads of the form, or a name"
        )]
        param: Option<Option<&'a str>>,
    }
    impl<'a> Closed<'a> {
        fn by_options(wrong: &'a Wrong) -> Self {
            let of_form = !wrong.form.is_empty();
            let param = Some(wrong.param.as_str()).filter(|param| !param.is_empty());
            Closed {
                code: &wrong.code,
                message: &wrong.message,
                since: wrong.since,
                // Nobody asks about it.
                probe: 0,
                form: of_form.then_some(&wrong.form),
                param: of_form.then_some(param),
            }
        }
    }
    members! {
        none Closed<'_>,
        Closed { code: "", message: "", since: 0, probe: 0, form: None, param: None },
        "code" code, "message" message, "since" since, "probe" probe, "?form" form, "?param" param,
    }
    with(account, |limiter| {
        let status = limiter.status(whole(now));
        let stored = status.limiter;
        let of_account = status.wrong.iter().find(|wrong| wrong.form.is_empty());
        let closed = stored.closed.as_ref().map(|closed| Closed {
            code: &closed.code,
            message: &closed.message,
            since: closed.since,
            probe: closed.probe_at,
            form: None,
            param: None,
        });
        let closed = of_account.map(Closed::by_options).or(closed);
        let mut targets: Vec<Closed<'_>> = Vec::new();
        for wrong in status.wrong.iter().filter(|wrong| !wrong.form.is_empty()) {
            targets.push(Closed::by_options(wrong));
        }
        for target in &stored.targets {
            targets.push(Closed {
                code: &target.code,
                message: &target.message,
                since: target.since,
                probe: target.probe_at,
                form: Some(&target.form),
                param: Some(target.param.as_deref()),
            });
        }
        object(
            "account running calls quietUntil quota refused refusals closed targets version",
            &mut [
                &mut { account },
                &mut stored.leases.len(),
                &mut stored.calls.len(),
                &mut { status.quiet_until },
                &mut { status.quota },
                &mut { status.refused },
                &mut { status.refusals },
                &mut { closed },
                &mut targets,
                &mut { stored.version },
            ],
        )
    })
}
