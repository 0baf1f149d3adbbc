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
        text => {
            let (date, time) = text.split_once([' ', 'T']).unwrap_or((text, "00:00:00"));
            let shape = |text: &str, of: &str| {
                text.len() == of.len()
                    && text
                        .bytes()
                        .zip(of.bytes())
                        .all(|(a, b)| if b == b'9' { a.is_ascii_digit() } else { a == b })
            };
            (shape(date, "9999-99-99") && shape(time, "99:99:99") && time < "24")
                .then(|| format!("{date} {time}"))
        }
    }
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
        assert_eq!(word("2026-02-03T24:00:00"), None);
        assert_eq!(word("tomorrow"), None);
    }
}
