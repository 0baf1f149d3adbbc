//! The way of a form to an account: each parameter that it names, beside what the system has.

use super::fields::{Known, Stands, marketo, of_form, pardot, stem};
use super::{Heard, Next, find, next, outcome, wrong};
use crate::capture::Mapping;
use crate::catalogue::{operation, recipe};
use crate::check::form::Form;
use crate::check::report::{Issue, Severity};
use crate::code::{self, found};
use crate::crm::outcome::Outcome;
use crate::crm::request::{Account, System};
use crate::value::{Entries, Value, decimal};
use std::borrow::Cow;

/// Where each system says which fields it has, the parameter of the first question, and the constant that it is; of the
/// prospects API all are known.
const QUESTIONS: &[(System, [&str; 2], &str, &str)] = &[
    (System::Marketo, ["marketo.form.fields", "marketo.lead.describe"], "id", "formId"),
    (System::Pardot, ["pardot.customField.query", ""], "", ""),
];

/// The most that Pardot lists at once.
const PAGE: usize = 200;

/// What is wrong with the way of a form to an account, by what the account's system has.
pub fn mapping(account: &Account, mapping: &Mapping, form: &Form<'_>, heard: &[Heard]) -> Next {
    let Some(write) = recipe(account.system).and_then(|recipe| operation(recipe.write)) else {
        return Next::Found(Vec::new());
    };
    let is_marketo = account.system == System::Marketo;
    let mut issues = Vec::new();
    // What the write itself says of what is the same for each lead, and of what nothing is there for.
    let params: Entries<'_> = mapping
        .constants
        .iter()
        .map(|(name, value)| (Cow::Borrowed(name.as_str()), value.clone()))
        .collect();
    for issue in write.check(params, account.version.unwrap_or(4)).issues {
        let is_missing = issue.code == code::REQUIRED.name();
        // Marketo's lead is a record that the relay makes.
        let is_made = issue.field == "input" || is_mapped(mapping, &issue.field);
        match issue.severity {
            Severity::Error if is_missing && is_made => {}
            Severity::Error if is_missing => {
                find(&mut issues, &issue.field, &found::MISSING, "", true);
            }
            Severity::Error => issues.push(issue),
            Severity::Warning => {}
        }
    }
    let Some((_, [first, second], param, constant)) =
        QUESTIONS.iter().find(|row| row.0 == account.system)
    else {
        compare(mapping, form, &of_form(&write.params), false, false, &mut issues);
        return Next::Found(issues);
    };
    let mut params = Entries::new();
    if is_marketo {
        match constant_of(mapping, constant) {
            Some(id) if issues.is_empty() => params.push((Cow::Borrowed(*param), id.clone())),
            // The write's own check has said what is wrong with it.
            _ => return Next::Found(issues),
        }
    }
    let Some(reply) = heard.first() else { return question(first, params, account) };
    let (own, own_unread) = records(first, account, reply, &mut issues);
    let is_known = own_unread || !own.is_empty();
    if is_marketo && !is_known {
        find(&mut issues, constant, &found::FORM, "", true);
        return Next::Found(issues);
    }
    if !is_marketo {
        // There may be more of them.
        let unread = own_unread || own.len() >= PAGE;
        compare(mapping, form, &pardot(&own), unread, false, &mut issues);
        return Next::Found(issues);
    }
    let Some(reply) = heard.get(1) else { return question(second, Entries::new(), account) };
    let (all, unread) = records(second, account, reply, &mut issues);
    let known = marketo((!own_unread).then_some(&own), &all);
    compare(mapping, form, &known, unread, true, &mut issues);
    Next::Found(issues)
}

/// One of the questions.
fn question(name: &str, params: Entries<'_>, account: &Account) -> Next {
    match operation(name) {
        Some(asked) => next(asked.request(params, account)),
        None => Next::Found(Vec::new()),
    }
}

/// What one came to, and whether it came to nothing that can be read, which is found then. Where there is nothing of what was
/// asked about, there are no records.
#[inline(never)]
fn records(
    name: &str,
    account: &Account,
    heard: &Heard,
    issues: &mut Vec<Issue>,
) -> (Vec<Value<'static>>, bool) {
    let outcome = outcome(name, account, heard);
    if let Outcome::Found { records, .. } = outcome {
        return (records, false);
    }
    let mut why = wrong(outcome);
    let Some(why) = why.pop() else { return (Vec::new(), true) };
    if why.code == "not_found" {
        return (Vec::new(), false);
    }
    find(issues, "", &found::UNREAD, why.limit.as_deref().unwrap_or(&why.code), false);
    (Vec::new(), true)
}

fn is_mapped(mapping: &Mapping, name: &str) -> bool {
    mapping.map.iter().any(|(param, _)| param == name)
}

fn constant_of<'m>(mapping: &'m Mapping, name: &str) -> Option<&'m Value<'static>> {
    mapping.constants.iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

/// The field of a parameter. Several values have a number each; what Pardot's lists and criteria are called ends in one.
fn field_of<'k>(known: &'k [Known<'k>], param: &str) -> Option<&'k Known<'k>> {
    known
        .iter()
        .find(|known| known.name == param)
        .or_else(|| known.iter().find(|known| known.name == stem(param)))
}

/// Each parameter beside what the system has. Where not all of its fields were read, a name says nothing.
fn compare(
    mapping: &Mapping,
    form: &Form<'_>,
    known: &[Known<'_>],
    unread: bool,
    is_marketo: bool,
    issues: &mut Vec<Issue>,
) {
    let names = |param: &str| unread || matches!(stem(param), "list" | "profile_criteria");
    for (param, source) in &mapping.map {
        let found = field_of(known, param);
        match found.map(|known| known.stands) {
            None if names(param) => {}
            None => find(issues, param, &found::UNKNOWN, "", true),
            Some(Stands::Aside) => find(issues, param, &found::NOT_ON_FORM, "", true),
            Some(Stands::ReadOnly) => find(issues, param, &found::READ_ONLY, "", true),
            Some(Stands::Open) => {}
        }
        let known = found.copied().unwrap_or_default();
        let name = source.strip_prefix('!').unwrap_or(source);
        // What comes with a visitor is known only of who consented.
        let of_visitor = name.starts_with('@');
        let Some(field) = form.field(name).filter(|_| !of_visitor) else {
            if !of_visitor {
                find(issues, param, &found::NO_SOURCE, name, true);
            } else if known.required {
                find(issues, param, &found::OPTIONAL, name, false);
            }
            continue;
        };
        if known.required && !field.required {
            find(issues, param, &found::OPTIONAL, name, false);
        }
        if !known.fits(field) {
            find(issues, param, &found::TYPE, known.word, true);
        } else if known.is_shorter_than(field) {
            find(issues, param, &found::LONG, &decimal(known.most), false);
        }
    }
    for (param, value) in &mapping.constants {
        // Marketo's are of the call, not of the lead.
        if is_marketo || issues.iter().any(|issue| issue.field == *param) {
            continue;
        }
        match field_of(known, param) {
            None if names(param) => {}
            None => find(issues, param, &found::UNKNOWN, "", true),
            Some(known) if known.takes(value.clone()) => {}
            Some(known) => find(issues, param, &found::TYPE, known.word, true),
        }
    }
    for known in known.iter().filter(|known| known.required && known.stands == Stands::Open) {
        let is_named = is_mapped(mapping, known.name)
            || constant_of(mapping, known.name).is_some()
            || issues.iter().any(|issue| issue.field == known.name);
        if !is_named {
            find(issues, known.name, &found::MISSING, "", true);
        }
    }
}
