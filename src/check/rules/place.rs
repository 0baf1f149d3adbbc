//! Places: postal codes, countries, states.

use super::text::{self, class};
use crate::check::writer::{ReportWriter, Verdict};
use crate::code::{self, Code};
use crate::packed::{Buffer, END, TEXT};

/// The most characters of a country's or state's name.
const MAX_NAME: usize = 100;

/// The postal codes: a Canadian one (Canada Post's addressing guidelines), a US ZIP code and its longer form (USPS
/// Publication 28). `A` is a letter, `0` a digit.
const CODES: [&[u8]; 3] = [b"A0A 0A0", b"00000", b"00000-0000"];

/// A US ZIP code, with or without its +4, or a Canadian postal code. Clean: `12345`, `12345-6789`, `K1A 0B1`.
pub(super) fn postal(text: &[u8], writer: &mut ReportWriter) -> Verdict {
    let start = writer.values.len();
    for code in CODES {
        writer.values.push(TEXT);
        if put_shaped(text, code, &mut writer.values) {
            writer.values.push(END);
            return Ok(());
        }
        writer.values.truncate(start);
    }
    Err(&code::POSTAL)
}

/// Adds the text in the shape of a code; a blank, a hyphen or nothing may stand where the code has one of both.
fn put_shaped(mut typed: &[u8], code: &[u8], out: &mut Buffer) -> bool {
    // W and Z begin no Canadian district, and 000 no ZIP code.
    if matches!(typed, [b'W' | b'Z' | b'w' | b'z', ..] | [b'0', b'0', b'0', ..]) {
        return false;
    }
    for shape in code {
        let [next, rest @ ..] = typed else { return false };
        let next = next.to_ascii_uppercase();
        match shape {
            b' ' | b'-' => {
                out.push(*shape);
                if matches!(next, b' ' | b'-') {
                    typed = rest;
                }
                continue;
            }
            // These look too much like other signs.
            b'A' if matches!(next, b'D' | b'F' | b'I' | b'O' | b'Q' | b'U') => return false,
            _ if class::is(next, if *shape == b'A' { class::LETTER } else { class::DIGIT }) => {
                out.push(next);
            }
            _ => return false,
        }
        typed = rest;
    }
    typed.is_empty()
}

/// A country's or a state's name, or its two-letter code, which becomes capitals. A name is not looked up: lists of them
/// differ from CRM to CRM. It must only look like one.
pub(super) fn name(text: &[u8], wrong: &'static Code, writer: &mut ReportWriter) -> Verdict {
    let has_letter = text.iter().any(|byte| class::is(*byte, class::LETTER) || !byte.is_ascii());
    let is_code = text.len() == 2 && class::all(text, class::LETTER);
    let out = &mut writer.values;
    out.push(TEXT);
    for byte in text {
        out.push(if is_code { byte.to_ascii_uppercase() } else { *byte });
    }
    out.push(END);
    let fits = has_letter && class::all(text, class::NAME) && text::count(text) <= MAX_NAME;
    if fits { Ok(()) } else { Err(wrong) }
}
