//! [`Sent`]: what a call sent, as far as its answer may be about it.

use crate::crm::outcome::{Fault, Outcome};
use crate::value::{cut, cut_at, has_part, number, parts};

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
        let is_own = |key: &str| has_part(self.own, '\n', key);
        let mut keys = self.keys(name).peekable();
        if keys.peek().is_none() { self.has(name) && is_own(name) } else { keys.all(is_own) }
    }

    /// The names of a form's body that are this one, or begin so.
    fn keys(self, name: &str) -> impl Iterator<Item = &'a str> {
        parts(self.body, '&')
            .filter_map(|pair| cut_at(pair, '='))
            .map(|(key, _)| key)
            .filter(move |key| *key == name || (name.ends_with('_') && key.starts_with(name)))
    }
}

/// A refusal that is about one parameter, with its name: the target's where what it says is the owner's own. `about` is what
/// a system's numbers are about, where the answer itself does not say it.
pub(in crate::crm::systems) fn place(
    outcome: &mut Outcome,
    system: &str,
    about: &[(u16, &str)],
    sent: Sent<'_>,
) {
    let (issue, fault) = match outcome {
        Outcome::Refused { issues, fault } => match issues.as_mut_slice() {
            [issue] if !sent.body.is_empty() => (issue, fault),
            _ => return,
        },
        Outcome::Batch { results } => {
            return results.iter_mut().for_each(|one| place(one, system, about, sent));
        }
        _ => return,
    };
    let number = || issue.code.strip_prefix(system)?.strip_prefix('.').and_then(number::<u16>);
    let param = match number() {
        Some(number) if issue.field.is_empty() => {
            about.iter().find(|(known, _)| *known == number).map_or("", |(_, param)| param)
        }
        _ => issue.field.as_str(),
    };
    if param.is_empty() {
        return;
    }
    let has = sent.has(param);
    *fault = match *fault {
        Fault::Lead if sent.is_own(param) => Fault::Target,
        // It is about a parameter that was not sent: whatever the matter is, it is not the map.
        Fault::Target if !has => Fault::Lead,
        fault => fault,
    };
    // Of several that begin so it is not said which.
    if has && !param.ends_with('_') {
        issue.field = param.to_owned();
    }
}
