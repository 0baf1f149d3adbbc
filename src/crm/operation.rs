//! [`Operation`]: one thing a system can do, as data: a form of parameters, a request encoding, a response parser.

#[cfg(feature = "full")]
mod building;
#[cfg(feature = "full")]
mod checks;
#[cfg(any(feature = "full", feature = "build", not(target_arch = "wasm32")))]
mod more;
#[cfg(any(feature = "full", feature = "build", not(target_arch = "wasm32")))]
mod rule;
#[cfg(feature = "full")]
mod wide;

#[cfg(feature = "full")]
pub use checks::{Check, Must, TIME_WORDS, given, is_new, moment, named, range, time};
#[cfg(any(feature = "full", feature = "build", not(target_arch = "wasm32")))]
pub use more::More;
#[cfg(feature = "full")]
pub use more::{Files, Job, NOW, Paging, States};
#[cfg(feature = "full")]
pub(crate) use rule::misnamed;
#[cfg(any(feature = "full", feature = "build", not(target_arch = "wasm32")))]
pub use rule::{Named, Rule};
#[cfg(feature = "full")]
pub use wide::Wide;

use crate::check::form::{Form, errors, find};
use crate::check::report::Issue;
use crate::check::rules::elsewhere::{ALL, LATE, VALUES};
use crate::check::rules::is_empty;
use crate::check::writer::{ReportWriter, put_decimal};
use crate::code;
use crate::crm::request::{Account, Payload, Request, System, Target};
use crate::encoding;
use crate::packed::typed::pack_entries;
use crate::packed::{
    Buffer, CLOSE, END, LIST, MAP, NULL, Node, PackedValues, TEXT, put, put_text, text_of, until,
};
use crate::value::Entries;

/// The code of a refusal for what the parameters are.
pub(crate) const INVALID: &str = "params.invalid";

/// What stands before the name of a field of a body that is the page's, and not the visitor's.
pub const OWN: &str = "_fp_";

/// Where the parameters go that the path does not take.
#[derive(Clone, Copy, Debug)]
pub enum RequestEncoding {
    /// Behind the path, as `&name=value`.
    Query,
    /// A JSON object.
    Json,
    /// `name=value` pairs as Pardot reads them: several values as `name_0`, `name_1` …, yes and no as 1 and 0.
    IndexedForm,
    /// `name=value` pairs as a browser sends a form: the members of `values` as they are, several values as a repeated
    /// name; the other parameters with [`OWN`] before their name.
    LeadForm,
    /// Only the full build's: see [`Wide`].
    #[cfg(feature = "full")]
    Wide(Wide),
}

/// How a reply becomes an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseParser {
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
    pub params: Form<'static>,
    /// Where they go.
    pub encoding: RequestEncoding,
    /// How the reply is read.
    pub parser: ResponseParser,
    /// Milliseconds after which the system itself has given up.
    pub timeout: u32,
    /// What a repeat does after a reply was lost.
    pub repeat: Repeat,
    /// The vendor's page.
    pub docs: &'static str,
    /// What a page's first module has no use for.
    #[cfg(any(feature = "full", feature = "build", not(target_arch = "wasm32")))]
    pub more: More,
}

/// What only the reference shows, which is written natively: no wasm build carries it.
pub const fn reference(text: &'static str) -> &'static str {
    if cfg!(target_arch = "wasm32") { "" } else { text }
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
    /// The row that serves an API version.
    #[cfg(any(feature = "full", feature = "build", not(target_arch = "wasm32")))]
    pub fn row(&self, version: u8) -> &Operation {
        match self.more.older {
            Some(older) if version == 3 => older,
            _ => self,
        }
    }

    /// Whether a form's values are one parameter, by the name of `values`, and not parameters themselves.
    #[cfg(any(feature = "lean", feature = "edge"))]
    pub(crate) fn takes_lead(&self) -> bool {
        RELAY_ALONE || matches!(self.encoding, RequestEncoding::LeadForm)
    }

    /// Whether a call changes what the system has.
    pub fn is_write(&self) -> bool {
        self.method != "GET"
    }

    /// Checks the parameters and builds the request without host and credentials, for the given API version.
    ///
    /// # Errors
    /// `params.invalid` with an issue for each parameter that does not fit.
    pub fn payload(&self, params: Entries<'_>, version: u8) -> Result<Payload, Refusal> {
        let (mut writer, mut out) = (ReportWriter::native(), Buffer::new());
        let target = Target { version, ..Target::NONE };
        if !self.build(&pack_entries(&params), &target, &mut writer, &mut out) {
            return Err(Refusal { code: INVALID, issues: errors(Issue::all(&writer)) });
        }
        let Request { method, url: path, headers, body } = Request::of(&out);
        Ok(Payload { method, path, headers, body })
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
        let (mut writer, mut out) = (ReportWriter::native(), Buffer::new());
        let account = account.pack();
        let (params, account) = (pack_entries(&params), Node::of(&account));
        match self.write_to(&params, Target::NONE, account, &mut writer, &mut out) {
            Ok(()) => Ok(Request::of(&out)),
            Err(code) => Err(Refusal { code, issues: errors(Issue::all(&writer)) }),
        }
    }

    /// Checks packed parameters, and the packed account where one is given, and writes the request: a whole one, or to `target`.
    /// The error is the refusal's code.
    pub(crate) fn write_to<'a>(
        &self,
        params: &[u8],
        mut target: Target<'a>,
        account: Node<'a>,
        writer: &mut ReportWriter,
        out: &mut Buffer,
    ) -> Result<(), &'static str> {
        if !matches!(account, Node::Null) {
            let system = if RELAY_ALONE { System::Relay } else { self.system };
            target = Target::read(account, system, writer);
            if writer.failed {
                return Err("account.invalid");
            }
        }
        if self.build(params, &target, writer, out) { Ok(()) } else { Err(INVALID) }
    }

    /// Checks packed parameters and writes the request of those that are clean; false when something is wrong with them.
    #[cfg(not(feature = "full"))]
    pub(crate) fn build(
        &self,
        params: &[u8],
        target: &Target<'_>,
        writer: &mut ReportWriter,
        out: &mut Buffer,
    ) -> bool {
        #[cfg(any(feature = "build", not(target_arch = "wasm32")))]
        let row = self.row(target.version);
        #[cfg(not(any(feature = "build", not(target_arch = "wasm32"))))]
        let row = self;
        row.params.write(params, writer);
        row.hold(writer);
        if !writer.failed {
            row.write(&writer.values, target, out);
        }
        !writer.failed
    }

    /// What must hold of the clean parameters beyond their form.
    fn hold(&self, writer: &mut ReportWriter) {
        // A segment of dots would climb out of the path: every host takes `..` away with what stands before it, also where
        // the dots are escaped (WHATWG URL, 4.4).
        let climbs = |value| matches!(text_of(value), Some(b"." | b".."));
        if RELAY_ALONE {
            let name = self.only_place();
            if climbs(find(&writer.values, name)) {
                writer.error_at(name, &code::KIND);
            }
            return;
        }
        let values = std::mem::take(&mut writer.values);
        let mut rest = PackedValues(if self.has_places() { &values } else { &[] });
        while !rest.is_done() {
            let (name, value) = rest.entry();
            if climbs(value) && self.is_in_path(name, &values) {
                writer.error_at(name, &code::KIND);
            }
        }
        #[cfg(any(feature = "full", feature = "build", not(target_arch = "wasm32")))]
        for rule in self.more.rules {
            rule.hold(&values, writer);
        }
        writer.values = values;
    }

    /// The name in the path of the relay's call: that of its first parameter, at the end.
    fn only_place(&self) -> &[u8] {
        self.params.fields.first().map_or(&[], |field| field.name.as_bytes())
    }

    /// Writes the request of clean parameters: a list of method, path or URL, headers and body.
    pub(crate) fn write(&self, values: &[u8], target: &Target<'_>, out: &mut Buffer) {
        out.push(LIST);
        put_text(out, self.method.as_bytes());
        out.push(TEXT);
        put(out, target.origin);
        self.put_path(values, target.version, out);
        let mut rest = PackedValues(values);
        let encoding = if RELAY_ALONE { RequestEncoding::LeadForm } else { self.encoding };
        let has_places = self.has_places();
        let is_query = ALL && matches!(encoding, RequestEncoding::Query);
        if is_query {
            let mut joint = if self.path.bytes().any(|byte| byte == b'?') { b'&' } else { b'?' };
            while !rest.is_done() {
                let (name, value) = rest.entry();
                if !self.is_in_path(name, values) {
                    out.push(joint);
                    encoding::percent(name, out);
                    out.push(b'=');
                    encoding::percent(flat(value, [b"false", b"true"]), out);
                    joint = b'&';
                }
            }
        }
        put(out, &[END, MAP]);
        target.put_headers(out);
        if is_query {
            put(out, &[CLOSE, NULL, CLOSE]);
            return;
        }
        let content: &[u8] = match encoding {
            RequestEncoding::Json => b"application/json",
            _ => b"application/x-www-form-urlencoded",
        };
        put(out, b"Content-Type\0");
        put_text(out, content);
        put(out, &[CLOSE, TEXT]);
        if matches!(encoding, RequestEncoding::Json) {
            out.push(b'{');
        }
        while !rest.is_done() {
            let (name, value) = if RELAY_ALONE {
                let name = rest.text();
                // The lead is the last of the relay's parameters: its end need not be looked for.
                let is_lead = rest.0.first() == Some(&MAP);
                (name, if is_lead { std::mem::take(&mut rest.0) } else { rest.value() })
            } else {
                rest.entry()
            };
            match (encoding, Node::of(value)) {
                _ if has_places && self.is_in_path(name, values) => {}
                (RequestEncoding::Json, _) => encoding::json_entry(name, value, out),
                (RequestEncoding::IndexedForm, _) => indexed(name, value, out),
                _ if !VALUES => {}
                (_, Node::Map(mut entries)) => {
                    while !entries.is_done() {
                        let (name, value) = entries.entry();
                        repeated(&[name], value, out);
                    }
                }
                _ => repeated(&[OWN.as_bytes(), name], value, out),
            }
        }
        if matches!(encoding, RequestEncoding::Json) {
            out.push(b'}');
        }
        put(out, &[END, CLOSE]);
    }

    /// Adds the path, its places filled.
    fn put_path(&self, values: &[u8], version: u8, out: &mut Buffer) {
        let mut rest = self.path.as_bytes();
        if RELAY_ALONE {
            let name = self.only_place();
            put(out, rest.strip_suffix(b"{form}").unwrap_or_default());
            encoding::percent(text_of(find(values, name)).unwrap_or_default(), out);
            return;
        }
        while let Some((before, names, after)) = place(rest) {
            put(out, before);
            rest = after;
            if names == b"version" {
                out.push(b'0'.wrapping_add(version));
                continue;
            }
            let many = names.iter().any(|byte| SEPARATORS.contains(byte));
            let mut joint: &[u8] = b"";
            for name in taken(names, values) {
                if many {
                    put(out, joint);
                    put(out, name);
                    out.push(b'/');
                    joint = b"/";
                }
                encoding::percent(flat(find(values, name), [b"false", b"true"]), out);
            }
        }
        put(out, rest);
    }

    /// Whether the path takes any parameter.
    fn has_places(&self) -> bool {
        RELAY_ALONE || self.path.bytes().any(|byte| byte == b'{')
    }

    /// Whether the path takes this parameter.
    fn is_in_path(&self, name: &[u8], values: &[u8]) -> bool {
        let mut rest = self.path.as_bytes();
        if RELAY_ALONE {
            return self.only_place() == name;
        }
        while let Some((_, names, after)) = place(rest) {
            if taken(names, values).any(|known| known == name) {
                return true;
            }
            rest = after;
        }
        false
    }
}

/// A page's first module has one operation: a form's fields, and a path with one place at its end.
const RELAY_ALONE: bool = VALUES && !LATE;

/// What separates the names of a place.
const SEPARATORS: [u8; 2] = *b",|";

/// Those names of a place that are given; of alternatives the first.
fn taken<'n>(names: &'n [u8], values: &[u8]) -> impl Iterator<Item = &'n [u8]> {
    let most = if names.iter().any(|byte| *byte == b'|') { 1 } else { usize::MAX };
    names
        .split(|byte| SEPARATORS.contains(byte))
        .filter(move |name| !is_empty(find(values, name)))
        .take(most)
}

/// What stands before the next place of a path, the names in it, and what follows.
#[inline(never)]
fn place(path: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (before, rest) = path.split_at_checked(until(path, |byte| byte == b'{'))?;
    let rest = rest.get(1..)?;
    let to = until(rest, |byte| byte == b'}');
    Some((before, rest.get(..to)?, rest.get(to + 1..)?))
}

/// A parameter as Pardot reads it; null clears, a list takes the place of all values.
fn indexed(name: &[u8], value: &[u8], out: &mut Buffer) {
    if let Node::List(mut items) = Node::of(value) {
        let mut index = 0_i64;
        while !items.is_done() {
            let mut number = Buffer::new();
            put_decimal(&mut number, index);
            encoding::form_pair(&[name, b"_", &number], flat(items.value(), [b"0", b"1"]), out);
            index += 1;
        }
        return;
    }
    encoding::form_pair(&[name], flat(value, [b"0", b"1"]), out);
    // Nobody here knows whether the field has several values: such a one is cleared by this alone.
    if value == [NULL] {
        encoding::form_pair(&[name, b"_0"], b"", out);
    }
}

/// A field as a browser sends it.
fn repeated(name: &[&[u8]], value: &[u8], out: &mut Buffer) {
    match Node::of(value) {
        Node::List(mut items) => {
            while !items.is_done() {
                repeated(name, items.value(), out);
            }
        }
        _ => encoding::form_pair(name, flat(value, [b"false", b"true"]), out),
    }
}

/// The letters of a value; of a list or a map, none.
fn flat<'v>(value: &'v [u8], [no, yes]: [&'static [u8]; 2]) -> &'v [u8] {
    match Node::of(value) {
        Node::Bool(true) => yes,
        Node::Bool(false) => no,
        node => node.text().unwrap_or_default(),
    }
}
