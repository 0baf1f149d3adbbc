//! How values are written into a request: JSON (RFC 8259), percent-encoding (RFC 3986), and the form encoding of the
//! URL standard.

use crate::value::Value;

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Writes `value` as JSON.
pub fn json(value: &Value<'_>, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(text) if is_json_number(text) => out.push_str(text),
        Value::Number(text) | Value::Text(text) => json_text(text, out),
        Value::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                json(item, out);
            }
            out.push(']');
        }
        Value::Map(entries) => {
            out.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                json_text(key, out);
                out.push(':');
                json(value, out);
            }
            out.push('}');
        }
    }
}

fn json_text(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    // Copies the runs between the characters that RFC 8259 §7 escapes, which are all one byte long.
    while let Some(at) = rest.bytes().position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
        let (run, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(run);
        let byte = tail.bytes().next().unwrap_or_default();
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            _ => {
                out.push_str("\\u00");
                push_hex(byte, out);
            }
        }
        rest = tail.get(1..).unwrap_or_default();
    }
    out.push_str(rest);
    out.push('"');
}

fn is_json_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let mut bytes = digits.bytes();
    let leading = bytes.next();
    let second = bytes.next();
    leading.is_some_and(|byte| byte.is_ascii_digit())
        && !(leading == Some(b'0') && second.is_some_and(|byte| byte.is_ascii_digit()))
        && digits.bytes().next_back().is_some_and(|byte| byte.is_ascii_digit())
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'))
}

/// Writes `text` as one segment of a path or one value of a query: all but the unreserved of RFC 3986 is encoded.
pub fn percent(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => push_percent(byte, out),
        }
    }
}

/// Adds `name=value` to a form body, encoded as the URL standard's `application/x-www-form-urlencoded`.
pub fn form_pair(name: &str, value: &str, out: &mut String) {
    if !out.is_empty() {
        out.push('&');
    }
    form_text(name, out);
    out.push('=');
    form_text(value, out);
}

fn form_text(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => push_percent(byte, out),
        }
    }
}

fn push_percent(byte: u8, out: &mut String) {
    out.push('%');
    push_hex(byte, out);
}

fn push_hex(byte: u8, out: &mut String) {
    for nibble in [byte >> 4, byte & 15] {
        out.push(char::from(HEX.get(usize::from(nibble)).copied().unwrap_or_default()));
    }
}
