//! What the options say of the people at the operator's door.

use super::members::{ACCESS, OPERATOR};
use super::{Closes, Judge, below, entries, given, items, text};
use crate::relay::desk::Right;
use crate::value::{Value, has_sign};

/// A person's own key has so many characters at least.
const KEY_LENGTH: usize = 20;

/// What the relay itself is called in the log of who did what.
const TAKEN: [&str; 2] = ["operator", "values"];

const RIGHTS: &str = "a list of some of view, operate, values";

impl Judge<'_> {
    pub(super) fn people(&mut self) {
        let options = self.options;
        let operators = entries(options.get("operators"));
        for (at, (name, operator)) in operators.iter().enumerate() {
            let place = below("operators", name);
            self.members(&place, Some(operator), OPERATOR);
            let is_name = !name.is_empty() && name.len() <= 64 && name.bytes().all(is_letter);
            if !is_name || TAKEN.contains(&name.as_ref()) {
                self.must(&place, "a name of letters, digits, - _ and . of its own", Closes::Relay);
            }
            let key = text(operator.get("key"));
            let others = operators.iter().take(at).map(|(_, other)| text(other.get("key")));
            let own = ["operatorKey", "valueKey"].map(|name| text(options.get(name)));
            if key.is_none_or(|key| key.len() < KEY_LENGTH) {
                self.must(&below(&place, "key"), "at least 20 characters", Closes::Relay);
            } else if others.chain(own).any(|other| other == key) {
                self.must(&below(&place, "key"), "a key that nobody else has", Closes::Relay);
            }
            if !has_rights(operator.get("rights")) {
                self.must(&below(&place, "rights"), RIGHTS, Closes::Relay);
            }
        }
        let Some(access) = given(options, "access") else { return };
        self.members("access", Some(access), ACCESS);
        let team = text(access.get("team")).and_then(|team| team.strip_prefix("https://"));
        let host = team.map(|team| team.strip_suffix('/').unwrap_or(team));
        if host.is_none_or(|host| host.is_empty() || has_sign(host, '/')) {
            self.must("access.team", "https:// and the team's domain", Closes::Relay);
        }
        if text(access.get("audience")).is_none() {
            self.must("access.audience", "the application's audience tag", Closes::Relay);
        }
        let is_wrong = |(email, rights): &(_, _)| {
            let email: &std::borrow::Cow<'_, str> = email;
            email.bytes().any(|byte| byte.is_ascii_uppercase()) || !has_rights(Some(rights))
        };
        // Nobody is named in a log.
        if entries(access.get("people")).iter().any(is_wrong) {
            let what =
                "e-mails in small letters, each with a list of some of view, operate, values";
            self.must("access.people", what, Closes::Relay);
        }
    }
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

fn has_rights(given: Option<&Value<'_>>) -> bool {
    let rights = given.map(items).unwrap_or_default();
    let is_right =
        |right: &Value<'_>| Right::ALL.iter().any(|known| text(Some(right)) == Some(known.name()));
    matches!(given, Some(Value::List(_))) && !rights.is_empty() && rights.iter().all(is_right)
}
