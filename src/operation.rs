//! [`Operation`]: one thing a system can do, as data: a form of parameters, a layout, a reading.

#[cfg(feature = "full")]
mod checks;
#[cfg(feature = "full")]
mod layout;
#[cfg(feature = "full")]
mod more;

#[cfg(feature = "full")]
pub use checks::{Check, TIME_WORDS, given, named, range, time};
#[cfg(feature = "full")]
pub use more::{More, Paging};

use crate::encoding;
use crate::form::{Form, errors};
use crate::report::Issue;
use crate::request::{Account, Payload, Request, System};
use crate::value::{Entries, Value};

/// Where the parameters go that the path does not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Behind the path, as `&name=value`.
    Query,
    /// A JSON object.
    Json,
    /// `name=value` pairs as Pardot reads them: several values as `name_0`, `name_1` …, yes and no as 1 and 0.
    IndexedForm,
    /// `name=value` pairs as a browser sends a form: the members of `values` as they are, several values as a repeated
    /// name; the other parameters with `_fp_` before their name.
    LeadForm,
    /// Only the full build's: see [`Wide`].
    #[cfg(feature = "full")]
    Wide(Wide),
}

#[cfg(feature = "full")]
pub use layout::Wide;

/// How a reply becomes an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The relay's own answer.
    Relay,
    /// Marketo's envelope with one record for each input.
    MarketoRecords,
    /// Pardot's answer with one prospect that was written.
    PardotWrite,
    /// Pardot's answer with the prospects that were asked for.
    PardotRead,
    /// The prospects API's record, flat or under `item`.
    ProspectsWrite,
    /// Marketo's envelope with records that were asked for.
    MarketoFound,
    /// Marketo's envelope without a result; the text is the status of success.
    MarketoDone(&'static str),
    /// Pardot's answer with the objects of that name, one or a query's.
    PardotFound(&'static str),
    /// Pardot's answer with the object of that name, which was made; the text after it is the status of success.
    PardotMade(&'static str, &'static str),
    /// Pardot's answer to a batch; the text is the status of success.
    PardotBatch(&'static str),
    /// HTTP 204.
    PardotGone,
    /// An export that was made or cancelled: its state is the status.
    PardotExport,
    /// The rows of a CSV file.
    PardotCsv,
    /// The prospects API's record or records that were asked for.
    ProspectsFound,
}

/// What a repeat does after a reply was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Nothing that was not done before: a read, an update, an upsert by a key.
    Safe,
    /// Perhaps a second record: the system must be asked first.
    Creates,
    /// Perhaps a second activity of the same person; it is marked.
    Activity,
}

/// One thing a system can do.
#[derive(Debug)]
pub struct Operation {
    /// `system.object.verb`.
    pub name: &'static str,
    /// Whose it is.
    pub system: System,
    /// One sentence for the reference.
    pub summary: &'static str,
    /// `GET`, `POST` or `DELETE`.
    pub method: &'static str,
    /// Path and query. `{version}` is the account's, `{name}` a parameter as one segment, `{id,fid}` the given ones of
    /// these as `name/value` pairs, `{id|fid}` the first given.
    pub path: &'static str,
    /// The parameters.
    pub params: Form,
    /// Where they go.
    pub layout: Layout,
    /// How the reply is read.
    pub reading: Reading,
    /// Milliseconds after which the system itself has given up.
    pub timeout: u32,
    /// What a repeat does after a reply was lost.
    pub repeat: Repeat,
    /// The vendor's page.
    pub docs: &'static str,
    /// What only the full build has a use for.
    #[cfg(feature = "full")]
    pub more: More,
}

/// Why a request was not built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// `params.invalid` or `account.invalid`.
    pub code: &'static str,
    /// What is wrong, by parameter or by member of the account.
    pub issues: Vec<Issue>,
}

impl Operation {
    /// Whether a call changes what the system has.
    pub fn is_write(&self) -> bool {
        self.method != "GET"
    }

    /// Checks the parameters and builds the request without host and credentials, for the given API version.
    ///
    /// # Errors
    /// `params.invalid` with an issue for each parameter that does not fit.
    pub fn payload(&self, params: Entries<'_>, version: u8) -> Result<Payload, Refusal> {
        #[cfg(feature = "full")]
        let report = self.check(params, version);
        #[cfg(not(feature = "full"))]
        let report = self.params.check(params);
        if !report.ok() {
            return Err(Refusal { code: "params.invalid", issues: errors(report.issues) });
        }
        #[cfg(feature = "full")]
        let row = self.row(version);
        #[cfg(not(feature = "full"))]
        let row = self;
        Ok(row.lay_out(report.values, version))
    }

    /// Checks the parameters and builds the whole request.
    ///
    /// ```
    /// use fieldpost::{Account, System, Value, operation};
    /// let read = operation("pardot.prospect.read").unwrap();
    /// let account = Account { token: Some("00Dxx".into()), ..Account::new(System::Pardot, "https://pi.pardot.com/") };
    /// let request = read.request(vec![("email".into(), Value::from("ann+1@example.com"))], &account).unwrap();
    /// assert_eq!(
    ///     request.url,
    ///     "https://pi.pardot.com/api/prospect/version/4/do/read/email/ann%2B1%40example.com?format=json",
    /// );
    /// ```
    ///
    /// # Errors
    /// `params.invalid` or `account.invalid`, each with its issues.
    pub fn request(&self, params: Entries<'_>, account: &Account) -> Result<Request, Refusal> {
        let invalid = |issues| Refusal { code: "account.invalid", issues };
        if account.system != self.system {
            return Err(invalid(vec![Issue::error("system", &crate::code::ACCOUNT_SYSTEM)]));
        }
        let version = match account.version {
            None => 4,
            Some(version @ (3 | 4)) => version,
            Some(_) => return Err(invalid(vec![Issue::error("version", &crate::code::ACCOUNT_VERSION)])),
        };
        let payload = self.payload(params, version)?;
        account.request(payload).map_err(invalid)
    }

    fn lay_out(&self, mut values: Entries<'_>, version: u8) -> Payload {
        #[cfg(feature = "full")]
        self.more.finish(&mut values);
        let mut path = self.fill_path(&mut values, version);
        let mut headers = Vec::with_capacity(2);
        let body = match self.layout {
            #[cfg(feature = "full")]
            Layout::Wide(wide) => return wide.lay_out(self.method, path, values),
            Layout::Query => {
                for (name, value) in &values {
                    path.push(if path.contains('?') { '&' } else { '?' });
                    encoding::percent(name, &mut path);
                    path.push('=');
                    encoding::percent(flat(value, "true", "false"), &mut path);
                }
                None
            }
            Layout::Json => {
                headers.push(("Content-Type", "application/json".to_owned()));
                let mut body = String::with_capacity(256);
                encoding::json(&Value::Map(values), &mut body);
                Some(body)
            }
            Layout::IndexedForm | Layout::LeadForm => {
                headers.push(("Content-Type", "application/x-www-form-urlencoded".to_owned()));
                let mut body = String::with_capacity(256);
                for (name, value) in &values {
                    match (self.layout, value) {
                        (Layout::IndexedForm, _) => indexed(name, value, &mut body),
                        (_, Value::Map(entries)) => {
                            for (name, value) in entries {
                                repeated(name, value, &mut body);
                            }
                        }
                        _ => repeated(&["_fp_", name].concat(), value, &mut body),
                    }
                }
                Some(body)
            }
        };
        Payload { method: self.method, path, headers, body }
    }

    /// Fills the path's places and takes their parameters out of `values`.
    fn fill_path(&self, values: &mut Entries<'_>, version: u8) -> String {
        let mut path = String::with_capacity(self.path.len().saturating_add(32));
        let mut rest = self.path;
        while let Some((before, tail)) = rest.split_once('{') {
            path.push_str(before);
            let (place, tail) = tail.split_once('}').unwrap_or((tail, ""));
            rest = tail;
            if place == "version" {
                path.push(char::from(b'0'.saturating_add(version)));
                continue;
            }
            // `{id|fid}` takes the first that is given and leaves the others to the layout.
            let one = place.contains('|');
            let named = one || place.contains(',');
            let mut first = true;
            for name in place.split([',', '|']) {
                let Some(at) = values.iter().position(|(known, value)| known == name && !value.is_empty())
                else {
                    continue;
                };
                let (_, value) = values.remove(at);
                if named {
                    if !first {
                        path.push('/');
                    }
                    path.push_str(name);
                    path.push('/');
                    first = false;
                }
                encoding::percent(value.as_text().unwrap_or_default(), &mut path);
                if one {
                    break;
                }
            }
        }
        path.push_str(rest);
        path
    }
}

/// A parameter as Pardot reads it; null clears (`name=`), a list takes the place of all values.
fn indexed(name: &str, value: &Value<'_>, body: &mut String) {
    match value {
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                let index = crate::form::decimal(i64::try_from(index).unwrap_or(i64::MAX));
                encoding::form_pair(&[name, "_", &index].concat(), flat(item, "1", "0"), body);
            }
        }
        _ => encoding::form_pair(name, flat(value, "1", "0"), body),
    }
}

/// A field as a browser sends it.
fn repeated(name: &str, value: &Value<'_>, body: &mut String) {
    match value {
        Value::List(items) => {
            for item in items {
                repeated(name, item, body);
            }
        }
        _ => encoding::form_pair(name, flat(value, "true", "false"), body),
    }
}

fn flat<'v>(value: &'v Value<'_>, yes: &'static str, no: &'static str) -> &'v str {
    match value {
        Value::Bool(true) => yes,
        Value::Bool(false) => no,
        _ => value.as_text().unwrap_or_default(),
    }
}
