//! [`Payload`], [`Account`] and [`Request`]: what goes over the wire, and to whom.

use crate::code;
use crate::report::Issue;

/// The HTTP request of an operation, without host and credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Path and query, from the first slash.
    pub path: String,
    /// Names and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body, for a method that has one.
    pub body: Option<String>,
}

/// A whole HTTP request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "full", derive(serde::Serialize))]
pub struct Request {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Absolute.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body, for a method that has one.
    pub body: Option<String>,
}

/// A CRM, or the relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
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

impl System {
    /// All of them.
    pub const ALL: [System; 4] = [System::Marketo, System::Pardot, System::Prospects, System::Relay];

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
#[cfg_attr(feature = "full", derive(serde::Deserialize), serde(rename_all = "camelCase"))]
pub struct Account {
    /// Which CRM.
    pub system: System,
    /// As users paste it: a trailing slash, `/rest`, `/identity` or `/v2` is taken off.
    pub base_url: String,
    /// Pardot's 3 or 4; 4 where nothing is said.
    #[cfg_attr(feature = "full", serde(default))]
    pub version: Option<u8>,
    /// The value of `Pardot-Business-Unit-Id`.
    #[cfg_attr(feature = "full", serde(default))]
    pub business_unit: Option<String>,
    /// Bearer token or API key.
    #[cfg_attr(feature = "full", serde(default))]
    pub token: Option<String>,
    /// Hosts beside the system's own that the owner's code allows, as `host` or `host:port`; http is then allowed too.
    #[cfg_attr(feature = "full", serde(default))]
    pub allow_host: Vec<String>,
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
        let base = self.base_url.trim().trim_end_matches('/');
        let base = ["/rest", "/identity", "/v2"]
            .iter()
            .fold(base, |base, tail| base.strip_suffix(tail).unwrap_or(base));
        let base = base.trim_end_matches('/');
        let wrong = || Issue::error("baseUrl", &code::ACCOUNT_BASE_URL);
        let (scheme, rest) = base.split_once("://").ok_or_else(wrong)?;
        let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
        let allowed = self.allow_host.iter().any(|host| host == authority || host == host_name(authority));
        let plain = authority.bytes().all(|byte| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'.' | b'-' | b':')
                || (allowed && matches!(byte, b'[' | b']'))
        });
        // The relay may sit below a path of the owner's site; a CRM never does.
        let whole = authority.len() == rest.len()
            || (self.system == System::Relay && !rest.contains(['?', '#', '\\']));
        if !plain || authority.is_empty() || !whole {
            return Err(wrong());
        }
        let secure = scheme == "https" && is_public_name(host_name(authority));
        if secure || (allowed && matches!(scheme, "https" | "http")) { Ok(base) } else { Err(wrong()) }
    }

    /// Whether the host is one of the system's, or allowed by the owner.
    ///
    /// # Errors
    /// `account.host`, where it is neither.
    pub fn known_host(&self) -> Result<(), Issue> {
        let origin = self.origin()?;
        let authority = origin.split_once("://").map_or(origin, |(_, rest)| rest);
        let allowed = self.allow_host.iter().any(|host| host == authority || host == host_name(authority));
        let known = self.system.hosts().iter().any(|pattern| match pattern.strip_prefix('*') {
            Some(tail) => authority.strip_suffix(tail).is_some_and(|head| !head.is_empty()),
            None => *pattern == authority,
        });
        if known || allowed { Ok(()) } else { Err(Issue::error("baseUrl", &code::ACCOUNT_HOST)) }
    }

    /// The whole request for `payload`.
    ///
    /// # Errors
    /// What is wrong with the account, by member.
    pub fn request(&self, payload: Payload) -> Result<Request, Vec<Issue>> {
        let mut issues = Vec::new();
        let origin = self.origin().map_err(|issue| vec![issue])?;
        let mut headers = payload.headers;
        if let Some(unit) = &self.business_unit {
            if unit.len() == 18
                && unit.starts_with("0Uv")
                && unit.bytes().all(|byte| byte.is_ascii_alphanumeric())
            {
                headers.push(("Pardot-Business-Unit-Id", unit.clone()));
            } else {
                issues.push(Issue::error("businessUnit", &code::ACCOUNT_BUSINESS_UNIT));
            }
        }
        if let Some(token) = &self.token {
            // RFC 6750 §2.1 allows fewer; Salesforce's tokens carry a `!`.
            if !token.is_empty() && token.bytes().all(|byte| (0x21..0x7F).contains(&byte)) {
                headers.push(("Authorization", ["Bearer ", token].concat()));
            } else {
                issues.push(Issue::error("token", &code::ACCOUNT_TOKEN));
            }
        }
        if !issues.is_empty() {
            return Err(issues);
        }
        Ok(Request {
            method: payload.method,
            url: [origin, &payload.path].concat(),
            headers,
            body: payload.body,
        })
    }
}

fn host_name(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// A name that public DNS could answer: dotted, not an address in any spelling, not one of the local zones.
fn is_public_name(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    let last = host.rsplit('.').next().unwrap_or_default();
    host.contains('.')
        && !host.contains(':')
        // A last label that begins with a digit is an address to the URL standard's host parser.
        && last.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && !["local", "localhost", "internal", "lan", "home", "corp", "intranet", "arpa"]
            .iter()
            .any(|zone| last.eq_ignore_ascii_case(zone))
}
