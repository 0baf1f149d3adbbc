//! `POST /rest/v1/leads/submitForm.json` (page "Leads", Submit form).

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::answer;
use crate::config::MarketoForm;
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::operation::{Commit, Refusal};
use crate::state::SandboxState;
use crate::store;
use crate::store::persons::{By, Fields, Keys, Person};
use crate::system::Name;

/// E-mail, phone and string fields hold 255 characters (page "Field types").
const LONGEST_EMAIL: usize = 255;

type Reason = (&'static str, String);

pub(super) fn plan(call: &Call, state: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let refuse = |refusal: &Refusal| answer::refuse(call, state, refusal);
    if call.content_type().as_deref() != Some("application/json") {
        return Err(refuse(&Refusal::new("612")));
    }
    let body = call.json().filter(Value::is_object).ok_or_else(|| refuse(&Refusal::new("609")))?;
    let (form_id, form) = form(&body, state).ok_or_else(|| {
        // An unknown form comes back as invalid JSON too; `canonical/ubuntu.com` met that in production
        // (`webapp/marketo.py`).
        refuse(&Refusal::saying("609", "Invalid JSON: formId is unknown"))
    })?;
    let record = match body.get("input") {
        None | Some(Value::Null) => {
            return Err(refuse(&Refusal::saying("701", "input cannot be blank")));
        }
        Some(input) => match input.as_array().map(Vec::as_slice) {
            Some([record]) => record,
            // Which code an object or two records give is not documented; 609 is what a body of the wrong shape gets.
            _ => {
                return Err(refuse(&Refusal::saying(
                    "609",
                    "input must be an array of exactly one record",
                )));
            }
        },
    };
    let submission =
        Submission::read(&body, record, form).map_err(|reasons| answer::skipped(&reasons))?;
    let matched = newest(state.store.find(Name::Marketo, By::Email(&submission.email))?);
    Ok(Box::new(move |state, now| {
        let matched = match matched {
            Some(person) => state.store.find(Name::Marketo, By::Id(&person.id))?.pop(),
            None => None,
        };
        Ok(submission.write(state, matched, &form_id, now)?)
    }))
}

/// An integer by the swagger; numeric text works as well [SEG, CAN seen live].
fn form<'a>(body: &Value, state: &'a SandboxState) -> Option<(String, &'a MarketoForm)> {
    let id = match body.get("formId")? {
        Value::Number(number) => number.as_u64()?.to_string(),
        Value::String(text) => text.trim().parse::<u64>().ok()?.to_string(),
        _ => return None,
    };
    let form = state.config().marketo.forms.get(&id)?;
    Some((id, form))
}

/// Several persons may have the address already; which one a form fill goes to is not documented (1007 is not
/// mentioned for it), so it goes to the one changed last.
fn newest(persons: Vec<Person>) -> Option<Person> {
    persons.into_iter().max_by_key(|person| (person.updated, person.seq))
}

struct Submission {
    email: String,
    fields: Fields,
    activity: Value,
}

impl Submission {
    /// Everything that makes Marketo skip the record.
    fn read(body: &Value, record: &Value, form: &MarketoForm) -> Result<Self, Vec<Reason>> {
        let given = record.get("leadFormFields").and_then(Value::as_object).ok_or_else(|| {
            vec![("1002", "Missing value for required parameter 'leadFormFields'".to_owned())]
        })?;
        // One field that the form does not have voids the whole submission; there, hidden inputs did.
        let unknown: Vec<Reason> = given
            .keys()
            .filter(|name| !form.fields.contains(name))
            .map(|name| ("1006", format!("Field '{name}' not found")))
            .collect();
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let mut reasons = Vec::new();
        let mut fields = Fields::new();
        for (name, value) in given {
            match value {
                Value::Array(_) | Value::Object(_) => {
                    reasons.push((
                        "1001",
                        format!("Invalid value for field '{name}': a flat value is needed"),
                    ));
                }
                // An empty text erases just as null does (page "Lead database").
                Value::String(text) if text.is_empty() => {
                    drop(fields.insert(name.clone(), Value::Null));
                }
                value => drop(fields.insert(name.clone(), value.clone())),
            }
        }
        let email = email(&fields).map_err(|reason| reasons.push(reason)).unwrap_or_default();
        for name in form.required.iter().filter(|name| name.as_str() != "email") {
            if fields.get(name.as_str()).is_none_or(Value::is_null) {
                reasons.push(("1002", format!("Missing value for required field '{name}'")));
            }
        }
        reasons.extend(visitor_reasons(record));
        if body.get("programId").is_some_and(|id| !is_integer(id)) {
            reasons.push(("1001", "Invalid value for programId".to_owned()));
        }
        if !reasons.is_empty() {
            return Err(reasons);
        }
        let activity = json!({
            "programId": body.get("programId"),
            "visitorData": record.get("visitorData"),
            "cookie": record.get("cookie"),
            "fields": fields,
        });
        Ok(Self { email, fields, activity })
    }

    /// The second half: whoever was found is updated, else a new person comes to be, even if another call made one
    /// in the meantime. Every fill adds an activity, so a repeat shows.
    fn write(
        self,
        state: &SandboxState,
        matched: Option<Person>,
        form_id: &str,
        now: i64,
    ) -> store::Result<Reply> {
        let keys = Keys { email: Some(self.email.to_lowercase()), phone: None, fid: None };
        let (person, status) = match matched {
            Some(mut person) => {
                person.fields.extend(self.fields);
                person.keys = keys;
                person.updated = now;
                state.store.save(&person)?;
                (person, "updated")
            }
            None => (state.store.insert(Name::Marketo, keys, self.fields, now, id)?, "created"),
        };
        let mut activity = self.activity;
        if let Some(members) = activity.as_object_mut() {
            members.insert("formId".to_owned(), json!(form_id));
        }
        state.store.add_activity(person.seq, "Fill Out Form", now, &activity)?;
        let number = person.id.parse::<i64>().unwrap_or_default();
        Ok(answer::result(&[json!({ "id": number, "status": status })], status).about(person.id))
    }
}

pub(super) fn id(seq: i64) -> String {
    seq.saturating_add(1_000_000).to_string()
}

/// Required, the only key of the upsert, ASCII only.
fn email(fields: &Fields) -> Result<String, Reason> {
    match fields.get("email") {
        None | Some(Value::Null) => {
            Err(("1002", "Missing value for required field 'email'".to_owned()))
        }
        Some(Value::String(text)) if is_address(text) => Ok(text.clone()),
        Some(_) => Err(("1003", "Invalid value for field 'email'".to_owned())),
    }
}

pub(super) fn is_address(text: &str) -> bool {
    text.is_ascii()
        && text.len() <= LONGEST_EMAIL
        && !text.contains(|c: char| c.is_ascii_whitespace() || c.is_ascii_control())
        && text.rsplit_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && !local.contains('@')
                && domain.contains('.')
                && !domain.ends_with('.')
        })
}

fn visitor_reasons(record: &Value) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let visitor = record.get("visitorData").filter(|data| !data.is_null());
    if visitor.is_some_and(|data| !data.is_object()) {
        reasons.push(("1001", "Invalid value for visitorData".to_owned()));
    }
    // IPv4 only, says the API's OpenAPI file; a client that sends IPv6 loses the lead.
    let address =
        visitor.and_then(|data| data.get("leadClientIpAddress")).filter(|value| !value.is_null());
    if address
        .is_some_and(|value| value.as_str().is_none_or(|text| text.parse::<Ipv4Addr>().is_err()))
    {
        reasons.push(("1003", "Invalid value for leadClientIpAddress".to_owned()));
    }
    let cookie = record.get("cookie").filter(|value| !value.is_null());
    if cookie.is_some_and(|value| value.as_str().is_none_or(|text| !is_munchkin_cookie(text))) {
        reasons.push(("1012", "Invalid cookie value".to_owned()));
    }
    reasons
}

/// `id:<munchkin id>&token:_mch-…` (JavaScript API, page "Lead tracking").
pub(super) fn is_munchkin_cookie(text: &str) -> bool {
    text.strip_prefix("id:")
        .and_then(|rest| rest.split_once("&token:"))
        .is_some_and(|(id, token)| !id.is_empty() && token.starts_with("_mch-"))
}

fn is_integer(value: &Value) -> bool {
    value.is_null()
        || value.is_i64()
        || value.as_str().is_some_and(|text| text.parse::<i64>().is_ok())
}
