//! [`Value`]s as packed text and back.

use super::{
    Buffer, CLOSE, END, LIST, MAP, MAX_DEPTH, NO, NULL, NUMBER, Node, PackedValues, STAND_IN, TEXT,
    YES,
};
use crate::host::{Ask, native};
use crate::packed::put;
pub(crate) use crate::value::letters;
use crate::value::{Entries, Value};

/// Packs a value.
pub(crate) fn pack(value: &Value<'_>) -> Buffer {
    let mut out = Buffer::new();
    put_value(value, 0, &mut out);
    out
}

/// Packs named values, without the map's own marks.
pub(crate) fn pack_entries(entries: &Entries<'_>) -> Buffer {
    let mut out = Buffer::new();
    put_entries(entries, 0, &mut out);
    out
}

fn put_value(value: &Value<'_>, depth: u8, out: &mut Buffer) {
    match value {
        Value::Null => out.push(NULL),
        Value::Bool(yes) => out.push(if *yes { YES } else { NO }),
        Value::Number(text) => put_letters(NUMBER, text, out),
        Value::Text(text) => put_letters(TEXT, text, out),
        Value::List(_) | Value::Map(_) if depth >= MAX_DEPTH => out.push(NULL),
        Value::List(items) => {
            out.push(LIST);
            for item in items {
                put_value(item, depth + 1, out);
            }
            out.push(CLOSE);
        }
        Value::Map(entries) => {
            out.push(MAP);
            put_entries(entries, depth + 1, out);
            out.push(CLOSE);
        }
    }
}

fn put_entries(entries: &Entries<'_>, depth: u8, out: &mut Buffer) {
    for (name, value) in entries {
        put_clean(name, out);
        out.push(END);
        put_value(value, depth, out);
    }
}

fn put_letters(mark: u8, text: &str, out: &mut Buffer) {
    out.push(mark);
    put_clean(text, out);
    out.push(END);
}

fn put_clean(text: &str, out: &mut Buffer) {
    let start = out.len();
    // Below U+0300, whose first byte this is, nothing combines.
    let may_combine = text.bytes().any(|byte| byte >= 0xCC);
    if !may_combine || !native(Ask::Nfc, text.as_bytes(), out) {
        out.truncate(start);
        put(out, text.as_bytes());
    }
    for byte in out.get_mut(start..).unwrap_or_default() {
        if *byte <= CLOSE {
            *byte = STAND_IN;
        }
    }
}

/// The value that is packed here.
pub(crate) fn unpack(packed: &[u8]) -> Value<'static> {
    match Node::of(packed) {
        Node::Null => Value::Null,
        Node::Bool(yes) => Value::Bool(yes),
        Node::Number(digits) => Value::Number(letters(digits).into()),
        Node::Text(text) => Value::Text(letters(text).into()),
        Node::List(mut items) => {
            let mut list = Vec::new();
            while !items.is_done() {
                list.push(unpack(items.value()));
            }
            Value::List(list)
        }
        Node::Map(entries) => Value::Map(unpack_entries(entries)),
    }
}

/// The named values that are packed here.
pub(crate) fn unpack_entries(mut entries: PackedValues<'_>) -> Entries<'static> {
    let mut all = Vec::new();
    while !entries.is_done() {
        let (name, value) = entries.entry();
        all.push((letters(name).into(), unpack(value)));
    }
    all
}
