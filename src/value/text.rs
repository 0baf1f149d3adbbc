//! Texts of parts with one sign of ASCII between: the standard library's ways take any pattern, with more code at each call than
//! these have in all.

/// The parts of a text.
#[derive(Clone, Debug)]
pub(crate) struct Parts<'t> {
    rest: Option<&'t str>,
    by: char,
}

/// The parts between the signs; one, where there is no sign.
pub(crate) fn parts(text: &str, by: char) -> Parts<'_> {
    Parts { rest: Some(text), by }
}

impl<'t> Iterator for Parts<'t> {
    type Item = &'t str;

    #[inline(never)]
    fn next(&mut self) -> Option<&'t str> {
        let rest = self.rest?;
        let found = rest.bytes().position(|byte| char::from(byte) == self.by);
        let (part, after) = rest.split_at_checked(found.unwrap_or(rest.len()))?;
        self.rest = after.get(1..);
        Some(part)
    }
}

/// Whether a sign of ASCII is in a text.
pub(crate) fn has_sign(text: &str, sign: char) -> bool {
    text.bytes().any(|byte| char::from(byte) == sign)
}

/// Whether one of the parts is this.
#[inline(never)]
pub(crate) fn has_part(text: &str, by: char, part: &str) -> bool {
    parts(text, by).any(|one| one == part)
}

/// What stands before the first sign, and behind it.
#[inline(never)]
pub(crate) fn cut_at(text: &str, by: char) -> Option<(&str, &str)> {
    let mut parts = parts(text, by);
    let first = parts.next()?;
    parts.rest.map(|rest| (first, rest))
}

/// The texts with another between them.
#[inline(never)]
pub(crate) fn joined(texts: &[&str], between: &str) -> String {
    let mut all = String::new();
    for (at, text) in texts.iter().enumerate() {
        all.push_str(if at == 0 { "" } else { between });
        all.push_str(text);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{cut_at, joined, parts};

    #[test]
    fn parts_are_those_of_the_standard_library() {
        for text in ["", " ", "a", "a b", " ä  b ", "ä b c ö"] {
            assert_eq!(parts(text, ' ').collect::<Vec<_>>(), text.split(' ').collect::<Vec<_>>());
            assert_eq!(cut_at(text, ' '), text.split_once(' '));
            let all: Vec<_> = text.split(' ').collect();
            assert_eq!(joined(&all, ", "), all.join(", "));
        }
    }
}
