//! [`Sent`]: what a call sent, as far as its answer may be about it.

use crate::value::{Entries, Value};

/// The names of the parameters of a call. An answer that names one of them is believed; any other text of the system's is
/// not, for it may hold what a visitor typed.
#[derive(Clone, Copy, Debug)]
pub enum Sent<'a> {
    /// The parameters as they were given.
    Params(&'a Entries<'a>),
    /// The body as it went out, JSON or a form, and those of its parameters that are the owner's own: the same for each
    /// lead.
    Body(&'a str, &'a [&'a str]),
}

impl Sent<'_> {
    /// Whether there was a parameter of this name, or of a name that begins so where it ends with `_`.
    pub fn has(&self, name: &str) -> bool {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let is_name = !name.is_empty() && name.len() <= 64 && name.bytes().all(fits);
        is_name
            && match self {
                Sent::Params(params) => params.iter().any(|(key, value)| is(key, name) || holds(value, name)),
                // A quote within a text is escaped, so that this can only be a key.
                Sent::Body(body, _) if body.starts_with('{') => body.contains(&["\"", name, "\":"].concat()),
                Sent::Body(body, _) => keys(body).any(|key| is(key, name)),
            }
    }

    /// Whether the parameter is the owner's own, or all that begin so: what it says is the same for each lead.
    pub fn is_own(&self, name: &str) -> bool {
        let Sent::Body(body, own) = self else { return false };
        self.has(name) && keys(body).filter(|key| is(key, name)).all(|key| own.contains(&key))
    }

    /// Whether anything is known of the call.
    pub fn is_known(&self) -> bool {
        !matches!(self, Sent::Params(params) if params.is_empty())
    }
}

/// The names of a form's body, as they are encoded.
fn keys(body: &str) -> impl Iterator<Item = &str> {
    body.split('&').map(|pair| pair.split_once('=').map_or(pair, |(key, _)| key))
}

fn is(key: &str, name: &str) -> bool {
    key == name || (name.ends_with('_') && key.starts_with(name))
}

fn holds(value: &Value<'_>, name: &str) -> bool {
    match value {
        Value::Map(entries) => entries.iter().any(|(key, value)| is(key, name) || holds(value, name)),
        Value::List(items) => items.iter().any(|item| holds(item, name)),
        _ => false,
    }
}
