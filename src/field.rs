//! [`Field`] and [`Kind`]: a named value, its type, and what must hold, as data.

use std::borrow::Cow;

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
        Kind::VISITOR.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
    }

    /// Several values under one name are one value of this kind.
    pub fn is_list(self) -> bool {
        matches!(self, Kind::Labels | Kind::Choices | Kind::Records)
    }
}

/// A named value: its kind and what must hold.
#[derive(Clone, Debug)]
pub struct Field {
    /// The name under which the value comes.
    pub name: Cow<'static, str>,
    /// The type of the value.
    pub kind: Kind,
    /// Whether an empty value is an error.
    pub required: bool,
    /// Fewest characters, smallest number, or fewest items, by kind.
    pub min: Option<i64>,
    /// Most characters, greatest number, or most items, by kind.
    pub max: Option<i64>,
    /// The values that `choice` and `choices` allow.
    pub choices: Cow<'static, [Cow<'static, str>]>,
    /// What people read beside the field.
    pub label: Cow<'static, str>,
    /// The fields of a [`Kind::Record`] or [`Kind::Records`].
    pub fields: &'static [Field],
    /// The kind of a record's fields that `fields` does not name; none: they are errors.
    pub open: Option<Kind>,
    /// Errors of this field become warnings: the system takes the value and says itself what it did with it.
    pub lenient: bool,
}

impl Field {
    /// A field that may be empty and has no limits of its own.
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        Field {
            name: Cow::Borrowed(name),
            kind,
            required: false,
            min: None,
            max: None,
            choices: Cow::Borrowed(&[]),
            label: Cow::Borrowed(""),
            fields: &[],
            open: None,
            lenient: false,
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
    pub const fn choices(mut self, choices: &'static [Cow<'static, str>]) -> Self {
        // A const function may not drop what was there; it is the empty borrow of `new`.
        std::mem::forget(std::mem::replace(&mut self.choices, Cow::Borrowed(choices)));
        self
    }

    /// The fields of a record.
    #[must_use]
    pub const fn of(mut self, fields: &'static [Field]) -> Self {
        self.fields = fields;
        self
    }

    /// Fields of a record that are not named take this kind.
    #[must_use]
    pub const fn open(mut self, kind: Kind) -> Self {
        self.open = Some(kind);
        self
    }

    /// Errors become warnings.
    #[must_use]
    pub const fn lenient(mut self) -> Self {
        self.lenient = true;
        self
    }
}
