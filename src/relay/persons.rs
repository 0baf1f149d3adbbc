//! By what a person is known in a lead: an e-mail or a phone, whatever the fields are called.
//!
//! Patterns of JavaScript: the generator writes them as a table, so none of them is in the module.

/// What a person is known by. E-mails come first: the first one names whose record a lead touches.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// The kind of a form's field.
    pub name: &'static str,
    /// What stands before a hash of it.
    pub mark: &'static str,
    /// What a value looks like of which no field says what it is.
    pub looks: &'static str,
    /// The longest that somebody may be looked for by, and what has to be in it.
    pub known: (usize, &'static str),
    /// How it is made plain before it is hashed, one step after the other: what is taken out, and what stands in its place.
    pub plain: &'static [(&'static str, &'static str)],
}

/// Both of them.
pub const KINDS: [Kind; 2] = [
    Kind {
        name: "email",
        mark: "e",
        looks: r"/^\s*[^\s@]{1,64}@[^\s@]+\s*$/",
        known: (320, "/[^@]@[^@]/"),
        plain: &[],
    },
    Kind {
        name: "phone",
        mark: "p",
        looks: r"/^[\d\s().+x/-]{7,40}$/i",
        known: (100, r"/(?:[\p{L}\p{Nd}][^\p{L}\p{Nd}]*){7}/u"),
        // However a number was written, and without its extension: whoever shares it answers the same phone. One of ten digits is
        // of North America.
        plain: &[(r"/[x#;].*/s", ""), (r"/\D/g", ""), (r"/^(?=\d{10}$)/", "1"), ("/^/", "+")],
    },
];

/// The most persons of one lead: a list in JSON has room for thousands.
pub const MOST: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_have_a_mark_of_their_own_and_e_mails_come_first() {
        assert_eq!(KINDS.map(|kind| (kind.name, kind.mark)), [("email", "e"), ("phone", "p")]);
        assert!(KINDS.iter().all(|kind| kind.looks.starts_with("/^") && kind.known.0 <= 320));
    }
}
