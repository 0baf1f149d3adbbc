//! Phone numbers: of the North American Numbering Plan, and others with their country code.

mod plan;

use super::text;
use crate::check::report::Flags;
use crate::check::writer::{EXTENSION, ReportWriter, Verdict};
use crate::code::{self, Code};
use crate::packed::{Buffer, END, TEXT, put};
use plan::Use;

/// The most digits of a number with its country code (E.164, 6.2.1).
const MAX_DIGITS: usize = 15;
/// The fewest digits of one; the shortest in use have eight with their country code.
const MIN_DIGITS: usize = 8;
/// Fewer letters are a slip, not a word: `789O`, or a name behind a number of seven digits.
const MIN_LETTERS: usize = 4;
/// So many letters behind an area code are a word that people know, also where its end is dialled for nothing.
const LONG_WORD: usize = 5;
/// The most digits of an extension that is called one (libphonenumber reads as many).
const MAX_EXTENSION: usize = 20;
/// The most digits of one that only a comma or a semicolon sets apart: seven may be another number.
const MAX_BARE_EXTENSION: usize = 6;
/// The most signs of one number with its extension, runs of blanks counted once.
const MAX_SIGNS: usize = 80;

/// One number as people type it, with its extension. `+` or an international prefix (North America's 011, the 00 of most
/// others) and another country's code make a number that is checked for its structure only (E.164); all others must be
/// of the NANP.
///
/// What no number can have is an error: another length than ten digits, an area code or exchange that begins with 0 or 1,
/// the codes that NANPA keeps for services and for growth (N11, N9X, 37X, 96X, 555). Whether the area code is in service
/// is a matter of the day, so a table can only warn. Clean: E.164, the extension behind [`EXTENSION`].
///
/// A + before an area code, or another country's number without one, is nobody's secret: the other reading is suggested
/// where it would do. What was meant is for the visitor to say, so no digit is touched.
pub(super) fn check(text: &[u8], writer: &mut ReportWriter) -> Verdict {
    let mut signs = Bytes::EMPTY;
    let mut before = b' ';
    let mut rest = match text.split_at_checked(4) {
        // A scheme is the same in any case (RFC 3986, 3.1).
        Some((scheme, number)) if scheme.eq_ignore_ascii_case(b"tel:") => number,
        _ => text,
    };
    while !rest.is_empty() {
        let (sign, length) = sign(rest);
        if sign == 0 || ((sign != b' ' || before != b' ') && !signs.push(sign)) {
            return Err(&code::PHONE_CHARACTER);
        }
        before = sign;
        rest = rest.get(length..).unwrap_or_default();
    }
    let mut typed = Typed { plus: false, digits: Bytes::EMPTY, letters: 0, groups: 0 };
    let extension = typed.read(signs.all())?;
    let (abroad, digits) = match (typed.plus, typed.digits.all()) {
        (false, [b'0', b'1', b'1', rest @ ..]) => (true, rest),
        // Ten digits are an area code that begins with 00.
        (false, [b'0', b'0', rest @ ..]) if rest.len() > MIN_DIGITS => (true, rest),
        (plus, digits) => (plus && !digits.is_empty(), digits),
    };
    // A + before an area code: its country has no ordinary number of ten digits.
    let whole = plan::whole(digits);
    let slipped = abroad && whole == 0 && is_known(digits);
    let (code, number): (&[u8], _) = match digits {
        // Who finds a +1 may type the 1 as well, which begins no area code.
        [b'1', b'1', rest @ ..] if abroad && rest.len() == 10 => (b"1", rest),
        [b'1', rest @ ..] if abroad || rest.len() == 10 => (b"1", rest),
        // No digit is lost of what is in doubt.
        _ if slipped => (b"", digits),
        _ if abroad => plan::without_trunk(digits),
        _ => (b"1", digits),
    };
    let purpose = purpose(number);
    let elsewhere = !abroad && typed.is_of_elsewhere(whole, purpose.is_ok());
    if slipped || elsewhere {
        put_number(if slipped { b"1" } else { b"" }, digits, extension, &mut writer.suggestion);
    }
    if code == b"1" {
        let purpose = purpose.map_err(|code| if abroad { code } else { typed.blame(code) })?;
        if elsewhere {
            writer.warn(&code::PHONE_COUNTRY);
        }
        note(purpose, number, elsewhere, writer);
    } else {
        let length = code.len() + number.len();
        if length < MIN_DIGITS || !plan::is_country(digits) {
            return Err(&code::PHONE_COUNTRY);
        }
        if length > MAX_DIGITS {
            return Err(&code::PHONE_LONG);
        }
        writer.flags.insert(Flags::INTERNATIONAL);
        if slipped {
            writer.warn(&code::PHONE_COUNTRY);
        }
    }
    writer.values.push(TEXT);
    put_number(code, number, extension, &mut writer.values);
    writer.values.push(END);
    writer.extension = extension.len();
    Ok(())
}

/// Adds a number as it is clean.
fn put_number(code: &[u8], number: &[u8], extension: &[u8], out: &mut Buffer) {
    out.push(b'+');
    put(out, code);
    put(out, number);
    if !extension.is_empty() {
        put(out, EXTENSION.as_bytes());
        put(out, extension);
    }
}

/// The place of an area code; nothing where there is none.
#[cfg(feature = "late")]
pub(crate) fn place(area: &[u8]) -> &'static str {
    area.first_chunk().map_or("", |area| plan::area(*area).place())
}

/// How North America writes a number: `(212) 555-0123`. None for a number of elsewhere.
pub fn national(e164: &str) -> Option<String> {
    let digits = e164.strip_prefix("+1")?;
    let (area, rest) = digits.split_at_checked(3)?;
    let (exchange, line) = rest.split_at_checked(3)?;
    let fits = digits.len() == 10 && digits.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| ["(", area, ") ", exchange, "-", line].concat())
}

/// How the rest of the world writes a North American number: `+1 212-555-0123` (E.123 separates with blanks; North America
/// keeps its hyphen). None for a number of elsewhere, whose parts only its own plan knows.
pub fn international(e164: &str) -> Option<String> {
    let national = national(e164)?;
    let digits = national.get(1..4)?;
    Some(["+1 ", digits, "-", national.get(6..)?].concat())
}

/// A few bytes, kept without allocating.
struct Bytes {
    bytes: [u8; MAX_SIGNS],
    count: usize,
}

impl Bytes {
    const EMPTY: Self = Bytes { bytes: [0; MAX_SIGNS], count: 0 };

    /// Adds a byte; false when there is no room.
    fn push(&mut self, byte: u8) -> bool {
        let place = self.bytes.get_mut(self.count);
        self.count += usize::from(place.is_some());
        place.map(|place| *place = byte).is_some()
    }

    fn all(&self) -> &[u8] {
        self.bytes.get(..self.count).unwrap_or_default()
    }
}

/// The next sign and how many bytes it has: a digit, a letter in capitals, one of `+ ( , : #`, or a blank for all that
/// people put between digits: dots, slashes, parentheses, bullets and every kind of hyphen. 0 is no sign of a number.
fn sign(text: &[u8]) -> (u8, usize) {
    let (first, length) = match text {
        [digit @ b'0'..=b'9', ..] => return (*digit, 1),
        // Arabic and Persian keyboards: U+0660 to U+0669, U+06F0 to U+06F9.
        [0xD9, digit @ 0xA0..=0xA9, ..] | [0xDB, digit @ 0xB0..=0xB9, ..] => {
            (digit & 0x0F | b'0', 2)
        }
        // The accent of Spanish `extensi\u{F3}n`.
        [0xC3, 0x93 | 0xB3, ..] => (b'O', 2),
        // U+00AD, U+00B7; U+2022; U+30FC, a Japanese keyboard's hyphen.
        [0xC2, 0xAD | 0xB7, ..] => (b' ', 2),
        [0xE2, 0x80, 0xA2, ..] | [0xE3, 0x83, 0xBC, ..] => (b' ', 3),
        _ => text::plain(text),
    };
    let sign = match first {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'+' | b'(' | b',' | b':' | b'#' => {
            first.to_ascii_uppercase()
        }
        b';' => b',',
        b'=' => b':',
        b' ' | b'-' | b'.' | b')' | b'/' | b'[' | b']' => b' ',
        _ => 0,
    };
    (sign, length)
}

/// A number, digit by digit.
struct Typed {
    /// It has a country code.
    plus: bool,
    digits: Bytes,
    letters: usize,
    /// Behind how many digits something stands between them: a bit each.
    groups: u32,
}

/// The bit of what stands behind so many digits.
fn after(count: usize) -> u32 {
    // Where there are more than the bits, there are too many.
    1_u32.wrapping_shl(u32::try_from(count).unwrap_or_default())
}

/// The places behind an area code and behind an exchange.
const AREA: u32 = 1 << 3;
const EXCHANGE: u32 = 1 << 6;

impl Typed {
    /// Reads a number and gives the digits of its extension, none where it has none.
    fn read<'s>(&mut self, mut rest: &'s [u8]) -> Result<&'s [u8], &'static Code> {
        let mut extension: &[u8] = &[];
        // Whether the last sign of the number was a letter, and what stood behind its last digit.
        let (mut ends_in_letter, mut between) = (false, 0);
        while let [sign, tail @ ..] = rest {
            match sign {
                b'0'..=b'9' => {
                    // As many again, set apart, are a second number.
                    let more = || rest.iter().filter(|sign| sign.is_ascii_digit()).count();
                    if between > 0 && self.is_full() && more() >= 7 {
                        return Err(&code::PHONE_CHARACTER);
                    }
                    self.digits.push(*sign);
                    (ends_in_letter, between) = (false, 0);
                }
                // Who finds a + may type one as well.
                b'+' if self.digits.count == 0 => self.plus = true,
                b' ' | b'(' => {
                    between = *sign;
                    self.groups |= after(self.digits.count);
                }
                b':' => return Err(&code::PHONE_CHARACTER),
                _ if self.digits.count == 0 => return Err(&code::PHONE_CHARACTER),
                // A letter, a comma or a #.
                _ => {
                    let takes_letter = sign.is_ascii_uppercase() && self.takes_letters();
                    match self::extension(rest) {
                        Some(digits) if !digits.is_empty() => {
                            extension = digits;
                            break;
                        }
                        _ if takes_letter && !self.is_full() => {
                            self.digits.push(key(*sign));
                            self.letters += 1;
                            (ends_in_letter, between) = (true, 0);
                        }
                        Some(_) => return Err(&code::PHONE_EXTENSION),
                        // `1-800-CONTACTS`: the network dials as many as a number has.
                        None if takes_letter && ends_in_letter => {
                            if self.letters < LONG_WORD {
                                return Err(&code::PHONE_LONG);
                            }
                        }
                        None if (self.is_full() || !takes_letter) && is_line(rest, between) => {
                            break;
                        }
                        None => return Err(&code::PHONE_CHARACTER),
                    }
                }
            }
            rest = tail;
        }
        // `1-800-FLOWERS`: the word is the end of the number. Anything else with letters is a number and something.
        let word = self.letters >= MIN_LETTERS && ends_in_letter && self.is_full();
        if self.letters > 0 && !word { Err(&code::PHONE_CHARACTER) } else { Ok(extension) }
    }

    /// Whether the digits, of which none is a prefix for abroad, are rather a whole number of another country, whose code has
    /// that many: it stands by itself and the rest is not in North America's groups, or, of what does not fit there, no group says no.
    /// Eleven digits that begin with a number of North America have one too many.
    fn is_of_elsewhere(&self, code: usize, fits: bool) -> bool {
        let digits = self.digits.all();
        // Those between its digits.
        let groups = self.groups & after(digits.len()).wrapping_sub(2);
        let behind_code = groups & after(code) > 0;
        // `212 555 0123`, `212 5550123`, `212555 0123`, `2125550123`; not `21 2555 0123` or `212 5 550 123`.
        let is_usual =
            groups & 0b11_0110 == 0 && (groups & EXCHANGE > 0 || groups & 0b11_1000_0000 == 0);
        let rather = || {
            (groups == 0 || (digits.len() > 10 && !self.is_grouped()))
                && (digits.len() > 11 || !is_known(digits.get(..10).unwrap_or_default()))
        };
        code > 0 && ((behind_code && !is_usual) || (!fits && rather()))
    }

    /// It is written as North America does.
    fn is_grouped(&self) -> bool {
        self.groups & (AREA | EXCHANGE) == AREA | EXCHANGE
    }

    /// What is wrong with a number of North America. One that begins with 0 and is not written as one is another country's,
    /// as it is dialled there.
    fn blame(&self, code: &'static Code) -> &'static Code {
        match self.digits.all() {
            [b'0', rest @ ..] if rest.len() >= 7 && !(rest.len() == 9 && self.is_grouped()) => {
                &code::PHONE_COUNTRY
            }
            _ => code,
        }
    }

    /// No further digit belongs to the number.
    #[inline(never)]
    fn is_full(&self) -> bool {
        let most = match self.digits.all() {
            [b'1', b'1', ..] if self.plus => 12,
            [b'1', ..] => 11,
            // With the prefix within the country.
            _ if self.plus => MAX_DIGITS + 1,
            // 011 and such a number; or no digit yet.
            [] | [b'0', ..] => MAX_DIGITS + 4,
            _ => 10,
        };
        self.digits.count >= most
    }

    /// A word may stand for digits only behind a North American area code.
    fn takes_letters(&self) -> bool {
        match self.digits.all() {
            [b'1', rest @ ..] => rest.len() >= 3,
            [b'0', ..] => false,
            digits => !self.plus && digits.len() >= 3,
        }
    }
}

/// What the area code of ten digits is for, or what is wrong with them.
fn purpose(digits: &[u8]) -> Result<Use, &'static Code> {
    let (Some((area, rest)), 10) = (digits.split_first_chunk::<3>(), digits.len()) else {
        return Err(if digits.len() > 10 { &code::PHONE_LONG } else { &code::PHONE_SHORT });
    };
    if let [b'0' | b'1', ..]
    | [_, b'1', b'1']
    | [_, b'9', _]
    | [b'3', b'7', _]
    | [b'9', b'6', _]
    | b"555" = area
    {
        return Err(&code::PHONE_AREA_CODE);
    }
    let purpose = plan::area(*area);
    match rest {
        [b'0' | b'1', ..] => Err(&code::PHONE_EXCHANGE),
        [_, b'1', b'1', ..] if purpose.is_geographic() => Err(&code::PHONE_EXCHANGE),
        _ => Ok(purpose),
    }
}

/// Ten digits that are a number of North America, with an area code of the table.
#[inline(never)]
fn is_known(digits: &[u8]) -> bool {
    purpose(digits).is_ok_and(|purpose| purpose != Use::UNKNOWN)
}

/// What is worth knowing of ten digits that fit. Of an area code that is perhaps none nothing more is asked.
fn note(purpose: Use, digits: &[u8], in_doubt: bool, writer: &mut ReportWriter) {
    let (exchange, line) =
        digits.get(3..).and_then(|rest| rest.split_at_checked(3)).unwrap_or_default();
    let geographic = purpose.is_geographic();
    // Films have 100 lines in every place, and one that is toll-free: 800-555-0199.
    let films = if geographic {
        line.starts_with(b"01")
    } else {
        digits.starts_with(b"800") && line == b"0199"
    };
    if films && exchange == b"555" {
        writer.flags.insert(Flags::FICTION);
        writer.warn(&code::PHONE_FICTION);
    }
    writer.region = purpose.place();
    match purpose {
        Use::UNKNOWN if !in_doubt => writer.warn(&code::PHONE_NEW_AREA_CODE),
        Use::TOLL_FREE => {
            writer.flags.insert(Flags::TOLL_FREE);
            writer.warn(&code::PHONE_TOLL_FREE);
        }
        Use::PERSONAL => writer.flags.insert(Flags::PERSONAL),
        Use::GOVERNMENT => writer.flags.insert(Flags::GOVERNMENT),
        _ => {}
    }
    // 976 is the exchange of pay-per-call lines in every place.
    if purpose == Use::PREMIUM || (geographic && exchange == b"976") {
        writer.flags.insert(Flags::PREMIUM);
        writer.warn(&code::PHONE_PREMIUM);
    }
}

/// The key that has the letter (E.161): three letters each from 2 on, but four on 7 and 9.
fn key(letter: u8) -> u8 {
    const KEYS: &[u8; 26] = b"22233344455566677778889999";
    KEYS.get(usize::from(letter.wrapping_sub(b'A'))).copied().unwrap_or(b'0')
}

/// What people put before an extension, right and wrong. `POSTE` is Canada's French, `ANEXO` and `INT` are Spanish.
const LABELS: &[u8] = b"EXT X EXTENSION POSTE EXTN EXTENTION XT XTN ANEXO INT";

/// What people put behind a number to say where it rings; the letters alone are in parentheses.
const LINES: &[u8] = b"HOME CELL MOBILE WORK OFFICE H C W";

/// Whether such a word is all that follows, behind what stood between.
fn is_line(signs: &[u8], between: u8) -> bool {
    let mut rest = signs;
    let word = skip(&mut rest, LETTERS);
    skip(&mut rest, b" ");
    rest.is_empty()
        && between > 0
        && (word.len() > 1 || between == b'(')
        && text::has_word(LINES, word)
}

const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// The digits of an extension, none of them when its label has wrong ones or none. `None` when this is no extension.
fn extension(signs: &[u8]) -> Option<&[u8]> {
    let mut rest = signs;
    let named = text::cut(skip(&mut rest, b" ,#"), b'#').is_some();
    let label = skip(&mut rest, LETTERS);
    if !label.is_empty() && !text::has_word(LABELS, label) {
        return None;
    }
    let named = named || !label.is_empty();
    skip(&mut rest, b" :#");
    let digits = skip(&mut rest, b"0123456789");
    skip(&mut rest, b" #");
    let most = if named { MAX_EXTENSION } else { MAX_BARE_EXTENSION };
    let fits = rest.is_empty() && (1..=most).contains(&digits.len());
    if fits { Some(digits) } else { named.then_some(&[]) }
}

/// Takes these signs away from the start, and gives them.
#[inline(never)]
fn skip<'s>(signs: &mut &'s [u8], these: &[u8]) -> &'s [u8] {
    let count = signs.iter().take_while(|sign| text::cut(these, **sign).is_some()).count();
    let (skipped, rest) = signs.split_at_checked(count).unwrap_or_default();
    *signs = rest;
    skipped
}
