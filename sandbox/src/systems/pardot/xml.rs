//! JSON values as the XML that the same server would have written.

use serde_json::Value;

/// Appends `<name>…</name>`; an array becomes one element per item, as PHP's servers write it.
pub(crate) fn element(out: &mut String, name: &str, value: &Value) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| element(out, name, item)),
        Value::Null => out.extend(["<", name, "/>"]),
        Value::Object(members) => {
            out.extend(["<", name, ">"]);
            members.iter().for_each(|(name, value)| element(out, name, value));
            out.extend(["</", name, ">"]);
        }
        Value::String(text) => out.extend(["<", name, ">", &escaped(text), "</", name, ">"]),
        Value::Bool(_) | Value::Number(_) => {
            out.extend(["<", name, ">", &value.to_string(), "</", name, ">"]);
        }
    }
}

/// Character data: markup escaped, and characters that XML 1.0 cannot carry left out.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            other => out.push(other),
        }
    }
    out
}

/// A record's identifier, where it has one, and its fields.
type Record = (Option<String>, Vec<(String, String)>);

/// Reads the batches that Pardot takes, `<prospects><prospect identifier="…"><field>…</field></prospect></prospects>`:
/// each record's identifier, where it has one, and its fields. Nothing where the text is not that.
pub(crate) fn batch(text: &str) -> Option<Vec<Record>> {
    let mut rest = text.trim();
    if rest.starts_with("<?") {
        rest = rest.split_once("?>")?.1.trim_start();
    }
    let mut rest = rest.strip_prefix("<prospects>")?.trim_start();
    let mut records = Vec::new();
    while !rest.starts_with("</prospects>") {
        let (tag, tail) = rest.strip_prefix("<prospect")?.split_once('>')?;
        let identifier = match tag.trim() {
            "" => None,
            attribute => Some(unescaped(attribute.strip_prefix("identifier=\"")?.strip_suffix('"')?)),
        };
        let mut inside = tail.trim_start();
        let mut fields = Vec::new();
        while !inside.starts_with("</prospect>") {
            let (name, tail) = inside.strip_prefix('<')?.split_once('>')?;
            if let Some(name) = name.strip_suffix('/') {
                fields.push((name.trim().to_owned(), String::new()));
                inside = tail.trim_start();
                continue;
            }
            let (value, tail) = tail.split_once(&format!("</{name}>"))?;
            fields.push((name.to_owned(), unescaped(value)));
            inside = tail.trim_start();
        }
        records.push((identifier, fields));
        rest = inside.strip_prefix("</prospect>")?.trim_start();
    }
    Some(records)
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('&') {
        out.push_str(before);
        let Some((name, tail)) = tail.split_once(';') else {
            out.push('&');
            rest = tail;
            continue;
        };
        let known = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            other => other.strip_prefix('#').and_then(|digits| digits.parse().ok()).and_then(char::from_u32),
        };
        out.extend(known);
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::element;
    use serde_json::json;

    #[test]
    fn writes_nested_and_repeated_elements() {
        let mut out = String::new();
        element(&mut out, "p", &json!({ "a": null, "b": ["<", 2], "c": { "d": true } }));
        assert_eq!(out, "<p><a/><b>&lt;</b><b>2</b><c><d>true</d></c></p>");
    }
}
