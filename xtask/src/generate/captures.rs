//! `pkg/src/relay/captures.gen.ts`: what a form's way into an account may map, and what it may have as constants. Where each of
//! them goes in the system's call, the capture itself says: it is tried with one of each.

use super::HEAD;
use super::operations::object;
use crate::Outcome;
use fieldpost::capture::{self, Mapping, Visitor};
use fieldpost::form::Unknown;
use fieldpost::options::MEMBERS;
use fieldpost::{Field, System, Value, operation, recipe};
use std::fmt::Write;
use std::path::Path;

/// The two parameters that it is tried with.
const MAPPED: &str = "a parameter that is mapped";
const CONSTANT: &str = "a parameter that is constant";

/// The fields among which a parameter stands, and whether there may be others.
type Place<'f> = (&'f [Field<'static>], bool);

/// The place of a parameter in what a capture has made.
fn place<'f>(params: &Value, (fields, open): Place<'f>, name: &str) -> Option<Place<'f>> {
    match params {
        Value::Map(entries) if entries.iter().any(|(known, _)| known == name) => {
            Some((fields, open))
        }
        Value::Map(entries) => entries.iter().find_map(|(known, value)| {
            let field = fields.iter().find(|field| field.name == known)?;
            place(value, (field.fields, field.open.is_some()), name)
        }),
        Value::List(items) => items.iter().find_map(|item| place(item, (fields, open), name)),
        _ => None,
    }
}

pub(super) fn types(_: &Path) -> Outcome<String> {
    let mut text = format!(
        "{HEAD}\n/** What a lead's way into a system takes: parameters that are mapped, and those that are the same for each lead. */\nexport interface Captures {{\n"
    );
    for system in System::ALL {
        let Some(recipe) = recipe(system) else { continue };
        let write = operation(recipe.write).ok_or("a recipe writes by no operation")?;
        let mapping = Mapping {
            map: vec![(MAPPED.to_owned(), "field".to_owned())],
            constants: vec![(CONSTANT.to_owned(), Value::from("x"))],
            join: None,
        };
        let lead = Value::Map(vec![("field".into(), Value::from("x"))]);
        let params = capture::params(system, &lead, &Visitor::default(), &mapping);
        // What the relay says by itself nobody else can.
        let own: Vec<String> = params.iter().map(|(name, _)| name.to_string()).collect();
        let params = Value::Map(params);
        let top: Place<'_> =
            (&write.params.fields, matches!(write.params.unknown, Unknown::Take(_)));
        let find = |name| place(&params, top, name).ok_or("a capture has lost a parameter");
        let (mapped, constant) = (find(MAPPED)?, find(CONSTANT)?);
        // Where both may have it, neither must.
        let is_one = std::ptr::eq(mapped.0, constant.0);
        let free = |(fields, open): Place<'static>, all: bool| {
            let fields: Vec<Field<'static>> = fields
                .iter()
                .filter(|field| !own.iter().any(|name| name == field.name))
                .map(|field| Field { required: field.required && !all, ..*field })
                .collect();
            object(&fields, open)
        };
        writeln!(
            text,
            "  {}: {{ map: {}; constants: {} }};",
            system.name(),
            free(mapped, true),
            free(constant, is_one)
        )?;
    }
    text.push_str("}\n\n/** The names that the options may have, as the check knows them: one that is not here does nothing. */\nexport interface Members {\n");
    for (object, members) in MEMBERS {
        let names: Vec<String> = members.split(' ').map(|name| format!("{name:?}")).collect();
        writeln!(text, "  {object}: {};", names.join(" | "))?;
    }
    text.push_str("}\n");
    Ok(text)
}
