//! E-mail addresses.

use super::text::{self, class};
use super::typo::words::{Words, words};
use super::{elsewhere::LATE, repair, typo, visitor};
use crate::check::field::Options;
use crate::check::report::Flags;
use crate::check::writer::{ReportWriter, Verdict};
use crate::code::{self, Code};
use crate::host::Ask;
use crate::memory::shared;
use crate::packed::{Buffer, END, TEXT, put};

/// Mailboxes of functions.
static ROLES: Words = words!("../../data/role_names.txt");

/// Mailboxes that are thrown away.
static DISPOSABLE: Words = words!("../../data/disposable_mail.txt");

/// The most bytes before the @ (RFC 5321, 4.5.3.1.1).
const MAX_LOCAL: usize = 64;
/// The most bytes of the whole: a path of 256 without its angle brackets (RFC 5321, 4.5.3.1.3; RFC 3696, erratum 1690).
pub(super) const MAX_WHOLE: usize = 254;
/// The most bytes of a domain's label (RFC 1034, 3.1).
const MAX_LABEL: usize = 63;

/// One address: the HTML standard's grammar narrowed to what mail delivers. The part before the @ is a dot-atom of
/// RFC 5322 (no leading, trailing or double dots, no quotes, no comments), the domain has at least two labels (RFC 1034),
/// and the last is no number, or it would be an address of four numbers. Options widen it again.
///
/// ASCII only, because Marketo and Pardot take nothing else; a domain in another script becomes its ASCII form. Clean:
/// without blanks around it, the domain in lower case, the part before the @ as typed, because its case is the
/// receiver's to judge (RFC 5321, 2.4). A likely slip is a warning, never corrected here.
pub(super) fn check(options: Options, text: &[u8], writer: &mut ReportWriter) -> Verdict {
    let start = writer.values.len();
    writer.values.push(TEXT);
    let local = match read(options, text, writer) {
        Ok(local) => local,
        Err(code) => {
            suggest_repaired(text, writer);
            return Err(code);
        }
    };
    // The clean address stands behind the text's mark.
    let clean = writer.values.get(start + 1..).unwrap_or_default();
    let domain = clean.get(local.len() + 1..).unwrap_or_default();
    // `info+web@` is still `info@`.
    if ROLES.contains(text::cut(local, b'+').map_or(local, |(name, _)| name)) {
        writer.flags.insert(Flags::ROLE);
    }
    let mut slipped = false;
    if typo::is_free(domain) {
        writer.flags.insert(Flags::FREE);
    } else if is_disposable(domain) {
        writer.flags.insert(Flags::DISPOSABLE);
    } else {
        let suggestion = &mut writer.suggestion;
        put(suggestion, local);
        suggestion.push(b'@');
        slipped = if LATE {
            typo::put_meant(domain, suggestion)
        } else {
            (writer.host)(Ask::Meant, domain, suggestion)
        };
    }
    writer.values.push(END);
    if slipped {
        writer.warn(&code::EMAIL_TYPO);
    }
    writer.suggestion.clear();
    Ok(())
}

/// Adds the clean address, and gives the part before the @.
fn read<'t>(
    options: Options,
    text: &'t [u8],
    writer: &mut ReportWriter,
) -> Result<&'t [u8], &'static Code> {
    let (local, domain) = parts(options, text).ok_or(&code::EMAIL_AT)?;
    read_local(options, local)?;
    put(&mut writer.values, local);
    writer.values.push(b'@');
    let start = writer.values.len();
    if options.has(Options::LITERAL) && is_literal(domain) {
        put_lower(&mut writer.values, domain);
    } else {
        read_domain(domain, writer)?;
    }
    let length = writer.values.len().saturating_sub(start);
    if local.len() + length >= MAX_WHOLE { Err(&code::EMAIL_LONG) } else { Ok(local) }
}

/// What stands before and after the one @; a quoted part may have its own.
fn parts(options: Options, text: &[u8]) -> Option<(&[u8], &[u8])> {
    let quoted = if options.has(Options::QUOTED) { quoted(text) } else { 0 };
    let (before, rest) = text.split_at_checked(quoted)?;
    let (after, domain) = text::cut(rest, b'@')?;
    let local = text.get(..before.len() + after.len())?;
    (!local.is_empty() && !domain.is_empty() && text::cut(domain, b'@').is_none())
        .then_some((local, domain))
}

/// How many bytes the quoted string at the start has (RFC 5321, 4.1.2); 0 where there is none.
fn quoted(text: &[u8]) -> usize {
    let (mut length, mut escaped) = (0_usize, false);
    for byte in text {
        match (length, byte) {
            (0, b'"') => {}
            (0, _) | (_, ..b' ' | 0x7F..) => return 0,
            _ if escaped => escaped = false,
            (_, b'\\') => escaped = true,
            (_, b'"') => return length + 1,
            _ => {}
        }
        length += 1;
    }
    0
}

fn read_local(options: Options, local: &[u8]) -> Verdict {
    let mut before = b'.';
    // What nobody sees is no accented letter.
    let unseen = !local.is_ascii() && text::has_unseen(local, text::INVISIBLE | text::JOINER);
    let letters = if unseen { u8::MAX } else { 128 };
    let is_quoted = options.has(Options::QUOTED) && quoted(local) == local.len();
    for byte in local {
        let fits = is_quoted
            || *byte == b'.'
            || class::is(*byte, class::ATEXT)
            || (*byte >= letters && options.has(Options::INTERNATIONAL));
        if *byte == b'.' && before == b'.' && !is_quoted {
            return Err(&code::EMAIL_DOTS);
        }
        if !fits {
            return Err(if *byte >= letters { &code::EMAIL_ASCII } else { &code::EMAIL_CHARACTER });
        }
        before = *byte;
    }
    match before {
        b'.' => Err(&code::EMAIL_DOTS),
        _ if local.len() > MAX_LOCAL => Err(&code::EMAIL_LONG),
        _ => Ok(()),
    }
}

/// An address of the net in brackets: four numbers, or IPv6 in its digits and colons (RFC 5321, 4.1.3).
fn is_literal(domain: &[u8]) -> bool {
    let [b'[', address @ .., b']'] = domain else { return false };
    match address {
        [b'I' | b'i', b'P' | b'p', b'v' | b'V', b'6', b':', digits @ ..] => {
            digits.len() >= 2
                && digits.len() <= 45
                && text::cut(digits, b':').is_some()
                && digits.iter().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'))
        }
        _ => visitor::is_ipv4(address),
    }
}

/// What is asked of a host behind a domain in ASCII, so that it takes the domain for one in another script: only of such
/// does every host look at the labels in Punycode (WHATWG URL, 3.3).
const WIDE_LABEL: &[u8] = ".\u{FC}".as_bytes();

/// Adds the clean domain.
fn read_domain(typed: &[u8], writer: &mut ReportWriter) -> Verdict {
    let start = writer.values.len();
    for byte in typed {
        match byte {
            // An address of the net in brackets: its characters are not what is wrong with it.
            b'[' => return Err(&code::EMAIL_DOMAIN),
            ..128 if !class::is(*byte, class::DOMAIN) => return Err(&code::EMAIL_CHARACTER),
            _ => {}
        }
    }
    put_lower(&mut writer.values, typed);
    // Before any work on it: a Unicode form is never longer than four times its ASCII form.
    if typed.len() > MAX_WHOLE.saturating_mul(4) {
        return Err(&code::EMAIL_LONG);
    }
    let is_wide = !typed.is_ascii();
    if is_wide {
        // Joiners are part of some scripts' domains (RFC 5892, A.1). Hosts differ in what they say of the others, and of an
        // empty label.
        if text::has_unseen(typed, text::INVISIBLE) {
            return Err(&code::EMAIL_CHARACTER);
        }
        if typed.split(|byte| *byte == b'.').any(<[u8]>::is_empty) {
            return Err(&code::EMAIL_DOTS);
        }
        writer.values.truncate(start);
        if !(writer.host)(Ask::AsciiDomain, typed, &mut writer.values) {
            return Err(&code::EMAIL_DOMAIN);
        }
    }
    let ReportWriter { values, limit, host, .. } = writer;
    let domain = values.get(start..).unwrap_or_default();
    let (mut labels, mut last, mut coded): (_, &[u8], _) = (0_u32, &[], false);
    for label in domain.split(|byte| *byte == b'.') {
        match label {
            [] => return Err(&code::EMAIL_DOTS),
            [b'-', ..] | [.., b'-'] => return Err(&code::EMAIL_DOMAIN),
            _ if label.len() > MAX_LABEL => return Err(&code::EMAIL_LONG),
            _ => {}
        }
        labels += 1;
        coded |= label.starts_with(b"xn--");
        last = label;
    }
    // A number, also in base 16, would be the last part of an IPv4 address (the URL standard's *ends in a number*).
    let is_number = match last {
        [b'0', b'x', digits @ ..] => digits.iter().all(u8::is_ascii_hexdigit),
        digits => class::all(digits, class::DIGIT),
    };
    // The characters again, for what the host made of them.
    if labels < 2 || last.len() < 2 || is_number || !class::all(domain, class::DOMAIN) {
        return Err(&code::EMAIL_DOMAIN);
    }
    if coded && !is_wide {
        // What is asked is yes or no: both texts are taken back.
        let end = values.len();
        put(values, WIDE_LABEL);
        let decodes = host(Ask::AsciiDomain, values.get(start..).unwrap_or_default(), limit);
        values.truncate(end);
        limit.clear();
        if !decodes {
            return Err(&code::EMAIL_DOMAIN);
        }
    }
    Ok(())
}

shared! {
    "l",
    #[inline(never)]
    pub(super) fn put_lower(out: &mut Buffer, domain: &[u8]) {
        let start = out.len();
        put(out, domain);
        out.get_mut(start..).unwrap_or_default().make_ascii_lowercase();
    }
}

/// The domain, or one above it, is known to be thrown away: such services give out names below their own, too.
fn is_disposable(mut domain: &[u8]) -> bool {
    while !DISPOSABLE.contains(domain) {
        match text::cut(domain, b'.') {
            Some((_, above)) => domain = above,
            None => return false,
        }
    }
    true
}

/// Suggests the address that stands in a text which cannot be used, where there is one.
fn suggest_repaired(text: &[u8], writer: &mut ReportWriter) {
    let mut suggestion = std::mem::take(&mut writer.suggestion);
    let found = if LATE {
        repair::put_repaired(text, &mut suggestion)
    } else {
        (writer.host)(Ask::Repaired, text, &mut suggestion)
    };
    if found && read(Options::NONE, &suggestion, writer).is_ok() {
        writer.suggestion = suggestion;
    }
}
