//! [`Wide`]: the request encodings that only the full build has.

use crate::crm::request::Payload;
use crate::encoding::typed::{self as encoding, form_pair};
use crate::value::{Entries, Value, decimal, has_sign, joined};

/// The most bytes of path and query: with a host, Marketo takes 8 KB.
const LONGEST: usize = 8_000;

/// Where the parameters go that the path does not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wide {
    /// Behind the path; several values separated by commas.
    Csv,
    /// The same; beyond 8 KB as the body of a POST with `_method=GET`.
    LongCsv,
    /// Behind the path; several values as a repeated name.
    Repeated,
    /// `id` behind the path as a repeated name, or `input` as a JSON object.
    RepeatedOrJson,
    /// `name=value` pairs, several values as a repeated name, yes and no as `true` and `false`.
    RepeatedForm,
    /// Pardot's batch: a form with the document `prospects`, a list, in JSON, or in XML with `input_format`.
    Batch,
    /// The same with each record under its id or e-mail, as version 3 wants it.
    KeyedBatch,
}

impl Wide {
    pub(super) fn lay_out(
        self,
        method: &'static str,
        mut path: String,
        values: Entries<'_>,
    ) -> Payload {
        let form = |body| Payload {
            method: "POST",
            path: String::new(),
            headers: vec![(
                "Content-Type".to_owned(),
                "application/x-www-form-urlencoded".to_owned(),
            )],
            body: Some(body),
        };
        match self {
            Wide::Csv | Wide::LongCsv | Wide::Repeated => {
                let mut query = String::new();
                for (name, value) in &values {
                    pairs(name, value, self != Wide::Repeated, |name, value| {
                        query.push(if query.is_empty() && !has_sign(&path, '?') {
                            '?'
                        } else {
                            '&'
                        });
                        encoding::percent(name, &mut query);
                        query.push('=');
                        encoding::percent(value, &mut query);
                    });
                }
                if self == Wide::LongCsv && path.len() + query.len() > LONGEST {
                    let mut body = String::with_capacity(query.len());
                    for (name, value) in &values {
                        pairs(name, value, true, |name, value| form_pair(name, value, &mut body));
                    }
                    path.push_str("?_method=GET");
                    return Payload { path, ..form(body) };
                }
                path.push_str(&query);
                Payload { method, path, headers: Vec::new(), body: None }
            }
            Wide::RepeatedOrJson => {
                if values.iter().any(|(name, value)| name == "input" && !value.is_empty()) {
                    let mut body = String::new();
                    encoding::json(&Value::Map(values), &mut body);
                    let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
                    return Payload { method, path, headers, body: Some(body) };
                }
                Wide::Repeated.lay_out(method, path, values)
            }
            Wide::RepeatedForm => {
                let mut body = String::with_capacity(256);
                for (name, value) in &values {
                    pairs(name, value, false, |name, value| form_pair(name, value, &mut body));
                }
                Payload { method, path, ..form(body) }
            }
            Wide::Batch | Wide::KeyedBatch => {
                let keyed = self == Wide::KeyedBatch;
                let is_xml = values
                    .iter()
                    .any(|(name, value)| name == "input_format" && value.as_text() == Some("xml"));
                let records = values
                    .into_iter()
                    .find(|(name, _)| name == "prospects")
                    .map(|(_, value)| value);
                let records = match records {
                    Some(Value::List(records)) => records,
                    _ => Vec::new(),
                };
                let document =
                    if is_xml { xml_batch(records, keyed) } else { json_batch(records, keyed) };
                let mut body = String::with_capacity(document.len());
                form_pair("prospects", &document, &mut body);
                Payload { method, path, ..form(body) }
            }
        }
    }
}

/// A parameter as the pairs of a query or a form; null is an empty text.
fn pairs(name: &str, value: &Value<'_>, csv: bool, mut add: impl FnMut(&str, &str)) {
    fn text<'v>(value: &'v Value<'_>) -> &'v str {
        match value {
            Value::Bool(true) => "true",
            Value::Bool(false) => "false",
            other => other.as_text().unwrap_or_default(),
        }
    }
    match value {
        Value::List(items) if csv => {
            let texts: Vec<_> = items.iter().map(text).collect();
            add(name, &joined(&texts, ","));
        }
        Value::List(items) => items.iter().for_each(|item| add(name, text(item))),
        other => add(name, text(other)),
    }
}

/// A record's key in version 3, and the record without it.
fn identified(record: Value<'_>) -> (String, Entries<'_>) {
    let Value::Map(mut fields) = record else { return (String::new(), Vec::new()) };
    let at = ["id", "email"]
        .iter()
        .find_map(|key| fields.iter().position(|(name, value)| name == key && !value.is_empty()));
    let key = at.map(|at| fields.remove(at).1);
    (key.as_ref().and_then(Value::as_text).unwrap_or_default().to_owned(), fields)
}

/// The fields of a record with lists spread over `name_0`, `name_1` … and null as empty text, which clears, whether the
/// field has several values or one.
fn spread(fields: Entries<'_>) -> Entries<'_> {
    let mut flat = Vec::with_capacity(fields.len());
    for (name, value) in fields {
        match value {
            Value::List(items) => {
                for (index, item) in items.into_iter().enumerate() {
                    let index = decimal(index);
                    flat.push(([name.as_ref(), "_", &index].concat().into(), item));
                }
            }
            Value::Null => {
                let several = [name.as_ref(), "_0"].concat();
                flat.push((name, Value::from("")));
                flat.push((several.into(), Value::from("")));
            }
            Value::Bool(yes) => {
                flat.push((name, Value::Number(if yes { "1" } else { "0" }.into())));
            }
            other => flat.push((name, other)),
        }
    }
    flat
}

fn json_batch(records: Vec<Value<'_>>, keyed: bool) -> String {
    let list = if keyed {
        let keyed = |record| {
            let (key, fields) = identified(record);
            (key.into(), Value::Map(spread(fields)))
        };
        Value::Map(records.into_iter().map(keyed).collect())
    } else {
        let flat = |record| match record {
            Value::Map(fields) => Value::Map(spread(fields)),
            other => other,
        };
        Value::List(records.into_iter().map(flat).collect())
    };
    let mut text = String::new();
    encoding::json(&Value::Map(vec![("prospects".into(), list)]), &mut text);
    text
}

fn xml_batch(records: Vec<Value<'_>>, keyed: bool) -> String {
    let mut text = String::from("<prospects>");
    for record in records {
        let fields = if keyed {
            let (key, fields) = identified(record);
            text.push_str("<prospect identifier=\"");
            escape(&key, &mut text);
            text.push_str("\">");
            fields
        } else {
            text.push_str("<prospect>");
            match record {
                Value::Map(fields) => fields,
                _ => Vec::new(),
            }
        };
        for (name, value) in spread(fields) {
            text.push('<');
            text.push_str(&name);
            text.push('>');
            escape(value.as_text().unwrap_or_default(), &mut text);
            text.push_str("</");
            text.push_str(&name);
            text.push('>');
        }
        text.push_str("</prospect>");
    }
    text.push_str("</prospects>");
    text
}

/// Character data of XML 1.0: markup escaped, line ends kept as references, and what XML cannot carry left out.
fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => {}
            other => out.push(other),
        }
    }
}
