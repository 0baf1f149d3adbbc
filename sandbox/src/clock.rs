//! The sandbox's clock: the machine's, plus what the control port added to it.
//!
//! Token lives, rate windows, quotas, read lag and all stored times follow it. Latency does not: a sleep is a sleep.

use std::time::{SystemTime, UNIX_EPOCH};

const MS_PER_DAY: i64 = 86_400_000;
const MS_PER_MINUTE: i64 = 60_000;

/// Milliseconds since the Unix epoch on the machine's clock.
pub(crate) fn machine_now() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}

/// The number of the calendar day at an offset from UTC; a daily quota is counted per such day.
pub(crate) fn day(now: i64, utc_offset_minutes: i32) -> i64 {
    local(now, utc_offset_minutes).div_euclid(MS_PER_DAY)
}

/// `YYYY-MM-DD HH:MM:SS` at an offset from UTC.
///
/// Pardot writes times without a zone, in the API user's own [GRP, PD21].
pub(crate) fn timestamp(at: i64, utc_offset_minutes: i32) -> String {
    let local = local(at, utc_offset_minutes);
    let (year, month, day) = civil(local.div_euclid(MS_PER_DAY));
    let second_of_day = local.rem_euclid(MS_PER_DAY).div_euclid(1000);
    let (hour, rest) = (second_of_day.div_euclid(3600), second_of_day.rem_euclid(3600));
    let (minute, second) = (rest.div_euclid(60), rest.rem_euclid(60));
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

/// The beginning of a word like `today`, or a time as it is; nothing for what is neither.
pub(crate) fn moment(text: &str, now: i64, utc_offset_minutes: i32) -> Option<String> {
    let day = |days: i64| timestamp(now.saturating_sub(days.saturating_mul(MS_PER_DAY)), utc_offset_minutes);
    let from = |stamp: String, kept: usize, tail: &str| Some(format!("{}{tail}", stamp.get(..kept)?));
    match text {
        "today" => from(day(0), 10, " 00:00:00"),
        "yesterday" => from(day(1), 10, " 00:00:00"),
        "last_7_days" => Some(day(7)),
        "this_month" => from(day(0), 7, "-01 00:00:00"),
        "last_month" => {
            let today = timestamp(now, utc_offset_minutes);
            let days: i64 = today.get(8..10)?.parse().ok()?;
            from(day(days), 7, "-01 00:00:00")
        }
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

fn local(at: i64, utc_offset_minutes: i32) -> i64 {
    at.saturating_add(i64::from(utc_offset_minutes).saturating_mul(MS_PER_MINUTE))
}

/// Days since 1970-01-01 to year, month, day of the Gregorian calendar (Howard Hinnant, `civil_from_days`).
#[allow(
    clippy::arithmetic_side_effects,
    reason = "|days| is below 2^38, so no term can leave the range of i64"
)]
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::{day, timestamp};

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
        assert_eq!(day(six_utc, -360), day(six_utc - 1, -360) + 1);
    }
}
