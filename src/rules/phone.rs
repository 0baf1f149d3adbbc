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

/// One number as people type it, with its extension. `+` or 011 (North America's international prefix) and another
/// country's code make a number that is checked for its structure only (E.164); all others must be of the NANP.
///
/// What no number can have is an error: another length than ten digits, an area code or exchange that begins with 0 or 1,
/// the codes that NANPA keeps for services and for growth (N11, N9X, 37X, 96X, 555). Whether the area code is in service
/// is a matter of the day, so a table can only warn. Clean: E.164, the extension apart (RFC 3966 has it apart, too).
pub fn check(value: Value<'_>) -> FieldReport<'_> {
    let Some(text) = text::trimmed(value) else { return FieldReport::wrong(&code::KIND) };
    if text.is_empty() {
        return FieldReport::default();
    }
    let typed = match Typed::read(&text) {
        Ok(typed) => typed,
        Err(code) => return FieldReport::wrong(code),
    };
    let mut report = match typed.meant() {
        Ok(Number::National(number)) => national_report(number),
        Ok(Number::Foreign(number)) => {
            let mut report = e164(number);
            report.flags.insert(Flags::INTERNATIONAL);
            report
        }
        Err(code) => FieldReport::wrong(code),
    };
    if report.ok() {
        report.ext = typed.extension.map(Cow::Owned);
    }
    report
}

/// How North America writes a number: `(212) 555-0123`. None for a number of elsewhere.
pub fn national(e164: &str) -> Option<String> {
    let digits = e164
        .strip_prefix("+1")
        .filter(|digits| digits.len() == 10 && digits.bytes().all(|b| b.is_ascii_digit()))?;
    let (area, rest) = digits.split_at_checked(3)?;
    let (exchange, line) = rest.split_at_checked(3)?;
    Some(["(", area, ") ", exchange, "-", line].concat())
}

/// What stands in the field, digit by digit.
#[derive(Default)]
struct Typed {
    plus: bool,
    /// The digits as one number, and how many they are: zeros may lead.
    digits: u64,
    count: u32,
    first: u64,
    letters: u32,
    extension: Option<String>,
}

/// A number without what is typed around it.
enum Number {
    /// Ten digits.
    National(u64),
    /// With its country code.
    Foreign(u64),
}

impl Typed {
    fn read(text: &str) -> Result<Self, &'static Code> {
        let mut typed = Typed::default();
        // Whether the last sign was a letter, and whether something stood between it and the last digit.
        let (mut ends_in_letter, mut apart) = (false, false);
        let mut rest = text.strip_prefix("tel:").unwrap_or(text).chars();
        loop {
            let here = rest.as_str();
            let Some(character) = rest.next() else { break };
            if let Some(digit) = digit(character) {
                if typed.is_full() {
                    // As many again, set apart, are a second number.
                    let more = here.chars().filter_map(self::digit).count();
                    return Err(if apart && more >= 7 { &code::PHONE_CHARACTER } else { &code::PHONE_LONG });
                }
                typed.push(digit);
                (ends_in_letter, apart) = (false, false);
                continue;
            }
            match character {
                '+' | '\u{FF0B}' if typed.count == 0 && !typed.plus => typed.plus = true,
                // The trunk prefix of other countries, `+44 (0)20`, is not dialled from abroad; Italy alone keeps it.
                '(' if typed.plus && typed.count > 0 && here.starts_with("(0)") && typed.digits != 39 => {
                    rest = here.get(3..).unwrap_or_default().chars();
                    apart = true;
                }
                _ if is_joint(character) => apart = true,
                'A'..='Z' | 'a'..='z' | ',' | ';' | '#' if typed.count > 0 => {
                    match extension(here) {
                        Some(Ok(extension)) => {
                            typed.extension = Some(extension);
                            break;
                        }
                        Some(Err(())) if typed.is_full() || !typed.takes_letters() => {
                            return Err(&code::PHONE_EXTENSION);
                        }
                        _ if character.is_ascii_alphabetic() && typed.takes_letters() && !typed.is_full() => {
                            typed.push(key(character));
                            typed.letters = typed.letters.saturating_add(1);
                            (ends_in_letter, apart) = (true, false);
                        }
                        // A word that is longer than the number.
                        _ if ends_in_letter && character.is_ascii_alphabetic() => {
                            return Err(&code::PHONE_LONG);
                        }
                        _ => return Err(&code::PHONE_CHARACTER),
                    }
                }
                _ => return Err(&code::PHONE_CHARACTER),
            }
        }
        // `1-800-FLOWERS`: the word is the end of the number. Anything else with letters is a number and something.
        let word = typed.letters >= MIN_LETTERS && ends_in_letter && typed.is_full();
        if typed.letters > 0 && !word { Err(&code::PHONE_CHARACTER) } else { Ok(typed) }
    }

    fn push(&mut self, digit: u64) {
        if self.count == 0 {
            self.first = digit;
        }
        self.digits = self.digits.wrapping_mul(10).wrapping_add(digit);
        self.count = self.count.saturating_add(1);
    }

    /// No further digit belongs to the number.
    fn is_full(&self) -> bool {
        let most = match (self.plus, self.first) {
            // Without a digit it is not known yet.
            _ if self.count == 0 => MAX_DIGITS,
            (_, 1) => 11,
            (true, _) => MAX_DIGITS,
            // 011 and a number.
            (false, 0) => MAX_DIGITS.saturating_add(3),
            (false, _) => 10,
        };
        self.count >= most
    }

    /// A word may stand for digits only behind a North American area code.
    fn takes_letters(&self) -> bool {
        match (self.plus, self.first) {
            (_, 1) => self.count >= 4,
            (plus, first) => !plus && first != 0 && self.count >= 3,
        }
    }

    fn meant(&self) -> Result<Number, &'static Code> {
        let (mut digits, mut count) = (self.digits, self.count);
        let mut with_country = self.plus;
        if !with_country && self.first == 0 && count > 3 {
            let power = 10_u64.wrapping_pow(count.saturating_sub(3));
            if digits.checked_div(power) == Some(11) {
                digits = digits.checked_rem(power).unwrap_or_default();
                count = count.saturating_sub(3);
                with_country = true;
            }
        }
        let leading = |digits: u64, count: u32, taken: u32| {
            digits.checked_div(10_u64.wrapping_pow(count.saturating_sub(taken))).unwrap_or_default()
        };
        if with_country && count > 0 && leading(digits, count, 1) != 1 {
            let three = usize::try_from(leading(digits, count, 3)).unwrap_or_default();
            return match count {
                _ if count < MIN_DIGITS || !plan::is_country(three) => Err(&code::PHONE_COUNTRY),
                _ if count > MAX_DIGITS => Err(&code::PHONE_LONG),
                _ => Ok(Number::Foreign(digits)),
            };
        }
        if (with_country || count == 11) && leading(digits, count, 1) == 1 {
            digits = digits.checked_rem(10_u64.wrapping_pow(count.saturating_sub(1))).unwrap_or_default();
            count = count.saturating_sub(1);
        }
        match count {
            0..10 => Err(&code::PHONE_SHORT),
            10 => Ok(Number::National(digits)),
            _ => Err(&code::PHONE_LONG),
        }
    }
}

/// A number of ten digits.
fn national_report(number: u64) -> FieldReport<'static> {
    let area = number.wrapping_div(10_000_000);
    let exchange = number.wrapping_div(10_000).wrapping_rem(1_000);
    let line = number.wrapping_rem(10_000);
    let is_service = |code: u64| code.wrapping_rem(100) == 11;
    let tens = area.wrapping_div(10);
    if area < 200 || is_service(area) || tens.wrapping_rem(10) == 9 || tens == 37 || tens == 96 || area == 555
    {
        return FieldReport::wrong(&code::PHONE_AREA_CODE);
    }
    let purpose = plan::area(area);
    let geographic = matches!(purpose, Use::Place(_) | Use::Unknown);
    if exchange < 200 || (geographic && is_service(exchange)) {
        return FieldReport::wrong(&code::PHONE_EXCHANGE);
    }
    let mut report = e164(number.wrapping_add(COUNTRY));
    // Films have 100 lines in every place, and one that is toll-free: 800-555-0199.
    let films = if geographic { 100..=199 } else { 199..=199 };
    if exchange == 555 && films.contains(&line) && (geographic || area == 800) {
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
    report
}

/// The digits with a plus before them. They include a country code, so no zero leads.
fn e164(number: u64) -> FieldReport<'static> {
    let mut text = String::with_capacity(16);
    text.push('+');
    number::push_digits(&mut text, number, 1);
    FieldReport::clean(Value::from(text))
}

/// ASCII digits and the full-width ones of East Asian keyboards.
fn digit(character: char) -> Option<u64> {
    match character {
        '0'..='9' | '\u{FF10}'..='\u{FF19}' => Some(u64::from(u32::from(character) & 0x0F)),
        _ => None,
    }
}

/// The key that has the letter (E.161).
fn key(letter: char) -> u64 {
    match letter.to_ascii_uppercase() {
        'A'..='C' => 2,
        'D'..='F' => 3,
        'G'..='I' => 4,
        'J'..='L' => 5,
        'M'..='O' => 6,
        'P'..='S' => 7,
        'T'..='V' => 8,
        _ => 9,
    }
}

/// What people put between digits: blanks, dots, slashes, parentheses and every kind of hyphen.
fn is_joint(character: char) -> bool {
    text::is_blank(character)
        || matches!(
            character,
            '-' | '.' | '(' | ')' | '/' | '[' | ']' | '\u{AD}' | '\u{2010}'..='\u{2015}' | '\u{2212}'
                | '\u{FF08}' | '\u{FF09}' | '\u{FF0D}'..='\u{FF0F}'
        )
}

/// What people put before an extension. `poste` is Canada's French.
const LABELS: &[&str] = &["extension", "extn", "ext", "xtn", "x", "#", "poste"];

/// An extension with its label; none when this is not one, an error when only its digits are missing or wrong.
fn extension(text: &str) -> Option<Result<String, ()>> {
    let set_apart = text.trim_start_matches(|c| text::is_blank(c) || matches!(c, ',' | ';'));
    let label = LABELS.iter().find_map(|label| {
        let (start, rest) = set_apart.split_at_checked(label.len())?;
        (start.eq_ignore_ascii_case(label) && !rest.starts_with(|c: char| c.is_ascii_alphabetic()))
            .then_some(rest)
    });
    let most = if label.is_some() { MAX_EXTENSION } else { MAX_BARE_EXTENSION };
    let digits = match label {
        Some(rest) => rest.trim_start_matches(|c| text::is_blank(c) || matches!(c, '.' | ':' | '=' | '-')),
        None if set_apart.len() < text.len() => set_apart,
        None => return None,
    };
    let mut found = String::new();
    let mut ended = false;
    for character in digits.chars() {
        match self::digit(character) {
            Some(digit) if !ended && found.len() < most => number::push_digits(&mut found, digit, 1),
            // What may follow.
            None if text::is_blank(character) || matches!(character, '#' | '.' | ')') => ended = true,
            _ => {
                found.clear();
                break;
            }
        }
    }
    match (found.is_empty(), label) {
        (false, _) => Some(Ok(found)),
        (true, Some(_)) => Some(Err(())),
        (true, None) => None,
    }
}
