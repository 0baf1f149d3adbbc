//! What is wrong with what an owner says: the options of a relay, judged whole before the first lead comes.
//!
//! Nothing here stops at the first mistake, for who mends one wants to know of the others, too. Each [`Finding`] names the
//! place to mend and says what is closed until then: as little as can be, and nothing where the leads are none the worse.
//! No finding holds a value of the options but names that stand in code.

mod accounts;
mod alerts;
mod forms;
mod meant;
mod members;
mod people;
mod relay;
mod targets;

pub use alerts::{CHANNELS, ChannelKind};
pub use members::MEMBERS;
pub use relay::{ADDRESS_DEFAULT, DEFAULTS, MOST_SHARDS};

use crate::check::report::Issue;
use crate::code;
use crate::value::{Value, number};
use std::borrow::Cow;

/// What takes or gets no lead until a finding is mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closes {
    /// The relay takes no lead of any form.
    Relay,
    /// The form takes no lead.
    Form,
    /// Leads are taken, and wait for this account.
    Account,
    /// Leads are taken, and wait for an account that there is not.
    Way,
    /// The form's leads are taken, and wait for this account; where a parameter is named, those alone that fill it, or do not.
    Target,
    /// Nothing.
    Nothing,
}

impl Closes {
    /// Its name at the border.
    pub fn name(self) -> &'static str {
        match self {
            Closes::Relay => "relay",
            Closes::Form => "form",
            Closes::Account => "account",
            Closes::Way => "way",
            Closes::Target => "target",
            Closes::Nothing => "nothing",
        }
    }
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What is closed until it is mended.
    pub closes: Closes,
    /// The name to mend, like `forms.contact.deliver[0].map.lastName`.
    pub place: String,
    /// A row of the table of codes.
    pub code: String,
    /// What people read; empty where it is the code's own sentence, see [`Finding::sentence`].
    pub message: String,
    /// What the sentence has for its `{}`; empty for nothing.
    pub limit: String,
    /// What was probably meant; empty where nobody can tell.
    pub suggestion: String,
    /// The form that it is about; empty for none.
    pub form: String,
    /// The account that it is about; empty for none.
    pub account: String,
    /// The parameter whose leads alone wait, or with `!` before it those that do not fill it; empty for none.
    pub param: String,
}

impl Finding {
    /// What people read. The edge module does not carry the sentences: its script has them.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn sentence(&self) -> String {
        let row = code::options::OPTIONS.rows.iter().find(|row| row.name == self.code);
        row.map_or(self.message.as_str(), |row| row.sentence).replace("{}", &self.limit)
    }
}

/// What else is said of a finding, where there is something.
#[derive(Clone, Copy, Default)]
struct More<'a> {
    message: &'a str,
    limit: &'a str,
    meant: &'a str,
    param: &'a str,
}

/// The options, and what has been found.
struct Judge<'o> {
    options: &'o Value<'o>,
    /// The places of which the host says that they are no address, no language or no zone.
    unfit: &'o [&'o str],
    /// What is being looked at.
    form: &'o str,
    account: &'o str,
    found: Vec<Finding>,
}

/// Judges the options of a relay. `unfit` names the places of which only the host can tell, and says that they are not what
/// they should be: an address, a language that the relay speaks, a zone.
///
/// ```
/// use fieldpost::{Value, options};
/// let given: Value = serde_json::from_str(r#"{ "secret": "short", "forms": {}, "accounts": {} }"#)?;
/// let found = options::judge(&given, &[]);
/// assert_eq!((found[0].place.as_str(), found[0].code.as_str()), ("secret", "options.secret_short"));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn judge(options: &Value<'_>, unfit: &[&str]) -> Vec<Finding> {
    let mut judge = Judge { options, unfit, form: "", account: "", found: Vec::new() };
    judge.relay();
    judge.people();
    judge.accounts();
    judge.forms();
    judge.alerts();
    judge.found
}

impl Judge<'_> {
    #[inline(never)]
    fn say(&mut self, place: &str, code: &str, closes: Closes, more: More<'_>) {
        let [place, code, message, limit, suggestion, form, account, param] = [
            place,
            code,
            more.message,
            more.limit,
            more.meant,
            self.form,
            self.account,
            more.param,
        ]
        .map(str::to_owned);
        self.found.push(Finding {
            closes,
            place,
            code,
            message,
            limit,
            suggestion,
            form,
            account,
            param,
        });
    }

    /// What another check has found.
    fn pass_on(&mut self, place: &str, issue: &Issue, closes: Closes) {
        self.say(place, &issue.code, closes, More { message: &issue.message, ..More::default() });
    }

    fn must(&mut self, place: &str, what: &str, closes: Closes) {
        self.say(place, code::options::VALUE.name, closes, More { limit: what, ..More::default() });
    }

    /// The members of which the host says no. One that is not there at all is only said.
    fn hosts(&mut self, place: &str, of: &Value<'_>, members: &[(&str, &str)], closes: Closes) {
        for (member, what) in members {
            let place = below(place, member);
            if self.unfit.contains(&place.as_str()) {
                let is_there = given(of, member).is_some();
                self.must(&place, what, if is_there { closes } else { Closes::Nothing });
            }
        }
    }
}

/// A place below another one.
fn below(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { [place, ".", name].concat() }
}

/// An item of a list.
fn item(place: &str, at: usize) -> String {
    [place, "[", &crate::value::decimal(at as u64), "]"].concat()
}

/// The members of an object.
fn entries<'v>(value: Option<&'v Value<'_>>) -> &'v [(Cow<'v, str>, Value<'v>)] {
    match value {
        Some(Value::Map(entries)) => entries,
        _ => &[],
    }
}

/// The items of a list, or one that stands alone.
fn items<'v>(value: &'v Value<'v>) -> &'v [Value<'v>] {
    match value {
        Value::List(items) => items,
        one => std::slice::from_ref(one),
    }
}

/// A member that is there.
fn given<'v>(value: &'v Value<'_>, name: &str) -> Option<&'v Value<'v>> {
    value.get(name).filter(|value| **value != Value::Null)
}

/// A text that is not blank.
fn text<'v>(value: Option<&'v Value<'_>>) -> Option<&'v str> {
    match value {
        Some(Value::Text(text)) if !text.trim().is_empty() => Some(text),
        _ => None,
    }
}

/// Whether a value is a whole number within these bounds.
fn is_within(value: &Value<'_>, least: u64, most: u64) -> bool {
    matches!(value, Value::Number(digits) if number(digits).is_some_and(|n: u64| (least..=most).contains(&n)))
}
