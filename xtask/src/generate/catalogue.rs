//! The catalogue as data: what `operations()` gives to a script. No wasm build carries what only this shows.

use super::HEAD;
use super::script::quoted;
use crate::Outcome;
use fieldpost::{CAPTURE, Field, Operation, operations};
use std::fmt::Write;
use std::path::Path;

/// `pkg/src/core/catalogue.gen.ts`. Functions, so that nobody makes the rows who does not ask.
pub(super) fn rows(_: &Path) -> Outcome<String> {
    let mut text = format!("{HEAD}import type {{ OperationInfo }} from \"./types.js\";\n");
    let is_capture =
        |operation: &Operation| CAPTURE.iter().any(|known| known.name == operation.name);
    for (name, what, capture) in [
        ("captures", "The operations that capture a lead: those of the build for pages.", true),
        ("others", "All others.", false),
    ] {
        writeln!(text, "\n/** {what} */\nexport const {name} = (): OperationInfo[] => [")?;
        for operation in operations().filter(|operation| is_capture(operation) == capture) {
            writeln!(text, "  {},", row(operation, capture))?;
        }
        text.push_str("];\n");
    }
    text.push_str("\n/** Those that version 3 of Pardot's API has in another form. */\nexport const older = (): OperationInfo[] => [\n");
    for operation in operations() {
        if let Some(older) = operation.more.older {
            writeln!(text, "  {},", row(older, is_capture(operation)))?;
        }
    }
    text.push_str("];\n");
    Ok(text)
}

fn row(operation: &Operation, capture: bool) -> String {
    let Operation { name, method, path, docs, .. } = operation;
    let [name, method, path, docs] = [name, method, path, docs].map(|text| quoted(text));
    let params = params(&operation.params.fields);
    format!(
        "{{ name: {name}, method: {method}, path: {path}, docs: {docs}, capture: {capture}, params: {params} }}"
    )
}

fn params(fields: &[Field]) -> String {
    format!("[{}]", fields.iter().map(param).collect::<Vec<_>>().join(", "))
}

fn param(field: &Field) -> String {
    let mut members = vec![format!(
        "name: {}, kind: {}, required: {}",
        quoted(field.name),
        quoted(field.kind.name()),
        field.required
    )];
    members.extend(field.max.map(|max| format!("max: {max}")));
    if !field.choices.is_empty() {
        let choices: Vec<String> = field.choices.all().into_iter().map(quoted).collect();
        members.push(format!("choices: [{}]", choices.join(", ")));
    }
    if !field.fields.is_empty() {
        members.push(format!("fields: {}", params(field.fields)));
    }
    format!("{{ {} }}", members.join(", "))
}
