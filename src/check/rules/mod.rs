//! The rules: one kind of value each. A rule reads a text and writes what it is, cleaned, or says what is wrong with it.

pub(crate) mod choice;
pub(crate) mod date;
pub(crate) mod elsewhere;
pub(crate) mod email;
pub(crate) mod label;
pub(crate) mod number;
pub mod phone;
pub(crate) mod place;
pub(crate) mod repair;
pub(crate) mod text;
pub(crate) mod typo;
pub(crate) mod url;
pub(crate) mod visitor;

use crate::check::field::{Field, Kind, Options, Texts};
use crate::check::report::FieldReport;
use crate::check::writer::{ReportWriter, Verdict};
use crate::code;
use crate::host::Ask;
use crate::packed::typed::pack;
use crate::packed::{END, NO, NULL, NUMBER, Node, TEXT, YES, put, put_text, text_of};
use crate::value::Value;
use elsewhere::{LATE, PARAMS, VALUES};

/// The most bytes of one value; a longer one is refused before any work starts.
pub const MAX_BYTES: usize = 64 * 1024;

/// Checks one value against one field. [`Kind::Record`] and [`Kind::Records`] are the form's to check.
///
/// ```
/// use fieldpost::{Field, Kind, Value, rules};
/// let report = rules::check(&Field::new("phone", Kind::Phone), Value::from("(212) 555-7890 x12"));
/// assert_eq!(report.value, Value::from("+12125557890"));
/// assert_eq!(report.ext.as_deref(), Some("12"));
/// assert_eq!(report.region, Some("US-NY"));
/// ```
pub fn check(field: &Field<'_>, value: Value<'_>) -> FieldReport {
    let mut writer = ReportWriter::native();
    write(field, &pack(&value), &mut writer);
    FieldReport::of(&writer)
}

/// Checks one packed value against one field, and writes it clean where it is neither wrong nor empty.
pub(crate) fn write(field: &Field<'_>, packed: &[u8], writer: &mut ReportWriter) {
    let start = writer.values.len();
    writer.lenient = field.options.has(Options::LENIENT);
    // Two bytes are the marks of a text.
    let verdict = if packed.len() > MAX_BYTES + 2 {
        Err(&code::TOO_LARGE)
    } else if is_vouched(field, writer.vouched) {
        put(&mut writer.values, packed);
        Ok(())
    } else {
        judge(field, Node::of(packed), packed, writer).and_then(|()| matches(field, start, writer))
    };
    if let Err(code) = verdict {
        writer.values.truncate(start);
        writer.error(code);
        // The system says what it did with a number; a page's own value that is wrong is of no use.
        if writer.lenient && field.kind != Kind::Hidden {
            put(&mut writer.values, packed);
        }
    } else if field.required && writer.values.len() == start {
        writer.error(&code::REQUIRED);
    }
    writer.lenient = false;
}

/// What is clean passes its rule as it is: whose form has just made it need not ask again, where no more is asked than there.
fn is_vouched(field: &Field<'_>, vouched: &[Field<'_>]) -> bool {
    let asks_more = field.min.or(field.max).is_some()
        || !matches!(field.choices, Texts::These([]))
        || !field.pattern.is_empty();
    let same = |known: &Field<'_>| {
        known.kind == field.kind && known.options == Options::NONE && known.name == field.name
    };
    !asks_more && vouched.iter().any(same)
}

/// The most bytes that are held to a pattern. A regular expression may take time with the square of them, or worse, and what
/// it is for has one line.
const MAX_MATCHED: usize = 1024;

/// Refuses a pattern by which one text can be divided in too many ways. A page does not ask: its relay has.
#[cfg(any(feature = "full", not(target_arch = "wasm32")))]
pub(crate) fn hold_pattern(pattern: &str, writer: &mut ReportWriter) {
    if !pattern.is_empty() && (writer.host)(Ask::Repeats, pattern.as_bytes(), &mut writer.limit) {
        writer.error_at(b"pattern", &code::REPEATS);
    }
}

/// Holds a clean text to the field's own pattern. Of the kinds that write anew what was typed, a number's say, a pattern is
/// the browser's alone: the clean value must pass where it is checked once more.
fn matches(field: &Field<'_>, start: usize, writer: &mut ReportWriter) -> Verdict {
    let keeps =
        matches!(field.kind, Kind::Text | Kind::Name | Kind::Hidden | Kind::Email | Kind::Url);
    if field.pattern.is_empty() || !keeps {
        return Ok(());
    }
    let ReportWriter { values, limit, suggestion, host, .. } = writer;
    let clean = text::trim(text_of(values.get(start..).unwrap_or_default()).unwrap_or_default());
    if clean.is_empty() {
        return Ok(());
    }
    put(limit, field.pattern.as_bytes());
    limit.push(END);
    put(limit, clean);
    // Yes or no: nothing is written.
    let fits = clean.len() <= MAX_MATCHED && host(Ask::Pattern, limit, suggestion);
    limit.clear();
    if fits { Ok(()) } else { Err(&code::PATTERN) }
}

/// The verdict on a packed value by the rule of its kind, which writes what is clean.
pub(crate) fn judge(
    field: &Field<'_>,
    node: Node<'_>,
    packed: &[u8],
    writer: &mut ReportWriter,
) -> Verdict {
    #[cfg(all(feature = "lean", not(feature = "full"), target_arch = "wasm32"))]
    if let Some(verdict) = elsewhere::ask(field, packed, writer) {
        return verdict;
    }
    let text = match (field.kind, node) {
        (Kind::Labels, _) if VALUES => return label::list(field, node, true, writer),
        (Kind::Choices, _) if VALUES => return label::list(field, node, false, writer),
        (Kind::Consent, _) if VALUES => return choice::consent(field, node, writer),
        (Kind::Boolean, Node::Bool(yes)) if VALUES => {
            choice::put_bool(yes, writer);
            return Ok(());
        }
        (Kind::Custom, _) if VALUES => return custom(node, packed, writer),
        (Kind::Any | Kind::Record | Kind::Records, _) if VALUES => {
            put(&mut writer.values, packed);
            return Ok(());
        }
        (_, Node::Null) => return Ok(()),
        (_, node) => node.text().ok_or(&code::KIND)?,
    };
    let is_free = field.kind == Kind::Choice && field.choices.is_empty();
    if VALUES && (is_free || matches!(field.kind, Kind::Text | Kind::Name | Kind::Hidden)) {
        return text::check(field, text, writer);
    }
    let text = text::trim(text);
    if text.is_empty() {
        return Ok(());
    }
    let (fits, code) = match field.kind {
        Kind::Email if VALUES => return email::check(field.options, text, writer),
        Kind::Phone if VALUES => return phone::check(text, writer),
        Kind::Cookie if PARAMS => return visitor::cookie(text, writer),
        Kind::Boolean if VALUES => {
            choice::put_bool(choice::answer(text).ok_or(&code::KIND)?, writer);
            return Ok(());
        }
        Kind::Integer if LATE => return number::check(field, text, false, writer),
        Kind::Number if LATE => return number::check(field, text, true, writer),
        Kind::Postal if LATE => return place::postal(text, writer),
        Kind::Country if LATE => return place::name(text, &code::COUNTRY, writer),
        Kind::State if LATE => return place::name(text, &code::STATE, writer),
        Kind::Url if LATE => return url::check(field, text, writer),
        Kind::Date if LATE => (date::exists(text), &code::DATE),
        Kind::Ipv4 if PARAMS => (visitor::is_ipv4(text), &code::PARAM_IPV4),
        Kind::Id if PARAMS => (number::is_id(text), &code::INTEGER),
        _ if VALUES => (choice::allowed(field, text), &code::CHOICE_UNKNOWN),
        _ => (false, &code::KIND),
    };
    put_text(&mut writer.values, text);
    if fits { Ok(()) } else { Err(code) }
}

/// A CRM's custom field: whatever one field can hold passes as it is. Nested data does not, because the CRMs drop it
/// without a word.
fn custom(node: Node<'_>, packed: &[u8], writer: &mut ReportWriter) -> Verdict {
    let fits = match node {
        Node::Map(_) => false,
        Node::List(mut items) => {
            let mut all = true;
            while !items.is_done() {
                all &= matches!(items.value(), [TEXT | NUMBER, ..]);
            }
            all
        }
        _ => true,
    };
    if !matches!(packed, [] | [NULL]) {
        put(&mut writer.values, packed);
    }
    if fits { Ok(()) } else { Err(&code::KIND) }
}

/// Nothing that a CRM should be sent: nothing, null, or a text, list or map that has only its marks.
pub(crate) fn is_empty(packed: &[u8]) -> bool {
    packed.len() < 3 && !matches!(packed, [YES | NO])
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMAIL: Field<'_> = Field::new("email", Kind::Email);
    static KNOWN: [Field<'_>; 2] = [Field::new("name", Kind::Name), EMAIL.required()];
    static OTHERS: [Field<'_>; 3] = [
        Field::new("mail", Kind::Email),
        Field::new("email", Kind::Text),
        EMAIL.with(Options::QUOTED),
    ];

    /// What no rule would take shows whether it was asked.
    fn takes(parameter: &Field<'_>, vouched: &'static [Field<'static>]) -> bool {
        let mut writer = ReportWriter::native();
        writer.vouched = vouched;
        write(parameter, &pack(&Value::from("nobody")), &mut writer);
        !writer.failed
    }

    #[test]
    fn a_form_vouches_for_what_asks_no_more_than_it_did() {
        assert!(takes(&EMAIL, &KNOWN));
        assert!(!takes(&EMAIL, &[]));
        assert!(!takes(&EMAIL, &OTHERS));
        for more in
            [EMAIL.min(1), EMAIL.max(9), EMAIL.choices(&["a"]), Field { pattern: "n.*", ..EMAIL }]
        {
            assert!(!takes(&more, &KNOWN));
        }
    }
}
