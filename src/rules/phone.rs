//! Phone numbers: of the North American Numbering Plan, and others with their country code.

mod plan;

use super::{number, text};
use crate::code::{self, Code};
use crate::report::{FieldReport, Flags};
use crate::value::Value;
use plan::Use;
use std::borrow::Cow;

/// North America's country code before ten digits.
const COUNTRY: u64 = 10_000_000_000;
/// The most digits of a number with its country code (E.164, 6.2.1).
const MAX_DIGITS: u32 = 15;
/// The fewest digits of one; the shortest in use have eight with their country code.
const MIN_DIGITS: u32 = 8;
/// Fewer letters are a slip, not a word: `789O`, or a name behind a number of seven digits.
const MIN_LETTERS: u32 = 4;
/// The most digits of an extension that is called one (libphonenumber reads as many).
const MAX_EXTENSION: usize = 20;
/// The most digits of one that only a comma or a semicolon sets apart: seven may be another number.
const MAX_BARE_EXTENSION: usize = 6;
/// The most signs of one number with its extension, runs of blanks counted once.
const MAX_SIGNS: usize = 80;

/// One number as people type it, with its extension. `+` or 011 (North America's international prefix) and another
/// country's code make a number that is checked for its structure only (E.164); all others must be of the NANP.
///
/// What no number can have is an error: another length than ten digits, an area code or exchange that begins with 0 or 1,
/// the codes that NANPA keeps for services and for growth (N11, N9X, 37X, 96X, 555). Whether the area code is in service
/// is a matter of the day, so a table can only warn. Clean: E.164, the extension apart (RFC 3966 has it apart, too).
pub fn check(value: Value<'_>) -> FieldReport<'_> {
    let Some(text) = text::typed(value).map(text::trim) else { return FieldReport::wrong(&code::KIND) };
    if text.is_empty() {
        return FieldReport::default();
    }
    let mut report = FieldReport::default();
    match read(&text, &mut report) {
        Ok(number) => {
            let mut clean = String::with_capacity(16);
            clean.push('+');
            number::push(&mut clean, number);
            report.value = Value::from(clean);
        }
        Err(code) => return FieldReport::wrong(code),
    }
    report
}

/// The number with its country code; the report gets the rest.
fn read(text: &str, report: &mut FieldReport<'_>) -> Result<u64, &'static Code> {
    let signs = Signs::of(text)?;
    let mut typed = Typed::default();
    let extension = typed.read(signs.signs())?;
    if !extension.is_empty() {
        report.ext = Some(Cow::Owned(extension.iter().map(|digit| char::from(*digit)).collect()));
    }
    typed.judge(report)
}

/// How North America writes a number: `(212) 555-0123`. None for a number of elsewhere.
pub fn national(e164: &str) -> Option<String> {
    let digits = e164.strip_prefix("+1")?;
    let (area, rest) = digits.split_at_checked(3)?;
    let (exchange, line) = rest.split_at_checked(3)?;
    let fits = digits.len() == 10 && digits.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| ["(", area, ") ", exchange, "-", line].concat())
}

/// What stands in the field, one byte for each sign that means something.
struct Signs {
    signs: [u8; MAX_SIGNS],
    count: usize,
}

impl Signs {
    fn of(text: &str) -> Result<Self, &'static Code> {
        let mut signs = Signs { signs: [b' '; MAX_SIGNS], count: 0 };
        let mut before = b' ';
        for character in text.strip_prefix("tel:").unwrap_or(text).chars() {
            let sign = sign(character).ok_or(&code::PHONE_CHARACTER)?;
            if sign == b' ' && before == b' ' {
                continue;
            }
            *signs.signs.get_mut(signs.count).ok_or(&code::PHONE_CHARACTER)? = sign;
            signs.count = signs.count.saturating_add(1);
            before = sign;
        }
        Ok(signs)
    }

    fn signs(&self) -> &[u8] {
        self.signs.get(..self.count).unwrap_or_default()
    }
}

/// A digit, a letter in capitals, one of `+ ( , : #`, or a blank for all that people put between digits: dots, slashes,
/// parentheses and every kind of hyphen. Full-width signs come from East Asian keyboards.
fn sign(character: char) -> Option<u8> {
    // The block of full-width signs repeats ASCII.
    let character = match character {
        '\u{FF01}'..='\u{FF5E}' => {
            char::from_u32(u32::from(character).wrapping_sub(0xFEE0)).unwrap_or(character)
        }
        _ => character,
    };
    match character {
        '0'..='9' | 'A'..='Z' | 'a'..='z' | '+' | '(' | ',' | ':' | '#' => {
            u8::try_from(character).ok().map(|sign| sign.to_ascii_uppercase())
        }
        ';' => Some(b','),
        '=' => Some(b':'),
        '-' | '.' | ')' | '/' | '[' | ']' | '\u{AD}' | '\u{2010}'..='\u{2015}' | '\u{2212}' => Some(b' '),
        _ => text::is_blank(character).then_some(b' '),
    }
}

/// A number, digit by digit.
#[derive(Default)]
struct Typed {
    /// It has a country code.
    plus: bool,
    digits: u64,
    /// How many digits: zeros may lead.
    count: u32,
    first: u8,
    letters: u32,
}

impl Typed {
    /// Reads a number and gives the digits of its extension, none where it has none.
    fn read<'s>(&mut self, mut rest: &'s [u8]) -> Result<&'s [u8], &'static Code> {
        let mut extension: &[u8] = &[];
        // Whether the last sign of the number was a letter, and whether something stood behind its last digit.
        let (mut ends_in_letter, mut apart) = (false, false);
        while let [sign, tail @ ..] = rest {
            match sign {
                b'0'..=b'9' if !self.is_full() => {
                    self.push(*sign);
                    (ends_in_letter, apart) = (false, false);
                }
                b'0'..=b'9' => {
                    // As many again, set apart, are a second number.
                    let more = rest.iter().filter(|sign| sign.is_ascii_digit()).count();
                    return Err(if apart && more >= 7 { &code::PHONE_CHARACTER } else { &code::PHONE_LONG });
                }
                b'+' if self.count == 0 && !self.plus => self.plus = true,
                b' ' => apart = true,
                b'(' => {
                    apart = true;
                    // The trunk prefix of other countries, `+44 (0)20`, is not dialled from abroad; Italy alone keeps it.
                    if let [b'0', b' ', behind @ ..] = tail
                        && self.plus
                        && self.count > 0
                        && self.digits != 39
                    {
                        rest = behind;
                        continue;
                    }
                }
                b':' => return Err(&code::PHONE_CHARACTER),
                _ if self.count == 0 => return Err(&code::PHONE_CHARACTER),
                // A letter, a comma or a #.
                _ => {
                    let takes_letter = sign.is_ascii_uppercase() && self.takes_letters();
                    match self::extension(rest) {
                        Some(digits) if !digits.is_empty() => {
                            extension = digits;
                            break;
                        }
                        _ if takes_letter && !self.is_full() => {
                            self.push(key(*sign));
                            self.letters = self.letters.saturating_add(1);
                            (ends_in_letter, apart) = (true, false);
                        }
                        Some(_) => return Err(&code::PHONE_EXTENSION),
                        // A word that is longer than the number.
                        None if takes_letter && ends_in_letter => return Err(&code::PHONE_LONG),
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

    fn push(&mut self, digit: u8) {
        if self.count == 0 {
            self.first = digit;
        }
        self.digits = self.digits.wrapping_mul(10).wrapping_add(u64::from(digit & 0x0F));
        self.count = self.count.saturating_add(1);
    }

    /// No further digit belongs to the number.
    fn is_full(&self) -> bool {
        let most = match (self.plus, self.first) {
            (_, b'1') => 11,
            (true, _) => MAX_DIGITS,
            // 011 and a number; or no digit yet.
            (false, ..=b'0') => MAX_DIGITS.saturating_add(3),
            (false, _) => 10,
        };
        self.count >= most
    }

    /// A word may stand for digits only behind a North American area code.
    fn takes_letters(&self) -> bool {
        match self.first {
            b'1' => self.count >= 4,
            first => !self.plus && first != b'0' && self.count >= 3,
        }
    }

    /// The digits of E.164; the report gets what is worth knowing about them.
    fn judge(&self, report: &mut FieldReport<'_>) -> Result<u64, &'static Code> {
        let (mut digits, mut count, mut with_country) = (self.digits, self.count, self.plus);
        if !with_country && self.first == b'0' && count > 3 {
            let (prefix, rest) = split(digits, count.saturating_sub(3));
            if prefix == 11 {
                (digits, count, with_country) = (rest, count.saturating_sub(3), true);
            }
        }
        let (first, rest) = split(digits, count.saturating_sub(1));
        if with_country && count > 0 && first != 1 {
            report.flags.insert(Flags::INTERNATIONAL);
            let (country, _) = split(digits, count.saturating_sub(3));
            return match count {
                _ if count < MIN_DIGITS || !plan::is_country(country) => Err(&code::PHONE_COUNTRY),
                _ if count > MAX_DIGITS => Err(&code::PHONE_LONG),
                _ => Ok(digits),
            };
        }
        if first == 1 && (with_country || count == 11) {
            (digits, count) = (rest, count.saturating_sub(1));
        }
        match count {
            0..10 => return Err(&code::PHONE_SHORT),
            10 => judge_national(digits, report)?,
            _ => return Err(&code::PHONE_LONG),
        }
        Ok(digits.wrapping_add(COUNTRY))
    }
}

/// The digits before the last `keep` ones, and those.
fn split(digits: u64, keep: u32) -> (u64, u64) {
    let power = 10_u64.wrapping_pow(keep).max(1);
    (digits.checked_div(power).unwrap_or_default(), digits.checked_rem(power).unwrap_or_default())
}

/// The rules for ten digits.
fn judge_national(number: u64, report: &mut FieldReport<'_>) -> Result<(), &'static Code> {
    let area = number.wrapping_div(10_000_000);
    let exchange = number.wrapping_div(10_000).wrapping_rem(1_000);
    let line = number.wrapping_rem(10_000);
    let is_service = |code: u64| code.wrapping_rem(100) == 11;
    let tens = area.wrapping_div(10);
    if area < 200 || is_service(area) || tens.wrapping_rem(10) == 9 || tens == 37 || tens == 96 || area == 555
    {
        return Err(&code::PHONE_AREA_CODE);
    }
    let purpose = plan::area(area);
    let geographic = matches!(purpose, Use::Place(_) | Use::Unknown);
    if exchange < 200 || (geographic && is_service(exchange)) {
        return Err(&code::PHONE_EXCHANGE);
    }
    // Films have 100 lines in every place, and one that is toll-free: 800-555-0199.
    if exchange == 555 && (geographic && (100..200).contains(&line) || area == 800 && line == 199) {
        report.flags.insert(Flags::FICTION);
        report.warn(&code::PHONE_FICTION);
    }
    match purpose {
        Use::Unknown => report.warn(&code::PHONE_NEW_AREA_CODE),
        Use::Place(place) => report.region = Some(place),
        Use::TollFree => {
            report.flags.insert(Flags::TOLL_FREE);
            report.warn(&code::PHONE_TOLL_FREE);
        }
        Use::Personal => report.flags.insert(Flags::PERSONAL),
        Use::Government => report.flags.insert(Flags::GOVERNMENT),
        Use::Premium | Use::Other => {}
    }
    // 976 is the exchange of pay-per-call lines in every place.
    if purpose == Use::Premium || (geographic && exchange == 976) {
        report.flags.insert(Flags::PREMIUM);
        report.warn(&code::PHONE_PREMIUM);
    }
    Ok(())
}

/// The key that has the letter (E.161): three letters each from 2 on, but four on 7 and 9.
fn key(letter: u8) -> u8 {
    const KEYS: &[u8; 26] = b"22233344455566677778889999";
    KEYS.get(usize::from(letter.wrapping_sub(b'A'))).copied().unwrap_or(b'0')
}

/// What people put before an extension. `POSTE` is Canada's French.
const LABELS: [&[u8]; 5] = [b"EXTENSION", b"EXTN", b"EXT", b"X", b"POSTE"];

/// The digits of an extension, none of them when its label has wrong ones or none. `None` when this is no extension.
fn extension(signs: &[u8]) -> Option<&[u8]> {
    let mut rest = signs;
    let hash = skip(&mut rest, |sign| matches!(sign, b' ' | b',' | b'#')).contains(&b'#');
    let label = skip(&mut rest, u8::is_ascii_uppercase);
    if !label.is_empty() && !LABELS.contains(&label) {
        return None;
    }
    let named = hash || !label.is_empty();
    skip(&mut rest, |sign| matches!(sign, b' ' | b':'));
    let digits = skip(&mut rest, u8::is_ascii_digit);
    skip(&mut rest, |sign| matches!(sign, b' ' | b'#'));
    let most = if named { MAX_EXTENSION } else { MAX_BARE_EXTENSION };
    let fits = rest.is_empty() && (1..=most).contains(&digits.len());
    if fits { Some(digits) } else { named.then_some(&[]) }
}

/// Takes such signs away from the start, and gives them.
fn skip<'s>(signs: &mut &'s [u8], sign: fn(&u8) -> bool) -> &'s [u8] {
    let count = signs.iter().take_while(|found| sign(found)).count();
    let (skipped, rest) = signs.split_at_checked(count).unwrap_or_default();
    *signs = rest;
    skipped
}
