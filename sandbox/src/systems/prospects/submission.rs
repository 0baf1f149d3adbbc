//! The body of a create or update.

use serde_json::{Value, json};

use super::phone;
use crate::config::Generation;
use crate::http::call::Call;
use crate::state::SandboxState;
use crate::store::persons::{Fields, Keys};

const TEXTS: [&str; 18] = [
    "firstName",
    "lastName",
    "email",
    "phone",
    "stageId",
    "pipelineId",
    "notes",
    "title",
    "company",
    "userId",
    "streetAddress",
    "city",
    "state",
    "postalCode",
    "officeId",
    "sourceId",
    "newSourceName",
    "jobId",
];
const LICENCES: [&str; 3] = ["not_started", "in_progress", "licensed"];

/// A checked body: fields to write (null clears), and what to do about a match.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Submission {
    pub(super) fields: Fields,
    pub(super) update: bool,
    /// The number was sent and is not valid.
    pub(super) bad_phone: bool,
}

impl Submission {
    /// # Errors
    ///
    /// The HTTP status and a sentence.
    pub(super) fn read(call: &Call, state: &SandboxState) -> Result<Self, (&'static str, String)> {
        if call.content_type().as_deref() != Some("application/json") {
            return Err(("415", "The body must be JSON".to_owned()));
        }
        let Some(Value::Object(body)) = call.json() else {
            return Err(("400", "The body must be a JSON object".to_owned()));
        };
        let newest = state.config().prospects.generation == Generation::Newest;
        let mut submission = Self { fields: Fields::new(), update: newest, bad_phone: false };
        for name in ["firstName", "lastName"] {
            let text = body.get(name).and_then(Value::as_str).map(str::trim);
            if text.is_none_or(str::is_empty) {
                return Err(("400", format!("{name} is required")));
            }
        }
        for (name, value) in &body {
            submission.take(name, value).map_err(|sentence| ("400", sentence))?;
        }
        submission.settle_precedence();
        Ok(submission)
    }

    fn take(&mut self, name: &str, value: &Value) -> Result<(), String> {
        let wrong = |kind: &str| Err(format!("{name} must be {kind}"));
        let value = match (name, value) {
            ("update", Value::Bool(update)) => {
                self.update = *update;
                return Ok(());
            }
            ("muteWebhook", Value::Bool(_)) => return Ok(()),
            ("update" | "muteWebhook", _) => return wrong("a boolean"),
            (name, Value::Null) if is_field(name) => Value::Null,
            ("labels", value) => match labels(value) {
                Some(labels) => json!(labels),
                None => return wrong("a text or an array of texts"),
            },
            ("licenseStatus", Value::String(text)) if LICENCES.contains(&text.as_str()) => {
                value.clone()
            }
            ("licenseStatus", _) => return wrong("one of not_started, in_progress, licensed"),
            ("resume", Value::Object(_)) => value.clone(),
            ("resume", _) => return wrong("an object"),
            ("email", Value::String(text)) => match text.trim() {
                "" => Value::Null,
                text if is_address(text) => Value::from(text.to_lowercase()),
                _ => return wrong("an e-mail address"),
            },
            ("phone", Value::String(text)) if text.trim().is_empty() => Value::Null,
            ("phone", Value::String(text)) if !phone::is_valid(text) => {
                self.bad_phone = true;
                Value::Null
            }
            (name, Value::String(_)) if TEXTS.contains(&name) => value.clone(),
            (name, _) if TEXTS.contains(&name) => return wrong("a text"),
            // What the API does not know it passes over.
            _ => return Ok(()),
        };
        self.fields.insert(name.to_owned(), value);
        Ok(())
    }

    /// `stageId` wins over `pipelineId`, `sourceId` over `newSourceName`.
    fn settle_precedence(&mut self) {
        for (winner, loser) in [("stageId", "pipelineId"), ("sourceId", "newSourceName")] {
            if self.fields.get(winner).is_some_and(Value::is_string) {
                self.fields.remove(loser);
            }
        }
    }

    pub(super) fn email(&self) -> Option<&str> {
        self.fields.get("email").and_then(Value::as_str)
    }

    pub(super) fn phone_digits(&self) -> Option<String> {
        self.fields.get("phone").and_then(Value::as_str).and_then(phone::digits)
    }
}

/// What a person with these fields is found by.
pub(super) fn keys(fields: &Fields) -> Keys {
    Keys {
        email: fields.get("email").and_then(Value::as_str).map(str::to_lowercase),
        phone: fields.get("phone").and_then(Value::as_str).and_then(phone::digits),
        fid: None,
    }
}

fn is_field(name: &str) -> bool {
    TEXTS.contains(&name) || matches!(name, "labels" | "licenseStatus" | "resume")
}

/// Comma-separated text or an array of texts; a comma inside an element of an array stays.
fn labels(value: &Value) -> Option<Vec<String>> {
    let labels: Vec<&str> = match value {
        Value::String(text) => text.split(',').collect(),
        Value::Array(items) => items.iter().map(Value::as_str).collect::<Option<_>>()?,
        _ => return None,
    };
    Some(
        labels
            .into_iter()
            .map(str::trim)
            .filter(|label| !label.is_empty())
            .map(str::to_owned)
            .collect(),
    )
}

fn is_address(text: &str) -> bool {
    !text.contains(char::is_whitespace)
        && text.rsplit_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && domain
                    .rsplit_once('.')
                    .is_some_and(|(rest, last)| !rest.is_empty() && !last.is_empty())
        })
}
