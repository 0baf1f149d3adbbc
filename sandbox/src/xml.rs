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
