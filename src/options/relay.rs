//! What the options say of the relay itself: its secrets, its keys and its bounds. A mistake here takes no lead of any form.

use super::members::{ADDRESS_LIMIT, RECONCILE, RELAY, RETENTION};
use super::{Closes, Judge, More, below, entries, given, is_within, item, items, text};
use crate::code::options::{SECRET, SECRET_SHORT};
use crate::value::Value;

/// A secret has so many characters at least, and a person's key.
const SECRET_LENGTH: usize = 32;
const KEY_LENGTH: usize = 12;

/// The numbers once, for the bounds and for their sentences.
macro_rules! most_shards {
    () => {
        200
    };
}
macro_rules! most_gib {
    () => {
        8
    };
}

/// An operator's call and the cron ask every one of them.
pub const MOST_SHARDS: u64 = most_shards!();

/// So long a lead that is done is known, whatever the owner says; and so long nothing is kept.
const LEAST_DAYS: u64 = 8;
const MOST_DAYS: u64 = 3_660;

/// The platform ends at 10 GB.
const MOST_BYTES: u64 = most_gib!() << 30;

/// What an outbox, and an address, may have where the owner says nothing: members of the options.
pub const DEFAULTS: &[(&str, u64)] =
    &[("maxBytes", 1 << 30), ("maxReview", 10_000), ("maxDead", 10_000), ("shards", 4)];
/// See [`DEFAULTS`]; an office behind one address must get through.
pub const ADDRESS_DEFAULT: &[(&str, u64)] = &[("leads", 60), ("seconds", 60)];

/// Whether a value fits.
type Fits = fn(&Value<'_>) -> bool;

/// Members of one value each: when it fits, and what it must be.
const CHECKS: &[(&str, Fits, &str)] = &[
    ("addressHeader", |value| text(Some(value)).is_some_and(is_name), "the name of a header"),
    ("addressHops", |value| is_within(value, 1, u64::MAX), "a number from 1 on"),
    ("plan", |value| matches!(text(Some(value)), Some("free" | "paid")), "free or paid"),
    (
        "shards",
        |value| is_within(value, 1, MOST_SHARDS),
        concat!("a number from 1 to ", most_shards!()),
    ),
    (
        "maxBytes",
        |value| is_within(value, 1, MOST_BYTES),
        concat!("a number of bytes from 1 to ", most_gib!(), " GiB"),
    ),
];

impl Judge<'_> {
    pub(super) fn relay(&mut self) {
        let options = self.options;
        self.members("", Some(options), RELAY);
        self.members("addressLimit", options.get("addressLimit"), ADDRESS_LIMIT);
        for name in ["secret", "sealSecret", "hashKey", "storageKey"] {
            match given(options, name) {
                Some(value) => self.secrets(name, value),
                None if name == "secret" => self.refuse(name, SECRET.name),
                None => {}
            }
        }
        let short = |key: &&str| text(given(options, key)).is_none_or(|key| key.len() < KEY_LENGTH);
        for name in ["operatorKey", "valueKey"].iter().filter(|key| given(options, key).is_some()) {
            if short(name) {
                self.must(name, "at least 12 characters", Closes::Relay);
            }
        }
        let value_key = given(options, "valueKey");
        if value_key.is_some() && value_key == given(options, "operatorKey") {
            self.must("valueKey", "another one than operatorKey", Closes::Relay);
        }
        for (name, fits, what) in CHECKS {
            if given(options, name).is_some_and(|value| !fits(value)) {
                self.must(name, what, Closes::Relay);
            }
        }
        self.retention();
        self.reconcile();
        for name in ["forms", "accounts"] {
            if !matches!(options.get(name), Some(Value::Map(_))) {
                self.must(name, "an object with one member for each", Closes::Relay);
            }
        }
    }

    /// For how many days what is kept. A wrong word keeps nothing for longer than the default, so it takes no lead away.
    fn retention(&mut self) {
        let Some(retention) = given(self.options, "retention") else { return };
        if !matches!(retention, Value::Map(_)) {
            self.must("retention", "an object of days", Closes::Nothing);
        }
        self.members("retention", Some(retention), RETENTION);
        for (name, _) in entries(Some(retention)) {
            let least = if name == "leads" { LEAST_DAYS } else { 0 };
            let fits = retention.get(name).is_none_or(|days| is_within(days, least, MOST_DAYS));
            if !fits {
                let what = if least == 0 { "0 to 3660 days" } else { "8 to 3660 days" };
                self.must(&below("retention", name), what, Closes::Nothing);
            }
        }
        let keeps = given(retention, "values").is_some_and(|days| is_within(days, 1, MOST_DAYS));
        if keeps && given(self.options, "storageKey").is_none() {
            self.must("retention.values", "0 where there is no storageKey", Closes::Nothing);
        }
    }

    /// What may be asked after leads are stored. With a wrong word it is as by default.
    fn reconcile(&mut self) {
        let reconcile = given(self.options, "reconcile");
        let Some(reconcile) = reconcile.filter(|said| **said != Value::Bool(false)) else { return };
        self.members("reconcile", Some(reconcile), RECONCILE);
        if !matches!(reconcile, Value::Map(_)) {
            self.must("reconcile", "false, or an object with a share", Closes::Nothing);
        }
        if given(reconcile, "share").is_some_and(|share| !is_share(share)) {
            self.must("reconcile.share", "a share from 0.001 to 0.5", Closes::Nothing);
        }
    }

    /// Several secrets may be there while they rotate.
    fn secrets(&mut self, name: &str, value: &Value<'_>) {
        let all = items(value);
        // Seals are opened by the secret, too.
        if all.is_empty() && name != "sealSecret" {
            self.refuse(name, SECRET.name);
        }
        for (at, one) in all.iter().enumerate() {
            let length = text(Some(one)).map_or(0, str::len);
            if length < SECRET_LENGTH {
                let is_list = matches!(value, Value::List(_));
                let place = if is_list { item(name, at) } else { name.to_owned() };
                self.refuse(&place, if length == 0 { SECRET.name } else { SECRET_SHORT.name });
            }
        }
    }

    fn refuse(&mut self, place: &str, code: &str) {
        self.say(place, code, Closes::Relay, More::default());
    }
}

/// Digits behind `0.`, from 001 to 5 in the order of letters. Numbers with a fraction are read nowhere else here.
fn is_share(share: &Value<'_>) -> bool {
    let Value::Number(number) = share else { return false };
    let is_digits = |text: &str| text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    number.strip_prefix("0.").is_some_and(|part| is_digits(part) && ("001"..="5").contains(&part))
}

/// What stands in a path or a header: letters, digits, `-` and `_`, at most 64.
pub(super) fn is_name(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=64).contains(&text.len()) && text.bytes().all(is_letter)
}
