//! The border to JavaScript, and the only code that knows it.
//!
//! The hot calls take and give one packed text ([`tape`]); the shim in `pkg/src` makes the objects. The wide and rare
//! ones of the edge build are in [`edge`].

#![allow(
    unreachable_pub,
    reason = "wasm-bindgen exports only what is `pub`; Rust's own callers cannot reach it and need not"
)]

#[cfg(feature = "edge")]
mod edge;
mod tape;

use crate::catalogue::{operation, operations};
use crate::code;
use crate::field::{Field, Kind};
use crate::form::Form;
use crate::operation::{Operation, Refusal};
use crate::report::Issue;
use crate::request::{Account, Payload, System};
use crate::rules;
use crate::systems::relay;
use crate::value::Value;
use std::cell::RefCell;
use tape::Tape;
use wasm_bindgen::prelude::*;

/// Smaller and faster than the default; nothing is ever given back to the host either way.
#[allow(unsafe_code, reason = "a global allocator is unsafe by its nature")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

thread_local! {
    /// The forms of this instance with the specs that they were made from. They are few and live as long as the page.
    static FORMS: RefCell<Vec<(String, Form)>> = const { RefCell::new(Vec::new()) };
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = URL)]
    type HostUrl;

    #[wasm_bindgen(constructor, catch, js_class = "URL")]
    fn new(text: &str) -> Result<HostUrl, JsValue>;

    #[wasm_bindgen(method, getter, js_class = "URL")]
    fn hostname(this: &HostUrl) -> String;
}

/// An IDN domain by the host's own URL parser: the tables are too heavy for a page.
fn to_ascii(domain: &str) -> Option<String> {
    HostUrl::new(&["https://", domain].concat()).ok().map(|url| url.hostname())
}

/// Makes a form of a packed spec. Answers `{ form }`, its number, or `{ issues }`.
#[wasm_bindgen]
pub fn form(spec: &str) -> String {
    rules::idn::set_host(to_ascii);
    let mut tape = Tape::open();
    let number: Result<usize, Vec<Issue>> = FORMS.with_borrow_mut(|forms| {
        if let Some(known) = forms.iter().position(|(known, _)| known == spec) {
            return Ok(known);
        }
        let form = Form::from_spec(&tape::read(spec))?;
        forms.push((spec.to_owned(), form));
        Ok(forms.len().saturating_sub(1))
    });
    match number {
        Ok(number) => {
            tape.name("form");
            tape.value(&Value::Number(
                crate::form::decimal(i64::try_from(number).unwrap_or(i64::MAX)).into(),
            ));
        }
        Err(issues) => tape.issues(&issues),
    }
    tape.close()
}

fn with_form<T: Default>(number: usize, act: impl FnOnce(&Form) -> T) -> T {
    FORMS.with_borrow(|forms| forms.get(number).map(|(_, form)| act(form)).unwrap_or_default())
}

/// Checks packed values: `{ ok, values, issues }`.
#[wasm_bindgen]
pub fn check(number: usize, values: &str) -> String {
    with_form(number, |form| {
        let mut tape = Tape::open();
        tape.report(&form.check(tape::read_entries(values)));
        tape.close()
    })
}

/// Checks one packed value as a field of a form: `{ ok, value, issues, flags, … }`.
#[wasm_bindgen]
pub fn check_field(number: usize, name: &str, value: &str) -> String {
    with_form(number, |form| field_report(&form.check_field(name, tape::read(value))))
}

/// Checks one packed value as a kind.
#[wasm_bindgen]
pub fn check_kind(kind: &str, value: &str, required: bool) -> String {
    rules::idn::set_host(to_ascii);
    let kind = Kind::from_name(kind).unwrap_or(Kind::Text);
    let field = Field { required, ..Field::new("", kind) };
    field_report(&rules::check(&field, tape::read(value)))
}

fn field_report(report: &crate::report::FieldReport<'_>) -> String {
    let mut tape = Tape::open();
    tape.field_report(report);
    if let Some(national) = report.value.as_text().and_then(rules::phone::national) {
        tape.name("national");
        tape.text(&national);
    }
    tape.close()
}

/// Checks packed values and builds the operation's request of them in one crossing: `{ ok, values, issues, payload? }`.
#[wasm_bindgen]
pub fn form_payload(number: usize, values: &str, name: &str) -> String {
    with_form(number, |form| {
        let report = form.check(tape::read_entries(values));
        let mut tape = Tape::open();
        tape.report(&report);
        if report.ok() {
            match operation(name).ok_or_else(unknown_operation).and_then(|op| op.payload(report.values, 4)) {
                Ok(payload) => {
                    tape.name("payload");
                    tape.0.push('{');
                    write_payload(&mut tape, &payload);
                    tape.0.push('}');
                }
                Err(refusal) => write_refusal(&mut tape, &refusal),
            }
        }
        tape.close()
    })
}

/// Builds an operation's request: `{ method, path, headers, body }` or `{ code, issues }`.
#[wasm_bindgen]
pub fn payload(name: &str, params: &str) -> String {
    answer(name, |operation| operation.payload(tape::read_entries(params), 4), write_payload)
}

/// Builds a whole request for a packed account: `{ method, url, headers, body }` or `{ code, issues }`.
#[wasm_bindgen]
pub fn request(name: &str, params: &str, account: &str) -> String {
    answer(
        name,
        |operation| operation.request(tape::read_entries(params), &read_account(&tape::read(account))?),
        |tape, request| {
            tape.name("url");
            tape.text(&request.url);
            write_head(tape, request.method, &request.headers, request.body.as_deref());
        },
    )
}

/// Reads the relay's packed answer into an outcome.
#[wasm_bindgen]
pub fn read_relay(status: u16, body: &str) -> String {
    use crate::outcome::Outcome;
    let mut tape = Tape::open();
    let mut text = |name: &str, text: &str| {
        tape.name(name);
        tape.text(text);
    };
    match relay::read(status, &tape::read(body)) {
        Outcome::Stored { id, status, warnings } => {
            text("kind", "stored");
            if let Some(id) = &id {
                text("id", id);
            }
            text("status", &status);
            tape.name("warnings");
            let mut list = Tape::default();
            list.issues(&warnings);
            tape.0.push_str(list.0.split_once('\u{1F}').map_or("[]", |(_, list)| list));
        }
        Outcome::Queued { id } => {
            text("kind", "queued");
            text("id", &id);
        }
        Outcome::Refused { issues } => {
            text("kind", "refused");
            tape.issues(&issues);
        }
        Outcome::Retry { code, .. } => {
            text("kind", "retry");
            text("code", &code);
        }
        _ => {
            text("kind", "unknown");
            text("why", "reply.unreadable");
        }
    }
    tape.close()
}

/// The operations of this build: a list of `{ name, method, path, docs, params }`.
#[wasm_bindgen(js_name = operations)]
pub fn list_operations() -> String {
    let mut tape = Tape(String::from("["));
    for operation in operations() {
        tape.0.push('{');
        for (name, text) in [
            ("name", operation.name),
            ("method", operation.method),
            ("path", operation.path),
            ("docs", operation.docs),
        ] {
            tape.name(name);
            tape.text(text);
        }
        write_params(&mut tape, "params", &operation.params.fields);
        tape.0.push('}');
    }
    tape.0.push(']');
    tape.0
}

fn write_params(tape: &mut Tape, name: &str, fields: &[Field]) {
    tape.name(name);
    tape.0.push('[');
    for field in fields {
        tape.0.push('{');
        tape.name("name");
        tape.text(&field.name);
        tape.name("kind");
        tape.text(field.kind.name());
        tape.name("required");
        tape.yes(field.required);
        if let Some(max) = field.max {
            tape.name("max");
            tape.value(&Value::Number(crate::form::decimal(max).into()));
        }
        if !field.choices.is_empty() {
            tape.name("choices");
            tape.0.push('[');
            for choice in field.choices.iter() {
                tape.text(choice);
            }
            tape.0.push(']');
        }
        if !field.fields.is_empty() {
            write_params(tape, "fields", field.fields);
        }
        tape.0.push('}');
    }
    tape.0.push(']');
}

fn answer<T>(
    name: &str,
    make: impl FnOnce(&'static Operation) -> Result<T, Refusal>,
    write: impl FnOnce(&mut Tape, &T),
) -> String {
    let mut tape = Tape::open();
    match operation(name).ok_or_else(unknown_operation).and_then(make) {
        Ok(built) => write(&mut tape, &built),
        Err(refusal) => write_refusal(&mut tape, &refusal),
    }
    tape.close()
}

fn unknown_operation() -> Refusal {
    Refusal { code: "params.invalid", issues: vec![Issue::error("operation", &code::OPERATION_UNKNOWN)] }
}

fn write_refusal(tape: &mut Tape, refusal: &Refusal) {
    tape.name("code");
    tape.text(refusal.code);
    tape.issues(&refusal.issues);
}

fn write_payload(tape: &mut Tape, payload: &Payload) {
    tape.name("path");
    tape.text(&payload.path);
    write_head(tape, payload.method, &payload.headers, payload.body.as_deref());
}

fn write_head(tape: &mut Tape, method: &str, headers: &[(&str, String)], body: Option<&str>) {
    tape.name("method");
    tape.text(method);
    tape.name("headers");
    tape.0.push('{');
    for (name, value) in headers {
        tape.name(name);
        tape.text(value);
    }
    tape.0.push('}');
    tape.name("body");
    match body {
        Some(body) => tape.text(body),
        None => tape.value(&Value::Null),
    }
}

fn read_account(account: &Value<'_>) -> Result<Account, Refusal> {
    let text = |name| account.get(name).and_then(Value::as_text).map(str::to_owned);
    let system = text("system").as_deref().and_then(System::from_name).ok_or_else(|| Refusal {
        code: "account.invalid",
        issues: vec![Issue::error("system", &code::ACCOUNT_SYSTEM)],
    })?;
    let allow_host = match account.get("allowHost") {
        Some(Value::List(hosts)) => hosts.iter().filter_map(Value::as_text).map(str::to_owned).collect(),
        Some(host) => host.as_text().map(str::to_owned).into_iter().collect(),
        None => Vec::new(),
    };
    Ok(Account {
        version: text("version").map(|version| version.parse().unwrap_or_default()),
        business_unit: text("businessUnit"),
        token: text("token"),
        allow_host,
        ..Account::new(system, &text("baseUrl").unwrap_or_default())
    })
}
