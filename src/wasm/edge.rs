//! The wide and rare calls of the edge build: types at the border, and requests made by gloo-net.

use super::given::{from_js, from_json, members, object, to_js};
use crate::capture::{self, Mapping, Visitor};
use crate::catalogue::{self, operation, recipe};
use crate::check::form::{Form, Spec};
use crate::check::report::Issue;
use crate::code;
use crate::crm::operation::{INVALID, Operation, Refusal};
use crate::crm::request::{Account, Request, System};
use crate::crm::systems::reply::Reply;
use crate::crm::systems::sent::Sent;
use crate::crm::systems::token::{self, Asked, Credentials, Token, Unsigned};
use crate::inspection::{self, Heard, Next};
use crate::options;
use crate::packed::PackedValues;
use crate::packed::typed::unpack_entries;
use crate::relay::delivery::outbox::{Call, Delivery};
use crate::relay::delivery::shape::{identity, shaped};
use crate::value::Value;
use gloo_net::http::Headers;
use js_sys::{Array, Error, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{RequestInit, RequestRedirect};

pub(super) type Answer = Result<JsValue, JsValue>;

/// The wide calls ask whom the hot ones ask: there is one verdict on a value.
#[wasm_bindgen(start)]
pub fn begin() {
    crate::host::appoint(super::ask);
}

/// Whether the script should make a fresh instance before the next call: see [`crate::memory::region`].
#[wasm_bindgen(js_name = isFull)]
pub fn is_full() -> bool {
    super::ALLOCATOR.is_full()
}

/// A real `Error` with a stable `code`, and the issues where there are some.
pub(super) fn failure(code: &str, issues: &[Issue]) -> JsValue {
    let error = Error::new(code);
    error.set_name("FieldpostError");
    let issues = to_js(&mut issues.to_vec()).unwrap_or(JsValue::NULL);
    for (name, value) in [("code", JsValue::from_str(code)), ("issues", issues)] {
        // Setting a property of a fresh Error cannot fail.
        let _ = Reflect::set(&error, &JsValue::from_str(name), &value);
    }
    error.into()
}

fn refused(refusal: &Refusal) -> JsValue {
    failure(refusal.code, &refusal.issues)
}

pub(super) fn known(name: &str) -> Result<&'static Operation, JsValue> {
    operation(name).ok_or_else(|| {
        refused(&Refusal {
            code: INVALID,
            issues: vec![Issue::error("operation", &code::OPERATION_UNKNOWN)],
        })
    })
}

#[inline(never)]
pub(super) fn account(value: JsValue) -> Result<Account, JsValue> {
    from_js(value, "account.invalid")
}

#[inline(never)]
pub(super) fn credentials(value: JsValue) -> Result<Credentials, JsValue> {
    from_js(value, "account.invalid")
}

#[inline(never)]
pub(super) fn reply(value: JsValue) -> Result<Reply, JsValue> {
    from_js(value, "reply.invalid")
}

/// An account that leads nowhere.
fn misplaced(issue: Issue) -> JsValue {
    failure("account.invalid", &[issue])
}

/// A whole request as the host's `Request`; redirects are not followed, for they would carry the lead elsewhere. gloo-net's
/// own builder makes each request twice, to take its URL apart and put it together again.
fn host_request(
    method: &str,
    url: &str,
    headers: &[(String, String)],
    token: Option<&str>,
    body: Option<&str>,
) -> Result<web_sys::Request, JsValue> {
    let all = Headers::new();
    for (name, value) in headers {
        all.set(name, value);
    }
    if let Some(token) = token {
        all.set("Authorization", &["Bearer ", token].concat());
    }
    let options = RequestInit::new();
    options.set_method(method);
    options.set_redirect(RequestRedirect::Manual);
    options.set_headers(&all.into_raw());
    if let Some(body) = body {
        options.set_body(&body.into());
    }
    web_sys::Request::new_with_str_and_init(url, &options)
}

/// A request that was built here.
pub(super) fn to_request(request: &Request) -> Result<web_sys::Request, JsValue> {
    // Only a host name that the platform does not take, like one in false Punycode, can be wrong by now.
    let Request { method, url, headers, body } = request;
    host_request(method, url, headers, None, body.as_deref())
        .map_err(|_| misplaced(Issue::error("baseUrl", &code::ACCOUNT_BASE_URL)))
}

/// The request of an operation with packed parameters, for `fetch`.
///
/// # Errors
/// `params.invalid` or `account.invalid`, with `issues`.
#[wasm_bindgen(js_name = edgeRequest)]
pub fn request(name: &str, params: &str, to: JsValue) -> Result<web_sys::Request, JsValue> {
    let params = unpack_entries(PackedValues(params.as_bytes()));
    let built = known(name)?.request(params, &account(to)?).map_err(|refusal| refused(&refusal))?;
    to_request(&built)
}

/// What became of a call whose body is known, and which of its parameters are the owner's own, one a line; and what the
/// system said of its pace: `{ outcome, pace?, after? }`.
///
/// # Errors
/// `params.invalid` for an operation that does not exist.
#[wasm_bindgen(js_name = readSent)]
pub fn read_sent(name: &str, reply: JsValue, body: &str, own: &str, now: f64) -> Answer {
    let reply = self::reply(reply)?;
    to_js(&mut known(name)?.called(&reply, Sent { body, own }, whole(now)))
}

/// The outcome of a reply `{ status, headers: [name, value][], body }`; with packed parameters and the account's version
/// a batch has an outcome for each record, and a field that was asked for and is absent is null.
///
/// # Errors
/// `params.invalid` for an operation that does not exist.
#[wasm_bindgen(js_name = edgeRead)]
pub fn read(name: &str, reply: JsValue, params: Option<String>, version: Option<u8>) -> Answer {
    let reply = self::reply(reply)?;
    let params = params
        .as_deref()
        .map(|params| unpack_entries(PackedValues(params.as_bytes())))
        .unwrap_or_default();
    to_js(&mut known(name)?.row(version.unwrap_or(4)).read_for(&reply, &params))
}

/// What a check of packed parameters says, warnings too: a list of issues.
///
/// # Errors
/// `params.invalid` for an operation that does not exist.
#[wasm_bindgen(js_name = edgeCheck)]
pub fn check(name: &str, params: &str, version: Option<u8>) -> Answer {
    to_js(
        &mut known(name)?
            .check(unpack_entries(PackedValues(params.as_bytes())), version.unwrap_or(4))
            .issues,
    )
}

/// How the host may reach an account: throws `account.invalid` unless its hosts are the system's or allowed.
///
/// # Errors
/// `account.invalid`, with `issues`.
#[wasm_bindgen(js_name = checkAccount)]
pub fn check_account(to: JsValue) -> Result<(), JsValue> {
    account(to)?.known_host().map_err(misplaced)
}

/// What signing in takes: a request, or key and text that the host signs and comes back with as the JWT, or null where the
/// account's key is the token.
///
/// # Errors
/// `account.invalid`, with `issues`.
#[wasm_bindgen(js_name = tokenRequest)]
pub fn token_request(to: JsValue, secrets: JsValue, now: f64, signed: Option<String>) -> Answer {
    match token::request(&account(to)?, &credentials(secrets)?, whole(now), signed.as_deref()) {
        Ok(Asked::Key) => Ok(JsValue::NULL),
        Ok(Asked::Sign(Unsigned { key, text })) => to_js(&mut Vec::from([key, text])),
        Ok(Asked::Call(built)) => to_request(&built).map(Into::into),
        Err(issues) => Err(failure("account.invalid", &issues)),
    }
}

/// `{ token, usable, scope, refresh }` of a token reply, with the milliseconds that it may be used for; or the outcome of the
/// call. What to mend depends on the system, and on how it signs in.
///
/// # Errors
/// `reply.invalid` for something that is no reply.
#[wasm_bindgen(js_name = readToken)]
pub fn read_token(reply: JsValue, system: &str, secrets: JsValue) -> Answer {
    let system = System::from_name(system).unwrap_or(System::Relay);
    let grant = token::grant(system, &credentials(secrets)?);
    match token::read(&self::reply(reply)?, system, grant) {
        Ok(Token { mut token, lifetime, scope, refresh_token }) => object(
            "token usable scope refresh",
            &mut [
                &mut token,
                &mut token::usable(lifetime),
                &mut scope.unwrap_or_default(),
                &mut refresh_token.unwrap_or_default(),
            ],
        ),
        Err(mut outcome) => to_js(&mut outcome),
    }
}

/// How an account signs in: `key`, `client_credentials`, `refresh_token` or `jwt`.
///
/// # Errors
/// `account.invalid` for credentials of another shape.
#[wasm_bindgen(js_name = grantOf)]
pub fn grant_of(system: &str, secrets: JsValue) -> Result<JsValue, JsValue> {
    let system = System::from_name(system).unwrap_or(System::Relay);
    Ok(JsValue::from_str(token::grant(system, &credentials(secrets)?).name()))
}

/// The next question of a check, or the issues that it found. Without a spec it is the account's own, and `about` what its
/// token may be used for; with one `about` is the form's mapping to it. `heard` has a reply for each question so far, or the
/// code of there being none.
///
/// # Errors
/// `params.invalid` for no mapping, `spec.invalid` with issues, `account.invalid`.
#[wasm_bindgen(js_name = checkStep)]
pub fn check_step(to: JsValue, about: JsValue, spec: JsValue, heard: Array) -> Answer {
    let to = account(to)?;
    let mut all = Vec::new();
    for one in heard {
        all.push(match one.as_string() {
            Some(code) => Heard::Failed(code),
            None => Heard::Reply(reply(one)?),
        });
    }
    let next = if spec.is_undefined() {
        inspection::account(&to, &about.as_string().unwrap_or_default(), &all)
    } else {
        let spec: Value<'static> = from_js(spec, "spec.invalid")?;
        let spec = Spec::from(&spec);
        let form = Form::from_spec(&spec).map_err(|issues| failure("spec.invalid", &issues))?;
        inspection::mapping(&to, &from_js(about, "params.invalid")?, &form, &all)
    };
    match next {
        Next::Ask(built) => to_request(&built).map(Into::into),
        Next::Found(mut issues) => to_js(&mut issues),
    }
}

/// Renders the call of one delivery that is out: what stays the same however often it is sent. JSON text in, as it is kept;
/// `{ method, url, headers, body, identity, once }`. `identity` of a list of holders alone: whose lead it is for. `once` of a
/// write: the header that tells the system which one it is, where it has one; the value is its host's to make.
///
/// # Errors
/// `params.invalid` or `account.invalid`, with issues; `lookup.blind` where the lead has no key that the call goes by.
#[wasm_bindgen]
pub fn render(state: &str, lead: &str, visitor: &str, mapping: JsValue, to: JsValue) -> Answer {
    let to = account(to)?;
    let recipe = recipe(to.system).ok_or_else(|| failure("account.invalid", &[]))?;
    let delivery: Delivery = from_json(state, "delivery.state")?;
    let lead: Value<'static> = from_json(lead, "lead.invalid")?;
    let visitor: Visitor = from_json(visitor, "lead.invalid")?;
    let mapping: Mapping = from_js(mapping, "params.invalid")?;
    let params = capture::params(to.system, &lead, &visitor, &mapping);
    // What a look-up goes by is what the write will say.
    let checked = known(recipe.write)?.check(params.clone(), to.version.unwrap_or(4)).values;
    let guard = recipe.guard.as_ref().filter(|_| delivery.call == Call::Holders);
    let mut identity = guard.and_then(|guard| identity(guard, &checked));
    let params =
        shaped(recipe, &delivery, params, &checked).ok_or_else(|| failure("lookup.blind", &[]))?;
    let Request { mut method, mut url, mut headers, mut body } = known(delivery.operation(recipe))?
        .request(params, &to)
        .map_err(|refusal| refused(&refusal))?;
    let mut once = recipe.once.filter(|_| method != "GET");
    object(
        "method url headers body identity once",
        &mut [&mut method, &mut url, &mut headers, &mut body, &mut identity, &mut once],
    )
}

/// The parameters that a lead fills by a mapping, a line each.
///
/// # Errors
/// `lead.invalid` or `params.invalid` for what is none.
#[wasm_bindgen]
pub fn fills(lead: &str, visitor: &str, mapping: JsValue) -> Result<String, JsValue> {
    let lead: Value<'static> = from_json(lead, "lead.invalid")?;
    let visitor: Visitor = from_json(visitor, "lead.invalid")?;
    let mapping: Mapping = from_js(mapping, "params.invalid")?;
    Ok(capture::fills(&lead, &visitor, &mapping).join("\n"))
}

/// A read that changes nothing: `{ operation, rendered }`. Without ids the one that shows whether a closed account is mended, with
/// some (U+0001 between) that of the records which have them.
///
/// # Errors
/// `account.invalid`, with `issues`; without for a system that takes no leads.
#[wasm_bindgen]
pub fn reading(to: JsValue, ids: &str) -> Answer {
    let account = account(to)?;
    let (read, rendered) = if ids.is_empty() {
        catalogue::harmless(account.system).map(|read| (read, read.request(&account)))
    } else {
        let ids: Vec<&str> = ids.split('\u{1}').collect();
        catalogue::records(account.system).map(|all| (&all.read, all.request(&ids, &account)))
    }
    .ok_or_else(|| failure("account.invalid", &[]))?;
    let mut rendered = rendered.map_err(|refusal| refused(&refusal))?;
    object("operation rendered", &mut [&mut { read.operation }, &mut rendered])
}

/// What is wrong with the options of a relay, given as JSON text. `unfit` has the places of which the host says that they are not
/// what they should be, a line each. A row (U+0002 between) for each finding: what it closes, its place, code, sentence, limit,
/// suggestion, form, account and parameter (U+0001 between).
///
/// # Errors
/// `relay.options` for what is no JSON.
#[wasm_bindgen(js_name = checkOptions)]
pub fn check_options(given: &str, unfit: &str) -> Result<String, JsValue> {
    let given: Value<'static> = from_json(given, "relay.options")?;
    let unfit: Vec<&str> = unfit.split('\n').collect();
    let mut rows = String::new();
    for one in options::judge(&given, &unfit) {
        rows.push_str(if rows.is_empty() { "" } else { "\u{2}" });
        rows.push_str(one.closes.name());
        for word in [
            &one.place,
            &one.code,
            &one.message,
            &one.limit,
            &one.suggestion,
            &one.form,
            &one.account,
            &one.param,
        ] {
            rows.push('\u{1}');
            rows.push_str(word);
        }
    }
    Ok(rows)
}

/// A rendered call as a `Request`, with the token of the moment.
///
/// # Errors
/// `account.invalid` where the host takes no such request.
#[wasm_bindgen(js_name = toRequest)]
pub fn rendered_request(rendered: JsValue, token: &str) -> Result<web_sys::Request, JsValue> {
    let (mut method, mut url, mut body) = (String::new(), String::new(), None::<String>);
    let mut headers: Vec<(String, String)> = Vec::new();
    members(
        "!method !url !headers body",
        &mut [&mut method, &mut url, &mut headers, &mut body],
        rendered,
        "request.invalid",
    )?;
    // Any other word than these was never a method of ours.
    let method = match method.as_str() {
        known @ ("GET" | "DELETE") => known,
        _ => "POST",
    };
    host_request(method, &url, &headers, Some(token), body.as_deref())
        .map_err(|_| failure("account.invalid", &[]))
}

/// Milliseconds since 1970 as JavaScript has them.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates, and a time before 1970 is 0"
)]
pub(super) fn whole(milliseconds: f64) -> u64 {
    milliseconds as u64
}
