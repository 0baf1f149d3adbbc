//! How values are written into a request: JSON (RFC 8259), percent-encoding (RFC 3986), and the form encoding of the
//! URL standard.

use crate::packed::{Buffer, Node, TEXT, put};

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Writes a packed value as JSON.
pub(crate) fn json(value: &[u8], out: &mut Buffer) {
    match Node::of(value) {
        Node::Null => put(out, b"null"),
        Node::Bool(true) => put(out, b"true"),
        Node::Bool(false) => put(out, b"false"),
        Node::Number(text) if is_json_number(text) => put(out, text),
        Node::Number(text) | Node::Text(text) => json_text(text, out),
        Node::List(mut items) => {
            out.push(b'[');
            while !items.is_done() {
                json(items.value(), out);
                if !items.is_done() {
                    out.push(b',');
                }
            }
            out.push(b']');
        }
        Node::Map(mut entries) => {
            out.push(b'{');
            while !entries.is_done() {
                let (name, value) = entries.entry();
                json_entry(name, value, out);
            }
            out.push(b'}');
        }
    }
}

/// Adds a member to a JSON object that is being written.
pub(crate) fn json_entry(name: &[u8], value: &[u8], out: &mut Buffer) {
    // Only an object that has no member yet ends in its brace.
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    json_text(name, out);
    out.push(b':');
    json(value, out);
}

/// Adds a text as JSON.
pub(crate) fn json_text(text: &[u8], out: &mut Buffer) {
    out.push(b'"');
    let mut rest = text;
    // Copies the runs between the characters that RFC 8259 §7 escapes, which are all one byte long.
    while let Some(at) = rest.iter().position(|byte| matches!(byte, ..0x20 | b'"' | b'\\')) {
        let (run, tail) = rest.split_at_checked(at).unwrap_or_default();
        let [byte, tail @ ..] = tail else { break };
        put(out, run);
        rest = tail;
        let escaped = match byte {
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            ..0x20 => {
                put(out, b"\\u00");
                push_hex(*byte, out);
                continue;
            }
            byte => *byte,
        };
        put(out, &[b'\\', escaped]);
    }
    put(out, rest);
    out.push(b'"');
}

/// A number as JSON writes it; what a script calls a number may also be `Infinity`.
pub(crate) fn is_json_number(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    !matches!(digits, [] | [b'0', b'0'..=b'9', ..])
        && digits.first().is_some_and(u8::is_ascii_digit)
        && digits.last().is_some_and(u8::is_ascii_digit)
        && digits.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'))
}

/// Writes `text` as one segment of a path or one value of a query: all but the unreserved of RFC 3986 is encoded.
pub(crate) fn percent(text: &[u8], out: &mut Buffer) {
    escape(text, b'~', out);
}

/// Adds `text` with its percent signs read; one that stands for nothing stays.
pub(crate) fn unpercent(mut text: &[u8], out: &mut Buffer) {
    while let [byte, rest @ ..] = text {
        text = rest;
        let mut read = *byte;
        if let (b'%', [high, low, rest @ ..]) = (byte, rest) {
            let (high, low) = (nibble(*high), nibble(*low));
            if high | low < 16 {
                read = high << 4 | low;
                text = rest;
            }
        }
        out.push(read);
    }
}

/// What a hexadecimal digit stands for; of another byte 16.
fn nibble(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte & 15,
        b'A'..=b'F' | b'a'..=b'f' => (byte & 15).wrapping_add(9),
        _ => 16,
    }
}

/// Adds `name=value` to a form body, encoded as the URL standard's `application/x-www-form-urlencoded`.
pub(crate) fn form_pair(name: &[&[u8]], value: &[u8], out: &mut Buffer) {
    // A packed body begins with its mark.
    if !matches!(out.last(), None | Some(&TEXT)) {
        out.push(b'&');
    }
    for part in name {
        escape(part, b'*', out);
    }
    out.push(b'=');
    escape(value, b'*', out);
}

/// The two encodings differ in one sign that stays, and in what becomes of a blank.
fn escape(text: &[u8], stays: u8, out: &mut Buffer) {
    let mut rest = text;
    // Copies the runs between what is written in another way.
    while let Some(at) = rest.iter().position(|byte| {
        !matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_')
            && *byte != stays
    }) {
        let (run, tail) = rest.split_at_checked(at).unwrap_or_default();
        let [byte, tail @ ..] = tail else { break };
        put(out, run);
        rest = tail;
        if *byte == b' ' && stays == b'*' {
            out.push(b'+');
        } else {
            out.push(b'%');
            push_hex(*byte, out);
        }
    }
    put(out, rest);
}

fn push_hex(byte: u8, out: &mut Buffer) {
    for nibble in [byte >> 4, byte & 15] {
        out.push(HEX.get(usize::from(nibble)).copied().unwrap_or_default());
    }
}

/// The same for typed values and text, where the full build writes what no packed encoding does.
#[cfg(feature = "full")]
pub(crate) mod typed {
    use crate::packed::Buffer;
    use crate::packed::typed::{letters, pack};
    use crate::value::Value;

    /// Adds a value as JSON.
    pub(crate) fn json(value: &Value<'_>, out: &mut String) {
        add(out, |bytes| super::json(&pack(value), bytes));
    }

    /// Adds `text` as one segment of a path or one value of a query.
    pub(crate) fn percent(text: &str, out: &mut String) {
        add(out, |bytes| super::percent(text.as_bytes(), bytes));
    }

    /// Adds `name=value` to a form body.
    pub(crate) fn form_pair(name: &str, value: &str, out: &mut String) {
        if !out.is_empty() {
            out.push('&');
        }
        add(out, |bytes| super::form_pair(&[name.as_bytes()], value.as_bytes(), bytes));
    }

    fn add(out: &mut String, write: impl FnOnce(&mut Buffer)) {
        let mut bytes = Buffer::new();
        write(&mut bytes);
        out.push_str(&letters(&bytes));
    }
}
