//! What the options say of a form's way into an account. A mistake here loses nothing: the form's leads are taken, and wait.
//!
//! The system's call is checked as a lead's would be: once with what every lead brings, which shows what may be missing,
//! and once with all that is mapped, which shows what the call does not have.

use super::accounts::{read, system_of};
use super::meant::meant;
use super::members::TARGET;
use super::{Closes, Judge, More, below, entries, given, item, text};
use crate::capture::{self, Mapping, Visitor};
use crate::catalogue::{operation, recipe};
use crate::check::field::{Field, Kind};
use crate::check::report::{Issue, Severity};
use crate::code::options::{ACCOUNT, CONSTANT, CONSTANT_VALUE, FIELD, PARAM, REQUIRED, TWICE};
use crate::crm::operation::Operation;
use crate::crm::request::System;
use crate::relay::delivery::blame::MISSING;
use crate::value::{Value, parts};

/// A parameter that the call does not have.
const UNKNOWN: &str = "params.unknown";

/// The field that every parameter is mapped to while its call is tried.
const PROBE: &str = "x";

/// One form's way into one account.
struct Way<'o> {
    place: String,
    system: System,
    version: u8,
    write: &'static Operation,
    fields: Option<&'o Value<'o>>,
    map: Option<&'o Value<'o>>,
    constants: Option<&'o Value<'o>>,
}

impl<'o> Judge<'o> {
    pub(super) fn targets(&mut self, place: &str, form: &'o Value<'o>) {
        let Some(Value::List(targets)) = form.get("deliver") else {
            return self.must(place, "a list of targets", Closes::Form);
        };
        for (at, target) in targets.iter().enumerate() {
            let place = item(place, at);
            self.members(&place, Some(target), TARGET);
            let named = |target: &'o Value<'o>| text(target.get("account")).unwrap_or_default();
            self.account = named(target);
            if targets.iter().take(at).any(|before| named(before) == self.account) {
                let place = below(&place, "account");
                self.say(&place, TWICE.name, Closes::Form, More::default());
            } else {
                self.target(place, target, form.get("fields"));
            }
        }
        self.account = "";
    }

    fn target(&mut self, place: String, target: &'o Value<'o>, fields: Option<&'o Value<'o>>) {
        let options = self.options;
        let accounts = entries(options.get("accounts"));
        let Some((_, to)) = accounts.iter().find(|(name, _)| name == self.account) else {
            let names = &mut accounts.iter().map(|(name, _)| name.as_ref());
            let more = More { meant: meant(self.account, names), ..More::default() };
            return self.say(&below(&place, "account"), ACCOUNT.name, Closes::Way, more);
        };
        // What is wrong with the account itself is said there.
        let Some(system) = system_of(to) else { return };
        let Some(recipe) = recipe(system) else { return };
        let Some(write) = operation(recipe.write) else { return };
        let key = recipe.guard.as_ref().map(|guard| guard.key);
        if given(target, "match").is_some_and(|by| text(Some(by)) != key) {
            let what = "phone, and of prospects only";
            self.must(&below(&place, "match"), what, Closes::Target);
        }
        let version = read(system, to).version.unwrap_or(4);
        let (map, constants) = (target.get("map"), target.get("constants"));
        let way = Way { place, system, version, write, fields, map, constants };
        self.sources(&way);
        self.unknown(&way);
        self.missing(&way);
    }

    fn closed(&mut self, place: &str, code: &str, more: More<'_>) {
        self.say(place, code, Closes::Target, more);
    }

    /// Whether the form has what is mapped from it.
    fn sources(&mut self, way: &Way<'_>) {
        for (param, source) in entries(way.map) {
            let source = text(Some(source)).unwrap_or_default();
            let field = match source.strip_prefix('@') {
                None => source.strip_prefix('!').unwrap_or(source),
                // What a page or a campaign brings has any name.
                Some(visitor) => match visitor.strip_prefix("consent.") {
                    None => continue,
                    Some(consent) => parts(consent, '.').next().unwrap_or_default(),
                },
            };
            if way.fields.is_none_or(|fields| fields.get(field).is_none()) {
                let names = &mut entries(way.fields).iter().map(|(name, _)| name.as_ref());
                let more = More { meant: meant(field, names), ..More::default() };
                self.closed(&way.at("map", param), FIELD.name, more);
            }
        }
    }

    /// What the call does not have, or not like this.
    fn unknown(&mut self, way: &Way<'_>) {
        for issue in way.tried(&|_| true) {
            let param = last(&issue.field);
            let has =
                |member: Option<&Value<'_>>| member.is_some_and(|all| all.get(param).is_some());
            let (constant, mapped) = (has(way.constants), has(way.map));
            if issue.code == UNKNOWN && (constant || mapped) {
                let names = &mut way.params().map(|field| field.name);
                let more = More {
                    meant: meant(param, names),
                    // Leads without it are none the worse; a constant is in each.
                    param: if constant { "" } else { param },
                    ..More::default()
                };
                let member = if constant { "constants" } else { "map" };
                self.closed(&way.at(member, param), PARAM.name, more);
            } else if constant && !is_missing(&issue) {
                let more = More { limit: &issue.message, ..More::default() };
                self.closed(&way.at("constants", param), CONSTANT_VALUE.name, more);
            }
        }
    }

    /// What a lead may lack that the call needs.
    fn missing(&mut self, way: &Way<'_>) {
        let is_sure = |source: &str| {
            let field = way.fields.and_then(|fields| fields.get(source));
            field.and_then(|field| field.get("required")) == Some(&Value::Bool(true))
        };
        for issue in way.tried(&is_sure).iter().filter(|issue| is_missing(issue)) {
            let param = issue.limit.as_deref().unwrap_or_else(|| last(&issue.field));
            // An id of the account's own, which no visitor knows.
            let is_own = way.params().any(|field| {
                field.name == issue.field && matches!(field.kind, Kind::Integer | Kind::Id)
            });
            let (member, code) =
                if is_own { ("constants", CONSTANT.name) } else { ("map", REQUIRED.name) };
            // Of what may be empty, leads that fill it are none the worse.
            let is_mapped = way.map.is_some_and(|map| map.get(param).is_some());
            let without = if is_mapped { ["!", param].concat() } else { String::new() };
            let more = More { limit: param, param: &without, ..More::default() };
            self.closed(&way.at(member, param), code, more);
        }
    }
}

impl Way<'_> {
    fn at(&self, member: &str, param: &str) -> String {
        below(&below(&self.place, member), param)
    }

    fn params(&self) -> impl Iterator<Item = &'static Field<'static>> {
        self.write.row(self.version).params.fields.iter()
    }

    /// What stops the call where a lead fills the parameters of these sources.
    fn tried(&self, fills: &dyn Fn(&str) -> bool) -> Vec<Issue> {
        let mut mapping = Mapping::default();
        for (param, source) in entries(self.map) {
            if fills(text(Some(source)).unwrap_or_default()) {
                mapping.map.push((param.clone().into_owned(), PROBE.to_owned()));
            }
        }
        for (name, value) in entries(self.constants) {
            mapping.constants.push((name.clone().into_owned(), value.clone().into_owned()));
        }
        let lead = Value::Map(vec![(PROBE.into(), Value::from(PROBE))]);
        let params = capture::params(self.system, &lead, &Visitor::default(), &mapping);
        let mut issues = self.write.check(params, self.version).issues;
        issues.retain(|issue| issue.severity == Severity::Error);
        issues
    }
}

/// Whether a parameter is not there.
fn is_missing(issue: &Issue) -> bool {
    issue.code != UNKNOWN && MISSING.contains(&issue.code.as_ref())
}

/// The parameter of `input[0].leadFormFields.email`.
fn last(field: &str) -> &str {
    parts(field, '.').last().unwrap_or(field)
}
