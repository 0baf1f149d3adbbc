//! What the options say of the forms. A form whose fields or origins are wrong takes no lead: nobody could hold one to them.

use super::members::{FIELD, FORM, TURNSTILE};
use super::relay::is_name;
use super::{Closes, Judge, More, below, entries, given, item, text};
use crate::check::field::Kind;
use crate::check::form::{Form, Spec};
use crate::code::options::{KIND, ORIGIN, ORIGIN_PATH, SECRET};
use crate::value::{Value, cut};

/// Members of which the host alone can tell, and what they must be.
const HOSTS: &[(&str, &str)] = &[
    ("thanks", "the address of a page"),
    ("contact", "an address that begins with https:, mailto: or tel:"),
    ("language", "a language like es or fr-CA, of which the relay or `messages` has the words"),
];

impl Judge<'_> {
    pub(super) fn forms(&mut self) {
        let options = self.options;
        for (name, form) in entries(options.get("forms")) {
            let place = below("forms", name);
            self.form = name;
            if !is_name(name) {
                self.must(&place, "a name of letters, digits, - and _", Closes::Form);
            }
            self.members(&place, Some(form), FORM);
            self.fields(&below(&place, "fields"), form.get("fields"));
            self.origins(&below(&place, "origins"), form.get("origins"));
            self.hosts(&place, form, HOSTS, Closes::Form);
            if let Some(turnstile) = given(form, "turnstile") {
                let place = below(&place, "turnstile");
                self.members(&place, Some(turnstile), TURNSTILE);
                if text(turnstile.get("secret")).is_none() {
                    // Each lead waits for a person, and none is lost.
                    let place = below(&place, "secret");
                    self.say(&place, SECRET.name, Closes::Nothing, More::default());
                }
            }
            self.targets(&below(&place, "deliver"), form);
        }
        self.form = "";
    }

    /// Whether the fields make a form.
    fn fields(&mut self, place: &str, fields: Option<&Value<'_>>) {
        for (name, field) in entries(fields) {
            self.members(&below(place, name), Some(field), FIELD);
        }
        let fields = fields.cloned().unwrap_or_default();
        let spec = Spec::from(&Value::Map(vec![("fields".into(), fields)]));
        let Err(issues) = Form::from_spec(&spec) else { return };
        for issue in &issues {
            // The spec's own place begins with `fields`, too.
            let place = [place, issue.field.strip_prefix("fields").unwrap_or_default()].concat();
            if place.strip_suffix(".kind").is_some() {
                let mut kinds = String::new();
                for (name, _) in Kind::VISITOR {
                    kinds.push_str(if kinds.is_empty() { "" } else { ", " });
                    kinds.push_str(name);
                }
                let more = More { limit: &kinds, ..More::default() };
                self.say(&place, KIND.name, Closes::Form, more);
            } else {
                self.pass_on(&place, issue, Closes::Form);
            }
        }
    }

    fn origins(&mut self, place: &str, origins: Option<&Value<'_>>) {
        let Some(Value::List(origins)) = origins else {
            return self.must(place, "a list of origins", Closes::Form);
        };
        for (at, origin) in origins.iter().enumerate() {
            let (code, closes, limit) = match text(Some(origin)).and_then(single) {
                None => (ORIGIN.name, Closes::Form, ""),
                Some((_, "" | "/")) => continue,
                Some((origin, _)) => (ORIGIN_PATH.name, Closes::Nothing, origin),
            };
            self.say(&item(place, at), code, closes, More { limit, ..More::default() });
        }
    }
}

/// Scheme and host of what names one origin, and what stands behind them.
fn single(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_ascii();
    let several = |byte: u8| matches!(byte, b',' | b'*' | b' ' | b'@' | b';' | b'|');
    let (scheme, rest) = cut(text, "://")?;
    let ends = |byte: &u8| matches!(byte, b'/' | b'?' | b'#');
    let length = rest.as_bytes().iter().position(ends).unwrap_or(rest.len());
    let is_one = !text.bytes().any(several) && !scheme.is_empty() && length > 0;
    let behind = scheme.len().saturating_add(3).saturating_add(length);
    text.split_at_checked(behind).filter(|_| is_one)
}
