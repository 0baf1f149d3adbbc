//! Rows of a table as bytes: texts, numbers, and the parameters of operations. A table of structs is mostly pointers, which
//! weigh several times what they point to.

use super::{Constraint, Form, Unknown};
use crate::check::field::{Field, Kind, Options, Texts};
use std::borrow::Cow;
use std::mem;

/// The kind takes the low bits of a field's first byte.
const KIND: u8 = 0x1F;
const REQUIRED: u8 = 0x20;

/// What the second byte of a field says that follows its name.
const MIN: u8 = 1;
const MAX: u8 = 1 << 1;
const OPTIONS: u8 = 1 << 2;
const OPEN: u8 = 1 << 3;
const CHOICES: u8 = 1 << 4;
const FIELDS: u8 = 1 << 5;

const REFUSE: u8 = KIND;
const ONE_OF: u8 = 0;
const ANY_OF: u8 = 1;

/// Writes while there is room, and counts in any case.
pub(crate) struct Writer<'r> {
    room: &'r mut [u8],
    pub(crate) length: usize,
}

impl<'r> Writer<'r> {
    pub(crate) const fn new(room: &'r mut [u8]) -> Self {
        Writer { room, length: 0 }
    }

    #[allow(clippy::mem_replace_with_default, reason = "`take` is no const fn")]
    pub(crate) const fn byte(&mut self, byte: u8) {
        if let Some((first, rest)) = mem::replace(&mut self.room, &mut []).split_first_mut() {
            *first = byte;
            self.room = rest;
        }
        self.length += 1;
    }

    /// Seven bits a byte, the lowest first; the sign is the lowest of all.
    pub(crate) const fn number(&mut self, number: i64) {
        let mut rest = (number.cast_unsigned() << 1) ^ (number >> 63).cast_unsigned();
        while rest > 0x7F {
            self.byte(rest.to_le_bytes()[0] | 0x80);
            rest >>= 7;
        }
        self.byte(rest.to_le_bytes()[0]);
    }

    pub(crate) const fn count(&mut self, count: usize) {
        assert!(count <= 0xFF, "a list is longer than a byte can say");
        self.byte(count.to_le_bytes()[0]);
    }

    pub(crate) const fn text(&mut self, text: &str) {
        let mut rest = text.as_bytes();
        while let [byte, after @ ..] = rest {
            assert!(*byte != 0, "a zero ends a text");
            self.byte(*byte);
            rest = after;
        }
        self.byte(0);
    }

    pub(crate) const fn texts(&mut self, texts: &[&str]) {
        self.count(texts.len());
        let mut rest = texts;
        while let [text, after @ ..] = rest {
            self.text(text);
            rest = after;
        }
    }

    /// The parameters of an operation.
    pub(crate) const fn form(&mut self, form: &Form<'_>) {
        let (Cow::Borrowed(fields), Cow::Borrowed(constraints)) = (&form.fields, &form.constraints)
        else {
            unreachable!()
        };
        self.byte(match form.unknown {
            Unknown::Refuse => REFUSE,
            Unknown::Take(kind) => kind as u8,
            Unknown::Drop => unreachable!(),
        });
        self.fields(fields);
        self.count(constraints.len());
        let mut rest = *constraints;
        while let [constraint, after @ ..] = rest {
            let (mark, names) = match constraint {
                Constraint::OneOf(names) => (ONE_OF, *names),
                Constraint::AnyOf(names) => (ANY_OF, *names),
                _ => unreachable!(),
            };
            self.byte(mark);
            self.texts(names);
            rest = after;
        }
    }

    const fn fields(&mut self, fields: &[Field<'_>]) {
        self.count(fields.len());
        let mut rest = fields;
        while let [field, after @ ..] = rest {
            self.field(field);
            rest = after;
        }
    }

    const fn field(&mut self, field: &Field<'_>) {
        let choices: &[&str] = match field.choices {
            Texts::These(choices) => choices,
            Texts::Packed(_) => unreachable!(),
        };
        assert!(field.label.is_empty() && field.pattern.is_empty(), "parameters have neither");
        self.byte(field.kind as u8 | if field.required { REQUIRED } else { 0 });
        let mut more = 0;
        more |= if field.min.is_some() { MIN } else { 0 };
        more |= if field.max.is_some() { MAX } else { 0 };
        more |= if field.options.bits() == 0 { 0 } else { OPTIONS };
        more |= if field.open.is_some() { OPEN } else { 0 };
        more |= if choices.is_empty() { 0 } else { CHOICES };
        more |= if field.fields.is_empty() { 0 } else { FIELDS };
        self.byte(more);
        self.text(field.name);
        if let Some(min) = field.min {
            self.number(min);
        }
        if let Some(max) = field.max {
            self.number(max);
        }
        if more & OPTIONS != 0 {
            self.byte(field.options.bits());
        }
        if let Some(kind) = field.open {
            self.byte(kind as u8);
        }
        if more & CHOICES != 0 {
            self.texts(choices);
        }
        if more & FIELDS != 0 {
            self.fields(field.fields);
        }
    }
}

/// Reads what the writer wrote.
pub(crate) struct Reader(pub(crate) &'static [u8]);

impl Reader {
    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn kind(&mut self) -> Kind {
        kind(self.byte())
    }

    pub(crate) fn number(&mut self) -> i64 {
        let (mut number, mut shift) = (0_u64, 0_u32);
        loop {
            let byte = self.byte();
            number |= u64::from(byte & 0x7F).unbounded_shl(shift);
            shift += 7;
            if byte & 0x80 == 0 {
                let sign = (number & 1).cast_signed().wrapping_neg();
                return (number >> 1).cast_signed() ^ sign;
            }
        }
    }

    pub(crate) fn text(&mut self) -> &'static str {
        let length = self.0.iter().position(|byte| *byte == 0).unwrap_or_default();
        let (text, rest) = self.0.split_at_checked(length).unwrap_or_default();
        self.0 = rest;
        self.byte();
        str::from_utf8(text).unwrap_or_default()
    }

    pub(crate) fn list<T>(&mut self, one: impl Fn(&mut Self) -> T) -> &'static [T] {
        let list: Vec<T> = (0..self.byte()).map(|_| one(self)).collect();
        list.leak()
    }

    pub(crate) fn form(&mut self) -> Form<'static> {
        let unknown = match self.byte() {
            REFUSE => Unknown::Refuse,
            taken => Unknown::Take(kind(taken)),
        };
        let fields = self.list(Reader::field);
        let constraints = self.list(|reader| {
            let mark = reader.byte();
            let names = reader.list(Reader::text);
            if mark == ONE_OF { Constraint::OneOf(names) } else { Constraint::AnyOf(names) }
        });
        Form {
            fields: Cow::Borrowed(fields),
            unknown,
            constraints: Cow::Borrowed(constraints),
            clears: true,
        }
    }

    fn field(&mut self) -> Field<'static> {
        let first = self.byte();
        let more = self.byte();
        let has = |mark: u8| more & mark != 0;
        let mut field = Field::new(self.text(), kind(first & KIND));
        field.required = first & REQUIRED != 0;
        field.min = has(MIN).then(|| self.number());
        field.max = has(MAX).then(|| self.number());
        if has(OPTIONS) {
            field.options = Options::of_byte(self.byte());
        }
        field.open = has(OPEN).then(|| self.kind());
        if has(CHOICES) {
            field.choices = Texts::These(self.list(Reader::text));
        }
        if has(FIELDS) {
            field.fields = self.list(Reader::field);
        }
        field
    }
}

fn kind(byte: u8) -> Kind {
    Kind::ALL.get(usize::from(byte)).copied().unwrap_or(Kind::Any)
}

#[cfg(test)]
mod tests {
    use super::*;

    const INNER: &[Field] = &[
        Field::new("a", Kind::Id).required(),
        Field::new("b", Kind::Choice).choices(&["x", "yz"]).min(-1).max(i64::MAX),
    ];
    const OUTER: &[Field] = &[
        Field::new("rows", Kind::Records).of(INNER).open(Kind::Custom).min(1).max(300),
        Field::new("text", Kind::Text).min(i64::MIN).max(64).lenient().with(Options::BYTES),
        Field::new("after", Kind::Boolean),
    ];
    const BETWEEN: &[Constraint] =
        &[Constraint::OneOf(&["text", "after"]), Constraint::AnyOf(&["rows"])];

    fn round(fields: &'static [Field], unknown: Unknown, constraints: &'static [Constraint]) {
        let form = Form::params(fields, unknown, constraints);
        let mut writer = Writer::new(&mut []);
        writer.form(&form);
        let mut bytes = vec![0; writer.length];
        Writer::new(&mut bytes).form(&form);
        let unpacked = Reader(bytes.leak()).form();
        assert_eq!(format!("{unpacked:?}"), format!("{form:?}"));
    }

    #[test]
    fn what_is_unpacked_is_what_was_packed() {
        round(OUTER, Unknown::Refuse, BETWEEN);
        round(INNER, Unknown::Take(Kind::Custom), &[]);
        round(&[], Unknown::Take(Kind::Any), &[]);
    }

    #[test]
    fn each_kind_has_its_own_number() {
        for (at, kind) in Kind::ALL.iter().enumerate() {
            assert_eq!(*kind as usize, at);
        }
        assert!(Kind::ALL.len() <= usize::from(KIND));
    }
}
