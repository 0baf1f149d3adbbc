//! The packed text of the hot calls: one string in, one string out, no object crosses.
//!
//! A value is a tag and what follows: `0` null, `t` yes, `f` no, `n` a number's text and `s` a text, both up to U+001F,
//! `[` values `]`, `{` names (up to U+001F) and values `}`. The shim takes U+001F out of texts before it packs them.

use crate::report::{FieldReport, Issue, Report, Severity};
use crate::value::{Entries, Value};
use std::borrow::Cow;

/// Ends a text.
const END: char = '\u{1F}';

/// How deep a tape may nest; parameters go four deep.
const MAX_DEPTH: u8 = 32;

/// Reads one value; whatever is malformed is null.
pub(crate) fn read(tape: &str) -> Value<'_> {
    let mut rest = tape;
    value(&mut rest, 0).unwrap_or_default()
}

/// Reads named values.
pub(crate) fn read_entries(tape: &str) -> Entries<'_> {
    match read(tape) {
        Value::Map(entries) => entries,
        _ => Vec::new(),
    }
}

fn value<'t>(rest: &mut &'t str, depth: u8) -> Option<Value<'t>> {
    let (tag, tail) = rest.split_at_checked(1)?;
    *rest = tail;
    Some(match tag {
        "t" => Value::Bool(true),
        "f" => Value::Bool(false),
        "n" => Value::Number(Cow::Borrowed(text(rest)?)),
        "s" => Value::Text(Cow::Borrowed(text(rest)?)),
        "[" if depth < MAX_DEPTH => {
            let mut items = Vec::new();
            while !close(rest, ']') {
                items.push(value(rest, depth.saturating_add(1))?);
            }
            Value::List(items)
        }
        "{" if depth < MAX_DEPTH => {
            let mut entries = Vec::with_capacity(8);
            while !close(rest, '}') {
                let name = text(rest)?;
                entries.push((Cow::Borrowed(name), value(rest, depth.saturating_add(1))?));
            }
            Value::Map(entries)
        }
        "0" => Value::Null,
        _ => return None,
    })
}

fn text<'t>(rest: &mut &'t str) -> Option<&'t str> {
    // One byte long, so that the search is over bytes.
    let at = rest.as_bytes().iter().position(|byte| *byte == 0x1F)?;
    let (text, tail) = rest.split_at_checked(at)?;
    *rest = tail.get(1..)?;
    Some(text)
}

fn close(rest: &mut &str, bracket: char) -> bool {
    match rest.strip_prefix(bracket) {
        Some(tail) => {
            *rest = tail;
            true
        }
        // A tape that ends early closes everything.
        None => rest.is_empty(),
    }
}

/// A tape that is being written.
#[derive(Default)]
pub(crate) struct Tape(pub(crate) String);

impl Tape {
    pub(crate) fn open() -> Self {
        let mut tape = String::with_capacity(256);
        tape.push('{');
        Tape(tape)
    }

    pub(crate) fn close(mut self) -> String {
        self.0.push('}');
        self.0
    }

    pub(crate) fn name(&mut self, name: &str) {
        self.0.push_str(name);
        self.0.push(END);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.0.push('s');
        // A text that came as JSON may hold the tape's own mark.
        if text.as_bytes().contains(&0x1F) {
            self.0.extend(text.chars().filter(|character| *character != END));
        } else {
            self.0.push_str(text);
        }
        self.0.push(END);
    }

    pub(crate) fn yes(&mut self, yes: bool) {
        self.0.push(if yes { 't' } else { 'f' });
    }

    pub(crate) fn value(&mut self, value: &Value<'_>) {
        match value {
            Value::Null => self.0.push('0'),
            Value::Bool(yes) => self.yes(*yes),
            Value::Number(digits) => {
                self.0.push('n');
                self.0.push_str(digits);
                self.0.push(END);
            }
            Value::Text(text) => self.text(text),
            Value::List(items) => {
                self.0.push('[');
                for item in items {
                    self.value(item);
                }
                self.0.push(']');
            }
            Value::Map(entries) => {
                self.0.push('{');
                self.entries(entries);
                self.0.push('}');
            }
        }
    }

    pub(crate) fn entries(&mut self, entries: &Entries<'_>) {
        for (name, value) in entries {
            self.name(name);
            self.value(value);
        }
    }

    pub(crate) fn issues(&mut self, issues: &[Issue]) {
        self.name("issues");
        self.0.push('[');
        for issue in issues {
            self.0.push('{');
            for (name, text) in [
                ("field", issue.field.as_str()),
                ("code", &issue.code),
                ("severity", if issue.severity == Severity::Error { "error" } else { "warning" }),
                ("message", &issue.message),
            ] {
                self.name(name);
                self.text(text);
            }
            if let Some(suggestion) = &issue.suggestion {
                self.name("suggestion");
                self.text(suggestion);
            }
            self.0.push('}');
        }
        self.0.push(']');
    }

    pub(crate) fn report(&mut self, report: &Report<'_>) {
        self.name("ok");
        self.yes(report.ok());
        self.name("values");
        self.0.push('{');
        self.entries(&report.values);
        self.0.push('}');
        self.issues(&report.issues);
    }

    pub(crate) fn field_report(&mut self, report: &FieldReport<'_>) {
        self.name("ok");
        self.yes(report.ok());
        self.name("value");
        self.value(&report.value);
        self.issues(&report.issues);
        self.name("flags");
        self.0.push('[');
        for flag in report.flags.names() {
            self.text(flag);
        }
        self.0.push(']');
        if let Some(ext) = &report.ext {
            self.name("ext");
            self.text(ext);
        }
        if let Some(region) = report.region {
            self.name("region");
            self.text(region);
        }
    }
}
