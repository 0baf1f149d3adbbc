//! Every limit of the catalogue, met and passed by one: each parameter's kind, length, range, count and choices, and what
//! must hold between parameters. The tables say what to try, so that a new row is tried by itself.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::too_many_lines,
    clippy::cast_sign_loss,
    clippy::cast_possible_truncation,
    reason = "a test that cannot go on has failed, and its counts are its result"
)]

use fieldpost::form::{Constraint, Unknown};
use fieldpost::operation::{Check, Must, Rule};
use fieldpost::value::Entries;
use fieldpost::{Field, Issue, Kind, Operation, Severity, System, Value, operations};
use serde_json::Value as Json;

/// Parameters of each row that fit, of the cases that are built.
fn base(operation: &Operation, version: u8) -> Entries<'static> {
    let files = [
        include_str!("cases/request.json"),
        include_str!("cases/request-prospects.json"),
        include_str!("cases/request-pardot.json"),
        include_str!("cases/request-marketo.json"),
    ];
    let cases = files.iter().flat_map(|text| serde_json::from_str::<Vec<Json>>(text).unwrap());
    cases
        .filter(|case| case["operation"] == operation.name && case["params"].is_object())
        .filter_map(|case| match serde_json::from_str(&case["params"].to_string()).unwrap() {
            Value::Map(params) => Some(params),
            _ => None,
        })
        .find(|params| operation.check(params.clone(), version).ok())
        .unwrap_or_else(|| panic!("{} version {version} has no case that is built", operation.name))
}

/// Where a field stands: the names of the records around it, and whether each is a list.
type Place = Vec<(&'static str, bool)>;

/// Puts a value at a place, or takes it away.
fn put(
    params: &mut Entries<'static>,
    place: &[(&'static str, bool)],
    name: &'static str,
    value: Option<Value<'static>>,
) {
    let Some(((outer, is_list), rest)) = place.split_first() else {
        params.retain(|(known, _)| known != name);
        params.extend(value.map(|value| (name.into(), value)));
        return;
    };
    if !params.iter().any(|(known, _)| known == outer) {
        let empty = Value::Map(Vec::new());
        params.push(((*outer).into(), if *is_list { Value::List(vec![empty]) } else { empty }));
    }
    let (_, inner) = params.iter_mut().find(|(known, _)| known == outer).unwrap();
    // A batch that is keyed is a list as well.
    if let (true, Value::Map(_)) = (is_list, &inner) {
        return;
    }
    let record = match inner {
        Value::List(items) => items.first_mut(),
        other => Some(other),
    };
    if let Some(Value::Map(record)) = record {
        put(record, rest, name, value);
    }
}

fn at(place: &[(&'static str, bool)], name: &str) -> String {
    let outer: String = place
        .iter()
        .flat_map(|(outer, is_list)| [*outer, if *is_list { "[0]." } else { "." }])
        .collect();
    outer + name
}

fn list(count: i64) -> Value<'static> {
    Value::List((1..=count).map(|at| Value::from(format!("{at}"))).collect())
}

/// So many records like the first, each with keys of its own.
fn several(like: &Value<'static>, count: i64) -> Value<'static> {
    let first = match like {
        Value::List(items) => items.first().cloned(),
        _ => None,
    };
    let first = first.unwrap_or_else(|| Value::Map(vec![("id".into(), Value::Number("7".into()))]));
    let copy = |number: i64| match &first {
        Value::Map(members) => {
            let own = |(name, value): &(std::borrow::Cow<'static, str>, Value<'static>)| {
                let value = match name.as_ref() {
                    "id" | "leadId" => Value::Number((number + 7).to_string().into()),
                    "email" => Value::from(format!("copy{number}@example.com")),
                    "name" | "displayName" => Value::from(format!("copy{number}")),
                    "fid" => Value::from(format!("00Q{number:012}")),
                    _ => value.clone(),
                };
                (name.clone(), value)
            };
            Value::Map(members.iter().map(own).collect())
        }
        other => other.clone(),
    };
    Value::List((0..count).map(copy).collect())
}

fn letters(count: i64) -> Value<'static> {
    Value::from("x".repeat(count as usize))
}

/// What a parameter must refuse, with the limit that the issue names; and what it must take.
fn tries(
    field: &Field<'static>,
    like: &Value<'static>,
) -> (Vec<(Value<'static>, Option<String>)>, Vec<Value<'static>>) {
    let (mut bad, mut good): (Vec<(Value<'static>, Option<String>)>, Vec<Value<'static>>) =
        (Vec::new(), Vec::new());
    let number = |number: i64| Value::Number(number.to_string().into());
    let wrong = |bad: &mut Vec<_>, text: &'static str| bad.push((Value::from(text), None));
    match field.kind {
        Kind::Integer => {
            wrong(&mut bad, "some");
            wrong(&mut bad, "1.5");
            for (limit, beyond) in [(field.min, -1), (field.max, 1)] {
                if let Some(limit) = limit {
                    good.push(number(limit));
                    bad.push((number(limit + beyond), Some(limit.to_string())));
                }
            }
        }
        Kind::Id => {
            wrong(&mut bad, "a@example.com");
            wrong(&mut bad, "-1");
            good.push(number(7));
            good.push(Value::from("7"));
        }
        Kind::Choice => {
            wrong(&mut bad, "no such choice");
            good.extend(field.choices.all().into_iter().map(Value::from));
        }
        Kind::Labels => {
            if let Some(most) = field.max {
                good.push(list(most));
                bad.push((list(most + 1), Some(most.to_string())));
            }
            bad.push((Value::Map(vec![("a".into(), Value::from("b"))]), None));
        }
        Kind::Records => {
            for (limit, beyond) in [(field.min, -1), (field.max, 1)] {
                if let Some(limit) = limit {
                    good.push(several(like, limit));
                    bad.push((several(like, limit + beyond), Some(limit.to_string())));
                }
            }
            wrong(&mut bad, "a text");
        }
        Kind::Boolean => {
            wrong(&mut bad, "perhaps");
            good.extend([Value::Bool(true), Value::Bool(false)]);
        }
        Kind::Email => {
            wrong(&mut bad, "nobody");
            wrong(&mut bad, "5");
            let host = "b.co";
            good.push(Value::from(format!("{}@{host}", "x".repeat(64))));
            bad.push((Value::from(format!("{}@{host}", "x".repeat(65))), None));
        }
        Kind::Ipv4 => {
            wrong(&mut bad, "2001:db8::1");
            wrong(&mut bad, "192.0.2.256");
            good.push(Value::from("192.0.2.255"));
        }
        Kind::Url => wrong(&mut bad, "ftp://example.com/"),
        Kind::Cookie => wrong(&mut bad, "no cookie"),
        Kind::Record => wrong(&mut bad, "a text"),
        Kind::Phone => good.push(Value::from("+12125557890")),
        _ => {
            if let Some(most) = field.max {
                good.push(letters(most));
                bad.push((letters(most + 1), Some(most.to_string())));
            }
            if !matches!(field.kind, Kind::Custom | Kind::Any) {
                bad.push((Value::Map(vec![("a".into(), Value::from("b"))]), None));
            }
        }
    }
    (bad, good)
}

fn errors_at<'i>(issues: &'i [Issue], field: &str) -> Vec<&'i Issue> {
    issues
        .iter()
        .filter(|issue| issue.severity == Severity::Error && issue.field == field)
        .collect()
}

struct Judge {
    operation: &'static Operation,
    version: u8,
    base: Entries<'static>,
    passed: usize,
    wrong: Vec<String>,
}

impl Judge {
    fn issues(&self, params: Entries<'static>) -> Vec<Issue> {
        self.operation.check(params, self.version).issues
    }

    /// A limit that is passed: the issue stands at the parameter, and names the limit.
    fn refuses(&mut self, what: &str, params: Entries<'static>, field: &str, limit: Option<&str>) {
        let issues = self.issues(params);
        let here = errors_at(&issues, field);
        let named = limit.is_none_or(|limit| {
            here.iter().any(|issue| issue.limit.as_deref().is_some_and(|said| said == limit))
        });
        if here.is_empty() || !named {
            self.wrong.push(format!(
                "{} v{}: {what} of {field} is not refused ({limit:?}): {:?}",
                self.operation.name,
                self.version,
                issues
                    .iter()
                    .map(|issue| (&issue.field, &issue.code, &issue.limit))
                    .collect::<Vec<_>>()
            ));
        }
        self.passed += 1;
    }

    fn takes(&mut self, params: Entries<'static>, field: &str) {
        let issues = self.issues(params);
        let limits = [
            "text.long",
            "number.large",
            "number.small",
            "labels.many",
            "params.many",
            "params.few",
            "choice.unknown",
            "integer.invalid",
            "value.kind",
            "email.long",
        ];
        for issue in errors_at(&issues, field)
            .into_iter()
            .filter(|issue| limits.contains(&issue.code.as_ref()))
        {
            self.wrong.push(format!(
                "{} v{}: {field} at its limit: {}",
                self.operation.name, self.version, issue.code
            ));
        }
    }

    fn with(
        &self,
        place: &[(&'static str, bool)],
        name: &'static str,
        value: Option<Value<'static>>,
    ) -> Entries<'static> {
        let mut params = self.base.clone();
        put(&mut params, place, name, value);
        params
    }

    fn fields(&mut self, fields: &'static [Field<'static>], place: &Place) {
        for field in fields {
            let full = at(place, field.name);
            let like = self
                .base
                .iter()
                .find(|(name, _)| name == field.name)
                .map_or(Value::Null, |(_, value)| value.clone());
            if field.required {
                self.refuses("a lack", self.with(place, field.name, None), &full, None);
            }
            let lenient = field.options.has(fieldpost::field::Options::LENIENT);
            let (bad, good) = tries(field, &like);
            // An empty list is one that is not given.
            let optional = |value: &Value<'_>| value.is_empty() && !field.required;
            for (value, limit) in bad.into_iter().filter(|(value, _)| !lenient && !optional(value))
            {
                let limit = limit.filter(|_| !value.is_empty());
                self.refuses(
                    "a value",
                    self.with(place, field.name, Some(value)),
                    &full,
                    limit.as_deref(),
                );
            }
            for value in good {
                self.takes(self.with(place, field.name, Some(value)), &full);
            }
            if matches!(field.kind, Kind::Record | Kind::Records) {
                let mut inner = place.clone();
                inner.push((field.name, field.kind == Kind::Records));
                self.fields(field.fields, &inner);
            }
        }
    }

    /// A value that the parameter takes.
    fn fitting(&self, name: &str) -> Value<'static> {
        let field = self
            .row()
            .params
            .fields
            .iter()
            .find(|field| field.name == name)
            .unwrap_or_else(|| panic!("{name}"));
        match field.kind {
            Kind::Boolean => Value::Bool(true),
            Kind::Choice => Value::from(field.choices.all()[0]),
            Kind::Email => Value::from("a@example.com"),
            Kind::Records => {
                Value::List(vec![Value::Map(vec![("id".into(), Value::Number("7".into()))])])
            }
            _ => Value::from("7"),
        }
    }

    fn row(&self) -> &'static Operation {
        self.operation.row(self.version)
    }

    fn given(&self, names: &[&'static str], without: &[&'static str]) -> Entries<'static> {
        let mut params = self.base.clone();
        params.retain(|(name, _)| {
            !without.contains(&name.as_ref()) && !names.contains(&name.as_ref())
        });
        for name in names {
            params.push(((*name).into(), self.fitting(name)));
        }
        params
    }

    fn constraints(&mut self) {
        for constraint in self.row().params.constraints.iter() {
            match constraint {
                Constraint::OneOf(names) => {
                    let listed = names.join(", ");
                    self.refuses("none", self.given(&[], names), names[0], Some(&listed));
                    self.refuses("two", self.given(&names[..2], names), names[0], Some(&listed));
                }
                Constraint::AnyOf(names) => {
                    self.refuses("none", self.given(&[], names), names[0], Some(&names.join(", ")));
                }
                other => panic!("an operation with {other:?}"),
            }
        }
    }

    fn rules(&mut self) {
        for rule in self.row().more.rules {
            match rule {
                Rule::AtMostOne(names) => {
                    let mut params = self.base.clone();
                    params.extend(names.iter().map(|name| ((*name).into(), Value::from("7"))));
                    self.refuses("two", params, names[1], Some(&names.join(", ")));
                }
                // Its cases are in `cases/request-pardot.json`.
                Rule::Named(_) => {}
            }
        }
    }

    fn checks(&mut self) {
        let text = |text: &'static str| Some(Value::from(text));
        for Check(must, names) in self.row().more.checks {
            let (name, others) = names.split_first().unwrap_or((&"", &[]));
            match must {
                Must::Needs => {
                    self.refuses(
                        "alone",
                        self.given(&[*name], others),
                        name,
                        Some(&others.join(", ")),
                    );
                }
                Must::Sets => {
                    let all: Vec<_> = names.iter().flat_map(|set| set.split(" + ")).collect();
                    let issues = self.issues(self.given(&[], &all));
                    assert!(
                        issues.iter().any(|issue| issue.code == "params.sets"),
                        "{}",
                        self.operation.name
                    );
                    self.passed += 1;
                }
                Must::Overrides => {
                    let issues = self.issues(self.given(&[*name, others[0]], &[]));
                    assert!(
                        issues
                            .iter()
                            .any(|issue| issue.code == "params.overridden"
                                && issue.field == others[0]),
                        "{issues:?}"
                    );
                    self.passed += 1;
                }
                Must::OnlyWith => {
                    let (other, words) = others.split_first().unwrap();
                    let field =
                        self.row().params.fields.iter().find(|field| field.name == *other).unwrap();
                    let choices = field.choices.all();
                    let wrong: Vec<_> =
                        choices.iter().filter(|choice| !words.contains(choice)).collect();
                    for word in wrong {
                        let mut params = self.given(&[*name], &[*other]);
                        params.push(((*other).into(), Value::from(*word)));
                        self.refuses("with another", params, name, None);
                    }
                }
                Must::Times => {
                    for name in *names {
                        for wrong in [
                            "2026-02-30 00:00:00",
                            "2019-12-31 25:59:59",
                            "some day",
                            "2026-01-01T00:00:00X",
                        ] {
                            self.refuses("a time", self.with(&[], name, text(wrong)), name, None);
                        }
                    }
                }
                Must::Timestamp => {
                    for wrong in
                        ["2026-10-31 17:00:00", "2026-10-31T17:00:00", "2026-10-31T25:00:00Z"]
                    {
                        self.refuses("a time", self.with(&[], name, text(wrong)), name, None);
                    }
                }
                Must::Ids => {
                    for name in *names {
                        let params = self.with(
                            &[],
                            name,
                            Some(Value::List(vec![Value::from("1"), Value::from("x2")])),
                        );
                        self.refuses("an id", params, name, None);
                    }
                }
                Must::CountOrFlag => {
                    let text = self.with(&[], name, Some(Value::from("some")));
                    self.refuses("a word", text, name, None);
                }
                Must::TrueOnly => {
                    self.refuses(
                        "false",
                        self.with(&[], name, Some(Value::Bool(false))),
                        name,
                        None,
                    );
                }
                Must::NoComma => {
                    let params = self.with(&[], name, Some(Value::List(vec![Value::from("a,b")])));
                    self.refuses("a comma", params, name, None);
                }
                Must::OptOut => {
                    for name in *names {
                        self.refuses("no way out", self.with(&[], name, text("Buy!")), name, None);
                    }
                }
                Must::Forever => {
                    let issues = self.issues(self.base.clone());
                    assert!(
                        issues
                            .iter()
                            .any(|issue| issue.code == "params.forever" && issue.field == *name)
                    );
                }
                // What one system alone asks for has cases of its own.
                Must::Records
                | Must::Keyed
                | Must::UniqueIds
                | Must::Sync
                | Must::Push
                | Must::NewFields
                | Must::ChangedField
                | Must::Procedure => {}
            }
        }
    }
}

#[test]
fn every_limit_is_met_and_passed_by_one() {
    let mut wrong = Vec::new();
    let mut passed = 0;
    for operation in operations().filter(|operation| operation.system != System::Relay) {
        let versions: &[u8] = if operation.more.older.is_some() { &[4, 3] } else { &[4] };
        for version in versions {
            let mut judge = Judge {
                operation,
                version: *version,
                base: base(operation, *version),
                passed: 0,
                wrong: Vec::new(),
            };
            let fields: &'static [Field<'static>] = &judge.row().params.fields;
            judge.fields(fields, &Vec::new());
            judge.constraints();
            judge.rules();
            judge.checks();
            if matches!(judge.row().params.unknown, Unknown::Refuse) {
                judge.refuses(
                    "a name",
                    judge.with(&[], "no_such_name", Some(Value::from("x"))),
                    "no_such_name",
                    None,
                );
            }
            assert!(judge.passed > 0, "{} passes no limit", operation.name);
            passed += judge.passed;
            wrong.append(&mut judge.wrong);
        }
    }
    println!("{passed} limits passed");
    assert!(wrong.is_empty(), "{} limits:\n{}", wrong.len(), wrong.join("\n"));
}
