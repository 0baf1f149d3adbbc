//! The names that options may have. One that is not here does nothing, and its owner should know.

use super::meant::meant;
use super::{Closes, Judge, More, below, entries};
use crate::code::options::MEMBER;
use crate::value::{Value, has_part, parts};

/// The members of each object, with blanks between; each object with the name that TypeScript has for it.
pub const MEMBERS: &[(&str, &str)] = &[
    ("relay", RELAY),
    ("form", FORM),
    ("field", FIELD),
    ("target", TARGET),
    ("turnstile", TURNSTILE),
    ("account", ACCOUNT),
    ("credentials", CREDENTIALS),
    ("limits", LIMITS),
    ("addressLimit", ADDRESS_LIMIT),
    ("operator", OPERATOR),
    ("access", ACCESS),
    ("alerts", ALERTS),
    ("channel", CHANNEL),
    ("retention", RETENTION),
    ("reconcile", RECONCILE),
];

pub(super) const RELAY: &str = "forms accounts secret sealSecret operatorKey valueKey operators access hashKey storageKey retention reconcile addressLimit addressHeader addressHops maxQueued maxReview maxDead maxBytes shards plan alerts timeScale";
pub(super) const FORM: &str =
    "fields origins thanks deliver title language messages contact trap turnstile";
pub(super) const FIELD: &str = "kind required label min max choices pattern requiredIf equalTo quoted literal international bytes purpose text";
pub(super) const TARGET: &str = "account map constants join match";
pub(super) const TURNSTILE: &str = "secret action fetch siteverify";
pub(super) const ACCOUNT: &str =
    "system baseUrl version businessUnit credentials allowHost limits record timeZone";
pub(super) const CREDENTIALS: &str =
    "key clientId clientSecret refreshToken loginUrl privateKey username audience identityUrl";
pub(super) const LIMITS: &str = "calls window atOnce";
pub(super) const ADDRESS_LIMIT: &str = "leads seconds";
pub(super) const OPERATOR: &str = "key rights";
pub(super) const ACCESS: &str = "team audience people fetch";
pub(super) const ALERTS: &str = "channels console review queueMinutes repeatHours";
pub(super) const CHANNEL: &str = "kind url secret key from to allowHost";
pub(super) const RETENTION: &str = "leads search attempts audit values";
pub(super) const RECONCILE: &str = "share";

impl Judge<'_> {
    /// Says which members of an object have no meaning.
    #[inline(never)]
    pub(super) fn members(&mut self, place: &str, value: Option<&Value<'_>>, known: &str) {
        for (name, _) in entries(value) {
            if !has_part(known, ' ', name) {
                let more = More { meant: meant(name, &mut parts(known, ' ')), ..More::default() };
                self.say(&below(place, name), MEMBER.name, Closes::Nothing, more);
            }
        }
    }
}
