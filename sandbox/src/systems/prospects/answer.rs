//! Records and errors of the prospects API.

use serde_json::{Value, json};

use crate::config::Generation;
use crate::http::call::Call;
use crate::http::reply::Reply;
use crate::operation::Refusal;
use crate::state::SandboxState;
use crate::store::persons::Person;

const DEFAULT_STAGE: (&str, &str) = ("stage-new", "New");
const DEFAULT_PIPELINE: &str = "pipeline-default";

/// The record as it is echoed: notes, address, licence and the like are stored but not shown.
pub(super) fn record(person: &Person, message: Option<&str>) -> Value {
    let field = |name: &str| person.fields.get(name).cloned().unwrap_or_default();
    let stage = person.fields.get("stageId").and_then(Value::as_str);
    let stage_name = match stage {
        None => Value::from(DEFAULT_STAGE.1),
        Some(id) if id == DEFAULT_STAGE.0 => Value::from(DEFAULT_STAGE.1),
        Some(_) => Value::Null,
    };
    let labels = person.fields.get("labels").filter(|labels| labels.is_array()).cloned();
    json!({
        "id": person.id,
        "message": message,
        "firstName": field("firstName"),
        "lastName": field("lastName"),
        "email": field("email"),
        "phone": field("phone"),
        "currentStage": stage_name,
        "currentStageId": stage.unwrap_or(DEFAULT_STAGE.0),
        "pipelineId": person.fields.get("pipelineId").and_then(Value::as_str).unwrap_or(DEFAULT_PIPELINE),
        "labels": labels.unwrap_or_else(|| json!([])),
        "title": field("title"),
        "company": field("company"),
        "createdAt": person.created,
        "updatedAt": person.updated,
    })
}

/// One record, flat or in `item`.
pub(super) fn one(state: &SandboxState, status: u16, record: &Value, verdict: &str) -> Reply {
    match state.config().prospects.generation {
        Generation::Seed => Reply::json(status, record, verdict),
        Generation::Newest => {
            Reply::json(status, &json!({ "success": true, "item": record }), verdict)
        }
    }
}

/// A page of records with the count of all matches.
pub(super) fn page(
    state: &SandboxState,
    records: &[Value],
    total: usize,
    next: Option<String>,
) -> Reply {
    let body = match state.config().prospects.generation {
        Generation::Seed => json!({ "prospects": records, "totalCount": total }),
        Generation::Newest => json!({
            "success": true,
            "items": records,
            "pagination": { "nextPageToken": next, "totalCount": total },
        }),
    };
    Reply::json(200, &body, "found")
}

/// The number is the HTTP status. `{ error, message, retryAfter }` is documented for 429 only; the other errors are
/// given the same members.
pub(super) fn refuse(_: &Call, _: &SandboxState, refusal: &Refusal) -> Reply {
    let status =
        refusal.code.parse().ok().filter(|status| (400..=599).contains(status)).unwrap_or(500);
    let (error, message) = wording(status);
    let mut body =
        json!({ "error": error, "message": refusal.message.as_deref().unwrap_or(message) });
    let verdict = format!("refused:{}", refusal.code);
    if status != 429 {
        return Reply::json(status, &body, verdict);
    }
    let wait = refusal.retry_after.unwrap_or(1);
    if let Some(members) = body.as_object_mut() {
        members.insert("retryAfter".to_owned(), json!(wait));
    }
    Reply::json(status, &body, verdict).header("retry-after", wait.to_string())
}

fn wording(status: u16) -> (&'static str, &'static str) {
    match status {
        400 => ("Bad Request", "The request is not valid"),
        401 => ("Unauthorized", "The API key is missing or not valid"),
        403 => ("Forbidden", "The API key lacks the permission"),
        404 => ("Not Found", "The prospect was not found"),
        405 => ("Method Not Allowed", "The method is not allowed here"),
        409 => ("Conflict", "The idempotency key is in use"),
        413 => ("Payload Too Large", "The body is too large"),
        415 => ("Unsupported Media Type", "The body must be JSON"),
        422 => ("Unprocessable Entity", "The request is not valid"),
        429 => ("Too Many Requests", "Rate limit exceeded"),
        502 => ("Bad Gateway", "The upstream failed"),
        503 => ("Service Unavailable", "The service is not available"),
        504 => ("Gateway Timeout", "The upstream did not answer"),
        _ => ("Internal Server Error", "Something went wrong"),
    }
}
