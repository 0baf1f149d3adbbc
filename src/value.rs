//! [`Value`]: what a visitor typed, what a parameter holds, what a reply carries.

#[cfg(feature = "full")]
pub(crate) mod json;
#[cfg(feature = "full")]
mod text;

#[cfg(feature = "full")]
pub(crate) use text::{cut_at, has_part, has_sign, joined, parts};

use std::borrow::Cow;

/// Data as forms and CRMs know it. Numbers keep their decimal text, so that no id is rounded.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Value<'a> {
    /// Absent on purpose: as a parameter it clears what the CRM has.
    #[default]
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number as JSON writes it.
    Number(Cow<'a, str>),
    /// Text.
    Text(Cow<'a, str>),
    /// Several values, in order.
    List(Vec<Value<'a>>),
    /// Named values, in order. Not a hash map: names are data, and `__proto__` is a name like any other.
    Map(Entries<'a>),
}

/// Named values, in order.
pub type Entries<'a> = Vec<(Cow<'a, str>, Value<'a>)>;

impl<'a> Value<'a> {
    /// The text of a text or a number.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) | Value::Number(text) => Some(text),
            _ => None,
        }
    }

    /// The value under `name`, when this is a map.
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        match self {
            Value::Map(entries) => {
                entries.iter().find(|(key, _)| key == name).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// Nothing that a CRM should be sent: empty text, an empty list, nothing.
    pub fn is_empty(&self) -> bool {
        match self {
            Value::Null => true,
            Value::Bool(_) | Value::Number(_) => false,
            Value::Text(text) => text.is_empty(),
            Value::List(items) => items.is_empty(),
            Value::Map(entries) => entries.is_empty(),
        }
    }

    /// The same value, owning its text.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Value::Null => Value::Null,
            Value::Bool(yes) => Value::Bool(yes),
            Value::Number(text) => Value::Number(Cow::Owned(text.into_owned())),
            Value::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Value::List(items) => Value::List(items.into_iter().map(Value::into_owned).collect()),
            Value::Map(entries) => Value::Map(
                entries
                    .into_iter()
                    .map(|(key, value)| (Cow::Owned(key.into_owned()), value.into_owned()))
                    .collect(),
            ),
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Value::Text(Cow::Owned(text))
    }
}

impl From<bool> for Value<'_> {
    fn from(yes: bool) -> Self {
        Value::Bool(yes)
    }
}

impl<'a> FromIterator<(&'a str, Value<'a>)> for Value<'a> {
    fn from_iter<I: IntoIterator<Item = (&'a str, Value<'a>)>>(entries: I) -> Self {
        Value::Map(entries.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect())
    }
}

/// The text of a whole number. What `fmt` has for it weighs as much as a system.
pub(crate) fn decimal(number: impl TryInto<u64>) -> String {
    let mut out = String::new();
    put_digits(number.try_into().unwrap_or(u64::MAX), &mut out);
    out
}

#[inline(never)]
fn put_digits(number: u64, out: &mut String) {
    if number >= 10 {
        put_digits(number.wrapping_div(10), out);
    }
    // A remainder of ten fits in a byte.
    let digit = u8::try_from(number.wrapping_rem(10)).unwrap_or_default();
    out.push(b'0'.wrapping_add(digit).into());
}

/// The whole number that a text is; nothing of another text, or of one that is more than its kind holds. The standard library has
/// a way of its own for each kind of number.
#[cfg(feature = "full")]
pub(crate) fn number<N: TryFrom<u64>>(text: &str) -> Option<N> {
    N::try_from(counted(text.strip_prefix('+').unwrap_or(text), 10)?).ok()
}

/// The same of one that may be below 0.
#[cfg(feature = "full")]
pub(crate) fn signed(text: &str) -> Option<i64> {
    match text.strip_prefix('-') {
        Some(digits) => i64::try_from(counted(digits, 10)?).ok().map(|number| -number),
        None => number(text),
    }
}

/// The number that digits of a base are.
#[cfg(feature = "full")]
#[inline(never)]
pub(crate) fn counted(digits: &str, base: u32) -> Option<u64> {
    let mut sum = (!digits.is_empty()).then_some(0_u64)?;
    for digit in digits.chars() {
        let (digit, base) = (u64::from(digit.to_digit(base)?), u64::from(base));
        if sum > (u64::MAX - digit) / base {
            return None;
        }
        sum = sum * base + digit;
    }
    Some(sum)
}

/// What stands before the first `part` of a text, and what behind. The standard library's search has two ways for texts
/// longer than any of ours.
pub(crate) fn cut<'t>(text: &'t str, part: &str) -> Option<(&'t str, &'t str)> {
    let at =
        text.as_bytes().windows(part.len().max(1)).position(|bytes| bytes == part.as_bytes())?;
    Some((text.get(..at)?, text.get(at.checked_add(part.len())?..)?))
}

/// The text of bytes; what is none of UTF-8 becomes U+FFFD, as the standard library and hosts have it.
pub(crate) fn letters(bytes: &[u8]) -> String {
    let (mut out, mut rest) = (String::new(), bytes);
    loop {
        let (wrong, length) = match str::from_utf8(rest) {
            Ok(text) => {
                out.push_str(text);
                return out;
            }
            Err(error) => (error.valid_up_to(), error.error_len()),
        };
        let (text, tail) = rest.split_at_checked(wrong).unwrap_or_default();
        out.push_str(str::from_utf8(text).unwrap_or_default());
        out.push(char::REPLACEMENT_CHARACTER);
        rest = length.and_then(|length| tail.get(length..)).unwrap_or_default();
    }
}

/// A decimal, where a double has it as it is written: at most 2^53 over or times a power of ten up to 10^22, each of
/// which a double holds, so that one division or product rounds once (W. D. Clinger, "How to Read Floating Point
/// Numbers Accurately", 1990). The standard library's reader needs a table of 10 KB for all the others.
#[cfg(feature = "full")]
fn scaled(text: &str) -> Option<(i64, i32)> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = cut_at(mantissa, '.').unwrap_or((mantissa, ""));
    let digits = signed(&[whole, fraction].concat())?;
    let places =
        i32::try_from(fraction.len()).ok()?.checked_sub(signed(exponent)?.try_into().ok()?)?;
    (digits.unsigned_abs() <= 1 << 53 && places.unsigned_abs() <= 22).then_some((digits, places))
}

/// Whether JavaScript has a number as it is written.
#[cfg(feature = "full")]
pub(crate) fn is_exact(text: &str) -> bool {
    scaled(text).is_some()
}

#[cfg(feature = "full")]
mod serde_value {
    use super::{Cow, Value};
    use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
    use serde::ser::{Serialize, SerializeMap, Serializer};

    impl Serialize for Value<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self {
                Value::Null => serializer.serialize_unit(),
                Value::Bool(yes) => serializer.serialize_bool(*yes),
                // Beyond 2^53 JavaScript would round: such a number stays text.
                Value::Number(text) => match text.parse::<i64>() {
                    Ok(n) if n.unsigned_abs() <= (1 << 53) => serializer.serialize_i64(n),
                    Ok(_) => serializer.serialize_str(text),
                    Err(_) => match decimal(text) {
                        Some(n) => serializer.serialize_f64(n),
                        None => serializer.serialize_str(text),
                    },
                },
                Value::Text(text) => serializer.serialize_str(text),
                Value::List(items) => serializer.collect_seq(items),
                Value::Map(entries) => {
                    let mut map = serializer.serialize_map(Some(entries.len()))?;
                    for (key, value) in entries {
                        map.serialize_entry(key, value)?;
                    }
                    map.end()
                }
            }
        }
    }

    fn decimal(text: &str) -> Option<f64> {
        let (digits, places) = super::scaled(text)?;
        #[allow(clippy::cast_precision_loss, reason = "at most 2^53")]
        let digits = digits as f64;
        let power = (0..places.unsigned_abs()).fold(1.0, |power, _| power * 10.0);
        Some(if places < 0 { digits * power } else { digits / power })
    }

    impl<'de> Deserialize<'de> for Value<'static> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_any(Any)
        }
    }

    struct Any;

    impl<'de> Visitor<'de> for Any {
        type Value = Value<'static>;

        fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("data")
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Value::Null)
        }

        fn visit_none<E>(self) -> Result<Self::Value, E> {
            Ok(Value::Null)
        }

        fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Self::Value, D::Error> {
            inner.deserialize_any(Any)
        }

        /// A number in its letters, as a script has written it.
        fn visit_newtype_struct<D: Deserializer<'de>>(
            self,
            inner: D,
        ) -> Result<Self::Value, D::Error> {
            String::deserialize(inner).map(|text| Value::Number(Cow::Owned(text)))
        }

        fn visit_bool<E>(self, yes: bool) -> Result<Self::Value, E> {
            Ok(Value::Bool(yes))
        }

        fn visit_i64<E>(self, n: i64) -> Result<Self::Value, E> {
            let sign = if n < 0 { "-" } else { "" };
            Ok(Value::Number(Cow::Owned([sign, &super::decimal(n.unsigned_abs())].concat())))
        }

        fn visit_u64<E>(self, n: u64) -> Result<Self::Value, E> {
            Ok(Value::Number(Cow::Owned(super::decimal(n))))
        }

        fn visit_f64<E>(self, n: f64) -> Result<Self::Value, E> {
            let mut buffer = ryu::Buffer::new();
            let text = buffer.format(n);
            Ok(Value::Number(Cow::Owned(text.strip_suffix(".0").unwrap_or(text).to_owned())))
        }

        fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
            Ok(Value::Text(Cow::Owned(text.to_owned())))
        }

        fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
            Ok(Value::Text(Cow::Owned(text)))
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            let mut items = Vec::new();
            while let Some(item) = seq.next_element::<Value<'static>>()? {
                items.push(item);
            }
            Ok(Value::List(items))
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut entries = Vec::new();
            while let Some((key, value)) = map.next_entry::<String, Value<'static>>()? {
                entries.push((Cow::Owned(key), value));
            }
            Ok(Value::Map(entries))
        }
    }
}

#[cfg(all(test, feature = "full"))]
mod tests {
    use super::{Value, cut, decimal, letters};

    #[test]
    fn texts_are_as_the_standard_library_has_them() {
        for number in [0, 7, 10, 4_294_967_296, u64::MAX] {
            assert_eq!(decimal(number), number.to_string());
        }
        for (text, part) in [("a{}b{}c", "{}"), ("", "x"), ("aaab", "aab"), ("\u{e9}x\u{e9}", "x")]
        {
            assert_eq!(cut(text, part), text.split_once(part));
        }
        for bytes in [
            &b"plain"[..],
            b"\xe9",
            b"a\xc3\xa9\xc3b",
            b"\xf0\x9f\x98",
            b"\xed\xa0\x80\xff",
            b"\xe2\x82x\xf4\x90\x80\x80",
            b"",
        ] {
            assert_eq!(letters(bytes), String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn a_decimal_that_a_double_holds_is_a_number_and_others_stay_text() {
        let json = |text: &'static str| {
            serde_json::to_string(&Value::Number(text.into())).unwrap_or_default()
        };
        for text in
            ["0", "-7", "12.5", "0.1", "-0.05", "1234567.89", "9007199254740992", "123456.789012"]
        {
            assert_eq!(json(text), text);
        }
        assert_eq!(
            (json("1.50"), json("2e3"), json("25E-1")),
            ("1.5".into(), "2000.0".into(), "2.5".into())
        );
        for text in
            ["9007199254740993", "0.12345678901234567", "1e400", "1e-30", "-", "1.2.3", "12,5"]
        {
            assert_eq!(json(text), format!("{text:?}"));
        }
    }

    #[test]
    fn a_number_keeps_its_shortest_decimal() {
        for (json, text) in [
            ("0.1", "0.1"),
            ("1e2", "100"),
            ("-2.50", "-2.5"),
            ("18446744073709551615", "18446744073709551615"),
        ] {
            assert_eq!(serde_json::from_str::<Value>(json).ok(), Some(Value::Number(text.into())));
        }
    }
}
