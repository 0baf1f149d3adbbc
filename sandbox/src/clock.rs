//! The sandbox's clock: the machine's, plus what the control port added to it.
//!
//! Token lives, rate windows, quotas, read lag and all stored times follow it. Latency does not: a sleep is a sleep.

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};

const MS_PER_MINUTE: i64 = 60_000;

/// Milliseconds since the Unix epoch on the machine's clock.
pub(crate) fn machine_now() -> i64 {
    Timestamp::now().as_millisecond()
}

/// The calendar day at an offset from UTC; a daily quota is counted per such day.
pub(crate) fn day(now: i64, utc_offset_minutes: i32) -> Date {
    local(now, utc_offset_minutes).date()
}

/// `YYYY-MM-DD HH:MM:SS` at an offset from UTC: Pardot writes times without a zone, in the API user's own.
pub(crate) fn timestamp(at: i64, utc_offset_minutes: i32) -> String {
    written(local(at, utc_offset_minutes))
}

/// The beginning of a word like `today`, or a time as it is; nothing for what is neither.
pub(crate) fn moment(text: &str, now: i64, utc_offset_minutes: i32) -> Option<String> {
    let now = local(now, utc_offset_minutes);
    let midnight = |date: Date| Some(written(date.at(0, 0, 0, 0)));
    match text {
        "today" => midnight(now.date()),
        "yesterday" => midnight(now.date().yesterday().ok()?),
        "last_7_days" => Some(written(now.checked_sub(7.days()).ok()?)),
        "this_month" => midnight(now.date().first_of_month()),
        "last_month" => midnight(now.date().first_of_month().checked_sub(1.month()).ok()?),
        text => date_input(text, now, utc_offset_minutes).map(written),
    }
}

/// What the pages call GNU's date input, as far as clients send it: a day with a clock and an offset from UTC, the words for
/// days, and a count of units before or after.
fn date_input(text: &str, now: DateTime, utc_offset_minutes: i32) -> Option<DateTime> {
    let (mut at, mut clock, mut shift) = (now, None, 0);
    let mut spans: Vec<(i64, String)> = Vec::new();
    let mut count: Option<i64> = None;
    for word in text.split_whitespace() {
        let word = word.to_ascii_lowercase();
        let digits = word.trim_start_matches(['+', '-']);
        let unit = digits.trim_start_matches(|sign: char| sign.is_ascii_digit());
        match word.as_str() {
            "now" => {}
            "today" | "yesterday" | "tomorrow" => {
                let days = match word.as_str() {
                    "yesterday" => -1,
                    "tomorrow" => 1,
                    _ => 0,
                };
                at = now.date().checked_add(days.days()).ok()?.at(0, 0, 0, 0);
            }
            "last" => count = Some(-1),
            "next" => count = Some(1),
            "ago" => spans.iter_mut().for_each(|(many, _)| *many = many.saturating_neg()),
            _ if unit.is_empty() && digits.len() <= 8 && !digits.is_empty() => {
                let number: i64 = digits.parse().ok()?;
                count = Some(if word.starts_with('-') { number.saturating_neg() } else { number });
            }
            _ if unit.bytes().all(|sign| sign.is_ascii_lowercase()) && !unit.is_empty() => {
                let own = digits.strip_suffix(unit).filter(|number| !number.is_empty());
                let own = match own {
                    Some(number) => Some(number.parse::<i64>().ok()?),
                    None => count.take(),
                };
                let sign = if word.starts_with('-') { -1 } else { 1 };
                spans.push((
                    own.unwrap_or(1).saturating_mul(sign),
                    unit.trim_end_matches('s').to_owned(),
                ));
            }
            _ => match (word.parse::<Date>(), time_of(&word)) {
                (_, Some(time)) => clock = Some(time),
                (Ok(date), _) if word.len() == 10 => {
                    at = date.at(0, 0, 0, 0);
                }
                _ => {
                    let (date, rest) = word.split_at_checked(10)?;
                    let rest = rest.strip_prefix(['t', ':'])?;
                    let end = rest.find(['+', '-', 'z']).unwrap_or(rest.len());
                    let (time, offset) = rest.split_at_checked(end)?;
                    at = date.parse::<Date>().ok()?.at(0, 0, 0, 0);
                    clock = Some(time_of(time)?);
                    if !offset.is_empty() {
                        shift = i64::from(utc_offset_minutes).saturating_sub(offset_of(offset)?);
                    }
                }
            },
        }
    }
    if count.is_some() {
        return None;
    }
    if let Some(seconds) = clock {
        at = at.date().at(0, 0, 0, 0).checked_add(seconds.seconds()).ok()?;
    }
    at = at.checked_add(shift.minutes()).ok()?;
    for (many, unit) in spans {
        let span = jiff::Span::new();
        let span = match unit.as_str() {
            "sec" | "second" => span.try_seconds(many),
            "min" | "minute" => span.try_minutes(many),
            "hour" => span.try_hours(many),
            "day" => span.try_days(many),
            "week" => span.try_weeks(many),
            "fortnight" => span.try_weeks(many.saturating_mul(2)),
            "month" => span.try_months(many),
            "year" => span.try_years(many),
            _ => return None,
        };
        at = at.checked_add(span.ok()?).ok()?;
    }
    Some(at)
}

/// Seconds of a day; the pages' own example has 25 hours.
fn time_of(text: &str) -> Option<i64> {
    let parts: Vec<&str> = text.split(':').collect();
    let two = |part: &str, most: i64| {
        let whole = part.len() == 2 && part.bytes().all(|sign| sign.is_ascii_digit());
        part.parse::<i64>().ok().filter(|number| whole && *number <= most)
    };
    let (hours, minutes, seconds) = match parts.as_slice() {
        [hours, minutes] => (two(hours, 24)?, two(minutes, 59)?, 0),
        [hours, minutes, seconds] => {
            let seconds = seconds.split(['.', ',']).next().unwrap_or_default();
            (two(hours, 24)?, two(minutes, 59)?, two(seconds, 59)?)
        }
        _ => return None,
    };
    Some(
        hours
            .saturating_mul(3_600)
            .saturating_add(minutes.saturating_mul(60))
            .saturating_add(seconds),
    )
}

/// Minutes of an offset from UTC.
fn offset_of(text: &str) -> Option<i64> {
    if text == "z" {
        return Some(0);
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) = match digits.len() {
        2 => (digits.parse::<i64>().ok()?, 0),
        4 => (digits.get(..2)?.parse::<i64>().ok()?, digits.get(2..)?.parse::<i64>().ok()?),
        _ => return None,
    };
    let minutes = hours.saturating_mul(60).saturating_add(minutes);
    Some(if text.starts_with('-') { minutes.saturating_neg() } else { minutes })
}

fn written(at: DateTime) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// The clock on the wall; what lies beyond the year 9999 is its last moment.
fn local(at: i64, utc_offset_minutes: i32) -> DateTime {
    let at = at.saturating_add(i64::from(utc_offset_minutes).saturating_mul(MS_PER_MINUTE));
    let at = Timestamp::from_millisecond(at).unwrap_or(if at < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    });
    Offset::UTC.to_datetime(at)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::{day, moment, timestamp};

    #[test]
    fn writes_calendar_times() {
        assert_eq!(timestamp(0, 0), "1970-01-01 00:00:00");
        assert_eq!(timestamp(951_782_399_000, 0), "2000-02-28 23:59:59");
        assert_eq!(timestamp(951_782_400_000, 0), "2000-02-29 00:00:00");
        assert_eq!(timestamp(1_795_219_200_000, -360), "2026-11-20 18:00:00");
    }

    #[test]
    fn a_day_turns_at_local_midnight() {
        let six_utc = 1_795_219_200_000 + 6 * 3_600_000;
        assert_eq!(day(six_utc, -360), day(six_utc - 1, -360).tomorrow().unwrap());
    }
    #[test]
    fn words_begin_where_their_day_or_month_does() {
        let now = 1_772_366_400_000; // 2026-03-01 12:00:00 UTC
        let word = |text: &str| moment(text, now, 0);
        assert_eq!(word("today").as_deref(), Some("2026-03-01 00:00:00"));
        assert_eq!(word("yesterday").as_deref(), Some("2026-02-28 00:00:00"));
        assert_eq!(word("last_7_days").as_deref(), Some("2026-02-22 12:00:00"));
        assert_eq!(word("this_month").as_deref(), Some("2026-03-01 00:00:00"));
        assert_eq!(word("last_month").as_deref(), Some("2026-02-01 00:00:00"));
        assert_eq!(word("2026-02-03").as_deref(), Some("2026-02-03 00:00:00"));
        for (text, at) in [
            ("2026-02-03T04:05:06", "2026-02-03 04:05:06"),
            ("2026-02-03 04:05", "2026-02-03 04:05:00"),
            ("2026-02-03:04:05", "2026-02-03 04:05:00"),
            ("2026-01-01T00:00:00Z", "2026-01-01 00:00:00"),
            ("2026-01-01T00:00:00+02:00", "2025-12-31 22:00:00"),
            ("2026-01-01t00:00:00-0130", "2026-01-01 01:30:00"),
            ("2019-12-31 24:59:59", "2020-01-01 00:59:59"),
            ("now", "2026-03-01 12:00:00"),
            ("-1 day", "2026-02-28 12:00:00"),
            ("1 week ago", "2026-02-22 12:00:00"),
            ("2days ago", "2026-02-27 12:00:00"),
            ("last month", "2026-02-01 12:00:00"),
            ("tomorrow", "2026-03-02 00:00:00"),
            ("yesterday 08:30", "2026-02-28 08:30:00"),
        ] {
            assert_eq!(word(text).as_deref(), Some(at), "{text}");
        }
        for none in
            ["2026-02-30", "2026-02-03T25:00:00", "soon", "3", "1 parsec ago", "2026-02-03x10:00"]
        {
            assert_eq!(word(none), None, "{none}");
        }
    }
    #[test]
    fn an_offset_is_of_the_zone_that_the_times_are_in() {
        let now = 1_772_366_400_000;
        let at = moment("2026-01-01T00:00:00Z", now, -360);
        assert_eq!(at.as_deref(), Some("2025-12-31 18:00:00"));
    }
}
