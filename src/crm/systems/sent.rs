//! [`Sent`]: what a call sent, as far as its answer may be about it.

use crate::value::cut;

/// What is known of a call. An answer that names one of its parameters is believed; any other text of the system's is not,
/// for it may hold what a visitor typed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sent<'a> {
    /// The body as it went out, JSON or a form; empty where it is not known.
    pub body: &'a str,
    /// Those of its parameters that are the owner's own, the same for each lead, one a line.
    pub own: &'a str,
}

impl<'a> Sent<'a> {
    /// Whether there was a parameter of this name, or of a name that begins so where it ends with `_`.
    pub fn has(self, name: &str) -> bool {
        let is_name = !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        // A quote within a text is escaped, so that this can only be a key.
        is_name
            && (cut(self.body, &["\"", name, "\":"].concat()).is_some()
                || self.keys(name).next().is_some())
    }

    /// Whether the parameter is the owner's own, or all that begin so: what it says is the same for each lead.
    pub fn is_own(self, name: &str) -> bool {
        self.has(name) && self.keys(name).all(|key| self.own.split('\n').any(|own| own == key))
    }

    /// The names of a form's body that are this one, or begin so.
    fn keys(self, name: &str) -> impl Iterator<Item = &'a str> {
        self.body
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(key, _)| key)
            .filter(move |key| *key == name || (name.ends_with('_') && key.starts_with(name)))
    }
}
