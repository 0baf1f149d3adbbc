//! JSON text as values (RFC 8259). A reader of our own: a number becomes its shortest decimal by moving its digits, where a
//! general reader makes a double of it and needs tables of powers for the way there and back.

use super::{Value, decimal as whole};
use std::borrow::Cow;

/// Deeper than any reply goes.
const MAX_DEPTH: usize = 127;
/// The most digits of a number before its point: a double has no more.
const MAX_WHOLE: i64 = 309;
/// So many zeros behind the point are zero to a double.
const MAX_ZEROS: i64 = 323;
/// Up to so many digits a number is written without an exponent.
const MAX_PLAIN: i64 = 16;

/// The value of a whole text; nothing when it is not JSON.
pub(crate) fn read(text: &str) -> Option<Value<'static>> {
    let mut reader = Reader(text);
    let value = reader.value(MAX_DEPTH)?;
    reader.blank();
    reader.0.is_empty().then_some(value)
}

/// What is left to read.
struct Reader<'t>(&'t str);

impl<'t> Reader<'t> {
    fn blank(&mut self) {
        self.0 = self.0.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    /// Takes this text where it comes next.
    fn takes(&mut self, text: &str) -> bool {
        let rest = self.0.strip_prefix(text);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn value(&mut self, depth: usize) -> Option<Value<'static>> {
        self.blank();
        if self.takes("{") {
            let mut entries = Vec::new();
            self.items("}", depth, |reader, depth| {
                reader.blank();
                let name = reader.takes("\"").then(|| reader.text())??;
                reader.blank();
                let value = reader.takes(":").then(|| reader.value(depth))??;
                entries.push((Cow::Owned(name), value));
                Some(())
            })?;
            return Some(Value::Map(entries));
        }
        if self.takes("[") {
            let mut list = Vec::new();
            self.items("]", depth, |reader, depth| {
                list.push(reader.value(depth)?);
                Some(())
            })?;
            return Some(Value::List(list));
        }
        if self.takes("\"") {
            return Some(Value::Text(Cow::Owned(self.text()?)));
        }
        for (word, value) in
            [("null", Value::Null), ("true", Value::Bool(true)), ("false", Value::Bool(false))]
        {
            if self.takes(word) {
                return Some(value);
            }
        }
        Some(Value::Number(Cow::Owned(self.number()?)))
    }

    /// Takes what stands between commas, up to the sign that ends it.
    fn items(
        &mut self,
        end: &str,
        depth: usize,
        mut take: impl FnMut(&mut Self, usize) -> Option<()>,
    ) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        self.blank();
        if self.takes(end) {
            return Some(());
        }
        loop {
            take(self, depth)?;
            self.blank();
            if self.takes(end) {
                return Some(());
            }
            self.takes(",").then_some(())?;
        }
    }

    /// Takes the rest of a text, behind its first quote.
    fn text(&mut self) -> Option<String> {
        let mut out = String::new();
        loop {
            let at = self.0.find(['"', '\\'])?;
            let (run, tail) = self.0.split_at_checked(at)?;
            if run.bytes().any(|byte| byte < b' ') {
                return None;
            }
            out.push_str(run);
            self.0 = tail;
            if self.takes("\"") {
                return Some(out);
            }
            let mut signs = tail.chars();
            signs.next();
            let sign = signs.next()?;
            self.0 = signs.as_str();
            out.push(match sign {
                '"' | '\\' | '/' => sign,
                'b' => '\u{8}',
                'f' => '\u{C}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => self.escaped()?,
                _ => return None,
            });
        }
    }

    /// Takes the code of a character; one beyond U+FFFF has two.
    fn escaped(&mut self) -> Option<char> {
        let high = self.code()?;
        if high & 0xFC00 != 0xD800 {
            return char::from_u32(high);
        }
        let low = self.takes("\\u").then(|| self.code())??;
        let low = (low & 0xFC00 == 0xDC00).then_some(low & 0x3FF)?;
        char::from_u32(((high & 0x3FF) << 10 | low).saturating_add(0x1_0000))
    }

    fn code(&mut self) -> Option<u32> {
        let (digits, rest) = self.0.split_at_checked(4)?;
        self.0 = rest;
        digits.chars().try_fold(0, |code, digit| Some(code << 4 | digit.to_digit(16)?))
    }

    fn digits(&mut self) -> Option<&'t str> {
        let rest = self.0.trim_start_matches(|sign: char| sign.is_ascii_digit());
        let digits = self.0.get(..self.0.len().saturating_sub(rest.len()))?;
        self.0 = rest;
        (!digits.is_empty()).then_some(digits)
    }

    fn number(&mut self) -> Option<String> {
        let sign = if self.takes("-") { "-" } else { "" };
        let whole = self.digits()?;
        if whole.len() > 1 && whole.starts_with('0') {
            return None;
        }
        let fraction = if self.takes(".") { self.digits()? } else { "" };
        let mut power = None;
        if self.takes("e") || self.takes("E") {
            let down = self.takes("-");
            if !down {
                self.takes("+");
            }
            let digits = self.digits()?.bytes();
            let size = digits.fold(0_i64, |sum, digit| {
                sum.saturating_mul(10).saturating_add((digit & 15).into())
            });
            power = Some(if down { size.saturating_neg() } else { size });
        }
        let length = |text: &str| i64::try_from(text.len()).unwrap_or(i64::MAX);
        // An id keeps each of its digits.
        if fraction.is_empty() && power.is_none() {
            return (length(whole) <= MAX_WHOLE).then(|| [sign, whole].concat());
        }
        let all = [whole, fraction].concat();
        let digits = all.trim_start_matches('0');
        // How many digits stand before the point.
        let before = length(digits)
            .saturating_sub(length(fraction))
            .saturating_add(power.unwrap_or_default());
        let digits = digits.trim_end_matches('0');
        if digits.is_empty() || before < MAX_ZEROS.saturating_neg() {
            return Some([sign, "0"].concat());
        }
        if before > MAX_WHOLE {
            return None;
        }
        Some([sign, &decimal(digits, before)].concat())
    }
}

/// Writes digits of which so many stand before the point, as the shortest decimal of a double is written.
fn decimal(digits: &str, before: i64) -> String {
    let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or_default());
    let (first, rest) = digits.split_at_checked(1).unwrap_or_default();
    match usize::try_from(before).ok().and_then(|before| digits.split_at_checked(before)) {
        Some((whole, fraction)) if (1..=MAX_PLAIN).contains(&before) => {
            let point = if fraction.is_empty() { "" } else { "." };
            [whole, point, fraction].concat()
        }
        None if (1..=MAX_PLAIN).contains(&before) => {
            let missing = usize::try_from(before).unwrap_or_default().saturating_sub(digits.len());
            [digits, &"0".repeat(missing)].concat()
        }
        _ if (-4..=0).contains(&before) => ["0.", &zeros(before.saturating_neg()), digits].concat(),
        _ => {
            let point = if rest.is_empty() { "" } else { "." };
            let power = before.saturating_sub(1);
            let sign = if power < 0 { "-" } else { "" };
            [first, point, rest, "e", sign, &whole(power.unsigned_abs())].concat()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::value::Value;
    use proptest::prelude::*;

    fn reference(text: &str) -> Option<Value<'static>> {
        serde_json::from_str(text).ok()
    }

    #[test]
    fn it_takes_and_refuses_what_a_kept_reader_does() {
        let nested = |depth: usize| ["[".repeat(depth), "]".repeat(depth)].concat();
        let (fits, deep) = (nested(127), nested(128));
        for text in [
            r#" { "a" : [ 1 , -2.50, true,false , null ], "a": {} , "": "" } "#,
            r#"["\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é😀"]"#,
            r#"["\ud83d"]"#,
            r#"["\ud83d\u0041"]"#,
            r#"["\ude00"]"#,
            r#"["\u12"]"#,
            r#"["\u+123"]"#,
            r#"["\x"]"#,
            "[\"a\tb\"]",
            "[\"a",
            "[\"a\\",
            "[\u{A0}1]",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[1",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{a:1}",
            "{'a':1}",
            "[t]",
            "[True]",
            "[]x",
            "[] []",
            "[01]",
            "[-]",
            "[+1]",
            "[.5]",
            "[5.]",
            "[1e]",
            "[1e+]",
            "[0x1]",
            "[NaN]",
            "[0, -0, 0.0, -0.0, 0e9, 1E2, 1e+2, 1e-2, 10.0, 1e15, 1e16, 1e17, 123456789012345.6]",
            "[0.001, 0.0001, 0.00001, 0.000012345, 12345e-9, 1.5e300, 1e308, 1e-300, 1e-400, -1e-400]",
            "[18446744073709551615, -9223372036854775808, 1e99999999999999999999, 0e99999999999999999999]",
            "[1e309]",
            "",
            &fits,
            &deep,
        ] {
            assert_eq!(read(text), reference(text), "{text}");
        }
    }

    #[test]
    fn digits_that_no_double_holds_stay() {
        let number = |text: &'static str| Some(Value::Number(text.into()));
        assert_eq!(read("18446744073709551616"), number("18446744073709551616"));
        assert_eq!(read("-0.12345678901234567890"), number("-0.1234567890123456789"));
        assert_eq!(read(&"1".repeat(310)), None);
    }

    proptest! {
        #[test]
        fn a_number_is_its_shortest_decimal(text in "-?(0|[1-9][0-9]{0,7})(\\.[0-9]{1,7})?([eE][+-]?[0-9])?") {
            prop_assert_eq!(read(&text), reference(&text));
        }

        #[test]
        fn whatever_comes_is_taken_or_refused_alike(text in "[\\[\\]{}\":,0-9a-fu\\\\ .eE+-]{0,24}") {
            prop_assert_eq!(read(&text).is_some(), reference(&text).is_some());
        }
    }
}
