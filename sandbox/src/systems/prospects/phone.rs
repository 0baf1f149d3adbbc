//! The one phone rule of the page: an area code or exchange that starts with 0 or 1 is invalid.

/// What is said when a phone number is dropped.
pub(super) const WARNING: &str = "Prospect saved, but the phone number is invalid (NANP area code or exchange starts with 0 or 1)";

/// The digits by which persons are matched; a NANP number counts without its country code.
pub(super) fn digits(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let national = digits.strip_prefix('1').filter(|rest| rest.len() == 10).map(str::to_owned);
    Some(national.unwrap_or(digits)).filter(|digits| !digits.is_empty())
}

/// Only that rule: N11 codes, 555 and the like are not said to be checked. A number of another shape passes.
pub(super) fn is_valid(text: &str) -> bool {
    let foreign = text.trim().strip_prefix('+').is_some_and(|rest| !rest.starts_with('1'));
    match digits(text) {
        Some(digits) if digits.len() == 10 && !foreign => {
            let starts = |at: usize| {
                digits.as_bytes().get(at).is_some_and(|digit| matches!(digit, b'0' | b'1'))
            };
            !starts(0) && !starts(3)
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::is_valid;

    #[test]
    fn checks_the_first_digits_of_area_code_and_exchange() {
        assert!(is_valid("+1 (212) 555-0123"));
        assert!(is_valid("911-555-0123"));
        assert!(is_valid("+44 1234 5678"));
        assert!(!is_valid("+1 (112) 555-0123"));
        assert!(!is_valid("212.155.0123"));
        assert!(!is_valid("012 555 0123"));
    }
}
