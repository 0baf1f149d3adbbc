//! `GET /v2/prospects` and `GET /v2/prospects/{id}`.

use serde_json::Value;

use super::{answer, phone};
use crate::config::Generation;
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::operation::{Commit, Refusal};
use crate::state::SandboxState;
use crate::store::persons::{By, Person};
use crate::system::Name;

/// At most 10 labels.
const MOST_LABELS: usize = 10;
/// No figure is published.
const LARGEST_LIMIT: usize = 100;

#[allow(
    clippy::unnecessary_wraps,
    reason = "a plan may refuse; this one has nothing to refuse before the look-up"
)]
pub(super) fn get(call: &Call, _: &SandboxState, _: i64) -> Result<Commit, Reply> {
    let call = call.clone();
    Ok(Box::new(move |state, now| {
        let id = call.capture("id").unwrap_or_default();
        match state.read(Name::Prospects, By::Id(id), now)?.pop() {
            Some(person) => {
                Ok(answer::one(state, 200, &answer::record(&person, None), "found")
                    .about(person.id))
            }
            None => Err(answer::refuse(&call, state, &Refusal::new("404"))),
        }
    }))
}

pub(super) fn list(call: &Call, state: &SandboxState, now: i64) -> Result<Commit, Reply> {
    let filter = Filter::read(call, state, now)
        .map_err(|sentence| answer::refuse(call, state, &Refusal::saying("400", sentence)))?;
    Ok(Box::new(move |state, now| {
        // Thousands of persons are not read to find one.
        let by = match (&filter.email, &filter.phone) {
            (Some(email), _) => By::Email(email),
            (None, Some(phone)) => By::Phone(phone),
            (None, None) => By::Any,
        };
        let mut found = state.read(Name::Prospects, by, now)?;
        found.retain(|person| filter.admits(person));
        let total = found.len();
        let records: Vec<Value> = found
            .iter()
            .skip(filter.offset)
            .take(filter.limit)
            .map(|person| answer::record(person, None))
            .collect();
        let end = filter.offset.saturating_add(records.len());
        let next = (end < total && !records.is_empty()).then_some(end);
        Ok(answer::page(state, &records, total, next.map(|offset| format!("{offset}-{now}"))))
    }))
}

/// How long a page's token is good: no figure is published, and a client has to begin again some day.
const TOKEN_LIFE: i64 = 60 * 60 * 1_000;

/// Where the page of a token begins.
fn offset(token: &str, now: i64) -> Option<usize> {
    let (offset, made) = token.split_once('-')?;
    let made: i64 = made.parse().ok()?;
    (now.saturating_sub(made) < TOKEN_LIFE).then(|| offset.parse().ok())?
}

/// All given filters must hold; of several labels any one will do.
#[derive(Debug)]
struct Filter {
    email: Option<String>,
    phone: Option<String>,
    texts: Vec<(&'static str, String)>,
    stage: Option<String>,
    labels: Vec<String>,
    limit: usize,
    offset: usize,
}

impl Filter {
    fn read(call: &Call, state: &SandboxState, now: i64) -> Result<Self, String> {
        let given =
            |name: &str| call.query.get(name).map(str::trim).filter(|text| !text.is_empty());
        let lower = |name: &str| given(name).map(str::to_lowercase);
        let labels: Vec<String> = call
            .query
            .all("label")
            .flat_map(|text| text.split(','))
            .map(|label| label.trim().to_lowercase())
            .filter(|label| !label.is_empty())
            .collect();
        if labels.len() > MOST_LABELS {
            return Err(format!("label takes at most {MOST_LABELS} values"));
        }
        // 1 in the older generation of the page, 25 in the newest.
        let default_limit = match state.config().prospects.generation {
            Generation::Seed => 1,
            Generation::Newest => 25,
        };
        let number = |name: &str, default: usize| match given(name) {
            Some(text) => {
                text.parse::<usize>().map_err(|_| format!("{name} must be a whole number"))
            }
            None => Ok(default),
        };
        let limit = number("limit", default_limit)?;
        if limit == 0 {
            return Err("limit must be 1 or more".to_owned());
        }
        Ok(Self {
            email: lower("email"),
            phone: given("phone").and_then(phone::digits),
            texts: ["name", "title", "company"]
                .into_iter()
                .filter_map(|name| lower(name).map(|text| (name, text)))
                .collect(),
            stage: lower("stage"),
            labels,
            limit: limit.min(LARGEST_LIMIT),
            offset: match given("pageToken") {
                Some(token) => offset(token, now).ok_or("pageToken is not valid or has expired")?,
                None => 0,
            },
        })
    }

    fn admits(&self, person: &Person) -> bool {
        let text = |name: &str| {
            person.fields.get(name).and_then(Value::as_str).unwrap_or_default().to_lowercase()
        };
        let wanted = |name: &str| match name {
            "name" => format!("{} {}", text("firstName"), text("lastName")),
            name => text(name),
        };
        let record = answer::record(person, None);
        let stage_is = |stage: &String| {
            ["currentStage", "currentStageId"].iter().any(|member| {
                record
                    .get(member)
                    .and_then(Value::as_str)
                    .is_some_and(|text| text.to_lowercase() == *stage)
            })
        };
        let labelled = || {
            let labels = person.fields.get("labels").and_then(Value::as_array);
            labels.is_some_and(|labels| {
                labels
                    .iter()
                    .filter_map(Value::as_str)
                    .any(|label| self.labels.contains(&label.to_lowercase()))
            })
        };
        self.email.as_ref().is_none_or(|email| person.keys.email.as_ref() == Some(email))
            && self.phone.as_ref().is_none_or(|phone| person.keys.phone.as_ref() == Some(phone))
            && self.texts.iter().all(|(name, part)| wanted(name).contains(part))
            && self.stage.as_ref().is_none_or(stage_is)
            && (self.labels.is_empty() || labelled())
    }
}
