//! The client's calls. What crosses is what the host keeps, a few numbers, the token and the row that is due, and what
//! happened.

use super::edge::{account, credentials, known, reply, to_request, whole};
use crate::check::writer::put_decimal;
use crate::client::{CALL, CLIENT, Call, Client, Effect, Event, Goal, Row};
use crate::crm::systems::reply::Reply;
use crate::crm::systems::token::Unsigned;
use crate::crossing::{Crossing, written};
use crate::packed::typed::letters;
use crate::value::parts;
use js_sys::{Array, JSON};
use wasm_bindgen::prelude::*;

/// Moves a call on: `[[client, call, …effects], request, rows]`, the last two where an effect has them. `client` is the token
/// and the numbers that all its calls share, `call` the numbers of this one, an effect its name, its numbers and what it
/// is about. The host keeps all that for the next step.
///
/// Words, U+0001 between: the goal (`outcome`, `pages`, `records`, `job` or `file`), the event (`begin`, `go`, `signed` with the
/// JWT, `head` or `reply` with the reply; any other word is the code of a request without an answer), the token, the
/// operation. Numbers: now; until a request is given up, before a job's first question, between two at most, each no number
/// where the owner does not say it; the client's and the call's, which a first step has none of.
///
/// # Errors
/// `params.invalid` for an operation that does not exist, `account.invalid` for an account or credentials of another shape.
#[wasm_bindgen(js_name = clientStep)]
pub fn step(
    to: JsValue,
    secrets: JsValue,
    words: &str,
    numbers: &[f64],
    row: String,
    heard: JsValue,
) -> Result<Array, JsValue> {
    let mut words = parts(words, '\u{1}');
    let mut word = || words.next().unwrap_or_default();
    let mut numbers = numbers.iter();
    let mut number =
        || numbers.next().filter(|number| !number.is_nan()).map(|number| whole(*number));
    let now = number().unwrap_or_default();
    let (patience, first, most) = (number(), number(), number());
    let goal = match word() {
        "pages" => Goal::Pages,
        "records" => Goal::Records,
        "file" => Goal::File,
        "job" => Goal::Job { first, most },
        _ => Goal::Outcome,
    };
    let mut client = Client::new(account(to)?, credentials(secrets)?);
    if let Some(patience) = patience {
        client = client.with_patience(patience);
    }
    let event = word();
    let token = word();
    let operation = known(word())?;
    let (mut shared, mut own) = ([0; CLIENT], [0; CALL]);
    for some in [&mut shared[..], &mut own[..]] {
        for one in some {
            *one = number().unwrap_or_default();
        }
    }
    client.restore((!token.is_empty()).then(|| token.to_owned()), shared);
    let mut call = Call::restored(operation, goal, own);
    let has_reply = matches!(event, "head" | "reply");
    let signed = heard.as_string();
    let heard = if has_reply { reply(heard)? } else { Reply::default() };
    let event = match event {
        "begin" => Event::Begin,
        "go" => Event::Go,
        "head" => Event::Head(&heard),
        "reply" => Event::Reply(&heard),
        "signed" => Event::Signed(signed.as_deref()),
        code => Event::Failed(code),
    };
    let effects = client.step(&mut call, &Row::packed(row), event, now);
    let (token, shared) = client.state();
    let mut text = b"[[".to_vec();
    write(&mut token.unwrap_or_default(), &mut text);
    put_numbers(&mut text, &shared);
    text.extend_from_slice(b"],[");
    put_numbers(&mut text, &call.state());
    text.push(b']');
    let mut said = Said { text, request: JsValue::UNDEFINED, rows: JsValue::UNDEFINED };
    for mut effect in effects {
        said.say(&mut effect)?;
    }
    said.text.push(b']');
    Ok(Array::of3(&JSON::parse(&letters(&said.text))?, &said.request, &said.rows))
}

/// What a step says as JSON text, and what of it is none.
struct Said {
    text: Vec<u8>,
    request: JsValue,
    rows: JsValue,
}

impl Said {
    fn say(&mut self, effect: &mut Effect) -> Result<(), JsValue> {
        match effect {
            Effect::Keep { rows } => {
                let all = Array::new();
                for row in rows {
                    all.push(&JsValue::from_str(&row.text()));
                }
                self.rows = all.into();
                self.plain("keep", &[]);
            }
            Effect::Go { row } => self.plain("go", &[*row]),
            Effect::Park { wait } => self.plain("park", &[*wait]),
            Effect::Tell => self.plain("tell", &[]),
            Effect::Sign(Unsigned { key, text }) => {
                self.about("sign", &[], &mut Vec::from([key.as_str(), text.as_str()]));
            }
            Effect::Renew { refresh_token } => self.about("renew", &[], refresh_token),
            Effect::Fetch { request, deadline, head } => {
                self.request = to_request(request)?.into();
                self.plain(if *head { "head" } else { "fetch" }, &[*deadline]);
            }
            Effect::Read { deadline } => self.plain("read", &[*deadline]),
            Effect::Sleep { wait } => self.plain("sleep", &[*wait]),
            Effect::Progress { state, asked, wait } => {
                self.about("progress", &[*asked, *wait], state);
            }
            Effect::Add { outcomes, times } => self.about("add", &[*times], outcomes),
            Effect::Batch => self.plain("batch", &[]),
            Effect::Give { outcome } => self.about("give", &[], outcome),
            Effect::Records { records } => self.about("records", &[], records),
            Effect::Files { refs } => self.about("files", &[], refs),
            Effect::Stream { stall } => self.plain("stream", &[*stall]),
            Effect::Deny(failure) => self.about("deny", &[], failure),
            Effect::Fail(failure) => self.about("fail", &[], failure),
        }
        self.text.push(b']');
        Ok(())
    }

    /// Begins an effect: its name and its numbers.
    #[inline(never)]
    fn plain(&mut self, name: &str, numbers: &[u64]) {
        self.text.extend_from_slice(b",[");
        write(&mut { name }, &mut self.text);
        put_numbers(&mut self.text, numbers);
    }

    /// Begins one that is about something.
    fn about(&mut self, name: &str, numbers: &[u64], what: &mut dyn Crossing) {
        self.plain(name, numbers);
        self.text.push(b',');
        write(what, &mut self.text);
    }
}

fn write(what: &mut dyn Crossing, text: &mut Vec<u8>) {
    text.extend_from_slice(written(what).as_bytes());
}

#[inline(never)]
fn put_numbers(text: &mut Vec<u8>, numbers: &[u64]) {
    for number in numbers {
        if text.last() != Some(&b'[') {
            text.push(b',');
        }
        put_decimal(text, i64::try_from(*number).unwrap_or(i64::MAX));
    }
}
