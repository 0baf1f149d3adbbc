//! Text: what every rule reads first, and the kinds `text`, `name`, `hidden` and custom fields.

pub(super) mod class;

use super::number;
use crate::code::{self, Code};
use crate::field::{Field, Kind};
use crate::report::FieldReport;
use crate::value::Value;
use std::borrow::Cow;

/// What a rule says of a text: the clean value, or none where the text is clean itself.
pub(super) type Verdict = Result<Option<Value<'static>>, Wrong>;

/// What is wrong, and the limit that was passed.
pub(super) struct Wrong(pub(super) &'static Code, pub(super) Option<i64>);

impl From<&'static Code> for Wrong {
    fn from(code: &'static Code) -> Self {
        Wrong(code, None)
    }
}

/// Judges the text of a value without the blanks around it; an empty one is left alone.
///
/// Thin, because it is there once for each rule, and no `dyn`: calls through a table would keep what else has such
/// calls, all of `fmt`, in the module.
pub(super) fn judge(value: Value<'_>, rule: impl FnOnce(&str) -> Verdict) -> FieldReport<'_> {
    let text = typed(value).map(trim);
    let verdict = rule(text.as_deref().unwrap_or_default());
    judged(text, verdict)
}

/// Judges a text that is clean already if it fits.
pub(super) fn fit<'a>(
    value: Value<'a>,
    code: &'static Code,
    fits: impl FnOnce(&str) -> bool,
) -> FieldReport<'a> {
    judge(value, |text| if fits(text) { Ok(None) } else { Err(code.into()) })
}

fn judged(text: Option<Cow<'_, str>>, verdict: Verdict) -> FieldReport<'_> {
    match (text, verdict) {
        (None, _) => FieldReport::wrong(&code::KIND),
        (Some(text), _) if text.is_empty() => FieldReport::default(),
        (Some(text), Ok(clean)) => FieldReport::clean(clean.unwrap_or(Value::Text(text))),
        (_, Err(wrong)) => wrong.report(),
    }
}

impl Wrong {
    pub(super) fn report<'a>(self) -> FieldReport<'a> {
        let Wrong(code, limit) = self;
        let mut report = FieldReport::default();
        match limit {
            Some(limit) => report.error_limit(code, &number::digits(limit)),
            None => report.error(code),
        }
        report
    }
}

/// Whether `n` is within the field's bounds.
pub(super) fn within(n: usize, field: &Field, few: &'static Code, many: &'static Code) -> Result<(), Wrong> {
    let n = i64::try_from(n).unwrap_or(i64::MAX);
    match (field.min, field.max) {
        (Some(fewest), _) if n < fewest => Err(Wrong(few, Some(fewest))),
        (_, Some(most)) if n > most => Err(Wrong(many, Some(most))),
        _ => Ok(()),
    }
}

/// The text of a value that must be one; nothing is empty text, and a list, a map or a yes is no text.
///
/// It is in Unicode's form NFC: natively by a crate, in wasm because the host's `normalize` ran before. Every rule reads
/// through here, because NFC turns some characters into ASCII ones (U+1FEF is a backtick) and a verdict must not depend
/// on where it was given.
pub(super) fn typed(value: Value<'_>) -> Option<Cow<'_, str>> {
    match value {
        Value::Text(text) | Value::Number(text) => Some(nfc(text)),
        Value::Null => Some(Cow::Borrowed("")),
        Value::Bool(_) | Value::List(_) | Value::Map(_) => None,
    }
}

#[cfg(not(target_arch = "wasm32"))]
pub(super) fn nfc(text: Cow<'_, str>) -> Cow<'_, str> {
    use unicode_normalization::{UnicodeNormalization, is_nfc};
    if text.is_ascii() || is_nfc(&text) { text } else { Cow::Owned(text.nfc().collect()) }
}

/// The host has done it.
#[cfg(target_arch = "wasm32")]
pub(super) fn nfc(text: Cow<'_, str>) -> Cow<'_, str> {
    text
}

/// What nobody sees: white space of any width, zero-width characters and the marks of writing direction, which phones
/// put around the numbers that people copy. Of the control characters only tab and line ends; the others are faults.
pub(super) fn is_blank(character: char) -> bool {
    matches!(
        character,
        ' ' | '\t' | '\n' | '\r' | '\u{A0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'
            ..='\u{202F}' | '\u{205F}' | '\u{2060}' | '\u{2066}'
            ..='\u{2069}' | '\u{3000}' | '\u{FEFF}'
    )
}

pub(super) fn has_blank(text: &str) -> bool {
    text.chars().any(is_blank)
}

/// What stands before and after the first such sign of ASCII.
pub(super) fn cut(text: &str, sign: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == sign)?;
    Some((text.get(..at)?, text.get(at.saturating_add(1)..)?))
}

/// Takes away the blanks around a text.
pub(super) fn trim(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_matches(is_blank)),
        Cow::Owned(text) => match text.trim_matches(is_blank) {
            inner if inner.len() < text.len() => Cow::Owned(inner.to_owned()),
            _ => Cow::Owned(text),
        },
    }
}

/// Takes away what no field should store: control characters (tab and line end stay where `lines` may be), zero-width
/// characters and those that turn the writing direction of what follows. U+200C and U+200D stay: Persian, the scripts
/// of India and emoji need them inside words.
pub(super) fn tidy(text: Cow<'_, str>, lines: bool) -> Cow<'_, str> {
    let stays = |character: &char| match character {
        '\t' | '\n' => lines,
        '\u{200B}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' => false,
        _ => !matches!(character, '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}'),
    };
    if text.chars().all(|character| stays(&character)) {
        return text;
    }
    // What stood apart may now combine.
    nfc(Cow::Owned(text.chars().filter(stays).collect()))
}

/// How many characters a text has: Unicode scalar values, because that is what the databases behind the CRMs count in
/// a column of 255. An emoji is one, where HTML's `maxlength` counts two.
pub(super) fn count(text: &str) -> usize {
    // All bytes but those that continue a character; `chars().count()` is faster on long texts and much larger.
    text.bytes().fold(0, |sum: usize, byte| sum.saturating_add(usize::from(byte & 0xC0 != 0x80)))
}

/// Free text, a person's name, or a value that the page sets. Only a name is trimmed; the blanks inside it stay,
/// because they are nobody's to judge. Blanks alone are nothing.
pub fn check<'a>(field: &Field, value: Value<'a>) -> FieldReport<'a> {
    let Some(text) = typed(value) else { return FieldReport::wrong(&code::KIND) };
    let text = tidy(text, field.kind == Kind::Text);
    let trims = field.kind == Kind::Name || text.chars().all(is_blank);
    let text = if trims { trim(text) } else { text };
    let verdict = has_length(field, &text);
    judged(Some(text), verdict)
}

/// Whether a text is as long as the field says.
pub(super) fn has_length(field: &Field, text: &str) -> Verdict {
    within(count(text), field, &code::TEXT_SHORT, &code::TEXT_LONG)?;
    Ok(None)
}

/// A CRM's custom field: whatever one field can hold passes as it is. Nested data does not, because the CRMs drop it
/// without a word.
pub fn custom(value: Value<'_>) -> FieldReport<'_> {
    let fits = match &value {
        Value::Map(_) => false,
        Value::List(items) => items.iter().all(|item| item.as_text().is_some()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => true,
    };
    if fits { FieldReport::clean(value) } else { FieldReport::wrong(&code::KIND) }
}
