//! From a lead to an operation's parameters: what the owner's mapping names is sent, and nothing else.

use crate::check::field::{Field, Kind};
use crate::check::rules;
use crate::crm::request::System;
#[cfg(feature = "full")]
use crate::crossing::members;
use crate::encoding;
use crate::value::{Entries, Value, cut_at, joined, letters, parts};
use std::borrow::Cow;

/// What came with the visitor's fields. Kept only where the visitor agreed.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    /// The page's URL, without its query.
    pub page: Option<String>,
    /// The page's query.
    pub query: Option<String>,
    /// Where the visitor came from.
    pub referrer: Option<String>,
    /// The first campaign that brought the visitor, as a query: `utm_*`, click ids, `referrer`, `page`, `at`.
    pub first: Option<String>,
    /// The last one.
    pub last: Option<String>,
    /// What the visitor agreed to, as a query: of each consent `terms.at`, `terms.purpose` and `terms.text`, which say
    /// when, to what, and to which version of the text.
    pub consents: Option<String>,
    /// Pardot's visitor cookies, as `visitor_id12345=…; visitor_id12345-hash=…`: kept with the lead, because no
    /// operation takes them.
    pub pardot: Option<String>,
    /// Marketo's `_mkto_trk`, whole.
    pub cookie: Option<String>,
    /// The visitor's address.
    pub ip: Option<String>,
    /// The browser's `User-Agent`.
    pub user_agent: Option<String>,
}

/// How one account takes the leads of one form.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    /// Parameter → form field, or `@page`, `@query`, `@referrer`, or `@` and the name of a query parameter; of the
    /// first or the last touch, `@first.utm_source` or `@last.gclid`; of a consent, `@consent.terms.at`. `!stop` is no
    /// where the box `stop` is ticked: the one way to send a no.
    pub map: Vec<(String, String)>,
    /// Parameters that are the same for each lead: `formId`, `campaign_id`, `stageId` …
    pub constants: Vec<(String, Value<'static>)>,
    /// What joins several values where the system takes one text; `", "` where nothing is said.
    pub join: Option<String>,
}

members! {
    read Visitor, Visitor::default(),
    "page" page, "query" query, "referrer" referrer, "first" first, "last" last, "consents" consents, "pardot" pardot,
    "cookie" cookie, "ip" ip, "userAgent" user_agent,
}

members! {
    read Mapping, Mapping::default(),
    "map" map, "constants" constants, "join" join,
}

/// The parameters that `system` captures this lead with.
pub fn params(
    system: System,
    lead: &Value<'static>,
    visitor: &Visitor,
    mapping: &Mapping,
) -> Entries<'static> {
    let mut all = Entries::new();
    for (param, value) in given(lead, visitor, mapping) {
        all.push((Cow::Owned(param.to_owned()), value));
    }
    let join = mapping.join.as_deref().unwrap_or(", ");
    let last = match system {
        System::Relay => return all,
        // The page's default would return a known prospect unchanged.
        System::Prospects => Some(("update", Value::Bool(true))),
        System::Pardot => {
            flatten(&mut all, join);
            None
        }
        System::Marketo => {
            flatten(&mut all, join);
            let fields = std::mem::take(&mut all);
            Some(("input", Value::List(vec![submission(fields, visitor)])))
        }
    };
    for (name, value) in &mapping.constants {
        all.push((Cow::Owned(name.clone()), value.clone()));
    }
    if let Some((name, value)) = last {
        all.push((Cow::Borrowed(name), value));
    }
    all
}

/// The names of the parameters that a lead fills, whatever the system makes of them: a closed one keeps only those back.
pub fn fills<'a>(
    lead: &'a Value<'static>,
    visitor: &'a Visitor,
    mapping: &'a Mapping,
) -> Vec<&'a str> {
    let mut names = Vec::new();
    for (param, _) in given(lead, visitor, mapping) {
        names.push(param);
    }
    for (name, _) in &mapping.constants {
        names.push(name);
    }
    names
}

/// The mapped parameters that a lead has a value for. An empty one would erase what the CRM has.
fn given<'a>(
    lead: &Value<'static>,
    visitor: &Visitor,
    mapping: &'a Mapping,
) -> Vec<(&'a str, Value<'static>)> {
    let mut all = Vec::new();
    for (param, source) in &mapping.map {
        let value = source_value(source, lead, visitor);
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            all.push((param.as_str(), value));
        }
    }
    all
}

fn source_value(source: &str, lead: &Value<'static>, visitor: &Visitor) -> Option<Value<'static>> {
    let Some(of_visitor) = source.strip_prefix('@') else {
        return match source.strip_prefix('!') {
            Some(source) => {
                (lead.get(source) == Some(&Value::Bool(true))).then_some(Value::Bool(false))
            }
            None => lead.get(source).cloned().and_then(said),
        };
    };
    match of_visitor {
        "page" => visitor.page.clone(),
        "query" => visitor.query.clone(),
        "referrer" => visitor.referrer.clone(),
        name => {
            let (touch, name) = match cut_at(name, '.') {
                Some(("first", name)) => (&visitor.first, name),
                Some(("last", name)) => (&visitor.last, name),
                Some(("consent", name)) => (&visitor.consents, name),
                _ => (&visitor.query, name),
            };
            touch.as_deref().and_then(|query| query_value(query, name))
        }
    }
    .map(Value::from)
}

/// What a visitor said. A box that was not ticked says nothing: sent as a no, it would withdraw what was agreed to before.
/// Neither does a list of blanks.
fn said(value: Value<'static>) -> Option<Value<'static>> {
    match value {
        Value::Bool(false) => None,
        Value::List(mut items) => {
            items.retain(|item| !item.is_empty());
            Some(Value::List(items))
        }
        value => Some(value),
    }
}

/// Marketo's one input: the form's fields, and what the visitor agreed to beside them.
fn submission(fields: Entries<'static>, visitor: &Visitor) -> Value<'static> {
    // What a page or a browser made up must not cost the lead: what does not fit is left out.
    let fits = |kind, text: &Option<String>| {
        let text = text.as_ref().filter(|text| !text.is_empty())?;
        let report = rules::check(&Field::new("", kind), Value::from(text.as_str()));
        report.ok().then(|| report.value.into_owned())
    };
    let mut data = Entries::new();
    for (name, kind, text) in [
        ("pageURL", Kind::Url, &visitor.page),
        ("queryString", Kind::Hidden, &visitor.query),
        // IPv4 only: an IPv6 address would void the call.
        ("leadClientIpAddress", Kind::Ipv4, &visitor.ip),
        ("userAgentString", Kind::Hidden, &visitor.user_agent),
    ] {
        if let Some(value) = fits(kind, text) {
            data.push((Cow::Borrowed(name), value));
        }
    }
    let mut input = vec![(Cow::Borrowed("leadFormFields"), Value::Map(fields))];
    if !data.is_empty() {
        input.push((Cow::Borrowed("visitorData"), Value::Map(data)));
    }
    if let Some(cookie) = fits(Kind::Cookie, &visitor.cookie) {
        input.push((Cow::Borrowed("cookie"), cookie));
    }
    Value::Map(input)
}

/// Lists as one text: these systems take flat values.
fn flatten(entries: &mut Entries<'static>, join: &str) {
    for (_, value) in entries {
        if let Value::List(items) = value {
            let texts: Vec<_> = items.iter().filter_map(Value::as_text).collect();
            *value = Value::from(joined(&texts, join));
        }
    }
}

/// The last value of `name` in a query that is not empty, decoded: of a name that comes twice the same counts as in a form.
fn query_value(query: &str, name: &str) -> Option<String> {
    let pairs = parts(query.trim_start_matches('?'), '&').filter_map(|pair| {
        let (key, value) = cut_at(pair, '=')?;
        (!value.is_empty() && decoded(key) == name).then_some(value)
    });
    pairs.last().map(decoded)
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    encoding::unpercent(text.replace('+', " ").as_bytes(), &mut bytes);
    letters(&bytes)
}
