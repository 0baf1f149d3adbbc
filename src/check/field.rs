//! [`Field`] and [`Kind`]: a named value, its type, and what must hold, as data.

use crate::packed::{PackedValues, text_of};

/// The type of a field's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Free text.
    Text,
    /// A person's name.
    Name,
    /// An e-mail address.
    Email,
    /// A phone number of the North American Numbering Plan, or another country's with its code.
    Phone,
    /// Short texts, as a list or separated by commas.
    Labels,
    /// One of the field's choices.
    Choice,
    /// Some of the field's choices.
    Choices,
    /// Yes or no.
    Boolean,
    /// A whole number.
    Integer,
    /// A decimal number.
    Number,
    /// A day of the calendar.
    Date,
    /// An absolute http or https URL.
    Url,
    /// A US ZIP code or a Canadian postal code.
    Postal,
    /// A country.
    Country,
    /// A state or province.
    State,
    /// Agreement to something: only yes counts.
    Consent,
    /// A value that the page sets, not the visitor.
    Hidden,

    // The kinds below are for parameters of operations, not for visitors.
    /// A number that identifies a record; a number or its text, kept as text.
    Id,
    /// An IPv4 address in four parts.
    Ipv4,
    /// The whole value of Marketo's `_mkto_trk` cookie.
    Cookie,
    /// An object of the field's own `fields`.
    Record,
    /// A list of objects of the field's own `fields`; `min` and `max` count them.
    Records,
    /// Text, number, boolean, list of texts or null, passed on as it is: a CRM's custom field.
    Custom,
    /// Any data, passed on as it is.
    Any,
}

impl Kind {
    /// The kinds that a visitor's form may use, with their names in a spec.
    pub const VISITOR: &'static [(&'static str, Kind)] = &[
        ("text", Kind::Text),
        ("name", Kind::Name),
        ("email", Kind::Email),
        ("phone", Kind::Phone),
        ("labels", Kind::Labels),
        ("choice", Kind::Choice),
        ("choices", Kind::Choices),
        ("boolean", Kind::Boolean),
        ("integer", Kind::Integer),
        ("number", Kind::Number),
        ("date", Kind::Date),
        ("url", Kind::Url),
        ("postal", Kind::Postal),
        ("country", Kind::Country),
        ("state", Kind::State),
        ("consent", Kind::Consent),
        ("hidden", Kind::Hidden),
    ];

    /// Those whose rules a page gets when its form has one of them: see [`crate::check::rules`].
    pub const LATE: &'static [Kind] = &[
        Kind::Integer,
        Kind::Number,
        Kind::Date,
        Kind::Url,
        Kind::Postal,
        Kind::Country,
        Kind::State,
    ];

    /// All of them, each at the place of its number.
    #[cfg(feature = "full")]
    pub(crate) const ALL: [Kind; 24] = [
        Kind::Text,
        Kind::Name,
        Kind::Email,
        Kind::Phone,
        Kind::Labels,
        Kind::Choice,
        Kind::Choices,
        Kind::Boolean,
        Kind::Integer,
        Kind::Number,
        Kind::Date,
        Kind::Url,
        Kind::Postal,
        Kind::Country,
        Kind::State,
        Kind::Consent,
        Kind::Hidden,
        Kind::Id,
        Kind::Ipv4,
        Kind::Cookie,
        Kind::Record,
        Kind::Records,
        Kind::Custom,
        Kind::Any,
    ];

    /// The kind's name in specs and in the reference.
    pub fn name(self) -> &'static str {
        match Kind::VISITOR.iter().find(|(_, kind)| *kind == self) {
            Some((name, _)) => name,
            None => match self {
                Kind::Id => "id",
                Kind::Ipv4 => "ipv4",
                Kind::Cookie => "cookie",
                Kind::Record => "record",
                Kind::Records => "records",
                Kind::Custom => "custom",
                _ => "any",
            },
        }
    }

    /// The kind of a name in a spec.
    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::from_bytes(name.as_bytes())
    }

    /// The kind of a name in a packed spec.
    pub(crate) fn from_bytes(name: &[u8]) -> Option<Kind> {
        Kind::VISITOR.iter().find(|(known, _)| known.as_bytes() == name).map(|(_, kind)| *kind)
    }
}

/// Some texts: of a table, or of a packed spec.
#[derive(Clone, Copy, Debug)]
pub enum Texts<'a> {
    /// As a table has them.
    These(&'a [&'a str]),
    /// As a spec has them; made by [`crate::Form::from_spec`] alone.
    #[doc(hidden)]
    Packed(&'a [u8]),
}

impl<'a> Texts<'a> {
    /// Calls `each` until it answers true, and says whether it did.
    pub(crate) fn any(self, mut each: impl FnMut(&'a [u8]) -> bool) -> bool {
        match self {
            Texts::These(texts) => texts.iter().any(|text| each(text.as_bytes())),
            Texts::Packed(mut packed) => {
                let mut texts = PackedValues(std::mem::take(&mut packed));
                while !texts.is_done() {
                    if text_of(texts.value()).is_some_and(&mut each) {
                        return true;
                    }
                }
                false
            }
        }
    }

    /// There are none.
    pub fn is_empty(self) -> bool {
        !self.any(|_| true)
    }

    /// All of them.
    #[cfg(feature = "full")]
    pub fn all(self) -> Vec<&'a str> {
        let mut all = Vec::new();
        self.any(|text| {
            all.extend(std::str::from_utf8(text).ok());
            false
        });
        all
    }
}

/// A named value: its kind and what must hold.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// The name under which the value comes.
    pub name: &'a str,
    /// The type of the value.
    pub kind: Kind,
    /// Whether an empty value is an error.
    pub required: bool,
    /// What else is asked of the value, or forgiven.
    pub options: Options,
    /// The kind of a record's fields that `fields` does not name; none: they are errors.
    pub open: Option<Kind>,
    /// Fewest characters, smallest number, or fewest items, by kind.
    pub min: Option<i64>,
    /// Most characters, greatest number, or most items, by kind.
    pub max: Option<i64>,
    /// The values that `choice` and `choices` allow.
    pub choices: Texts<'a>,
    /// What the whole of a text, name, e-mail address or URL must match, as HTML's `pattern` says it; empty: anything.
    pub pattern: &'a str,
    /// What people read beside the field.
    pub label: &'a str,
    /// The fields of a [`Kind::Record`] or [`Kind::Records`].
    pub fields: &'a [Field<'a>],
}

/// A set of what may be asked of a field beside its kind and limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options(u8);

impl Options {
    /// Nothing.
    pub const NONE: Options = Options(0);
    /// Errors become warnings: the system takes the value and says itself what it did with it.
    pub const LENIENT: Options = Options(1);
    /// A length counts the bytes of UTF-8, as Marketo's `text` does, not the characters.
    pub const BYTES: Options = Options(1 << 1);
    /// An e-mail address may have a quoted part before its @: `"ann lee"@example.com` (RFC 5321, 4.1.2).
    pub const QUOTED: Options = Options(1 << 2);
    /// An e-mail address may have an address of the net for a domain: `ann@[192.0.2.1]` (RFC 5321, 4.1.3).
    pub const LITERAL: Options = Options(1 << 3);
    /// An e-mail address may have other letters than ASCII's before its @ (RFC 6531).
    pub const INTERNATIONAL: Options = Options(1 << 4);

    /// The names that a spec has for those that a visitor's form may use.
    pub const NAMES: &'static [(&'static str, Options)] = &[
        ("bytes", Options::BYTES),
        ("quoted", Options::QUOTED),
        ("literal", Options::LITERAL),
        ("international", Options::INTERNATIONAL),
    ];

    /// These and those.
    #[must_use]
    pub const fn with(self, other: Options) -> Options {
        Options(self.0 | other.0)
    }

    /// Whether all of `other` are among them.
    pub const fn has(self, other: Options) -> bool {
        self.0 & other.0 == other.0
    }

    /// The set as a number.
    #[cfg(feature = "full")]
    pub(crate) const fn bits(self) -> u8 {
        self.0
    }

    /// The set that gave this number.
    #[cfg(feature = "full")]
    pub(crate) const fn of_byte(byte: u8) -> Options {
        Options(byte)
    }

    /// The set of a number, as the border passes it; what has no meaning is left out.
    #[cfg(feature = "wasm")]
    pub(crate) const fn of_bits(bits: u8) -> Options {
        Options(bits & 0x1E)
    }
}

impl<'a> Field<'a> {
    /// A field that may be empty and has no limits of its own.
    pub const fn new(name: &'a str, kind: Kind) -> Self {
        Field {
            name,
            kind,
            required: false,
            options: Options::NONE,
            open: None,
            min: None,
            max: None,
            choices: Texts::These(&[]),
            pattern: "",
            label: "",
            fields: &[],
        }
    }

    /// Empty is an error.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Fewest characters, smallest number, or fewest items.
    #[must_use]
    pub const fn min(mut self, min: i64) -> Self {
        self.min = Some(min);
        self
    }

    /// Most characters, greatest number, or most items.
    #[must_use]
    pub const fn max(mut self, max: i64) -> Self {
        self.max = Some(max);
        self
    }

    /// The values that a choice allows.
    #[must_use]
    pub const fn choices(mut self, choices: &'a [&'a str]) -> Self {
        self.choices = Texts::These(choices);
        self
    }

    /// The fields of a record.
    #[must_use]
    pub const fn of(mut self, fields: &'a [Field<'a>]) -> Self {
        self.fields = fields;
        self
    }

    /// Fields of a record that are not named take this kind.
    #[must_use]
    pub const fn open(mut self, kind: Kind) -> Self {
        self.open = Some(kind);
        self
    }

    /// More is asked of the value, or forgiven.
    #[must_use]
    pub const fn with(mut self, options: Options) -> Self {
        self.options = self.options.with(options);
        self
    }

    /// Errors become warnings.
    #[must_use]
    pub const fn lenient(self) -> Self {
        self.with(Options::LENIENT)
    }
}
