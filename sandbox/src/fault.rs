//! Fault scripts: rules that are used up in order by the calls they match.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::http::call::Call;
use crate::store::{Result, Store};
use crate::system::Name;
use crate::{operation, systems};

/// One rule as it comes over the control port.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Rule {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) system: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) operation: Option<String>,
    /// The ledger's key: e-mail, else phone, else id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
    /// What kind of call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) calls: Option<Calls>,
    /// The Marketo form that is filled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) form: Option<Code>,
    /// A field or parameter that the call sends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) field: Option<String>,
    /// It strikes until the script is emptied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<Until>,
    /// How many matching calls it strikes.
    #[serde(default = "once")]
    pub(crate) times: u32,
    /// How many matching calls it lets pass first.
    #[serde(default)]
    pub(crate) after: u32,
    pub(crate) fault: String,
    /// A delay before the fault; for `hang` how long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<Code>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<Value>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retry_after: Option<u64>,
    /// How many bytes of the body a truncated answer keeps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bytes: Option<usize>,
    /// Where garbage goes.
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<Place>,
    /// Whether the call is carried out although its answer is spoilt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) commit: Option<bool>,
}

/// Calls by what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Calls {
    /// Those for a token.
    Token,
    Read,
    Write,
    /// All but those for a token.
    Api,
}

impl Calls {
    fn has(self, operation: &str, call: &Call) -> bool {
        let (is_token, is_read) = (operation == operation::TOKEN, call.method == "GET");
        match self {
            Self::Token => is_token,
            Self::Read => is_read && !is_token,
            Self::Write => !is_read && !is_token,
            Self::Api => !is_token,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Until {
    Cleared,
}

fn once() -> u32 {
    1
}

/// A vendor's error code; people write it as a number or as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Code {
    Number(u32),
    Text(String),
}

impl Code {
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Place {
    /// Bytes that are not HTTP.
    Wire,
    /// A proper HTTP answer whose body is not JSON.
    Body,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Latency,
    Reset,
    Close,
    Truncate,
    Stall,
    Garbage,
    Empty,
    Html,
    Hang,
    Status,
    Code,
}

/// Every name a script may use, what it does, and whether the call is carried out first.
const KINDS: &[(&str, Kind, bool)] = &[
    ("latency", Kind::Latency, true),
    ("refuse", Kind::Reset, false),
    ("reset_before", Kind::Reset, false),
    ("reset_after", Kind::Reset, true),
    ("close_before", Kind::Close, false),
    ("close_after", Kind::Close, true),
    ("truncate", Kind::Truncate, true),
    ("stall", Kind::Stall, true),
    ("garbage", Kind::Garbage, false),
    ("garbage_after", Kind::Garbage, true),
    ("empty", Kind::Empty, false),
    ("empty_after", Kind::Empty, true),
    ("html", Kind::Html, false),
    ("html_after", Kind::Html, true),
    ("hang", Kind::Hang, false),
    ("hang_after", Kind::Hang, true),
    ("status", Kind::Status, false),
    ("status_after", Kind::Status, true),
    ("code", Kind::Code, false),
    ("code_after", Kind::Code, true),
];

/// A rule that struck.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fault {
    pub(crate) kind: Kind,
    pub(crate) commit: bool,
    pub(crate) rule: Rule,
}

impl Fault {
    fn new(rule: Rule) -> Option<Self> {
        let (_, kind, commit) = KINDS.iter().find(|(name, ..)| *name == rule.fault)?;
        Some(Self { kind: *kind, commit: rule.commit.unwrap_or(*commit), rule })
    }

    /// The ledger's verdict: `fault:reset_after`, `fault:status:503`, `fault:code:606`.
    pub(crate) fn verdict(&self) -> String {
        let name = &self.rule.fault;
        match self.kind {
            Kind::Status => format!("fault:{name}:{}", self.status()),
            Kind::Code => format!("fault:{name}:{}", self.code()),
            _ => format!("fault:{name}"),
        }
    }

    pub(crate) fn status(&self) -> u16 {
        self.rule.status.unwrap_or(503)
    }

    pub(crate) fn code(&self) -> String {
        self.rule.code.as_ref().map(Code::text).unwrap_or_default()
    }
}

/// Reads a script: one rule or an array of them.
///
/// # Errors
///
/// A sentence that names the rule and what is wrong with it.
pub(crate) fn parse(script: Value) -> std::result::Result<Vec<Rule>, String> {
    let rules = match script {
        Value::Array(rules) => rules,
        rule => vec![rule],
    };
    rules
        .into_iter()
        .enumerate()
        .map(|(index, rule)| {
            let rule: Rule =
                serde_json::from_value(rule).map_err(|error| format!("rule {index}: {error}"))?;
            check(&rule).map_err(|problem| format!("rule {index}: {problem}"))?;
            Ok(rule)
        })
        .collect()
}

fn check(rule: &Rule) -> std::result::Result<(), String> {
    let Some(fault) = Fault::new(rule.clone()) else {
        let names: Vec<_> = KINDS.iter().map(|(name, ..)| *name).collect();
        return Err(format!("no fault is called {:?}; there are {}", rule.fault, names.join(", ")));
    };
    if let Some(system) = &rule.system
        && !Name::ALL.iter().any(|name| name.as_str() == system)
    {
        return Err(format!("no system is called {system:?}"));
    }
    if let Some(operation) = &rule.operation
        && !systems::has_operation(operation)
    {
        return Err(format!("no operation is called {operation:?}"));
    }
    match fault.kind {
        Kind::Latency if rule.ms.is_none() => Err("latency needs ms".to_owned()),
        Kind::Latency | Kind::Truncate | Kind::Stall if !fault.commit => {
            Err(format!("{} always commits", rule.fault))
        }
        Kind::Code if rule.code.is_none() => Err("code needs a code".to_owned()),
        Kind::Status if !(200..=599).contains(&fault.status()) => {
            Err("status must be 200 to 599".to_owned())
        }
        _ => Ok(()),
    }
}

/// Adds rules to the script.
pub(crate) fn add(store: &Store, rules: &[Rule]) -> Result<()> {
    rules.iter().try_for_each(|rule| store.add_fault(&text(rule)))
}

/// What is left of the script, in order.
pub(crate) fn script(store: &Store) -> Result<Vec<Rule>> {
    Ok(numbered(store)?.into_iter().map(|(_, rule)| rule).collect())
}

fn numbered(store: &Store) -> Result<Vec<(i64, Rule)>> {
    let read = |(id, text): (i64, String)| Some((id, serde_json::from_str(&text).ok()?));
    Ok(store.faults()?.into_iter().filter_map(read).collect())
}

/// The first rule that matches and is due strikes; matching rules before it that still wait come one call nearer.
pub(crate) fn strike(
    store: &Store,
    system: Name,
    operation: &str,
    key: &str,
    call: &Call,
) -> Result<Option<Fault>> {
    for (id, mut rule) in numbered(store)? {
        if !concerns(&rule, system, operation, key) || !fits(&rule, operation, call) {
            continue;
        }
        if rule.after > 0 {
            rule.after = rule.after.saturating_sub(1);
            store.save_fault(id, &text(&rule))?;
            continue;
        }
        if rule.until.is_none() {
            rule.times = rule.times.saturating_sub(1);
            if rule.times == 0 {
                store.remove_fault(id)?;
            } else {
                store.save_fault(id, &text(&rule))?;
            }
        }
        return Ok(Fault::new(rule));
    }
    Ok(None)
}

fn concerns(rule: &Rule, system: Name, operation: &str, key: &str) -> bool {
    rule.system.as_deref().is_none_or(|wanted| wanted == system.as_str())
        && rule.operation.as_deref().is_none_or(|wanted| wanted == operation)
        && rule.key.as_deref().is_none_or(|wanted| wanted.to_lowercase() == key)
}

/// Whether the call is of the rule's kind and sends what it asks for.
fn fits(rule: &Rule, operation: &str, call: &Call) -> bool {
    let body = || call.json().unwrap_or_default();
    let form = |wanted: &Code| {
        let sent = body()
            .get("formId")
            .map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
        sent == Some(wanted.text())
    };
    rule.calls.is_none_or(|calls| calls.has(operation, call))
        && rule.form.as_ref().is_none_or(form)
        && rule
            .field
            .as_deref()
            .is_none_or(|name| call.params.get(name).is_some() || holds(&body(), name))
}

/// Whether a member of that name is anywhere in it.
fn holds(value: &Value, name: &str) -> bool {
    match value {
        Value::Object(members) => {
            members.iter().any(|(key, value)| key == name || holds(value, name))
        }
        Value::Array(items) => items.iter().any(|item| holds(item, name)),
        _ => false,
    }
}

fn text(rule: &Rule) -> String {
    serde_json::to_string(rule).unwrap_or_default()
}
