//! A Worker in Rust in front of a relay: `POST /` with a form's values as JSON.

use fieldpost::{Account, Form, Issue, Outcome, System, Value, operation, web};
use std::collections::BTreeMap;
use worker::{Context, Env, Method, Request, Response, Result, event};

/// What the sender is told: the HTTP status, and what is wrong with which field.
struct Answer(u16, Vec<Issue>);

async fn submit(
    relay: &Account,
    typed: BTreeMap<String, String>,
) -> std::result::Result<Answer, String> {
    let rules = web::rules(relay, "contact").await?;
    let form = Form::from_spec(&rules.spec).map_err(|issues| format!("{issues:?}"))?;
    let report =
        form.check(typed.into_iter().map(|(name, text)| (name.into(), text.into())).collect());
    if !report.ok() {
        return Ok(Answer(422, report.issues));
    }
    let params = vec![
        ("form".into(), Value::from("contact")),
        ("token".into(), Value::from(rules.token)),
        ("values".into(), Value::Map(report.values)),
    ];
    let submit = operation("relay.lead.submit").ok_or("operation.unknown")?;
    Ok(match web::call(submit, params, relay).await.map_err(|refusal| refusal.code)? {
        Outcome::Stored { .. } | Outcome::Queued { .. } => Answer(202, Vec::new()),
        Outcome::Refused { issues, .. } => Answer(422, issues),
        // The same values, sent again, are the same lead.
        _ => Answer(503, Vec::new()),
    })
}

#[event(fetch)]
async fn fetch(mut request: Request, env: Env, _: Context) -> Result<Response> {
    if request.method() != Method::Post {
        return Response::error("POST a form's values as JSON.", 405);
    }
    let address = env.var("RELAY")?.to_string();
    // http is for this machine alone.
    let host = address.strip_prefix("http://").map(str::to_owned);
    let relay =
        Account { allow_host: host.into_iter().collect(), ..Account::new(System::Relay, &address) };
    let Ok(typed) = request.json().await else { return Response::error("That is no JSON.", 400) };
    match submit(&relay, typed).await {
        Ok(Answer(status, issues)) => {
            let said: BTreeMap<_, _> =
                issues.iter().map(|issue| (&issue.field, &issue.message)).collect();
            Ok(Response::from_json(&said)?.with_status(status))
        }
        Err(code) => Response::error(code, 503),
    }
}
