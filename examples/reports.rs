//! What native code says of forms, as one line of ASCII each: the same as `tests/identical/reports.mjs` writes.
//!
//! Reads JSON lines: first the specs, then `[spec, [[name, value], …]]` for each form, or an operation's name in the place
//! of the spec's number: what its payload is, as `tests/identical/calls.mjs` writes it; or both in a list, with other parameters: what is
//! made of the form's values. An object asks what `tests/sentences.test.mjs` wants to know: the sentence of a code, or what a reply says.

#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use fieldpost::report::{FieldReport, Issue, Report};
use fieldpost::rules;
use fieldpost::systems::token::{self, Grant};
use fieldpost::value::Entries;
use fieldpost::{
    Form, Kind, Payload, Refusal, Reply, Severity, Spec, System, Value, code, operation,
};
use std::borrow::Cow;
use std::error::Error;
use std::io::{BufRead, Write, stdin, stdout};

fn main() -> Result<(), Box<dyn Error>> {
    let mut lines = stdin().lock().lines();
    let Value::List(specs) = serde_json::from_str(&lines.next().ok_or("no specs")??)? else {
        return Err("the first line is no list of specs".into());
    };
    let specs: Vec<Spec> = specs.iter().map(Spec::from).collect();
    let mut forms = Vec::new();
    for spec in &specs {
        forms.push(Form::from_spec(spec).map_err(|issues| format!("{issues:?}"))?);
    }
    // It writes line by line: who asks waits for each.
    let mut out = stdout().lock();
    for line in lines {
        let (whose, entries): (Value<'static>, Vec<(String, Value<'static>)>) =
            serde_json::from_str(&line?)?;
        let values: Entries<'_> = entries
            .iter()
            .map(|(name, value)| (Cow::Borrowed(name.as_str()), value.clone()))
            .collect();
        if let Value::Text(name) = &whose {
            writeln!(out, "{}", call(name, values)?)?;
            continue;
        }
        if let Value::List(both) = &whose {
            let [spec, name, Value::Map(others)] = &both[..] else {
                return Err("no spec, operation and other parameters".into());
            };
            let form = forms.get(number(spec)?).ok_or("no such spec")?;
            let name = name.as_text().unwrap_or_default();
            writeln!(out, "{}", typed(form, name, values, others.clone())?)?;
            continue;
        }
        if let Value::Map(_) = &whose {
            writeln!(out, "{}", said(&whose)?)?;
            continue;
        }
        let form = forms.get(number(&whose)?).ok_or("no such spec")?;
        let report = form.check(values);
        let alone = entries.first().map(|(name, value)| {
            let phone = form.field(name).is_some_and(|field| field.kind == Kind::Phone);
            (phone, form.check_field(name, value.clone()))
        });
        let line = list([
            report.ok().to_string(),
            values_of(&report),
            list(report.issues.iter().map(issue)),
            alone.map_or("null".to_owned(), |(phone, alone)| field(&alone, phone)),
        ]);
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// The sentence of `code`; or the outcome of a reply, to the call of an operation or to a sign-in.
fn said(asked: &Value<'_>) -> Result<String, Box<dyn Error>> {
    let word = |name| asked.get(name).and_then(Value::as_text).unwrap_or_default();
    if let Some(row) = code::all().find(|row| row.name == word("code")) {
        return Ok(text(row.sentence));
    }
    let (status, body) = (word("status").parse()?, word("body").to_owned());
    let reply = Reply { status, body, ..Reply::default() };
    let outcome = if let Some(operation) = operation(word("operation")) {
        operation.row(word("version").parse()?).read(&reply)
    } else {
        let system = System::from_name(word("system")).ok_or("no such system")?;
        let ways = [Grant::Client, Grant::Refresh, Grant::Assertion];
        let grant = ways.into_iter().find(|grant| grant.name() == word("grant"));
        match token::read(&reply, system, grant.ok_or("no such way to sign in")?) {
            Ok(_) => return Err("nobody asked for a token".into()),
            Err(outcome) => outcome,
        }
    };
    Ok(serde_json::to_string(&outcome)?)
}

fn number(value: &Value<'_>) -> Result<usize, Box<dyn Error>> {
    Ok(value.as_text().unwrap_or_default().parse()?)
}

/// What was typed into a form, and the payload that an operation makes of it and of its owner's other parameters.
fn typed(
    form: &Form,
    name: &str,
    values: Entries<'_>,
    others: Entries<'_>,
) -> Result<String, Box<dyn Error>> {
    let operation = operation(name).ok_or("no such operation")?;
    let report = form.check(values);
    let said = [report.ok().to_string(), values_of(&report), list(report.issues.iter().map(issue))];
    if !report.ok() {
        return Ok(list(said.into_iter().chain(["null".to_owned()])));
    }
    let mut params: Entries<'_> = others;
    let clean =
        report.values.iter().map(|(name, value)| (Cow::Borrowed(name.as_ref()), value.clone()));
    if name == "relay.lead.submit" {
        params.push((Cow::Borrowed("values"), Value::Map(clean.collect())));
    } else {
        // A box that was not ticked is no parameter of a CRM's.
        params.extend(clean.filter(|(_, value)| !matches!(value, Value::Bool(false))));
    }
    Ok(match operation.payload(params, 4) {
        Ok(Payload { method, path, body, .. }) => {
            let payload =
                list([text(method), text(&path), body.as_deref().map_or("null".to_owned(), text)]);
            list(said.into_iter().chain([payload]))
        }
        Err(Refusal { code, issues }) => list([text(code), list(issues.iter().map(issue))]),
    })
}

/// The payload of an operation or why there is none, and all that its check says.
fn call(name: &str, params: Entries<'_>) -> Result<String, Box<dyn Error>> {
    let operation = operation(name).ok_or("no such operation")?;
    let checked = list(operation.check(params.clone(), 4).issues.iter().map(issue));
    Ok(match operation.payload(params, 4) {
        Ok(Payload { method, path, body, .. }) => list([
            text(method),
            text(&path),
            body.as_deref().map_or("null".to_owned(), text),
            checked,
        ]),
        Err(Refusal { code, issues }) => {
            list([text(code), list(issues.iter().map(issue)), checked])
        }
    })
}

fn values_of(report: &Report) -> String {
    list(report.values.iter().map(|(name, value)| list([text(name), plain(value)])))
}

fn field(report: &FieldReport, phone: bool) -> String {
    let maybe = |text: Option<&str>| text.map_or("null".to_owned(), self::text);
    list([
        report.ok().to_string(),
        plain(&report.value),
        list(report.issues.iter().map(issue)),
        list(report.flags.names().map(text)),
        maybe(report.ext.as_deref()),
        maybe(report.region),
        maybe(report.value.as_text().filter(|_| phone).and_then(rules::phone::national).as_deref()),
    ])
}

fn issue(issue: &Issue) -> String {
    let severity = if issue.severity == Severity::Error { "error" } else { "warning" };
    let suggestion = issue.suggestion.as_deref().map_or("null".to_owned(), text);
    list([text(&issue.field), text(&issue.code), text(severity), text(&issue.message), suggestion])
}

fn plain(value: &Value<'_>) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(yes) => yes.to_string(),
        Value::Number(number) => text(number),
        Value::Text(words) => text(words),
        Value::List(items) => list(items.iter().map(plain)),
        // No kind of a visitor's form keeps one.
        Value::Map(_) => "{}".to_owned(),
    }
}

fn list(parts: impl IntoIterator<Item = String>) -> String {
    ["[", &parts.into_iter().collect::<Vec<_>>().join(","), "]"].concat()
}

/// A JSON text as JavaScript writes it, with everything beyond ASCII escaped.
fn text(text: &str) -> String {
    let mut json = String::from("\"");
    for unit in text.encode_utf16() {
        match unit {
            0x08 => json.push_str("\\b"),
            0x09 => json.push_str("\\t"),
            0x0A => json.push_str("\\n"),
            0x0C => json.push_str("\\f"),
            0x0D => json.push_str("\\r"),
            0x22 => json.push_str("\\\""),
            0x5C => json.push_str("\\\\"),
            0x20..=0x7E => json.extend(char::from_u32(u32::from(unit))),
            _ => write_escape(unit, &mut json),
        }
    }
    json.push('"');
    json
}

fn write_escape(unit: u16, json: &mut String) {
    json.push_str("\\u");
    for shift in [12, 8, 4, 0] {
        json.extend(char::from_digit(u32::from(unit >> shift & 0xF), 16));
    }
}
