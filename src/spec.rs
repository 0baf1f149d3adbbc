//! A form from what a CRM says of its fields: Marketo's describe and form fields, Pardot's custom fields.
//!
//! The functions give a spec as data, `{ fields: { name: { kind, … } } }`, which is what the package's `fieldpost/spec`
//! gives and what [`crate::Form::from_spec`] reads; the `from_…` of [`Spec`] pack it. `tests/cases/spec.json` holds the two
//! languages to one another. Where the reply does not have the shape that it should, the issues name the place in it.

use crate::code;
use crate::field::Kind;
use crate::form::Spec;
use crate::report::Issue;
use crate::value::{Entries, Value};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// More fields than any instance has, and more options than any list on a page.
const MAX_ROWS: usize = 2_000;

/// UTF-16 units of a label that are read, and characters of it that are kept.
const MAX_MARKUP: usize = 2_000;
const MAX_LABEL: usize = 200;

/// Marketo's `text` holds 30,000 bytes, so never more characters.
const MAX_TEXT: i64 = 30_000;

/// Marketo's types of lead fields (developer guide, "Field types") and what each is here. A reference points at a record
/// of the CRM and a formula is computed: no visitor fills either, so both are left out. A type that is not here is text.
const DATA_TYPES: &[(&str, Option<Kind>)] = &[
    ("string", Some(Kind::Text)),
    ("text", Some(Kind::Text)),
    ("email", Some(Kind::Email)),
    ("phone", Some(Kind::Phone)),
    ("url", Some(Kind::Url)),
    ("boolean", Some(Kind::Boolean)),
    ("integer", Some(Kind::Integer)),
    ("score", Some(Kind::Integer)),
    ("percent", Some(Kind::Integer)),
    ("float", Some(Kind::Number)),
    ("currency", Some(Kind::Number)),
    ("date", Some(Kind::Date)),
    ("datetime", Some(Kind::Text)),
    ("reference", None),
    ("formula", None),
];

/// The types of a form's own fields (developer guide, "Forms") beside those. What shows no input is left out.
const FORM_TYPES: &[(&str, Option<Kind>)] = &[
    ("textarea", Some(Kind::Text)),
    ("telephone", Some(Kind::Phone)),
    ("number", Some(Kind::Number)),
    ("double", Some(Kind::Number)),
    ("int", Some(Kind::Integer)),
    ("range", Some(Kind::Number)),
    ("picklist", Some(Kind::Choice)),
    ("select", Some(Kind::Choice)),
    ("radio", Some(Kind::Choice)),
    ("checkbox", Some(Kind::Choices)),
    ("single_checkbox", Some(Kind::Boolean)),
    ("hidden", Some(Kind::Hidden)),
    ("profiling", None),
    ("htmltext", None),
    ("fieldset", None),
    ("button", None),
];

/// Pardot's types of custom fields and what each is here, with the most characters that Pardot keeps (Salesforce Help,
/// "Account Engagement field types"). A CRM user is a record of the CRM: no visitor fills it.
const PARDOT_TYPES: &[(&str, Option<Kind>, Option<i64>)] = &[
    ("text", Some(Kind::Text), Some(56_000)),
    ("textarea", Some(Kind::Text), Some(65_535)),
    ("number", Some(Kind::Number), None),
    ("date", Some(Kind::Date), None),
    ("radio button", Some(Kind::Choice), None),
    ("dropdown", Some(Kind::Choice), None),
    ("checkbox", Some(Kind::Choices), None),
    ("multi-select", Some(Kind::Choices), None),
    ("hidden", Some(Kind::Hidden), None),
    ("crm user", None, None),
];

impl Spec {
    /// The spec of the lead fields that a Marketo program may write; see [`describe`].
    ///
    /// ```
    /// use fieldpost::{Form, Kind, Spec, Value};
    /// let reply: Value = serde_json::from_str(r#"{"result": [
    ///   {"id": 56, "displayName": "Email Address", "dataType": "email", "length": 255,
    ///    "rest": {"name": "email", "readOnly": false}},
    ///   {"id": 130, "displayName": "Created At", "dataType": "datetime",
    ///    "rest": {"name": "createdAt", "readOnly": true}}
    /// ], "success": true}"#).unwrap();
    /// let spec = Spec::from_describe(&reply).unwrap();
    /// let form = Form::from_spec(&spec).unwrap();
    /// assert_eq!(form.fields.len(), 1);
    /// assert_eq!(form.field("email").unwrap().kind, Kind::Email);
    /// ```
    ///
    /// # Errors
    /// The issues name the place in the reply.
    pub fn from_describe(reply: &Value<'_>) -> Result<Self, Vec<Issue>> {
        Ok(Spec::from(&describe(reply)?))
    }

    /// The spec of the form that a Marketo form is; see [`form_fields`].
    ///
    /// # Errors
    /// The issues name the place in the reply.
    pub fn from_form_fields(reply: &Value<'_>, describe: Option<&Value<'_>>) -> Result<Self, Vec<Issue>> {
        Ok(Spec::from(&form_fields(reply, describe)?))
    }

    /// The spec of Pardot's custom fields; see [`custom_fields`].
    ///
    /// # Errors
    /// The issues name the place in the reply.
    pub fn from_custom_fields(reply: &Value<'_>) -> Result<Self, Vec<Issue>> {
        Ok(Spec::from(&custom_fields(reply)?))
    }
}

/// The spec of the lead fields that a program may write: of `GET /rest/v1/leads/describe.json` those with a `rest` part
/// that is not read-only, of `describe2.json` the `updateable` ones, of `leads/schema/fields.json` those not hidden.
/// `length` becomes `max`. Marketo says of no field that it is required.
///
/// # Errors
/// The issues name the place in the reply.
pub fn describe(reply: &Value<'_>) -> Result<Value<'static>, Vec<Issue>> {
    let result = rows(reply.get("result"), "result")?;
    let named: Vec<(&str, &Value<'_>)> = match result.first().and_then(|row| row.get("fields")) {
        Some(second) => rows(Some(second), "result[0].fields")?
            .into_iter()
            .filter(|row| yes(row.get("updateable")))
            .map(|row| (text(row.get("name")), row))
            .collect(),
        None => result.into_iter().filter_map(|row| Some((rest_name(row)?, row))).collect(),
    };
    let fields = named.into_iter().filter_map(|(name, row)| {
        let kind = kind_of(&[DATA_TYPES], row)?;
        let bytes = text(row.get("dataType")).eq_ignore_ascii_case("text").then_some(MAX_TEXT);
        let max = max_of(kind, row.get("length")).or(bytes);
        Some((name, Members { label: label(row.get("displayName")), max, ..Members::default() }.of(kind)))
    });
    Ok(spec(fields))
}

fn rest_name<'a>(row: &'a Value<'_>) -> Option<&'a str> {
    match row.get("rest") {
        Some(rest @ Value::Map(_)) => (!yes(rest.get("readOnly"))).then(|| text(rest.get("name"))),
        // A row of the schema has its own name; a described field without a `rest` part is none of the REST API.
        _ => (!yes(row.get("isHidden"))).then(|| text(row.get("name"))),
    }
}

/// The spec of a Marketo form, from `GET /rest/asset/v1/form/{id}/fields.json`: required, greatest length, values, labels.
/// A field that a visibility rule may hide cannot be required here, because nobody may ever see it.
///
/// The reply names fields as SOAP does (`FirstName`), `marketo.lead.submitForm` takes REST names (`firstName`): with the
/// reply of `describe.json` the names become those.
///
/// # Errors
/// The issues name the place in the reply.
pub fn form_fields(reply: &Value<'_>, describe: Option<&Value<'_>>) -> Result<Value<'static>, Vec<Issue>> {
    let described = match describe {
        Some(describe) => rows(describe.get("result"), "describe.result")?,
        None => Vec::new(),
    };
    let part = |row: &Value<'_>, part: &str| -> String {
        text(row.get(part).and_then(|names| names.get("name"))).to_owned()
    };
    let mut names = BTreeMap::new();
    for row in described {
        names.insert(part(row, "soap"), part(row, "rest"));
    }
    let mut fields = Vec::new();
    for (index, row) in rows(reply.get("result"), "result")?.into_iter().enumerate() {
        let id = text(row.get("id"));
        if let Some(field) = form_field(row, index)? {
            let rest = names.get(id).map(String::as_str).filter(|name| !id.is_empty() && !name.is_empty());
            fields.push((rest.unwrap_or(id), field));
        }
    }
    Ok(spec(fields.into_iter()))
}

fn form_field(row: &Value<'_>, index: usize) -> Result<Option<Value<'static>>, Vec<Issue>> {
    let details = row.get("fieldMetaData");
    let detail = |name: &str| details.and_then(|details| details.get(name));
    let options = options(detail("values"), &["value"], || at("result", index, "fieldMetaData.values"))?;
    let rule = text(row.get("visibilityRules").and_then(|rules| rules.get("ruleType")));
    let required = yes(row.get("required")) && matches!(rule, "" | "alwaysShow");
    let Some(kind) = kind_of(&[FORM_TYPES, DATA_TYPES], row) else { return Ok(None) };
    let kind = match kind {
        Kind::Choice if yes(detail("multiSelect")) => Kind::Choices,
        other => other,
    };
    // A box without values is one yes or no; one that must be ticked is agreement: a no is no answer.
    let kind = if kind == Kind::Choices && options.is_empty() { Kind::Boolean } else { kind };
    let kind = if kind == Kind::Boolean && required { Kind::Consent } else { kind };
    let bounded = matches!(kind, Kind::Number | Kind::Integer);
    let members = Members {
        required: required && kind != Kind::Hidden,
        label: label(row.get("label")),
        min: if bounded { whole(detail("minValue"), false) } else { None },
        max: if bounded { whole(detail("maxValue"), true) } else { max_of(kind, row.get("maxLength")) },
        choices: if matches!(kind, Kind::Choice | Kind::Choices) { options } else { Vec::new() },
    };
    Ok(Some(members.of(kind)))
}

/// The spec of Pardot's custom fields, from `customField/version/{3|4}/do/query` or `do/read`, as JSON or as an XML
/// reader gives it, or from version 5's `objects/custom-fields`. The names are the API names (`field_id`).
///
/// Versions 3 and 4 do not say which fields are required and which values they take; version 5 says both. A field that
/// records multiple responses keeps its kind: each lead adds one.
///
/// # Errors
/// The issues name the place in the reply.
pub fn custom_fields(reply: &Value<'_>) -> Result<Value<'static>, Vec<Issue>> {
    let nothing = Value::List(Vec::new());
    // A query of versions 3 and 4, where nothing found has no member for rows; one record of theirs; one of version 5.
    let (list, place) = match (reply.get("result"), reply.get("customField")) {
        (Some(result @ Value::Map(_)), _) => {
            (Some(given(result.get("customField")).unwrap_or(&nothing)), "result.customField")
        }
        (_, Some(one)) => (Some(one), "customField"),
        _ => (reply.get("values"), "values"),
    };
    let mut fields = Vec::new();
    for (index, row) in rows(list, place)?.into_iter().enumerate() {
        let name = text(row.get("type"));
        let known = PARDOT_TYPES.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name));
        let (kind, max) = known.map_or((Some(Kind::Text), None), |(_, kind, max)| (*kind, *max));
        let Some(kind) = kind else { continue };
        let options = options(row.get("values"), &["value", "name"], || at(place, index, "values"))?;
        let either = |one: &str, other: &str| given(row.get(one)).or_else(|| row.get(other));
        let members = Members {
            required: kind != Kind::Hidden && yes(either("is_required", "isRequired")),
            label: label(row.get("name")),
            max,
            choices: if matches!(kind, Kind::Choice | Kind::Choices) { options } else { Vec::new() },
            ..Members::default()
        };
        fields.push((text(either("field_id", "fieldId")), members.of(kind)));
    }
    Ok(spec(fields.into_iter()))
}

/// The members of a field's spec beside its kind.
#[derive(Default)]
struct Members {
    required: bool,
    label: String,
    min: Option<i64>,
    max: Option<i64>,
    choices: Vec<String>,
}

impl Members {
    /// The field, without the members that say nothing.
    fn of(self, kind: Kind) -> Value<'static> {
        let mut members: Entries<'static> = vec![("kind".into(), kind.name().into())];
        if self.required {
            members.push(("required".into(), true.into()));
        }
        if !self.label.is_empty() {
            members.push(("label".into(), self.label.into()));
        }
        for (name, bound) in [("min", self.min), ("max", self.max)] {
            members.extend(bound.map(|bound| (name.into(), Value::Number(bound.to_string().into()))));
        }
        if !self.choices.is_empty() {
            members
                .push(("choices".into(), Value::List(self.choices.into_iter().map(Value::from).collect())));
        }
        Value::Map(members)
    }
}

/// The first field of a name stays.
fn spec<'a>(fields: impl Iterator<Item = (&'a str, Value<'static>)>) -> Value<'static> {
    let mut seen = BTreeSet::new();
    let fields = fields.filter(|(name, _)| !name.is_empty() && seen.insert(*name));
    let fields = fields.map(|(name, field)| (Cow::Owned(name.to_owned()), field)).collect();
    Value::Map(vec![("fields".into(), Value::Map(fields))])
}

/// The objects of a list; XML readers give a single one without its list. Anything else is refused at `place`.
fn rows<'a, 'b>(list: Option<&'a Value<'b>>, place: &str) -> Result<Vec<&'a Value<'b>>, Vec<Issue>> {
    match list {
        Some(one @ Value::Map(_)) => Ok(vec![one]),
        Some(Value::List(items)) if items.len() > MAX_ROWS => {
            Err(vec![Issue::error(place, &code::TOO_LARGE)])
        }
        Some(Value::List(items)) => Ok(items.iter().filter(|item| matches!(item, Value::Map(_))).collect()),
        _ => Err(vec![Issue::error(place, &code::KIND)]),
    }
}

/// A place in a reply, like `result[3].fieldMetaData.values`.
fn at(list: &str, index: usize, rest: &str) -> String {
    let index = index.to_string();
    [list, "[", &index, "].", rest].concat()
}

/// The values of options, trimmed as the rules trim what comes in, each once; the empty one of a placeholder is none.
fn options(
    list: Option<&Value<'_>>,
    members: &[&str],
    place: impl FnOnce() -> String,
) -> Result<Vec<String>, Vec<Issue>> {
    let Some(Value::List(items)) = list else { return Ok(Vec::new()) };
    if items.len() > MAX_ROWS {
        return Err(vec![Issue::error(&place(), &code::TOO_LARGE)]);
    }
    let mut seen = BTreeSet::new();
    let values = items.iter().filter_map(|item| match item {
        Value::Map(_) => members.iter().find_map(|name| given(item.get(name))),
        other => Some(other),
    });
    let texts = values.filter_map(Value::as_text).map(|text| text.trim_matches(blank));
    Ok(texts.filter(|text| !text.is_empty() && seen.insert(*text)).map(str::to_owned).collect())
}

fn kind_of(tables: &[&[(&str, Option<Kind>)]], row: &Value<'_>) -> Option<Kind> {
    let name = text(row.get("dataType"));
    let known =
        tables.iter().find_map(|table| table.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)));
    known.map_or(Some(Kind::Text), |(_, kind)| *kind)
}

/// The greatest length, for kinds whose `max` counts characters.
fn max_of(kind: Kind, length: Option<&Value<'_>>) -> Option<i64> {
    let counts = matches!(kind, Kind::Text | Kind::Email | Kind::Phone | Kind::Url | Kind::Hidden);
    whole(length, false).filter(|max| counts && *max > 0)
}

/// What is there and not null.
fn given<'a, 'b>(value: Option<&'a Value<'b>>) -> Option<&'a Value<'b>> {
    value.filter(|value| **value != Value::Null)
}

/// Text without the blanks around it; empty for what is no text.
fn text<'a>(value: Option<&'a Value<'_>>) -> &'a str {
    match value {
        Some(Value::Text(text)) => text.trim_matches(blank),
        _ => "",
    }
}

/// White space as JavaScript has it.
fn blank(character: char) -> bool {
    character == '\u{FEFF}' || (character.is_whitespace() && character != '\u{85}')
}

/// A yes in JSON, and in what XML readers make of one.
fn yes(value: Option<&Value<'_>>) -> bool {
    match value {
        Some(Value::Bool(yes)) => *yes,
        Some(Value::Number(number)) => number == "1",
        Some(Value::Text(text)) => text == "true" || text == "1",
        _ => false,
    }
}

/// A whole number at or around a decimal one: a bound may get looser by it, never stricter.
fn whole(value: Option<&Value<'_>>, up: bool) -> Option<i64> {
    let typed = value?.as_text()?.trim_matches(blank);
    let digits = typed.strip_prefix('-').unwrap_or(typed);
    let (size, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_short =
        |part: &str| (1..=15).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_short(size) || !is_short(fraction) {
        return None;
    }
    let minus = digits.len() < typed.len();
    let size = size.parse::<i64>().ok()?;
    let beyond = i64::from(fraction.bytes().any(|digit| digit != b'0'));
    // Away from zero where the bound loosens that way.
    let size = if minus == up { size } else { size.saturating_add(beyond) };
    Some(if minus { size.saturating_neg() } else { size })
}

/// What people read, without markup, doubled blanks and the signs that forms put around it.
fn label(value: Option<&Value<'_>>) -> String {
    const ENTITIES: [(&str, char); 6] =
        [("&nbsp;", ' '), ("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"'), ("&#39;", '\'')];
    let mut units = 0_usize;
    let read: String = text(value)
        .chars()
        .take_while(|character| {
            units = units.saturating_add(character.len_utf16());
            units <= MAX_MARKUP
        })
        .collect();
    let mut plain = String::new();
    let bare = without_tags(&read);
    let mut rest = bare.as_str();
    while let Some(next) = rest.chars().next() {
        let entity = ENTITIES.iter().find(|(name, _)| rest.starts_with(name));
        let (character, taken) = entity.map_or((next, next.len_utf8()), |(name, sign)| (*sign, name.len()));
        plain.push(character);
        rest = rest.get(taken..).unwrap_or_default();
    }
    let words: Vec<&str> = plain.split(blank).filter(|word| !word.is_empty()).collect();
    let joined = words.join(" ");
    let bare = joined.trim_start_matches([' ', '*']).trim_end_matches([' ', ':', '*']);
    bare.chars().take(MAX_LABEL).collect()
}

fn without_tags(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once('<') {
        plain.push_str(before);
        let name = tag.strip_prefix('/').unwrap_or(tag);
        match tag.split_once('>') {
            Some((_, after)) if name.starts_with(|c: char| c.is_ascii_alphabetic()) => rest = after,
            _ => {
                plain.push('<');
                rest = tag;
            }
        }
    }
    plain.push_str(rest);
    plain
}
