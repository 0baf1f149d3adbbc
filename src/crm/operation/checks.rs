//! [`Check`]: what must hold between the parameters of an operation, beyond what a form says; only the full build's.

use crate::check::field::{Field, Kind};
use crate::check::report::{Issue, Report};
use crate::check::rules;
use crate::code::{self, Code};
use crate::packed::typed::letters;
use crate::value::{Entries, Value, cut, cut_at, decimal, has_sign, joined, number, parts};

/// The words that Pardot takes for a time.
pub const TIME_WORDS: [&str; 5] = ["today", "yesterday", "last_7_days", "this_month", "last_month"];

/// What must hold between parameters: what it is, and of which. Where one needs others, it is the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check(pub Must, pub &'static [&'static str]);

/// What must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Must {
    /// The first needs the others beside it.
    Needs,
    /// One of these sets is whole; ` + ` stands between the names of a set.
    Sets,
    /// The first makes the system ignore the others: a warning.
    Overrides,
    /// The first works only where the second is one of the others, or is not given and the first of these is its default.
    OnlyWith,
    /// What is made stays for ever: a warning that goes with every call.
    Forever,
    /// Times as Pardot reads them.
    Times,
    /// A time as ISO 8601 has it, with its offset.
    Timestamp,
    /// Ids, each of digits.
    Ids,
    /// A number, or yes or no.
    CountOrFlag,
    /// Only true is taken.
    TrueOnly,
    /// The items of this list have no comma.
    NoComma,
    /// E-mail content with a way out.
    OptOut,
    /// Records of Pardot's, each with one of these keys.
    Records,
    /// The same, each key once.
    Keyed,
    /// Leads of Marketo's, each id once.
    UniqueIds,
    /// Leads of Marketo's, each with the key that they are looked up by, and what an action asks of them.
    Sync,
    /// The same without an action.
    Push,
    /// Names and types of fields that Marketo is to have.
    NewFields,
    /// What may be changed of a field.
    ChangedField,
    /// A procedure of an export, with its arguments.
    Procedure,
}

/// Whether a value is what it must be.
type Fits = fn(&Value<'_>) -> bool;

/// What a value must be, each by itself, and what is said of one that is not.
const EACH: &[(Must, Fits, &Code)] = &[
    (Must::Times, |value| is_text(value, |text| time(text).is_some()), &code::PARAM_TIME),
    (Must::Timestamp, |value| is_text(value, is_timestamp), &code::PARAM_TIMESTAMP),
    (Must::Ids, all_ids, &code::PARAM_IDS),
    (Must::CountOrFlag, |value| is_text(value, is_count_or_flag), &code::INTEGER),
    (Must::TrueOnly, |value| *value != Value::Bool(false), &code::PARAM_TRUE_ONLY),
    (Must::NoComma, |value| !has_comma(value), &code::LABELS_COMMA),
    (Must::OptOut, |value| is_text(value, lets_out), &code::PARAM_OPT_OUT),
];

impl Must {
    /// All of them.
    pub const ALL: [Must; 20] = [
        Must::Needs,
        Must::Sets,
        Must::Overrides,
        Must::OnlyWith,
        Must::Forever,
        Must::Times,
        Must::Timestamp,
        Must::Ids,
        Must::CountOrFlag,
        Must::TrueOnly,
        Must::NoComma,
        Must::OptOut,
        Must::Records,
        Must::Keyed,
        Must::UniqueIds,
        Must::Sync,
        Must::Push,
        Must::NewFields,
        Must::ChangedField,
        Must::Procedure,
    ];
}

impl Check {
    pub(super) fn judge(&self, report: &mut Report) {
        let Check(must, names) = *self;
        if let Some((_, fits, code)) = EACH.iter().find(|(known, ..)| *known == must) {
            for name in names {
                if given(report, name).is_some_and(|value| !fits(value)) {
                    report.issues.push(Issue::error(name, code));
                }
            }
            return;
        }
        let [name, others @ ..] = names else { return must.judge(report, names) };
        let is_there = has(report, name);
        match must {
            Must::Needs if is_there && others.iter().any(|other| !has(report, other)) => {
                let limit = joined(others, ", ");
                report.issues.push(Issue::error(name, &code::PARAM_NEEDS).with_limit(&limit));
            }
            Must::Sets => {
                let lacks = |set: &&'static str| {
                    parts(set, ' ').find(|name| *name != "+" && !has(report, name))
                };
                let first = names.iter().find_map(lacks).unwrap_or_default();
                if names.iter().all(|set| lacks(set).is_some()) {
                    let limit = joined(names, " or ");
                    report.issues.push(Issue::error(first, &code::PARAM_SETS).with_limit(&limit));
                }
            }
            Must::Overrides if is_there => {
                for other in others {
                    if has(report, other) {
                        let issue = Issue::warning(other, &code::PARAM_OVERRIDDEN);
                        report.issues.push(issue.with_limit(name));
                    }
                }
            }
            Must::OnlyWith if is_there => {
                let [other, words @ ..] = others else { return };
                let word = given(report, other).and_then(Value::as_text);
                if !word.map_or(!words.is_empty(), |word| words.contains(&word)) {
                    let limit = [other, " ", &joined(words, " or ")].concat();
                    let issue = Issue::error(name, &code::PARAM_ONLY_WITH);
                    report.issues.push(issue.with_limit(&limit));
                }
            }
            Must::Forever => report.issues.push(Issue::warning(name, &code::PARAM_FOREVER)),
            Must::Needs | Must::Overrides | Must::OnlyWith => {}
            own => own.judge(report, names),
        }
    }
}

/// Whether a text fits. What is none is what its parameter's form takes.
fn is_text(value: &Value<'_>, fits: impl Fn(&str) -> bool) -> bool {
    value.as_text().is_none_or(fits)
}

fn is_count_or_flag(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) || matches!(text, "true" | "false")
}

fn has_comma(value: &Value<'_>) -> bool {
    let comma = |item: &Value<'_>| item.as_text().is_some_and(|text| has_sign(text, ','));
    matches!(value, Value::List(items) if items.iter().any(comma))
}

fn lets_out(text: &str) -> bool {
    text.is_empty()
        || cut(text, "%%unsubscribe%%").is_some()
        || cut(text, "%%email_preference_center%%").is_some()
}

/// The parameter's clean value, where there is one.
pub fn given<'r>(report: &'r Report, name: &str) -> Option<&'r Value<'static>> {
    named(&report.values, name)
}

/// The value of that name.
pub fn named<'r, 'a>(entries: &'r Entries<'a>, name: &str) -> Option<&'r Value<'a>> {
    entries.iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

/// Whether a text comes for the first time; those that came are in order.
pub fn is_new(seen: &mut Vec<String>, text: &str) -> bool {
    let place = seen.binary_search_by(|known| known.as_str().cmp(text));
    if let Err(place) = place {
        seen.insert(place, text.to_owned());
    }
    place.is_err()
}

/// Whether a parameter was given; one that is wrong has an issue of its own.
fn has(report: &Report, name: &str) -> bool {
    given(report, name).is_some_and(|value| !value.is_empty())
        || report.issues.iter().any(|issue| issue.field == name)
}

fn all_ids(value: &Value<'_>) -> bool {
    let id = |text: &str| {
        !text.is_empty() && text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    match value {
        Value::List(items) => items.iter().all(|item| item.as_text().is_some_and(id)),
        Value::Null => true,
        other => other.as_text().is_some_and(id),
    }
}

/// How the words of GNU's date input begin, each with a blank before it.
const DATE_WORDS: &str = " now tod yes tom noo mid ago las nex thi for yea mon wee day hou min sec am pm utc gmt z sun tue wed thu fri sat jan feb mar apr may jun jul aug sep oct nov dec";

/// A time as `YYYY-MM-DD HH:MM:SS`, where it is a day with a clock or without; any other that GNU's date input may be is
/// itself: `1 week ago`, `-2 days`, and a day with an offset from UTC.
pub fn time(text: &str) -> Option<String> {
    fixed(text).or_else(|| is_date_input(text).then(|| text.to_owned()))
}

/// `YYYY-MM-DD HH:MM:SS` of a day and what may follow it. The pages join the two by a blank, by a colon, and in their example
/// the day has 25 hours.
fn fixed(text: &str) -> Option<String> {
    let (day, clock) = text.split_at_checked(10)?;
    let clock = match clock.as_bytes() {
        [] => "00:00:00",
        [b' ' | b'T' | b':', ..] => clock.get(1..)?,
        _ => return None,
    };
    let seconds = if clock.len() == 5 { ":00" } else { "" };
    (is_day(day) && is_clock(clock, 24)).then(|| [day, " ", clock, seconds].concat())
}

/// Whether every word may be one of GNU's date input. What they say together is the system's to judge.
fn is_date_input(text: &str) -> bool {
    let fits = |word: &str| {
        let number = word.trim_start_matches(['+', '-']);
        let unit = number.trim_start_matches(|sign: char| sign.is_ascii_digit());
        let digits = number.len().wrapping_sub(unit.len());
        let is_unit = unit.bytes().all(|byte| byte.is_ascii_alphabetic()) && {
            let stem = unit.get(..3).unwrap_or(unit).to_ascii_lowercase();
            cut(DATE_WORDS, &[" ", &stem].concat()).is_some()
        };
        (digits <= 8 && !number.is_empty() && is_unit)
            || is_clock(word, 24)
            || fixed(word).is_some()
            || is_timestamp(word)
            || is_offset(word)
    };
    TIME_WORDS.contains(&text) || (text.len() <= 64 && parts(text, ' ').all(fits))
}

/// A moment in UTC as `YYYY-MM-DD HH:MM:SS`, of milliseconds since 1970.
pub fn moment(milliseconds: u64) -> String {
    // A clock that has gone mad shows the year 9999.
    let seconds = milliseconds.wrapping_div(1_000).min(253_402_300_799);
    let (minutes, second) = (seconds.wrapping_div(60), seconds.wrapping_rem(60));
    let (hours, minute) = (minutes.wrapping_div(60), minutes.wrapping_rem(60));
    let (mut day, hour) = (hours.wrapping_div(24), hours.wrapping_rem(24));
    let (mut year, mut month) = (1970_u64, 1_u64);
    loop {
        let is_leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            2 => 28_u64.wrapping_add(is_leap.into()),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        if day < days {
            break;
        }
        day = day.wrapping_sub(days);
        month = month.wrapping_rem(12).wrapping_add(1);
        year = year.wrapping_add((month == 1).into());
    }
    let mut text = *b"0000-00-00 00:00:00";
    let numbers = [year, month, day.wrapping_add(1), hour, minute, second];
    let ends = [3_usize, 6, 9, 12, 15, 18];
    for (mut number, mut at) in numbers.into_iter().zip(ends) {
        while let Some(digit) = text.get_mut(at).filter(|digit| digit.is_ascii_digit()) {
            // A remainder of ten fits in a byte.
            *digit = b'0'.wrapping_add(u8::try_from(number.wrapping_rem(10)).unwrap_or_default());
            number = number.wrapping_div(10);
            at = at.wrapping_sub(1);
        }
    }
    letters(&text)
}

fn is_day(text: &str) -> bool {
    // One grammar of days in the whole crate; it takes no blanks here.
    text.len() == 10 && rules::check(&Field::new("", Kind::Date), Value::from(text)).ok()
}

/// Hours, minutes and perhaps seconds, each of two digits and within their range.
fn is_clock(text: &str, most: u8) -> bool {
    let parts: Vec<_> = parts(text, ':').collect();
    let two = |part: &str, most: u8| {
        part.len() == 2
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && number(part).is_some_and(|n: u8| n <= most)
    };
    match parts.as_slice() {
        [hours, minutes, rest @ ..] => {
            let last = rest.first().unwrap_or(&"00");
            rest.len() < 2 && two(hours, most) && two(minutes, 59) && two(last, 59)
        }
        _ => false,
    }
}

/// `2026-10-31T17:00:00-0400` as ISO 8601 has it: seconds may be missing or have a fraction, and the offset may be `Z`, hours
/// alone, or with a colon.
fn is_timestamp(text: &str) -> bool {
    let Some((day, rest)) = cut_at(text, 'T') else { return false };
    let at = rest.find(['+', '-', 'Z']).unwrap_or(rest.len());
    let Some((clock, offset)) = rest.split_at_checked(at) else { return false };
    let (clock, fraction) = clock.split_once(['.', ',']).unwrap_or((clock, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_day(day) && is_clock(clock, 23) && digits(fraction) && is_offset(offset)
}

/// `Z`, `+HH`, `+HHMM` or `+HH:MM`.
fn is_offset(text: &str) -> bool {
    let Some(clock) = text.strip_prefix(['+', '-']) else { return text == "Z" };
    let minutes = clock.get(2..).filter(|rest| !rest.is_empty()).unwrap_or("00");
    let minutes = minutes.strip_prefix(':').unwrap_or(minutes);
    is_clock(&[clock.get(..2).unwrap_or_default(), ":", minutes].concat(), 14)
}

/// What is wrong with the time between two times; an open end is measured to `now`, where it is given.
pub fn range(
    after: Option<&str>,
    before: Option<&str>,
    now: Option<&str>,
    after_name: &str,
    before_name: &str,
) -> Option<Issue> {
    let start = fixed(after?)?;
    // Every word lies within the last two months, so `now` stands for it.
    let is_open = before.is_none_or(|text| TIME_WORDS.contains(&text));
    let end = fixed(if is_open { now? } else { before? })?;
    if !is_open && end <= start {
        return Some(Issue::error(before_name, &code::PARAM_ORDER).with_limit(after_name));
    }
    let year = number::<u64>(start.get(..4)?)?.checked_add(1)?;
    // Times of one shape compare as text; 29 February plus a year lies before 1 March.
    let limit = [decimal(year).as_str(), start.get(4..)?].concat();
    (end > limit)
        .then(|| Issue::error(if is_open { after_name } else { before_name }, &code::PARAM_RANGE))
}

#[cfg(test)]
mod tests {
    use super::{moment, time};

    #[test]
    fn a_moment_is_a_time() {
        for (milliseconds, text) in [
            (0, "1970-01-01 00:00:00"),
            (951_782_399_999, "2000-02-28 23:59:59"),
            (951_782_400_000, "2000-02-29 00:00:00"),
            (951_868_800_000, "2000-03-01 00:00:00"),
            (1_798_761_599_000, "2026-12-31 23:59:59"),
            (1_798_761_600_000, "2027-01-01 00:00:00"),
            (4_107_542_400_000, "2100-03-01 00:00:00"),
            (253_402_300_799_000, "9999-12-31 23:59:59"),
        ] {
            assert_eq!(moment(milliseconds), text);
            assert_eq!(time(text).as_deref(), Some(text));
        }
        assert_eq!(moment(u64::MAX), "9999-12-31 23:59:59");
    }
}
