//! E-mail addresses.

use super::text::{self, class};
use super::typo::words::{Words, words};
use super::{idn, typo};
use crate::code::{self, Code};
use crate::report::{FieldReport, Flags};
use crate::value::Value;
use std::borrow::Cow;

/// Mailboxes of functions.
static ROLES: Words = words!("../data/role_names.txt");

/// Mailboxes that are thrown away.
static DISPOSABLE: Words = words!("../data/disposable_mail.txt");

/// The most bytes before the @ (RFC 5321, 4.5.3.1.1).
const MAX_LOCAL: usize = 64;
/// The most bytes of the whole: a path of 256 without its angle brackets (RFC 5321, 4.5.3.1.3; RFC 3696, erratum 1690).
const MAX_WHOLE: usize = 254;
/// The most bytes of a domain's label (RFC 1034, 3.1).
const MAX_LABEL: usize = 63;

/// One address: the HTML standard's grammar narrowed to what mail delivers. The part before the @ is a dot-atom of
/// RFC 5322 (no leading, trailing or double dots, no quotes, no comments), the domain has at least two labels (RFC 1034),
/// and the last is no number, or it would be an address of four numbers.
///
/// ASCII only, because Marketo and Pardot take nothing else; a domain in another script becomes its ASCII form. Clean:
/// without blanks around it, the domain in lower case, the part before the @ as typed, because its case is the
/// receiver's to judge (RFC 5321, 2.4). A likely slip is a warning, never corrected here.
pub fn check(value: Value<'_>) -> FieldReport<'_> {
    let Some(text) = text::typed(value).map(text::trim) else { return FieldReport::wrong(&code::KIND) };
    if text.is_empty() {
        return FieldReport::default();
    }
    let mut report = FieldReport::default();
    let suggestion = match read(&text) {
        Ok((local, domain)) => {
            let suggestion = typo::domain(&domain).map(|right| join(local, &right));
            if suggestion.is_some() {
                report.warn(&code::EMAIL_TYPO);
            }
            // `info+web@` is still `info@`.
            let (name, _) = text::cut(local, b'+').unwrap_or((local, ""));
            if ROLES.contains(name) {
                report.flags.insert(Flags::ROLE);
            }
            if typo::FREE.contains(&domain) {
                report.flags.insert(Flags::FREE);
            } else if is_disposable(&domain) {
                report.flags.insert(Flags::DISPOSABLE);
            }
            report.value = Value::Text(match domain {
                Cow::Borrowed(_) => text,
                Cow::Owned(domain) => Cow::Owned(join(local, &domain)),
            });
            suggestion
        }
        Err(code) => {
            report.error(code);
            repaired(&text)
        }
    };
    if let Some(issue) = report.issues.last_mut() {
        issue.suggestion = suggestion;
    }
    report
}

fn join(local: &str, domain: &str) -> String {
    [local, "@", domain].concat()
}

/// The part before the @ and the domain, the latter borrowed when it was clean.
fn read(text: &str) -> Result<(&str, Cow<'_, str>), &'static Code> {
    let (local, domain) = parts(text).ok_or(&code::EMAIL_AT)?;
    read_local(local)?;
    let domain = read_domain(domain)?;
    if local.len().saturating_add(domain.len()) >= MAX_WHOLE {
        return Err(&code::EMAIL_LONG);
    }
    Ok((local, domain))
}

/// What stands before and after the one @.
fn parts(text: &str) -> Option<(&str, &str)> {
    let (local, domain) = text::cut(text, b'@')?;
    (!local.is_empty() && !domain.is_empty() && text::cut(domain, b'@').is_none()).then_some((local, domain))
}

fn read_local(local: &str) -> Result<(), &'static Code> {
    let mut before = b'.';
    for byte in local.bytes() {
        if byte == b'.' && before == b'.' {
            return Err(&code::EMAIL_DOTS);
        }
        if byte != b'.' && !class::is(byte, class::ATEXT) {
            // What nobody sees is no accented letter.
            let accented = byte >= 128 && !text::has_blank(local);
            return Err(if accented { &code::EMAIL_ASCII } else { &code::EMAIL_CHARACTER });
        }
        before = byte;
    }
    match before {
        b'.' => Err(&code::EMAIL_DOTS),
        _ if local.len() > MAX_LOCAL => Err(&code::EMAIL_LONG),
        _ => Ok(()),
    }
}

fn read_domain(typed: &str) -> Result<Cow<'_, str>, &'static Code> {
    let mut highest = 0;
    for byte in typed.bytes() {
        match byte {
            b'a'..=b'z' => {}
            // An address of the net in brackets: its characters are not what is wrong with it.
            b'[' => return Err(&code::EMAIL_DOMAIN),
            _ if byte < 128 && !class::is(byte, class::DOMAIN) => return Err(&code::EMAIL_CHARACTER),
            _ => highest = byte.max(highest),
        }
    }
    // Before any work on it: a Unicode form is never longer than four times its ASCII form.
    if typed.len() > MAX_WHOLE.saturating_mul(4) {
        return Err(&code::EMAIL_LONG);
    }
    let domain = match highest {
        128.. => Cow::Owned(idn::to_ascii(typed).ok_or(&code::EMAIL_DOMAIN)?),
        b'A'.. => Cow::Owned(typed.to_ascii_lowercase()),
        _ => Cow::Borrowed(typed),
    };
    let (mut labels, mut last): (_, &[u8]) = (0_u32, &[]);
    for label in domain.as_bytes().split(|byte| *byte == b'.') {
        match label {
            [] => return Err(&code::EMAIL_DOTS),
            [b'-', ..] | [.., b'-'] => return Err(&code::EMAIL_DOMAIN),
            _ if label.len() > MAX_LABEL => return Err(&code::EMAIL_LONG),
            _ => {}
        }
        labels = labels.saturating_add(1);
        last = label;
    }
    // A number, also in base 16, would be the last part of an IPv4 address (the URL standard's *ends in a number*).
    let is_number = match last {
        [b'0', b'x', digits @ ..] => digits.iter().all(u8::is_ascii_hexdigit),
        digits => class::all(digits, class::DIGIT),
    };
    // The characters again, for what the host made of them.
    if labels < 2 || last.len() < 2 || is_number || !class::all(domain.as_bytes(), class::DOMAIN) {
        Err(&code::EMAIL_DOMAIN)
    } else {
        Ok(domain)
    }
}

/// The domain, or one above it, is known to be thrown away: such services give out names below their own, too.
fn is_disposable(mut domain: &str) -> bool {
    while !DISPOSABLE.contains(domain) {
        match text::cut(domain, b'.') {
            Some((_, above)) => domain = above,
            None => return false,
        }
    }
    true
}

/// The address that was probably meant by one that cannot be used: a comma for a dot, a blank inside, a dot or an @ twice
/// or at an end, `gmail` without its ending, `mailto:` before it, or the address between a name's angle brackets.
fn repaired(text: &str) -> Option<String> {
    let mut right = String::new();
    // As if a dot went before: none may lead.
    let mut before = b'.';
    for byte in text.bytes() {
        let byte = if byte == b',' { b'.' } else { byte };
        match (before, byte) {
            (_, b'>') => break,
            (_, b'<' | b':') => {
                right.clear();
                before = b'.';
                continue;
            }
            (b'.' | b'@', b'.') | (b'@', b'@') | (_, b' ' | b'\t') => continue,
            (b'.', b'@') => {
                right.pop();
            }
            // Whatever else is wrong is not for guessing.
            (_, 128..) => return None,
            _ if right.len() > MAX_WHOLE => return None,
            _ => {}
        }
        right.push(char::from(byte));
        before = byte;
    }
    if before == b'.' {
        right.pop();
    }
    let (local, domain) = parts(&right)?;
    let domain = domain.to_ascii_lowercase();
    let whole = join(local, &typo::domain(&domain).unwrap_or(domain));
    read(&whole).is_ok().then_some(whole)
}
