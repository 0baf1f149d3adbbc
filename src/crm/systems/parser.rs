//! Which reader a [`ResponseParser`] names.

use crate::crm::operation::{Operation, RequestEncoding, ResponseParser, Wide, named};
use crate::crm::outcome::Outcome;
use crate::crm::systems::reply::Reply;
use crate::crm::systems::sent::Sent;
use crate::crm::systems::{marketo, pardot, prospects, relay};
use crate::value::{Entries, Value};
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
        match (self.parser, self.judge(reply, Sent::default(), params)) {
            (ResponseParser::MarketoFound, Outcome::Found { records, total, next }) => {
                Outcome::Found { records: completed(records, &asked(params)), total, next }
            }
            (_, outcome) => outcome,
        }
    }

    /// What became of a call of which it is known what it sent: whose fault a refusal is may depend on that.
    pub fn read_sent(&self, reply: &Reply, sent: Sent<'_>) -> Outcome {
        self.judge(reply, sent, &Vec::new())
    }

    fn judge(&self, reply: &Reply, sent: Sent<'_>, params: &Entries<'_>) -> Outcome {
        match self.parser {
            ResponseParser::Relay => relay::read(reply.status, &reply.json().unwrap_or_default()),
            ResponseParser::MarketoRecords => marketo::read_records(reply, sent),
            ResponseParser::MarketoFound => marketo::read_found(reply),
            ResponseParser::MarketoDone(status) => marketo::read_done(reply, status),
            ResponseParser::PardotWrite => {
                pardot::placed(pardot::read_write(reply, self.name.ends_with(".create")), sent)
            }
            ResponseParser::PardotRead => pardot::read_found(reply),
            ResponseParser::PardotFound(name) => pardot::read_objects(reply, name),
            ResponseParser::PardotMade(name, status) => pardot::read_made(reply, name, status),
            ResponseParser::PardotBatch(status) => {
                let is_keyed =
                    matches!(self.encoding, RequestEncoding::Wide(Wide::Batch { keyed: true }));
                pardot::read_batch(reply, status, &keys(params), is_keyed)
            }
            ResponseParser::PardotGone => pardot::read_gone(reply),
            ResponseParser::PardotExport => pardot::read_export(reply),
            ResponseParser::PardotCsv => pardot::read_csv(reply),
            ResponseParser::ProspectsWrite => prospects::read_write(reply),
            ResponseParser::ProspectsFound => prospects::read_found(reply, self.path.contains('{')),
        }
    }
}

/// The names in `fields`, as a list or separated by commas.
fn asked(params: &Entries<'_>) -> Vec<String> {
    let split = |text: &str| text.split(',').map(|name| name.trim().to_owned()).collect::<Vec<_>>();
    let names = match named(params, "fields") {
        Some(Value::List(items)) => {
            items.iter().filter_map(Value::as_text).flat_map(split).collect()
        }
        Some(Value::Text(text)) => split(text),
        _ => Vec::new(),
    };
    names.into_iter().filter(|name| !name.is_empty()).collect()
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
