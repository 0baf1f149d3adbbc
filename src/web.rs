//! For front ends and Workers in Rust (feature `web`, on wasm32): sends what the crate has built, through gloo-net and web-sys,
//! and reads what became of it.
//!
//! ```no_run
//! # async fn submit() -> Result<(), Box<dyn std::error::Error>> {
//! use fieldpost::{Account, Form, Outcome, System, Value, operation, web};
//!
//! let relay = Account::new(System::Relay, "https://leads.example.com");
//! // The form's rules and a token, as the relay gives them to every page.
//! let rules = web::rules(&relay, "contact").await?;
//! let form = Form::from_spec(&rules.spec).map_err(|issues| format!("{issues:?}"))?;
//! let report = form.check(vec![("email".into(), Value::from("ann@acme.co"))]);
//! if report.ok() {
//!     let params = vec![
//!         ("form".into(), Value::from("contact")),
//!         ("token".into(), Value::from(&*rules.token)),
//!         ("values".into(), Value::Map(report.values)),
//!     ];
//!     let submit = operation("relay.lead.submit").ok_or("this build has every operation")?;
//!     match web::call(submit, params, &relay).await.map_err(|refusal| refusal.code)? {
//!         Outcome::Queued { .. } | Outcome::Stored { .. } => {} // thanks
//!         Outcome::Refused { issues, .. } => drop(issues),      // which field, and why
//!         _ => {} // it may have arrived: say so, and offer to send the same again
//!     }
//! }
//! # Ok(()) }
//! ```
//!
//! The same values sent again within ten minutes are the same lead. With a parameter `key`, a random text of one's own, they are
//! for as long as the relay keeps what it has taken.

use crate::check::form::Spec;
use crate::code::call::{FAILED, TIMEOUT, UNREADABLE};
use crate::crm::operation::{Operation, Refusal};
use crate::crm::outcome::Outcome;
use crate::crm::request::{Account, Request};
use crate::crm::systems::reply::Reply;
use crate::value::{Entries, Value};
use gloo_net::Error;
use gloo_net::http::{Method, RequestBuilder};
use js_sys::{JSON, Reflect};
use std::borrow::Cow;
use wasm_bindgen::JsValue;
use web_sys::{AbortSignal, RequestRedirect};

/// How long a call may take, in milliseconds, head and body.
pub const DEADLINE: u32 = 30_000;

/// What a relay says of a form before a lead is sent to it.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The form's fields, for [`crate::Form::from_spec`].
    pub spec: Spec,
    /// What goes back with the lead, as the parameter `token`.
    pub token: String,
}

fn failed(error: Error) -> &'static str {
    match error {
        Error::JsError(error) if error.name == "TimeoutError" => TIMEOUT.name(),
        _ => FAILED.name(),
    }
}

/// Sends a request and reads its answer, whatever its status. A redirect is not followed: it would carry the lead elsewhere.
///
/// # Errors
/// `network.timeout` or `network.failed`: nobody can tell whether it has arrived.
pub async fn send(request: &Request, deadline: u32) -> Result<Reply, &'static str> {
    let signal = AbortSignal::timeout_with_u32(deadline);
    let mut builder = RequestBuilder::new(&request.url)
        .method(Method::from_bytes(request.method.as_bytes()).unwrap_or(Method::POST))
        .redirect(RequestRedirect::Manual)
        .abort_signal(Some(&signal));
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    let whole = match &request.body {
        Some(body) => builder.body(body.as_str()),
        None => builder.build(),
    };
    let response = whole.map_err(failed)?.send().await.map_err(failed)?;
    Ok(Reply {
        status: response.status(),
        headers: response.headers().entries().collect(),
        body: response.text().await.map_err(failed)?,
    })
}

/// Calls an operation of an account, and reads what became of it. Where there is no answer it is [`Outcome::Unknown`].
///
/// # Errors
/// `params.invalid` or `account.invalid`, each with its issues: nothing was sent.
pub async fn call(
    operation: &Operation,
    params: Entries<'_>,
    account: &Account,
) -> Result<Outcome, Refusal> {
    let request = operation.request(params, account)?;
    Ok(match send(&request, DEADLINE).await {
        Ok(reply) => operation.read(&reply),
        Err(why) => Outcome::Unknown { why: Cow::Borrowed(why) },
    })
}

/// Asks a relay for a form's rules and a token.
///
/// # Errors
/// `network.timeout`, `network.failed`, or `reply.unreadable` where what answers is no relay, or has no such form.
pub async fn rules(relay: &Account, form: &str) -> Result<Rules, &'static str> {
    let unreadable = UNREADABLE.name();
    let mut name = String::new();
    crate::encoding::typed::percent(form, &mut name);
    let request = Request {
        method: "GET",
        url: [relay.base_url.trim_end_matches('/'), "/leads/", &name].concat(),
        headers: vec![("Accept".to_owned(), "application/json".to_owned())],
        body: None,
    };
    let reply = send(&request, DEADLINE).await?;
    let said = JSON::parse(&reply.body).map_err(|_| unreadable)?;
    let member = |name: &str| Reflect::get(&said, &JsValue::from_str(name)).map_err(|_| unreadable);
    let spec: Value<'static> =
        serde_wasm_bindgen::from_value(member("spec")?).map_err(|_| unreadable)?;
    let token = member("token")?.as_string().ok_or(unreadable)?;
    Ok(Rules { spec: Spec::from(&spec), token })
}
