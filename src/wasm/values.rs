//! Forms, and the checks of values.

use super::{ask, refuse_size, too_large, with_state};
use crate::check::field::{Field, Kind, Options};
use crate::check::form::Form;
use crate::check::rules::{self, elsewhere::LATE};
use crate::check::writer::{EXTENSION, ReportWriter, put_decimal};
use crate::host::Ask;
use crate::packed::{Buffer, END, NO, NULL, NUMBER, PackedValues, TEXT, YES, put, put_text};
use wasm_bindgen::prelude::*;

#[cfg(not(feature = "edge"))]
use crate::memory::leak;

#[cfg(feature = "edge")]
fn leak<T>(item: T) -> &'static T {
    Box::leak(Box::new(item))
}

/// Makes a form of a packed spec. The answer is its number, or nothing and issues.
#[wasm_bindgen]
pub fn form(length: usize) -> usize {
    with_state(|state| {
        let Some(spec) = state.input.get(..length) else {
            state.output.push(NULL);
            return too_large(&mut state.typed, &mut state.output);
        };
        let known = state.forms.iter().position(|(known, _)| *known == spec);
        let number = known.or_else(|| {
            let mut copy = Buffer::new();
            put(&mut copy, spec);
            let spec: &'static [u8] = copy.leak();
            // SAFETY: the host's encoder wrote it, and makes UTF-8 only.
            #[allow(
                unsafe_code,
                reason = "to look at each letter again would weigh 300 bytes in a page"
            )]
            let letters = unsafe { str::from_utf8_unchecked(spec) };
            let form = Form::read(letters, &mut state.typed)?;
            state.forms.push((spec, leak(form)));
            #[cfg(feature = "edge")]
            super::ALLOCATOR.keep();
            state.forms.len().checked_sub(1)
        });
        match number {
            Some(number) => put_number(number, &mut state.output),
            None => {
                state.output.push(NULL);
                put(&mut state.output, &state.typed.issues);
            }
        }
    })
}

/// Checks a packed value behind its name as a field of a form; the answer is that of [`check_kind`].
#[wasm_bindgen]
pub fn check_field(number: usize, length: usize) -> usize {
    with_state(|state| {
        let Some((_, form)) = state.forms.get(number) else { return };
        match state.input.get(..length) {
            Some(entry) => {
                let (name, value) = PackedValues(entry).entry();
                form.write_field(name, value, &mut state.typed);
            }
            None => refuse_size(&mut state.typed),
        }
        put_field_report(&state.typed, &mut state.output);
    })
}

/// Checks one packed value as the kind of that place in [`Kind::VISITOR`]; bit 0 of `options` is `required`, the others
/// are those of [`Options`]. The answer: yes or no, the clean value, the number of the flags, extension and region (nothing, where a
/// page's has none), issues. Less
/// than 0 says that there is no issue and the clean value is the one that was typed, or an address that is it but for its capital
/// letters from one on: −1, less the number of the flags, less 512 for each letter up to that one and its own.
#[wasm_bindgen]
pub fn check_kind(kind: usize, options: u8, length: usize) -> i32 {
    let mut same = None;
    let length = with_state(|state| {
        let kind = Kind::VISITOR.get(kind).map_or(Kind::Text, |(_, kind)| *kind);
        let mut field = Field::new("", kind).with(Options::of_bits(options));
        field.required = options & 1 == 1;
        let typed = state.input.get(..length).unwrap_or_default();
        let writer = &mut state.typed;
        writer.clear();
        if length > state.input.len() {
            refuse_size(writer);
        } else {
            rules::write(&field, typed, writer);
        }
        // Without options an address is of ASCII.
        let place = like(typed, &writer.values, kind == Kind::Email && options < 2);
        match place {
            Some(place)
                if writer.issues.is_empty()
                    && writer.region.is_empty()
                    && writer.extension == 0 =>
            {
                same = i32::try_from(usize::from(writer.flags.bits()) | place << 9).ok();
            }
            _ => put_field_report(writer, &mut state.output),
        }
    });
    match same {
        Some(flags) => !flags,
        None => i32::try_from(length).unwrap_or(i32::MAX),
    }
}

/// Where the clean value begins to be the one that was typed in small letters, if it may be; 0 where nothing differs, and nothing
/// where more does.
fn like(typed: &[u8], clean: &[u8], lowers: bool) -> Option<usize> {
    let mut from = 0;
    for (at, (one, other)) in typed.iter().zip(clean).enumerate() {
        if one != other {
            if !lowers || one.to_ascii_lowercase() != *other {
                return None;
            }
            if from == 0 {
                from = at;
            }
        }
    }
    (typed.len() == clean.len()).then_some(from)
}

/// Of a phone most parts are missing: a page's script is told so by one letter, which it reads sooner than a number or a text.
const SPARES: bool = cfg!(feature = "lean");

fn put_field_report(writer: &ReportWriter, out: &mut Buffer) {
    out.push(if writer.failed { NO } else { YES });
    match (&*writer.values, writer.extension) {
        ([], _) => out.push(NULL),
        (value, 0) => put(out, value),
        // The extension stands for itself here.
        (value, length) => {
            let end = value
                .len()
                .saturating_sub(length)
                .saturating_sub(EXTENSION.len())
                .saturating_sub(1);
            put(out, value.get(..end).unwrap_or_default());
            out.push(END);
        }
    }
    let flags = usize::from(writer.flags.bits());
    if SPARES && flags == 0 {
        out.push(NULL);
    } else {
        put_number(flags, out);
    }
    let end = writer.values.len().saturating_sub(1);
    let extension =
        writer.values.get(end.saturating_sub(writer.extension)..end).unwrap_or_default();
    if SPARES && extension.is_empty() {
        out.push(NULL);
    } else {
        put_text(out, extension);
    }
    if LATE || writer.region.is_empty() {
        put_text(out, writer.region.as_bytes());
    } else {
        // The three digits behind `+1`.
        let area = writer.values.get(3..6).unwrap_or_default();
        out.push(TEXT);
        ask(Ask::Place, area, out);
        out.push(END);
    }
    put(out, &writer.issues);
}

fn put_number(number: usize, out: &mut Buffer) {
    out.push(NUMBER);
    put_decimal(out, i64::try_from(number).unwrap_or(i64::MAX));
    out.push(END);
}
