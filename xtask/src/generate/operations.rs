//! The reference of the operations and their TypeScript types, made of the catalogue.

use super::{HEAD, NOTE, errors};
use crate::Outcome;
use fieldpost::code;
use fieldpost::form::{Constraint, Unknown};
use fieldpost::operation::{Check, Must, Paging, Repeat, ResponseParser, Rule};
use fieldpost::{Field, Kind, Operation, Value, operations};
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// The cases of requests: each operation's example is one of them, so that the tests run it.
const CASES: [&str; 4] = ["request", "request-prospects", "request-pardot", "request-marketo"];

fn cases(root: &Path) -> Outcome<Vec<serde_json::Value>> {
    let mut all = Vec::new();
    for name in CASES {
        let text = fs::read_to_string(root.join(format!("tests/cases/{name}.json")))?;
        all.extend(serde_json::from_str::<Vec<serde_json::Value>>(&text)?);
    }
    Ok(all)
}

/// The parameters of the operation's example: of its cases that are built, one of middling length.
fn example(operation: &Operation, cases: &[serde_json::Value]) -> Outcome<serde_json::Value> {
    let mut fits: Vec<_> = cases
        .iter()
        .filter(|case| case.get("operation").is_some_and(|name| name == operation.name))
        .filter(|case| {
            case.pointer("/expect/code").is_none() && case.pointer("/account/version").is_none()
        })
        .filter_map(|case| case.get("params").filter(|params| params.is_object()).cloned())
        .filter(|params| params.to_string().len() < 400)
        .collect();
    fits.sort_by_key(|params| params.to_string().len());
    fits.get(fits.len() / 2)
        .cloned()
        .ok_or_else(|| format!("{} has no example", operation.name).into())
}

fn rust(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => "Value::Null".to_owned(),
        serde_json::Value::Bool(yes) => format!("Value::Bool({yes})"),
        serde_json::Value::Number(number) => format!("Value::Number(\"{number}\".into())"),
        serde_json::Value::String(text) => format!("Value::from({text:?})"),
        serde_json::Value::Array(items) => {
            format!("Value::List(vec![{}])", items.iter().map(rust).collect::<Vec<_>>().join(", "))
        }
        serde_json::Value::Object(_) => format!("Value::Map({})", entries(value)),
    }
}

fn entries(value: &serde_json::Value) -> String {
    let pair = |(name, value): (&String, &serde_json::Value)| {
        format!("({name:?}.into(), {})", rust(value))
    };
    format!(
        "vec![{}]",
        value.as_object().into_iter().flatten().map(pair).collect::<Vec<_>>().join(", ")
    )
}

fn limits(field: &Field) -> String {
    let mut parts = Vec::new();
    if field.required {
        parts.push("required".to_owned());
    }
    match (field.min, field.max) {
        (Some(least), Some(most)) => parts.push(format!("{least} to {most}")),
        (Some(least), None) => parts.push(format!("at least {least}")),
        (None, Some(most)) => parts.push(format!("at most {most}")),
        (None, None) => {}
    }
    if !field.choices.is_empty() {
        parts.push(
            field
                .choices
                .all()
                .iter()
                .map(|choice| format!("`{choice}`"))
                .collect::<Vec<_>>()
                .join(", "),
        );
    }
    if field.options.has(fieldpost::field::Options::LENIENT) {
        parts.push("what does not fit is a warning".to_owned());
    }
    if let Some(kind) = field.open {
        parts.push(format!("any other name is a `{}`", kind.name()));
    }
    parts.join("; ")
}

fn params(page: &mut String, fields: &[Field], under: &str) -> Outcome<()> {
    for field in fields {
        writeln!(page, "| `{under}{}` | {} | {} |", field.name, field.kind.name(), limits(field))?;
        let inner = if field.kind == Kind::Records {
            format!("{under}{}[].", field.name)
        } else {
            format!("{under}{}.", field.name)
        };
        params(page, field.fields, &inner)?;
    }
    Ok(())
}

fn ticked(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// What must hold between parameters, in sentences.
fn rules(operation: &Operation) -> Vec<String> {
    let constraints = operation.params.constraints.iter().map(|constraint| match constraint {
        Constraint::OneOf(names) => format!("Exactly one of {}.", ticked(names)),
        Constraint::AnyOf(names) => format!("At least one of {}.", ticked(names)),
        #[allow(unreachable_patterns, reason = "the full build may have more")]
        _ => String::new(),
    });
    let rules = operation.more.rules.iter().map(|rule| match rule {
        Rule::AtMostOne(names) => format!("At most one of {}.", ticked(names)),
        Rule::Named(rows) => {
            let each = rows.iter().map(|(name, texts, _)| {
                let texts: Vec<_> = texts.iter().copied().filter(|text| !text.is_empty()).collect();
                let takes = if texts.is_empty() { "nothing".to_owned() } else { ticked(&texts) };
                format!("`{name}` takes {takes}")
            });
            format!("By its name, where `#` is an id: {}.", each.collect::<Vec<_>>().join("; "))
        }
    });
    let checks = operation.more.checks.iter().map(|Check(must, names)| {
        let name = names.first().copied().unwrap_or_default();
        let others = names.get(1..).unwrap_or_default();
        match must {
            Must::Needs => format!("`{name}` needs {}.", ticked(others)),
            Must::Sets => {
                let sets = names.iter().map(|set| ticked(&set.split(" + ").collect::<Vec<_>>()));
                format!("One of these sets: {}.", sets.collect::<Vec<_>>().join(" · "))
            }
            Must::Overrides => format!("`{name}` makes the system ignore {}: a warning.", ticked(others)),
            Must::OnlyWith => {
                let [other, words @ ..] = others else { return String::new() };
                format!("`{name}` only with `{other}` {}.", ticked(words))
            }
            Must::Times => format!("Times ({}): `today`, `yesterday`, `last_7_days`, `this_month`, `last_month` or GNU's date input: `YYYY-MM-DD HH:MM:SS`, `1 week ago`.", ticked(names)),
            Must::Timestamp => format!("`{name}` is an ISO 8601 time with its offset."),
            Must::Ids => format!("Ids ({}) have digits only.", ticked(names)),
            Must::CountOrFlag => format!("`{name}` takes a number, or true or false."),
            Must::TrueOnly => format!("`{name}` takes only true."),
            Must::NoComma => format!("No comma in an item of `{name}`."),
            Must::OptOut => format!("Each of {} has `%%unsubscribe%%` or `%%email_preference_center%%`.", ticked(names)),
            Must::Forever => format!("A warning with every call (`{name}`): {}", code::PARAM_FOREVER.sentence),
            // What one system alone asks for has its words in the summary.
            _ => String::new(),
        }
    });
    constraints.chain(rules).chain(checks).filter(|rule| !rule.is_empty()).collect()
}

fn reply(parser: ResponseParser) -> &'static str {
    match parser {
        ResponseParser::Relay => "`stored` or `queued`, with the relay's id.",
        ResponseParser::MarketoRecords => {
            "`stored` with id and status for one record, `batch` in input order for several."
        }
        ResponseParser::MarketoFound => {
            "`found`: `records`, and `next` where there is another page. Ids are text."
        }
        ResponseParser::MarketoDone(_) | ResponseParser::PardotGone => {
            "`stored` with a status and no id."
        }
        ResponseParser::PardotWrite
        | ResponseParser::PardotMade(..)
        | ResponseParser::ProspectsWrite => "`stored` with id and status.",
        ResponseParser::PardotRead | ResponseParser::PardotFound(_) => {
            "`found`: `records` and `total`; collections are lists, ids are text."
        }
        ResponseParser::PardotBatch(_) => {
            "`batch` in input order; Pardot gives no ids. `stored` for one record."
        }
        ResponseParser::PardotExport => {
            "`stored` with the export's id; its state in lower case is the status."
        }
        ResponseParser::PardotCsv => {
            "`found`: a record for each row, empty cells null. `client.download` gives the CSV as a stream."
        }
        ResponseParser::ProspectsFound => {
            "`found`: `records`, `total`, and `next` in the newest generation."
        }
    }
}

fn heading(page: &mut String, operation: &Operation) -> Outcome<()> {
    writeln!(page, "## {}\n\n{}\n", operation.name, operation.summary)?;
    write!(page, "`{} {}`", operation.method, operation.path)?;
    let repeat = match operation.repeat {
        Repeat::Safe => "may be repeated",
        Repeat::Creates => "a repeat may make a second record",
        Repeat::Activity => "a repeat may add a second activity",
    };
    write!(page, " · up to {} s · {repeat}", operation.timeout / 1_000)?;
    if let Some((names, most)) = operation.more.batch {
        let names = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ");
        write!(page, " · {most} of {names} in one call, and `client.call` splits more")?;
    }
    match operation.more.paging {
        Paging::None => {}
        Paging::Token(name) => write!(page, " · pages by `{name}`")?,
        Paging::Offset(most) => write!(page, " · pages of up to {most} by `offset`")?,
    }
    writeln!(page, " · [the vendor's page]({})\n", operation.docs)?;
    if !operation.more.permission.is_empty() {
        writeln!(page, "Permission: {}.\n", operation.more.permission)?;
    }
    Ok(())
}

fn table(page: &mut String, operation: &Operation) -> Outcome<()> {
    if !operation.params.fields.is_empty() {
        page.push_str("| parameter | kind | limits |\n|---|---|---|\n");
        params(page, &operation.params.fields, "")?;
        page.push('\n');
    }
    if let Unknown::Take(kind) = operation.params.unknown {
        writeln!(page, "Any other name is a field of the account, a `{}`.\n", kind.name())?;
    }
    for (other, sent) in operation.more.aliases {
        writeln!(page, "`{other}` is taken for `{sent}`.\n")?;
    }
    for (name, value) in operation.more.defaults {
        writeln!(page, "Where `{name}` is not given, `{value}` is sent.\n")?;
    }
    let rules = rules(operation);
    for rule in &rules {
        writeln!(page, "- {rule}")?;
    }
    if !rules.is_empty() {
        page.push('\n');
    }
    Ok(())
}

pub(super) fn page(root: &Path) -> Outcome<String> {
    let cases = cases(root)?;
    let mut page = format!(
        "# Operations\n\n{NOTE}\n\
        Every example is run by the tests. A call that is made gives an outcome: what the reply says, or `refused`, `retry` or \
        `unknown` with a code of [errors.md](errors.md), which says for each code what it means and whether to send again. Parameters that do not fit throw `params.invalid` before anything is sent.\n\n"
    );
    for operation in operations() {
        heading(&mut page, operation)?;
        table(&mut page, operation)?;
        if let Some(older) = operation.more.older {
            writeln!(page, "Version 3: {} `{}`\n", older.summary, older.path)?;
            page.push_str("| parameter | kind | limits |\n|---|---|---|\n");
            params(&mut page, &older.params.fields, "")?;
            page.push('\n');
        }
        let given = example(operation, &cases)?;
        let Value::Map(given_entries) = serde_json::from_str::<Value<'static>>(&given.to_string())?
        else {
            return Err(format!("{given} is no map of parameters").into());
        };
        let payload = operation
            .payload(given_entries, 4)
            .map_err(|refusal| format!("{}: {refusal:?}", operation.name))?;
        writeln!(
            page,
            "```js\npayload({:?}, {given})\n// {} {}\n```\n",
            operation.name, payload.method, payload.path
        )?;
        writeln!(
            page,
            "```rust\nuse fieldpost::{{{}operation}};\nlet request = operation({:?}).unwrap().payload({}, 4).unwrap();\nassert_eq!(request.path, {:?});\n```\n",
            if entries(&given).contains("Value::") { "Value, " } else { "" },
            operation.name,
            entries(&given),
            payload.path,
        )?;
        writeln!(page, "Reply: {} {}\n", reply(operation.parser), errors::link(operation.system))?;
    }
    Ok(page)
}

fn ts_kind(field: &Field) -> String {
    let one = match field.kind {
        Kind::Labels => "string | readonly (string | number)[]".to_owned(),
        Kind::Choices => "readonly string[]".to_owned(),
        Kind::Choice => field
            .choices
            .all()
            .iter()
            .map(|choice| format!("{choice:?}"))
            .collect::<Vec<_>>()
            .join(" | "),
        Kind::Boolean | Kind::Consent => "boolean | 0 | 1".to_owned(),
        Kind::Integer | Kind::Number | Kind::Id => "number | string".to_owned(),
        Kind::Record => object(field.fields, field.open.is_some()),
        Kind::Records => format!("readonly {}[]", object(field.fields, field.open.is_some())),
        Kind::Custom | Kind::Any => "unknown".to_owned(),
        _ => "string".to_owned(),
    };
    let empty = if one.is_empty() { "string".to_owned() } else { one };
    if field.required { empty } else { format!("{empty} | null") }
}

pub(super) fn object(fields: &[Field], open: bool) -> String {
    let mut members: Vec<String> = fields
        .iter()
        .map(|field| {
            format!("{:?}{}: {}", field.name, if field.required { "" } else { "?" }, ts_kind(field))
        })
        .collect();
    if open {
        members.push("[name: string]: unknown".to_owned());
    }
    if members.is_empty() {
        "Record<string, never>".to_owned()
    } else {
        format!("{{ {} }}", members.join("; "))
    }
}

pub(super) fn types(_: &Path) -> Outcome<String> {
    let mut text = format!(
        "{HEAD}\n/** Every operation: its parameters, and the kinds of a good outcome. */\nexport interface Operations {{\n"
    );
    for operation in operations() {
        let open = matches!(operation.params.unknown, Unknown::Take(_))
            || !operation.more.aliases.is_empty();
        let reply = match operation.parser {
            ResponseParser::Relay => "\"stored\" | \"queued\"",
            ResponseParser::MarketoRecords | ResponseParser::PardotBatch(_) => {
                "\"stored\" | \"batch\""
            }
            ResponseParser::MarketoFound
            | ResponseParser::PardotRead
            | ResponseParser::PardotFound(_)
            | ResponseParser::PardotCsv
            | ResponseParser::ProspectsFound => "\"found\"",
            _ => "\"stored\"",
        };
        let params = object(&operation.params.fields, open);
        writeln!(
            text,
            "  /** {} */\n  {:?}: {{ params: {params}; reply: {reply} }};",
            operation.summary, operation.name
        )?;
    }
    text.push_str(
        "}\n\n/** An operation's name. */\nexport type OperationName = keyof Operations;\n",
    );
    Ok(text)
}
