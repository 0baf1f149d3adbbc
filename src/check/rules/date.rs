//! Days of the calendar.

/// The HTML standard's *valid date string*, of four digits for the year: `2026-02-28`, and a day that exists.
pub(super) fn exists(text: &[u8]) -> bool {
    // The digits as one number, 20260228.
    let mut number = 0_u32;
    for (at, byte) in text.iter().enumerate() {
        match (at, byte) {
            (4 | 7, b'-') => {}
            (0..=3 | 5 | 6 | 8 | 9, b'0'..=b'9') => {
                number = number.wrapping_mul(10).wrapping_add(u32::from(byte & 0x0F));
            }
            _ => return false,
        }
    }
    let (year, day) = (number.wrapping_div(10_000), number.wrapping_rem(100));
    let days = match number.wrapping_div(100).wrapping_rem(100) {
        // The Gregorian rule, also for the years before it.
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    text.len() == 10 && year > 0 && (1..=days).contains(&day)
}
