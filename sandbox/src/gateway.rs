//! The way of a call: ledger, fault, token, limits, look-up, processing time, write, answer.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use crate::fault::{self, Fault, Kind, Place};
use crate::http::call::Call;
use crate::http::reply::{HTML, JSON, Reply};
use crate::http::wire::{Ending, Script};
use crate::operation::{Access, Commit, Operation, Refusal, System, TOKEN};
use crate::state::SharedState;
use crate::store::ledger::{self, Attempt, Verdict};
use crate::system::Name;
use crate::systems::{self, Route};

/// A hung call is let go after this time, so that the sandbox does not collect them for ever.
const LONGEST_HANG_MS: u64 = 600_000;

const GARBAGE: &[u8] = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 upstream?!\r\n\x00\xff\xfe";
const MAINTENANCE: &str = "<!doctype html><title>Maintenance</title><h1>We will be back soon</h1>";

/// What goes out.
#[derive(Debug)]
pub(crate) enum Answer {
    Reply(Reply),
    Cut(Script),
}

/// Answers one call; none when the path belongs to no system.
pub(crate) async fn answer(state: Arc<SharedState>, mut call: Call) -> Option<Answer> {
    let (system, route) = systems::route(&mut call)?;
    Some(match attempt(&state, system, route, &call).await {
        Ok(answer) => answer,
        Err(error) => Answer::Reply(error.into()),
    })
}

async fn attempt(
    state: &Arc<SharedState>,
    system: &'static System,
    route: Route,
    call: &Call,
) -> rusqlite::Result<Answer> {
    let (number, fault) = begin(state, system, route, call)?;
    state.touch();
    let delay =
        fault.as_ref().filter(|fault| fault.kind != Kind::Hang).and_then(|fault| fault.rule.ms);
    let delay = delay.unwrap_or(0);
    let reply = match &fault {
        Some(fault) if !fault.commit => {
            pause(delay).await;
            None
        }
        _ => Some(perform(state, system, route, call, delay).await),
    };
    let (answer, verdict) = spoil(state, system, call, fault.as_ref(), reply);
    if let Some(fault) = fault.filter(|fault| fault.kind == Kind::Hang) {
        state.lock().store.finish(number, &verdict, None)?;
        state.touch();
        pause(fault.rule.ms.unwrap_or(LONGEST_HANG_MS)).await;
    }
    {
        let state = state.lock();
        state.store.finish(number, &verdict, Some(state.now()))?;
    }
    state.touch();
    Ok(answer)
}

/// Writes the attempt down and sees whether a fault strikes it.
fn begin(
    state: &SharedState,
    system: &System,
    route: Route,
    call: &Call,
) -> rusqlite::Result<(i64, Option<Fault>)> {
    let operation = match route {
        Route::Found(operation) | Route::WrongMethod(operation) => operation.name,
        Route::Unknown => "unknown",
    };
    let attempt = Attempt {
        system: system.name.as_str(),
        operation,
        key: if operation == TOKEN { String::new() } else { (system.key)(call) },
        request: format!("{} {}", call.method, call.path),
        body: call.shown(),
        body_hash: ledger::hash(&call.body),
        idempotency_key: call.header("x-idempotency-key").map(str::to_owned),
        came: 0,
    };
    let state = state.lock();
    let attempt = Attempt { came: state.now(), ..attempt };
    let number = state.store.begin(&attempt)?;
    let fault = fault::strike(&state.store, system.name, operation, &attempt.key, call)?;
    Ok((number, fault))
}

/// Carries a call out as the vendor would.
async fn perform(
    state: &Arc<SharedState>,
    system: &'static System,
    route: Route,
    call: &Call,
    delay: u64,
) -> Reply {
    let (mut reply, _permit) = match prepare(state, system, route, call) {
        Err(reply) => (reply, None),
        Ok((commit, permit)) => {
            let latency = state.lock().config().latency(system.name);
            pause(latency.saturating_add(delay)).await;
            let state = state.lock();
            (commit(&state, state.now()).unwrap_or_else(|refusal| refusal), permit)
        }
    };
    let mut state = state.lock();
    let (now, limits) = (state.now(), state.config().limits(system.name).clone());
    reply = (system.headers)(reply, state.usage(system.name), &limits, now);
    reply
}

fn prepare(
    shared: &Arc<SharedState>,
    system: &'static System,
    route: Route,
    call: &Call,
) -> Result<(Commit, Option<Permit>), Reply> {
    let mut state = shared.lock();
    let now = state.now();
    let refuse = |code: &str| (system.refuse)(call, &state, &Refusal::new(code));
    let (missing, wrong_method) = system.unrouted;
    let operation = match route {
        Route::Found(operation) => operation,
        Route::WrongMethod(_) => return Err(refuse(wrong_method)),
        Route::Unknown => return Err(refuse(missing)),
    };
    let permit = match operation {
        Operation { access: Access::Open, .. } => None,
        Operation { access: Access::Token, .. } => {
            (system.admit)(call, &state, now)?;
            let (limits, offset) = (
                state.config().limits(system.name).clone(),
                state.config().utc_offset(system.name),
            );
            if let Err(limit) = state.usage(system.name).enter(&limits, now, offset) {
                let code = (system.limit_code)(limit);
                let wait = state.usage(system.name).reset_after(&limits, now);
                let refusal = Refusal { retry_after: Some(wait), ..Refusal::new(code) };
                let mut reply = (system.refuse)(call, &state, &refusal);
                reply.verdict = format!("limit:{code}");
                return Err(reply);
            }
            Some(Permit { state: Arc::clone(shared), system: system.name })
        }
    };
    match (operation.plan)(call, &state, now) {
        Ok(commit) => Ok((commit, permit)),
        Err(reply) => {
            // The permit takes the lock when it is dropped.
            drop(state);
            drop(permit);
            Err(reply)
        }
    }
}

/// A running call, counted until it is dropped.
#[derive(Debug)]
struct Permit {
    state: Arc<SharedState>,
    system: Name,
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.state.lock().usage(self.system).leave();
    }
}

/// Lets a fault have its way with the answer.
fn spoil(
    state: &SharedState,
    system: &System,
    call: &Call,
    fault: Option<&Fault>,
    reply: Option<Reply>,
) -> (Answer, Verdict) {
    let told = reply.as_ref().map(|reply| (reply.verdict.clone(), reply.person.clone()));
    let (answer, status) = match (fault, reply) {
        (None, Some(reply)) => sent(reply),
        (Some(fault), reply) => break_reply(state, system, call, fault, reply),
        // Only a fault leaves a call without a reply.
        (None, None) => sent((system.refuse)(call, &state.lock(), &Refusal::new("500"))),
    };
    let (effect, person) = told.unzip();
    let verdict = match fault.filter(|fault| fault.kind != Kind::Latency) {
        Some(fault) => Verdict { word: fault.verdict(), effect, person: person.flatten(), status },
        None => Verdict {
            word: effect.unwrap_or_default(),
            effect: None,
            person: person.flatten(),
            status,
        },
    };
    (answer, verdict)
}

fn break_reply(
    state: &SharedState,
    system: &System,
    call: &Call,
    fault: &Fault,
    reply: Option<Reply>,
) -> (Answer, u16) {
    let cut = |bytes: Vec<u8>, ending: Ending| (Answer::Cut(Script { bytes, ending }), 0);
    match fault.kind {
        Kind::Latency => match reply {
            Some(reply) => sent(reply),
            None => cut(Vec::new(), Ending::Close),
        },
        Kind::Reset => cut(Vec::new(), Ending::Reset),
        Kind::Close | Kind::Hang => cut(Vec::new(), Ending::Close),
        Kind::Truncate | Kind::Stall => {
            let reply = reply.unwrap_or_else(|| Reply::text(200, JSON, "", ""));
            let kept = fault.rule.bytes.unwrap_or_else(|| reply.body.len().div_euclid(2));
            let stalls = fault.kind == Kind::Stall;
            let ending = if stalls { Ending::Stall } else { Ending::Close };
            let (answer, _) = cut(reply.truncated(kept), ending);
            (answer, reply.status)
        }
        Kind::Garbage if fault.rule.place == Some(Place::Body) => {
            let mut spoilt = Reply::text(200, JSON, "", "");
            spoilt.body = GARBAGE.to_vec();
            sent(spoilt)
        }
        Kind::Garbage => cut(GARBAGE.to_vec(), Ending::Close),
        Kind::Empty => sent(Reply::text(200, JSON, "", "")),
        Kind::Html => sent(Reply::text(200, HTML, MAINTENANCE, "")),
        Kind::Status => {
            let body = match &fault.rule.body {
                Some(serde_json::Value::String(text)) => text.clone(),
                Some(body) => body.to_string(),
                None => String::new(),
            };
            let reply = Reply::text(fault.status(), JSON, body, "");
            sent(match fault.rule.retry_after {
                Some(seconds) => reply.header("retry-after", seconds.to_string()),
                None => reply,
            })
        }
        Kind::Code => {
            let refusal = Refusal {
                code: fault.code(),
                message: fault.rule.message.clone(),
                retry_after: fault.rule.retry_after,
            };
            sent((system.refuse)(call, &state.lock(), &refusal))
        }
    }
}

fn sent(reply: Reply) -> (Answer, u16) {
    let status = reply.status;
    (Answer::Reply(reply), status)
}

async fn pause(ms: u64) {
    if ms > 0 {
        sleep(Duration::from_millis(ms)).await;
    }
}
