//! [`Payload`], [`Account`] and [`Request`]: what goes over the wire, and to whom.

use crate::check::report::Issue;
use crate::check::rules::elsewhere::VALUES;
use crate::check::writer::ReportWriter;
use crate::code;
use crate::packed::typed::{letters, pack, unpack};
use crate::packed::{Buffer, Node, put, put_text, text_of};
#[cfg(feature = "full")]
use crate::packed::{CLOSE, END, LIST, MAP, NULL};
use crate::value::{Value, cut, decimal};

/// The HTTP request of an operation, without host and credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Path and query, from the first slash.
    pub path: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The body, for a method that has one.
    pub body: Option<String>,
}

/// A whole HTTP request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Absolute.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The body, for a method that has one.
    pub body: Option<String>,
}

#[cfg(feature = "full")]
crate::crossing::members! {
    said Request, Request { method: "", url: String::new(), headers: Vec::new(), body: None },
    "method" method, "url" url, "headers" headers, "body" body,
}

/// A CRM, or the relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Marketo Engage.
    Marketo,
    /// Pardot, now Account Engagement.
    Pardot,
    /// The prospects API of `HiringCenter`.
    Prospects,
    /// Fieldpost's own relay.
    Relay,
}

#[cfg(feature = "full")]
crate::crossing::words! {
    System { "marketo" Marketo, "pardot" Pardot, "prospects" Prospects, "relay" Relay, }
}

impl System {
    /// All of them.
    pub const ALL: [System; 4] =
        [System::Marketo, System::Pardot, System::Prospects, System::Relay];

    /// The name, as it begins an operation's.
    pub fn name(self) -> &'static str {
        match self {
            System::Marketo => "marketo",
            System::Pardot => "pardot",
            System::Prospects => "prospects",
            System::Relay => "relay",
        }
    }

    /// The system of that name.
    pub fn from_name(name: &str) -> Option<System> {
        System::ALL.into_iter().find(|system| system.name() == name)
    }

    /// Where this system's calls and tokens may go. A star stands for one or more labels.
    pub fn hosts(self) -> &'static [&'static str] {
        match self {
            System::Marketo => &["*.mktorest.com"],
            System::Pardot => &[
                "pi.pardot.com",
                "pi.demo.pardot.com",
                "login.salesforce.com",
                "test.salesforce.com",
                "*.my.salesforce.com",
            ],
            System::Prospects => &["api.hiringcenterpro.com"],
            System::Relay => &["*"],
        }
    }
}

/// How to reach one instance of a system.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
#[cfg_attr(feature = "types", ts(rename_all = "camelCase"))]
pub struct Account {
    /// Which CRM.
    #[cfg_attr(feature = "types", ts(type = "System"))]
    pub system: System,
    /// As users paste it: a trailing slash, `/rest`, `/identity` or `/v2` is taken off.
    pub base_url: String,
    /// Pardot's 3 or 4; 4 where nothing is said.
    #[cfg_attr(feature = "types", ts(optional, type = "3 | 4"))]
    pub version: Option<u8>,
    /// Pardot's: the 18 characters of `Pardot-Business-Unit-Id`.
    #[cfg_attr(feature = "types", ts(optional))]
    pub business_unit: Option<String>,
    /// Bearer token or API key. Never on a page.
    #[cfg_attr(feature = "types", ts(optional))]
    pub token: Option<String>,
    /// Hosts beside the system's own that the owner's code allows, as `host` or `host:port`; http is then allowed too.
    #[cfg_attr(feature = "types", ts(skip))]
    pub allow_host: Vec<String>,
}

#[cfg(feature = "full")]
crate::crossing::members! {
    read Account, Account::new(System::Relay, ""),
    "!system" system, "!baseUrl" base_url, "version" version, "businessUnit" business_unit, "token" token, "allowHost" allow_host,
}

impl Account {
    /// An account of `system` at `base_url`.
    pub fn new(system: System, base_url: &str) -> Self {
        Account {
            system,
            base_url: base_url.to_owned(),
            version: None,
            business_unit: None,
            token: None,
            allow_host: Vec::new(),
        }
    }

    /// Scheme and host, checked; nothing after them but what the system's owner put there.
    ///
    /// # Errors
    /// What is wrong with the account, by member.
    pub fn origin(&self) -> Result<&str, Issue> {
        let base = self.base_url.as_bytes();
        let allows = |host: &[u8]| self.allow_host.iter().any(|allowed| allowed.as_bytes() == host);
        let origin =
            origin(base, self.system, allows).and_then(|origin| str::from_utf8(origin).ok());
        origin.ok_or_else(|| Issue::error("baseUrl", &code::ACCOUNT_BASE_URL))
    }

    /// Whether the host is one of the system's, or allowed by the owner.
    ///
    /// # Errors
    /// What is wrong with the account, by member.
    pub fn known_host(&self) -> Result<(), Issue> {
        let origin = self.origin()?;
        let authority = cut(origin, "://").map_or(origin, |(_, rest)| rest);
        let known = self.system.hosts().iter().any(|pattern| match pattern.strip_prefix('*') {
            Some(tail) => authority.strip_suffix(tail).is_some_and(|head| !head.is_empty()),
            None => *pattern == authority,
        });
        let host = str::from_utf8(host_name(authority.as_bytes())).unwrap_or_default();
        let allowed = self.allow_host.iter().any(|allowed| allowed == authority || allowed == host);
        if known || allowed { Ok(()) } else { Err(Issue::error("baseUrl", &code::ACCOUNT_HOST)) }
    }

    /// What is wrong with its members.
    #[cfg(feature = "full")]
    pub fn issues(&self) -> Vec<Issue> {
        let mut writer = ReportWriter::native();
        Target::read(Node::of(&self.pack()), self.system, &mut writer);
        Issue::all(&writer)
    }

    /// The account as the engine reads it.
    pub(crate) fn pack(&self) -> Buffer {
        let text = |text: &str| Value::from(text.to_owned());
        let maybe = |given: &Option<String>| given.as_deref().map_or(Value::Null, text);
        pack(&Value::Map(vec![
            ("system".into(), text(self.system.name())),
            ("baseUrl".into(), text(&self.base_url)),
            (
                "version".into(),
                self.version.map_or(Value::Null, |version| Value::from(decimal(version))),
            ),
            ("businessUnit".into(), maybe(&self.business_unit)),
            ("token".into(), maybe(&self.token)),
            (
                "allowHost".into(),
                Value::List(self.allow_host.iter().map(|host| text(host)).collect()),
            ),
        ]))
    }
}

#[cfg(feature = "full")]
impl Payload {
    /// Writes the whole request as the engine does.
    pub(crate) fn write(&self, target: &Target<'_>, out: &mut Buffer) {
        out.push(LIST);
        put_text(out, self.method.as_bytes());
        put_text(out, &[target.origin, self.path.as_bytes()].concat());
        out.push(MAP);
        target.put_headers(out);
        for (name, value) in &self.headers {
            put(out, name.as_bytes());
            out.push(END);
            put_text(out, value.as_bytes());
        }
        out.push(CLOSE);
        match &self.body {
            Some(body) => put_text(out, body.as_bytes()),
            None => out.push(NULL),
        }
        out.push(CLOSE);
    }
}

impl Request {
    /// Reads what an operation wrote.
    pub(crate) fn of(written: &[u8]) -> Self {
        let mut request =
            Request { method: "GET", url: String::new(), headers: Vec::new(), body: None };
        if let Node::List(mut parts) = Node::of(written) {
            request.method = match text_of(parts.value()) {
                Some(b"GET") => "GET",
                Some(b"DELETE") => "DELETE",
                _ => "POST",
            };
            request.url = text_of(parts.value()).map(letters).unwrap_or_default();
            request.headers = request_headers(parts.value());
            request.body = text_of(parts.value()).map(letters);
        }
        request
    }
}

/// Packed headers.
pub(crate) fn request_headers(packed: &[u8]) -> Vec<(String, String)> {
    let Value::Map(headers) = unpack(packed) else { return Vec::new() };
    headers
        .into_iter()
        .filter_map(|(name, value)| Some((name.into_owned(), value.as_text()?.to_owned())))
        .collect()
}

/// Where a request goes, as the engine reads it out of an account.
pub(crate) struct Target<'a> {
    pub(crate) origin: &'a [u8],
    pub(crate) version: u8,
    pub(crate) token: &'a [u8],
    pub(crate) business_unit: &'a [u8],
}

impl<'a> Target<'a> {
    /// Nowhere yet.
    pub(crate) const NONE: Self =
        Target { origin: b"", version: 4, token: b"", business_unit: b"" };

    /// Reads a packed account. What does not fit is an issue in the report.
    pub(crate) fn read(account: Node<'a>, system: System, writer: &mut ReportWriter) -> Self {
        let mut target = Target::NONE;
        let text = |name: &[u8]| text_of(account.get(name));
        if text(b"system") != Some(system.name().as_bytes()) {
            writer.error_at(b"system", &code::ACCOUNT_SYSTEM);
            return target;
        }
        // The relay is no system of Pardot's, and has neither a version nor business units.
        let is_crm = !VALUES || system != System::Relay;
        match text(b"version") {
            _ if !is_crm => {}
            None | Some(b"4") => {}
            Some(b"3") => target.version = 3,
            Some(_) => writer.error_at(b"version", &code::ACCOUNT_VERSION),
        }
        let allows = |host: &[u8]| match Node::of(account.get(b"allowHost")) {
            Node::List(mut hosts) => {
                let mut allowed = false;
                while !hosts.is_done() {
                    allowed |= text_of(hosts.value()) == Some(host);
                }
                allowed
            }
            node => node.text() == Some(host),
        };
        match origin(text(b"baseUrl").unwrap_or_default(), system, allows) {
            Some(origin) => target.origin = origin,
            None => writer.error_at(b"baseUrl", &code::ACCOUNT_BASE_URL),
        }
        if is_crm && let Some(unit) = text(b"businessUnit") {
            target.business_unit = unit;
            if unit.len() != 18
                || !unit.starts_with(b"0Uv")
                || !unit.iter().all(u8::is_ascii_alphanumeric)
            {
                writer.error_at(b"businessUnit", &code::ACCOUNT_BUSINESS_UNIT);
            }
        }
        if let Some(token) = text(b"token") {
            target.token = token;
            // RFC 6750 §2.1 allows fewer; Salesforce's tokens carry a `!`.
            if token.is_empty() || !token.iter().all(|byte| (0x21..0x7F).contains(byte)) {
                writer.error_at(b"token", &code::ACCOUNT_TOKEN);
            }
        }
        target
    }

    /// Adds the packed headers that the account brings.
    pub(crate) fn put_headers(&self, out: &mut Buffer) {
        if !self.token.is_empty() {
            put(out, b"Authorization\0\x01Bearer ");
            put(out, self.token);
            put(out, b"\0");
        }
        if !self.business_unit.is_empty() {
            put(out, b"Pardot-Business-Unit-Id\0");
            put_text(out, self.business_unit);
        }
    }
}

/// Scheme and host of a base URL as users paste it, when requests may go there.
fn origin(base: &[u8], system: System, allows: impl Fn(&[u8]) -> bool) -> Option<&[u8]> {
    let mut base = without_slashes(base.trim_ascii());
    // How the CRMs' own pages show it.
    let is_relay = VALUES && system == System::Relay;
    if !is_relay {
        for tail in [b"/rest".as_slice(), b"/identity", b"/v2"] {
            base = base.strip_suffix(tail).unwrap_or(base);
        }
    }
    let base = without_slashes(base);
    let rest = base.strip_prefix(b"http")?;
    let (secure, rest) = match rest.strip_prefix(b"s") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let rest = rest.strip_prefix(b"://")?;
    let length = rest
        .iter()
        .position(|byte| matches!(byte, b'/' | b'?' | b'#' | b'\\'))
        .unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(length)?;
    let host = host_name(authority);
    let allowed = allows(authority) || allows(host);
    let plain = authority.iter().all(|byte| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'.' | b'-' | b':')
            || (allowed && matches!(byte, b'[' | b']'))
    });
    // The relay may sit below a path of the owner's site; a CRM never does.
    let below = is_relay && !path.iter().any(|byte| matches!(byte, b'?' | b'#' | b'\\' | ..b'!'));
    let fits = plain && !authority.is_empty() && (path.is_empty() || below);
    (fits && (allowed || (secure && is_public_name(host)))).then_some(base)
}

fn without_slashes(mut text: &[u8]) -> &[u8] {
    while let [shorter @ .., b'/'] = text {
        text = shorter;
    }
    text
}

/// An authority without its port.
fn host_name(authority: &[u8]) -> &[u8] {
    let mut host = authority;
    while let [shorter @ .., b'0'..=b'9'] = host {
        host = shorter;
    }
    match host {
        [host @ .., b':'] => host,
        _ => authority,
    }
}

/// A name that public DNS could answer: dotted, not an address in any spelling, not one of the local zones.
fn is_public_name(mut host: &[u8]) -> bool {
    const LOCAL: [&[u8]; 8] =
        [b"local", b"localhost", b"internal", b"lan", b"home", b"corp", b"intranet", b"arpa"];
    while let [shorter @ .., b'.'] = host {
        host = shorter;
    }
    let last = host.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    last.len() < host.len()
        && host.iter().all(|byte| *byte != b':')
        // A last label that begins with a digit is an address to the URL standard's host parser.
        && last.first().is_some_and(u8::is_ascii_alphabetic)
        && !LOCAL.iter().any(|zone| last.eq_ignore_ascii_case(zone))
}
