//! Which reader a [`ResponseParser`] names.

use crate::crm::operation::{Operation, RequestEncoding, ResponseParser, Wide, named};
use crate::crm::outcome::Outcome;
use crate::crm::systems::reply::Reply;
use crate::crm::systems::sent::{Sent, place};
use crate::crm::systems::{marketo, pardot, prospects, relay};
use crate::encoding::typed as encoding;
use crate::value::{Entries, Value, cut, has_sign, parts};
use std::borrow::Cow;

impl Operation {
    /// What became of a call of this operation, by its reply.
    ///
    /// ```
    /// use fieldpost::{Outcome, Reply, operation};
    /// let submit = operation("marketo.lead.submitForm").unwrap();
    /// let body = r#"{"requestId":"e42b#14272d07d78","success":true,
    ///   "result":[{"status":"skipped","reasons":[{"code":"1006","message":"Field 'x' not found"}]}]}"#;
    /// let reply = Reply { status: 200, body: body.into(), ..Reply::default() };
    /// let Outcome::Refused { issues, .. } = submit.read(&reply) else { panic!("a skipped lead is not stored") };
    /// assert_eq!(issues[0].code, "marketo.1006");
    /// ```
    pub fn read(&self, reply: &Reply) -> Outcome {
        self.read_for(reply, &Vec::new())
    }

    /// What became of a call, where its parameters are known: a field that was asked for and is absent is null, and a
    /// batch has an outcome for each of its records.
    pub fn read_for(&self, reply: &Reply, params: &Entries<'_>) -> Outcome {
        let mut outcome = self.judge(reply, Sent::default(), params);
        // An answer that refuses something may name what was sent.
        if matches!(outcome, Outcome::Refused { .. } | Outcome::Batch { .. }) && !params.is_empty()
        {
            let mut body = String::new();
            encoding::json(&Value::Map(params.clone()), &mut body);
            outcome = self.judge(reply, Sent { body: &body, own: "" }, params);
        }
        match (self.parser, outcome) {
            (ResponseParser::MarketoFound, Outcome::Found { records, total, next }) => {
                Outcome::Found { records: completed(records, &asked(params)), total, next }
            }
            (_, outcome) => outcome,
        }
    }

    /// What became of a call of which it is known what it sent: whose fault a refusal is may depend on that. A relay asks,
    /// and keeps no record.
    pub fn read_sent(&self, reply: &Reply, sent: Sent<'_>) -> Outcome {
        let mut outcome = self.judge(reply, sent, &Vec::new());
        outcome.forget();
        outcome
    }

    fn judge(&self, reply: &Reply, sent: Sent<'_>, params: &Entries<'_>) -> Outcome {
        match self.parser {
            ResponseParser::Relay => relay::read(reply.status, &reply.json().unwrap_or_default()),
            ResponseParser::MarketoRecords => {
                let mut read = marketo::read_records(reply, sent, self.name);
                place(&mut read, "marketo", marketo::ABOUT, sent);
                read
            }
            ResponseParser::MarketoFound => marketo::read_found(reply),
            ResponseParser::MarketoDone(status) => marketo::read_done(reply, status),
            ResponseParser::PardotWrite => {
                let mut read = pardot::read_write(reply, self.name.ends_with(".create"));
                place(&mut read, "pardot", pardot::ABOUT, sent);
                read
            }
            ResponseParser::PardotRead => pardot::read_found(reply),
            ResponseParser::PardotFound(name) => pardot::read_objects(reply, name),
            ResponseParser::PardotMade(name, status) => pardot::read_made(reply, name, status),
            ResponseParser::PardotBatch(status) => {
                let is_keyed = matches!(self.encoding, RequestEncoding::Wide(Wide::KeyedBatch));
                pardot::read_batch(reply, status, &keys(params), is_keyed)
            }
            ResponseParser::PardotGone => pardot::read_gone(reply),
            ResponseParser::PardotExport => pardot::read_export(reply),
            ResponseParser::PardotCsv => pardot::read_csv(reply),
            ResponseParser::ProspectsWrite => {
                // A quote within a text is escaped, so that this can only be the parameter.
                let is_sent = cut(sent.body, "\"update\":true").map(|_| true);
                let gave = params.is_empty()
                    || named(params, "phone").is_some_and(|phone| !phone.is_empty());
                prospects::read_write(reply, named(params, "update").map_or(is_sent, says), gave)
            }
            ResponseParser::ProspectsFound => {
                prospects::read_found(reply, has_sign(self.path, '{'))
            }
        }
    }
}

/// What a flag says, as the parameters' form reads it.
fn says(flag: &Value<'_>) -> Option<bool> {
    match (flag, flag.as_text()) {
        (Value::Bool(yes), _) => Some(*yes),
        (_, Some("true" | "1")) => Some(true),
        (_, Some("false" | "0")) => Some(false),
        _ => None,
    }
}

/// The names in `fields`, as a list or separated by commas.
fn asked(params: &Entries<'_>) -> Vec<String> {
    let lists = match named(params, "fields") {
        Some(Value::List(items)) => items,
        Some(text @ Value::Text(_)) => std::slice::from_ref(text),
        _ => &[],
    };
    let mut names = Vec::new();
    for list in lists {
        for name in parts(list.as_text().unwrap_or_default(), ',').map(str::trim) {
            if !name.is_empty() {
                names.push(name.to_owned());
            }
        }
    }
    names
}

/// Marketo leaves out what is null.
fn completed(records: Vec<Value<'static>>, asked: &[String]) -> Vec<Value<'static>> {
    let complete = |record| match record {
        Value::Map(mut entries) => {
            for name in asked {
                if named(&entries, name).is_none() {
                    entries.push((Cow::Owned(name.clone()), Value::Null));
                }
            }
            Value::Map(entries)
        }
        other => other,
    };
    records.into_iter().map(complete).collect()
}

/// The key of each record of a batch, in input order: its id, or its e-mail.
fn keys(params: &Entries<'_>) -> Vec<String> {
    let key = |record: &Value<'_>| {
        let text = |name| record.get(name).and_then(Value::as_text).filter(|text| !text.is_empty());
        text("id").or_else(|| text("email")).unwrap_or_default().to_owned()
    };
    match named(params, "prospects") {
        Some(Value::List(records)) => records.iter().map(key).collect(),
        Some(Value::Map(entries)) => {
            entries.iter().map(|(name, _)| name.clone().into_owned()).collect()
        }
        _ => Vec::new(),
    }
}
