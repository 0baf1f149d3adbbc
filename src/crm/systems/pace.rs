//! [`Pace`]: what a reply's headers say of the account's calls, and how long nobody should make one.

use super::reply::Reply;
use super::sent::Sent;
use crate::crm::operation::Operation;
use crate::crm::outcome::Outcome;
use crate::crossing::members;
use crate::value::{self, cut, has_sign};

/// The most seconds that a header is believed: a day.
const LONGEST: u64 = 86_400;

/// How many calls an account has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Pace {
    /// Calls that are left …
    pub left: u64,
    /// … until then, in milliseconds since 1970.
    pub until: u64,
}

/// What became of a call, and what the system said of its pace.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Called {
    /// What became of it.
    pub outcome: Outcome,
    /// How many calls are left, where the system says it.
    #[cfg_attr(feature = "types", ts(optional))]
    pub pace: Option<Pace>,
    /// How long the system asked to be left alone, in milliseconds.
    #[cfg_attr(feature = "types", ts(optional))]
    pub after: Option<u64>,
}

members! {
    said Pace, Pace { left: 0, until: 0 },
    "!left" left, "!until" until,
}

members! {
    said Called, Called { outcome: Outcome::begin(), pace: None, after: None },
    "!outcome" outcome, "?pace" pace, "?after" after,
}

impl Operation {
    /// What became of a call of which it is known what it sent, with all that its answer says; `now` in milliseconds since
    /// 1970.
    pub fn called(&self, reply: &Reply, sent: Sent<'_>, now: u64) -> Called {
        Called {
            outcome: self.read_sent(reply, sent),
            pace: reply.pace(now),
            after: reply.retry_after_at(now),
        }
    }
}

impl Reply {
    /// Milliseconds of a `Retry-After` in seconds, one day at most. A date needs a clock: [`Reply::retry_after_at`].
    pub fn retry_after(&self) -> Option<u64> {
        let seconds: u64 = value::number(self.header("retry-after")?.trim())?;
        Some(seconds.min(LONGEST).wrapping_mul(1_000))
    }

    /// Milliseconds of a `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3), one day at most.
    pub fn retry_after_at(&self, now: u64) -> Option<u64> {
        self.retry_after().or_else(|| {
            let left = date(self.header("retry-after")?)?.saturating_sub(now);
            Some(left.min(LONGEST.wrapping_mul(1_000)))
        })
    }

    /// `RateLimit-Remaining` and `RateLimit-Reset` (seconds), or the one `RateLimit: …;r=…;t=…` of
    /// draft-ietf-httpapi-ratelimit-headers; nothing where they are missing or no numbers.
    pub fn pace(&self, now: u64) -> Option<Pace> {
        let one = self.header("ratelimit").unwrap_or_default();
        let left = number(
            self.header("ratelimit-remaining").or_else(|| member(one, ["r=", "remaining="]))?,
        )?;
        let reset =
            number(self.header("ratelimit-reset").or_else(|| member(one, ["t=", "reset="]))?)?;
        Some(Pace { left, until: now.saturating_add(reset.min(LONGEST).wrapping_mul(1_000)) })
    }
}

/// A whole number of as many digits as an owner of an API may mean.
fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    let is_number = (1..10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { value::number(text) } else { None }
}

/// The digits behind the first of these names in a header with several members.
fn member<'h>(header: &'h str, names: [&str; 2]) -> Option<&'h str> {
    let rest = words(header, |letter| matches!(letter, ';' | ',' | ' ' | '\t'))
        .find_map(|member| names.iter().find_map(|name| member.strip_prefix(name)))?;
    words(rest, |letter| !letter.is_ascii_digit()).next()
}

/// What stands between such letters. One type for all of them: each other one weighs as much as what reads it.
fn words(text: &str, ends: fn(char) -> bool) -> std::str::Split<'_, fn(char) -> bool> {
    text.split(ends)
}

/// Milliseconds since 1970 of a date in any of HTTP's three forms (RFC 9110, section 5.6.7).
fn date(text: &str) -> Option<u64> {
    const MONTHS: &str = "MarAprMayJunJulAugSepOctNovDecJanFeb";
    let (mut month, mut seconds) = (None, None);
    // The day, then the year.
    let mut numbers = [None; 2];
    for word in words(text, |letter| matches!(letter, ' ' | ',' | '-')) {
        if let Some(number) = number(word) {
            *numbers.iter_mut().find(|place| place.is_none())? = Some(number);
        } else if has_sign(word, ':') {
            let sum = words(word, |letter| letter == ':').try_fold(0_u64, |sum, part| {
                Some(sum.wrapping_mul(60).wrapping_add(number(part)?))
            });
            seconds = Some(sum?);
        } else if word.len() == 3 {
            // The day of the week is no month's name.
            month = month.or_else(|| cut(MONTHS, word).map(|(before, _)| before.len()));
        }
    }
    let [Some(day @ ..32), Some(year)] = numbers else { return None };
    // Two digits from 70 on are of the last century.
    let year = match year {
        0..70 => year.wrapping_add(2_000),
        70..100 => year.wrapping_add(1_900),
        1_970..10_000 => year,
        _ => return None,
    };
    // A year that begins in March has its leap day last, and its months before that in one rhythm.
    let month = u64::try_from(month?).ok()?.wrapping_div(3);
    let year = year.wrapping_sub((month > 9).into());
    let days = year
        .wrapping_mul(365)
        .wrapping_add(year.wrapping_div(4))
        .wrapping_sub(year.wrapping_div(100))
        .wrapping_add(year.wrapping_div(400))
        .wrapping_add(month.wrapping_mul(153).wrapping_add(2).wrapping_div(5))
        .wrapping_add(day)
        // Those from there to the first of 1970, and the day itself, which is not over.
        .wrapping_sub(719_469);
    Some(days.wrapping_mul(LONGEST).wrapping_add(seconds?).wrapping_mul(1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 21 November 2026, 07:00:00 UTC, a Saturday.
    const NOW: u64 = 1_795_244_400_000;

    fn reply(headers: &[(&str, &str)]) -> Reply {
        let headers =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Reply { headers, ..Reply::default() }
    }

    #[test]
    fn the_calls_that_are_left_in_headers_of_both_kinds() {
        let pace = |headers: &[(&str, &str)]| {
            reply(headers).pace(1_000).map(|pace| (pace.left, pace.until))
        };
        let three =
            [("RateLimit-Limit", "300"), ("RateLimit-Remaining", "7"), ("RateLimit-Reset", " 30 ")];
        assert_eq!(pace(&three), Some((7, 31_000)));
        assert_eq!(pace(&[("RateLimit", "\"burst\";r=50;t=2")]), Some((50, 3_000)));
        assert_eq!(pace(&[("ratelimit", "limit=100, remaining=50, reset=50")]), Some((50, 51_000)));
        assert_eq!(
            pace(&[("RateLimit-Remaining", "0"), ("RateLimit-Reset", "999999999")]),
            Some((0, 86_401_000))
        );
        for none in [
            &[][..],
            &[("RateLimit-Remaining", "7")],
            &[("RateLimit-Remaining", "-7"), ("RateLimit-Reset", "x")],
            &[("RateLimit-Remaining", "+7"), ("RateLimit-Reset", "1")],
            &[("RateLimit-Remaining", "1234567890"), ("RateLimit-Reset", "1")],
            &[("RateLimit", "nonsense")],
            &[("RateLimit", "\"x\";r=;t=")],
        ] {
            assert_eq!(pace(none), None, "{none:?}");
        }
    }

    #[test]
    fn a_retry_after_is_seconds_or_a_date_in_three_forms() {
        let after = |value: &str| reply(&[("Retry-After", value)]).retry_after_at(NOW);
        for (value, milliseconds) in [
            ("7", 7_000),
            ("999999999999", 86_400_000),
            ("Sat, 21 Nov 2026 07:00:30 GMT", 30_000),
            ("Saturday, 21-Nov-26 07:00:30 GMT", 30_000),
            ("Sat Nov 21 07:00:30 2026", 30_000),
            ("Sun, 22 Nov 2026 06:59:59 GMT", 86_399_000),
            ("Sat, 21 Nov 2020 07:00:30 GMT", 0),
            ("Sunday, 06-Nov-94 08:49:37 GMT", 0),
            ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400_000),
        ] {
            assert_eq!(after(value), Some(milliseconds), "{value}");
        }
        for none in [
            "soon",
            "-1x",
            "",
            "Sat, 21 Nov",
            "Sat, 21 Nov 2026",
            "Sat, 21 Not 2026 07:00:30 GMT",
            "x, 1 Jan 1969 1:1:1",
        ] {
            assert_eq!(after(none), None, "{none}");
        }
    }

    #[test]
    fn dates_are_counted_as_the_calendar_counts_them() {
        for (text, seconds) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Tue, 29 Feb 2000 12:00:00 GMT", 951_825_600),
            ("Wed, 01 Mar 2000 00:00:00 GMT", 951_868_800),
            ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
            ("Sat, 21 Nov 2026 07:00:00 GMT", NOW / 1_000),
        ] {
            assert_eq!(date(text), Some(seconds * 1_000), "{text}");
        }
    }
}
