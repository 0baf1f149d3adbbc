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
    let mut lists: [Option<Vec<Value<'static>>>; 2] = [None, None];
    let mut heard = heard.iter();
    let mut unread = false;
    for (_, names, param, constant) in QUESTIONS.iter().filter(|row| row.0 == account.system) {
        for (at, (name, list)) in names.iter().zip(&mut lists).enumerate() {
            let Some(asked) = operation(name) else { continue };
            let mut params = Entries::new();
            if at == 0 && !param.is_empty() {
                match constant_of(mapping, constant) {
                    Some(id) if issues.is_empty() => {
                        params.push((Cow::Borrowed(*param), id.clone()));
                    }
                    // The write's own check has said what is wrong with it.
                    _ => return Next::Found(issues),
                }
            }
            let Some(heard) = heard.next() else { return next(asked.request(params, account)) };
            let (is_there, records) = match outcome(asked, account, heard) {
                Outcome::Found { records, .. } => (!records.is_empty() || at > 0, records),
                Outcome::Refused { issues, .. } if has(&issues, "not_found") => (false, Vec::new()),
                other => {
                    let why = wrong(other).pop();
                    let why = why.map(|issue| issue.limit.unwrap_or(issue.code.into_owned()));
                    find(&mut issues, "", &found::UNREAD, &why.unwrap_or_default(), false);
                    unread = true;
                    continue;
                }
            };
            if is_marketo && !is_there {
                find(&mut issues, constant, &found::FORM, "", true);
                return Next::Found(issues);
            }
            // There may be more of them.
            unread |= !is_marketo && records.len() >= PAGE;
            *list = Some(records);
        }
    }
    let [first, second] = &lists;
    let second = second.as_deref().unwrap_or_default();
    let known = match account.system {
        System::Marketo => marketo(first.as_deref(), second),
        System::Pardot => pardot(first.as_deref().unwrap_or_default()),
        _ => of_form(write.params),
    };
    compare(mapping, form, &known, unread, is_marketo, &mut issues);
    Next::Found(issues)
}

fn has(issues: &[Issue], code: &str) -> bool {
    issues.iter().any(|issue| issue.code == code)
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
